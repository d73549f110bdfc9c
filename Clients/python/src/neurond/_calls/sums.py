"""Statistics: sums over the items of groups, over as many requests as a list needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from .._core import streams
from .._core.codes import Method
from .._hooks.plan import HooksLike
from .._hooks.targets import StoredObject
from .._results.common import Receipt, Trailer
from .._results.statistics import Group, Statistics
from .._results.tensors import TensorList
from .._transport.exchange import Collector
from ..errors import BadArgument, ProtocolError
from ..prompts import Item, PromptsLike, items, message, without
from ..v1 import common_pb2, service_pb2
from .context import Context, Procedure


def statistics(context: Context, prompts: PromptsLike, sums: str | Sequence[str], site: str,
               layers: Iterable[int] | None, exact: bool, hooks: HooksLike,
               adapter: StoredObject | None, timeout: float | None) -> Procedure[Statistics]:
    """Sums over many items."""
    chosen = sorted({int(layer) for layer in layers}) if layers is not None else []
    if layers is not None and not chosen:
        raise BadArgument("an empty list of layers asks for nothing")
    named = context.table.find(site)
    messages = statistics_items(context, items(prompts), hooks)
    total: Statistics | None = None
    done = 0
    for batch in context.batches(messages):
        request = service_pb2.StatisticsRequest(
            items=batch, hooks=context.plan(hooks), adapter=adapter.hash if adapter else b"",
            site=named.site if named else site, layers=chosen,
            sums=[sums] if isinstance(sums, str) else list(sums), exact=exact)
        groups, receipts, trailer = yield context.call(
            Method.STATISTICS, request, partial(Sums, done), timeout)
        done += len(batch)
        axis = np.array(chosen or range(context.info.layers), np.int64)
        part = Statistics(trailer, request.site, axis, groups, tuple(receipts))
        total = part if total is None else total + part
    assert total is not None
    return total


def statistics_items(context: Context, given: Sequence[Item],
                     hooks: HooksLike) -> list[service_pb2.StatisticsItem]:
    """The items of a Statistics."""
    return [_item(context, item, hooks) for item in given]


def _item(context: Context, item: Item, hooks: HooksLike) -> service_pb2.StatisticsItem:
    without(item, "captures", "seed", "max_tokens")
    return service_pb2.StatisticsItem(
        prompt=message(item.prompt),
        continuation=None if item.continuation is None else message(item.continuation),
        hooks=context.own_plan(item, hooks), group=item.group,
        counted=[service_pb2.PositionRange(start=start, end=end) for start, end in item.counted])


class Sums(Collector[int, "tuple[dict[str, Group], list[Receipt], Trailer]"]):
    """Items, then groups and their tensors; shows a number for each item."""

    def __init__(self, first_item: int) -> None:
        self._first = first_item
        self._receipts: list[Receipt] = []
        self._groups: list[tuple[service_pb2.StatisticsReply.Group, TensorList]] = []

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Takes an item or begins a group."""
        reply = service_pb2.StatisticsReply.FromString(bytes(payload))
        if reply.HasField("item"):
            self._receipts += Receipt.read(reply.item.receipts, self._first + reply.item.item)
            return (1,)
        self._groups.append((reply.group, TensorList(reply.group.tensors, len(self._groups))))
        return ()

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Adds to the group that was begun last."""
        if not self._groups:
            raise ProtocolError("the daemon sent a tensor before the first group")
        self._groups[-1][1].take(tensor)
        return ()

    def finish(self, end: common_pb2.End) -> tuple[dict[str, Group], list[Receipt], Trailer]:
        """All groups."""
        groups = {}
        for given, tensors in self._groups:
            if not tensors.is_whole:
                raise ProtocolError("the daemon announced tensors that it did not send")
            raw = {name.partition(":")[2]: tensor.array
                   for name, tensor in tensors.tensors.items()}
            groups[given.label] = Group(given.label, given.items, given.tokens, raw)
        return groups, self._receipts, Trailer.read(end)
