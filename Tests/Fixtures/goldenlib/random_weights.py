"""Random float32 parts of a fixture model."""

from __future__ import annotations

import numpy as np

from .families import FAMILIES
from .recipes import Recipe


class Source:
    """Draws tensors from one seeded generator."""

    def __init__(self, seed: int):
        self.random = np.random.Generator(np.random.PCG64(seed))

    def matrix(self, rows: int, columns: int, scale: float) -> np.ndarray:
        values = self.random.standard_normal((rows, columns)) * (scale / np.sqrt(columns))
        return values.astype(np.float32)

    def gain(self, count: int) -> np.ndarray:
        return (1 + 0.2 * self.random.standard_normal(count)).astype(np.float32)

    def bias(self, count: int, scale: float) -> np.ndarray:
        return (scale * self.random.standard_normal(count)).astype(np.float32)


def random_parts(recipe: Recipe, vocabulary: int) -> dict[str, np.ndarray]:
    """Parts in the order of the family's files.

    Scales are chosen so that errors show: attention scores have a standard deviation of about
    1.5, logits of about 2, and attention and MLP each add about half of the stream's size.
    """
    source, width = Source(recipe.seed), recipe.width
    embedding_scale = 2.0 if recipe.tied else 0.7 * np.sqrt(width)
    parts = {"embed.weight": source.matrix(vocabulary, width, embedding_scale)}
    family = FAMILIES[recipe.family]
    if family.positions == "learned":
        parts["positions.weight"] = source.matrix(recipe.context, width, 0.5 * np.sqrt(width))
    for layer in range(recipe.layers):
        add_layer(parts, layer, recipe, source)
    add_norm(parts, "final_norm", width, recipe, source)
    if not recipe.tied:
        parts["unembed.weight"] = source.matrix(vocabulary, width, 2.0)
        if "unembed" in family.biases:
            parts["unembed.bias"] = source.bias(vocabulary, 0.5)
    return parts


def add_norm(parts: dict, name: str, count: int, recipe: Recipe, source: Source) -> None:
    parts[f"{name}.weight"] = source.gain(count)
    if FAMILIES[recipe.family].norm == "layer":
        parts[f"{name}.bias"] = source.bias(count, 0.2)


def add_layer(parts: dict, layer: int, recipe: Recipe, source: Source) -> None:
    """One layer's norms, matrices and biases."""
    family = FAMILIES[recipe.family]
    width, query = recipe.width, recipe.heads * recipe.head_dim
    key = recipe.kv_heads * recipe.head_dim
    shapes = {
        "q": (query, width, 1.25), "k": (key, width, 1.25), "v": (key, width, 1.0),
        "o": (width, query, 0.9), "gate": (recipe.ffn, width, 1.3),
        "up": (recipe.ffn, width, 1.3), "down": (width, recipe.ffn, 0.8),
    }
    order = ["norm1", "q", "k", "v", "q_norm", "k_norm", "o", "norm2", "gate", "up", "down"]
    for kind in order:
        if kind not in family.names:
            continue
        name = f"{layer}.{kind}"
        if kind in ("norm1", "norm2"):
            add_norm(parts, name, width, recipe, source)
        elif kind in ("q_norm", "k_norm"):
            parts[f"{name}.weight"] = source.gain(recipe.head_dim)
        else:
            rows, columns, scale = shapes[kind]
            parts[f"{name}.weight"] = source.matrix(rows, columns, scale)
            if kind in family.biases:
                parts[f"{name}.bias"] = source.bias(rows, 0.3)
