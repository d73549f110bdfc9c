"""Statistics against NumPy over captured rows, and parts against the whole, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import neurond
from neurond import Item, Model

SUMS = ["sum_abs", "sum_squares", "sum", "positive", "max_abs", "mean_abs", "rms", "l2_over_n",
        "l2"]
PROMPTS = ["12 + 7 = ", "Tom is a", "Question: Anna has 12 apples.", "3 * 8 = ", "96 - 5 = 9"]


def items() -> list[Item]:
    return [Item(prompt, continuation="1" if index % 2 else None,
                 group="even" if index % 2 == 0 else "odd",
                 hooks=neurond.scale(2, "L3N0-99") if index == 3 else None)
            for index, prompt in enumerate(PROMPTS)]


def expected(rows: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
    """The readings of one item over its counted rows, as PROTOCOL.md defines them."""
    values, count = rows.astype(np.float64), len(rows)
    squares = (values ** 2).sum(0)
    return {"sum_abs": np.abs(values).sum(0), "sum_squares": squares, "sum": values.sum(0),
            "positive": (rows > 0).sum(0), "max_abs": np.abs(rows).max(0),
            "mean_abs": np.abs(values).sum(0) / count, "rms": np.sqrt(squares / count),
            "l2_over_n": np.sqrt(squares) / count, "l2": np.sqrt(squares)}


@pytest.mark.parametrize("exact", [True, False])
def test_sums_are_those_of_the_captured_rows(model: Model, exact: bool) -> None:
    found = model.statistics(items(), sums=SUMS, exact=exact)
    assert list(found) == ["even", "odd"]
    totals: dict[str, dict[str, Any]] = {"even": {}, "odd": {}}
    tokens = {"even": 0, "odd": 0}
    for item in items():
        ids = model.tokenizer.encode(str(item.prompt) + str(item.continuation or ""))
        start = len(ids) - 1 if item.continuation else 0
        answer = model.forward(ids, captures="mlp.act", hooks=item.hooks)[0]
        rows = np.stack([answer[f"mlp.act.{layer}"].array[start:]
                         for layer in range(model.layers)], axis=1).astype(np.float32)
        tokens[item.group] += len(rows)
        for name, value in expected(rows).items():
            total = totals[item.group]
            total[name] = value if name not in total else (
                np.maximum(total[name], value) if name == "max_abs" else total[name] + value)
    for label, group in found.items():
        assert (group.items, group.tokens) == (3 if label == "even" else 2, tokens[label])
        for name in SUMS:
            assert group.sum(name).shape == (model.layers, model.neurons)
            assert np.allclose(group.sum(name), totals[label][name], rtol=1e-9, atol=1e-12), name
        assert np.array_equal(group.sum("positive"), totals[label]["positive"])
        assert np.array_equal(group.sum("max_abs"), totals[label]["max_abs"])
        assert np.allclose(group.mean("rms"), totals[label]["rms"] / group.items)
        assert np.allclose(group.mean("sum_abs"), totals[label]["sum_abs"] / group.tokens)


def test_parts_add_up_to_the_bits_of_the_whole(model: Model) -> None:
    whole = model.statistics(items(), sums=SUMS)
    for cut in range(1, len(PROMPTS)):
        sum_of_parts = model.statistics(items()[cut:], sums=SUMS) + \
            model.statistics(items()[:cut], sums=SUMS)
        for label, group in whole.items():
            for name in SUMS:
                assert np.array_equal(sum_of_parts[label].raw[name], group.raw[name])
        assert sum_of_parts.usage.prompt_tokens == whole.usage.prompt_tokens


def test_a_list_is_cut_into_requests_that_the_daemon_takes(
        model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model.statistics(items(), sums="mean_abs", layers=[2, 5], site="attn.z")
    together = model.forward(PROMPTS, top_k=1, captures="embed norm")
    monkeypatch.setitem(model._context.limits, "service.items_per_request", 2)
    parts = model.statistics(items(), sums="mean_abs", layers=[2, 5], site="attn.z")
    assert parts.layers.tolist() == [2, 5] and parts["odd"].raw["mean_abs"].shape == (2, 256, 2)
    for label, group in whole.items():
        assert np.array_equal(parts[label].raw["mean_abs"], group.raw["mean_abs"])
    assert {receipt.item for receipt in parts.receipts} == {3}
    pieces = model.forward(PROMPTS, top_k=1, captures="embed norm")
    assert [item.item for item in pieces] == list(range(len(PROMPTS)))
    assert [item["embed:norm"].item for item in pieces] == list(range(len(PROMPTS)))
    assert [item.top[0].id for item in pieces] == [item.top[0].id for item in together]


def test_positions_and_costs_may_be_said(model: Model) -> None:
    counted = model.statistics(Item("12 + 7 = ", counted=[(1, 3), (5, 6)]), sums="positive")
    assert counted[""].tokens == 3
    explained = model.explain(items(), sums=["mean_abs"])
    assert explained.multiply_adds > 0 and explained.reply_bytes > 8 * 704 * 16
    with pytest.raises(neurond.InvalidArgument, match="meen_abs"):
        model.statistics("7 = ", sums="meen_abs")


def test_many_generations_have_the_bits_they_have_alone(model: Model) -> None:
    given = [Item(prompt, seed=index, max_tokens=3 + index,
                  hooks=neurond.scale(1.5, "L2N*") if index == 1 else None)
             for index, prompt in enumerate(PROMPTS)]
    many = model.generate_many(given, temperature=0.8, captures="L3N5 at generated")
    assert len(many) == len(given)
    for item, found in zip(given, many, strict=True):
        alone = model.generate(item.prompt, max_tokens=item.max_tokens, temperature=0.8,
                               seed=item.seed or 0, hooks=item.hooks,
                               captures="L3N5 at generated").result().item
        assert (found.text, found.reason) == (alone.text, alone.reason)
        assert found.tokens.tolist() == alone.tokens.tolist()
        assert found.log_probabilities.tolist() == alone.log_probabilities.tolist()
        assert np.array_equal(found["mlp.act.3"].array, alone["mlp.act.3"].array)
        assert found.prompt_tokens.tolist() == alone.prompt_tokens.tolist()
