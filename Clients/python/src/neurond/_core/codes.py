"""Numbers of the protocol that have names: kinds, flags, roles, GOAWAY codes, methods."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Role(IntEnum):
    """Which side of a connection one is."""

    CLIENT = 1
    SERVER = 2

    @property
    def peer(self) -> Role:
        """The other side."""
        return Role.SERVER if self is Role.CLIENT else Role.CLIENT


class Kind(IntEnum):
    """What a frame is."""

    HELLO = 1
    REQUEST = 2
    MESSAGE = 3
    TENSOR = 4
    END = 5
    CANCEL = 6
    WINDOW = 7
    PING = 8
    PONG = 9
    GOAWAY = 10


class Flag(IntFlag):
    """Bits of a header's flags."""

    NONE = 0
    LAST = 1
    MORE = 2


class GoAwayCode(IntEnum):
    """Why a side leaves."""

    DRAIN = 0
    PROTOCOL_ERROR = 1
    FRAME_TOO_LARGE = 2
    FLOW_CONTROL = 3
    VERSION_MISMATCH = 4
    UNAUTHENTICATED = 5
    RESOURCE_EXHAUSTED = 6
    TIMEOUT = 7
    INTERNAL = 8

    @classmethod
    def read(cls, number: int) -> GoAwayCode:
        """The code of a number; an unknown one counts as PROTOCOL_ERROR."""
        return cls(number) if number in cls._value2member_map_ else cls.PROTOCOL_ERROR


class Method(IntEnum):
    """The methods of PROTOCOL.md §7."""

    CAPABILITIES = 1
    STATUS = 2
    TOKENIZE = 3
    DETOKENIZE = 4
    FORWARD = 5
    GENERATE = 6
    SCORE = 7
    STATISTICS = 8
    PROJECT = 11
    COLUMNS = 12
    EXPLAIN = 13
    PUT_OBJECT = 14
    LIST_OBJECTS = 15
    DROP_OBJECT = 16
    DRAIN = 19

    @property
    def is_idempotent(self) -> bool:
        """Whether it may be repeated without harm."""
        return self is not Method.DROP_OBJECT
