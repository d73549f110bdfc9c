"""`run_with_cache` against transformers: hidden states, hooked activations, logits, interventions.

Runs where torch and transformers are installed, on the bundled model and a small random model of
every family, at f32. `python -m tests.test_torch` prints the largest differences as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import neurond

from .support import BUNDLED, REPOSITORY, serving

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

FIXTURES = REPOSITORY / "Tests/Fixtures"
FAMILIES = ["gpt2-learned", "gptj-parallel", "llama-gqa", "llama-linear", "llama-mha", "llama-rope",
            "llama-bf16", "mistral-window", "neox-parallel", "neox-sequential", "qwen2-bias",
            "qwen3-norm"]
DIRECTORIES = {"abacus": BUNDLED, **{name: FIXTURES / name / "hf" for name in FAMILIES}}
# What is served, by what is compared: directories, and GGUF files that hold the same weights.
SERVED = {**DIRECTORIES, "llama-bf16.bf16.gguf": FIXTURES / "llama-bf16/gguf/llama-bf16.bf16.gguf",
          **{path.name: path for path in sorted(FIXTURES.glob("*/gguf/*.f32.gguf"))}}

# Sums of float32 in another order; differences are of the largest value of a tensor.
TOLERANCE = 1e-4

Arrays = dict[str, npt.NDArray[np.float32]]

# Modules of a layer by family: the site of a module's input (<) or output (>).
LAYER_SITES = {
    "llama": {"<self_attn.o_proj": "attn.z", ">self_attn.o_proj": "attn.out",
              ">self_attn.v_proj": "attn.v", ">mlp.gate_proj": "mlp.gate",
              ">mlp.up_proj": "mlp.up", "<mlp.down_proj": "mlp.act", ">mlp.down_proj": "mlp.out",
              "<post_attention_layernorm": "resid_mid"},
    "gpt2": {"<attn.c_proj": "attn.z", ">attn.c_proj": "attn.out", ">mlp.c_fc": "mlp.gate",
             "<mlp.c_proj": "mlp.act", ">mlp.c_proj": "mlp.out", "<ln_2": "resid_mid"},
    "gptj": {"<attn.out_proj": "attn.z", ">attn.out_proj": "attn.out", ">mlp.fc_in": "mlp.gate",
             "<mlp.fc_out": "mlp.act", ">mlp.fc_out": "mlp.out"},
    "gpt_neox": {"<attention.dense": "attn.z", ">attention.dense": "attn.out",
                 ">mlp.dense_h_to_4h": "mlp.gate", "<mlp.dense_4h_to_h": "mlp.act",
                 ">mlp.dense_4h_to_h": "mlp.out"},
}
OUTER = {"llama": ("model.layers", "model.norm"), "gpt2": ("transformer.h", "transformer.ln_f"),
         "gptj": ("transformer.h", "transformer.ln_f"),
         "gpt_neox": ("gpt_neox.layers", "gpt_neox.final_layer_norm")}


class Reference:
    """A transformers model whose activations are recorded by PyTorch hooks."""

    def __init__(self, directory: Path) -> None:
        self.network = transformers.AutoModelForCausalLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager").eval()
        kind = self.network.config.model_type
        self.kind = kind if kind in OUTER else "llama"

    def run(self, tokens: list[int],
            edits: dict[str, Callable[[Any], Any]] | None = None) -> Arrays:
        """Every site's rows. An edit changes the input of a layer's module in place."""
        layers, norm = OUTER[self.kind]
        found: Arrays = {}
        handles = []

        def record(name: str) -> Callable[..., None]:
            def hook(module: Any, arguments: Any, output: Any = None) -> None:
                value = arguments if output is None else output
                value = value[0] if isinstance(value, tuple) else value
                if (edit := (edits or {}).get(name)) is not None:
                    edit(value)
                found[name] = value[0].detach().numpy().copy()
            return hook

        for index, layer in enumerate(self.network.get_submodule(layers)):
            handles.append(layer.register_forward_hook(record(f"resid_post.{index}")))
            for path, site in LAYER_SITES[self.kind].items():
                module, name = layer.get_submodule(path[1:]), f"{site}.{index}"
                handles.append(module.register_forward_pre_hook(record(name)) if path[0] == "<"
                               else module.register_forward_hook(record(name)))
        handles.append(self.network.get_submodule(norm).register_forward_hook(record("final_norm")))
        try:
            with torch.no_grad():
                output = self.network(torch.tensor([tokens]), use_cache=False,
                                      output_hidden_states=True, output_attentions=True)
        finally:
            for handle in handles:
                handle.remove()
        for index, state in enumerate(output.hidden_states[:-1]):
            found[f"resid_pre.{index}"] = state[0].numpy()
        for index, pattern in enumerate(output.attentions):
            found[f"attn.pattern.{index}"] = pattern[0].numpy()
        found["logits"] = output.logits[0].numpy()
        return found


def prompt(model: neurond.Model) -> list[int]:
    """Some tokens of the vocabulary, the first of which is no special one by chance."""
    source = np.random.default_rng(7)
    return [1, *source.integers(3, model.info.vocabulary, 10).tolist()]


@contextmanager
def pair(name: str) -> Iterator[tuple[neurond.Model, Reference]]:
    """A model served at f32, and the same in transformers."""
    with serving(SERVED[name], "--weights", "f32") as daemon, \
            neurond.connect(daemon.address) as model:
        yield model, Reference(DIRECTORIES[name.partition(".")[0]])


def differences(cache: neurond.ActivationCache, expected: Arrays) -> dict[str, float]:
    """By site without its layer: the largest difference over the largest value."""
    found: dict[str, float] = {}
    for name, array in expected.items():
        site = name.rpartition(".")[0] if name[-1].isdigit() else name
        if name not in cache:
            continue
        ours = np.asarray(cache[name][0], np.float64).reshape(array.shape)
        ratio = float(np.abs(ours - array).max() / np.abs(array).max())
        found[site] = max(found.get(site, 0.0), ratio)
    return found


@pytest.mark.parametrize("name", SERVED)
def test_every_site_is_what_transformers_computes(name: str) -> None:
    with pair(name) as (model, reference):
        tokens = prompt(model)
        _, cache = model.run_with_cache(tokens)
        found = differences(cache, reference.run(tokens))
        wanted = {"resid_pre", "resid_post", "attn.pattern", "attn.z", "attn.out", "mlp.gate",
                  "mlp.act", "mlp.out", "final_norm", "logits"}
        assert wanted <= found.keys()
        assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("name", DIRECTORIES)
def test_interventions_are_those_of_pytorch_hooks(name: str) -> None:
    """A neuron zeroed and a head scaled, by a value here and by a function there."""
    with pair(name) as (model, reference):
        tokens, size = prompt(model), model.info.head_dimension

        def zero_neuron(value: Any) -> None:
            value[..., 5] = 0

        def scale_head(value: Any) -> None:
            value[..., size:2 * size] *= 3

        expected = reference.run(tokens, {"mlp.act.0": zero_neuron, "attn.z.1": scale_head})
        logits = model.run_with_hooks(tokens, fwd_hooks=[
            ("blocks.0.mlp.hook_post", neurond.zero(units=[5])),
            ("blocks.1.attn.hook_z", neurond.scale(3, units=[1]))])
        plain = model.run_with_hooks(tokens)
        assert isinstance(logits, neurond.Logits) and isinstance(plain, neurond.Logits)
        largest = np.abs(expected["logits"]).max()
        assert np.abs(logits[0] - expected["logits"]).max() < TOLERANCE * largest
        assert np.abs(logits - plain).max() > 10 * TOLERANCE * largest


def main() -> None:
    """Prints a Markdown table of the largest differences."""
    rows, columns = {}, list[str]()
    for name in SERVED:
        with pair(name) as (model, reference):
            tokens = prompt(model)
            rows[name] = differences(model.run_with_cache(tokens)[1], reference.run(tokens))
            columns += [site for site in rows[name] if site not in columns]
    print("| | " + " | ".join(f"`{site}`" for site in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name, found in rows.items():
        print(f"| {name} | " + " | ".join(
            f"{found[site]:.0e}" if site in found else "–" for site in columns) + " |")


if __name__ == "__main__":
    main()
