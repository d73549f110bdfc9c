"""Tensor files, read without a tensor library."""

import json

import pytest

from abacus_training.tensors import read_tensors

ONE_AND_MINUS_TWO = bytes.fromhex("803f 00c0")


def stored(folder, kind, shape, data):
    entry = {"dtype": kind, "shape": shape, "data_offsets": [0, len(data)]}
    encoded = json.dumps({"__metadata__": {"format": "pt"}, "x": entry}).encode()
    path = folder / "x.safetensors"
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + data)
    return path


def test_bf16_becomes_f32(tmp_path):
    found = read_tensors(stored(tmp_path, "BF16", [2], ONE_AND_MINUS_TWO))
    assert found.keys() == {"x"}
    assert found["x"].dtype == "float32" and found["x"].tolist() == [1.0, -2.0]


def test_f32_keeps_its_shape(tmp_path):
    data = bytes.fromhex("0000c03f 000020c0")
    found = read_tensors(stored(tmp_path, "F32", [1, 2], data))
    assert found["x"].tolist() == [[1.5, -2.5]]


def test_another_type_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="type F8; expected BF16, F32"):
        read_tensors(stored(tmp_path, "F8", [2], b"ab"))
