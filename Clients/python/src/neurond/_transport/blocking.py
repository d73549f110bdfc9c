"""The blocking client: a socket, a thread that reads it, and calls from any thread.

The reader also answers PING, so that a notebook which does nothing for an hour stays connected.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

from .. import errors
from .._core import limits
from .._core.codes import Flag, GoAwayCode, Kind
from .._core.frames import PeerFault
from .._core.state import Phase
from .._core.streams import Event, Lost
from .address import Address
from .exchange import (
    Call,
    ClientBase,
    Retry,
    StreamBase,
    check_peer,
    lost,
    new_core,
    nobody,
    overdue,
)

Item = TypeVar("Item")
Result = TypeVar("Result")


class Link:
    """One connection.

    `_lock` protects the core and everything else but the socket; `_sending` is held while bytes are
    written, so that they leave in the order in which the core gave them out.
    """

    def __init__(self, address: Address, token: str | None) -> None:
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._signals: dict[int, SimpleQueue[None]] = {}
        # Streams that finalizers gave up, until somebody holds the lock.
        self._released: deque[int] = deque()
        self.core = new_core(token)
        self._socket = _open(address)
        self._reader = threading.Thread(target=self._read, name="neurond-reader", daemon=True)
        self._reader.start()
        try:
            self._flush()
            self._wait_for_hello(address)
            check_peer(self.core, token, address)
        except BaseException:
            self.close()
            raise

    def _wait_for_hello(self, address: Address) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.core.phase is not Phase.HELLO,
                                   limits.CONNECT_SECONDS)
        if self.core.phase is Phase.HELLO:
            raise errors.CannotConnect(f"the daemon at {address} says nothing; is it neurond?")
        if self.core.phase is Phase.CLOSED:
            raise lost(Lost("the daemon closed the connection"), self.core)

    @property
    def is_usable(self) -> bool:
        """Whether new calls may go here."""
        return self.core.phase is Phase.READY

    def open(self, call: Call[Item, Result], timeout: float | None) -> int:
        """Sends a request, as soon as a stream may be opened."""
        with self._changed:
            if not self._changed.wait_for(
                    lambda: self.core.can_open or not self.is_usable, timeout):
                raise overdue(timeout or 0)
            if not self.is_usable:
                raise lost(Lost("the connection ended", unseen=True), self.core)
            stream = self.core.open(call.method, call.payload, last=not call.chunks)
            self._signals[stream.id] = SimpleQueue()
            for index, chunk in enumerate(call.chunks, 1):
                flags = Flag.LAST if index == len(call.chunks) else Flag.NONE
                self.core.send(stream.id, Kind.MESSAGE, chunk, flags)
        self._flush()
        return stream.id

    def take(self, stream_id: int, timeout: float | None) -> Event:
        """Waits for the next event of a stream."""
        signal = self._signals[stream_id]
        while True:
            with self._lock:
                event = self.core.take(stream_id)
                has_output = self.core.has_output
            if has_output:
                self._flush()
            if event is not None:
                return event
            try:
                signal.get(timeout=timeout)
            except Empty:
                raise overdue(timeout or 0) from None

    def finish(self, stream_id: int) -> None:
        """Nobody waits for the stream any more; it is cancelled if it is open."""
        with self._lock:
            self._signals.pop(stream_id, None)
            self.core.abandon(stream_id)
        self._flush()

    def release(self, stream_id: int) -> None:
        """`finish` for finalizers, which run in any thread and between any two lines of it.

        So nothing is waited for: where a lock is taken, its holder or the next one does the rest.
        """
        self._released.append(stream_id)
        if not self._sending.acquire(blocking=False):
            return
        try:
            if self._lock.acquire(blocking=False):
                try:
                    self._abandon_released()
                    data = self.core.data_to_send()
                finally:
                    self._lock.release()
                with contextlib.suppress(OSError):
                    self._socket.sendall(data)
        finally:
            self._sending.release()

    def _abandon_released(self) -> None:
        while self._released:
            stream_id = self._released.popleft()
            self._signals.pop(stream_id, None)
            self.core.abandon(stream_id)

    def shut_down(self) -> None:
        """Ends the connection without waiting for anything; the reader then ends by itself."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Says good-bye and closes; open calls end with `ConnectionLost`."""
        with self._lock:
            self.core.leave(GoAwayCode.DRAIN, "")
        self._flush()
        self.shut_down()
        if threading.current_thread() is not self._reader:
            self._reader.join(limits.CLOSE_SECONDS)
        self._socket.close()

    def _flush(self) -> None:
        """Writes what is to be written; a socket that takes nothing any more is a lost connection.

        Who waits for an answer learns that from its stream.
        """
        with self._sending:
            with self._lock:
                data = self.core.data_to_send()
            try:
                if data:
                    self._socket.sendall(data)
                return
            except OSError:
                self.shut_down()
        with self._lock:
            self.core.end_of_bytes()
        self._wake()

    def _read(self) -> None:
        while self.core.phase is not Phase.CLOSED:
            try:
                count = self._socket.recv_into(self.core.get_buffer())
            except OSError:
                count = 0
            self._handle(count)
        self.shut_down()

    def _handle(self, count: int) -> None:
        """Lets the core see what was read, and wakes who waits for it."""
        with self._lock:
            if count:
                with contextlib.suppress(PeerFault):
                    self.core.advance(count)
            else:
                self.core.end_of_bytes()
            self._abandon_released()
            has_output = self.core.has_output
        self._wake()
        if has_output:
            self._flush()

    def _wake(self) -> None:
        """Wakes those whose streams something happened to, and who wait for the connection."""
        with self._lock:
            touched = self.core.take_touched()
            signals = [self._signals[name] for name in touched if name in self._signals]
            self._changed.notify_all()
        for signal in signals:
            signal.put(None)


