"""What can go wrong, as one hierarchy under `NeurondError`.

A daemon refuses or fails a request with a status; each status code has its class under
`StatusError`, and every one says the same things: `reason` (machine-readable, PROTOCOL.md §8),
`message`, `field`, `asked`, `limit` and `retry_after`. What never reached a daemon is one of the
others.

>>> try:
...     model.forward("12 + 7 = ", hooks=neurond.zero("L99N0"))
... except neurond.OutOfRange as error:
...     print(error.reason, error.field)
HOOK_OUT_OF_RANGE hooks
"""

from __future__ import annotations

from .v1 import common_pb2

__all__ = [
    "Aborted", "AlreadyExists", "AuthenticationFailed", "BadArgument", "Cancelled", "CannotConnect",
    "ConnectionLost", "DataLoss", "DeadlineExceeded", "FailedPrecondition", "Internal",
    "InvalidArgument", "NeurondError", "NotFound", "OutOfRange", "PermissionDenied",
    "ProtocolError", "ResourceExhausted", "StatusError", "Unauthenticated", "Unavailable",
    "Unimplemented", "Unknown", "VersionMismatch",
]


class NeurondError(Exception):
    """Anything that this package raises for a reason of its own.

    >>> issubclass(neurond.OutOfRange, neurond.NeurondError)
    True
    """


class BadArgument(NeurondError, ValueError):
    """An argument that cannot be sent; nothing was.

    >>> neurond.scale(float("nan"), "L3N7")
    Traceback (most recent call last):
    neurond.errors.BadArgument: scale takes a finite number, not nan
    """


class CannotConnect(NeurondError, ConnectionError):
    """Nobody answers at the address, or the daemon takes no further connection now.

    >>> neurond.connect("unix:/nowhere/neurond.sock")
    Traceback (most recent call last):
    neurond.errors.CannotConnect: no daemon answers at unix:/nowhere/neurond.sock ...
    """


class ConnectionLost(NeurondError, ConnectionError):
    """The connection ended before the answer did.

    `unseen` says that the daemon never looked at the request.

    >>> issubclass(neurond.ConnectionLost, ConnectionError)
    True
    """

    def __init__(self, message: str, unseen: bool = False) -> None:
        super().__init__(message)
        self.unseen = unseen


class ProtocolError(NeurondError):
    """One side sent what the protocol does not allow: a fault of a program.

    >>> issubclass(neurond.ProtocolError, neurond.NeurondError)
    True
    """


class VersionMismatch(ProtocolError):
    """Daemon and package have no version of the protocol in common; the message says what to do.

    >>> issubclass(neurond.VersionMismatch, neurond.ProtocolError)
    True
    """


class AuthenticationFailed(NeurondError):
    """The daemon wants a token, or another one.

    >>> issubclass(neurond.AuthenticationFailed, neurond.NeurondError)
    True
    """


class StatusError(NeurondError):
    """The daemon ended a request with an error.

    Attributes:
        reason: upper case with underscores, such as ``HOOK_UNKNOWN_SITE``.
        message: one sentence.
        field: the part of the request that was wrong; may be empty.
        asked: the number that was asked for or found, where numbers were compared.
        limit: what it was compared with.
        retry_after: seconds after which the same request may succeed; 0 where none are named.
        partial: how much of the answer there is, if some of the request had run; else None.

    >>> try:
    ...     model.tokenizer.decode([999_999])
    ... except neurond.StatusError as error:
    ...     print(error.code, error.reason, error.asked, error.limit)
    11 UNKNOWN_TOKEN 999999 1279
    """

    code = 0

    def __init__(self, message: str, *, reason: str = "", field: str = "", asked: int = 0,
                 limit: int = 0, retry_after: float = 0.0,
                 partial: common_pb2.Partial | None = None) -> None:
        super().__init__(f"{message} ({reason})" if reason else message)
        self.message = message
        self.reason = reason
        self.field = field
        self.asked = asked
        self.limit = limit
        self.retry_after = retry_after
        self.partial = partial


class Cancelled(StatusError):
    """Code 1: the request was cancelled."""

    code = 1


class Unknown(StatusError):
    """Code 2: a failure without a better name."""

    code = 2


class InvalidArgument(StatusError):
    """Code 3: the request can never succeed as it is."""

    code = 3


class DeadlineExceeded(StatusError):
    """Code 4: the time given to the request was over."""

    code = 4


class NotFound(StatusError):
    """Code 5: a model or an object is not there."""

    code = 5


class AlreadyExists(StatusError):
    """Code 6: what was to be made is there."""

    code = 6


class PermissionDenied(StatusError):
    """Code 7: the method needs a role that the caller does not have."""

    code = 7


class ResourceExhausted(StatusError):
    """Code 8: no room now; see `retry_after`."""

    code = 8


class FailedPrecondition(StatusError):
    """Code 9: the model or the daemon is not what the request needs."""

    code = 9


class Aborted(StatusError):
    """Code 10: given up in favour of something else."""

    code = 10


class OutOfRange(StatusError):
    """Code 11: a number beyond a limit; see `asked` and `limit`."""

    code = 11


class Unimplemented(StatusError):
    """Code 12: this daemon does not have the method."""

    code = 12


class Internal(StatusError):
    """Code 13: a fault of the daemon."""

    code = 13


class Unavailable(StatusError):
    """Code 14: the daemon is leaving or could not load its model."""

    code = 14


class DataLoss(StatusError):
    """Code 15: what was stored is gone."""

    code = 15


class Unauthenticated(StatusError):
    """Code 16: the caller is not known."""

    code = 16


_BY_CODE: dict[int, type[StatusError]] = {
    kind.code: kind for kind in StatusError.__subclasses__()}


def from_end(end: common_pb2.End) -> StatusError:
    """The error of an END whose status is not OK."""
    status = end.status
    kind = _BY_CODE.get(status.code, Unknown)
    return kind(
        status.message or f"the request ended with status {status.code}", reason=status.reason,
        field=status.field, asked=status.asked, limit=status.limit,
        retry_after=status.retry_after_ms / 1000,
        partial=end.partial if end.HasField("partial") else None)
