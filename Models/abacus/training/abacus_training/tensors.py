"""Reads safetensors files with NumPy alone."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy

_KINDS = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I32": "<i4", "I64": "<i8"}


def read_tensors(path: Path) -> dict[str, numpy.ndarray]:
    """The tensors of a file by name; bf16, which NumPy does not have, as f32."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = _values(entry["dtype"], data[begin:end]).reshape(entry["shape"])
    return tensors


def _values(kind: str, data: bytes) -> numpy.ndarray:
    if kind == "BF16":
        # The upper half of an f32.
        return (numpy.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    if kind not in _KINDS:
        raise ValueError(f"a tensor of type {kind}; expected BF16, {', '.join(_KINDS)}")
    return numpy.frombuffer(data, _KINDS[kind])
