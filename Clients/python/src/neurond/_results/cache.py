"""Activations of many sites, under the names of this project and of TransformerLens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .._hooks import indices
from .._hooks.sites import SiteTable
from ..errors import BadArgument
from .common import Answer, Receipt
from .files import save
from .forward import ForwardItem
from .tensors import Tensor

Array = npt.NDArray[np.generic]
Key = str | tuple[str, int]
_HEADED = ("attn.q", "attn.k", "attn.v", "attn.z")


@dataclass(frozen=True)
class Shape:
    """What it takes to give rows the shape that TransformerLens gives them."""

    head_dimension: int


class ItemCache(Mapping[str, Array]):
    """The activations of one prompt, without a batch axis.

    Arrays have TransformerLens' shapes: (positions, width); (positions, heads, head dimension) for
    queries, keys, values and z; (heads, query position, source position) for the pattern. Each is a
    view over the received bytes.

    >>> cache = model.run_with_cache("12 + 7 = ", names_filter=["attn.z", "resid_post"])[1]
    >>> cache.prompts[0]["z", 3].shape, cache.prompts[0]["blocks.5.hook_resid_post"].shape
    ((8, 8, 32), (8, 256))
    """

    def __init__(self, item: ForwardItem, table: SiteTable, shape: Shape) -> None:
        self.tokens = item.tokens
        self.tensors: dict[str, Tensor] = {
            tensor.site: tensor for tensor in item.tensors.values() if tensor.name == tensor.site}
        self._table = table
        self._shape = shape

    def __getitem__(self, key: Key) -> Array:
        name = resolve(key, self._table)
        if name not in self.tensors:
            raise KeyError(f"{name} was not captured; there are {', '.join(self.tensors)}")
        return shaped(self.tensors[name], self._shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)


def shaped(tensor: Tensor, shape: Shape) -> Array:
    """A view of the rows in TransformerLens' shape."""
    base, _, _ = tensor.site.rpartition(".")
    if base == "attn.pattern":
        return tensor.array.transpose(1, 0, 2)
    if base in _HEADED:
        return tensor.array.reshape(len(tensor.array), -1, shape.head_dimension)
    return tensor.array


def resolve(key: Key, table: SiteTable) -> str:
    """The canonical name that a key means: `"resid_post.5"`, `("resid_post", 5)`, an alias."""
    text, layer = key if isinstance(key, tuple) else (key, None)
    short = text.removeprefix("hook_")
    names = {"q": "attn.q", "k": "attn.k", "v": "attn.v", "z": "attn.z", "pattern": "attn.pattern",
             "post": "mlp.act", "pre": "mlp.gate", "pre_linear": "mlp.up", "attn_out": "attn.out",
             "mlp_out": "mlp.out"}
    if layer is not None:
        short = names.get(short, short)
        if short in table.sites:
            return table.sites[short].named(layer)
    place = table.find(text)
    if place is None:
        raise KeyError(f"no site has the name {text!r}")
    if place.layers is not None:
        if indices.count(place.layers) != 1 or layer is not None:
            raise KeyError(f"{key!r} names several layers; name one")
        layer = place.layers[0][0]
    site = table.sites[place.site]
    if site.is_layered and layer is None:
        raise KeyError(f"{text} is in every layer: say which, as in ({text!r}, 3)")
    return site.named(layer)


