"""Every conversation of Proto/vectors, played through both sides of the core."""

from __future__ import annotations

import hmac
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from neurond._core.codes import Flag, GoAwayCode, Kind, Role
from neurond._core.connection import Connection
from neurond._core.frames import PeerFault, encode, parse_header
from neurond._core.hello import GoAway, Hello, proof
from neurond._core.state import Phase
from neurond._core.streams import Cancelled, End, Lost, Message
from neurond._core.tensor import Descriptor, parse_descriptor
from neurond.v1 import common_pb2

from .support import REPOSITORY

VECTORS = sorted((REPOSITORY / "Proto/vectors").glob("*.hex"))
ROLES = {"C": Role.CLIENT, "S": Role.SERVER}


@dataclass
class Step:
    sender: Role
    data: bytes
    notes: dict[str, str] = field(default_factory=dict)


def steps(path: Path) -> Iterator[Step]:
    step: Step | None = None
    for line in path.read_text("ascii").splitlines():
        if line.startswith(("C: ", "S: ")):
            if step:
                yield step
            step = Step(ROLES[line[0]], bytes.fromhex(line[3:]))
        elif line.startswith("   ") and step:
            step.data += bytes.fromhex(line)
        elif line[:2] in ("= ", "~ ", "! ") and step:
            step.notes[line[0]] = line[2:].strip()
        else:
            assert not line or line.startswith("#"), f"unknown line: {line}"
    assert step
    yield step


class Player:
    """Both sides of a conversation. A side begins with the HELLO that the vector gives it."""

    def __init__(self) -> None:
        self.sides = {role: Connection(role) for role in Role}
        for side in self.sides.values():
            side.data_to_send()

    def play(self, step: Step) -> None:
        if not step.notes.keys() & {"!", "~"}:
            self.send(step)
        receiver = self.sides[step.sender.peer]
        try:
            receiver.receive(step.data)
        except PeerFault as fault:
            assert fault.code == int(step.notes.get("!", -1)), fault.text
            assert last_goaway(receiver.data_to_send()) == fault.code
            assert receiver.phase is Phase.CLOSED
            return
        if "~" in step.notes:
            answer = receiver.data_to_send()
            assert answer[4] == Kind.END
            assert common_pb2.End.FromString(answer[16:]).status.code == int(step.notes["~"])
        elif "!" in step.notes:
            self.refuse_proof(receiver, int(step.notes["!"]))

    def send(self, step: Step) -> None:
        """What the sender's own calls produce are the vector's bytes."""
        side, data = self.sides[step.sender], step.data
        header, payload = parse_header(data, step.sender, 2**26), data[16:]
        side.data_to_send()  # answers to what came before, such as PONG
        match header.kind:
            case Kind.HELLO:
                side.local = Hello.decode(payload, step.sender)
                assert encode(Kind.HELLO, side.local.encode()) == data
                return
            case Kind.REQUEST:
                side.open(header.method, payload, last=bool(header.flags & Flag.LAST),
                          stream_id=header.stream)
            case Kind.MESSAGE | Kind.TENSOR | Kind.END:
                side.send(header.stream, header.kind, payload, header.flags)
            case Kind.CANCEL if header.stream in side.open_streams:
                side.cancel(header.stream)
            case Kind.PING:
                side.ping(payload)
            case Kind.GOAWAY:
                goaway = GoAway.decode(payload)
                side.leave(goaway.code, goaway.text)
            case _:  # PONG and WINDOW are sent by themselves, a late CANCEL not at all
                return
        assert side.data_to_send() == data

    def refuse_proof(self, server: Connection, code: int) -> None:
        """What a server does above the connection with a proof that is not right."""
        assert server.peer
        right = proof("open sesame", server.local.credential)
        assert not hmac.compare_digest(right, server.peer.credential)
        server.leave(GoAwayCode.UNAUTHENTICATED, "a valid token is needed")
        assert last_goaway(server.data_to_send()) == code


def last_goaway(data: bytes) -> GoAwayCode:
    last = b""
    while data:
        length = int.from_bytes(data[:4], "little")
        last, data = data[:16 + length], data[16 + length:]
    assert last[4] == Kind.GOAWAY
    return GoAway.decode(last[16:]).code


def test_vectors_are_there() -> None:
    assert len(VECTORS) >= 40


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector_holds(path: Path) -> None:
    player = Player()
    for step in steps(path):
        if "=" in step.notes:
            header = parse_header(step.data, step.sender, 2**26)
            assert step.notes["="] == (
                f"kind={header.kind.name} flags={int(header.flags)} method={header.method} "
                f"stream={header.stream} length={header.length}")
            payload = step.data[16:]
            assert len(payload) == header.length
            assert encode(header.kind, payload, stream=header.stream, flags=header.flags,
                          method=header.method) == step.data
            if header.kind is Kind.TENSOR:
                head = memoryview(payload)[:int.from_bytes(payload[:4], "little")]
                assert parse_descriptor(head).encode() == bytes(head)
        player.play(step)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 7])
