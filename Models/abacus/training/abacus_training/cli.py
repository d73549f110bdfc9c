"""Makes the abacus model, or one part of it.

    python -m abacus_training all --out Models/abacus --seed 1

`all` goes through the steps in order: tokenizer, corpus, train, data, export, evaluate. Each is
a command of its own. What a run has made stays in its `--run` folder (tokenizer, rows, last
checkpoint), so that an interrupted run continues where it was; a fresh start needs a fresh
folder. A GPU is used where there is one.

Six commands look at the model in `--out` through neurond, on a daemon of their own, and need no
PyTorch: `figures` (accuracy at f32, f16 and int8), `fresh` (f32 against int8 on more cases),
`chains` (accuracy of sampled chains), `heads` (what zeroing each head costs), `keep` (the last
layers with their most important neurons alone),
`neurons` (a set whose silencing hurts `--operation`). Build first: swift build -c release.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .arithmetic import OPERATIONS
from .engine import Commands, Engine, EngineError, find_command

MAKING = ("all", "tokenizer", "corpus", "train", "data", "export", "evaluate")
ASKING = ("figures", "fresh", "chains", "heads", "keep", "neurons")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="abacus_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=MAKING + ASKING)
    parser.add_argument("--out", type=Path, default=Path("Models/abacus"), help="the model")
    parser.add_argument("--run", type=Path, help="working folder (default: .build/abacus-run-SEED)")
    parser.add_argument("--seed", type=int, default=1, help="seed of corpus, weights, batches")
    parser.add_argument("--tokens", type=int, help="tokens to train on")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads")
    parser.add_argument("--no-compile", action="store_true", help="do without torch.compile")
    parser.add_argument("--neurond", type=Path, help="default: .build/release, then the PATH")
    parser.add_argument("--neuronctl", type=Path, help="likewise")
    parser.add_argument(
        "--operation", choices=(*OPERATIONS, "all"), default="+", help="neurons: for what (+)"
    )
    parser.add_argument("--count", type=_count, default=8, help="neurons: how many (8)")
    return parser


def _count(text: str) -> int:
    from .neurons import CANDIDATES

    if not (text.isdigit() and 1 <= int(text) <= CANDIDATES):
        raise argparse.ArgumentTypeError(f"{text}: expected a number from 1 to {CANDIDATES}")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit status, 1 where the engine failed."""
    options = _parser().parse_args(arguments)
    if options.command in ASKING:
        try:
            _ask(options)
        except EngineError as error:
            print(f"abacus_training: {error}", file=sys.stderr)
            return 1
        return 0
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


def _ask(options: argparse.Namespace) -> None:
    """Prints what a command of `ASKING` finds out from the engine."""
    from . import chains, figures, fresh, heads, keeping, neurons

    commands = Commands(
        find_command("neurond", options.neurond), find_command("neuronctl", options.neuronctl)
    )
    if options.command == "figures":
        print(figures.report(figures.measure(options.out, commands)))
        return
    if options.command == "fresh":
        print(fresh.fresh_table(options.out, commands))
        return
    with Engine(options.out, "int8", commands) as engine:
        match options.command:
            case "chains":
                print(chains.chain_table(engine, options.out / "data"))
            case "heads":
                print(heads.cost_table(heads.head_costs(engine, options.out / "data")))
            case "keep":
                print(keeping.keep_table(engine, options.out))
            case "neurons":
                found = neurons.silencing_set(engine, options.out, options.operation, options.count)
                print(found, end="")


def _run(step: str, options: argparse.Namespace) -> None:
    if step == "data":
        from .datafiles import write_files

        write_files(options.out / "data")
        return
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
        case "export":
            from .export import export

            export(run, options.out)
        case "evaluate":
            _evaluate(options.out)


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


def _evaluate(directory: Path) -> None:
    from .evaluate import evaluate
    from .export import load_model
    from .tokenizer import load_tokenizer
    from .train import choose_device

    model = load_model(directory).to(choose_device())
    evaluate(model, load_tokenizer(directory / "tokenizer.json"), directory / "data")
