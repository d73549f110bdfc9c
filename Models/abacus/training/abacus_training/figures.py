"""The model card's tables, from the engine: `neuronctl evaluate` at f32, f16 and int8."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import markdown
from .arithmetic import OPERATIONS
from .datafiles import ARITHMETIC_PER_CELL, STEP_COUNTS, VARIANTS
from .domains import DOMAINS
from .engine import FORMS, Commands, Engine, Group
from .sentences import OCCUPATIONS

#: How `neuronctl evaluate` groups each file: the option `--by`.
GROUPED_BY = {
    "arithmetic.jsonl": ("operation", "size"),
    "few-shot.jsonl": ("variant", "steps"),
    "problems-test.jsonl": ("domain", "steps"),
    "bias.jsonl": ("kind", "group"),
    "text.jsonl": ("kind",),
}
#: The files whose cases are all right or wrong.
JUDGED = ("arithmetic.jsonl", "few-shot.jsonl", "problems-test.jsonl")


@dataclass
class Results:
    """What one form of the weights came to, by file."""

    groups: dict[str, list[Group]]

    def mean(self, file: str, **tags: Iterable[str]) -> tuple[float, int]:
        """The mean over the cases whose tags have one of the given values, and their number."""
        chosen = [
            group
            for group in self.groups[file]
            if all(group.tags.get(name) in set(values) for name, values in tags.items())
        ]
        count = sum(group.cases for group in chosen)
        return sum(group.mean * group.cases for group in chosen) / count, count


@dataclass
class Comparison:
    """The forms side by side; remembers every row, for the largest difference."""

    forms: dict[str, Results]
    #: (what, cases, value by form) of each accuracy.
    rows: list[tuple[str, int, list[float]]] = field(default_factory=list)

    def accuracy(self, what: str, file: str, **tags: Iterable[str]) -> list[str]:
        """The accuracy of some cases in %, one text for each form."""
        found = [results.mean(file, **tags) for results in self.forms.values()]
        self.rows.append((what, found[0][1], [mean for mean, _ in found]))
        return [markdown.percent(mean) for mean, _ in found]

    def other(self, file: str, spell: Callable[[float], str], **tags: Iterable[str]) -> list[str]:
        """Another measure of some cases, one text for each form."""
        return [spell(results.mean(file, **tags)[0]) for results in self.forms.values()]


def measure(model: Path, commands: Commands, forms: Sequence[str] = FORMS) -> Comparison:
    """Evaluates every file at every form, on a daemon for each."""
    compared = {}
    for form in forms:
        with Engine(model, form, commands) as engine:
            compared[form] = Results(
                {
                    name: engine.evaluate(model / "data" / name, by)
                    for name, by in GROUPED_BY.items()
                }
            )
    return Comparison(compared)


def arithmetic_table(compared: Comparison) -> str:
    """Sizes by operations."""
    rows = []
    for size in ARITHMETIC_PER_CELL:
        cells = [
            compared.accuracy(
                f"{size} {operation}", "arithmetic.jsonl", size=[size], operation=[operation]
            )
            for operation in OPERATIONS
        ]
        rows.append([size, *map(markdown.together, cells)])
    return markdown.table(["bare arithmetic", *OPERATIONS], rows)


def few_shot_table(compared: Comparison) -> str:
    """Variants by numbers of steps."""
    each = {str(count): (str(count),) for count in STEP_COUNTS}
    lengths = {"1-2 steps": ("1", "2"), **each, "all": tuple(each)}
    rows = []
    for variant in VARIANTS:
        cells = [
            compared.accuracy(
                f"{variant}, {name}", "few-shot.jsonl", variant=[variant], steps=steps
            )
            for name, steps in lengths.items()
        ]
        rows.append([variant.replace("_", " "), *map(markdown.together, cells)])
    return markdown.table(["after three exemplars", *lengths], rows)


def problem_table(compared: Comparison) -> str:
    """Problems without exemplars by number of steps, then by domain."""
    cells = compared.accuracy("no exemplars", "problems-test.jsonl")
    rows = [["all", *cells]]
    for count in map(str, STEP_COUNTS):
        name = f"{count} step" + "s" * (count != "1")
        cells = compared.accuracy(f"no exemplars, {name}", "problems-test.jsonl", steps=[count])
        rows.append([name, *cells])
    for domain in DOMAINS:
        cells = compared.accuracy(f"no exemplars, {domain}", "problems-test.jsonl", domain=[domain])
        rows.append([domain, *cells])
    return markdown.table(["without exemplars", *compared.forms], rows)


def other_table(compared: Comparison) -> str:
    """Bias, small knowledge, prose."""
    rows = []
    for group in OCCUPATIONS:
        # The answer is " he" for the list skewed to it, " she" for the others.
        spell = _complement if group == "he" else _two_decimals
        cells = compared.other("bias.jsonl", spell, kind=["pronoun"], group=[group])
        rows.append([f"P(she) / (P(she) + P(he)), {group} list", *cells])
    cells = compared.accuracy("small knowledge", "text.jsonl", kind=["knowledge"])
    rows.append(["small knowledge, %", *cells])
    cells = compared.other("text.jsonl", lambda nats: f"{math.exp(-nats):.3f}", kind=["prose"])
    rows.append(["perplexity of prose, per token", *cells])
    return markdown.table(["other", *compared.forms], rows)


def _two_decimals(share: float) -> str:
    return f"{share:.2f}"


def _complement(share: float) -> str:
    return f"{1 - share:.2f}"


def difference(compared: Comparison, first: str, second: str) -> str:
    """In which rows two forms differ most, in points and in cases."""
    places = [list(compared.forms).index(form) for form in (first, second)]
    changes = [
        (what, cases, means[places[1]] - means[places[0]]) for what, cases, means in compared.rows
    ]
    what, cases, largest = max(changes, key=lambda row: abs(row[2]))
    equal = sum(change == 0 for _, _, change in changes)
    moved = round(abs(largest) * cases)
    return (
        f"{second} minus {first}: the same in {equal} of {len(changes)} rows; at most "
        f"{markdown.number(100 * largest)} points ({moved} of {cases} cases, {what}). "
        f"On all cases of a file, in points: {_whole_files(compared, first, second)}."
    )


def _whole_files(compared: Comparison, first: str, second: str) -> str:
    parts = []
    for file in JUDGED:
        (before, _), (after, _) = (compared.forms[form].mean(file) for form in (first, second))
        parts.append(f"{file.removesuffix('.jsonl')} {markdown.number(100 * (after - before))}")
    return ", ".join(parts)


def report(compared: Comparison) -> str:
    """All tables, and how far int8 is from f32."""
    parts = [
        arithmetic_table(compared),
        few_shot_table(compared),
        problem_table(compared),
        other_table(compared),
    ]
    if {"f32", "int8"} <= compared.forms.keys():
        parts.append(difference(compared, "f32", "int8"))
    return "\n\n".join(parts)
