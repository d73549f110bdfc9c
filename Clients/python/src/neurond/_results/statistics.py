"""Statistics over many items: sums that merge to the same bits in any order, and their means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .. import safetensors
from ..errors import BadArgument
from .common import Answer, Provenance, Receipt, Trailer

# Sums whose values are per item, so that the sum over items divides by their number.
PER_ITEM = ("mean_abs", "rms", "l2_over_n", "l2")


def add_exact(one: npt.NDArray[np.int64], two: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Adds 128-bit numbers of shape (…, 2), the low word first.

    >>> one = np.array([[-1, 0]], np.int64)  # 2^64 - 1
    >>> add_exact(one, np.array([[1, 0]], np.int64)).tolist()
    [[0, 1]]
    """
    low = one[..., 0].view(np.uint64) + two[..., 0].view(np.uint64)
    carry = low < one[..., 0].view(np.uint64)
    high = one[..., 1] + two[..., 1] + carry
    return np.stack([low.view(np.int64), high], axis=-1)


def exact_to_float(pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The nearest doubles of 128-bit numbers in units of 2^-64.

    >>> exact_to_float(np.array([[0, 3], [-2**63, 0]], np.int64)).tolist()
    [3.0, 0.5]
    """
    low = np.ascontiguousarray(pairs[..., 0]).view(np.uint64).reshape(-1).tolist()
    high = pairs[..., 1].reshape(-1).tolist()
    scale = 1 << 64
    values = [((upper << 64) + lower) / scale for lower, upper in zip(low, high, strict=True)]
    return np.array(values, np.float64).reshape(pairs.shape[:-1])


@dataclass(frozen=True, eq=False)
class Group:
    """The statistics of one group of items.

    `raw` holds each sum as it was answered: f64, i64, f32, or with a last axis of 2 the exact
    128-bit numbers. Layers and elements are labelled by the `Statistics` that it is part of.

    >>> group = model.statistics(["7 = ", "12 + 7 = "])[""]
    >>> group.items, group.tokens, group.mean("mean_abs").shape
    (2, 12, (8, 704))
    """

    label: str
    items: int
    tokens: int
    raw: Mapping[str, npt.NDArray[np.generic]]

    def sum(self, name: str) -> npt.NDArray[np.generic]:
        """A sum as numbers, (layers, elements)."""
        if name not in self.raw:
            raise BadArgument(f"no sum {name!r} was asked for; there are {', '.join(self.raw)}")
        raw = self.raw[name]
        return exact_to_float(raw.view(np.int64)) if raw.ndim == 3 else raw

    def mean(self, name: str) -> npt.NDArray[np.float64]:
        """The mean: over items of `mean_abs`, `rms`, `l2_over_n`, `l2`; over tokens of others."""
        if name == "max_abs":
            raise BadArgument("a maximum has no mean; see sum('max_abs')")
        count = self.items if name in PER_ITEM else self.tokens
        return np.asarray(self.sum(name), np.float64) / count

    def __add__(self, other: Group) -> Group:
        """Both groups together: to the bit what one request over all items would answer."""
        if self.raw.keys() != other.raw.keys():
            raise BadArgument("groups of different sums cannot be added")
        raw = {name: _merge(name, self.raw[name], other.raw[name]) for name in self.raw}
        return Group(self.label, self.items + other.items, self.tokens + other.tokens, raw)


def _merge(name: str, one: npt.NDArray[np.generic],
           two: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if one.shape != two.shape or one.dtype != two.dtype:
        raise BadArgument(f"{name} of different shapes or types cannot be added")
    if name == "max_abs":
        return np.asarray(np.maximum(one, two))
    if one.ndim == 3:
        return add_exact(one.view(np.int64), two.view(np.int64))
    return np.asarray(np.add(one, two))


@dataclass(frozen=True, eq=False)
class Statistics(Answer, Mapping[str, Group]):
    """The answer of `model.statistics`: groups by label.

    `layers` labels the first axis of every array, `site` says what the second one counts.

    >>> found = model.statistics([neurond.Item("7 = ", group="equation"),
    ...                           neurond.Item("Tom is a", group="prose")])
    >>> list(found), found.site, found.layers.tolist()
    (['equation', 'prose'], 'mlp.act', [0, 1, 2, 3, 4, 5, 6, 7])
    """

    site: str
    layers: npt.NDArray[np.int64]
    groups: Mapping[str, Group]
    item_receipts: tuple[Receipt, ...] = ()

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return self.item_receipts

    def __getitem__(self, label: str) -> Group:
        return self.groups[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def save(self, path: str | Path) -> None:
        """Writes every sum, as `GROUP/SUM` with exact ones as pairs, to a safetensors file.

        >>> model.statistics("7 = ").save(folder / "sums.safetensors")
        >>> neurond.safetensors.load(folder / "sums.safetensors")["/mean_abs"].shape
        (8, 704, 2)
        """
        arrays = {f"{label}/{name}": array for label, group in self.groups.items()
                  for name, array in group.raw.items()}
        counts = {label: [group.items, group.tokens] for label, group in self.groups.items()}
        labels = {"site": self.site, "layers": self.layers.tolist(), "counts": counts,
                  "model_digest": self.provenance.model_digest}
        safetensors.save(path, arrays, {"neurond": json.dumps(labels)})

    @classmethod
    def load(cls, path: str | Path) -> Statistics:
        """Reads what `save` wrote, so that later parts of a data set can be added.

        >>> model.statistics("7 = ").save(folder / "sums.safetensors")
        >>> again = neurond.Statistics.load(folder / "sums.safetensors")
        >>> (again + model.statistics("7 = "))[""].items
        2
        """
        labels = json.loads(safetensors.metadata(path).get("neurond", "{}"))
        if not labels.keys() >= {"site", "layers", "counts"}:
            raise BadArgument(f"{path} holds no statistics")
        arrays = safetensors.load(path)
        groups = {}
        for label, (items, tokens) in labels["counts"].items():
            raw = {name[len(label) + 1:]: array for name, array in arrays.items()
                   if name.rpartition("/")[0] == label}
            groups[label] = Group(label, items, tokens, raw)
        trailer = Trailer(provenance=Provenance(model_digest=labels["model_digest"]))
        return cls(trailer, labels["site"], np.array(labels["layers"], np.int64), groups)

    def __add__(self, other: Statistics) -> Statistics:
        """Statistics of both lists of items."""
        if self.provenance.model_digest != other.provenance.model_digest:
            raise BadArgument("statistics of different models cannot be added")
        if self.site != other.site or self.layers.tolist() != other.layers.tolist():
            raise BadArgument("statistics of different sites or layers cannot be added")
        groups = dict(self.groups)
        for label, group in other.groups.items():
            groups[label] = groups[label] + group if label in groups else group
        return Statistics(self.trailer + other.trailer, self.site, self.layers,
                          dict(sorted(groups.items(), key=lambda entry: entry[0].encode())),
                          self.item_receipts + other.item_receipts)

    def __repr__(self) -> str:
        lines = [f"Statistics({self.site}, {len(self.layers)} layers)"]
        lines += [f"  {label!r}: {group.items} items, {group.tokens} tokens, "
                  f"{', '.join(group.raw)}" for label, group in list(self.groups.items())[:8]]
        return "\n".join(lines)
