"""The training loop: batches by curriculum, two optimisers, checkpoints, a glance at accuracy.

An interrupted run continues from its last checkpoint and draws the same batches it would have
drawn: the pool of a step follows from the seed and the step's number.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from .evaluate import glance
from .model import Llama
from .optimizer import Optimizers
from .packing import Rows, build_rows
from .settings import CURRICULUM, ROW_LENGTHS, Schedule
from .tokenizer import load_tokenizer

PROGRESS_EVERY = 25


def choose_device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pool_tokens(pool: str, schedule: Schedule) -> int:
    """How many tokens of a pool the curriculum will use, with a little to spare."""
    share, begin = 0.0, 0.0
    for stage in CURRICULUM:
        share += (stage.until - begin) * stage.shares.get(pool, 0.0)
        begin = stage.until
    return int(share * schedule.tokens * 1.05) + schedule.tokens_per_step


def prepare_rows(run: Path, seed: int, schedule: Schedule) -> dict[str, Rows]:
    """The rows of each pool, generated once and kept in the run's folder."""
    tokenizer = load_tokenizer(run / "tokenizer.json")
    pools = {}
    for pool, length in ROW_LENGTHS.items():
        path = run / f"rows-{pool}.npz"
        if not path.exists():
            started = time.monotonic()
            rows = build_rows(tokenizer, pool, seed, length, pool_tokens(pool, schedule))
            rows.save(path)
            filled = (rows.documents > 0).mean()
            elapsed = time.monotonic() - started
            print(
                f"corpus {pool}: {rows.tokens.size:,} tokens in rows of {length}, "
                f"{filled:.1%} filled, {elapsed:.0f} s",
                flush=True,
            )
        pools[pool] = Rows.load(path)
    return pools


@dataclass
class Batches:
    """Draws batches; `taken` counts those drawn from each pool and goes into checkpoints."""

    pools: dict[str, Rows]
    schedule: Schedule
    seed: int
    device: torch.device
    taken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROW_LENGTHS, 0))

    def next(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens, document numbers and weights of a step, each (row, position)."""
        shares = self.schedule.stage(step).shares
        source = random.Random(f"pool:{self.seed}:{step}")
        pool = source.choices(tuple(shares), weights=tuple(shares.values()))[0]
        rows = self.pools[pool]
        size = self.schedule.tokens_per_step // ROW_LENGTHS[pool]
        first = self.taken[pool] * size
        chosen = numpy.arange(first, first + size) % len(rows.tokens)
        self.taken[pool] += 1

        def tensor(array: numpy.ndarray, kind: type) -> Tensor:
            return torch.from_numpy(array[chosen].astype(kind)).to(self.device)

        return (
            tensor(rows.tokens, numpy.int64),
            tensor(rows.documents, numpy.int64),
            tensor(rows.weights, numpy.float32),
        )


def loss_of(model: Llama, tokens: Tensor, documents: Tensor, weights: Tensor) -> Tensor:
    """The weighted mean cross-entropy of the rows' next tokens."""
    length = tokens.shape[1]
    column = torch.arange(length, device=tokens.device)
    same = documents[:, :, None] == documents[:, None, :]
    mask = same & (column[:, None] >= column[None, :])
    begins = torch.ones_like(documents, dtype=torch.bool)
    begins[:, 1:] = documents[:, 1:] != documents[:, :-1]
    starts = torch.where(begins, column, 0).cummax(dim=1).values
    logits = model(tokens, column - starts, mask[:, None])
    # A document's first token has weight 0, so no target crosses a boundary.
    targets, target_weights = tokens[:, 1:], weights[:, 1:]
    losses = functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), targets.flatten(), reduction="none"
    )
    return (losses * target_weights.flatten()).sum() / target_weights.sum().clamp(min=1.0)


def save_checkpoint(path: Path, model: Llama, optimizers: Optimizers, step: int, taken) -> None:
    """Writes a checkpoint beside the old one, then takes its place."""
    partial = path.with_suffix(".partial")
    state = {
        "model": model.state_dict(),
        "optimizers": optimizers.state(),
        "step": step,
        "taken": dict(taken),
    }
    torch.save(state, partial)
    partial.replace(path)


def train(run: Path, seed: int, schedule: Schedule, *, compiled: bool = True) -> Llama:
    """Trains to the end of the schedule, from the last checkpoint if there is one."""
    device = choose_device()
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision("high")
    model = Llama().to(device)
    optimizers = Optimizers(model, schedule)
    batches = Batches(prepare_rows(run, seed, schedule), schedule, seed, device)
    checkpoint, step = run / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        optimizers.restore(state["optimizers"])
        step = state["step"]
        batches.taken.update(state["taken"])
        print(f"resuming at step {step}", flush=True)
    _run(model, optimizers, batches, schedule, step, run, compiled)
    return model


def _run(model, optimizers, batches, schedule, step, run, compiled) -> None:
    tokenizer = load_tokenizer(run / "tokenizer.json")
    loss_function = torch.compile(loss_of, dynamic=False) if compiled else loss_of
    kind = batches.device.type
    started, first, sums = time.monotonic(), step, []
    while step < schedule.steps:
        with torch.autocast(kind, dtype=torch.bfloat16):
            loss = loss_function(model, *batches.next(step))
        loss.backward()
        optimizers.step(schedule.rate(step))
        step += 1
        sums.append(loss.item())
        if step % PROGRESS_EVERY == 0:
            speed = (step - first) * schedule.tokens_per_step / (time.monotonic() - started)
            left = (schedule.steps - step) * schedule.tokens_per_step / speed / 60
            print(
                f"step {step}/{schedule.steps} loss {sum(sums) / len(sums):.4f} "
                f"rate {schedule.rate(step):.3f} {speed:,.0f} tokens/s, {left:.0f} min left",
                flush=True,
            )
            sums.clear()
        if step % schedule.checkpoint_every == 0 or step == schedule.steps:
            save_checkpoint(run / "checkpoint.pt", model, optimizers, step, batches.taken)
        if step % schedule.evaluate_every == 0:
            print(f"step {step} {glance(model, tokenizer)}", flush=True)
