"""What is the same for both clients: a call, its answer as it arrives, its errors, its retries."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import DecodeError

from .. import errors
from .._core import limits
from .._core.codes import GoAwayCode, Method, Role
from .._core.connection import Connection
from .._core.hello import NO_CREDENTIAL, Hello
from .._core.streams import End, Event, Lost, Message, Tensor
from .._version import __version__
from ..v1 import common_pb2
from .address import Address

Item = TypeVar("Item", covariant=True)
Result = TypeVar("Result", covariant=True)


class Collector(Protocol[Item, Result]):
    """Puts an answer together."""

    def message(self, payload: bytes | bytearray) -> Iterable[Item]:
        """Takes a message; what a streaming reader is shown for it."""

    def tensor(self, tensor: Tensor) -> Iterable[Item]:
        """Takes a tensor; what a streaming reader is shown for it."""

    def finish(self, end: common_pb2.End) -> Result:
        """The whole answer, after an END without error."""


@dataclass(frozen=True)
class Call(Generic[Item, Result]):
    """One request: what is sent, and who reads the answer."""

    method: Method
    payload: bytes
    collector: Callable[[], Collector[Item, Result]]
    # For uploads: messages behind the request.
    chunks: tuple[bytes, ...] = ()
    deadline: float | None = None


class Exchange(Generic[Item, Result]):
    """One attempt at a call."""

    def __init__(self, call: Call[Item, Result]) -> None:
        self._collector = call.collector()
        self.is_done = False
        self.result: Result

    def accept(self, event: Event, core: Connection) -> Iterable[Item]:
        """Takes what arrived; raises what ended the attempt."""
        try:
            if isinstance(event, Message):
                return self._collector.message(event.payload)
            if isinstance(event, Tensor):
                return self._collector.tensor(event)
            if isinstance(event, End):
                self._finish(common_pb2.End.FromString(bytes(event.payload)))
                return ()
        except DecodeError:
            raise errors.ProtocolError(
                "the daemon sent a message that cannot be read; is it of the same release? "
                f"This package is {__version__}") from None
        raise lost(event if isinstance(event, Lost) else Lost("the connection ended"), core)

    def _finish(self, end: common_pb2.End) -> None:
        if end.status.code:
            raise errors.from_end(end)
        self.result = self._collector.finish(end)
        self.is_done = True


def new_core(token: str | None) -> Connection:
    """The state of a new connection."""
    agent = f"neurond-python/{__version__}"
    return Connection(Role.CLIENT, token=token, hello=Hello(Role.CLIENT, agent=agent))


def check_peer(core: Connection, token: str | None, address: Address) -> None:
    """Raises where the daemon's HELLO asks for a token that is not there."""
    if core.peer and core.peer.credential != NO_CREDENTIAL and token is None:
        raise errors.AuthenticationFailed(
            f"the daemon at {address} asks for a token: pass token=, or set NEUROND_TOKEN or "
            "NEUROND_TOKEN_FILE")


def lost(event: Lost, core: Connection) -> errors.NeurondError:
    """Why a connection, or a stream of it, ended without END."""
    if core.fault:
        text = f"the daemon broke the protocol: {core.fault.text}"
        return _mismatch(text) if core.fault.code is GoAwayCode.VERSION_MISMATCH else \
            errors.ProtocolError(text)
    goaway = core.goaway
    if goaway is None or goaway.code in (GoAwayCode.DRAIN, GoAwayCode.TIMEOUT,
                                         GoAwayCode.INTERNAL):
        text = (goaway and goaway.text) or event.text
        return errors.ConnectionLost(text, event.unseen)
    if goaway.code is GoAwayCode.VERSION_MISMATCH:
        return _mismatch(f"the daemon left: {goaway.text}")
    if goaway.code is GoAwayCode.UNAUTHENTICATED:
        return errors.AuthenticationFailed(
            f"the daemon did not let us in: {goaway.text}. On TCP it wants one of its tokens "
            "(token=, NEUROND_TOKEN or NEUROND_TOKEN_FILE); on a unix socket its configuration "
            "lists who may connect")
    if goaway.code is GoAwayCode.RESOURCE_EXHAUSTED:
        return errors.CannotConnect(f"the daemon takes no further connection: {goaway.text}")
    return errors.ProtocolError(f"the daemon says {goaway.code.name}: {goaway.text}")


def _mismatch(text: str) -> errors.VersionMismatch:
    return errors.VersionMismatch(
        f"{text}. This package (neurond {__version__}) speaks protocol versions "
        f"{limits.LOWEST_VERSION} to {limits.HIGHEST_VERSION}: install the package of the "
        "daemon's release, or update the daemon")


