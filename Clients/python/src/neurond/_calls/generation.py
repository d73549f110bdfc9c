"""Generate: one prompt token by token, or many prompts at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from .._core import streams
from .._core.codes import Method
from .._hooks.plan import CapturesLike, HooksLike
from .._hooks.targets import StoredObject
from .._results.common import Receipt, TokenScore, Trailer
from .._results.forward import Generated, GenerationResult, Generations, Token
from .._results.tensors import TensorList
from .._transport.exchange import Call, Collector
from ..errors import BadArgument, ProtocolError
from ..prompts import Item, PromptLike, PromptsLike, items, message, without
from ..v1 import common_pb2, service_pb2
from .context import Context, Procedure


def request(context: Context, max_tokens: int, temperature: float, top_k: int, top_p: float,
            min_p: float, seed: int, stop: str | Sequence[str], alternatives: int,
            ignore_end: bool, hooks: HooksLike, captures: CapturesLike,
            adapter: StoredObject | None) -> service_pb2.GenerateRequest:
    """A request without prompts."""
    if max_tokens < 0 or not 0 <= seed < 2**64:
        raise BadArgument("max_tokens is not negative, and a seed is a number below 2^64")
    return service_pb2.GenerateRequest(
        max_tokens=max_tokens, hooks=context.plan(hooks, captures), top_k=alternatives,
        stop=[stop] if isinstance(stop, str) else list(stop), ignore_end=ignore_end,
        adapter=adapter.hash if adapter else b"",
        sampling=service_pb2.Sampling(temperature=temperature, top_k=top_k, top_p=top_p,
                                      min_p=min_p, seed=seed))


def one(context: Context, prompt: PromptLike, settings: service_pb2.GenerateRequest,
        timeout: float | None) -> Call[Token, GenerationResult]:
    """A generation that is shown token by token."""
    settings.prompt.CopyFrom(message(prompt))
    return context.call(Method.GENERATE, settings, OneGeneration, timeout)


def many(context: Context, prompts: PromptsLike, settings: service_pb2.GenerateRequest,
         hooks: HooksLike, captures: CapturesLike,
         timeout: float | None) -> Procedure[Generations]:
    """Generations of many prompts, side by side."""
    messages = [_item(context, item, hooks, captures) for item in items(prompts)]
    found: list[Generated] = []
    trailer: Trailer | None = None
    for batch in context.batches(messages):
        part = service_pb2.GenerateRequest()
        part.CopyFrom(settings)
        part.items.extend(batch)
        first = len(found)
        finished, end = yield context.call(
            Method.GENERATE, part, partial(ManyGenerations, first), timeout)
        found += finished
        trailer = end if trailer is None else trailer + end
    assert trailer is not None
    return Generations(trailer, tuple(found))


def _item(context: Context, item: Item, hooks: HooksLike,
          captures: CapturesLike) -> service_pb2.GenerateItem:
    without(item, "continuation", "group", "counted")
    return service_pb2.GenerateItem(
        prompt=message(item.prompt), hooks=context.own_plan(item, hooks, captures),
        seed=item.seed, max_tokens=item.max_tokens)


class OneGeneration(Collector[Token, GenerationResult]):
    """One prompt: `started`, tokens, `finished`, tensors."""

    def __init__(self) -> None:
        self._prompt: Sequence[int] = ()
        self._tokens: list[Token] = []
        self._finished: service_pb2.GenerateReply.Finished | None = None
        self._tensors = TensorList((), 0)

    def message(self, payload: bytes | bytearray) -> Iterable[Token]:
        """Takes an event; shows tokens."""
        reply = service_pb2.GenerateReply.FromString(bytes(payload))
        if reply.HasField("token"):
            given = reply.token
            token = Token(given.id, given.text, given.log_probability, TokenScore.read(given.top))
            self._tokens.append(token)
            return (token,)
        if reply.HasField("started"):
            self._prompt = list(reply.started.tokens)
        elif reply.HasField("finished"):
            self._finished = reply.finished
            self._tensors = TensorList(reply.finished.tensors, 0)
        return ()

    def tensor(self, tensor: streams.Tensor) -> Iterable[Token]:
        """Takes a captured tensor."""
        self._tensors.take(tensor)
        return ()

    def finish(self, end: common_pb2.End) -> GenerationResult:
        """The whole generation."""
        finished = self._finished
        if finished is None or not self._tensors.is_whole:
            raise ProtocolError("the daemon ended a generation that was not finished")
        text = "".join(token.text for token in self._tokens) + finished.text
        trailer = Trailer.read(end)
        return GenerationResult(trailer, Generated(
            0, text, np.array(self._prompt, np.int64),
            np.array([token.id for token in self._tokens], np.int64),
            np.array([token.log_probability for token in self._tokens]),
            finished.reason, finished.stop, self._tensors.tensors,
            Receipt.read(finished.receipts), trailer.provenance.plan_hash))


class ManyGenerations(Collector[int, "tuple[list[Generated], Trailer]"]):
    """Many prompts: for each `started`, `finished` and tensors; shows a number for each."""

    def __init__(self, first_item: int) -> None:
        self._first = first_item
        self._prompts: dict[int, Sequence[int]] = {}
        self._finished: list[Generated] = []
        self._tensors = TensorList((), 0)

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Takes an event."""
        reply = service_pb2.GenerateReply.FromString(bytes(payload))
        if reply.HasField("started"):
            self._prompts[reply.item] = list(reply.started.tokens)
            return ()
        item, given = self._first + reply.item, reply.finished
        self._tensors = TensorList(given.tensors, reply.item, item)
        self._finished.append(Generated(
            item, given.text, np.array(self._prompts.pop(reply.item, ()), np.int64),
            np.fromiter(given.tokens, np.int64), np.fromiter(given.log_probabilities, np.float64),
            given.reason, given.stop, self._tensors.tensors, Receipt.read(given.receipts, item),
            reply.plan_hash))
        return (1,)

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Takes a captured tensor."""
        self._tensors.take(tensor)
        return ()

    def finish(self, end: common_pb2.End) -> tuple[list[Generated], Trailer]:
        """All generations."""
        return self._finished, Trailer.read(end)