@dataclass(frozen=True, eq=False)
class ActivationCache(Answer, Mapping[str, Array]):
    """The activations of a list of prompts: arrays with a batch axis, as in TransformerLens.

    A key is a canonical name (`"resid_post.5"`), TransformerLens' (`"blocks.5.hook_resid_post"`) or
    its short form (`"resid_post", 5`). Prompts of one length are stacked; nothing is padded, so
    for prompts of different lengths ask `prompts[i]`, which has no batch axis. For a single prompt
    the array is a view over the received bytes.

    >>> logits, cache = model.run_with_cache("12 + 7 = ", names_filter=["resid_post", "hook_post"])
    >>> cache["resid_post", 5].shape, cache["blocks.5.mlp.hook_post"].shape
    ((1, 8, 256), (1, 8, 704))
    """

    prompts: tuple[ItemCache, ...]
    table: SiteTable
    all_receipts: tuple[Receipt, ...]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return self.all_receipts

    @property
    def tokens(self) -> list[npt.NDArray[np.int64]]:
        """The token ids that were run, of each prompt."""
        return [item.tokens for item in self.prompts]

    def __getitem__(self, key: Key) -> Array:
        arrays = [item[key] for item in self.prompts]
        if len(arrays) == 1:
            return arrays[0][np.newaxis]
        shapes = {array.shape for array in arrays}
        if len(shapes) > 1:
            raise BadArgument(f"prompts of different lengths have no batch of {key!r}: the shapes "
                              f"are {sorted(shapes)}; ask prompts[i]")
        return np.stack(arrays)

    def __iter__(self) -> Iterator[str]:
        return iter(self.prompts[0])

    def __len__(self) -> int:
        return len(self.prompts[0])

    def stack(self, site: str) -> Array:
        """A site in all layers that were captured: (layers, batch, positions, …).

        >>> cache = model.run_with_cache("12 + 7 = ", names_filter="resid_post")[1]
        >>> cache.stack("resid_post").shape
        (8, 1, 8, 256)
        """
        names = [name for name in self if name.rpartition(".")[0] == site]
        if not names:
            raise KeyError(f"{site} was not captured in any layer")
        return np.stack([self[name] for name in sorted(names, key=_layer)])

    def stored(self) -> dict[str, Array]:
        """The rows of a single prompt with their positions, as `model.put` and `patch` want them.

        >>> _, cache = model.run_with_cache("7 = ", names_filter="resid_mid.4", return_type=None)
        >>> sorted(cache.stored())
        ['resid_mid.4', 'resid_mid.4@positions']
        """
        if len(self.prompts) != 1:
            raise BadArgument("activations of one prompt can be patched in, not of several")
        arrays: dict[str, Array] = {}
        for name, tensor in self.prompts[0].tensors.items():
            if not name.startswith("attn.pattern"):
                arrays[name] = np.ascontiguousarray(tensor.array)
                arrays[f"{name}@positions"] = tensor.positions
        return arrays

    def save(self, path: str | Path) -> None:
        """Writes the captured rows as a safetensors file, which `patch @FILE` reads too.

        >>> cache = model.run_with_cache("7 = ", names_filter="resid_mid.4")[1]
        >>> cache.save(folder / "clean.safetensors")
        >>> neurond.safetensors.load(folder / "clean.safetensors")["resid_mid.4"].shape
        (4, 256)
        """
        save(path, (tensor for prompt in self.prompts for tensor in prompt.tensors.values()),
             self.provenance)

    def mean_table(self) -> dict[str, Array]:
        """The mean over all rows of all prompts, as the action `mean` wants it.

        >>> cache = model.run_with_cache("7 = ", names_filter="mlp.act.3")[1]
        >>> cache.mean_table()["mlp.act.3"].shape
        (704,)
        """
        table: dict[str, Array] = {}
        for name in self:
            if not name.startswith("attn.pattern"):
                rows = np.concatenate([item.tensors[name].array for item in self.prompts])
                table[name] = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
        return table

    def __repr__(self) -> str:
        names: Sequence[str] = list(self)
        shown = ", ".join(names[:4]) + (f", … ({len(names)} sites)" if len(names) > 4 else "")
        return f"ActivationCache({len(self.prompts)} prompts: {shown})"


class Logits(np.ndarray):
    """Logits (batch, positions, vocabulary), with what every answer has.

    >>> logits = model.run_with_hooks("12 + 7 = ", fwd_hooks=[("L0H1", neurond.zero())])
    >>> logits.shape, logits.receipts[0].site
    ((1, 8, 1280), 'attn.z.0')
    """

    answer: Answer | None

    def __array_finalize__(self, source: object) -> None:
        self.answer = getattr(source, "answer", None)

    @classmethod
    def of(cls, array: Array, answer: Answer) -> Logits:
        """An array, and the answer that it is part of."""
        logits = array.view(cls)
        logits.answer = answer
        return logits

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return self.answer.receipts if self.answer else ()


def _layer(name: str) -> int:
    return int(name.rpartition(".")[2])
