"""Arrays, files and sums, without a daemon."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import neurond
from neurond import safetensors
from neurond._results.statistics import add_exact, exact_to_float

from .support import BUNDLED


def pairs(numbers: list[int]) -> npt.NDArray[np.int64]:
    """128-bit numbers as they are sent."""
    words = [number % 2**128 for number in numbers]
    array = np.array([[word % 2**64, word >> 64] for word in words], np.uint64)
    return array.view(np.int64)


def numbers() -> list[int]:
    source = random.Random(7)
    edges = [0, 1, -1, 2**64 - 1, 2**64, -2**64, 2**126, -2**126, 2**63, -2**63]
    return edges + [source.randrange(-2**source.randrange(1, 127), 2**126) for _ in range(500)]


def test_exact_sums_are_integers_of_128_bits() -> None:
    one = numbers()
    two = one[::-1]
    total = add_exact(pairs(one), pairs(two))
    assert np.array_equal(total, pairs([a + b for a, b in zip(one, two, strict=True)]))


def test_exact_sums_become_the_nearest_doubles() -> None:
    for number, found in zip(numbers(), exact_to_float(pairs(numbers())).tolist(), strict=True):
        exact = Fraction(number, 2**64)
        assert abs(Fraction(found) - exact) <= min(
            abs(Fraction(math.nextafter(found, end)) - exact) for end in (-math.inf, math.inf))


def test_groups_of_parts_are_the_group_of_the_whole() -> None:
    def group(values: list[int], biggest: float) -> neurond.Group:
        raw: dict[str, npt.NDArray[np.generic]] = {
            "mean_abs": pairs(values).reshape(1, len(values), 2),
            "positive": np.array([[value % 5 for value in values]], np.int64),
            "max_abs": np.full((1, len(values)), biggest, np.float32)}
        return neurond.Group("g", 2, 10, raw)

    total = group([1, 2**64], 3.0) + group([5, 2**64], 4.0)
    assert (total.items, total.tokens) == (4, 20)
    assert total.sum("mean_abs").tolist() == [[6 / 2**64, 2.0]]
    assert total.mean("mean_abs").tolist() == [[6 / 2**64 / 4, 0.5]]
    assert total.sum("max_abs").tolist() == [[4.0, 4.0]]
    assert total.mean("positive").tolist() == [[(1 + 0) / 20, (1 + 1) / 20]]
    with pytest.raises(neurond.BadArgument):
        total.mean("max_abs")
    with pytest.raises(neurond.BadArgument):
        total.sum("rms")


def test_safetensors_files_are_read_by_their_own_package(tmp_path: Path) -> None:
    reference = pytest.importorskip("safetensors.numpy")
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "rows": np.arange(6, dtype=np.float32).reshape(2, 3), "empty": np.empty((0, 4), np.int64),
        "half": np.array([1.5], np.float16), "one": np.array(3, np.int32)}
    path = tmp_path / "a.safetensors"
    safetensors.save(path, arrays, {"key": "wert – ü"})
    for found in (reference.load_file(path), safetensors.load(path)):
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            assert np.array_equal(found[name], array) and found[name].dtype == array.dtype
            assert found[name].shape == array.shape
    assert safetensors.metadata(path) == {"key": "wert – ü"}


@pytest.mark.parametrize("data", [
    b"", b"\xff" * 8, b"\x02\0\0\0\0\0\0\0[]", b"\x03\0\0\0\0\0\0\0{x}",
    safetensors.encode({"a": np.ones(4)})[:-1],
    safetensors.encode({"a": np.ones(4)}).replace(b"[4]", b"[5]"),
    safetensors.encode({"a": np.ones(4)}).replace(b"F64", b"F65"),
])
def test_files_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(neurond.BadArgument):
        safetensors.decode(data)


def test_neuron_sets_are_read_and_written(tmp_path: Path) -> None:
    bundled = neurond.NeuronSet.load(BUNDLED / "silence.json")
    assert list(bundled) == ["L5N154", "L5N454", "L6N180"] and bundled.origin
    bundled.save(tmp_path / "set.json")
    again = neurond.NeuronSet.load(tmp_path / "set.json")
    assert again == bundled and again.origin == bundled.origin
    assert bundled | neurond.NeuronSet(["L2H3"]) == neurond.NeuronSet(["L2H3", *bundled])
    assert bundled & neurond.NeuronSet(["L6N0-200"]) == neurond.NeuronSet(["L6N180"])
    assert bundled.neurons() == {5: [154, 454], 6: [180]}
    assert list(tmp_path.iterdir()) == [tmp_path / "set.json"]


@pytest.mark.parametrize("text", [
    "", "[]", '{"format": "other", "units": []}', '{"format": "neurond-neurons-1"}',
    '{"format": "neurond-neurons-1", "units": ["L*N3"]}',
    '{"format": "neurond-neurons-1", "units": ["L3N9-3"]}',
    '{"format": "neurond-neurons-1", "units": [3]}',
    '{"format": "neurond-neurons-1", "units": ["L3N3"], "extra": 1}',
])
def test_neuron_sets_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(neurond.BadArgument):
        neurond.NeuronSet.from_json(text)
