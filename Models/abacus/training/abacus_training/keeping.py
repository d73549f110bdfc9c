"""How much of arithmetic is left when few neurons of the last layers are kept."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import markdown
from .arithmetic import OPERATIONS
from .datafiles import read_file
from .engine import Engine
from .neurons import JUDGED_ON, Neuron, neuron_set, ranked_neurons
from .settings import Shape
from .styles import EQUATIONS, FULL

#: The share of neurons that is kept, in so many last layers.
KEPT_SHARE = 0.05
LAST_LAYERS = (2, 4)
#: Seeds of the random sets.
RANDOM_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Task:
    """Cases of one data file that share some tags."""

    name: str
    file: str
    tags: dict[str, str]

    def cases(self, data: Path) -> set[str]:
        """The ids of the cases."""
        cases = read_file(data / self.file)
        return {case["id"] for case in cases if self.tags.items() <= case["tags"].items()}

    def wrong(self, engine: Engine, data: Path, hooks: Sequence[str]) -> set[str]:
        """The ids of those that the model gets wrong under some hooks."""
        return engine.wrong(data / self.file, hooks, **self.tags)


#: Single facts, and problems whose answers take two or three of them.
TASKS = (
    *(
        Task(operation, "arithmetic.jsonl", {"size": JUDGED_ON, "operation": operation})
        for operation in OPERATIONS
    ),
    *(
        Task(
            f"{style.replace('_', ' ')}, {steps} steps",
            "few-shot.jsonl",
            {"variant": style, "steps": steps},
        )
        for style in (FULL, EQUATIONS)
        for steps in ("2", "3")
    ),
)


def keep_table(engine: Engine, model: Path) -> str:
    """Accuracy with 5 % of the last layers' neurons: the most important, and random ones.

    In parentheses, the share right of the cases that need these layers: right with all of their
    neurons and wrong with none.
    """
    rows = []
    for count in LAST_LAYERS:
        layers = range(Shape().layer_count - count, Shape().layer_count)
        rows += _rows(engine, model, layers)
    titles = ["layers", "task", "all neurons", "none", "best 5 %", "random 5 %", "ratio"]
    return markdown.table(titles, rows)


def _rows(engine: Engine, model: Path, layers: Sequence[int]) -> list[list[str]]:
    """One row for each task."""
    name = f"{layers[0]}-{layers[-1]}"
    everyone = [(layer, n) for layer in layers for n in range(Shape().intermediate_size)]
    count = round(KEPT_SHARE * len(everyone))
    best = ranked_neurons(engine, model, "all", layers)[:count]
    drawn = [random.Random(seed).sample(everyone, count) for seed in RANDOM_SEEDS]
    data, rows = model / "data", []
    for task in TASKS:
        ids = task.cases(data)
        intact = task.wrong(engine, data, [])
        none = task.wrong(engine, data, [f"zero L{name}N*"])
        kept = [task.wrong(engine, data, [_keep(engine, best, name)])]
        chance = [task.wrong(engine, data, [_keep(engine, some, name)]) for some in drawn]
        needing = (ids - intact) & none
        cells = [(_share(ids, sets), _share(needing, sets)) for sets in (kept, chance)]
        ratios = [_ratio(first, other) for first, other in zip(*cells, strict=True)]
        shown = [
            markdown.percent(_share(ids, [intact])),
            markdown.percent(_share(ids, [none])),
            *(f"{markdown.percent(all_of)} ({markdown.percent(few)})" for all_of, few in cells),
            f"{ratios[0]} ({ratios[1]})",
        ]
        rows.append([name, task.name, *shown])
    return rows


def _keep(engine: Engine, neurons: Sequence[Neuron], layers: str) -> str:
    path = engine.folder / "kept.json"
    path.write_text(neuron_set(neurons, "kept"), encoding="utf-8")
    return f"keep-only @{path} in {layers}"


def _share(ids: set[str], wrong: Sequence[set[str]]) -> float:
    """The share of the cases that is right, averaged over runs; 0 where there are no cases."""
    if not ids:
        return 0.0
    return sum(len(ids - missed) for missed in wrong) / (len(ids) * len(wrong))


def _ratio(share: float, other: float) -> str:
    return f"{share / other:.1f}" if other else "–"
