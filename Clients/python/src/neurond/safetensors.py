"""Safetensors files: a header in JSON, then the bytes. Written and read without another package.

>>> path = folder / "arrays.safetensors"
>>> neurond.safetensors.save(path, {"a": np.arange(3, dtype=np.float32)}, {"from": "a test"})
>>> neurond.safetensors.load(path)["a"].tolist(), neurond.safetensors.metadata(path)
([0.0, 1.0, 2.0], {'from': 'a test'})
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._core import limits
from .errors import BadArgument

Array = npt.NDArray[np.generic]
__all__ = ["decode", "encode", "load", "metadata", "save", "with_metadata"]

_NAMES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
          "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}
_CODES = {np.dtype(code): name for name, code in _NAMES.items()}


def encode(arrays: Mapping[str, Array], extra: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a file.

    >>> neurond.safetensors.encode({"a": np.zeros(1, np.float32)})[8:20]
    b'{"a":{"dtype'
    """
    header: dict[str, Any] = {"__metadata__": dict(extra)} if extra else {}
    parts, start = [], 0
    for name, given in arrays.items():
        array = np.ascontiguousarray(given)
        if array.dtype not in _CODES:
            raise BadArgument(f"{name}: safetensors has no type for {array.dtype}")
        data = array.tobytes()
        header[name] = {"dtype": _CODES[array.dtype], "shape": list(np.shape(given)),
                        "data_offsets": [start, start + len(data)]}
        parts.append(data)
        start += len(data)
    return _file(header, b"".join(parts))


def decode(data: bytes) -> dict[str, Array]:
    """The arrays of a file's bytes, as views over them.

    >>> neurond.safetensors.decode(neurond.safetensors.encode({"a": np.ones(2)}))
    {'a': array([1., 1.])}
    """
    header, start = _header(data)
    arrays: dict[str, Array] = {}
    for name, info in header.items():
        if name == "__metadata__":
            continue
        try:
            low, high = (start + int(offset) for offset in info["data_offsets"])
            kind = np.dtype(_NAMES[info["dtype"]])
            shape = tuple(map(int, info["shape"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadArgument(f"{name}: {error!r} in a safetensors header") from None
        if not start <= low <= high <= len(data) or \
                (high - low) != kind.itemsize * int(np.prod(shape, dtype=object)):
            raise BadArgument(f"{name} lies outside its safetensors file, or has another size")
        arrays[name] = np.frombuffer(data[low:high], kind).reshape(shape)
    return arrays


def with_metadata(data: bytes, extra: Mapping[str, str]) -> bytes:
    """The same file with more metadata.

    >>> plain = neurond.safetensors.encode({"a": np.ones(2)})
    >>> neurond.safetensors.decode(neurond.safetensors.with_metadata(plain, {"k": "v"}))["a"].shape
    (2,)
    """
    header, start = _header(data)
    header["__metadata__"] = {**header.get("__metadata__", {}), **extra}
    return _file(header, data[start:])


def save(path: str | Path, arrays: Mapping[str, Array],
         extra: Mapping[str, str] | None = None) -> None:
    """Writes a file, whole or not at all.

    >>> neurond.safetensors.save(folder / "mean.safetensors", {"mlp.act.3": np.zeros(704)})
    """
    target = Path(path)
    partial = target.with_name(target.name + ".tmp")
    partial.write_bytes(encode(arrays, extra))
    partial.replace(target)


def load(path: str | Path) -> dict[str, Array]:
    """The arrays of a file.

    >>> len(neurond.safetensors.load(bundled / "model.safetensors")) if False else 0
    0
    """
    return decode(Path(path).read_bytes())


def metadata(path: str | Path) -> dict[str, str]:
    """The metadata of a file.

    >>> neurond.safetensors.metadata(bundled / "model.safetensors").get("format")
    'pt'
    """
    header, _ = _header(Path(path).read_bytes())
    return dict(header.get("__metadata__", {}))


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, limits.SAFETENSORS_HEADER_BYTES):
        raise BadArgument("this is no safetensors file: its header does not fit")
    try:
        header = json.loads(data[8:8 + length])
    except ValueError:
        raise BadArgument("this is no safetensors file: its header is not JSON") from None
    if not isinstance(header, dict):
        raise BadArgument("this is no safetensors file: its header is no object")
    return header, 8 + length


def _file(header: Mapping[str, Any], data: bytes) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data