def nobody(address: Address, error: OSError) -> errors.CannotConnect:
    """Nobody is at an address."""
    why = error.strerror or str(error)
    return errors.CannotConnect(
        f"no daemon answers at {address} ({why}). Start one with 'neurond serve --model PATH "
        f"--listen {address}', or say where it is with connect(\"unix:…\") or NEUROND_ADDRESS")


@dataclass(frozen=True)
class Retry:
    """How often, and after what time, a call is sent again.

    A call is sent again when the connection was lost before anything of its answer was shown, and
    when the daemon had no room and named a time to come again. Delays double from `first` to
    `largest` seconds. `Retry(attempts=1)` never repeats.

    >>> neurond.Retry(attempts=1)
    Retry(attempts=1, first=0.05, largest=5.0)
    """

    attempts: int = limits.RETRY_ATTEMPTS
    first: float = limits.RETRY_FIRST_SECONDS
    largest: float = limits.RETRY_LARGEST_SECONDS

    def delay(self, failures: int, error: errors.NeurondError, method: Method) -> float | None:
        """Seconds to wait after so many failures; None where the error stands."""
        if failures >= self.attempts:
            return None
        if isinstance(error, errors.StatusError):
            named = isinstance(error, (errors.ResourceExhausted, errors.Unavailable))
            wait = error.retry_after
            return wait if named and 0 < wait <= limits.RETRY_AFTER_SECONDS else None
        harmless = method.is_idempotent or getattr(error, "unseen", False)
        if isinstance(error, errors.CannotConnect) or (
                isinstance(error, errors.ConnectionLost) and harmless):
            return float(min(self.largest, self.first * 2 ** (failures - 1)))
        return None


def overdue(seconds: float) -> errors.DeadlineExceeded:
    """The daemon did not even answer that the deadline is over."""
    return errors.DeadlineExceeded(f"no answer within {seconds:g} s", reason="DEADLINE_EXCEEDED")


class StreamLink(Protocol):
    """A connection, as a stream of it sees it."""

    core: Connection

    @property
    def is_usable(self) -> bool:
        """Whether new calls may go here."""

    def finish(self, stream_id: int) -> None:
        """Nobody waits for the stream any more; it is cancelled if it is open."""

    def release(self, stream_id: int) -> None:
        """`finish` for finalizers, which run in any thread."""


LinkT = TypeVar("LinkT", bound=StreamLink)


class StreamBase(Generic[Item, Result, LinkT]):
    """An answer as it arrives, sent for anew where the connection was lost before any was shown."""

    _link: LinkT | None = None

    def __init__(self, call: Call[Item, Result], retry: Retry) -> None:
        self._call = call
        self._retry = retry
        self._deadline = call.deadline and (
            time.monotonic() + call.deadline + limits.DEADLINE_GRACE_SECONDS)
        self._ready: deque[Item] = deque()
        self._exchange: Exchange[Item, Result] | None = None
        self._stream = 0
        self._failures = 0
        self._was_shown = False
        self._error: BaseException | None = None

    def cancel(self) -> None:
        """Ends the interest: the daemon stops as soon as it can."""
        self._drop()
        if not (self._exchange and self._exchange.is_done) and self._error is None:
            self._error = errors.Cancelled("the answer was cancelled here", reason="CANCELLED")

    def _sent(self, link: LinkT, stream: int) -> None:
        self._link, self._stream, self._exchange = link, stream, Exchange(self._call)

    def _accept(self, event: Event, link: LinkT) -> None:
        assert self._exchange
        self._ready.extend(self._exchange.accept(event, link.core))
        if self._exchange.is_done:
            self._drop()

    def _delay(self, error: errors.NeurondError) -> float:
        """Seconds until the call may be sent again; raises the error where it stands."""
        self._drop()
        self._failures += 1
        delay = None if self._was_shown else self._retry.delay(
            self._failures, error, self._call.method)
        if delay is None:
            self._error = error
            raise error
        self._exchange = None
        self._ready.clear()
        return delay

    def _drop(self) -> None:
        if self._link is not None:
            self._link.finish(self._stream)
            self._link = None

    def _left(self) -> float | None:
        if not self._deadline:
            return None
        return max(0.0, self._deadline - time.monotonic())

    def __del__(self) -> None:
        if self._link is not None:
            self._link.release(self._stream)


class ClientBase(Generic[LinkT]):
    """One connection for all calls, which is made anew where it was lost."""

    _link: LinkT | None = None

    def __init__(self, address: Address, token: str | None, retry: Retry) -> None:
        self.address = address
        self.retry = retry
        self._token = token
        self._is_closed = False

    def _usable(self) -> LinkT | None:
        """The connection, if new calls may go over it."""
        if self._is_closed:
            raise errors.BadArgument("the client was closed; connect again")
        return self._link if self._link is not None and self._link.is_usable else None