def test_bytes_may_come_in_any_pieces(path: Path, size: int) -> None:
    """The receiver sees the same whether bytes come at once or a few at a time."""
    outputs = []
    for piece in (size, 1 << 20):
        player = Player()
        fault = None
        for step in steps(path):
            side = player.sides[step.sender.peer]
            other = player.sides[step.sender]
            if step.data[4] == Kind.REQUEST and not step.notes.keys() & {"!"} and other.can_open:
                header = parse_header(step.data, step.sender, 2**26)
                if header.stream > max(other.open_streams, default=0):
                    other.open(header.method, step.data[16:], stream_id=header.stream)
            try:
                for start in range(0, len(step.data), piece):
                    side.receive(step.data[start:start + piece])
            except PeerFault as error:
                fault = (error.code, error.text)
        outputs.append((fault, [side.data_to_send() for side in player.sides.values()]))
    assert outputs[0] == outputs[1]


def test_damaged_bytes_are_refused_and_nothing_else_happens() -> None:
    """Each vector's bytes with some of them changed: taken, or refused with a fault of the peer."""
    source = random.Random(7)
    sound = [list(steps(path)) for path in VECTORS if path.stem < "20"]
    refused = 0
    for _ in range(4000):
        player = Player()
        for step in source.choice(sound):
            side, other = player.sides[step.sender.peer], player.sides[step.sender]
            if step.data[4] == Kind.REQUEST and other.can_open:
                header = parse_header(step.data, step.sender, 2**26)
                other.open(header.method, step.data[16:], stream_id=header.stream)
            data = bytearray(step.data)
            if source.random() < 0.3:
                for _ in range(source.randrange(1, 4)):
                    data[source.randrange(len(data))] = source.choice((0, 1, 2, 7, 128, 255))
            try:
                side.receive(bytes(data))
                for stream_id in side.take_touched():
                    while side.take(stream_id) is not None:
                        pass
                    if source.random() < 0.2:
                        side.abandon(stream_id)
            except PeerFault:
                refused += 1
                assert side.phase is Phase.CLOSED
                break
        for side in player.sides.values():
            side.end_of_bytes()
    assert 200 < refused < 3800


def test_a_stream_that_the_peer_breaks_breaks_no_other() -> None:
    """A malformed tensor is an error of its stream: CANCEL, and the connection goes on."""
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    client.receive(server.data_to_send())
    server.receive(client.data_to_send())
    broken, sound = client.open(5, b""), client.open(3, b"")
    server.receive(client.data_to_send())
    server.send(broken.id, Kind.TENSOR, bytes(64))
    server.send(sound.id, Kind.MESSAGE, b"x")
    server.send(sound.id, Kind.END)
    client.receive(server.data_to_send())
    assert isinstance(client.take(broken.id), Lost)
    assert client.take(sound.id) == Message(b"x")
    server.receive(client.data_to_send())
    assert isinstance(server.take(broken.id), Message)
    assert isinstance(server.take(broken.id), Cancelled)
    server.send(broken.id, Kind.END)
    client.receive(server.data_to_send())
    assert client.open_streams == [] and client.phase is Phase.READY


@pytest.mark.parametrize("head", [
    Descriptor(64, 1, 0, 0, 0, 0, (0, 2**62), "a").encode(),
    Descriptor(64, 1, 0, 0, 2**40, 0, (2**38,), "a").encode(),
    Descriptor(64, 1, 0, 0, 8, 0, (1,), "a").encode(),
    Descriptor(64, 1, 0, 0, 4, 262_144, (1,), "a").encode(),
    Descriptor(128, 1, 0, 0, 0, 0, (0,), "a").encode()[:64],
    Descriptor(64, 9, 0, 0, 4, 0, (1,), "a").encode(),
    Descriptor(64, 1, 0, 0, 0, 0, (0,), "a").encode()[:-1] + b"x",
], ids=["vast", "terabyte", "length", "start", "offset", "type", "padding"])
def test_tensors_that_are_none_are_refused_before_memory_is_taken(head: bytes) -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    client.receive(server.data_to_send())
    server.receive(client.data_to_send())
    stream = client.open(5, b"")
    server.receive(client.data_to_send())
    server.send(stream.id, Kind.TENSOR, head)
    client.receive(server.data_to_send())
    event = client.take(stream.id)
    assert isinstance(event, Lost), event
    assert client.phase is Phase.READY


def test_credit_returns_as_it_is_consumed_and_bounds_what_waits() -> None:
    """A reader that takes nothing is sent a window and one frame, and then nothing more."""
    hello = Hello(Role.CLIENT, stream_window=65_536, connection_window=131_072)
    client, server = Connection(Role.CLIENT, hello=hello), Connection(Role.SERVER)
    client.receive(server.data_to_send())
    server.receive(client.data_to_send())
    stream = client.open(6, b"")
    server.receive(client.data_to_send())
    for _ in range(100):
        server.send(stream.id, Kind.MESSAGE, bytes(10_000))
    server.send(stream.id, Kind.END)
    sent = server.data_to_send()
    assert 65_536 <= len(sent) < 65_536 + 11_000
    client.receive(sent)
    taken = 0
    while not isinstance(event := client.take(stream.id), End):
        taken += event is not None
        server.receive(client.data_to_send())
        client.receive(server.data_to_send())
    assert taken == 100
