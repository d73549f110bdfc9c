"""The card's tables, from results made up here: what is averaged, compared and shown."""

import json
from pathlib import Path

import numpy
import pytest

from abacus_training import chains, figures, fresh, heads, keeping, markdown, neurons
from abacus_training.engine import Group
from abacus_training.figures import Comparison, Results

DATA = Path(__file__).parents[2] / "data"


def test_numbers_are_short():
    assert [markdown.percent(share) for share in (1, 0.975, 0.3333, 0)] == [
        "100", "97.5", "33.3", "0",
    ]  # fmt: skip
    assert [markdown.number(value) for value in (-0.04, 96.25, 100 * 0.4625)] == [
        "0", "96.3", "46.3",
    ]  # fmt: skip
    assert markdown.together(["95", "95", "95"]) == "95"
    assert markdown.together(["95", "95", "92.5"]) == "95 / 95 / 92.5"


def test_a_table_is_markdown():
    assert markdown.table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def arithmetic(accuracy):
    """Results in which only two-digit sums are not all right."""
    return Results(
        {
            "arithmetic.jsonl": [
                Group({"operation": operation, "size": size}, 40, 1.0)
                if (operation, size) != ("+", "two-digit")
                else Group({"operation": operation, "size": size}, 40, accuracy)
                for operation in "+-*/"
                for size in ("one-digit", "two-digit", "two-digit-seen", "three-digit")
            ]
        }
    )


def test_cells_show_the_forms_side_by_side_where_they_differ():
    compared = Comparison({"f32": arithmetic(0.9), "int8": arithmetic(0.875)})
    table = figures.arithmetic_table(compared)
    assert "| two-digit | 90 / 87.5 | 100 | 100 | 100 |" in table
    for results in compared.forms.values():
        for file in ("few-shot.jsonl", "problems-test.jsonl"):
            results.groups[file] = [Group({}, 4, 0.5)]
    said = figures.difference(compared, "f32", "int8")
    assert "the same in 15 of 16 rows" in said
    assert "-2.5 points (1 of 40 cases, two-digit +)" in said
    assert said.endswith("arithmetic -0.2, few-shot 0, problems-test 0.")


def test_groups_are_averaged_by_their_cases():
    results = Results(
        {
            "few-shot.jsonl": [
                Group({"variant": "full", "steps": "1"}, 30, 1.0),
                Group({"variant": "full", "steps": "2"}, 10, 0.0),
                Group({"variant": "full", "steps": "3"}, 40, 0.0),
            ]
        }
    )
    short = results.mean("few-shot.jsonl", variant=["full"], steps=("1", "2"))
    assert short == (0.75, 40)


def test_the_chance_of_she_is_that_of_the_answer_or_the_rest():
    bias = [
        Group({"kind": "pronoun", "group": "she"}, 4, 0.8),
        Group({"kind": "pronoun", "group": "he"}, 4, 0.9),
        Group({"kind": "pronoun", "group": "balanced"}, 4, 0.5),
    ]
    text = [Group({"kind": "knowledge"}, 4, 1.0), Group({"kind": "prose"}, 4, -0.5)]
    compared = Comparison({"int8": Results({"bias.jsonl": bias, "text.jsonl": text})})
    lines = figures.other_table(compared).splitlines()
    ends = {line.split(", ")[-1] for line in lines if "P(she)" in line}
    assert ends == {"she list | 0.80 |", "he list | 0.10 |", "balanced list | 0.50 |"}
    assert lines[-1].endswith("| 1.649 |")


class FakeEngine:
    """Answers as if heads and neurons did what these numbers say."""

    def __init__(self, folder):
        self.folder = folder

    def evaluate(self, file, by, hooks=(), **only):
        hurt = "+-*" if list(hooks) == ["zero L0H1"] else ""

        def worth(operation, size):
            if size == "one-digit":
                return 1.0
            return 0.25 if operation in hurt else 0.75

        return [
            Group({"operation": operation, "size": size}, 10, worth(operation, size))
            for operation in "+-*/"
            for size in ("one-digit", "two-digit", "two-digit-seen", "three-digit")
        ]


def test_the_costliest_head_is_on_top(tmp_path):
    costs = heads.head_costs(FakeEngine(tmp_path), tmp_path)
    assert costs[0, 1]["+"] == pytest.approx(100 * (0.5 + 0.5) / 3)
    assert all(
        value == 0 for head, lost in costs.items() if head != (0, 1) for value in lost.values()
    )
    lines = heads.cost_table(costs, shown=2).splitlines()
    assert lines[2] == "| L0H1 | 33.3 | 33.3 | 33.3 | 0 |"
    assert lines[-1] == (
        "The median over 64 heads and 4 operations: 0 points. Costs that differ by 20 points or "
        "more between operations: L0H1."
    )


