"""Labelled tensors of an answer, and the collector that pairs announcements with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .._core import streams
from ..errors import ProtocolError
from ..v1 import common_pb2


class Row(NamedTuple):
    """The label of one row.

    >>> model.forward("7 = ", captures="embed")[0]["embed"].rows[0]
    Row(item=0, position=0, token=1)
    """

    item: int
    position: int
    token: int


@dataclass(frozen=True, eq=False)
class Tensor:
    """One captured tensor, with the labels of its rows and columns.

    `array` is the memory that the tensor was received into, `positions` and `tokens` label its
    rows (both empty where a reduction went over positions), `units` its columns (empty where they
    are all there in order).

    >>> tensor = model.forward("12 + 7 = ", captures="L6N180")[0]["mlp.act.6"]
    >>> tensor
    Tensor(mlp.act.6, f32 (8, 1))
    >>> tensor.units, np.asarray(tensor).shape
    (array([180]), (8, 1))
    """

    name: str
    site: str
    array: npt.NDArray[np.generic]
    item: int
    positions: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]
    reduced_rows: int

    @property
    def rows(self) -> list[Row]:
        """The labels of the rows."""
        return [Row(self.item, position, token) for position, token in
                zip(self.positions.tolist(), self.tokens.tolist(), strict=True)]

    def __array__(self, dtype: npt.DTypeLike | None = None,
                  copy: bool | None = None) -> npt.NDArray[np.generic]:
        array = self.array if dtype is None else self.array.astype(dtype)
        return array.copy() if copy else array

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        kind = self.array.dtype
        return f"Tensor({self.name}, {kind.kind}{8 * kind.itemsize} {self.array.shape})"


class TensorList:
    """The tensors that a message announced, as they arrive."""

    def __init__(self, infos: Sequence[common_pb2.TensorInfo], item: int,
                 label: int | None = None) -> None:
        self._infos = infos
        self._item = item
        # Where a list was cut into several requests, the item's number in the whole list.
        self._label = item if label is None else label
        self.tensors: dict[str, Tensor] = {}

    @property
    def is_whole(self) -> bool:
        """Whether all have come."""
        return len(self.tensors) == len(self._infos)

    def take(self, received: streams.Tensor) -> None:
        """Takes the next one."""
        head = received.descriptor
        if self.is_whole or head.index != len(self.tensors) or head.item != self._item:
            raise ProtocolError(f"the daemon sent tensor {head.name!r}, which it did not announce")
        info = self._infos[head.index]
        if info.name != head.name or tuple(info.shape) != head.shape:
            raise ProtocolError(f"the daemon announced tensor {info.name!r} and sent {head.name!r}")
        self.tensors[info.name] = Tensor(
            info.name, info.site, received.array, self._label, _numbers(info.positions),
            _numbers(info.tokens), _units(info.unit_ranges), info.reduced_rows)


def _numbers(values: Iterable[int]) -> npt.NDArray[np.int64]:
    return np.fromiter(values, np.int64)


def _units(ranges: Sequence[int]) -> npt.NDArray[np.int64]:
    pairs = [(ranges[index], ranges[index + 1]) for index in range(0, len(ranges), 2)]
    if len(pairs) == 1:
        return np.arange(pairs[0][0], pairs[0][0] + pairs[0][1], dtype=np.int64)
    parts = [np.arange(first, first + count, dtype=np.int64) for first, count in pairs]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
