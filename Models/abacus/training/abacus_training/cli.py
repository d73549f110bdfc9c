"""Makes the abacus model, or one part of it.

    python -m abacus_training all --out Models/abacus --seed 1

`all` goes through the steps in order: tokenizer, corpus, train, data, export, evaluate. Each is
a command of its own. What a run has made stays in its `--run` folder (tokenizer, rows, last
checkpoint), so that an interrupted run continues where it was; a fresh start needs a fresh
folder. A GPU is used where there is one.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

COMMANDS = ("all", "tokenizer", "corpus", "train", "data", "export", "evaluate", "heads")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="abacus_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--out", type=Path, default=Path("Models/abacus"), help="the model")
    parser.add_argument("--run", type=Path, help="working folder (default: .build/abacus-run-SEED)")
    parser.add_argument("--seed", type=int, default=1, help="seed of corpus, weights, batches")
    parser.add_argument("--tokens", type=int, help="tokens to train on")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads")
    parser.add_argument("--no-compile", action="store_true", help="do without torch.compile")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; the exit status is 0 or the program fails with a traceback."""
    options = _parser().parse_args(arguments)
    _share_processors_politely()
    steps = (options.command,)
    if options.command == "all":
        # The data files come before the export, whose checksums cover them.
        steps = ("tokenizer", "corpus", "train", "data", "export", "evaluate")
    for step in steps:
        _run(step, options)
    return 0


def _share_processors_politely() -> None:
    """Threads that wait must sleep: spinning costs more than it saves on a busy machine.

    The OpenMP runtime reads this once, when PyTorch is first imported, hence the late imports.
    """
    if "torch" not in sys.modules:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _run(step: str, options: argparse.Namespace) -> None:
    import torch

    from .settings import Schedule

    torch.set_num_threads(options.threads)
    run = options.run or Path(f".build/abacus-run-{options.seed}")
    schedule = Schedule(tokens=options.tokens) if options.tokens else Schedule()
    match step:
        case "tokenizer":
            _make_tokenizer(run, options.seed)
        case "corpus" | "train":
            _train(step, run, schedule, options)
        case "data":
            from .datafiles import write_files

            write_files(options.out / "data")
        case "export":
            from .export import export

            export(run, options.out)
        case "evaluate" | "heads":
            _evaluate(step, options.out)


def _make_tokenizer(run: Path, seed: int) -> None:
    from .tokenizer import train_tokenizer

    run.mkdir(parents=True, exist_ok=True)
    path = run / "tokenizer.json"
    if not path.exists():
        train_tokenizer(seed).save(str(path))
        print(f"tokenizer: {path}", flush=True)


def _train(step: str, run: Path, schedule, options: argparse.Namespace) -> None:
    from .memory import keep_freed_memory
    from .train import prepare_rows, train

    keep_freed_memory()
    _make_tokenizer(run, options.seed)
    prepare_rows(run, options.seed, schedule)
    if step == "train":
        train(run, options.seed, schedule, compiled=not options.no_compile)


def _evaluate(step: str, directory: Path) -> None:
    from .evaluate import evaluate, head_costs, print_head_costs
    from .export import load_model
    from .tokenizer import load_tokenizer
    from .train import choose_device

    model = load_model(directory).to(choose_device())
    tokenizer = load_tokenizer(directory / "tokenizer.json")
    if step == "evaluate":
        evaluate(model, tokenizer, directory / "data")
    else:
        print_head_costs(head_costs(model, tokenizer, directory / "data"))
