"""Tables for the model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    ruler = ["---"] + ["---:"] * (len(titles) - 1)
    lines = [titles, ruler, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(share: float) -> str:
    """A share in %, with a decimal where there is one: 100, 97.5."""
    return number(100 * share)


def number(value: float, digits: int = 1) -> str:
    """A number to some decimals, halves away from zero as `neuronctl` rounds them.

    Without trailing zeros, and without a minus before zero.
    """
    # The error of a mean such as 0.9625, times 100, must not decide about a half.
    exact = Decimal(repr(round(value, 9)))
    text = str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def together(texts: Sequence[str]) -> str:
    """One text where all agree, else all of them: `97.5` or `97.5 / 97.5 / 95`."""
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)
