"""LoRA adapters in PEFT's format, and the goldens of the models that they are merged into.

An adapter changes W to W + s B A, where s is alpha / r, or alpha / sqrt(r) with `use_rslora`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel

from . import generation, hf_files, reference
from .checks import REFERENCE_TOLERANCE, require_close
from .hook_text import hook_text
from .probe import Action, Model, Probe

KINDS = ("q", "k", "v", "o", "gate", "up", "down")
LENGTH = 32
# An adapter that hardly moves the logits would test nothing.
LEAST_CHANGE = 0.05
HOOK = Action({"kind": "zero"}, "mlp.act", (1,), (7, 8))


@dataclass(frozen=True)
class Adapter:
    """One adapter; `strength` is its change's size relative to that of the weights."""

    name: str
    seed: int
    rank: int
    alpha: int
    kinds: tuple[str, ...] = KINDS
    layers: tuple[int, ...] | None = None
    rank_stabilized: bool = False
    dtype: str = "float32"
    strength: float = 0.3

    @property
    def scale(self) -> float:
        return self.alpha / (np.sqrt(self.rank) if self.rank_stabilized else self.rank)


ADAPTERS = {
    "llama-gqa": (
        Adapter("all", seed=21, rank=4, alpha=8),
        Adapter("qv-layer1", seed=22, rank=2, alpha=6, kinds=("q", "v"), layers=(1,)),
        Adapter("rslora", seed=23, rank=4, alpha=8, kinds=("q", "o", "down"),
                rank_stabilized=True, dtype="bfloat16"),
    ),
    "qwen2-bias": (Adapter("all", seed=24, rank=4, alpha=8),),
}


def of_model(name: str) -> tuple[Adapter, ...]:
    return ADAPTERS.get(name, ())


def random_pairs(adapter: Adapter, model: Model) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """A (rank, inputs) and B (outputs, rank) by part."""
    random = np.random.Generator(np.random.PCG64(adapter.seed))
    dtype, pairs = getattr(torch, adapter.dtype), {}
    size = adapter.strength / (adapter.scale * np.sqrt(adapter.rank))
    for layer in range(model.recipe.layers) if adapter.layers is None else adapter.layers:
        for kind in adapter.kinds:
            outputs, inputs = model.parts[f"{layer}.{kind}.weight"].shape
            down = random.standard_normal((adapter.rank, inputs)) / np.sqrt(inputs)
            up = random.standard_normal((outputs, adapter.rank)) * size
            pairs[f"{layer}.{kind}"] = (
                torch.from_numpy(down).to(dtype), torch.from_numpy(up).to(dtype))
    return pairs


def write_directory(path: Path, adapter: Adapter, model: Model) -> None:
    """`adapter_config.json` and `adapter_model.safetensors`."""
    path.mkdir(parents=True)
    modules = [model.family.module(f"0.{kind}").rpartition(".")[2] for kind in adapter.kinds]
    hf_files.write_json(path / "adapter_config.json", {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": None,
        "bias": "none", "fan_in_fan_out": False, "inference_mode": True,
        "init_lora_weights": True,
        "layers_to_transform": None if adapter.layers is None else list(adapter.layers),
        "layers_pattern": None, "lora_alpha": adapter.alpha, "lora_dropout": 0.0,
        "modules_to_save": None, "r": adapter.rank, "rank_pattern": {}, "alpha_pattern": {},
        "revision": None, "target_modules": modules, "use_dora": False,
        "use_rslora": adapter.rank_stabilized,
    })
    tensors = {}
    for part, (down, up) in random_pairs(adapter, model).items():
        stem = f"base_model.model.{model.family.module(part)}"
        tensors[f"{stem}.lora_A.weight"], tensors[f"{stem}.lora_B.weight"] = down, up
    hf_files.write_tensors(path / "adapter_model.safetensors", tensors)


def merged(adapter: Adapter, model: Model) -> Model:
    """The model with the adapter's change added to its weights, rounded once."""
    parts = dict(model.parts)
    for part, (down, up) in random_pairs(adapter, model).items():
        change = adapter.scale * (up.double().numpy() @ down.double().numpy())
        name = f"{part}.weight"
        parts[name] = (model.parts[name].astype(np.float64) + change).astype(np.float32)
    return Model(model.recipe, parts)


def adapter_goldens(network, model: Model, tokenizer, tokens, plain, rows, directory: Path):
    """Manifest entries, and tensors `NAME.SITE` and `NAME.hooked` at `rows`."""
    entries, tensors = [], {}
    for adapter in of_model(model.recipe.name):
        name, result = adapter.name, merged(adapter, model)
        label = f"{model.recipe.name} {name}"
        with network.replaced(result.parts):
            probe, hooked = Probe(result, tokens), Probe(result, tokens, [HOOK])
            logits, hooked_logits = network.run(probe), network.run(hooked)
            generated = generation.clearest_prompt(network, result, tokenizer, LENGTH)
            generation.require_clear(network, result, [(generated, ())])
        second = Probe(result, tokens)
        reference.run(result, second)
        for site, value in probe.captures.items():
            require_close(f"{label} {site}", value, second.captures[site], REFERENCE_TOLERANCE)
            tensors[f"{name}.{site}"] = value[rows]
        require_close(f"{label} by peft", logits, by_peft(directory / "hf", directory / "adapters"
                      / name, tokens), REFERENCE_TOLERANCE)
        change = float(np.abs(logits - plain)[rows].max())
        if change < LEAST_CHANGE:
            raise AssertionError(f"{label} changes no logit by more than {change:.3g}")
        tensors[f"{name}.hooked"] = hooked_logits[rows]
        generated["generated_text"] = tokenizer.decode(generated["generated"])
        entries.append({
            "name": name, "directory": f"adapters/{name}", "rank": adapter.rank,
            "scale": float(adapter.scale), "largest_change": round(change, 4),
            "sites": {site: f"{name}.{site}" for site in probe.captures},
            "hooked": {"hooks": [hook_text(HOOK)], "logits": f"{name}.hooked"},
            "generation": generated,
        })
    return entries, tensors


def by_peft(base: Path, adapter: Path, tokens: list[int]) -> np.ndarray:
    """Logits of transformers with the adapter loaded, not merged, by peft itself."""
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(
        base, dtype=torch.float32, attn_implementation="eager")
    adapted = PeftModel.from_pretrained(network, str(adapter)).eval()
    with torch.no_grad():
        return adapted(torch.tensor([tokens]), use_cache=False).logits[0].numpy()
