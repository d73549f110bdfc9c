"""Streams and credit of one connection: the part of its state that frames are counted in."""

from __future__ import annotations

from enum import Enum

from .codes import Flag, GoAwayCode, Kind, Role
from .frames import Header, PeerFault, encode
from .hello import GoAway, Hello
from .streams import End, Event, Lost, Stream

DATA = (Kind.MESSAGE, Kind.TENSOR)


class Phase(Enum):
    """Phases of PROTOCOL.md §4."""

    HELLO = 1
    READY = 2
    CLOSING = 3
    CLOSED = 4


class State:
    """What a side knows of its connection."""

    def __init__(self, role: Role, hello: Hello):
        self.role = role
        self.local = hello
        self.peer: Hello | None = None
        self.goaway: GoAway | None = None
        self.fault: PeerFault | None = None
        self.phase = Phase.HELLO
        # Ids of streams that something happened to, until the owner clears them.
        self.touched: set[int] = set()
        self._streams: dict[int, Stream] = {}
        self._highest = 0
        self._last_seen = 0
        self._send_credit = 0
        self._receive_credit = self.local.connection_window
        self._owed = 0
        self._output: list[bytes] = []
        self._turn: list[int] = []

    def _new_stream(self, stream_id: int, method: int) -> Stream:
        assert self.peer is not None
        stream = Stream(stream_id, method, self.peer.stream_window, self.local.stream_window,
                        self.local.stream_window)
        self._streams[stream_id] = stream
        return stream

    def _post(self, stream: Stream, event: Event, cost: int) -> None:
        stream.events.append((event, cost))
        self.touched.add(stream.id)

    def _forget(self, stream: Stream) -> None:
        """Nobody looks at the stream any more; it counts until the peer has ended it."""
        stream.is_abandoned = True
        if stream.is_ended or self.phase is Phase.CLOSED:
            self._streams.pop(stream.id, None)

    def _check_stream(self, header: Header) -> None:
        """What the state of its stream says of a frame, and its cost in credit."""
        kind, stream = header.kind, self._streams.get(header.stream)
        if kind is Kind.REQUEST:
            if header.stream <= self._highest:
                raise illegal(f"REQUEST on stream {header.stream}, not above {self._highest}")
        elif kind is not Kind.CANCEL and header.stream > self._highest:
            raise illegal(f"{kind.name} on stream {header.stream}, which was never opened")
        elif kind in (*DATA, Kind.END) and self.role is Role.CLIENT and (
                stream is None or stream.is_ended):
            raise illegal(f"{kind.name} on stream {header.stream} after its END")
        if kind in DATA:
            self._spend(header, stream)

    def _spend(self, header: Header, stream: Stream | None) -> None:
        is_empty = header.kind is Kind.MESSAGE and not header.length
        if is_empty and self.role is Role.SERVER and not header.flags & Flag.LAST:
            raise illegal("an empty MESSAGE without LAST")
        if self._receive_credit <= 0 or (stream and stream.receive_credit <= 0):
            raise PeerFault(GoAwayCode.FLOW_CONTROL,
                            f"{header.kind.name} on stream {header.stream} without credit")
        self._receive_credit -= header.length
        if stream:
            stream.receive_credit -= header.length

    def _consumed(self, stream: Stream, cost: int) -> None:
        stream.owed += cost
        if stream.owed * 2 >= stream.window and not stream.is_ended and not stream.is_cancelled:
            self._output.append(window_frame(stream.id, stream.owed))
            stream.receive_credit += stream.owed
            stream.owed = 0
        self._dropped(cost)

    def _dropped(self, cost: int) -> None:
        """Returns credit of the connection alone."""
        self._owed += cost
        if self._owed * 2 >= self.local.connection_window:
            self._output.append(window_frame(0, self._owed))
            self._receive_credit += self._owed
            self._owed = 0

    def _pump(self) -> None:
        """Sends what has credit, stream by stream in turn."""
        turn, self._turn = self._turn, []
        while turn:
            stream = self._streams.get(turn.pop(0))
            if stream is None or not stream.outgoing:
                continue
            kind, flags, payload = stream.outgoing[0]
            if kind in DATA and min(stream.send_credit, self._send_credit) <= 0:
                self._turn.append(stream.id)
                continue
            stream.outgoing.popleft()
            if kind in DATA:
                stream.send_credit -= len(payload)
                self._send_credit -= len(payload)
            self._output.append(encode(kind, payload, stream=stream.id, flags=flags))
            if kind is Kind.END:
                del self._streams[stream.id]
            turn.append(stream.id)

    def _drop_events(self, stream: Stream) -> None:
        cost = stream.assembly_cost + sum(cost for _, cost in stream.events)
        ends = [entry for entry in stream.events if isinstance(entry[0], (End, Lost))]
        stream.events.clear()
        stream.events.extend(ends)
        stream.assembly, stream.assembly_cost = None, 0
        self._dropped(cost)

    def _lose(self, stream: Stream, event: Lost) -> None:
        if not stream.is_ended:
            stream.is_ended = True
            self._post(stream, event, 0)

    def _close(self, text: str) -> None:
        if self.phase is Phase.CLOSED:
            return
        self.phase = Phase.CLOSED
        for stream in self._streams.values():
            self._lose(stream, Lost(text or "the connection was closed"))


def window_frame(stream_id: int, increment: int) -> bytes:
    return encode(Kind.WINDOW, increment.to_bytes(4, "little"), stream=stream_id)


def illegal(text: str) -> PeerFault:
    return PeerFault(GoAwayCode.PROTOCOL_ERROR, text)
