"""Settings that published `config.json` files may have, beyond those of the fixtures.

Each is a fixture model, what its configuration says otherwise, and what must be named when it is
refused; None: it is served.
"""

from __future__ import annotations

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
DYNAMIC = {"rope_type": "dynamic", "factor": 2.0}
LINEAR = {"type": "linear", "factor": 2.0}

CONFIGURATIONS: list[tuple[str, dict, str | None]] = [
    ("llama-gqa", {"attention_bias": True}, None),
    ("llama-gqa", {"mlp_bias": True}, None),
    ("llama-gqa", {"tie_word_embeddings": False}, None),
    ("llama-gqa", {"rope_scaling": LINEAR}, None),
    ("llama-gqa", {"pretraining_tp": 2}, None),
    ("llama-gqa", {"hidden_act": "gelu"}, "hidden_act"),
    ("llama-gqa", {"rope_scaling": YARN}, "yarn"),
    ("llama-gqa", {"rope_scaling": DYNAMIC}, "dynamic"),
    ("mistral-window", {"sliding_window": None}, None),
    ("mistral-window", {"sliding_window": 1}, None),
    ("mistral-window", {"sliding_window": 17}, None),
    ("mistral-window", {"sliding_window": 300}, None),
    ("mistral-window", {"head_dim": 16}, None),
    ("mistral-window", {"tie_word_embeddings": True}, None),
    ("qwen2-bias", {"use_sliding_window": True, "max_window_layers": 0}, None),
    ("qwen2-bias", {"use_sliding_window": True, "max_window_layers": 1}, None),
    ("qwen2-bias", {"use_sliding_window": True, "max_window_layers": 2}, None),
    ("qwen2-bias", {"tie_word_embeddings": False}, None),
    ("qwen3-norm", {"attention_bias": True}, None),
    ("qwen3-norm", {"tie_word_embeddings": False}, None),
    ("qwen3-norm", {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
     None),
    ("gpt2-learned", {"activation_function": "gelu"}, None),
    ("gpt2-learned", {"activation_function": "gelu_pytorch_tanh"}, None),
    ("gpt2-learned", {"reorder_and_upcast_attn": True}, None),
    ("gpt2-learned", {"n_inner": 48}, None),
    ("gpt2-learned", {"tie_word_embeddings": False}, None),
    ("gpt2-learned", {"activation_function": "relu"}, "activation_function"),
    ("gpt2-learned", {"scale_attn_weights": False}, "scale_attn_weights"),
    ("gpt2-learned", {"scale_attn_by_inverse_layer_idx": True},
     "scale_attn_by_inverse_layer_idx"),
    ("gptj-parallel", {"rotary_dim": 8}, None),
    ("gptj-parallel", {"rotary_dim": 2}, None),
    ("gptj-parallel", {"n_inner": 48}, None),
    ("gptj-parallel", {"tie_word_embeddings": True}, None),
    ("gptj-parallel", {"activation_function": "gelu"}, None),
    ("neox-parallel", {"rotary_pct": 1.0}, None),
    ("neox-parallel", {"attention_bias": False}, None),
    ("neox-parallel", {"tie_word_embeddings": True}, None),
    ("neox-parallel", {"hidden_act": "gelu_new"}, None),
    ("neox-parallel", {"hidden_act": "gelu_fast"}, None),
    ("neox-parallel", {"rotary_emb_base": 500}, None),
    ("neox-parallel", {"rope_scaling": LINEAR}, None),
    ("neox-sequential", {"layer_norm_eps": 1e-3}, None),
]
