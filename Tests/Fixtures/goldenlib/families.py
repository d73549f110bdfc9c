"""What tells one family of models from another, and where each keeps its weights.

Everything else in this package sees *parts*: `embed.weight`, `1.q.bias`, `0.down.weight`, matrices
as (outputs, inputs), query, key and value apart. An ungated MLP's first matrix is `gate`, as its
output is the site `mlp.gate`. A tensor that a family lacks is not among its parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Family:
    """One architecture. `names` gives the module of each part; `{}` stands for the layer."""

    architecture: str
    model_type: str
    gguf: str
    names: dict[str, str]
    norm: str = "rms"  # or "layer", with a bias
    activation: str = "silu"  # or "gelu", "gelu-tanh"
    gated: bool = True
    positions: str = "half"  # rotary layout: "half" or "interleaved"; or "learned"
    biases: frozenset[str] = frozenset()  # parts with a bias, norms aside
    query_key_norm: bool = False
    # How query, key and value lie in one tensor: "stacked", "by-head", or None: they do not.
    fused: str | None = None
    transposed: bool = False  # matrices of the layers are stored (inputs, outputs)

    def module(self, part: str) -> str:
        """Module of `1.down`; `q`, `k` and `v` of a fused tensor are in the same one."""
        layer, _, kind = part.rpartition(".")
        return self.names[kind].format(layer)

    def tensor(self, part: str) -> str:
        """Tensor of `1.down.weight`."""
        name, _, suffix = part.rpartition(".")
        return f"{self.module(name)}.{suffix}"

    def stored(self, parts: dict[str, np.ndarray], heads: int) -> dict[str, np.ndarray]:
        """The tensors of the family's files, from parts."""
        tensors = {}
        for part, value in parts.items():
            kind = part.split(".")[-2]
            if self.fused and kind in ("q", "k"):
                continue
            if self.fused and kind == "v":
                layer, _, suffix = part.split(".")
                value = fuse([parts[f"{layer}.{name}.{suffix}"] for name in "qkv"],
                             heads if self.fused == "by-head" else 1)
            if self.is_transposed(part):
                value = np.ascontiguousarray(value.T)
            tensors[self.tensor(part)] = value
        return tensors

    def parts(self, tensors: dict[str, np.ndarray], layers: int, heads: int) -> dict:
        """The inverse of `stored`."""
        parts = {}
        for part in self.possible_parts(layers):
            name = self.tensor(part)
            if name not in tensors:
                continue
            value = tensors[name].T if self.is_transposed(part) else tensors[name]
            kind = part.split(".")[-2]
            if self.fused and kind in ("q", "k", "v"):
                value = unfuse(value, heads if self.fused == "by-head" else 1)["qkv".index(kind)]
            parts[part] = np.ascontiguousarray(value)
        return parts

    def is_transposed(self, part: str) -> bool:
        """Whether the part's tensor is stored (inputs, outputs)."""
        matrix = part.split(".")[-2] in ("q", "k", "v", "o", "gate", "up", "down")
        return self.transposed and matrix and part.endswith(".weight")

    def possible_parts(self, layers: int) -> list[str]:
        """Names of all parts that the family could have."""
        top = [kind for kind in self.names if "{}" not in self.names[kind]]
        inner = [kind for kind in self.names if "{}" in self.names[kind] and kind != "layer"]
        stems = top + [f"{layer}.{kind}" for layer in range(layers) for kind in inner]
        return [f"{stem}.{suffix}" for stem in stems for suffix in ("weight", "bias")]


def fuse(blocks: list[np.ndarray], heads: int) -> np.ndarray:
    """Rows of q, k and v: of one head after another, or (one head) all of each."""
    split = [block.reshape(heads, -1, *block.shape[1:]) for block in blocks]
    return np.concatenate(split, axis=1).reshape(-1, *blocks[0].shape[1:])


def unfuse(rows: np.ndarray, heads: int) -> list[np.ndarray]:
    """The inverse of `fuse`, for as many key heads as query heads."""
    split = rows.reshape(heads, 3, -1, *rows.shape[1:])
    return [split[:, index].reshape(-1, *rows.shape[1:]) for index in range(3)]


