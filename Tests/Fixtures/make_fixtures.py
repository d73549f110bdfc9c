#!/usr/bin/env python3
"""Writes the fixture models and their golden values. See README.md for what is in each file.

    python3 -m venv .venv && .venv/bin/pip install -r Tests/Fixtures/requirements.txt
    .venv/bin/python Tests/Fixtures/make_fixtures.py

The output is a function of the seeds in goldenlib/recipes.py. Takes about two minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers

from goldenlib import adapters, counter_random, gguf_files, hf_files, manifest, text_tokenizers
from goldenlib.quant_blocks import quant_blocks
from goldenlib.random_weights import random_parts
from goldenlib.recipes import RECIPES, Recipe

HERE = Path(__file__).resolve().parent


def write_model(recipe: Recipe, output: Path) -> None:
    """One model's directory: hf/, gguf/, then the goldens computed from those files."""
    directory = output / recipe.name
    if directory.exists():
        shutil.rmtree(directory)
    vocabulary = text_tokenizers.build(recipe.tokenizer).get_vocab_size()
    parts = random_parts(recipe, vocabulary)
    if recipe.dtype == "bfloat16":
        parts = {name: torch.from_numpy(value).bfloat16().float().numpy()
                 for name, value in parts.items()}
    hf_files.write_directory(directory / "hf", recipe, parts, vocabulary)
    for kind in recipe.gguf:
        path = directory / "gguf" / f"{recipe.name}.{kind.lower()}.gguf"
        gguf_files.write_file(path, recipe, parts, kind)
    model = manifest.load_model(recipe, directory / "hf")
    for adapter in adapters.of_model(recipe.name):
        adapters.write_directory(directory / "adapters" / adapter.name, adapter, model)
    goldens = manifest.compute(recipe, directory)
    for name, tensors in goldens.files.items():
        hf_files.write_tensors(directory / f"{name}.safetensors", tensors)
    hf_files.write_json(directory / "goldens.json", goldens.manifest)
    if goldens.texts:
        hf_files.write_json(directory / "texts.json", goldens.texts)


def write_all(output: Path, only: str | None = None) -> None:
    """Every model, and the quantized blocks."""
    output.mkdir(parents=True, exist_ok=True)
    hf_files.write_tensors(output / "quant-blocks.safetensors", quant_blocks())
    for recipe in RECIPES:
        if only in (None, recipe.name):
            print(f"{recipe.name} …", flush=True)
            write_model(recipe, output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE, help="default: beside this script")
    parser.add_argument("--only", help="name of one model")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    counter_random.self_test()
    write_all(arguments.output, arguments.only)
    total = sum(file.stat().st_size for recipe in RECIPES
                for file in (arguments.output / recipe.name).rglob("*") if file.is_file())
    print(f"done: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
