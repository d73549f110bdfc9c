"""A connection as a state machine: phases, streams, credit.

Both roles are here, since the vectors speak for both and tests need a server; the package itself
is a client. Bytes come in by `get_buffer` and `advance` (or `receive`), what happened is read from
`notices`, `touched` and `take`, and what must be sent from `data_to_send`. Not thread-safe: its
owner holds a lock.
"""

from __future__ import annotations

from . import limits
from .codes import Flag, GoAwayCode, Kind, Role
from .frames import Header, PeerFault, encode, parse_header
from .hello import NO_CREDENTIAL, GoAway, Hello, proof
from .receiver import Receiver
from .state import Phase, State, illegal
from .streams import Cancelled, End, Event, Lost, Message, Stream, Tensor
from .tensor import Assembly, BadTensor, parse_descriptor

_INVALID_ARGUMENT = b"\x0a\x02\x08\x03"  # End{status{code INVALID_ARGUMENT}}
_SENT_BY = {Kind.REQUEST: Role.CLIENT, Kind.CANCEL: Role.CLIENT, Kind.END: Role.SERVER}


class Connection(State):
    """One side of a connection, without I/O.

    >>> client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    >>> client.receive(server.data_to_send())
    >>> server.receive(client.data_to_send())
    >>> stream = client.open(3, b"")
    >>> server.receive(client.data_to_send())
    >>> server.send(stream.id, Kind.END)
    >>> client.receive(server.data_to_send())
    >>> client.take(stream.id)
    End(payload=b'')
    """

    def __init__(self, role: Role, *, token: str | None = None, hello: Hello | None = None):
        streams = 128 if role is Role.SERVER else 0
        super().__init__(role, hello or Hello(role, max_streams=streams))
        self.pongs: list[bytes] = []
        self._token = token
        self._receiver = Receiver(self)
        self._sent_hello = False
        if token is None:
            self._send_hello()

    # Bytes in ---------------------------------------------------------------------------------

    def get_buffer(self) -> memoryview:
        """Where the next received bytes belong."""
        return self._receiver.get_buffer()

    def advance(self, count: int) -> None:
        """Handles received bytes; raises `PeerFault` after it has queued the GOAWAY."""
        if self.phase is Phase.CLOSED:
            return
        try:
            self._receiver.advance(count)
        except PeerFault as fault:
            self.fault = fault
            self.leave(fault.code, fault.text)
            raise

    def receive(self, data: bytes) -> None:
        """`get_buffer` and `advance` for bytes that are already here."""
        view = memoryview(data)
        while len(view) and self.phase is not Phase.CLOSED:
            buffer = self.get_buffer()
            count = min(len(buffer), len(view))
            buffer[:count] = view[:count]
            self.advance(count)
            view = view[count:]

    def end_of_bytes(self) -> None:
        """The byte stream ended: whatever is open is lost."""
        text = "the connection ended"
        if self._receiver.is_inside_frame:
            text += " inside a frame"
        self._close(self.goaway.text if self.goaway and self.goaway.text else text)

    # Bytes out --------------------------------------------------------------------------------

    def data_to_send(self) -> bytes:
        """What is to be written, once."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    @property
    def has_output(self) -> bool:
        """Whether something is to be written."""
        return bool(self._output)

    def open(self, method: int, payload: bytes, *, last: bool = True,
             stream_id: int | None = None) -> Stream:
        """Sends a REQUEST on a new stream."""
        assert self.can_open, "no stream can be opened now"
        self._highest = stream_id or self._highest + 1
        stream = self._new_stream(self._highest, method)
        flags = Flag.LAST if last else Flag.NONE
        self._output.append(encode(Kind.REQUEST, payload, stream=stream.id, flags=flags,
                                   method=method))
        return stream

    @property
    def can_open(self) -> bool:
        """Whether a REQUEST may be sent now."""
        return (self.phase is Phase.READY and self.peer is not None and self._sent_hello
                and len(self.open_streams) < self.peer.max_streams
                and self._highest < 2**32 - 1)

    def send(self, stream_id: int, kind: Kind, payload: bytes = b"",
             flags: Flag = Flag.NONE) -> None:
        """Sends MESSAGE, TENSOR or END, as soon as there is credit."""
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        stream.outgoing.append((kind, flags, payload))
        if stream_id not in self._turn:
            self._turn.append(stream_id)
        self._pump()

    def method_of(self, stream_id: int) -> int:
        """The method that a stream was opened with; 0 where it is over."""
        stream = self._streams.get(stream_id)
        return stream.method if stream else 0

    def cancel(self, stream_id: int) -> None:
        """Ends the interest in a stream; what still comes is dropped."""
        stream = self._streams.get(stream_id)
        if stream is None or stream.is_cancelled or stream.is_ended:
            return
        stream.is_cancelled = True
        stream.outgoing.clear()
        self._output.append(encode(Kind.CANCEL, stream=stream_id))
        self._drop_events(stream)

    def ping(self, payload: bytes) -> None:
        """Sends a PING."""
        self._output.append(encode(Kind.PING, payload))

    def leave(self, code: GoAwayCode, text: str) -> None:
        """Sends GOAWAY; all codes but DRAIN end the connection."""
        if self.phase is Phase.CLOSED:
            return
        last = self._last_seen if self.role is Role.SERVER else 0
        self._output.append(encode(Kind.GOAWAY, GoAway(code, last, text).encode()))
        if code is GoAwayCode.DRAIN and self.phase is not Phase.HELLO:
            self.phase = Phase.CLOSING
        else:
            self._close(text)

    # What happened ----------------------------------------------------------------------------

    def take(self, stream_id: int) -> Event | None:
        """The next event of a stream; its credit is returned with that."""
        stream = self._streams.get(stream_id)
        if stream is None or not stream.events:
            return None
        event, cost = stream.events.popleft()
        if not stream.events:
            cost += stream.assembly_cost
            stream.assembly_cost = 0
        self._consumed(stream, cost)
        if isinstance(event, (End, Lost)):
            self._forget(stream)
        return event

    def take_touched(self) -> set[int]:
        """Ids of streams that something happened to since the last time."""
        touched, self.touched = self.touched, set()
        return touched

    def abandon(self, stream_id: int) -> None:
        """Cancels a stream whose END nobody will take."""
        self.cancel(stream_id)
        if stream := self._streams.get(stream_id):
            self._forget(stream)

    @property
    def open_streams(self) -> list[int]:
        """Ids of streams that the server has not ended."""
        return [stream.id for stream in self._streams.values() if not stream.is_ended]

    # Frames -----------------------------------------------------------------------------------

    def read_header(self, data: memoryview) -> Header:
        """For the receiver: a header, with what the phase and the stream allow."""
        ready = self.peer is not None and self._sent_hello
        header = parse_header(data, self.role.peer,
                              self.local.max_frame if ready else limits.HELLO_BYTES)
        kind = header.kind
        if self.peer is None:
            allowed = kind in (Kind.HELLO, Kind.GOAWAY)
        else:
            allowed = kind is not Kind.HELLO and _SENT_BY.get(kind, self.role.peer) != self.role
        if not allowed:
            raise illegal(f"a frame {kind.name} of the {self.role.peer.name.lower()} in phase "
                           f"{self.phase.name.lower()}")
        if header.stream:
            self._check_stream(header)
        return header

    def tensor_target(self, header: Header, head: memoryview) -> memoryview | None:
        """For the receiver: where a segment's data belongs."""
        stream = self._streams.get(header.stream)
        if stream is None or stream.is_cancelled or self.role is Role.SERVER:
            return None
        try:
            descriptor = parse_descriptor(head)
            if stream.assembly is None:
                stream.assembly = Assembly(descriptor)
            return stream.assembly.segment(descriptor, header.length - len(head),
                                           bool(header.flags & Flag.MORE))
        except (BadTensor, MemoryError, ValueError) as error:
            self._break(stream, str(error) or "a tensor does not fit into memory")
            return None

    def receive_frame(self, header: Header, payload: bytes | bytearray) -> None:
        """For the receiver: a whole frame."""
        if self.phase is Phase.CLOSED:
            return
        match header.kind:
            case Kind.HELLO:
                self._receive_hello(bytes(payload))
            case Kind.GOAWAY:
                self._receive_goaway(GoAway.decode(bytes(payload)))
            case Kind.PING:
                self._output.append(encode(Kind.PONG, bytes(payload)))
            case Kind.PONG:
                self.pongs.append(bytes(payload))
            case Kind.WINDOW:
                self._receive_window(header.stream, int.from_bytes(payload, "little"))
            case Kind.REQUEST:
                self._receive_request(header, payload)
            case Kind.CANCEL:
                self._receive_cancel(header.stream)
            case Kind.MESSAGE:
                self._receive_message(header, payload)
            case Kind.TENSOR:
                self._receive_tensor(header)
            case Kind.END:
                self._receive_end(header, payload)

    def _receive_hello(self, payload: bytes) -> None:
        self.peer = Hello.decode(payload, self.role.peer)
        self._send_credit = self.peer.connection_window
        self.phase = Phase.READY
        if not self._sent_hello:
            self._send_hello(self.peer.credential)

    def _send_hello(self, challenge: bytes = NO_CREDENTIAL) -> None:
        hello = self.local
        if self._token is not None and challenge != NO_CREDENTIAL:
            hello = Hello(self.role, hello.max_frame, 0, hello.stream_window,
                          hello.connection_window, hello.agent, proof(self._token, challenge))
        self._sent_hello = True
        self._output.append(encode(Kind.HELLO, hello.encode()))

    def _receive_goaway(self, goaway: GoAway) -> None:
        self.goaway = goaway
        if goaway.code is not GoAwayCode.DRAIN or self.phase is Phase.HELLO:
            self._close(goaway.text)
            return
        self.phase = Phase.CLOSING
        for stream in list(self._streams.values()):
            if self.role is Role.CLIENT and stream.id > goaway.last_stream:
                self._lose(stream, Lost(goaway.text or "the daemon drains", unseen=True))

    def _receive_window(self, stream_id: int, increment: int) -> None:
        stream = self._streams.get(stream_id)
        credit = stream.send_credit if stream else self._send_credit if not stream_id else 0
        if increment == 0 or credit + increment > limits.LARGEST_CREDIT:
            raise PeerFault(GoAwayCode.FLOW_CONTROL,
                            f"WINDOW adds {increment} to a credit of {credit}")
        if stream:
            stream.send_credit += increment
        elif not stream_id:
            self._send_credit += increment
        self._pump()

    def _receive_request(self, header: Header, payload: bytes | bytearray) -> None:
        self._highest = header.stream
        if self.phase is Phase.CLOSING:
            return
        self._last_seen = header.stream
        stream = self._new_stream(header.stream, header.method)
        stream.saw_last = bool(header.flags & Flag.LAST)
        self._post(stream, Message(payload, stream.saw_last), 0)

    def _receive_cancel(self, stream_id: int) -> None:
        stream = self._streams.get(stream_id)
        if stream and not stream.is_cancelled:
            stream.is_cancelled = True
            self._post(stream, Cancelled(), 0)

    def _receive_message(self, header: Header, payload: bytes | bytearray) -> None:
        last = bool(header.flags & Flag.LAST)
        stream = self._streams.get(header.stream)
        if stream is None or stream.is_cancelled:
            self._dropped(header.length)
        elif self.role is Role.SERVER and stream.saw_last:
            self._dropped(header.length)
            self._refuse(stream)
        elif stream.assembly is not None:
            self._dropped(header.length)
            self._break(stream, "the daemon sent a MESSAGE between segments of a tensor")
        else:
            stream.saw_last = last
            self._post(stream, Message(payload, last), header.length)

    def _receive_tensor(self, header: Header) -> None:
        stream = self._streams.get(header.stream)
        if stream is None or stream.is_cancelled or stream.assembly is None:
            self._dropped(header.length)
            return
        # The first in line is returned its credit as it arrives, so that it can become whole.
        if stream.events:
            stream.assembly_cost += header.length
        else:
            self._consumed(stream, header.length)
        if not header.flags & Flag.MORE:
            assembly, cost = stream.assembly, stream.assembly_cost
            stream.assembly, stream.assembly_cost = None, 0
            self._post(stream, Tensor(assembly.descriptor, assembly.array), cost)

    def _receive_end(self, header: Header, payload: bytes | bytearray) -> None:
        stream = self._streams.get(header.stream)
        assert stream is not None
        stream.is_ended = True
        if stream.is_abandoned:
            del self._streams[stream.id]
            return
        if stream.assembly is not None:
            # An error may end a stream between segments; what is not whole is no answer.
            self._dropped(stream.assembly_cost)
            stream.assembly, stream.assembly_cost = None, 0
        self._post(stream, End(payload), 0)

    def _refuse(self, stream: Stream) -> None:
        """For a server: ends a stream whose client sent more than it may."""
        stream.outgoing.clear()
        self.send(stream.id, Kind.END, _INVALID_ARGUMENT)

    def _break(self, stream: Stream, text: str) -> None:
        """Gives up a stream that the peer broke, and no other."""
        self.cancel(stream.id)
        self._post(stream, Lost(text), 0)