def _open(address: Address) -> socket.socket:
    try:
        if not address.path:
            link = socket.create_connection((address.host, address.port), limits.CONNECT_SECONDS)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(limits.CONNECT_SECONDS)
            link.connect(address.path)
        link.settimeout(None)
        return link
    except OSError as error:
        raise nobody(address, error) from error


class BlockingStream(StreamBase[Item, Result, Link]):
    """An answer as it arrives: an iterator of its parts, and `result` when all have come."""

    def __init__(self, client: BlockingClient, call: Call[Item, Result]) -> None:
        super().__init__(call, client.retry)
        self._client = client

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        while not self._ready:
            if self._exchange and self._exchange.is_done:
                raise StopIteration
            self._step()
        self._was_shown = True
        return self._ready.popleft()

    def result(self) -> Result:
        """Waits for the end; the whole answer."""
        while not (self._exchange and self._exchange.is_done):
            self._step()
        return self._exchange.result

    def start(self) -> None:
        """Sends the request, if it was not sent."""
        if self._exchange is None and self._error is None:
            self._attempt(self._send)

    def _step(self) -> None:
        if self._error is not None:
            raise self._error
        self.start()
        self._attempt(self._receive)

    def _attempt(self, action: Callable[[], None]) -> None:
        """Does one thing with the connection; on a failure that may pass, waits and starts over."""
        try:
            action()
        except errors.NeurondError as error:
            time.sleep(self._delay(error))
        except BaseException:
            self.cancel()
            raise

    def _send(self) -> None:
        link = self._client.link()
        self._sent(link, link.open(self._call, self._left()))

    def _receive(self) -> None:
        link = self._link
        if link is not None and self._exchange is not None:
            self._accept(link.take(self._stream, self._left()), link)


class BlockingClient(ClientBase[Link]):
    """Calls from any thread over one connection, which is made anew where it was lost."""

    def __init__(self, address: Address, token: str | None, retry: Retry) -> None:
        super().__init__(address, token, retry)
        self._connecting = threading.Lock()
        self._link = Link(address, token)

    def link(self) -> Link:
        """The connection that new calls go over."""
        with self._connecting:
            self._link = self._usable() or Link(self.address, self._token)
            return self._link

    def run(self, call: Call[Item, Result]) -> Result:
        """The whole answer of a call."""
        return BlockingStream(self, call).result()

    def stream(self, call: Call[Item, Result]) -> BlockingStream[Item, Result]:
        """The answer of a call as it arrives; the request is sent at once."""
        stream = BlockingStream(self, call)
        stream.start()
        return stream

    def close(self) -> None:
        """Closes the connection."""
        with self._connecting:
            self._is_closed = True
            if self._link:
                self._link.close()

    def __del__(self) -> None:
        # The reader thread knows the link and not the client, so a forgotten client comes here.
        if self._link is not None:
            self._link.shut_down()
