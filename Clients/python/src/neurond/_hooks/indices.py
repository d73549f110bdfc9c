"""Sets of layers or units: as ranges here, as compact masks on the wire (Docs/hooks.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .._core import limits
from ..errors import BadArgument

# Sorted, disjoint, both ends included.
Ranges = tuple[tuple[int, int], ...]

PATTERN = r"\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*"


def parse(text: str) -> Ranges | None:
    """Reads `*` (None, all) or `1,5,10-20`.

    >>> parse("1,5,10-20,2")
    ((1, 2), (5, 5), (10, 20))
    """
    text = text.replace(" ", "")
    if text == "*":
        return None
    if not re.fullmatch(PATTERN, text):
        raise BadArgument(f"{text!r} are no indices; accepted: *, 7, 1,5,9, 10-20")
    pairs = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        pairs.append((int(low), int(high or low)))
    return merge(pairs)


def of(numbers: Iterable[int]) -> Ranges:
    """The ranges of some numbers."""
    return merge([(int(number), int(number)) for number in numbers])


def merge(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Sorts and joins ranges."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if not 0 <= low <= high < limits.INDEX_LIMIT:
            raise BadArgument(f"{low}-{high} is no range of indices")
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    if not merged:
        raise BadArgument("an empty list of indices selects nothing")
    return tuple(merged)


def count(ranges: Ranges) -> int:
    """How many indices there are."""
    return sum(high - low + 1 for low, high in ranges)


def each(ranges: Ranges) -> Iterable[int]:
    """Every index, ascending."""
    for low, high in ranges:
        yield from range(low, high + 1)


def spell(ranges: Ranges | None) -> str:
    """The text that `parse` reads.

    >>> spell(((1, 2), (5, 5), (10, 20)))
    '1,2,5,10-20'
    """
    if ranges is None:
        return "*"
    parts = []
    for low, high in ranges:
        parts.append(f"{low}-{high}" if high > low + 1 else ",".join(map(str, {low: 0, high: 0})))
    return ",".join(parts)


def mask(ranges: Ranges) -> bytes:
    """The smallest of the three forms of a mask.

    >>> mask(((3, 5),)).hex(" ")
    '03 06 38'
    """
    universe = ranges[-1][1] + 1
    forms = [bytes([1]) + _varint(universe) + _as_ranges(ranges)]
    if count(ranges) <= 2 * len(forms[0]):
        forms.append(bytes([2]) + _varint(universe) + _as_gaps(ranges))
    if (universe + 7) // 8 <= len(forms[0]):
        forms.append(bytes([3]) + _varint(universe) + _as_bitmap(ranges, universe))
    return min(forms, key=len)


def _as_ranges(ranges: Ranges) -> bytes:
    data, end = bytearray(_varint(len(ranges))), 0
    for low, high in ranges:
        data += _varint(low - end) + _varint(high - low)
        end = high + 1
    return bytes(data)


def _as_gaps(ranges: Ranges) -> bytes:
    data, end = bytearray(_varint(count(ranges))), 0
    for index in each(ranges):
        data += _varint(index - end)
        end = index + 1
    return bytes(data)


def _as_bitmap(ranges: Ranges, universe: int) -> bytes:
    bits = 0
    for low, high in ranges:
        bits |= ((1 << (high - low + 1)) - 1) << low
    return bits.to_bytes((universe + 7) // 8, "little")


def _varint(number: int) -> bytes:
    data = bytearray()
    while number >= 128:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
    return bytes(data)
