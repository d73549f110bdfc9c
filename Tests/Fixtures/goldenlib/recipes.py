"""The fixture models: families, shapes, prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

@dataclass(frozen=True)
class Recipe:
    """One tiny model. `gguf` lists the formats in which the same weights are written as GGUF."""

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
    family: str = "llama"
    rope_theta: float = 10_000.0
    rope_scaling: dict | None = None
    norm_epsilon: float = 1e-5
    context: int = 256
    shards: int = 1
    # transformers 5 renamed two configuration keys; one model is written in the new spelling.
    new_config_keys: bool = False
    rotary_dim: int | None = None  # of a head's dimensions, the first that rotate; None: all
    window: int | None = None  # how many positions attention sees, itself included
    parallel: bool = False  # attention and MLP both read the layer's input
    cases: str = "all"  # or "sites": one at each site and with each stored object; or "two"
    generation_length: int = 48
    # One model of each tokenizer family has them.
    text_goldens: bool = False
    gguf: tuple[str, ...] = field(default=())

    @property
    def rope_kind(self) -> str | None:
        """`linear` or `llama3`, where the frequencies are scaled."""
        scaling = self.rope_scaling or {}
        return scaling.get("rope_type", scaling.get("type"))

    @property
    def rotary_dimension(self) -> int:
        """How many dimensions of a head rotate."""
        return self.head_dim if self.rotary_dim is None else self.rotary_dim


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
        cases="two", gguf=("F32",),
    ),
    Recipe(
        # Position interpolation; the key is `type`, as files of its time have it.
        name="llama-linear", seed=12, width=32, layers=2, heads=2, kv_heads=1, head_dim=16, ffn=64,
        tokenizer="byte-level", tied=True, dtype="float32",
        rope_scaling={"type": "linear", "factor": 4.0}, prompt="Six nuts, so", cases="two",
        generation_length=64, gguf=("F32",),
    ),
    # The others have four heads, so that the cases can name any of them.
    Recipe(
        # The configuration states a window of 4 that it turns off.
        name="qwen2-bias", family="qwen2", seed=5, width=32, layers=2, heads=4, kv_heads=2,
        head_dim=8, ffn=64, tokenizer="byte-level", tied=True, dtype="float32",
        rope_theta=1_000_000.0, norm_epsilon=1e-6, prompt="Count: 3 + 4", cases="sites",
        generation_length=64, gguf=("F32", "Q8_0"),
    ),
    Recipe(
        # The prompt is longer than the window.
        name="mistral-window", family="mistral", seed=46, width=32, layers=2, heads=4, kv_heads=2,
        head_dim=8, ffn=64, tokenizer="byte-level", tied=False, dtype="float32", window=5,
        prompt="Six red boxes, 42 nuts", cases="sites", generation_length=64,
        gguf=("F32", "Q8_0"),
    ),
    Recipe(
        name="qwen3-norm", family="qwen3", seed=7, width=32, layers=2, heads=4, kv_heads=2,
        head_dim=16, ffn=64, tokenizer="byte-level", tied=True, dtype="float32",
        rope_theta=1_000_000.0, norm_epsilon=1e-6, prompt="Six nuts, so", cases="sites",
        generation_length=64, gguf=("F32", "Q8_0"),
    ),
    Recipe(
        name="gpt2-learned", family="gpt2", seed=38, width=32, layers=2, heads=4, kv_heads=4,
        head_dim=8, ffn=128, tokenizer="byte-level", tied=True, dtype="float32", context=128,
        prompt="Count: 3 + 4", cases="sites", generation_length=64, gguf=("F32", "Q8_0"),
    ),
    Recipe(
        name="gptj-parallel", family="gptj", seed=9, width=32, layers=2, heads=4, kv_heads=4,
        head_dim=8, ffn=128, tokenizer="byte-level", tied=False, dtype="float32", rotary_dim=4,
        parallel=True, prompt="Six nuts, so", cases="sites", generation_length=64, gguf=("F32",),
    ),
    Recipe(
        name="neox-parallel", family="neox", seed=10, width=32, layers=2, heads=4, kv_heads=4,
        head_dim=8, ffn=96, tokenizer="byte-level", tied=False, dtype="float32", rotary_dim=2,
        parallel=True, prompt="Count: 3 + 4", cases="sites", generation_length=64,
        gguf=("F32", "Q8_0"),
    ),
    Recipe(
        name="neox-sequential", family="neox", seed=11, width=32, layers=2, heads=4, kv_heads=4,
        head_dim=8, ffn=64, tokenizer="byte-level", tied=False, dtype="float32", rotary_dim=4,
        prompt="Six nuts, so", cases="sites", generation_length=64, gguf=("F32", "Q8_0"),
    ),
]
