"""`config.json` of each family, with the keys that published models have."""

from __future__ import annotations

from .families import FAMILIES
from .recipes import Recipe


def hf_config(recipe: Recipe, vocabulary: int) -> dict:
    """The configuration of one model."""
    family = FAMILIES[recipe.family]
    specific = BY_FAMILY[recipe.family](recipe)
    return {
        "architectures": [family.architecture], "model_type": family.model_type,
        "vocab_size": vocabulary, **specific,
    }


def decoder(recipe: Recipe) -> dict:
    """What Llama and its relatives share."""
    return {
        "hidden_size": recipe.width, "intermediate_size": recipe.ffn,
        "num_hidden_layers": recipe.layers, "num_attention_heads": recipe.heads,
        "num_key_value_heads": recipe.kv_heads, "head_dim": recipe.head_dim,
        "max_position_embeddings": recipe.context, "rms_norm_eps": recipe.norm_epsilon,
        "hidden_act": "silu", "tie_word_embeddings": recipe.tied,
    }


def ends(recipe: Recipe) -> dict:
    """Special tokens, rope's base and the type of the weights."""
    return {"bos_token_id": 1, "eos_token_id": 2, "rope_theta": recipe.rope_theta,
            "torch_dtype": recipe.dtype}


def llama(recipe: Recipe) -> dict:
    """One model is written in the spelling of transformers 5."""
    config = decoder(recipe) | {
        "attention_bias": False, "mlp_bias": False, "bos_token_id": 1, "eos_token_id": 2,
    }
    if recipe.new_config_keys:
        config["rope_parameters"] = {"rope_type": "default", "rope_theta": recipe.rope_theta}
        config["dtype"] = recipe.dtype
    else:
        config["rope_theta"] = recipe.rope_theta
        config["rope_scaling"] = recipe.rope_scaling
        config["torch_dtype"] = recipe.dtype
    return config


def without_head_dim(config: dict) -> dict:
    """For families whose head is always width / heads."""
    return {key: value for key, value in config.items() if key != "head_dim"}


def mistral(recipe: Recipe) -> dict:
    return without_head_dim(decoder(recipe)) | {
        "attention_dropout": 0.0, "sliding_window": recipe.window, **ends(recipe)}


def qwen2(recipe: Recipe) -> dict:
    """Published files state a window that `use_sliding_window` turns off."""
    return without_head_dim(decoder(recipe)) | {
        "attention_dropout": 0.0, "max_window_layers": 1, "sliding_window": 4,
        "use_sliding_window": False, **ends(recipe)}


def qwen3(recipe: Recipe) -> dict:
    return decoder(recipe) | {
        "attention_bias": False, "attention_dropout": 0.0, "max_window_layers": recipe.layers,
        "rope_scaling": None, "sliding_window": None, "use_sliding_window": False,
        **ends(recipe)}


def gpt(recipe: Recipe) -> dict:
    """What GPT-2 and GPT-J share. `n_inner` null: four times the width."""
    assert recipe.ffn == 4 * recipe.width
    return {
        "activation_function": "gelu_new", "attn_pdrop": 0.0, "bos_token_id": 1,
        "embd_pdrop": 0.0, "eos_token_id": 2, "layer_norm_epsilon": recipe.norm_epsilon,
        "n_embd": recipe.width, "n_head": recipe.heads, "n_inner": None,
        "n_layer": recipe.layers, "n_positions": recipe.context, "resid_pdrop": 0.0,
        "tie_word_embeddings": recipe.tied, "torch_dtype": recipe.dtype,
    }


def gpt2(recipe: Recipe) -> dict:
    """As published: tying is the default and not stated."""
    config = {key: value for key, value in gpt(recipe).items() if key != "tie_word_embeddings"}
    return config | {"n_ctx": recipe.context}


def gptj(recipe: Recipe) -> dict:
    return gpt(recipe) | {"rotary": True, "rotary_dim": recipe.rotary_dim,
                          "scale_attn_weights": True}


def neox(recipe: Recipe) -> dict:
    return {
        "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "gelu", "hidden_size": recipe.width,
        "intermediate_size": recipe.ffn, "layer_norm_eps": recipe.norm_epsilon,
        "max_position_embeddings": recipe.context, "num_attention_heads": recipe.heads,
        "num_hidden_layers": recipe.layers, "rotary_emb_base": int(recipe.rope_theta),
        "rotary_pct": recipe.rotary_dimension / recipe.head_dim,
        "tie_word_embeddings": recipe.tied, "torch_dtype": recipe.dtype,
        "use_parallel_residual": recipe.parallel,
    }


BY_FAMILY = {
    "llama": llama, "mistral": mistral, "qwen2": qwen2, "qwen3": qwen3, "gpt2": gpt2,
    "gptj": gptj, "neox": neox,
}
