"""What zeroing single attention heads costs each operation."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path

from . import markdown
from .arithmetic import OPERATIONS
from .engine import Engine
from .settings import Shape

#: Cases of these sizes count: what the model is taught.
TAUGHT = ("one-digit", "two-digit", "two-digit-seen")
HEADS_SHOWN = 12
#: Points of accuracy that are much to lose by one head.
MUCH = 20

Costs = dict[tuple[int, int], dict[str, float]]


def operation_accuracy(
    engine: Engine, data: Path, hooks: Iterable[str] = (), sizes: Iterable[str] = TAUGHT
) -> dict[str, float]:
    """Accuracy by operation on the arithmetic cases of some sizes, between 0 and 1."""
    groups = engine.evaluate(data / "arithmetic.jsonl", ("operation", "size"), hooks)
    counted = [group for group in groups if group.tags["size"] in set(sizes)]
    accuracy = {}
    for operation in OPERATIONS:
        mine = [group for group in counted if group.tags["operation"] == operation]
        right = sum(group.mean * group.cases for group in mine)
        accuracy[operation] = right / sum(group.cases for group in mine)
    return accuracy


def head_costs(engine: Engine, data: Path) -> Costs:
    """Points of accuracy that each head's zeroing costs, by (layer, head) and operation."""
    shape, intact = Shape(), operation_accuracy(engine, data)
    costs = {}
    for layer in range(shape.layer_count):
        for head in range(shape.head_count):
            left = operation_accuracy(engine, data, [f"zero L{layer}H{head}"])
            costs[layer, head] = {
                operation: 100 * (intact[operation] - left[operation]) for operation in OPERATIONS
            }
    return costs


def cost_table(costs: Costs, shown: int = HEADS_SHOWN) -> str:
    """The costliest heads, and the median over all heads and operations."""
    ranked = sorted(costs.items(), key=lambda item: -max(item[1].values()))
    rows = [
        [f"L{layer}H{head}", *(markdown.number(lost[operation]) for operation in OPERATIONS)]
        for (layer, head), lost in ranked[:shown]
    ]
    every = [value for lost in costs.values() for value in lost.values()]
    median = markdown.number(statistics.median(every))
    counted = f"{len(costs)} heads and {len(OPERATIONS)} operations"
    unequal = [
        f"L{layer}H{head}"
        for (layer, head), lost in ranked
        if max(lost.values()) - min(lost.values()) >= MUCH
    ]
    return (
        f"{markdown.table(['head', *OPERATIONS], rows)}\n\n"
        f"The median over {counted}: {median} points. Costs that differ by {MUCH} points or more "
        f"between operations: {', '.join(unequal) or 'none'}."
    )
