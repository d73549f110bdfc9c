"""One stream: what has arrived and was not taken yet, what waits for credit, who owes what."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .codes import Flag, Kind
from .tensor import Assembly, Descriptor


@dataclass(frozen=True)
class Message:
    """A protobuf message of the peer."""

    payload: bytes | bytearray
    is_last: bool = False


@dataclass(frozen=True)
class Tensor:
    """A whole tensor; the array is the memory that it was received into."""

    descriptor: Descriptor
    array: npt.NDArray[np.generic]


@dataclass(frozen=True)
class End:
    """The daemon's last word on a stream: the bytes of an `End` message."""

    payload: bytes | bytearray


@dataclass(frozen=True)
class Cancelled:
    """What a server sees of a client that lost interest."""


@dataclass(frozen=True)
class Lost:
    """The stream ended without END.

    `unseen` says that the daemon never looked at the request, so that any may be sent again.
    """

    text: str
    unseen: bool = False


Event = Message | Tensor | End | Cancelled | Lost


@dataclass
class Stream:
    """The state of one stream; changed by `Connection` alone."""

    id: int
    method: int
    send_credit: int
    receive_credit: int
    window: int
    # Credit of what was consumed and not yet returned.
    owed: int = 0
    events: deque[tuple[Event, int]] = field(default_factory=deque)
    outgoing: deque[tuple[Kind, Flag, bytes]] = field(default_factory=deque)
    assembly: Assembly | None = None
    # Credit of the arriving tensor that is returned when what lies before it was taken.
    assembly_cost: int = 0
    saw_last: bool = False
    is_cancelled: bool = False
    is_ended: bool = False
    # Nobody will take what comes.
    is_abandoned: bool = False
