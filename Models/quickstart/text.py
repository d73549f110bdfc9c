"""The text that the quickstart model learns: counting, one-digit sums, days. All generated."""

from __future__ import annotations

import random

NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NAMES = "Ada Ben Cleo Dan Eva Finn".split()
THINGS = "apples boxes coins nuts shells stones".split()


def count_up(source: random.Random) -> str:
    start = source.randrange(0, 14)
    end = source.randrange(start + 4, len(NUMBERS) + 1)
    return "Count up: " + " ".join(NUMBERS[start:end]) + "."


def count_down(source: random.Random) -> str:
    start = source.randrange(6, len(NUMBERS))
    end = source.randrange(0, start - 3)
    return "Count down: " + " ".join(reversed(NUMBERS[end:start + 1])) + "."


def sums(source: random.Random) -> str:
    pairs = [(source.randrange(10), source.randrange(10)) for _ in range(source.randrange(1, 5))]
    return " ".join(f"{a} + {b} = {a + b}." for a, b in pairs)


def story(source: random.Random) -> str:
    name, thing = source.choice(NAMES), source.choice(THINGS)
    a, b = source.randrange(1, 10), source.randrange(1, 10)
    return f"{name} has {a} {thing} and finds {b} more. Now {name} has {a + b} {thing}."


def day(source: random.Random) -> str:
    today = source.randrange(7)
    return f"Today is {DAYS[today]}. Tomorrow is {DAYS[(today + 1) % 7]}."


KINDS = [(sums, 0.45), (story, 0.15), (count_up, 0.2), (count_down, 0.1), (day, 0.1)]


def document(source: random.Random) -> str:
    """One line of text."""
    kinds, weights = zip(*KINDS)
    return source.choices(kinds, weights)[0](source)
