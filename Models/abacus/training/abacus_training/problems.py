"""Word problems: a chain of facts told as a story.

`sample_problem` draws a story whose facts all stay within what the model is taught: operands
of sums and differences to 99, products to 999, exact quotients. `held_out` decides the side of
the split: None leaves it free, False uses no held-out pair, True uses at least one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .arithmetic import LARGEST_OPERAND, LARGEST_RESULT, Fact
from .domains import DOMAINS, NAMES, THINGS, UNITS, Domain, Event

#: A quantity below this makes poor stories ("0 apples", "1 apples").
SMALLEST_QUANTITY = 2

#: Largest product in a story, unless the event is a wide one or the last.
LARGEST_STORY_PRODUCT = LARGEST_OPERAND

#: Largest sum of two operands.
LARGEST_SUM = 2 * LARGEST_OPERAND


@dataclass(frozen=True)
class Step:
    """One fact of a chain, with the words that say what is done."""

    fact: Fact
    phrase: str
    unit: str


@dataclass(frozen=True)
class Problem:
    """A story, its question and the chain that answers it."""

    domain: str
    story: str
    steps: tuple[Step, ...]

    @property
    def answer(self) -> int:
        """The result of the last step."""
        return self.steps[-1].fact.result

    @property
    def uses_held_out_pair(self) -> bool:
        """Whether any step is a held-out fact."""
        return any(step.fact.is_held_out for step in self.steps)


def sample_problem(
    source: random.Random,
    step_count: int,
    held_out: bool | None = False,
    domain: str | None = None,
    operations: Sequence[str] = ("+", "-", "*", "/"),
) -> Problem:
    """A problem of `step_count` steps; `domain` and `operations` narrow the choice."""
    names = [domain] if domain else _domains_with(operations)
    while True:
        problem = _attempt(source, DOMAINS[source.choice(names)], step_count, operations)
        if problem and (held_out is None or problem.uses_held_out_pair == held_out):
            return problem


def _domains_with(operations: Sequence[str]) -> list[str]:
    """The domains in which a chain can start with one of the operations."""
    return [
        domain.name
        for domain in DOMAINS.values()
        if any(_sign(event) in operations and not event.state for event in domain.events)
    ]


def _sign(event: Event) -> str:
    return event.operation[-1]


def _attempt(
    source: random.Random, domain: Domain, step_count: int, operations: Sequence[str]
) -> Problem | None:
    """One try at a chain; None when it runs into a dead end."""
    people = source.sample(NAMES, step_count + 2)
    cast = {
        "name": people[0],
        "other": people[1],
        "unit": domain.unit or source.choice(UNITS),
        "thing": source.choice(THINGS),
    }
    value = _opening_quantity(source)
    story = [source.choice(domain.openings).format(v=value, **cast)]
    question, state, used, steps = "", "", set(), []
    for index in range(step_count):
        last = index == step_count - 1
        choices = [
            event
            for event in domain.events
            if event.state == state
            and _sign(event) in operations
            and (last or event.question is None)
            and (domain.people_change or event not in used)
        ]
        if not choices:
            return None
        event = _choose(source, choices)
        fact = _fact(source, event, value, last)
        if fact is None:
            return None
        story.append(event.text.format(k=_operand(event, fact), **cast))
        unit = event.unit or cast["unit"]
        steps.append(Step(fact, event.phrase.format(**cast), unit))
        value, state, question = fact.result, event.becomes, event.question or ""
        used.add(event)
        if domain.people_change:
            cast["name"], cast["other"] = cast["other"], people[index + 2]
    question = question or domain.questions[state]
    story.append(question.format(**cast))
    return Problem(domain.name, " ".join(story), tuple(steps))


def _opening_quantity(source: random.Random) -> int:
    """A first quantity, often small, so that products and their chains are not rare."""
    top = 12 if source.random() < 0.35 else LARGEST_OPERAND
    return source.randint(SMALLEST_QUANTITY, top)


def _choose(source: random.Random, events: Sequence[Event]) -> Event:
    """An event, each operation being as likely as it has kinds of events, once."""
    operation = source.choice(sorted({event.operation for event in events}))
    return source.choice([event for event in events if event.operation == operation])


def _operand(event: Event, fact: Fact) -> int:
    return fact.left if event.operation == "r-" else fact.right


def _fact(source: random.Random, event: Event, value: int, last: bool) -> Fact | None:
    """A fact for the event that keeps the chain within bounds, or None."""
    match event.operation:
        case "+" if value <= LARGEST_OPERAND:
            top = LARGEST_OPERAND if last else LARGEST_OPERAND - value
            return _in_range(source, 2, top, lambda k: Fact(value, "+", k))
        case "-" if value <= LARGEST_OPERAND:
            top = value - SMALLEST_QUANTITY
            return _in_range(source, 2, top, lambda k: Fact(value, "-", k))
        case "r-" if value <= LARGEST_OPERAND:
            bottom = value + SMALLEST_QUANTITY
            return _in_range(source, bottom, LARGEST_OPERAND, lambda k: Fact(k, "-", value))
        case "*":
            return _product(source, event, value, last)
        case "/":
            low, high = event.operands or (2, 9)
            divisors = [
                k
                for k in range(low, high + 1)
                if value % k == 0 and value // k >= SMALLEST_QUANTITY
            ]
            return Fact(value, "/", source.choice(divisors)) if divisors else None
    return None


def _product(source: random.Random, event: Event, value: int, last: bool) -> Fact | None:
    if event.wide and value < 10:
        return _in_range(source, 10, LARGEST_OPERAND, lambda k: Fact(value, "*", k))
    low, high = event.operands or (2, 9)
    ceiling = LARGEST_RESULT if event.wide else LARGEST_STORY_PRODUCT
    return _in_range(source, low, min(high, ceiling // value), lambda k: Fact(value, "*", k))


def _in_range(source: random.Random, low: int, high: int, make) -> Fact | None:
    return make(source.randint(low, high)) if low <= high else None
