"""A plain float64 forward pass, written from the definitions, that the goldens must agree with."""

from __future__ import annotations

import numpy as np

from .gguf_files import rope_factors
from .probe import Model, Probe


def run(model: Model, probe: Probe) -> np.ndarray:
    """Logits (positions, vocabulary) in float64; the probe sees every site."""
    weights = {name: value.astype(np.float64) for name, value in model.weights.items()}
    epsilon = model.recipe.norm_epsilon
    embedding = weights["model.embed_tokens.weight"]
    stream = embedding[probe.tokens].copy()
    probe.visit("embed", 0, stream)
    for layer in range(model.recipe.layers):
        def weight(name: str, base=f"model.layers.{layer}.") -> np.ndarray:
            return weights[base + name + ".weight"]

        probe.visit("resid_pre", layer, stream)
        normed = rms_norm(stream, weight("input_layernorm"), epsilon)
        stream = stream + attention(model, probe, layer, normed, weight)
        probe.visit("resid_mid", layer, stream)
        normed = rms_norm(stream, weight("post_attention_layernorm"), epsilon)
        stream = stream + gated_mlp(probe, layer, normed, weight)
        probe.visit("resid_post", layer, stream)
    final = rms_norm(stream, weights["model.norm.weight"], epsilon)
    probe.visit("final_norm", 0, final)
    logits = final @ weights.get("lm_head.weight", embedding).T
    probe.visit("logits", 0, logits)
    return logits


def rms_norm(rows: np.ndarray, gain: np.ndarray, epsilon: float) -> np.ndarray:
    """g x / sqrt(mean(x^2) + epsilon)"""
    return gain * rows / np.sqrt((rows**2).mean(axis=-1, keepdims=True) + epsilon)


def rotate(rows: np.ndarray, model: Model) -> np.ndarray:
    """Rotary embedding of (positions, heads, head_dim), half-split layout."""
    recipe, half = model.recipe, rows.shape[-1] // 2
    frequencies = recipe.rope_theta ** (-np.arange(half) / half)
    if recipe.rope_scaling:
        frequencies = frequencies / rope_factors(recipe)
    angles = np.arange(len(rows))[:, None, None] * frequencies
    cosine, sine = np.cos(angles), np.sin(angles)
    low, high = rows[..., :half], rows[..., half:]
    return np.concatenate([low * cosine - high * sine, high * cosine + low * sine], axis=-1)


def attention(model: Model, probe: Probe, layer: int, normed: np.ndarray, weight) -> np.ndarray:
    """Grouped-query attention's contribution to the stream, (positions, width)."""
    recipe, count = model.recipe, len(normed)
    projected = {}
    for kind in "qkv":
        rows = normed @ weight(f"self_attn.{kind}_proj").T
        probe.visit(f"attn.{kind}", layer, rows)
        projected[kind] = rows.reshape(count, -1, recipe.head_dim)
    group = recipe.heads // recipe.kv_heads
    query = rotate(projected["q"], model)
    key = rotate(projected["k"], model).repeat(group, axis=1)
    value = projected["v"].repeat(group, axis=1)
    scores = np.einsum("ihd,jhd->ihj", query, key) / np.sqrt(recipe.head_dim)
    future = np.arange(count)[None, :] > np.arange(count)[:, None]
    scores = np.where(future[:, None, :], -np.inf, scores)
    pattern = np.exp(scores - scores.max(axis=-1, keepdims=True))
    pattern /= pattern.sum(axis=-1, keepdims=True)
    probe.visit("attn.pattern", layer, pattern)
    mixed = np.einsum("ihj,jhd->ihd", pattern, value).reshape(count, -1)
    probe.visit("attn.z", layer, mixed)
    output = mixed @ weight("self_attn.o_proj").T
    probe.visit("attn.out", layer, output)
    return output


def gated_mlp(probe: Probe, layer: int, normed: np.ndarray, weight) -> np.ndarray:
    """The MLP's contribution to the stream: W_down (silu(gate) up)."""
    gate = normed @ weight("mlp.gate_proj").T
    probe.visit("mlp.gate", layer, gate)
    up = normed @ weight("mlp.up_proj").T
    probe.visit("mlp.up", layer, up)
    act = gate / (1 + np.exp(-gate)) * up
    probe.visit("mlp.act", layer, act)
    output = act @ weight("mlp.down_proj").T
    probe.visit("mlp.out", layer, output)
    return output
