"""What a model's requests have in common: its name, its sites, its limits, the hooks in force."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message as Protobuf

from .._core import limits, streams
from .._core.codes import Method
from .._hooks import plan as plans
from .._hooks.actions import Action
from .._hooks.captures import Capture
from .._hooks.sites import SiteTable
from .._transport.exchange import Call, Collector
from ..errors import BadArgument, NotFound, ProtocolError
from ..prompts import Item
from ..v1 import common_pb2, hooks_pb2, service_pb2

T = TypeVar("T")
M = TypeVar("M", bound=Protobuf)
Procedure = Generator[Call[Any, Any], Any, T]

_LANES = {None: common_pb2.LANE_UNSPECIFIED, "interactive": common_pb2.INTERACTIVE,
          "bulk": common_pb2.BULK}


class Request(Protocol):
    """Any request message."""

    @property
    def options(self) -> common_pb2.RequestOptions:
        """Its first field."""

    def SerializeToString(self) -> bytes:  # noqa: N802
        """Its bytes."""


class Context:
    """What a model is to its requests."""

    def __init__(self, capabilities: service_pb2.CapabilitiesReply, name: str | None,
                 lane: str | None) -> None:
        if lane not in _LANES:
            raise BadArgument(f"{lane!r} is no lane; accepted: 'interactive', 'bulk', None")
        self.capabilities = capabilities
        self.info = _find(capabilities.models, name)
        self.table = SiteTable(capabilities.sites)
        self.limits = {limit.name: limit.value for limit in capabilities.limits}
        self.lane = _LANES[lane]
        # Sites that the model's family does not have, once that was asked.
        self.lacking: frozenset[str] | None = None
        self.hooks: ContextVar[tuple[Action, ...]] = ContextVar("neurond hooks", default=())

    def call(self, method: Method, request: Request, collector: Callable[[], Collector[Any, Any]],
             timeout: float | None = None, chunks: tuple[bytes, ...] = ()) -> Call[Any, Any]:
        """A call to this model."""
        set_deadline(request, timeout)
        request.options.model = self.info.digest
        request.options.lane = self.lane
        return Call(method, request.SerializeToString(), collector, chunks, timeout)

    def plan(self, hooks: plans.HooksLike,
             captures: plans.CapturesLike = None) -> hooks_pb2.HookPlan | None:
        """The plan of a call, behind the hooks of `with model.hooks(…)`."""
        return self.message(self.hooks.get() + plans.actions(hooks), plans.captures(captures))

    def message(self, hooks: Sequence[Action],
                captures: Sequence[Capture]) -> hooks_pb2.HookPlan | None:
        """The protocol's spelling of a plan."""
        return plans.plan(self.table, self.info.digest, hooks, captures)

    def own_plan(self, item: Item, hooks: plans.HooksLike,
                 captures: plans.CapturesLike = None) -> hooks_pb2.HookPlan | None:
        """The plan of an item that has hooks or captures of its own."""
        if item.hooks is None and item.captures is None:
            return None
        own = self.plan(item.hooks if item.hooks is not None else hooks,
                        item.captures if item.captures is not None else captures)
        # An empty plan of an item's own is one too, and not the request's.
        return own if own is not None else hooks_pb2.HookPlan()

    def limit(self, name: str, default: int) -> int:
        """A limit that the daemon states."""
        return self.limits.get(name, default)

    def batches(self, entries: Iterable[M], limit: str = "service.items_per_request"
                ) -> Iterator[list[M]]:
        """Cuts a list into requests that the daemon takes."""
        largest_count = self.limit(limit, 4096)
        largest_bytes = self.limit("wire.frame_bytes", limits.MAX_FRAME) // 4 * 3
        batch: list[M] = []
        byte_count = 0
        for entry in entries:
            size = entry.ByteSize()
            if batch and (len(batch) == largest_count or byte_count + size > largest_bytes):
                yield batch
                batch, byte_count = [], 0
            batch.append(entry)
            byte_count += size
        if batch:
            yield batch


def set_deadline(request: Request, timeout: float | None) -> None:
    """States how long an answer may take."""
    if timeout is None:
        return
    if not 0 < timeout < 2**32 / 1000:
        raise BadArgument(f"timeout= is a number of seconds above 0, not {timeout}")
    request.options.deadline_ms = max(1, round(timeout * 1000))


def _find(models: Sequence[service_pb2.ModelInfo], name: str | None) -> service_pb2.ModelInfo:
    for info in models:
        if not name or name in (info.name, info.digest):
            return info
    served = ", ".join(info.name for info in models) or "none"
    raise NotFound(f"the daemon serves no model {name!r}; it serves {served}",
                   reason="UNKNOWN_MODEL")


class Unary(Collector[Any, M]):
    """An answer of one message."""

    def __init__(self, kind: type[M]) -> None:
        self._kind = kind
        self._reply: M | None = None

    def message(self, payload: bytes | bytearray) -> Iterable[Any]:
        """Takes the message."""
        if self._reply is not None:
            raise ProtocolError("the daemon sent two messages where one is the answer")
        self._reply = self._kind.FromString(bytes(payload))
        return ()

    def tensor(self, tensor: streams.Tensor) -> Iterable[Any]:
        """Refuses tensors."""
        raise ProtocolError(f"the daemon sent tensor {tensor.descriptor.name!r} unasked")

    def finish(self, end: common_pb2.End) -> M:
        """The message."""
        if self._reply is None:
            raise ProtocolError("the daemon sent no message where one is the answer")
        return self._reply


class WithTrailer(Collector[Any, "tuple[M, common_pb2.End]"]):
    """An answer of one message, and its END."""

    def __init__(self, kind: type[M]) -> None:
        self._inner = Unary(kind)

    def message(self, payload: bytes | bytearray) -> Iterable[Any]:
        """Takes the message."""
        return self._inner.message(payload)

    def tensor(self, tensor: streams.Tensor) -> Iterable[Any]:
        """Refuses tensors."""
        return self._inner.tensor(tensor)

    def finish(self, end: common_pb2.End) -> tuple[M, common_pb2.End]:
        """Both."""
        return self._inner.finish(end), end


def capabilities() -> Call[Any, service_pb2.CapabilitiesReply]:
    """Asks what a daemon serves."""
    return Call(Method.CAPABILITIES, b"", lambda: Unary(service_pb2.CapabilitiesReply))
