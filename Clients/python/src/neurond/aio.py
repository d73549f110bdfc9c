"""The asyncio model: `await neurond.connect_async()`.

Methods, their arguments and their answers are those of `Model`; all that talk to the daemon are
awaited.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, TypeVar

from ._calls import caching, context, generation, passes, service, weights
from ._calls.caching import Hook, NamesFilter
from ._calls.context import Context, Procedure
from ._calls.service import Putable
from ._calls.sums import statistics as statistics_of
from ._calls.weights import UnitsLike
from ._hooks.actions import Action
from ._hooks.plan import CapturesLike, HooksLike
from ._hooks.positions import At
from ._hooks.targets import StoredObject
from ._model import ModelBase
from ._results.cache import ActivationCache, Logits
from ._results.forward import (
    Columns,
    Explanation,
    Forward,
    GenerationResult,
    Generations,
    Projections,
    Scores,
    Token,
)
from ._results.statistics import Statistics
from ._transport.address import Address, find_token
from ._transport.asynchronous import AsyncClient, AsyncStream
from ._transport.exchange import Call, Retry
from .errors import StatusError
from .progress import Bar
from .prompts import Item, PromptLike, PromptsLike, items
from .v1 import service_pb2

T = TypeVar("T")

__all__ = ["AsyncGeneration", "AsyncModel", "AsyncTokenizer", "connect_async"]


async def connect_async(address: str | None = None, model: str | None = None,
                        token: str | None = None, *, retry: Retry | None = None,
                        lane: str | None = None, progress: bool = False) -> AsyncModel:
    """Connects to a daemon; arguments as for `connect`.

    >>> async def both():
    ...     async with await neurond.connect_async(address) as model:
    ...         return await asyncio.gather(model.forward("12 + 7 = ", top_k=1),
    ...                                     model.forward("8 + 1 = ", top_k=1))
    >>> [answer[0].top[0].text for answer in asyncio.run(both())]
    ['1', '9']
    """
    client = AsyncClient(Address.find(address), find_token(token), retry or Retry())
    try:
        reply = await client.run(context.capabilities())
        return AsyncModel(client, Context(reply, model, lane), progress)
    except BaseException:
        await client.close()
        raise


class AsyncGeneration(AsyncIterator[Token]):
    """A generation as it happens: an async iterator of tokens.

    >>> async def stream():
    ...     async with await neurond.connect_async(address) as model:
    ...         return [token.text async for token in model.generate("12 + 7 = ", max_tokens=2)]
    >>> asyncio.run(stream())
    ['1', '9']
    """

    def __init__(self, stream: AsyncStream[Token, GenerationResult]) -> None:
        self._stream = stream

    async def __anext__(self) -> Token:
        return await self._stream.__anext__()

    async def result(self) -> GenerationResult:
        """Waits for the end: text, tokens, captures, receipts, provenance."""
        return await self._stream.result()

    async def text(self) -> str:
        """Waits for the end: the generated text."""
        return (await self.result()).text

    def cancel(self) -> None:
        """Ends it in the daemon."""
        self._stream.cancel()

    async def __aenter__(self) -> AsyncGeneration:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self.cancel()


class AsyncModel(ModelBase):
    """A model of a daemon, for asyncio; use it on the event loop it was connected on.

    >>> async def texts():
    ...     async with await neurond.connect_async(address) as model:
    ...         calls = [model.generate(f"{n} + 1 = ", max_tokens=1).text() for n in range(1, 4)]
    ...         return await asyncio.gather(*calls)
    >>> asyncio.run(texts())
    ['2', '3', '4']
    """

    def __init__(self, client: AsyncClient, context: Context, progress: bool) -> None:
        super().__init__(context)
        self._client = client
        self.progress = progress
        self.tokenizer = AsyncTokenizer(self)

    # Passes -----------------------------------------------------------------------------------

    def generate(self, prompt: PromptLike, *, max_tokens: int = 128, hooks: HooksLike = None,
                 captures: CapturesLike = None, temperature: float = 0.0, top_k: int = 0,
                 top_p: float = 0.0, min_p: float = 0.0, seed: int = 0,
                 stop: str | Sequence[str] = (), alternatives: int = 0, ignore_end: bool = False,
                 adapter: StoredObject | None = None,
                 timeout: float | None = None) -> AsyncGeneration:
        """Generates from one prompt, token by token; temperature 0 is greedy."""
        settings = generation.request(self._context, max_tokens, temperature, top_k, top_p, min_p,
                                      seed, stop, alternatives, ignore_end, hooks, captures,
                                      adapter)
        call = generation.one(self._context, prompt, settings, timeout)
        return AsyncGeneration(self._client.stream(call))

    async def generate_many(self, prompts: PromptsLike, *, max_tokens: int = 128,
                      hooks: HooksLike = None, captures: CapturesLike = None,
                      temperature: float = 0.0, top_k: int = 0, top_p: float = 0.0,
                      min_p: float = 0.0, seed: int = 0, stop: str | Sequence[str] = (),
                      ignore_end: bool = False, adapter: StoredObject | None = None,
                      timeout: float | None = None) -> Generations:
        """Generates from many prompts side by side; each answer has the bits it has alone."""
        given = items(prompts)
        settings = generation.request(self._context, max_tokens, temperature, top_k, top_p, min_p,
                                      seed, stop, 0, ignore_end, hooks, captures, adapter)
        return await self._run(
            generation.many(self._context, given, settings, hooks, captures, timeout), len(given))

    async def forward(self, prompts: PromptsLike, *, hooks: HooksLike = None,
                captures: CapturesLike = None, top_k: int = 0,
                adapter: StoredObject | None = None, timeout: float | None = None) -> Forward:
        """One hooked pass over each prompt: next tokens, captures, receipts."""
        given = items(prompts)
        return await self._run(
            passes.forward(self._context, given, hooks, captures, top_k, adapter, timeout),
            len(given))

    async def score(self, pairs: Iterable[Item | tuple[PromptLike, PromptLike]], *,
              hooks: HooksLike = None, captures: CapturesLike = None,
              adapter: StoredObject | None = None, timeout: float | None = None) -> Scores:
        """Log-probabilities, in nats, of continuations: (prompt, continuation) pairs."""
        given = list(pairs)
        return await self._run(
            passes.score(self._context, given, hooks, captures, adapter, timeout), len(given))

    async def statistics(self, prompts: PromptsLike, *, sums: str | Sequence[str] = ("mean_abs",),
                   site: str = "mlp.act", layers: Iterable[int] | None = None, exact: bool = True,
                   hooks: HooksLike = None, adapter: StoredObject | None = None,
                   timeout: float | None = None) -> Statistics:
        """Sums over the tokens and items of each group, for every unit of a site."""
        given = items(prompts)
        return await self._run(
            statistics_of(self._context, given, sums, site, layers, exact, hooks, adapter,
                          timeout), len(given))

    # TransformerLens' words -------------------------------------------------------------------

    async def run_with_cache(self, prompts: PromptsLike, *, names_filter: NamesFilter = None,
                       pos_slice: At = None, return_type: str | None = "logits",
                       hooks: HooksLike = None, adapter: StoredObject | None = None,
                       timeout: float | None = None,
                       ) -> tuple[Logits | list[Logits] | None, ActivationCache]:
        """Logits and activations; see `ActivationCache` for names and shapes."""
        return await self._run(caching.run_with_cache(
            self._context, prompts, names_filter, pos_slice, return_type, hooks, adapter, timeout))

    async def run_with_hooks(self, prompts: PromptsLike, *, fwd_hooks: Iterable[Hook | Action] = (),
                       pos_slice: At = None, adapter: StoredObject | None = None,
                       timeout: float | None = None) -> Logits | list[Logits]:
        """Logits of a pass with hooks: (site, action) pairs, where actions are values, not code."""
        return await self._run(caching.run_with_hooks(self._context, prompts, fwd_hooks, pos_slice,
                                                adapter, timeout))

    # Weights, costs ---------------------------------------------------------------------------

    async def project(self, units: UnitsLike, *, normed: bool = False, top_k: int = 20,
                timeout: float | None = None) -> Projections:
        """Tokens that neurons' value vectors promote and demote."""
        return await self._run(weights.project(self._context, units, normed, top_k, timeout))

    async def columns(self, units: UnitsLike, *, kind: str = "value", norms_only: bool = False,
                timeout: float | None = None) -> Columns:
        """Weight vectors of neurons: `"value"`, `"gate"` or `"up"`.

        >>> model.columns("L6N180", norms_only=True).norms.round(2)
        array([2.85], dtype=float32)
        """
        return await self._run(weights.columns(self._context, units, kind, norms_only, timeout))

    async def explain(self, prompts: PromptsLike, *, hooks: HooksLike = None,
                captures: CapturesLike = None, top_k: int = 0, max_tokens: int | None = None,
                sums: Sequence[str] = (),
                adapter: StoredObject | None = None) -> Explanation:
        """What a call would do and cost; nothing is run."""
        return await self._run(service.explain(
            self._context, prompts, hooks, captures, top_k, max_tokens, adapter, sums))

    # Objects ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def put(self, given: Putable) -> AsyncIterator[StoredObject]:
        """Stores something for as long as the `with` lasts; see `keep` for longer."""
        stored, existed = await self._run(service.put(self._context, given))
        try:
            yield stored
        finally:
            if not existed:
                await self.drop(stored)

    async def keep(self, given: Putable) -> StoredObject:
        """Stores something until it is dropped."""
        stored, _ = await self._run(service.put(self._context, given))
        return stored

    async def objects(self) -> Sequence[service_pb2.ObjectInfo]:
        """What the daemon keeps."""
        return await self._run(service.list_objects(self._context))

    async def drop(self, stored: StoredObject) -> None:
        """Ends this caller's part in an object."""
        await self._run(service.drop(self._context, stored))

    # The daemon -------------------------------------------------------------------------------

    async def status(self) -> service_pb2.StatusReply:
        """How the daemon fares."""
        return await self._run(service.status(self._context))

    async def close(self) -> None:
        """Closes the connection; open calls end with `ConnectionLost`."""
        await self._client.close()

    async def __aenter__(self) -> AsyncModel:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        await self.close()

    async def _run(self, procedure: Procedure[T], total: int = 1) -> T:
        """Runs a procedure: each call that it yields, in turn; it may catch what a call raises."""
        with Bar(self.progress, total) as bar:
            try:
                call = next(procedure)
                while True:
                    try:
                        answer = await self._answer(call, bar)
                    except StatusError as error:
                        call = procedure.throw(error)
                    else:
                        call = procedure.send(answer)
            except StopIteration as stop:
                result: T = stop.value
                return result

    async def _answer(self, call: Call[Any, Any], bar: Bar) -> Any:
        stream = self._client.stream(call)
        try:
            if self.progress:
                async for count in stream:
                    bar.advance(count)
            return await stream.result()
        finally:
            stream.cancel()


class AsyncTokenizer:
    """The model's own tokenizer, in the daemon.

    >>> async def ids():
    ...     async with await neurond.connect_async(address) as model:
    ...         return await model.tokenizer.encode(neurond.Prompt("7", special=False))
    >>> asyncio.run(ids())
    [25]
    """

    def __init__(self, model: AsyncModel) -> None:
        self._model = model

    async def encode(self, prompt: PromptLike) -> list[int]:
        """Token ids, with BOS as the model asks (see `Prompt`)."""
        return list((await self._tokenize(prompt)).ids)

    async def pieces(self, prompt: PromptLike) -> list[bytes]:
        """The bytes of each token; a character may be cut in two."""
        return list((await self._tokenize(prompt)).pieces)

    async def decode(self, ids: Iterable[int], *, keep_special: bool = False) -> str:
        """The text of ids."""
        context = self._model._context
        return (await self._model._run(service.decode(context, ids, keep_special))).text

    async def _tokenize(self, prompt: PromptLike) -> service_pb2.TokenizeReply:
        return await self._model._run(service.encode(self._model._context, prompt))
