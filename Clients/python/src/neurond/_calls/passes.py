"""Forward and Score: lists of items, each answered by one message and its tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar

import numpy as np

from .._core import streams
from .._core.codes import Method
from .._hooks.plan import CapturesLike, HooksLike
from .._hooks.targets import StoredObject
from .._results.common import Receipt, TokenScore, Trailer
from .._results.forward import Forward, ForwardItem, Scored, Scores
from .._results.tensors import TensorList
from .._transport.exchange import Collector
from ..errors import BadArgument, ProtocolError
from ..prompts import Item, PromptLike, PromptsLike, items, message, pairs, without
from ..v1 import common_pb2, service_pb2
from .context import Context, Procedure

Part = TypeVar("Part", covariant=True)


class Reader(Protocol[Part]):
    """Makes the part of an answer that one message begins."""

    def __call__(self, payload: bytes, first_item: int) -> tuple[Part, TensorList]:
        """The part, and the tensors that belong to it."""


class Parts(Collector[int, "tuple[list[Part], Trailer]"], Generic[Part]):
    """Messages and the tensors that each of them announces; shows a number for each whole part."""

    def __init__(self, read: Reader[Part], first_item: int = 0) -> None:
        self._read = read
        self._first = first_item
        self._parts: list[Part] = []
        self._tensors = TensorList((), 0)

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Begins a part."""
        self._check_whole()
        part, self._tensors = self._read(bytes(payload), self._first)
        self._parts.append(part)
        return (1,) if self._tensors.is_whole else ()

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Adds to the part that was begun last."""
        self._tensors.take(tensor)
        return (1,) if self._tensors.is_whole else ()

    def finish(self, end: common_pb2.End) -> tuple[list[Part], Trailer]:
        """All parts."""
        self._check_whole()
        return self._parts, Trailer.read(end)

    def _check_whole(self) -> None:
        if not self._tensors.is_whole:
            raise ProtocolError("the daemon announced tensors that it did not send")


def forward(context: Context, prompts: PromptsLike, hooks: HooksLike, captures: CapturesLike,
            top_k: int, adapter: StoredObject | None,
            timeout: float | None) -> Procedure[Forward]:
    """One hooked pass over each item."""
    messages = forward_items(context, items(prompts), hooks, captures)
    found: list[ForwardItem] = []
    trailer: Trailer | None = None
    for batch in context.batches(messages):
        request = service_pb2.ForwardRequest(
            items=batch, hooks=context.plan(hooks, captures), top_k=top_k,
            adapter=adapter.hash if adapter else b"")
        first = len(found)
        parts, end = yield context.call(
            Method.FORWARD, request, partial(Parts, forward_item, first), timeout)
        found += parts
        trailer = end if trailer is None else trailer + end
    assert trailer is not None
    return Forward(trailer, tuple(found))


def forward_items(context: Context, given: Sequence[Item], hooks: HooksLike,
                  captures: CapturesLike) -> list[service_pb2.ForwardItem]:
    """The items of a Forward."""
    for item in given:
        without(item, "continuation", "seed", "max_tokens", "group", "counted")
    return [service_pb2.ForwardItem(prompt=message(item.prompt),
                                    hooks=context.own_plan(item, hooks, captures))
            for item in given]


def forward_item(payload: bytes, first_item: int = 0) -> tuple[ForwardItem, TensorList]:
    """One item of a Forward's answer."""
    reply = service_pb2.ForwardReply.FromString(payload)
    item = first_item + reply.item
    tensors = TensorList(reply.tensors, reply.item, item)
    return ForwardItem(item, np.fromiter(reply.tokens, np.int64), TokenScore.read(reply.top),
                       tensors.tensors, Receipt.read(reply.receipts, item),
                       reply.plan_hash), tensors


def score(context: Context, given: Iterable[Item | tuple[PromptLike, PromptLike]],
          hooks: HooksLike, captures: CapturesLike, adapter: StoredObject | None,
          timeout: float | None) -> Procedure[Scores]:
    """Log-probabilities of continuations."""
    messages = score_items(context, pairs(given), hooks, captures)
    found: list[Scored] = []
    trailer: Trailer | None = None
    for batch in context.batches(messages):
        request = service_pb2.ScoreRequest(items=batch, hooks=context.plan(hooks, captures),
                                           adapter=adapter.hash if adapter else b"")
        first = len(found)
        parts, end = yield context.call(
            Method.SCORE, request, partial(Parts, _scored, first), timeout)
        found += parts
        trailer = end if trailer is None else trailer + end
    assert trailer is not None
    return Scores(trailer, tuple(found))


def score_items(context: Context, given: Sequence[Item], hooks: HooksLike,
                captures: CapturesLike) -> list[service_pb2.ScoreItem]:
    """The items of a Score."""
    messages = []
    for item in given:
        without(item, "seed", "max_tokens", "group", "counted")
        if item.continuation is None:
            raise BadArgument("each item of score has a continuation: (prompt, continuation)")
        messages.append(service_pb2.ScoreItem(
            prompt=message(item.prompt), continuation=message(item.continuation),
            hooks=context.own_plan(item, hooks, captures)))
    return messages


def _scored(payload: bytes, first_item: int) -> tuple[Scored, TensorList]:
    reply = service_pb2.ScoreReply.FromString(payload)
    item = first_item + reply.item
    tensors = TensorList(reply.tensors, reply.item, item)
    greedy = np.fromiter(reply.greedy, np.bool_)
    return Scored(item, np.fromiter(reply.tokens, np.int64), reply.prompt_tokens,
                  np.fromiter(reply.log_probabilities, np.float64), reply.total, greedy,
                  Receipt.read(reply.receipts, item), reply.plan_hash, tensors.tensors), tensors

