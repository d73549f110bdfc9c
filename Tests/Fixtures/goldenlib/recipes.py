"""The fixture models: shapes, random weights, prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Recipe:
    """One tiny Llama. `gguf` lists the formats in which the same weights are written as GGUF."""

    name: str
    seed: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    tokenizer: str  # "byte-level" or "sentencepiece"
    tied: bool
    dtype: str  # of the HF directory: "float32" or "bfloat16"
    prompt: str
    rope_theta: float = 10_000.0
    rope_scaling: dict | None = None
    norm_epsilon: float = 1e-5
    context: int = 256
    shards: int = 1
    # transformers 5 renamed two configuration keys; one model is written in the new spelling.
    new_config_keys: bool = False
    full_cases: bool = True
    # One model of each tokenizer family has them.
    text_goldens: bool = False
    gguf: tuple[str, ...] = field(default=())


RECIPES = [
    Recipe(
        name="llama-mha", seed=1, width=32, layers=3, heads=4, kv_heads=4, head_dim=8, ffn=96,
        tokenizer="byte-level", tied=False, dtype="float32", prompt="Count: 12 + 7 = 19, so",
        text_goldens=True, gguf=("F32", "Q8_0", "Q4_0"),
    ),
    Recipe(
        # Head width is not width / heads; neither width nor ffn is a multiple of 32, so that
        # most rows of the quantized GGUF files must stay F16; the vocabulary (301) is odd.
        name="llama-gqa", seed=2, width=48, layers=2, heads=8, kv_heads=2, head_dim=16, ffn=172,
        tokenizer="byte-level", tied=True, dtype="float32", prompt="Six red boxes hold 42 nuts.",
        rope_theta=500_000.0, norm_epsilon=1e-6, gguf=("F16", "BF16", "Q8_0", "Q4_0"),
    ),
    Recipe(
        name="llama-bf16", seed=3, width=32, layers=2, heads=4, kv_heads=2, head_dim=8, ffn=80,
        tokenizer="sentencepiece", tied=False, dtype="bfloat16", shards=3, new_config_keys=True,
        prompt="Count the red boxes: 3 + 4", text_goldens=True, gguf=("BF16",),
    ),
    Recipe(
        # The Llama 3.1 frequency scaling; the prompt is long enough to show it.
        name="llama-rope", seed=4, width=32, layers=2, heads=2, kv_heads=1, head_dim=16, ffn=64,
        tokenizer="byte-level", tied=True, dtype="float32", rope_theta=500.0,
        rope_scaling={
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        },
        prompt="One two three four five six seven eight.",
        full_cases=False, gguf=("F32",),
    ),
]


def random_weights(recipe: Recipe, vocabulary: int) -> dict[str, np.ndarray]:
    """Float32 tensors by their Hugging Face names.

    Scales are chosen so that errors show: attention scores have a standard deviation of about
    1.5, logits of about 2, and attention and MLP each add about half of the stream's size.
    """
    random = np.random.Generator(np.random.PCG64(recipe.seed))

    def matrix(rows: int, columns: int, scale: float) -> np.ndarray:
        values = random.standard_normal((rows, columns)) * (scale / np.sqrt(columns))
        return values.astype(np.float32)

    def gain() -> np.ndarray:
        return (1 + 0.2 * random.standard_normal(recipe.width)).astype(np.float32)

    width, query = recipe.width, recipe.heads * recipe.head_dim
    key = recipe.kv_heads * recipe.head_dim
    embedding_scale = 2.0 if recipe.tied else 0.7 * np.sqrt(width)
    weights = {"model.embed_tokens.weight": matrix(vocabulary, width, embedding_scale)}
    for layer in range(recipe.layers):
        base = f"model.layers.{layer}."
        weights[base + "input_layernorm.weight"] = gain()
        weights[base + "self_attn.q_proj.weight"] = matrix(query, width, 1.25)
        weights[base + "self_attn.k_proj.weight"] = matrix(key, width, 1.25)
        weights[base + "self_attn.v_proj.weight"] = matrix(key, width, 1.0)
        weights[base + "self_attn.o_proj.weight"] = matrix(width, query, 0.9)
        weights[base + "post_attention_layernorm.weight"] = gain()
        weights[base + "mlp.gate_proj.weight"] = matrix(recipe.ffn, width, 1.3)
        weights[base + "mlp.up_proj.weight"] = matrix(recipe.ffn, width, 1.3)
        weights[base + "mlp.down_proj.weight"] = matrix(width, recipe.ffn, 0.8)
    weights["model.norm.weight"] = gain()
    if not recipe.tied:
        weights["lm_head.weight"] = matrix(vocabulary, width, 2.0)
    return weights


def hf_config(recipe: Recipe, vocabulary: int) -> dict:
    """`config.json`, as published models have it (or in the spelling of transformers 5)."""
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "vocab_size": vocabulary, "hidden_size": recipe.width,
        "intermediate_size": recipe.ffn, "num_hidden_layers": recipe.layers,
        "num_attention_heads": recipe.heads, "num_key_value_heads": recipe.kv_heads,
        "head_dim": recipe.head_dim, "max_position_embeddings": recipe.context,
        "rms_norm_eps": recipe.norm_epsilon, "hidden_act": "silu",
        "tie_word_embeddings": recipe.tied, "attention_bias": False, "mlp_bias": False,
        "bos_token_id": 1, "eos_token_id": 2,
    }
    if recipe.new_config_keys:
        config["rope_parameters"] = {"rope_type": "default", "rope_theta": recipe.rope_theta}
        config["dtype"] = recipe.dtype
    else:
        config["rope_theta"] = recipe.rope_theta
        config["rope_scaling"] = recipe.rope_scaling
        config["torch_dtype"] = recipe.dtype
    return config
