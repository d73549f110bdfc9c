"""Targets: `"L21N7027"`, `"blocks.3.mlp.hook_post"`, neuron sets, stored objects, unions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from ..errors import BadArgument
from ..v1 import hooks_pb2
from . import indices
from .indices import Ranges
from .neurons import NeuronSet
from .sites import SiteTable

_UNIT = re.compile(rf"L({indices.PATTERN})([NH])({indices.PATTERN})")
_BRACKETS = re.compile(rf"(.+?)\[({indices.PATTERN})\]")
_HASH = re.compile(r"sha256:([0-9a-fA-F]{64})")


@dataclass(frozen=True)
class StoredObject:
    """An object that a daemon keeps, known by the SHA-256 of its bytes.

    >>> with model.put(neurond.NeuronSet(["L6N180"])) as stored:
    ...     print(stored)
    sha256:...
    """

    hash: bytes

    def __str__(self) -> str:
        return f"sha256:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> StoredObject:
        """Reads `sha256:` and 64 hexadecimal digits."""
        match = _HASH.fullmatch(text)
        if not match:
            raise BadArgument(f"{text!r} is no object; accepted: sha256: and 64 hex digits")
        return cls(bytes.fromhex(match[1]))


TargetLike = Union[str, NeuronSet, StoredObject, "tuple[TargetLike, ...]", "list[TargetLike]"]


def flatten(target: TargetLike) -> tuple[str | NeuronSet | StoredObject, ...]:
    """The parts whose union a target is."""
    if isinstance(target, str):
        return tuple(re.sub(r",\s+", ",", target).split())
    if isinstance(target, (NeuronSet, StoredObject)):
        return (target,)
    return tuple(part for element in target for part in flatten(element))


def selection(text: str, table: SiteTable, units: Ranges | None = None) -> hooks_pb2.Selection:
    """The protocol's spelling of one name, with units where they are said apart."""
    if match := _UNIT.fullmatch(text):
        site = "mlp.act" if match[2] == "N" else "attn.z"
        return _message(site, indices.parse(match[1]), _one(text, indices.parse(match[3]), units))
    place = table.find(text)
    if place is None and (match := _BRACKETS.fullmatch(text)):
        place, units = table.find(match[1]), _one(text, indices.parse(match[2]), units)
    if place is None:
        # The daemon knows why it has no such site, and says so.
        return hooks_pb2.Selection(site=text)
    return _message(place.site, place.layers, units)


def _one(text: str, named: Ranges | None, units: Ranges | None) -> Ranges | None:
    if named is not None and units is not None:
        raise BadArgument(f"{text} names its units, and units= does too")
    return named if units is None else units


def message(parts: Iterable[str | NeuronSet | StoredObject], table: SiteTable,
            units: Ranges | None = None) -> hooks_pb2.Target:
    """The protocol's spelling of a target."""
    target = hooks_pb2.Target()
    for part in parts:
        if isinstance(part, NeuronSet):
            for (site, layer), ranges in part.ranges.items():
                target.selections.append(_message(site, ((layer, layer),), ranges))
        elif isinstance(part, StoredObject):
            target.sets.append(part.hash)
        elif part.startswith("sha256:"):
            target.sets.append(StoredObject.parse(part).hash)
        elif part.startswith("@"):
            inner = NeuronSet.load(part[1:])
            target.MergeFrom(message([inner], table))
        else:
            target.selections.append(selection(part, table, units))
    if not target.selections and not target.sets:
        raise BadArgument("an empty target selects nothing")
    return target


def _message(site: str, layers: Ranges | None, units: Ranges | None) -> hooks_pb2.Selection:
    result = hooks_pb2.Selection(site=site)
    for name, ranges in (("layers", layers), ("units", units)):
        if ranges is not None:
            getattr(result, name).mask = indices.mask(ranges)
    return result
