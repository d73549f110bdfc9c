"""Writes Hugging Face model directories."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save as save_arrays
from safetensors.torch import save as save_tensors

from . import text_tokenizers
from .families import FAMILIES
from .hf_configs import hf_config
from .recipes import Recipe


def write_json(path: Path, value) -> None:
    """Deterministic, readable JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_tensors(path: Path, tensors: dict) -> None:
    """A safetensors file of numpy or torch tensors."""
    if all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        path.write_bytes(save_tensors(tensors, metadata={"format": "pt"}))
    else:
        contiguous = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
        path.write_bytes(save_arrays(contiguous))


def write_directory(path: Path, recipe: Recipe, parts: dict[str, np.ndarray], vocabulary: int):
    """Configuration, tokenizer and weights of one model."""
    path.mkdir(parents=True, exist_ok=True)
    write_json(path / "config.json", hf_config(recipe, vocabulary))
    write_json(path / "generation_config.json", {"bos_token_id": 1, "eos_token_id": 2})
    write_tokenizer(path, recipe.tokenizer)
    dtype = getattr(torch, recipe.dtype)
    weights = FAMILIES[recipe.family].stored(parts, recipe.heads)
    tensors = {name: torch.from_numpy(value).to(dtype) for name, value in weights.items()}
    if recipe.shards == 1:
        write_tensors(path / "model.safetensors", tensors)
    else:
        write_shards(path, tensors, recipe.shards)


def write_tokenizer(path: Path, kind: str) -> None:
    """`tokenizer.json` (compact: one line) and `tokenizer_config.json`."""
    document = (
        text_tokenizers.byte_level() if kind == "byte-level" else text_tokenizers.sentencepiece()
    )
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (path / "tokenizer.json").write_text(text + "\n", encoding="utf-8")
    write_json(path / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
        "unk_token": "<unk>", "clean_up_tokenization_spaces": False, "add_bos_token": True,
    })


def write_shards(path: Path, tensors: dict[str, torch.Tensor], count: int) -> None:
    """Tensors dealt out over `count` files, with the index that names the file of each."""
    weight_map, total = {}, 0
    names = list(tensors)
    for shard in range(count):
        file = f"model-{shard + 1:05}-of-{count:05}.safetensors"
        part = {name: tensors[name] for name in names[shard::count]}
        write_tensors(path / file, part)
        weight_map |= dict.fromkeys(part, file)
        total += sum(tensor.numel() * tensor.element_size() for tensor in part.values())
    write_json(path / "model.safetensors.index.json", {
        "metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items())),
    })
