"""Positions of a hook: `"last"`, `-1`, `[0, 3]`, `slice(4, 10)`, `"4:10"`, `"tokens(13,28)"`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import BadArgument
from ..v1 import hooks_pb2

At = str | int | slice | range | Sequence[int] | None

# A word; or ("list", numbers), ("window", from, to or None), ("tokens", ids).
Clause = tuple[str, tuple[int | None, ...]]
WORDS = ("all", "prompt", "generated", "last")


def parse(at: At) -> tuple[Clause, ...]:
    """The clauses of a position argument; none where it is None.

    >>> parse("4:10 last")
    (('window', (4, 10)), ('last', ()))
    """
    if at is None:
        return ()
    if isinstance(at, str):
        parts = re.sub(r",\s+", ",", at).split()
        if not parts:
            raise BadArgument("an empty position clause selects nothing")
        return tuple(_clause(part) for part in parts)
    if isinstance(at, slice):
        if at.step not in (None, 1):
            raise BadArgument("a slice of positions has no step; list the positions instead")
        return (("window", (at.start or 0, at.stop)),)
    numbers = (at,) if isinstance(at, int) else tuple(int(number) for number in at)
    if not numbers:
        raise BadArgument("an empty list of positions selects nothing")
    return (("list", numbers),)


def _clause(text: str) -> Clause:
    if text in WORDS:
        return (text, ())
    if match := re.fullmatch(r"(-?\d+)?:(-?\d+)?", text):
        low, high = match.groups()
        return ("window", (int(low or 0), None if high is None else int(high)))
    if match := re.fullmatch(r"tokens\((\d+(?:,\d+)*)\)", text):
        return ("tokens", tuple(map(int, match[1].split(","))))
    if re.fullmatch(r"-?\d+(,-?\d+)*", text):
        return ("list", tuple(map(int, text.split(","))))
    raise BadArgument(f"{text!r} are no positions; accepted: all, prompt, generated, last, 0,3,-1, "
                      "4:10, tokens(13,28)")


def message(clauses: tuple[Clause, ...]) -> hooks_pb2.Positions | None:
    """The protocol's spelling; None for all positions."""
    if not clauses:
        return None
    result = hooks_pb2.Positions()
    for word, numbers in clauses:
        clause = result.clauses.add()
        if word in WORDS:
            setattr(clause, word, True)
        elif word == "window":
            low, high = numbers
            setattr(clause.window, "from", low)
            if high is not None:
                clause.window.to = high
        elif word == "tokens":
            clause.tokens.ids.extend(number for number in numbers if number is not None)
        else:
            clause.list.values.extend(number for number in numbers if number is not None)
    return result