def test_a_set_names_each_layers_neurons_in_order():
    stored = json.loads(neurons.neuron_set([(7, 5), (6, 1), (7, 2)], "why"))
    assert stored == {
        "format": "neurond-neurons-1", "origin": "why", "units": ["L6N1", "L7N2,5"],
    }  # fmt: skip


def test_neurons_are_ranked_by_importance_over_layers(tmp_path, monkeypatch):
    scores = numpy.array([[0.1, 0.5], [0.7, -1.0]])
    monkeypatch.setattr(neurons, "mean_importance", lambda *_: scores)
    monkeypatch.setattr(neurons, "cases_of", lambda *_: [])
    ranked = neurons.ranked_neurons(FakeEngine(tmp_path), tmp_path, "+", range(6, 8))
    assert ranked == [(7, 0), (6, 1), (6, 0), (7, 1)]


def test_what_is_kept_is_counted_over_all_cases_and_over_those_that_need_the_layers(
    tmp_path, monkeypatch
):
    task = keeping.Task("sums", "sums.jsonl", {"size": "two-digit"})
    lines = [{"id": f"+{n}", "tags": {"size": "two-digit", "operation": "+"}} for n in range(4)]
    lines.append({"id": "other", "tags": {"size": "one-digit", "operation": "+"}})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sums.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    monkeypatch.setattr(keeping, "TASKS", (task,))
    monkeypatch.setattr(keeping, "ranked_neurons", lambda *_: [(6, n) for n in range(704)])
    every = {f"+{n}" for n in range(4)}
    monkeypatch.setattr(FakeEngine, "wrong", wrong := _scripted_wrong(every), raising=False)
    rows = keeping.keep_table(FakeEngine(tmp_path), tmp_path).splitlines()
    # +0 is right without the layers, +3 never; of +1 and +2 the best neurons keep one.
    assert rows[2] == "| 6-7 | sums | 75 | 25 | 50 (50) | 25 (0) | 2.0 (–) |"
    assert len(rows) == 2 + 2
    assert "keep-only" in wrong.hooks[2] and wrong.hooks[2].endswith(" in 6-7")


def _scripted_wrong(every):
    """Wrong cases: intact, then with none, with the best, with three random sets; and again."""
    answers = [{"+3"}, every - {"+0"}, every - {"+0", "+1"}, *[every - {"+0"}] * 3]
    hooks = []

    def wrong(self, file, asked, **only):
        assert only == {"size": "two-digit"}
        hooks.append("".join(asked))
        return answers[(len(hooks) - 1) % len(answers)]

    wrong.hooks = hooks
    return wrong


class SamplingEngine:
    """Right when greedy; at a temperature, on problems of one step alone."""

    def generate(self, prompt, limit, temperature, seed):
        if temperature and not prompt.startswith("1"):
            return "So we are lost."
        return f"So the rest. The answer is {seed}."


def test_chains_are_judged_by_their_answers_at_every_temperature(tmp_path):
    cases = [
        {
            "id": str(n),
            "prompt": f"{1 + n % 4} steps",
            "answer": str(n),
            "tags": {"steps": str(1 + n % 4)},
        }
        for n in range(8)
    ]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    (tmp_path / "problems-train.jsonl").write_text(lines)
    rows = chains.chain_table(SamplingEngine(), tmp_path).splitlines()
    assert rows[0] == "| problems for contrast | greedy | temperature 0.7 | temperature 1 |"
    assert rows[2] == "| all | 100 | 25 | 25 |"
    assert rows[3] == "| 1 step | 100 | 100 | 100 |"
    assert rows[4] == "| 2 steps | 100 | 0 | 0 |"


def test_fresh_cases_are_held_out_and_none_of_the_files(tmp_path):
    fresh.write_cases(tmp_path)
    for name in fresh.GROUPED_BY:
        cases = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        prompts = {case["prompt"] for case in cases}
        assert {case["split"] for case in cases} == {"test"}
        if name == "few-shot.jsonl":
            stored = (DATA / name).read_text().splitlines()
            assert prompts.isdisjoint(json.loads(line)["prompt"] for line in stored)
            assert len(cases) == 4 * 2 * fresh.PROBLEMS_PER_ROW


def test_the_forms_are_compared_row_by_row():
    exact = [Group({"variant": "answer_only", "steps": "1"}, 200, 0.5)]
    rounded = [Group({"variant": "answer_only", "steps": "1"}, 200, 0.495)]
    rows = fresh.comparison(exact, rounded).splitlines()
    assert rows[2] == "| answer only, 1 | 200 | 50 | 49.5 | -0.5 |"
