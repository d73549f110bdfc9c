"""Writes and reads back GGUF files the way llama.cpp's converter does.

Query and key rows of architecture `llama` are reordered, because it rotates neighbouring pairs
where the Hugging Face layout rotates halves; other architectures keep the layout. Matrices whose
rows are no multiple of the block stay F16; norms and biases F32.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from . import gguf_metadata, text_tokenizers
from .families import FAMILIES, Family
from .recipes import Recipe

NAMES = {
    "embed": "token_embd", "positions": "position_embd", "norm1": "attn_norm", "q": "attn_q",
    "k": "attn_k", "v": "attn_v", "q_norm": "attn_q_norm", "k_norm": "attn_k_norm",
    "o": "attn_output", "norm2": "ffn_norm", "gate": "ffn_gate", "up": "ffn_up",
    "down": "ffn_down", "final_norm": "output_norm", "unembed": "output",
}
FILE_TYPES = {"F32": "ALL_F32", "F16": "MOSTLY_F16", "BF16": "MOSTLY_BF16",
              "Q8_0": "MOSTLY_Q8_0", "Q4_0": "MOSTLY_Q4_0"}


def gguf_name(part: str, family: Family) -> str:
    """`blk.1.ffn_down.weight` for `1.down.weight`."""
    *layer, kind, suffix = part.split(".")
    if family.fused and kind in ("q", "k", "v"):
        name = "attn_qkv"
    else:
        name = "ffn_up" if kind == "gate" and not family.gated else NAMES[kind]
    return ".".join((["blk", *layer] if layer else []) + [name, suffix])


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


def rotated_heads(part: str, recipe: Recipe) -> int | None:
    """How many heads the matrix's rows are reordered in: of architecture `llama` only."""
    if FAMILIES[recipe.family].gguf != "llama" or not part.endswith(("q.weight", "k.weight")):
        return None
    return recipe.heads if part.endswith("q.weight") else recipe.kv_heads


def tensors_of(recipe: Recipe, parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The file's tensors in float32; query, key and value stacked where they are fused."""
    family, tensors = FAMILIES[recipe.family], {}
    for part, value in parts.items():
        name, heads = gguf_name(part, family), rotated_heads(part, recipe)
        value = value if heads is None else interleave(value, heads)
        earlier = [tensors[name]] if name in tensors else []
        tensors[name] = np.concatenate([*earlier, value])
    return tensors


def write_file(path: Path, recipe: Recipe, parts: dict[str, np.ndarray], kind: str) -> None:
    """One file with matrices in the format `kind`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, FAMILIES[recipe.family].gguf)
    writer.add_name(recipe.name)
    writer.add_file_type(gguf.LlamaFileType[FILE_TYPES[kind]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    gguf_metadata.add(writer, recipe, parts["embed.weight"].shape[0])
    add_tokenizer(writer, recipe.tokenizer)
    if recipe.rope_kind == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_factors(recipe))
    for name, value in tensors_of(recipe, parts).items():
        chosen = tensor_kind(name, value, kind)
        data = value if chosen.name == "F32" else gguf.quants.quantize(value, chosen)
        writer.add_tensor(name, data, raw_dtype=chosen)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensor_kind(name: str, value: np.ndarray, kind: str) -> gguf.GGMLQuantizationType:
    """F32 for vectors and positions, else `kind`, or F16 where rows are no multiple of a block."""
    types = gguf.GGMLQuantizationType
    if value.ndim == 1 or name == "position_embd.weight":
        return types.F32
    block, _ = gguf.GGML_QUANT_SIZES[types[kind]]
    return types[kind] if value.shape[-1] % block == 0 else types.F16


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
    """Divisors of the rotary frequencies, one per pair; Llama 3.1's: 1 at high, `factor` at low."""
    scaling = recipe.rope_scaling
    if recipe.rope_kind == "linear":
        return np.full(recipe.head_dim // 2, scaling["factor"], dtype=np.float32)
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    original, factor = scaling["original_max_position_embeddings"], scaling["factor"]
    exponents = np.arange(0, recipe.head_dim, 2, dtype=np.float64) / recipe.head_dim
    wavelengths = 2 * np.pi * recipe.rope_theta**exponents
    smooth = np.clip((original / wavelengths - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def read_parts(path: Path, recipe: Recipe) -> dict[str, np.ndarray]:
    """The file's tensors as float32 parts."""
    tensors, family = {}, FAMILIES[recipe.family]
    for tensor in gguf.GGUFReader(path).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        tensors[tensor.name] = np.asarray(values, dtype=np.float32)
    parts = {}
    for part in family.possible_parts(recipe.layers):
        name, heads = gguf_name(part, family), rotated_heads(part, recipe)
        if name not in tensors:
            continue
        value = tensors[name]
        if name.split(".")[-2] == "attn_qkv":
            value = np.split(value, 3)["qkv".index(part.split(".")[1])]
        parts[part] = value if heads is None else half_split(value, heads)
    return parts
