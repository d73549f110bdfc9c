"""The asyncio client: many calls over one connection, on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar, cast

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


class AsyncLink(asyncio.BufferedProtocol):
    """One connection; everything happens on its loop."""

    def __init__(self, token: str | None) -> None:
        self.core = new_core(token)
        self._transport: asyncio.Transport | None = None
        self._wakers: dict[int, asyncio.Event] = {}
        self._room: deque[asyncio.Future[None]] = deque()
        self._greeted = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def connect(cls, address: Address, token: str | None) -> AsyncLink:
        """A connection whose HELLOs are exchanged."""
        loop = asyncio.get_running_loop()
        link = cls(token)
        if address.path:
            opening = loop.create_unix_connection(lambda: link, address.path)
        else:
            opening = loop.create_connection(lambda: link, address.host, address.port)
        try:
            await asyncio.wait_for(opening, limits.CONNECT_SECONDS)
            await asyncio.wait_for(link._greeted.wait(), limits.CONNECT_SECONDS)
        except asyncio.TimeoutError:
            link.close()
            raise errors.CannotConnect(
                f"the daemon at {address} says nothing; is it neurond?") from None
        except OSError as error:
            raise nobody(address, error) from error
        if link.core.phase is Phase.CLOSED:
            raise lost(Lost("the daemon closed the connection"), link.core)
        try:
            check_peer(link.core, token, address)
        except errors.NeurondError:
            link.close()
            raise
        return link

    # What asyncio calls -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        self._transport = cast(asyncio.Transport, transport)
        self.flush()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes belong."""
        return self.core.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        with contextlib.suppress(PeerFault):
            self.core.advance(nbytes)
        self._after()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        self.core.end_of_bytes()
        self._after()

    def _after(self) -> None:
        self.flush()
        if self.core.phase is not Phase.HELLO:
            self._greeted.set()
        for stream_id in self.core.take_touched():
            if waker := self._wakers.get(stream_id):
                waker.set()
        while self._room and (self.core.can_open or not self.is_usable):
            waiter = self._room.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break
        if self.core.phase is Phase.CLOSED and self._transport:
            for waiter in self._room:
                if not waiter.done():
                    waiter.set_result(None)
            self._transport.close()

    # What calls use ---------------------------------------------------------------------------

    @property
    def is_usable(self) -> bool:
        """Whether new calls may go here."""
        return self.core.phase is Phase.READY

    def flush(self) -> None:
        """Writes what is to be written."""
        data = self.core.data_to_send()
        if data and self._transport and not self._transport.is_closing():
            self._transport.write(data)

    async def open(self, call: Call[Item, Result]) -> int:
        """Sends a request, as soon as a stream may be opened."""
        while not self.core.can_open and self.is_usable:
            waiter = asyncio.get_running_loop().create_future()
            self._room.append(waiter)
            await waiter
        if not self.is_usable:
            raise lost(Lost("the connection ended", unseen=True), self.core)
        stream = self.core.open(call.method, call.payload, last=not call.chunks)
        self._wakers[stream.id] = asyncio.Event()
        for index, chunk in enumerate(call.chunks, 1):
            flags = Flag.LAST if index == len(call.chunks) else Flag.NONE
            self.core.send(stream.id, Kind.MESSAGE, chunk, flags)
        self.flush()
        return stream.id

    async def take(self, stream_id: int) -> Event:
        """Waits for the next event of a stream."""
        waker = self._wakers[stream_id]
        while (event := self.core.take(stream_id)) is None:
            waker.clear()
            await waker.wait()
        self.flush()
        return event

    def finish(self, stream_id: int) -> None:
        """Nobody waits for the stream any more; it is cancelled if it is open."""
        if self._wakers.pop(stream_id, None):
            self.core.abandon(stream_id)
            self._after()

    def release(self, stream_id: int) -> None:
        """`finish` for finalizers, which run in any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and so is the connection
            self._loop.call_soon_threadsafe(self.finish, stream_id)

    def close(self) -> None:
        """Says good-bye and closes; open calls end with `ConnectionLost`."""
        self.core.leave(GoAwayCode.DRAIN, "")
        self.core.end_of_bytes()
        self._after()


class AsyncStream(StreamBase[Item, Result, AsyncLink]):
    """An answer as it arrives: an async iterator of its parts, and `result` when all have come."""

    def __init__(self, client: AsyncClient, call: Call[Item, Result]) -> None:
        super().__init__(call, client.retry)
        self._client = client

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        while not self._ready:
            if self._exchange and self._exchange.is_done:
                raise StopAsyncIteration
            await self._step()
        self._was_shown = True
        return self._ready.popleft()

    async def result(self) -> Result:
        """Waits for the end; the whole answer."""
        while not (self._exchange and self._exchange.is_done):
            await self._step()
        return self._exchange.result

    async def _step(self) -> None:
        if self._error is not None:
            raise self._error
        await self._attempt(self._send if self._exchange is None else self._receive)

    async def _attempt(self, action: Callable[[], Awaitable[None]]) -> None:
        """Does one thing with the connection; on a failure that may pass, waits and starts over."""
        try:
            await asyncio.wait_for(action(), self._left())
        except asyncio.TimeoutError:
            self._drop()
            self._error = overdue(self._call.deadline or 0)
            raise self._error from None
        except errors.NeurondError as error:
            await asyncio.sleep(self._delay(error))
        except BaseException:
            self.cancel()
            raise

    async def _send(self) -> None:
        link = await self._client.link()
        self._sent(link, await link.open(self._call))

    async def _receive(self) -> None:
        link = self._link
        assert link
        self._accept(await link.take(self._stream), link)


class AsyncClient(ClientBase[AsyncLink]):
    """Calls over one connection, which is made anew where it was lost."""

    def __init__(self, address: Address, token: str | None, retry: Retry) -> None:
        super().__init__(address, token, retry)
        self._connecting = asyncio.Lock()

    async def link(self) -> AsyncLink:
        """The connection that new calls go over."""
        async with self._connecting:
            self._link = self._usable() or await AsyncLink.connect(self.address, self._token)
            return self._link

    async def run(self, call: Call[Item, Result]) -> Result:
        """The whole answer of a call."""
        stream = AsyncStream(self, call)
        try:
            return await stream.result()
        finally:
            stream.cancel()

    def stream(self, call: Call[Item, Result]) -> AsyncStream[Item, Result]:
        """The answer of a call as it arrives; the request is sent with the first look at it."""
        return AsyncStream(self, call)

    async def close(self) -> None:
        """Closes the connection."""
        self._is_closed = True
        if self._link:
            self._link.close()
