"""The keys under the architecture's name, as llama.cpp's converter writes them."""

from __future__ import annotations

import gguf

from .recipes import Recipe


def add(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    """All keys of one model."""
    BY_FAMILY[recipe.family](writer, recipe, vocabulary)


def decoder(writer: gguf.GGUFWriter, recipe: Recipe) -> None:
    """What every architecture has."""
    writer.add_context_length(recipe.context)
    writer.add_embedding_length(recipe.width)
    writer.add_block_count(recipe.layers)
    writer.add_feed_forward_length(recipe.ffn)
    writer.add_head_count(recipe.heads)


def grouped(writer: gguf.GGUFWriter, recipe: Recipe) -> None:
    """What Llama and its relatives share."""
    decoder(writer, recipe)
    writer.add_head_count_kv(recipe.kv_heads)
    writer.add_rope_freq_base(recipe.rope_theta)
    writer.add_layer_norm_rms_eps(recipe.norm_epsilon)


def llama(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    writer.add_vocab_size(vocabulary)
    decoder(writer, recipe)
    writer.add_head_count_kv(recipe.kv_heads)
    writer.add_key_length(recipe.head_dim)
    writer.add_value_length(recipe.head_dim)
    writer.add_rope_dimension_count(recipe.head_dim)
    writer.add_rope_freq_base(recipe.rope_theta)
    writer.add_layer_norm_rms_eps(recipe.norm_epsilon)
    if recipe.rope_kind == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(recipe.rope_scaling["factor"])


def mistral(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    """Mistral is written as `llama`; many files leave the window out."""
    writer.add_vocab_size(vocabulary)
    grouped(writer, recipe)
    writer.add_rope_dimension_count(recipe.head_dim)
    writer.add_sliding_window(recipe.window)


def qwen2(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    grouped(writer, recipe)


def qwen3(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    grouped(writer, recipe)
    writer.add_key_length(recipe.head_dim)
    writer.add_value_length(recipe.head_dim)


def gpt2(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    decoder(writer, recipe)
    writer.add_layer_norm_eps(recipe.norm_epsilon)


def gptj(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    decoder(writer, recipe)
    writer.add_layer_norm_eps(recipe.norm_epsilon)
    writer.add_rope_dimension_count(recipe.rotary_dimension)


def neox(writer: gguf.GGUFWriter, recipe: Recipe, vocabulary: int) -> None:
    """The base of the rotation is not stated: it is 10,000."""
    gptj(writer, recipe, vocabulary)
    writer.add_parallel_residual(recipe.parallel)


BY_FAMILY = {
    "llama": llama, "mistral": mistral, "qwen2": qwen2, "qwen3": qwen3, "gpt2": gpt2,
    "gptj": gptj, "neox": neox,
}
