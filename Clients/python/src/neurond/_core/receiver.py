"""Bytes become frames: where the next bytes belong, and what is whole once they are there.

A reader asks `get_buffer` where to put bytes and tells `advance` how many came. Small frames share
one buffer; the data of a tensor goes straight into its array, and a large payload into its own, so
the kernel's copy is the only one.
"""

from __future__ import annotations

from typing import Protocol

from . import limits
from .codes import Flag, Kind
from .frames import Header
from .tensor import BadTensor, data_offset


class Owner(Protocol):
    """What a receiver tells of the frames it finds."""

    def read_header(self, data: memoryview) -> Header:
        """Parses and checks sixteen bytes."""

    def tensor_target(self, header: Header, head: memoryview) -> memoryview | None:
        """Where a segment's data belongs; None where the segment is dropped."""

    def receive_frame(self, header: Header, payload: bytes | bytearray) -> None:
        """A frame is whole. The data of a tensor is where `tensor_target` said."""


class Receiver:
    """Cuts a byte stream into frames."""

    def __init__(self, owner: Owner):
        self._owner = owner
        self._scratch = memoryview(bytearray(limits.SCRATCH_BYTES))
        self._start = self._end = 0
        self._header: Header | None = None
        self._payload: bytes | bytearray = b""
        self._target: memoryview | None = None
        # While a tensor goes on, only the next segment's head is read here: 0 means no limit.
        self._narrow = 0

    def get_buffer(self) -> memoryview:
        """Where the next bytes belong; never empty."""
        if self._target is not None:
            return self._target
        if self._start:
            left = self._end - self._start
            self._scratch[:left] = self._scratch[self._start:self._end]
            self._start, self._end = 0, left
        end = max(self._narrow, self._end + 1) if self._narrow else len(self._scratch)
        return self._scratch[self._end:end]

    def advance(self, count: int) -> None:
        """Says how many bytes were put into the last buffer."""
        if self._target is not None:
            self._target = self._target[count:]
            if len(self._target):
                return
            self._target = None
            self._finish()
        else:
            self._end += count
        while self._step():
            pass

    @property
    def is_inside_frame(self) -> bool:
        """Whether bytes of an unfinished frame are here."""
        return self._header is not None or self._end > self._start

    def _step(self) -> bool:
        """Takes one frame out of the scratch buffer; False where more bytes are needed."""
        if self._header is None:
            if self._end - self._start < limits.HEADER_BYTES:
                return False
            self._header = self._owner.read_header(self._scratch[self._start:self._end])
            self._start += limits.HEADER_BYTES
            self._narrow = 0
        if self._header.kind is Kind.TENSOR:
            return self._step_tensor(self._header)
        return self._step_payload(self._header)

    def _step_payload(self, header: Header) -> bool:
        available = self._end - self._start
        if available >= header.length:
            self._payload = bytes(self._scratch[self._start:self._start + header.length])
            self._start += header.length
            self._finish()
            return True
        if header.length > len(self._scratch):
            self._payload = bytearray(header.length)
            self._fill(memoryview(self._payload))
        return False

    def _step_tensor(self, header: Header) -> bool:
        head = self._scratch[self._start:self._end]
        if len(head) < 4:
            return False
        try:
            offset = min(data_offset(head), header.length)
        except BadTensor:
            offset = limits.TENSOR_FIXED_BYTES
        if len(head) < offset:
            return False
        target = self._owner.tensor_target(header, head[:offset])
        self._start += offset
        if header.flags & Flag.MORE:
            self._narrow = limits.HEADER_BYTES + offset
        self._payload = b""
        if target is None:
            target = memoryview(bytearray(header.length - offset))
        return self._fill(target)

    def _fill(self, target: memoryview) -> bool:
        """Moves what is here into its place; the rest will be read there."""
        count = min(self._end - self._start, len(target))
        target[:count] = self._scratch[self._start:self._start + count]
        self._start += count
        if count == len(target):
            self._finish()
            return True
        self._target = target[count:]
        return False

    def _finish(self) -> None:
        header, payload = self._header, self._payload
        assert header is not None
        self._header, self._payload = None, b""
        self._owner.receive_frame(header, payload)
