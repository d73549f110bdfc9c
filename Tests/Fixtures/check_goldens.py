#!/usr/bin/env python3
"""Recomputes the goldens and compares them with the committed files.

    .venv/bin/python Tests/Fixtures/check_goldens.py

Model files must be the same bytes as a fresh run's; golden values may differ by the rounding of
another machine's matrix products. Exit status 1 names everything that differs.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers

import make_fixtures
from goldenlib import counter_random
from goldenlib.checks import relative_error
from goldenlib.conversations import CONVERSATIONS
from goldenlib.manifest import load_tensors
from goldenlib.recipes import RECIPES

TOLERANCE = 1e-5
# Folders of model files.
MODEL_FOLDERS = {"hf", "gguf", "adapters"}
# Rounding decides these: the hash of recomputed tensors, and quantities near a tie.
FREE_KEYS = {"sha256", "smallest_margin", "largest_change"}


def json_differences(old, new, path: str) -> list[str]:
    """Paths at which two JSON values differ, numbers by more than the tolerance."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        parts = [(old[key], new[key], f"{path}.{key}") for key in old if key not in FREE_KEYS]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        parts = [(a, b, f"{path}[{index}]") for index, (a, b) in enumerate(zip(old, new))]
    elif isinstance(old, float) and isinstance(new, float):
        same = math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=10 * TOLERANCE)
        return [] if same else [f"{path}: committed {old}, now {new}"]
    else:
        return [] if old == new else [f"{path}: committed {old!r}, now {new!r}"]
    return [difference for part in parts for difference in json_differences(*part)]


def tensor_differences(old: Path, new: Path, label: str) -> list[str]:
    """Tensors that differ by more than the tolerance, relative to their largest value."""
    before, after = load_tensors(old), load_tensors(new)
    if before.keys() != after.keys():
        return [f"{label}: tensors {sorted(before.keys() ^ after.keys())} are in one file only"]
    differences = []
    for name, value in after.items():
        if value.shape != before[name].shape or value.dtype != before[name].dtype:
            differences.append(f"{label} {name}: another shape or type")
        elif value.dtype.kind != "f":
            if not np.array_equal(value, before[name]):
                differences.append(f"{label} {name}: other values")
        elif (error := relative_error(value, before[name])) > TOLERANCE:
            differences.append(f"{label} {name}: relative error {error:.3g}")
    return differences


def file_differences(committed: Path, fresh: Path, relative: Path) -> list[str]:
    """What differs in one file."""
    old, new, label = committed / relative, fresh / relative, str(relative)
    if not old.exists():
        return [f"{label}: not committed"]
    if MODEL_FOLDERS & set(relative.parts):
        return [] if old.read_bytes() == new.read_bytes() else [f"{label}: other bytes"]
    if relative.suffix == ".json":
        return json_differences(json.loads(old.read_text("utf-8")),
                                json.loads(new.read_text("utf-8")), label)
    return tensor_differences(old, new, label)


def stale_hashes(committed: Path) -> list[str]:
    """Objects whose committed bytes are not what the manifest's hash says."""
    stale = []
    for recipe in RECIPES:
        directory = committed / recipe.name
        objects = json.loads((directory / "goldens.json").read_text("utf-8"))["objects"]
        for entry in objects.values():
            path = directory / entry["file"]
            if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                stale.append(f"{recipe.name}/{entry['file']}: not the hash in goldens.json")
    return stale


def chat_differences(committed: Path) -> list[str]:
    """Conversations that are not the code's, and goldens that do not render each of them twice.

    What the templates render is compared by make_chat_goldens.py, which needs the templates.
    """
    folder, differences = committed / "chat", []
    names = [conversation["name"] for conversation in CONVERSATIONS]
    wanted = [(name, prompt) for name in names for prompt in (False, True)]
    for path in sorted(folder.glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        if path.stem == "conversations":
            differences += json_differences(value, CONVERSATIONS, "chat/conversations.json")
            continue
        found = [(entry["conversation"], entry["add_generation_prompt"])
                 for entry in value["renderings"]]
        if found != wanted or value["name"] != path.stem:
            differences.append(f"chat/{path.name}: not the renderings of conversations.json")
    return differences


def main() -> int:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    counter_random.self_test()
    committed = make_fixtures.HERE
    with tempfile.TemporaryDirectory() as directory:
        fresh = Path(directory)
        make_fixtures.write_all(fresh)
        files = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
        differences = stale_hashes(committed) + chat_differences(committed)
        for relative in files:
            differences += file_differences(committed, fresh, relative)
        for recipe in RECIPES:
            for path in (committed / recipe.name).rglob("*"):
                if path.is_file() and not (fresh / path.relative_to(committed)).exists():
                    differences.append(f"{path.relative_to(committed)}: no longer written")
    for difference in differences:
        print(difference, file=sys.stderr)
    print(f"{len(files)} files, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
