"""f32 and int8 on cases of their own, enough of them in each row to tell a point."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import markdown
from .datafiles import arithmetic_cases, few_shot_cases, jsonl
from .engine import Commands, Engine, Group
from .styles import ANSWER, EQUATIONS, FULL, NO_EQUATIONS

#: Another seed than that of the data files.
FRESH_SEED = 2027
PROBLEMS_PER_ROW = 200
#: Facts of each of five formats.
FACTS_PER_FORMAT = {"one-digit": 20, "two-digit": 100}
#: The tags that tell rows apart, by file.
GROUPED_BY = {"arithmetic.jsonl": ("operation", "size"), "few-shot.jsonl": ("variant", "steps")}


def write_cases(folder: Path, seed: int = FRESH_SEED) -> None:
    """Held-out facts, and problems of one and two steps after exemplars of four styles."""
    files = {
        "arithmetic.jsonl": arithmetic_cases(seed, FACTS_PER_FORMAT),
        "few-shot.jsonl": few_shot_cases(
            seed, PROBLEMS_PER_ROW, (1, 2), (FULL, EQUATIONS, NO_EQUATIONS, ANSWER)
        ),
    }
    for name, cases in files.items():
        (folder / name).write_text(jsonl(cases), encoding="utf-8")


def fresh_table(model: Path, commands: Commands) -> str:
    """Accuracy of each row at f32 and at int8, and the difference in points."""
    with tempfile.TemporaryDirectory(prefix="abacus-fresh-") as name:
        write_cases(Path(name))
        exact, rounded = (_groups(model, form, commands, Path(name)) for form in ("f32", "int8"))
    return comparison(exact, rounded)


def _groups(model: Path, form: str, commands: Commands, folder: Path) -> list[Group]:
    with Engine(model, form, commands) as engine:
        return [
            group
            for name, tags in GROUPED_BY.items()
            for group in engine.evaluate(folder / name, tags)
        ]


def comparison(exact: Sequence[Group], rounded: Sequence[Group]) -> str:
    """The table of two forms, row by row."""
    rows = []
    for first, second in zip(exact, rounded, strict=True):
        name = ", ".join(value.replace("_", " ") for value in first.tags.values())
        change = markdown.number(100 * (second.mean - first.mean))
        cells = [markdown.percent(group.mean) for group in (first, second)]
        rows.append([name, str(first.cases), *cells, change])
    return markdown.table(["fresh cases", "cases", "f32", "int8", "points"], rows)
