"""The command line makes, in order, what it says; a second call repeats nothing."""

import json

import pytest

from abacus_training.cli import main

#: Two steps: enough to pass through every stage of a run, too few to learn anything.
TOKENS = "16384"


def test_tokenizer_train_data_and_export_leave_a_model_directory(tmp_path, capsys):
    pytest.importorskip("torch")
    common = ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--threads", "1"]
    common += ["--tokens", TOKENS, "--no-compile"]
    for command in ("tokenizer", "train", "data", "export"):
        assert main([command, *common]) == 0
    assert "exported step 2" in capsys.readouterr().out
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["vocab_size"] == 1280
    sums = (tmp_path / "out" / "SHA256SUMS").read_text()
    assert "  model.safetensors\n" in sums and "  data/bias.jsonl\n" in sums

    assert main(["train", *common]) == 0
    assert "resuming at step 2" in capsys.readouterr().out
