"""Every golden value of Tests/Fixtures through this package: sites, interventions, adapters.

transformers computed them, so this is the comparison with PyTorch that needs no PyTorch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import neurond
from neurond import Model, safetensors

from .support import REPOSITORY, serving

FIXTURES = sorted(path.parent for path in (REPOSITORY / "Tests/Fixtures").glob("*/goldens.json"))

# Sums of float32 in another order, as a part of the tensor's largest value.
TOLERANCE = 1e-4


class Golden:
    """A fixture, served at f32."""

    def __init__(self, folder: Path, model: Model) -> None:
        self.folder, self.model = folder, model
        self.manifest: dict[str, Any] = json.loads((folder / "goldens.json").read_text())
        self.tokens: list[int] = self.manifest["prompt"]["tokens"]
        self.positions: list[int] = self.manifest["positions"]

    def tensors(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        path = self.folder / f"{name}.safetensors"
        return safetensors.load(path) if path.exists() else {}


@pytest.fixture(scope="module", params=FIXTURES, ids=lambda path: path.name)
def golden(request: pytest.FixtureRequest) -> Iterator[Golden]:
    with serving(request.param / "hf", "--weights", "f32") as daemon, \
            neurond.connect(daemon.address) as model:
        yield Golden(request.param, model)


def close(found: npt.ArrayLike, expected: npt.NDArray[np.generic]) -> bool:
    wanted = np.asarray(expected, np.float64)
    ours = np.asarray(found, np.float64).reshape(wanted.shape)
    return bool(np.abs(ours - wanted).max() <= TOLERANCE * np.abs(wanted).max())


def test_sites(golden: Golden) -> None:
    expected = golden.tensors("sites")
    _, cache = golden.model.run_with_cache(expected.pop("tokens").tolist())
    assert len(expected) > 10
    for name, rows in expected.items():
        found = cache.prompts[0].tensors[name].array
        assert close(found[..., :rows.shape[-1]], rows), name


def test_interventions(golden: Golden) -> None:
    expected = golden.tensors("cases")
    stored = {name: golden.model.keep(golden.folder / entry["file"])
              for name, entry in golden.manifest["objects"].items()}
    files = {entry["file"]: str(stored[name])
             for name, entry in golden.manifest["objects"].items()}
    items = []
    for case in golden.manifest["cases"]:
        text = "\n".join(case["hooks"])
        items.append(neurond.Item(golden.tokens, hooks=re.sub(
            r"@([\w.]+)", lambda match: files[match[1]], text)))
    captures = neurond.capture("logits", at=golden.positions)
    answer = golden.model.forward(items, captures=captures)
    plain = golden.model.forward(golden.tokens, captures=captures)[0]["logits"].array
    for case, item in zip(golden.manifest["cases"], answer, strict=True):
        logits = item["logits"].array
        assert close(logits, expected[case["logits"]]), case["name"]
        assert not np.array_equal(logits, plain), case["name"]
        assert item.receipts, case["name"]
    for entry in stored.values():
        golden.model.drop(entry)


def test_continuations_and_generations(golden: Golden) -> None:
    given = golden.manifest["continuations"]
    scores = golden.model.score([(entry["prompt"], entry["continuation"]) for entry in given])
    for entry, found in zip(given, scores, strict=True):
        assert np.allclose(found.log_probabilities, entry["log_probabilities"], atol=1e-3)
    for entry in golden.manifest["generations"]:
        result = golden.model.generate(
            entry["prompt"], max_tokens=len(entry["generated"]), ignore_end=True,
            hooks="\n".join(entry["hooks"])).result()
        assert result.item.tokens.tolist() == entry["generated"]


def test_adapters(golden: Golden) -> None:
    expected = golden.tensors("adapters")
    for entry in golden.manifest.get("adapters", []):
        with golden.model.put(golden.folder / entry["directory"]) as adapter:
            _, cache = golden.model.run_with_cache(golden.tokens, adapter=adapter,
                                                   pos_slice=golden.positions)
            assert cache.provenance.adapter == adapter.hash.hex()
            for site, name in entry["sites"].items():
                found = cache.prompts[0].tensors[site].array
                wanted = expected[name]
                assert close(found[..., :wanted.shape[-1]], wanted), (entry["name"], site)
            generation = entry["generation"]
            result = golden.model.generate(
                generation["prompt"], max_tokens=len(generation["generated"]), adapter=adapter,
                ignore_end=True).result()
            assert result.item.tokens.tolist() == generation["generated"]
