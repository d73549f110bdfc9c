"""Answers as safetensors files, in the form that `neuronctl … -o FILE` writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import safetensors
from .common import Provenance
from .tensors import Tensor


def save(path: str | Path, tensors: Iterable[Tensor], provenance: Provenance) -> None:
    """Writes tensors with the positions of their rows; labels and provenance are in the header.

    A tensor of several items is named `ITEM/NAME`.
    """
    given = list(tensors)
    is_single = len({tensor.item for tensor in given}) <= 1
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for tensor in given:
        name = tensor.name if is_single else f"{tensor.item}/{tensor.name}"
        arrays[name] = tensor.array
        if len(tensor.positions):
            arrays[f"{name}@positions"] = tensor.positions.astype(np.int32)
    labels = {"provenance": {**asdict(provenance), "seed": str(provenance.seed)},
              "tensors": [_labels(tensor) for tensor in given]}
    safetensors.save(path, arrays, {"neurond": json.dumps(labels)})


def _labels(tensor: Tensor) -> dict[str, Any]:
    return {"item": tensor.item, "name": tensor.name, "site": tensor.site,
            "shape": list(tensor.array.shape), "positions": tensor.positions.tolist(),
            "tokens": tensor.tokens.tolist()}
