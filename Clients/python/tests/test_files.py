"""Files of answers: what the command line writes, and what is read back."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import neurond
from neurond import safetensors

from .support import PROGRAMS, Daemon


def test_files_are_those_of_the_command_line(model: neurond.Model, daemon: Daemon,
                                             tmp_path: Path) -> None:
    subprocess.run(
        [PROGRAMS / "neuronctl", "forward", "12 + 7 = ", "--top", "0", "--capture", "L3N5,9",
         "--capture", "resid_post.* mean", "--capture", "logits rank(13) at last",
         "--hook", "zero L0H1", "-o", tmp_path / "theirs", "--address", daemon.address],
        check=True, capture_output=True)
    model.forward("12 + 7 = ", hooks="zero L0H1", captures=[
        "L3N5,9", "resid_post.* mean", "logits rank(13) at last"]).save(tmp_path / "ours")
    theirs, ours = (safetensors.load(tmp_path / name) for name in ("theirs", "ours"))
    assert ours.keys() == theirs.keys() and len(ours) >= 11
    for name, array in theirs.items():
        assert np.array_equal(ours[name], array) and ours[name].dtype == array.dtype
    labels = [json.loads(safetensors.metadata(tmp_path / name)["neurond"])
              for name in ("theirs", "ours")]
    assert labels[0] == labels[1]


def test_several_items_have_names_of_their_own(model: neurond.Model, tmp_path: Path) -> None:
    model.forward(["7 = ", "12 + 7 = "], captures="embed norm").save(tmp_path / "file")
    assert set(safetensors.load(tmp_path / "file")) == {
        f"{item}/embed:norm{label}" for item in range(2) for label in ("", "@positions")}


def test_saved_activations_are_patched_in(model: neurond.Model, tmp_path: Path) -> None:
    _, clean = model.run_with_cache("75 + 17 = 9", names_filter="resid_post.7", return_type=None)
    clean.save(tmp_path / "clean")
    with model.put(tmp_path / "clean") as stored:
        patched = model.run_with_hooks(
            "75 + 16 = 9", fwd_hooks=[("resid_post.7", neurond.patch(stored))])
    assert np.array_equal(patched, model.run_with_hooks("75 + 17 = 9"))


def test_saved_statistics_are_added_to(model: neurond.Model, tmp_path: Path) -> None:
    sums = ["mean_abs", "positive", "max_abs"]
    items = [neurond.Item("7 = ", group="a/b"), neurond.Item("12 + 7 = "),
             neurond.Item("3 * 8 = ", group="a/b")]
    model.statistics(items[:2], sums=sums).save(tmp_path / "part")
    total = neurond.Statistics.load(tmp_path / "part") + model.statistics(items[2:], sums=sums)
    whole = model.statistics(items, sums=sums)
    assert list(total) == list(whole) == ["", "a/b"]
    for label, group in whole.items():
        assert (total[label].items, total[label].tokens) == (group.items, group.tokens)
        for name in sums:
            assert np.array_equal(total[label].raw[name], group.raw[name])
    with pytest.raises(neurond.BadArgument):
        safetensors.save(tmp_path / "other", {"a": np.ones(2)})
        neurond.Statistics.load(tmp_path / "other")