LLAMA_NAMES = {
    "embed": "model.embed_tokens", "layer": "model.layers.{}",
    "norm1": "model.layers.{}.input_layernorm", "q": "model.layers.{}.self_attn.q_proj",
    "k": "model.layers.{}.self_attn.k_proj", "v": "model.layers.{}.self_attn.v_proj",
    "o": "model.layers.{}.self_attn.o_proj", "norm2": "model.layers.{}.post_attention_layernorm",
    "gate": "model.layers.{}.mlp.gate_proj", "up": "model.layers.{}.mlp.up_proj",
    "down": "model.layers.{}.mlp.down_proj", "final_norm": "model.norm", "unembed": "lm_head",
}
QWEN3_NAMES = LLAMA_NAMES | {
    "q_norm": "model.layers.{}.self_attn.q_norm", "k_norm": "model.layers.{}.self_attn.k_norm",
}
GPT2_NAMES = {
    "embed": "transformer.wte", "positions": "transformer.wpe", "layer": "transformer.h.{}",
    "norm1": "transformer.h.{}.ln_1", "q": "transformer.h.{}.attn.c_attn",
    "k": "transformer.h.{}.attn.c_attn", "v": "transformer.h.{}.attn.c_attn",
    "o": "transformer.h.{}.attn.c_proj", "norm2": "transformer.h.{}.ln_2",
    "gate": "transformer.h.{}.mlp.c_fc", "down": "transformer.h.{}.mlp.c_proj",
    "final_norm": "transformer.ln_f", "unembed": "lm_head",
}
GPTJ_NAMES = {
    "embed": "transformer.wte", "layer": "transformer.h.{}", "norm1": "transformer.h.{}.ln_1",
    "q": "transformer.h.{}.attn.q_proj", "k": "transformer.h.{}.attn.k_proj",
    "v": "transformer.h.{}.attn.v_proj", "o": "transformer.h.{}.attn.out_proj",
    "gate": "transformer.h.{}.mlp.fc_in", "down": "transformer.h.{}.mlp.fc_out",
    "final_norm": "transformer.ln_f", "unembed": "lm_head",
}
NEOX_NAMES = {
    "embed": "gpt_neox.embed_in", "layer": "gpt_neox.layers.{}",
    "norm1": "gpt_neox.layers.{}.input_layernorm",
    "q": "gpt_neox.layers.{}.attention.query_key_value",
    "k": "gpt_neox.layers.{}.attention.query_key_value",
    "v": "gpt_neox.layers.{}.attention.query_key_value",
    "o": "gpt_neox.layers.{}.attention.dense",
    "norm2": "gpt_neox.layers.{}.post_attention_layernorm",
    "gate": "gpt_neox.layers.{}.mlp.dense_h_to_4h", "down": "gpt_neox.layers.{}.mlp.dense_4h_to_h",
    "final_norm": "gpt_neox.final_layer_norm", "unembed": "embed_out",
}
EVERY_MATRIX = frozenset(("q", "k", "v", "o", "gate", "down"))

FAMILIES = {
    "llama": Family("LlamaForCausalLM", "llama", "llama", LLAMA_NAMES),
    "mistral": Family("MistralForCausalLM", "mistral", "llama", LLAMA_NAMES),
    "qwen2": Family(
        "Qwen2ForCausalLM", "qwen2", "qwen2", LLAMA_NAMES, biases=frozenset("qkv")),
    "qwen3": Family("Qwen3ForCausalLM", "qwen3", "qwen3", QWEN3_NAMES, query_key_norm=True),
    "gpt2": Family(
        "GPT2LMHeadModel", "gpt2", "gpt2", GPT2_NAMES, norm="layer", activation="gelu-tanh",
        gated=False, positions="learned", biases=EVERY_MATRIX, fused="stacked", transposed=True),
    "gptj": Family(
        "GPTJForCausalLM", "gptj", "gptj", GPTJ_NAMES, norm="layer", activation="gelu-tanh",
        gated=False, positions="interleaved", biases=frozenset(("gate", "down", "unembed"))),
    "neox": Family(
        "GPTNeoXForCausalLM", "gpt_neox", "gptneox", NEOX_NAMES, norm="layer", activation="gelu",
        gated=False, biases=EVERY_MATRIX, fused="by-head"),
}
