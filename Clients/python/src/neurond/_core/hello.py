"""HELLO and GOAWAY, the two frames of a fixed layout that open and end a connection."""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass

from . import limits
from .codes import GoAwayCode, Role
from .frames import PeerFault

_FIXED = struct.Struct("<4sHHB3sIIIIIQ32s")
_MAGIC = b"NRND"
_GOAWAY = struct.Struct("<II")
NO_CREDENTIAL = bytes(32)


@dataclass(frozen=True)
class Hello:
    """What a side says of itself (PROTOCOL.md §5.1)."""

    role: Role
    max_frame: int = limits.MAX_FRAME
    max_streams: int = 0
    stream_window: int = limits.STREAM_WINDOW
    connection_window: int = limits.CONNECTION_WINDOW
    agent: str = ""
    credential: bytes = NO_CREDENTIAL
    lowest_version: int = limits.LOWEST_VERSION
    highest_version: int = limits.HIGHEST_VERSION
    capabilities: int = 0

    def encode(self) -> bytes:
        """The payload of the frame."""
        agent = self.agent.encode()
        return _FIXED.pack(
            _MAGIC, self.lowest_version, self.highest_version, self.role, bytes(3),
            self.max_frame, self.max_streams, self.stream_window, self.connection_window,
            len(agent), self.capabilities, self.credential) + agent

    @classmethod
    def decode(cls, payload: bytes, sender: Role) -> Hello:
        """Reads and checks a payload; bytes of later versions at its end are ignored."""
        (magic, lowest, highest, role, zero, max_frame, max_streams, stream_window,
         connection_window, agent_bytes, capabilities, credential) = _FIXED.unpack_from(payload)
        _require(magic == _MAGIC, "HELLO does not begin with NRND: this is another protocol")
        _require(1 <= lowest <= highest, f"HELLO has versions {lowest} to {highest}")
        if highest < limits.LOWEST_VERSION or lowest > limits.HIGHEST_VERSION:
            raise PeerFault(GoAwayCode.VERSION_MISMATCH, _mismatch(lowest, highest))
        _require(role == sender, f"HELLO of the {sender.name.lower()} has role {role}")
        _require(zero == bytes(3), "reserved bytes of HELLO are not zero")
        _within("max_frame", max_frame, limits.SMALLEST_MAX_FRAME, limits.LARGEST_MAX_FRAME)
        streams = 0 if sender is Role.CLIENT else limits.LARGEST_MAX_STREAMS
        _within("max_streams", max_streams, 0, streams)
        _within("stream_window", stream_window, limits.SMALLEST_WINDOW, limits.LARGEST_CREDIT)
        _within("connection_window", connection_window, limits.SMALLEST_WINDOW,
                limits.LARGEST_CREDIT)
        _within("the agent name's byte count", agent_bytes, 0,
                min(limits.AGENT_BYTES, len(payload) - _FIXED.size))
        agent = _text(payload[_FIXED.size:_FIXED.size + agent_bytes], "the agent name")
        return cls(sender, max_frame, max_streams, stream_window, connection_window, agent,
                   credential, lowest, highest, capabilities)


def proof(token: str, challenge: bytes) -> bytes:
    """What shows that the token is known, without showing it.

    >>> proof("open sesame", bytes(range(32))).hex()[:16]
    '7c9428b2b6454f45'
    """
    return hmac.digest(token.encode(), b"neurond auth 1" + challenge, "sha256")


@dataclass(frozen=True)
class GoAway:
    """The last word of a side."""

    code: GoAwayCode
    last_stream: int = 0
    text: str = ""

    def encode(self) -> bytes:
        """The payload of the frame."""
        text = self.text.encode()[:limits.GOAWAY_TEXT_BYTES].decode(errors="ignore").encode()
        return _GOAWAY.pack(self.code, self.last_stream) + text

    @classmethod
    def decode(cls, payload: bytes) -> GoAway:
        """Reads a payload."""
        number, last_stream = _GOAWAY.unpack_from(payload)
        text = _text(payload[_GOAWAY.size:], "the text of GOAWAY")
        return cls(GoAwayCode.read(number), last_stream, text)


def _mismatch(lowest: int, highest: int) -> str:
    return (f"the peer speaks versions {lowest} to {highest}, this side "
            f"{limits.LOWEST_VERSION} to {limits.HIGHEST_VERSION}")


def _require(condition: bool, text: str) -> None:
    if not condition:
        raise PeerFault(GoAwayCode.PROTOCOL_ERROR, text)


def _within(name: str, value: int, low: int, high: int) -> None:
    _require(low <= value <= high, f"{name} of HELLO is {value}; accepted: {low} to {high}")


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise PeerFault(GoAwayCode.PROTOCOL_ERROR, f"{name} is not UTF-8") from None
