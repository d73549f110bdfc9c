"""Values that actions and reductions carry: numbers, vectors, tensors that a daemon keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import BadArgument
from ..v1 import hooks_pb2
from .targets import StoredObject


@dataclass(frozen=True)
class StoredTensor:
    """A tensor of a stored safetensors object, as a value.

    >>> with model.put({"probe": np.ones(256, np.float32)}) as stored:
    ...     action = neurond.add(neurond.StoredTensor(stored, "probe"), "resid_post.3")
    """

    object: StoredObject
    tensor: str


ValueLike = float | Sequence[float] | npt.NDArray[np.generic] | StoredTensor

# A number, a vector or a stored tensor, so that values compare and hash.
Value = float | tuple[float, ...] | StoredTensor


def value(given: ValueLike, what: str) -> Value:
    """Freezes and checks a value."""
    if isinstance(given, StoredTensor):
        return given
    array = np.asarray(given, np.float64)
    if array.ndim == 0:
        return number(float(array), what)
    if array.ndim != 1 or not array.size or not np.isfinite(array).all():
        raise BadArgument(f"{what} takes a number, or a vector of finite numbers")
    return tuple(array.tolist())


def number(given: float, what: str) -> float:
    """Checks a number."""
    if not math.isfinite(given):
        raise BadArgument(f"{what} takes a finite number, not {given}")
    return float(given)


def message(given: Value) -> hooks_pb2.Value:
    """The protocol's spelling."""
    if isinstance(given, StoredTensor):
        return hooks_pb2.Value(stored=hooks_pb2.Value.Stored(
            hash=given.object.hash, tensor=given.tensor))
    if isinstance(given, tuple):
        return hooks_pb2.Value(vector=hooks_pb2.Value.Vector(values=given))
    return hooks_pb2.Value(scalar=given)
