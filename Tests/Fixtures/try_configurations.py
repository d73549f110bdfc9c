#!/usr/bin/env python3
"""Compares a built daemon with transformers on random models of many configurations.

    swift build && .venv/bin/python Tests/Fixtures/try_configurations.py [--programs .build/debug]

Every entry of goldenlib/configurations.py is a fixture model with other settings and random
weights: the logits agree to 1e-4, or the refusal names what is not served. Then adapters that
peft saves, on `llama-gqa`. Exit status 1 names what is wrong. Takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

from goldenlib.checks import relative_error
from goldenlib.configurations import CONFIGURATIONS
from goldenlib.daemon import Refusal, serving

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-4
TOKENS = np.random.default_rng(1).integers(3, 300, 40).tolist()
# Settings of an adapter, and what must be named when it is refused; None: it is served.
ADAPTERS: dict[str, tuple[dict, str | None]] = {
    "list": ({"target_modules": ["q_proj", "v_proj"]}, None),
    "expression": ({"target_modules": r".*\.layers\.1\.(mlp\.up_proj|self_attn\.o_proj)"}, None),
    "every-layer": ({"target_modules": "all-linear", "use_rslora": True}, None),
    "one-layer": ({"target_modules": ["down_proj"], "layers_to_transform": 0}, None),
    "patterns": ({"target_modules": ["q_proj", "down_proj"], "rank_pattern": {"down_proj": 2},
                  "alpha_pattern": {"q_proj": 16}}, None),
    "dora": ({"target_modules": ["q_proj"], "use_dora": True}, "use_dora"),
    "bias": ({"target_modules": ["q_proj"], "lora_bias": True}, "lora_bias"),
    "head": ({"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}, "modules_to_save"),
    "embedding": ({"target_modules": ["q_proj", "embed_tokens"]}, "embed_tokens"),
}


def write_model(folder: Path, fixture: str, changes: dict, seed: int) -> None:
    """A directory with the fixture's tokenizer, a changed configuration and random weights."""
    source = HERE / fixture / "hf"
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, folder / name)
    config = json.loads((source / "config.json").read_text("utf-8")) | changes
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    torch.manual_seed(seed)
    network = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            is_gain = parameter.ndim == 1 and name.endswith("weight")
            parameter.normal_(1 if is_gain else 0, 0.25)
    tensors = {name: value.clone() for name, value in network.state_dict().items()
               if name != "lm_head.weight" or not network.config.tie_word_embeddings}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def loaded(folder: Path):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()


def logits(network) -> np.ndarray:
    with torch.no_grad():
        return network(torch.tensor([TOKENS]), use_cache=False).logits[0].numpy()


def outcome(compute, expected, refused: str | None) -> str | None:
    """What is wrong with a daemon's answer, if anything is."""
    try:
        error = relative_error(compute(), expected())
    except Refusal as refusal:
        named = refused is not None and refused in str(refusal)
        return None if named else f"refused: {refusal}"
    if refused is not None:
        return f"served, and should be refused for {refused}"
    return None if error <= TOLERANCE else f"relative error {error:.3g}"


def served_logits(programs: Path, model: Path) -> np.ndarray:
    with serving(programs, model) as daemon:
        return daemon.logits(TOKENS)


def try_configurations(programs: Path, folder: Path):
    """Yields what was tried, and what is wrong with it."""
    for index, (fixture, changes, refused) in enumerate(CONFIGURATIONS):
        model = folder / f"model-{index}"
        write_model(model, fixture, changes, seed=index)
        wrong = outcome(lambda: served_logits(programs, model), lambda: logits(loaded(model)),
                        refused)
        yield f"{fixture} {json.dumps(changes)}", wrong


def try_adapters(programs: Path, folder: Path):
    """The same for adapters on one daemon."""
    base = HERE / "llama-gqa" / "hf"
    with serving(programs, base) as daemon:
        for name, (settings, refused) in ADAPTERS.items():
            torch.manual_seed(1)
            shape = {"r": 4, "lora_alpha": 8, "lora_dropout": 0.1, "task_type": "CAUSAL_LM"}
            network = get_peft_model(loaded(base), LoraConfig(**shape, **settings)).eval()
            with torch.no_grad():
                for parameter_name, parameter in network.named_parameters():
                    if "lora_B" in parameter_name:
                        parameter.normal_(0, 0.1)
            path = folder / name
            network.save_pretrained(path)
            yield f"adapter {name}", outcome(
                lambda: daemon.logits(TOKENS, "--adapter", str(path)), lambda: logits(network),
                refused)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, default=HERE.parents[1] / ".build" / "debug",
                        help="folder of neurond and neuronctl")
    programs = parser.parse_args().programs.resolve()
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    tried = wrong = 0
    with tempfile.TemporaryDirectory() as name:
        for part in (try_configurations, try_adapters):
            for what, fault in part(programs, Path(name)):
                tried, wrong = tried + 1, wrong + (fault is not None)
                print(f"{what}: {fault or 'as it should be'}", flush=True)
    print(f"{tried} tried, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
