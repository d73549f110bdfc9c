"""Writes and reads back GGUF files the way llama.cpp's converter does.

Query and key rows are reordered, because GGUF's Llama rotates neighbouring pairs where the Hugging
Face layout rotates halves. Matrices whose rows are no multiple of the block stay F16; norms F32.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from . import text_tokenizers
from .recipes import Recipe

LAYER_NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
TOP_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
FILE_TYPES = {"F32": "ALL_F32", "F16": "MOSTLY_F16", "BF16": "MOSTLY_BF16",
              "Q8_0": "MOSTLY_Q8_0", "Q4_0": "MOSTLY_Q4_0"}


def gguf_name(name: str) -> str:
    """`blk.1.ffn_down.weight` for `model.layers.1.mlp.down_proj.weight`."""
    if name in TOP_NAMES:
        return TOP_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def interleave(matrix: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head from half-split to interleaved order."""
    rows, columns = matrix.shape
    split = matrix.reshape(heads, 2, rows // heads // 2, columns)
    return np.ascontiguousarray(split.swapaxes(1, 2).reshape(rows, columns))


def half_split(matrix: np.ndarray, heads: int) -> np.ndarray:
    """The inverse of `interleave`."""
    rows, columns = matrix.shape
    pairs = matrix.reshape(heads, rows // heads // 2, 2, columns)
    return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows, columns))


def rotated_heads(name: str, recipe: Recipe) -> int | None:
    """How many heads the tensor's rows rotate in, if they do."""
    if name.endswith("q_proj.weight"):
        return recipe.heads
    return recipe.kv_heads if name.endswith("k_proj.weight") else None


def write_file(path: Path, recipe: Recipe, weights: dict[str, np.ndarray], kind: str) -> None:
    """One file with matrices in the format `kind`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    add_metadata(writer, recipe, weights["model.embed_tokens.weight"].shape[0], kind)
    add_tokenizer(writer, recipe.tokenizer)
    if recipe.rope_scaling:
        writer.add_tensor("rope_freqs.weight", rope_factors(recipe))
    for name, value in weights.items():
        heads = rotated_heads(name, recipe)
        value = value if heads is None else interleave(value, heads)
        chosen = tensor_kind(value, kind)
        data = value if chosen.name == "F32" else gguf.quants.quantize(value, chosen)
        writer.add_tensor(gguf_name(name), data, raw_dtype=chosen)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensor_kind(value: np.ndarray, kind: str) -> gguf.GGMLQuantizationType:
    """F32 for vectors, `kind` for matrices, F16 where rows do not divide into its blocks."""
    types = gguf.GGMLQuantizationType
    if value.ndim == 1:
        return types.F32
    block, _ = gguf.GGML_QUANT_SIZES[types[kind]]
    return types[kind] if value.shape[-1] % block == 0 else types.F16


def add_metadata(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int, kind: str) -> None:
    """The `general.*` and `llama.*` keys."""
    writer.add_name(recipe.name)
    writer.add_file_type(gguf.LlamaFileType[FILE_TYPES[kind]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(vocabulary)
    writer.add_context_length(recipe.context)
    writer.add_embedding_length(recipe.width)
    writer.add_block_count(recipe.layers)
    writer.add_feed_forward_length(recipe.ffn)
    writer.add_head_count(recipe.heads)
    writer.add_head_count_kv(recipe.kv_heads)
    writer.add_key_length(recipe.head_dim)
    writer.add_value_length(recipe.head_dim)
    writer.add_rope_dimension_count(recipe.head_dim)
    writer.add_rope_freq_base(recipe.rope_theta)
    writer.add_layer_norm_rms_eps(recipe.norm_epsilon)


def add_tokenizer(writer: gguf.GGUFWriter, kind: str) -> None:
    """The `tokenizer.ggml.*` keys."""
    types = gguf.TokenType
    special = [types.UNKNOWN, types.CONTROL, types.CONTROL]
    if kind == "byte-level":
        model = text_tokenizers.byte_level()["model"]
        pieces = list(model["vocab"])
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("llama-bpe")
        writer.add_token_list(pieces)
        writer.add_token_types(
            [types.CONTROL] * 3 + [types.NORMAL] * (len(pieces) - len(special)))
        writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    else:
        pieces, scores = text_tokenizers.sentencepiece_pieces()
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(pieces)
        writer.add_token_scores(scores)
        writer.add_token_types(
            special + [types.BYTE] * 256 + [types.NORMAL] * (len(pieces) - 259))
        writer.add_unk_token_id(0)
        writer.add_add_space_prefix(True)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)


def rope_factors(recipe: Recipe) -> np.ndarray:
    """Divisors of the rotary frequencies (Llama 3.1), one per pair: 1 at high, `factor` at low."""
    scaling = recipe.rope_scaling
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    original, factor = scaling["original_max_position_embeddings"], scaling["factor"]
    exponents = np.arange(0, recipe.head_dim, 2, dtype=np.float64) / recipe.head_dim
    wavelengths = 2 * np.pi * recipe.rope_theta**exponents
    smooth = np.clip((original / wavelengths - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def read_weights(path: Path, recipe: Recipe) -> dict[str, np.ndarray]:
    """The file's tensors as float32 in Hugging Face names and row order."""
    tensors = {}
    for tensor in gguf.GGUFReader(path).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        tensors[tensor.name] = np.asarray(values, dtype=np.float32)
    names = {gguf_name(f"model.layers.{layer}.{part}.weight"): f"model.layers.{layer}.{part}.weight"
             for layer in range(recipe.layers) for part in LAYER_NAMES}
    names |= {short: long for long, short in TOP_NAMES.items()}
    weights = {}
    for short, value in tensors.items():
        if short == "rope_freqs.weight":
            continue
        heads = rotated_heads(names[short], recipe)
        weights[names[short]] = value if heads is None else half_split(value, heads)
    return weights
