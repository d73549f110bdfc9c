"""A plain float64 forward pass, written from the definitions, that the goldens must agree with."""

from __future__ import annotations

import math

import numpy as np

from .gguf_files import rope_factors
from .probe import Model, Probe


def run(model: Model, probe: Probe) -> np.ndarray:
    """Logits (positions, vocabulary) in float64; the probe sees every site."""
    return ReferencePass(model, probe).run()


class ReferencePass:
    """One pass over the probe's tokens."""

    def __init__(self, model: Model, probe: Probe):
        self.model, self.probe, self.recipe = model, probe, model.recipe
        self.parts = {name: value.astype(np.float64) for name, value in model.parts.items()}

    def run(self) -> np.ndarray:
        embedding, tokens = self.parts["embed.weight"], self.probe.tokens
        stream = embedding[tokens].copy()
        self.probe.visit("embed", 0, stream)
        if "positions.weight" in self.parts:
            stream = stream + self.parts["positions.weight"][:len(tokens)]
        for layer in range(self.recipe.layers):
            stream = self.block(layer, stream)
        final = self.norm(stream, "final_norm")
        self.probe.visit("final_norm", 0, final)
        unembedding = self.parts.get("unembed.weight", embedding)
        logits = final @ unembedding.T + self.parts.get("unembed.bias", 0)
        self.probe.visit("logits", 0, logits)
        return logits

    def block(self, layer: int, stream: np.ndarray) -> np.ndarray:
        """The stream after one layer."""
        self.probe.visit("resid_pre", layer, stream)
        normed = self.norm(stream, f"{layer}.norm1")
        attended = self.attention(layer, normed)
        if self.recipe.parallel:
            # The MLP reads the layer's input; where there is no second norm, through the first.
            second = f"{layer}.norm2"
            source = self.norm(stream, second) if f"{second}.weight" in self.parts else normed
            stream = stream + attended + self.mlp(layer, source)
        else:
            stream = stream + attended
            self.probe.visit("resid_mid", layer, stream)
            stream = stream + self.mlp(layer, self.norm(stream, f"{layer}.norm2"))
        self.probe.visit("resid_post", layer, stream)
        return stream

    def linear(self, rows: np.ndarray, name: str) -> np.ndarray:
        """W x, and the bias if there is one."""
        return rows @ self.parts[f"{name}.weight"].T + self.parts.get(f"{name}.bias", 0)

    def norm(self, rows: np.ndarray, name: str) -> np.ndarray:
        """RMSNorm, or LayerNorm: the mean is subtracted and a bias added."""
        if self.model.family.norm == "layer":
            rows = rows - rows.mean(axis=-1, keepdims=True)
        gain, bias = self.parts[f"{name}.weight"], self.parts.get(f"{name}.bias", 0)
        mean_square = (rows**2).mean(axis=-1, keepdims=True)
        return gain * rows / np.sqrt(mean_square + self.recipe.norm_epsilon) + bias

    def attention(self, layer: int, normed: np.ndarray) -> np.ndarray:
        """Grouped-query attention's contribution to the stream, (positions, width)."""
        recipe, count = self.recipe, len(normed)
        projected = {}
        for kind in "qkv":
            rows = self.linear(normed, f"{layer}.{kind}")
            self.probe.visit(f"attn.{kind}", layer, rows)
            rows = rows.reshape(count, -1, recipe.head_dim)
            if f"{layer}.{kind}_norm.weight" in self.parts:
                rows = self.norm(rows, f"{layer}.{kind}_norm")
            projected[kind] = rows
        group = recipe.heads // recipe.kv_heads
        query = rotate(projected["q"], self.model)
        key = rotate(projected["k"], self.model).repeat(group, axis=1)
        value = projected["v"].repeat(group, axis=1)
        scores = np.einsum("ihd,jhd->ihj", query, key) / np.sqrt(recipe.head_dim)
        pattern = softmax(np.where(self.hidden(count)[:, None, :], -np.inf, scores))
        self.probe.visit("attn.pattern", layer, pattern)
        mixed = np.einsum("ihj,jhd->ihd", pattern, value).reshape(count, -1)
        self.probe.visit("attn.z", layer, mixed)
        output = self.linear(mixed, f"{layer}.o")
        self.probe.visit("attn.out", layer, output)
        return output

    def hidden(self, count: int) -> np.ndarray:
        """Which positions (columns) a position (row) does not see."""
        distance = np.arange(count)[:, None] - np.arange(count)[None, :]
        window = self.recipe.window or count
        return (distance < 0) | (distance >= window)

    def mlp(self, layer: int, normed: np.ndarray) -> np.ndarray:
        """The MLP's contribution to the stream: W_down of act(gate) up, or of act(gate)."""
        gate = self.linear(normed, f"{layer}.gate")
        self.probe.visit("mlp.gate", layer, gate)
        act = ACTIVATIONS[self.model.family.activation](gate)
        if self.model.family.gated:
            up = self.linear(normed, f"{layer}.up")
            self.probe.visit("mlp.up", layer, up)
            act = act * up
        self.probe.visit("mlp.act", layer, act)
        output = self.linear(act, f"{layer}.down")
        self.probe.visit("mlp.out", layer, output)
        return output


ACTIVATIONS = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))) / 2,
    "gelu-tanh": lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
}


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def rotate(rows: np.ndarray, model: Model) -> np.ndarray:
    """Rotary embedding of the first dimensions of (positions, heads, head_dim).

    A pair is the same place in both halves, or two neighbours.
    """
    recipe, layout = model.recipe, model.family.positions
    if layout == "learned":
        return rows
    count = recipe.rotary_dimension
    frequencies = recipe.rope_theta ** (-np.arange(count // 2) / (count // 2))
    if recipe.rope_scaling:
        frequencies = frequencies / rope_factors(recipe)
    angles = np.arange(len(rows))[:, None, None] * frequencies
    low = slice(0, count // 2) if layout == "half" else slice(0, count, 2)
    high = slice(count // 2, count) if layout == "half" else slice(1, count, 2)
    rotated, cosine, sine = rows.copy(), np.cos(angles), np.sin(angles)
    rotated[..., low] = rows[..., low] * cosine - rows[..., high] * sine
    rotated[..., high] = rows[..., high] * cosine + rows[..., low] * sine
    return rotated
