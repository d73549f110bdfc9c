"""Greedy and sampled continuation of many prompts at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor

from .model import Cache, Llama
from .tokenizer import END_ID

#: Prompts continued together.
BATCH_SIZE = 64


def continuations(
    model: Llama,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    limit: int,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> list[str]:
    """What the model writes after each prompt, up to a line's end, `</s>` or `limit` tokens.

    Prompts of like length are batched, so that little of the work is padding.
    """
    encoded = [tokenizer.encode(prompt).ids for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda index: len(encoded[index]))
    generator = torch.Generator().manual_seed(seed)
    texts = [""] * len(prompts)
    for begin in range(0, len(order), BATCH_SIZE):
        chosen = order[begin : begin + BATCH_SIZE]
        batch = [encoded[index] for index in chosen]
        written = _continue(model, tokenizer, batch, limit, temperature, generator)
        for index, ids in zip(chosen, written, strict=True):
            texts[index] = tokenizer.decode(ids)
    return texts


@torch.inference_mode()
def _continue(model, tokenizer, batch, limit, temperature, generator):
    device = model.lm_head.weight.device
    line_end = tokenizer.encode("\n", add_special_tokens=False).ids[0]
    rows, width = len(batch), max(len(ids) for ids in batch)
    limit = min(limit, model.shape.context_length - width)
    padding = torch.tensor([width - len(ids) for ids in batch], device=device)
    tokens = torch.tensor([[END_ID] * (width - len(ids)) + ids for ids in batch], device=device)
    columns = torch.arange(width + limit, device=device)
    is_real = columns[None, :] >= padding[:, None]
    cache = Cache(model.shape, rows, width + limit, device, torch.float32)
    causal = columns[None, :width] <= columns[:width, None]
    # A padded position attends to itself: a row without a key would give NaN.
    itself = torch.eye(width, dtype=torch.bool, device=device)
    mask = (causal[None] & is_real[:, None, :width]) | itself[None]
    positions = (columns[None, :width] - padding[:, None]).clamp(min=0)
    logits = model.step(tokens, positions, mask[:, None], cache, 0)
    written: list[list[int]] = [[] for _ in batch]
    open_rows = set(range(rows))
    for column in range(width, width + limit):
        following = _pick(logits, temperature, generator)
        for row in list(open_rows):
            token = int(following[row])
            if token in (END_ID, line_end):
                open_rows.discard(row)
            else:
                written[row].append(token)
        if not open_rows or column == width + limit - 1:
            break
        mask = is_real[:, None, None, : column + 1]
        positions = (column - padding)[:, None]
        logits = model.step(following[:, None], positions, mask, cache, column)
    return written


def _pick(logits: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    if temperature <= 0:
        return logits.argmax(-1)
    chances = (logits.float() / temperature).softmax(-1).cpu()
    return torch.multinomial(chances, 1, generator=generator)[:, 0].to(logits.device)


@torch.inference_mode()
def next_token_log_probabilities(
    model: Llama, tokenizer: Tokenizer, prompts: Sequence[str]
) -> Tensor:
    """Log-probabilities (prompt, vocabulary) of the token after each prompt."""
    rows = []
    device = model.lm_head.weight.device
    for prompt in prompts:
        tokens = torch.tensor([tokenizer.encode(prompt).ids], device=device)
        length = tokens.shape[1]
        positions = torch.arange(length, device=device)[None]
        mask = torch.ones(1, 1, length, length, dtype=torch.bool, device=device).tril()
        rows.append(model(tokens, positions, mask)[0, -1].float().log_softmax(-1).cpu())
    return torch.stack(rows)


@torch.inference_mode()
def sequence_log_probabilities(
    model: Llama, tokenizer: Tokenizer, texts: Sequence[str]
) -> list[Tensor]:
    """For each text the log-probability of every token given those before it."""
    results = []
    device = model.lm_head.weight.device
    for text in texts:
        tokens = torch.tensor([tokenizer.encode(text).ids], device=device)
        length = tokens.shape[1]
        positions = torch.arange(length, device=device)[None]
        mask = torch.ones(1, 1, length, length, dtype=torch.bool, device=device).tril()
        scores = model(tokens, positions, mask)[0, :-1].float().log_softmax(-1)
        results.append(scores.gather(1, tokens[0, 1:, None])[:, 0].cpu())
    return results
