"""Neuron sets: named lists of neurons and heads, in the project's files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .._core import limits
from ..errors import BadArgument
from . import indices
from .indices import Ranges

_FORMAT = "neurond-neurons-1"
_UNIT = re.compile(rf"L({indices.PATTERN})([NH])({indices.PATTERN})")
_SITES = {"N": "mlp.act", "H": "attn.z"}
_LETTERS = {site: letter for letter, site in _SITES.items()}


class NeuronSet:
    """An unchanging set of neurons (`L3N7`) and heads (`L17H22`).

    >>> found = neurond.NeuronSet(["L5N154,454", "L6N180"], origin="by hand")
    >>> len(found), "L5N454" in found, list(found)
    (3, True, ['L5N154', 'L5N454', 'L6N180'])
    >>> found - neurond.NeuronSet(["L6N180"])
    NeuronSet(['L5N154,454'])
    """

    def __init__(self, units: Iterable[str] = (), *, model: str = "", origin: str = "") -> None:
        pairs: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for text in units:
            for key, ranges in _explicit(text):
                pairs.setdefault(key, []).extend(ranges)
        self.ranges: Mapping[tuple[str, int], Ranges] = {
            key: indices.merge(pairs[key]) for key in sorted(pairs)}
        self.model = model
        self.origin = origin

    @classmethod
    def of_neurons(cls, layers: Mapping[int, Iterable[int]], *, model: str = "",
                   origin: str = "") -> NeuronSet:
        """The neurons of each layer.

        >>> neurond.NeuronSet.of_neurons({5: [454, 154], 6: [180]})
        NeuronSet(['L5N154,454', 'L6N180'])
        """
        return cls([f"L{layer}N{','.join(map(str, units))}" for layer, neurons in layers.items()
                    if (units := [int(unit) for unit in neurons])], model=model, origin=origin)

    @classmethod
    def top(cls, scores: npt.NDArray[np.generic], count: int, *,
            layers: Iterable[int] | None = None, model: str = "",
            origin: str = "") -> NeuronSet:
        """The neurons with the largest of `scores`, an array (layers, neurons); ties by index.

        >>> neurond.NeuronSet.top(np.array([[0.1, 3.0], [2.0, 0.0]]), 2)
        NeuronSet(['L0N1', 'L1N0'])
        """
        values = np.asarray(scores)
        if values.ndim != 2:
            raise BadArgument(f"scores have the shape (layers, neurons), not {values.shape}")
        names = list(range(values.shape[0]) if layers is None else layers)
        order = np.argsort(-values.reshape(-1), kind="stable")[:count]
        found: dict[int, list[int]] = {}
        for flat in order.tolist():
            found.setdefault(names[flat // values.shape[1]], []).append(flat % values.shape[1])
        return cls.of_neurons(found, model=model, origin=origin)

    @classmethod
    def load(cls, path: str | Path) -> NeuronSet:
        """Reads a neuron set file.

        >>> neurond.NeuronSet.load(bundled / "silence.json")
        NeuronSet(['L5N154,454', 'L6N180'])
        """
        with Path(path).open("rb") as file:
            data = file.read(limits.NEURON_FILE_BYTES + 1)
        if len(data) > limits.NEURON_FILE_BYTES:
            raise BadArgument(f"{path} has more than {limits.NEURON_FILE_BYTES} bytes")
        try:
            return cls.from_json(data)
        except BadArgument as error:
            raise BadArgument(f"{path}: {error}") from None

    @classmethod
    def from_json(cls, data: bytes | str) -> NeuronSet:
        """Reads the text of a neuron set file.

        >>> neurond.NeuronSet.from_json('{"format": "neurond-neurons-1", "units": ["L3N7"]}')
        NeuronSet(['L3N7'])
        """
        try:
            value = json.loads(data)
        except ValueError as error:
            raise BadArgument(f"not JSON: {error}") from None
        if not isinstance(value, dict) or value.get("format") != _FORMAT:
            raise BadArgument(f"not a neuron set: its format is not {_FORMAT!r}")
        unknown = value.keys() - {"format", "model", "origin", "units"}
        if unknown:
            raise BadArgument(f"unknown fields {sorted(unknown)}")
        units = value.get("units")
        if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
            raise BadArgument("'units' is not a list of texts")
        return cls(units, model=str(value.get("model", "")), origin=str(value.get("origin", "")))

    def to_json(self) -> bytes:
        """The bytes of a neuron set file.

        >>> json.loads(neurond.NeuronSet(["L3N7"]).to_json())
        {'format': 'neurond-neurons-1', 'units': ['L3N7']}
        """
        value: dict[str, object] = {"format": _FORMAT}
        if self.model:
            value["model"] = self.model
        if self.origin:
            value["origin"] = self.origin
        value["units"] = self.spelled()
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"

    def save(self, path: str | Path) -> None:
        """Writes a neuron set file, whole or not at all.

        >>> neurond.NeuronSet(["L3N7"]).save(folder / "one.json")
        """
        target = Path(path)
        partial = target.with_name(target.name + ".tmp")
        partial.write_bytes(self.to_json())
        partial.replace(target)

    @property
    def hash(self) -> str:
        """The content hash that a daemon would know it by.

        >>> neurond.NeuronSet(["L3N7"]).hash[:14]
        'sha256:...'
        """
        return f"sha256:{hashlib.sha256(self.to_json()).hexdigest()}"

    def neurons(self) -> dict[int, list[int]]:
        """Neurons of each layer, heads left out.

        >>> neurond.NeuronSet(["L5N454", "L2H1"]).neurons()
        {5: [454]}
        """
        return {layer: list(indices.each(ranges))
                for (site, layer), ranges in self.ranges.items() if site == "mlp.act"}

    def spelled(self) -> list[str]:
        """The units as a file names them.

        >>> neurond.NeuronSet(["L3N9", "L3N7,8"]).spelled()
        ['L3N7-9']
        """
        return [f"L{layer}{_LETTERS[site]}{indices.spell(ranges)}"
                for (site, layer), ranges in self.ranges.items()]

    def __iter__(self) -> Iterator[str]:
        for (site, layer), ranges in self.ranges.items():
            for unit in indices.each(ranges):
                yield f"L{layer}{_LETTERS[site]}{unit}"

    def __len__(self) -> int:
        return sum(map(indices.count, self.ranges.values()))

    def __contains__(self, unit: object) -> bool:
        if not isinstance(unit, str):
            return False
        return all(any(low <= index <= high for low, high in self.ranges.get(key, ()))
                   for key, ranges in _explicit(unit) for index in indices.each(ranges))

    def __or__(self, other: NeuronSet) -> NeuronSet:
        return NeuronSet([*self.spelled(), *other.spelled()], model=self.model or other.model)

    def __and__(self, other: NeuronSet) -> NeuronSet:
        return NeuronSet(set(self) & set(other), model=self.model or other.model)

    def __sub__(self, other: NeuronSet) -> NeuronSet:
        return NeuronSet(set(self) - set(other), model=self.model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NeuronSet) and self.ranges == other.ranges

    def __hash__(self) -> int:
        return hash(tuple(self.ranges.items()))

    def __repr__(self) -> str:
        whole = f"NeuronSet({self.spelled()})"
        if len(whole) <= 100:
            return whole
        return f"<NeuronSet of {len(self)} units: {' '.join(self.spelled())[:60]}…>"


def _explicit(text: str) -> Iterator[tuple[tuple[str, int], Ranges]]:
    match = _UNIT.fullmatch(text)
    layers = match and indices.parse(match[1])
    units = match and indices.parse(match[3])
    if not match or not layers or not units:
        raise BadArgument(f"{text!r} names no units; accepted: L3N7, L3N1,5,9, L17H22, L3-5N10-20")
    for layer in indices.each(layers):
        yield (_SITES[match[2]], layer), units
