"""Computes everything that is golden about one model: tensors and `goldens.json`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save
from safetensors.torch import load_file as load_torch_file

from . import adapters, cases, generation, reference, text_tokenizers
from .checks import REFERENCE_TOLERANCE, require_close
from .families import FAMILIES
from .gguf_files import read_parts
from .hook_text import hook_text
from .probe import Model, Probe, site_name
from .recipes import Recipe
from .transformers_pass import TransformersPass

# A case whose logits hardly differ from the plain ones would test nothing.
LEAST_CHANGE = 1e-3


@dataclass
class Goldens:
    """What is written beside one model: safetensors files by name, the manifest, the texts."""

    files: dict[str, dict[str, np.ndarray]]
    manifest: dict
    texts: list[dict] | None


def load_model(recipe: Recipe, directory: Path) -> Model:
    """Parts of a written directory, as float32."""
    weights: dict[str, np.ndarray] = {}
    for file in sorted(directory.glob("*.safetensors")):
        for name, tensor in load_torch_file(file).items():
            weights[name] = tensor.to(torch.float32).numpy()
    parts = FAMILIES[recipe.family].parts(weights, recipe.layers, recipe.heads)
    return Model(recipe, parts)


def compute(recipe: Recipe, directory: Path) -> Goldens:
    """All goldens of the model in `directory` (with `hf/`, `gguf/` and `adapters/` written)."""
    model = load_model(recipe, directory / "hf")
    network = TransformersPass(model, directory / "hf")
    tokenizer = text_tokenizers.build(recipe.tokenizer)
    tokens = tokenizer.encode(recipe.prompt).ids
    plain = Probe(model, tokens)
    logits = network.run(plain)
    check_reference(recipe, model, plain)
    objects = stored_objects(model, network, tokens)
    last = len(tokens) - 1
    rows = sorted({0, last // 2, last} if recipe.cases == "sites"
                  else {0, len(tokens) // 2 - 1, len(tokens) // 2, last - 1, last})
    case_list, case_tensors = case_goldens(model, network, tokens, logits, objects, rows)
    variants, variant_tensors = variant_goldens(
        recipe, network, model, tokens, directory, rows)
    sites = {"tokens": np.array(tokens, dtype=np.int32), **plain.captures}
    files = {"sites": sites, "cases": case_tensors | variant_tensors, **objects}
    manifest = {
        "format": 1, "model": recipe.name, "shape": shape(model),
        "prompt": {"text": recipe.prompt, "tokens": tokens},
        "objects": {name: {"file": f"{name}.safetensors", "sha256": digest(tensors)}
                    for name, tensors in objects.items()},
        "positions": rows, "cases": case_list, "variants": variants,
        "generations": generations(network, model, tokenizer),
        "continuations": generation.continuation_goldens(
            network, model, tokenizer, recipe.prompt),
    }
    adapter_list, adapter_tensors = adapters.adapter_goldens(
        network, model, tokenizer, tokens, logits, rows, directory)
    if adapter_list:
        manifest["adapters"] = adapter_list
        files["adapters"] = adapter_tensors
    texts = text_tokenizers.text_goldens(tokenizer) if recipe.text_goldens else None
    return Goldens(files, manifest, texts)


def shape(model: Model) -> dict:
    recipe = model.recipe
    return {
        "layers": recipe.layers, "width": recipe.width, "heads": recipe.heads,
        "key_value_heads": recipe.kv_heads, "head_dimension": recipe.head_dim,
        "neurons": recipe.ffn, "vocabulary": model.vocabulary, "tied": recipe.tied,
        "family": recipe.family, "gated": model.family.gated, "parallel": recipe.parallel,
        "rotary_dimension": (
            0 if model.family.positions == "learned" else recipe.rotary_dimension),
        "window": recipe.window,
    }


def digest(tensors: dict[str, np.ndarray]) -> str:
    """SHA-256 of the safetensors file with these tensors."""
    return hashlib.sha256(save(contiguous(tensors))).hexdigest()


def contiguous(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.ascontiguousarray(value) for name, value in tensors.items()}


def check_reference(recipe: Recipe, model: Model, plain: Probe) -> None:
    """Every site agrees with the float64 pass."""
    second = Probe(model, plain.tokens)
    reference.run(model, second)
    assert second.captures.keys() == plain.captures.keys()
    for name, value in plain.captures.items():
        require_close(f"{recipe.name} {name}", value, second.captures[name], REFERENCE_TOLERANCE)


def stored_objects(model: Model, network, tokens: list[int]) -> dict:
    """Files that hooks refer to: a donor run, site means over it, and named vectors."""
    if model.recipe.cases == "two":
        return {}
    donor = Probe(model, [tokens[0], *reversed(tokens[1:])])
    network.run(donor)
    last = model.recipe.layers - 1
    every = np.arange(len(tokens), dtype=np.int32)
    # Only some rows of this one, out of order, so that they must be found by their labels.
    some = np.array([len(tokens) - 1, 1, 3], dtype=np.int32)
    kept = {site_name("resid_pre", 1): some, site_name("mlp.act", 0): every,
            site_name("attn.z", last): every}
    means = [site_name("mlp.act", 1), site_name("attn.z", 0)]
    random = np.random.Generator(np.random.PCG64(model.recipe.seed + 100))
    steer = random.standard_normal(model.recipe.width).astype(np.float32)
    head = random.standard_normal(model.recipe.head_dim).astype(np.float32)
    rows = {name: donor.captures[name][positions] for name, positions in kept.items()}
    labels = {name + "@positions": positions for name, positions in kept.items()}
    return {
        "donor": rows | labels,
        "means": {name: donor.captures[name].mean(axis=0) for name in means},
        "vectors": {"steer": steer, "head": head},
    }


def case_goldens(model, network, tokens, plain_logits, objects, rows):
    """Manifest entries and logits (at `rows`) of every intervention."""
    entries, tensors = [], {}
    for case in cases.all_cases(model, tokens):
        probe = Probe(model, tokens, list(case.actions), objects)
        logits = network.run(probe)
        second = Probe(model, tokens, list(case.actions), objects)
        name = f"{model.recipe.name} {case.name}"
        require_close(name, logits, reference.run(model, second), REFERENCE_TOLERANCE)
        if case.edit:
            # The golden value of an edit is the edited model's, and the hook has to agree.
            with network.replaced(cases.edited(model, case.edit)):
                by_edit = network.run(Probe(model, tokens))
            require_close(name + " as an edit", logits, by_edit, REFERENCE_TOLERANCE)
            logits = by_edit
        change = float(np.abs(logits - plain_logits)[rows].max())
        if change < LEAST_CHANGE:
            raise AssertionError(f"{name} changes no logit by more than {change:.3g}")
        tensors[f"case.{case.name}"] = logits[rows]
        edits = cases.stored_edits(model, case)
        entries.append({
            "name": case.name, "hooks": [hook_text(action) for action in case.actions],
            "actions": [action.json() for action in case.actions],
            "logits": f"case.{case.name}", "largest_change": round(change, 4),
            "edits": edits, "exact": case.exact and bool(edits),
        })
    return entries, tensors


def variant_goldens(recipe, network, model, tokens, directory, rows):
    """Logits (at `rows`) with each GGUF file's own, dequantized weights."""
    entries, tensors = [], {}
    for kind in recipe.gguf:
        file = f"gguf/{recipe.name}.{kind.lower()}.gguf"
        parts = read_parts(directory / file, recipe)
        if kind == recipe.gguf[0] and kind in ("F32", "BF16"):
            for name, value in model.parts.items():
                assert np.array_equal(parts[name], value), f"{file}: {name} is not lossless"
        with network.replaced(parts):
            tensors[f"variant.{kind.lower()}"] = network.run(Probe(model, tokens))[rows]
        entries.append({"file": file, "weights": kind, "logits": f"variant.{kind.lower()}"})
    return entries, tensors


def generations(network, model, tokenizer) -> list[dict]:
    """Manifest entries of the greedy generations."""
    entries = []
    for golden, actions in generation.generation_goldens(network, model, tokenizer):
        entries.append({
            **golden, "generated_text": tokenizer.decode(golden["generated"]),
            "hooks": [hook_text(action) for action in actions],
            "actions": [action.json() for action in actions],
        })
    return entries


def load_tensors(path: Path) -> dict[str, np.ndarray]:
    return load_file(path)
