"""TENSOR frames: the descriptor, and the array that segments are received into."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import limits

_FIXED = struct.Struct("<IBBHIIQQ")
_TYPES = {1: "<f4", 2: "<f2", 3: "<f8", 4: "<i4", 5: "<i8", 6: "u1"}


class BadTensor(Exception):
    """A descriptor or segment that §5.4 does not allow: an error of its stream alone."""


@dataclass(frozen=True)
class Descriptor:
    """What a segment says of the whole tensor, and where its data lies."""

    data_offset: int
    type: int
    item: int
    index: int
    byte_count: int
    segment_start: int
    shape: tuple[int, ...]
    name: str

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The element type in NumPy's words."""
        return np.dtype(_TYPES[self.type])

    @property
    def identity(self) -> tuple[object, ...]:
        """What all segments of one tensor have in common."""
        return (self.type, self.item, self.index, self.byte_count, self.shape, self.name)

    def encode(self) -> bytes:
        """The bytes before the data."""
        name = self.name.encode()
        fixed = _FIXED.pack(self.data_offset, self.type, len(self.shape), len(name), self.item,
                            self.index, self.byte_count, self.segment_start)
        shape = struct.pack(f"<{len(self.shape)}Q", *self.shape)
        return (fixed + shape + name).ljust(self.data_offset, b"\0")


def data_offset(payload: memoryview) -> int:
    """D of a payload of which the first four bytes are there, checked."""
    offset = int.from_bytes(payload[:4], "little")
    if offset % 64 or not 64 <= offset <= limits.TENSOR_DESCRIPTOR_BYTES:
        raise BadTensor(f"a tensor's data starts at {offset}")
    return offset


def parse_descriptor(head: memoryview) -> Descriptor:
    """Reads the bytes before the data, all of which are there."""
    offset, kind, rank, name_bytes, item, index, byte_count, start = _FIXED.unpack_from(head)
    _require(offset == len(head) and offset % 64 == 0, f"a tensor whose data starts at {offset}")
    _require(kind in _TYPES, f"element type {kind}")
    _require(rank <= limits.TENSOR_RANK, f"rank {rank}")
    _require(name_bytes <= limits.TENSOR_NAME_BYTES, f"a name of {name_bytes} bytes")
    end = limits.TENSOR_FIXED_BYTES + 8 * rank + name_bytes
    _require(end <= offset, "shape and name do not fit before the data")
    shape = struct.unpack_from(f"<{rank}Q", head, limits.TENSOR_FIXED_BYTES)
    _require(all(extent < 2**63 for extent in shape), "an extent of 2^63 or more")
    size = np.dtype(_TYPES[kind]).itemsize
    _require(byte_count == size * math.prod(shape), f"{byte_count} bytes for the shape {shape}")
    _require(byte_count <= limits.TENSOR_BYTES, f"{byte_count} bytes")
    _require(start % limits.TENSOR_CHUNK_BYTES == 0, f"a segment that starts at {start}")
    _require(not any(head[end:offset]), "padding that is not zero")
    try:
        name = bytes(head[end - name_bytes:end]).decode()
    except UnicodeDecodeError:
        raise BadTensor("a name that is not UTF-8") from None
    return Descriptor(offset, kind, item, index, byte_count, start, shape, name)


class Assembly:
    """A tensor whose segments are arriving.

    The array is taken at once, but a large one is only addresses until bytes arrive in it, so
    memory grows with what was received and not with what was announced.
    """

    def __init__(self, first: Descriptor):
        self.descriptor = first
        self.array: npt.NDArray[np.generic] = np.empty(first.shape, first.dtype)
        self.received = 0
        flat = self.array.reshape(-1)
        self._bytes = flat.view(np.uint8).data if flat.size else memoryview(bytearray())

    def segment(self, descriptor: Descriptor, byte_count: int, more: bool) -> memoryview:
        """Where the next segment's data belongs; raises where it is not the next one."""
        _require(descriptor.identity == self.descriptor.identity,
                 "a segment of another tensor before the last one was complete")
        _require(descriptor.segment_start == self.received,
                 f"a segment that starts at {descriptor.segment_start}, not at {self.received}")
        left = descriptor.byte_count - self.received
        wanted = min(limits.TENSOR_CHUNK_BYTES, left)
        _require(byte_count == wanted, f"a segment of {byte_count} bytes, not {wanted}")
        _require(more == (wanted < left), "MORE on the last segment, or not before it")
        self.received += wanted
        return self._bytes[self.received - wanted:self.received]


def segments(array: npt.NDArray[np.generic], *, name: str, item: int = 0,
             index: int = 0) -> list[tuple[bytes, bool]]:
    """Payloads that carry an array, each with whether more follow; what a server sends."""
    codes = {np.dtype(code): number for number, code in _TYPES.items()}
    data = np.ascontiguousarray(array).tobytes()
    unpadded = limits.TENSOR_FIXED_BYTES + 8 * array.ndim + len(name.encode())
    offset = max(64, -(-unpadded // 64) * 64)
    payloads = []
    for start in range(0, max(len(data), 1), limits.TENSOR_CHUNK_BYTES):
        head = Descriptor(offset, codes[array.dtype], item, index, len(data), start,
                          array.shape, name).encode()
        part = data[start:start + limits.TENSOR_CHUNK_BYTES]
        payloads.append((head + part, start + len(part) < len(data)))
    return payloads


def _require(condition: bool, text: str) -> None:
    if not condition:
        raise BadTensor(f"the daemon sent {text}")
