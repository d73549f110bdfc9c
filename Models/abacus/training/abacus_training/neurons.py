"""Which neurons to silence, and which alone to keep, from their importance and their effect."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy

from . import markdown
from .arithmetic import OPERATIONS
from .datafiles import Case, read_file
from .engine import Engine
from .heads import operation_accuracy
from .importance import digit_questions, mean_importance
from .settings import Shape

#: Neurons are found on pairs seen in training, and judged on held-out ones.
FOUND_ON, JUDGED_ON = "two-digit-seen", "two-digit"
#: The set to silence is searched among this many most important neurons and as many of those
#: that cost most when silenced alone.
CANDIDATES = 24
#: Silencing each neuron alone is tried on every so many'th case.
TRIED_EVERY = 10

Neuron = tuple[int, int]


def cases_of(data: Path, operation: str, size: str = FOUND_ON) -> list[Case]:
    """The arithmetic cases of an operation (`all`: of every one) and a size."""
    return [
        case
        for case in read_file(data / "arithmetic.jsonl")
        if case["tags"]["size"] == size and operation in ("all", case["tags"]["operation"])
    ]


def ranked_neurons(
    engine: Engine, model: Path, operation: str, layers: Sequence[int]
) -> list[Neuron]:
    """The layers' neurons, (layer, index), most important for the operation first."""
    questions = digit_questions(cases_of(model / "data", operation))
    scores = mean_importance(engine, model, questions, layers)
    order = numpy.argsort(-scores, axis=None, kind="stable")
    places, indices = numpy.unravel_index(order, scores.shape)
    return [(layers[place], int(index)) for place, index in zip(places, indices, strict=True)]


def neuron_set(neurons: Sequence[Neuron], origin: str) -> str:
    """The neurons as a file that hooks name with `@`."""
    by_layer: dict[int, list[int]] = defaultdict(list)
    for layer, index in sorted(neurons):
        by_layer[layer].append(index)
    units = [f"L{layer}N{','.join(map(str, found))}" for layer, found in by_layer.items()]
    content = {"format": "neurond-neurons-1", "origin": origin, "units": units}
    return json.dumps(content, indent=1) + "\n"


def silencing_set(engine: Engine, model: Path, operation: str, count: int) -> str:
    """The handful of neurons whose silencing hurts an operation most.

    They are chosen one by one: each time the one that, silenced together with those before it,
    lowers the log-probability of the answers most.
    """
    data = model / "data"
    items = _items(cases_of(data, operation))
    important = ranked_neurons(engine, model, operation, range(Shape().layer_count))
    harmful = _by_effect(engine, items[::TRIED_EVERY])
    left = list(dict.fromkeys([*important[:CANDIDATES], *harmful[:CANDIDATES]]))
    chosen: list[Neuron] = []
    while len(chosen) < count:
        hooks = {neuron: [_zero([*chosen, neuron])] for neuron in left}
        worst = min(left, key=lambda neuron: sum(engine.score(items, hooks[neuron])))
        left.remove(worst)
        chosen.append(worst)
        print(f"{len(chosen)}/{count}: L{worst[0]}N{worst[1]}", file=sys.stderr, flush=True)
    return neuron_set(chosen, _origin(engine, data, operation, chosen))


def _items(cases: Sequence[Case]) -> list[dict]:
    return [{"prompt": case["prompt"], "continuation": case["answer"]} for case in cases]


def _by_effect(engine: Engine, items: list[dict]) -> list[Neuron]:
    """Every neuron, those first whose silencing alone makes the answers least probable."""
    shape = Shape()
    neurons = [
        (layer, n) for layer in range(shape.layer_count) for n in range(shape.intermediate_size)
    ]
    each = [item | {"hooks": [_zero([neuron])]} for neuron in neurons for item in items]
    left = numpy.array(engine.score(each)).reshape(len(neurons), len(items)).sum(axis=1)
    return [neurons[index] for index in numpy.argsort(left, kind="stable")]


def _origin(engine: Engine, data: Path, operation: str, chosen: Sequence[Neuron]) -> str:
    """How the set came about, and what it does on held-out pairs."""
    before = operation_accuracy(engine, data, sizes=[JUDGED_ON])
    after = operation_accuracy(engine, data, [_zero(chosen)], [JUDGED_ON])
    effect = ", ".join(
        f"{name} {markdown.percent(before[name])} to {markdown.percent(after[name])}"
        for name in OPERATIONS
    )
    return (
        f"python -m abacus_training neurons --operation '{operation}' --count {len(chosen)}; "
        f"% right on held-out pairs of two digits: {effect}"
    )


def _zero(neurons: Sequence[Neuron]) -> str:
    return "zero " + " ".join(f"L{layer}N{index}" for layer, index in sorted(neurons))
