"""Frames: the 16-byte header, and its check before a byte of the payload is kept."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from . import limits
from .codes import Flag, GoAwayCode, Kind, Role

_HEADER = struct.Struct("<IBBHII")
_STREAM_ZERO = {Kind.HELLO, Kind.PING, Kind.PONG, Kind.GOAWAY}
_LAST_ALLOWED = {Kind.REQUEST, Kind.MESSAGE, Kind.TENSOR}


class PeerFault(Exception):
    """The peer broke the protocol; the connection ends with GOAWAY `code`."""

    def __init__(self, code: GoAwayCode, text: str):
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Header:
    """The first sixteen bytes of a frame."""

    length: int
    kind: Kind
    flags: Flag
    method: int
    stream: int


def encode(kind: Kind, payload: bytes = b"", *, stream: int = 0, flags: Flag = Flag.NONE,
           method: int = 0) -> bytes:
    """One frame.

    >>> encode(Kind.PING, bytes(8)).hex(" ")[:23]
    '08 00 00 00 08 00 00 00'
    """
    return _HEADER.pack(len(payload), kind, flags, method, stream, 0) + payload


def parse_header(data: bytes | bytearray | memoryview, sender: Role, max_frame: int) -> Header:
    """The header in the first sixteen bytes; raises `PeerFault` where §3 does not allow it."""
    length, kind_number, flags, method, stream, zero = _HEADER.unpack_from(data)
    if not 1 <= kind_number <= 10:
        raise _malformed(f"kind {kind_number} is none; kinds are 1 to 10")
    kind = Kind(kind_number)
    _check_flags(kind, flags, sender)
    if (method != 0) != (kind is Kind.REQUEST):
        raise _malformed(f"method {method} in a frame {kind.name}")
    if zero:
        raise _malformed("the reserved field of a header is not zero")
    if kind is not Kind.WINDOW and (stream == 0) != (kind in _STREAM_ZERO):
        raise _malformed(f"stream {stream} in a frame {kind.name}")
    _check_length(kind, length, max_frame)
    return Header(length, kind, Flag(flags), method, stream)


def _check_flags(kind: Kind, flags: int, sender: Role) -> None:
    allowed = 0
    if kind in _LAST_ALLOWED and sender is Role.CLIENT:
        allowed |= Flag.LAST
    if kind is Kind.TENSOR:
        allowed |= Flag.MORE
    if flags & ~allowed or flags == Flag.LAST | Flag.MORE:
        raise _malformed(f"flags {flags:#x} in a frame {kind.name} of the {sender.name.lower()}")


def _check_length(kind: Kind, length: int, max_frame: int) -> None:
    low, high = {
        Kind.HELLO: (limits.HELLO_FIXED_BYTES, limits.HELLO_BYTES),
        Kind.TENSOR: (64, max_frame),
        Kind.CANCEL: (0, 0),
        Kind.WINDOW: (4, 4),
        Kind.PING: (8, 8),
        Kind.PONG: (8, 8),
        Kind.GOAWAY: (8, 8 + limits.GOAWAY_TEXT_BYTES),
    }.get(kind, (0, max_frame))
    if length > high:
        raise PeerFault(GoAwayCode.FRAME_TOO_LARGE,
                        f"a frame {kind.name} of {length} bytes; at most {high} are accepted")
    if length < low:
        raise _malformed(f"a frame {kind.name} of {length} bytes; at least {low} are needed")


def _malformed(text: str) -> PeerFault:
    return PeerFault(GoAwayCode.PROTOCOL_ERROR, text)
