"""Project and Columns: what the weights say about neurons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Union

import numpy as np

from .._core import limits, streams
from .._core.codes import Method
from .._hooks import indices
from .._hooks.neurons import NeuronSet
from .._results.common import TokenScore, Trailer
from .._results.forward import Columns, Projection, Projections
from .._results.tensors import TensorList
from .._transport.exchange import Collector
from ..errors import BadArgument, ProtocolError
from ..v1 import common_pb2, service_pb2
from .context import Context, Procedure

UnitsLike = Union[str, NeuronSet, "Sequence[str | tuple[int, int]]"]
_KINDS = {"value": service_pb2.ColumnsRequest.VALUE, "gate": service_pb2.ColumnsRequest.GATE,
          "up": service_pb2.ColumnsRequest.UP}


def units(given: UnitsLike) -> list[tuple[int, int]]:
    """Neurons as (layer, neuron), in the order given.

    >>> units("L6N180 L5N1,2")
    [(6, 180), (5, 1), (5, 2)]
    """
    if isinstance(given, str):
        given = given.split()
    if isinstance(given, NeuronSet):
        given = list(given)
    found: list[tuple[int, int]] = []
    for entry in given:
        if not isinstance(entry, str):
            found.append((int(entry[0]), int(entry[1])))
            continue
        part = NeuronSet([entry])
        if any(site != "mlp.act" for site, _ in part.ranges):
            raise BadArgument(f"{entry!r} is no neuron; accepted: L3N7, L3N1,5,9, (3, 7)")
        found += [(layer, unit) for (_, layer), ranges in part.ranges.items()
                  for unit in indices.each(ranges)]
    if not found or min(map(min, found)) < 0 or max(map(max, found)) >= limits.INDEX_LIMIT:
        raise BadArgument("name one neuron or more, such as L3N7 or (3, 7)")
    return found


def _references(pairs: Iterable[tuple[int, int]]) -> list[service_pb2.NeuronRef]:
    return [service_pb2.NeuronRef(layer=layer, neuron=neuron) for layer, neuron in pairs]


def project(context: Context, given: UnitsLike, normed: bool, top_k: int,
            timeout: float | None) -> Procedure[Projections]:
    """Tokens that value vectors promote and demote."""
    kind = service_pb2.ProjectRequest
    found: list[Projection] = []
    trailer: Trailer | None = None
    for batch in context.batches(_references(units(given)), "service.units_per_request"):
        request = kind(units=batch, convention=kind.NORMED if normed else kind.RAW, top_k=top_k)
        parts, end = yield context.call(Method.PROJECT, request, Projected, timeout)
        found += parts
        trailer = end if trailer is None else trailer + end
    assert trailer is not None
    return Projections(trailer, tuple(found))


class Projected(Collector[int, "tuple[list[Projection], Trailer]"]):
    """One message for each neuron."""

    def __init__(self) -> None:
        self._found: list[Projection] = []

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Takes a neuron's tokens."""
        reply = service_pb2.ProjectReply.FromString(bytes(payload))
        self._found.append(Projection(
            reply.unit.layer, reply.unit.neuron, TokenScore.read(reply.promoted),
            TokenScore.read(reply.demoted), reply.norm))
        return (1,)

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Refuses tensors."""
        raise ProtocolError(f"the daemon sent tensor {tensor.descriptor.name!r} unasked")

    def finish(self, end: common_pb2.End) -> tuple[list[Projection], Trailer]:
        """All neurons."""
        return self._found, Trailer.read(end)


def columns(context: Context, given: UnitsLike, kind: str, norms_only: bool,
            timeout: float | None) -> Procedure[Columns]:
    """Weight vectors of neurons."""
    if kind not in _KINDS:
        raise BadArgument(f"{kind!r} is no kind of vector; accepted: {', '.join(_KINDS)}")
    chosen = units(given)
    parts: list[Columns] = []
    for batch in context.batches(_references(chosen), "service.units_per_request"):
        request = service_pb2.ColumnsRequest(units=batch, kind=_KINDS[kind],
                                             norms_only=norms_only)
        parts.append((yield context.call(Method.COLUMNS, request, ColumnsRead, timeout)))
    trailer = parts[0].trailer
    for part in parts[1:]:
        trailer = trailer + part.trailer
    vectors = [part.vectors for part in parts]
    return Columns(trailer, tuple(chosen), np.concatenate([part.norms for part in parts]),
                   vectors[0] if len(vectors) == 1 else np.concatenate(vectors))


class ColumnsRead(Collector[int, Columns]):
    """Norms, and the vectors where they were asked for."""

    def __init__(self) -> None:
        self._norms: list[float] = []
        self._tensors = TensorList((), 0)

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Takes the norms."""
        reply = service_pb2.ColumnsReply.FromString(bytes(payload))
        self._norms = list(reply.norms)
        self._tensors = TensorList(reply.tensors, 0)
        return ()

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Takes the vectors."""
        self._tensors.take(tensor)
        return ()

    def finish(self, end: common_pb2.End) -> Columns:
        """Both."""
        vectors = [tensor.array for tensor in self._tensors.tensors.values()]
        return Columns(Trailer.read(end), (), np.array(self._norms, np.float32),
                       np.asarray(vectors[0] if vectors else np.empty((0, 0)), np.float32))
