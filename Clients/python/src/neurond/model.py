"""The blocking model: `neurond.connect()`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from ._transport.blocking import BlockingClient, BlockingStream
from ._transport.exchange import Call, Retry
from .errors import StatusError
from .progress import Bar
from .prompts import Item, PromptLike, PromptsLike, items
from .tokenizer import Tokenizer
from .v1 import service_pb2

T = TypeVar("T")

__all__ = ["Generation", "Model", "connect"]


def connect(address: str | None = None, model: str | None = None, token: str | None = None, *,
            retry: Retry | None = None, lane: str | None = None,
            progress: bool = False) -> Model:
    """Connects to a daemon.

    Args:
        address: `unix:PATH` or `tcp:HOST:PORT`; else `$NEUROND_ADDRESS`, else
            `unix:$XDG_RUNTIME_DIR/neurond.sock`, else `unix:/run/neurond/neurond.sock`.
        model: a name or digest, where the daemon serves several.
        token: for TCP; else `$NEUROND_TOKEN`, else what the file `$NEUROND_TOKEN_FILE` holds.
        retry: how often to try again; `Retry(attempts=1)` for never.
        lane: `"interactive"` or `"bulk"`; None leaves it to the daemon.
        progress: show progress bars of calls with many items (needs tqdm).

    >>> with neurond.connect(address) as model:
    ...     print(model)
    <abacus: llama, 8 layers × 704 neurons and 8 heads, width 256, ...>
    """
    client = BlockingClient(Address.find(address), find_token(token), retry or Retry())
    try:
        return Model(client, Context(client.run(context.capabilities()), model, lane), progress)
    except BaseException:
        client.close()
        raise


class Generation(Iterator[Token]):
    """A generation as it happens: an iterator of tokens.

    Leaving the loop early and dropping the object, `cancel`, or Ctrl-C ends it in the daemon.

    >>> generation = model.generate("12 + 7 = ", max_tokens=2)
    >>> for token in generation:
    ...     print(token.text, end=" ")
    1 9
    >>> generation.text, generation.result().item.reason
    ('19', 'length')
    """

    def __init__(self, stream: BlockingStream[Token, GenerationResult]) -> None:
        self._stream = stream

    def __next__(self) -> Token:
        return next(self._stream)

    def result(self) -> GenerationResult:
        """Waits for the end: text, tokens, captures, receipts, provenance."""
        return self._stream.result()

    @property
    def text(self) -> str:
        """Waits for the end: the generated text."""
        return self.result().text

    def cancel(self) -> None:
        """Ends it in the daemon."""
        self._stream.cancel()

    def __enter__(self) -> Generation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.cancel()


class Model(ModelBase):
    """A model of a daemon; every method may be called from any thread.

    >>> model.generate("12 + 7 = ", max_tokens=2).text
    '19'
    """

    def __init__(self, client: BlockingClient, context: Context, progress: bool) -> None:
        super().__init__(context)
        self._client = client
        self.progress = progress
        self.tokenizer = Tokenizer(self)

    # Passes -----------------------------------------------------------------------------------

    def generate(self, prompt: PromptLike, *, max_tokens: int = 128, hooks: HooksLike = None,
                 captures: CapturesLike = None, temperature: float = 0.0, top_k: int = 0,
                 top_p: float = 0.0, min_p: float = 0.0, seed: int = 0,
                 stop: str | Sequence[str] = (), alternatives: int = 0, ignore_end: bool = False,
                 adapter: StoredObject | None = None,
                 timeout: float | None = None) -> Generation:
        """Generates from one prompt, token by token; temperature 0 is greedy.

        >>> model.generate("12 + 7 = ", max_tokens=2, hooks=neurond.zero("L0H1")).text
        '...'
        """
        settings = generation.request(self._context, max_tokens, temperature, top_k, top_p, min_p,
                                      seed, stop, alternatives, ignore_end, hooks, captures,
                                      adapter)
        call = generation.one(self._context, prompt, settings, timeout)
        return Generation(self._client.stream(call))

    def generate_many(self, prompts: PromptsLike, *, max_tokens: int = 128,
                      hooks: HooksLike = None, captures: CapturesLike = None,
                      temperature: float = 0.0, top_k: int = 0, top_p: float = 0.0,
                      min_p: float = 0.0, seed: int = 0, stop: str | Sequence[str] = (),
                      ignore_end: bool = False, adapter: StoredObject | None = None,
                      timeout: float | None = None) -> Generations:
        """Generates from many prompts side by side; each answer has the bits it has alone.

        >>> model.generate_many(["12 + 7 = ", "30 + 4 = "], max_tokens=2).texts
        ['19', '34']
        """
        given = items(prompts)
        settings = generation.request(self._context, max_tokens, temperature, top_k, top_p, min_p,
                                      seed, stop, 0, ignore_end, hooks, captures, adapter)
        return self._run(
            generation.many(self._context, given, settings, hooks, captures, timeout), len(given))

    def forward(self, prompts: PromptsLike, *, hooks: HooksLike = None,
                captures: CapturesLike = None, top_k: int = 0,
                adapter: StoredObject | None = None, timeout: float | None = None) -> Forward:
        """One hooked pass over each prompt: next tokens, captures, receipts.

        >>> answer = model.forward("12 + 7 = ", captures=neurond.capture("L7N*", "top_k(3)"))
        >>> answer[0]["mlp.act.7:top_k"].array.shape
        (8, 3)
        """
        given = items(prompts)
        return self._run(
            passes.forward(self._context, given, hooks, captures, top_k, adapter, timeout),
            len(given))

    def score(self, pairs: Iterable[Item | tuple[PromptLike, PromptLike]], *,
              hooks: HooksLike = None, captures: CapturesLike = None,
              adapter: StoredObject | None = None, timeout: float | None = None) -> Scores:
        """Log-probabilities, in nats, of continuations: (prompt, continuation) pairs.

        >>> model.score([("12 + 7 = ", "19")]).totals.round(2)
        array([-0.])
        """
        given = list(pairs)
        return self._run(
            passes.score(self._context, given, hooks, captures, adapter, timeout), len(given))

    def statistics(self, prompts: PromptsLike, *, sums: str | Sequence[str] = ("mean_abs",),
                   site: str = "mlp.act", layers: Iterable[int] | None = None, exact: bool = True,
                   hooks: HooksLike = None, adapter: StoredObject | None = None,
                   timeout: float | None = None) -> Statistics:
        """Sums over the tokens and items of each group, for every unit of a site.

        An `Item` says its group, its continuation and the positions that count. With `exact`,
        parts of a data set add up to the bits of the whole.

        >>> found = model.statistics(["12 + 7 = ", "3 + 4 = "], sums=["mean_abs", "positive"])
        >>> found[""].mean("mean_abs").shape, found[""].sum("positive").dtype
        ((8, 704), dtype('int64'))
        """
        given = items(prompts)
        return self._run(
            statistics_of(self._context, given, sums, site, layers, exact, hooks, adapter,
                          timeout), len(given))

    # TransformerLens' words -------------------------------------------------------------------

    def run_with_cache(self, prompts: PromptsLike, *, names_filter: NamesFilter = None,
                       pos_slice: At = None, return_type: str | None = "logits",
                       hooks: HooksLike = None, adapter: StoredObject | None = None,
                       timeout: float | None = None,
                       ) -> tuple[Logits | list[Logits] | None, ActivationCache]:
        """Logits and activations; see `ActivationCache` for names and shapes.

        Args:
            prompts: one prompt or a list.
            names_filter: a name, a list of names, or a function that is asked for every
                TransformerLens name and canonical name; None is everything.
            pos_slice: positions, as an index, a slice or `"last"`.
            return_type: `"logits"`, or None to leave them out.
            hooks: actions in force.
            adapter: a stored adapter.
            timeout: seconds.

        >>> _, cache = model.run_with_cache("12 + 7 = ", return_type=None, pos_slice=-1,
        ...                                 names_filter=lambda name: name.endswith("hook_z"))
        >>> cache["blocks.3.attn.hook_z"].shape
        (1, 1, 8, 32)
        """
        return self._run(caching.run_with_cache(
            self._context, prompts, names_filter, pos_slice, return_type, hooks, adapter, timeout))

    def run_with_hooks(self, prompts: PromptsLike, *, fwd_hooks: Iterable[Hook | Action] = (),
                       pos_slice: At = None, adapter: StoredObject | None = None,
                       timeout: float | None = None) -> Logits | list[Logits]:
        """Logits of a pass with hooks: (site, action) pairs, where actions are values, not code.

        >>> model.run_with_hooks("12 + 7 = ", pos_slice="last",
        ...     fwd_hooks=[("blocks.0.attn.hook_z", neurond.zero(units=[1]))]).shape
        (1, 1, 1280)
        """
        return self._run(caching.run_with_hooks(self._context, prompts, fwd_hooks, pos_slice,
                                                adapter, timeout))

    # Weights, costs ---------------------------------------------------------------------------

    def project(self, units: UnitsLike, *, normed: bool = False, top_k: int = 20,
                timeout: float | None = None) -> Projections:
        """Tokens that neurons' value vectors promote and demote.

        `normed` multiplies by the final norm's gain first.

        >>> model.project("L6N180", top_k=3)[0].promoted[0].text
        '6'
        """
        return self._run(weights.project(self._context, units, normed, top_k, timeout))

    def columns(self, units: UnitsLike, *, kind: str = "value", norms_only: bool = False,
                timeout: float | None = None) -> Columns:
        """Weight vectors of neurons: `"value"`, `"gate"` or `"up"`.

        >>> model.columns("L6N180", norms_only=True).norms.round(2)
        array([2.85], dtype=float32)
        """
        return self._run(weights.columns(self._context, units, kind, norms_only, timeout))

    def explain(self, prompts: PromptsLike, *, hooks: HooksLike = None,
                captures: CapturesLike = None, top_k: int = 0, max_tokens: int | None = None,
                sums: Sequence[str] = (),
                adapter: StoredObject | None = None) -> Explanation:
        """What a call would do and cost; nothing is run.

        With `max_tokens` a generation, with `sums` statistics, with items that have continuations a
        score, else a forward pass.

        >>> model.explain("12 + 7 = ", captures="resid_post").reply_bytes >= 8 * 8 * 256 * 4
        True
        """
        return self._run(service.explain(
            self._context, prompts, hooks, captures, top_k, max_tokens, adapter, sums))

    # Objects ----------------------------------------------------------------------------------

    @contextmanager
    def put(self, given: Putable) -> Iterator[StoredObject]:
        """Stores something for as long as the `with` lasts; see `keep` for longer.

        Takes a neuron set, activations of `run_with_cache`, arrays by name, a PEFT directory or
        safetensors file (as `pathlib.Path`), or bytes.

        >>> with model.put({"direction": np.ones(256, np.float32)}) as stored:
        ...     value = neurond.StoredTensor(stored, "direction")
        ...     answer = model.forward("7 = ", hooks=neurond.add(value, "resid_post.3"))
        """
        stored, existed = self._run(service.put(self._context, given))
        try:
            yield stored
        finally:
            if not existed:
                self.drop(stored)

    def keep(self, given: Putable) -> StoredObject:
        """Stores something until it is dropped.

        >>> stored = model.keep(neurond.NeuronSet(["L6N180"]))
        >>> model.drop(stored)
        """
        return self._run(service.put(self._context, given))[0]

    def objects(self) -> Sequence[service_pb2.ObjectInfo]:
        """What the daemon keeps.

        >>> isinstance(model.objects(), list)
        True
        """
        return self._run(service.list_objects(self._context))

    def drop(self, stored: StoredObject) -> None:
        """Ends this caller's part in an object.

        >>> model.drop(model.keep(neurond.NeuronSet(["L6N181"])))
        """
        self._run(service.drop(self._context, stored))

    # The daemon -------------------------------------------------------------------------------

    def status(self) -> service_pb2.StatusReply:
        """How the daemon fares.

        >>> model.status().state
        'ready'
        """
        return self._run(service.status(self._context))

    def close(self) -> None:
        """Closes the connection; open calls end with `ConnectionLost`."""
        self._client.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _run(self, procedure: Procedure[T], total: int = 1) -> T:
        """Runs a procedure: each call that it yields, in turn; it may catch what a call raises."""
        with Bar(self.progress, total) as bar:
            try:
                call = next(procedure)
                while True:
                    try:
                        answer = self._answer(call, bar)
                    except StatusError as error:
                        call = procedure.throw(error)
                    else:
                        call = procedure.send(answer)
            except StopIteration as stop:
                result: T = stop.value
                return result

    def _answer(self, call: Call[Any, Any], bar: Bar) -> Any:
        stream = self._client.stream(call)
        if self.progress:
            for count in stream:
                bar.advance(count)
        return stream.result()
