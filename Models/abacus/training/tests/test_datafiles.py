"""The data files: one shape, unique names, honest splits, variants that are what they say."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from abacus_training import datafiles, styles
from abacus_training.arithmetic import OPERATIONS
from abacus_training.domains import DOMAINS

SHARED_KEYS = {"id", "split", "prompt", "answer", "score", "tags"}
RULES = {"number", "final", "next", "choice", "likelihood"}
MODEL = Path(__file__).resolve().parents[2]
EQUATION = re.compile(r"(\d+) ([-+*/]) (\d+) = (\d+)")


@pytest.fixture(scope="module")
def files():
    return {name: list(make()) for name, make in datafiles.FILES.items()}


@pytest.mark.parametrize("name", datafiles.FILES)
def test_every_case_has_the_one_shape(files, name):
    for case in files[name]:
        assert set(case) - {"solution", "choices"} == SHARED_KEYS
        assert case["score"] in RULES
        assert case["split"] in ("train", "test")
        assert all(isinstance(value, str) for value in case["tags"].values())


@pytest.mark.parametrize("name", datafiles.FILES)
def test_names_are_unique(files, name):
    assert max(Counter(case["id"] for case in files[name]).values()) == 1


def test_files_are_the_same_each_time(files):
    assert all(list(make()) == files[name] for name, make in datafiles.FILES.items())


def test_written_files_are_read_back_and_are_the_committed_ones(files, tmp_path):
    datafiles.write_files(tmp_path)
    assert all(datafiles.read_file(tmp_path / name) == cases for name, cases in files.items())
    assert json.loads((tmp_path / "bias.jsonl").read_text().splitlines()[0])["choices"]
    for name in files:
        assert (tmp_path / name).read_bytes() == (MODEL / "data" / name).read_bytes(), name


def test_the_checksums_are_those_of_the_committed_files():
    lines = (MODEL / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    assert sums.keys() >= {"model.safetensors", *(f"data/{name}" for name in datafiles.FILES)}
    for name, expected in sums.items():
        assert hashlib.sha256((MODEL / name).read_bytes()).hexdigest() == expected, name


def test_problem_splits_cover_all_domains_and_lengths_and_share_no_question(files):
    train, test = files["problems-train.jsonl"], files["problems-test.jsonl"]
    for cases in (train, test):
        assert {case["tags"]["domain"] for case in cases} == set(DOMAINS)
        assert {case["tags"]["steps"] for case in cases} == set("1234")
    assert not {case["prompt"] for case in train} & {case["prompt"] for case in test}


def test_solutions_end_in_the_answer(files):
    for case in files["problems-test.jsonl"]:
        assert styles.parse_answer(case["solution"]) == int(case["answer"])


def test_every_variant_asks_the_same_questions(files):
    asked = {variant: [] for variant in datafiles.VARIANTS}
    for case in files["few-shot.jsonl"]:
        last = case["prompt"].split("Question: ")[-1].split("\n")[0]
        asked[case["tags"]["variant"]].append(last)
    assert len({tuple(questions) for questions in asked.values()}) == 1


def exemplars(files, variant):
    for case in files["few-shot.jsonl"]:
        if case["tags"]["variant"] == variant:
            yield from case["prompt"].split(styles.SEPARATOR)[:-1]


def is_true(equation):
    left, operation, right, result = equation
    apply = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }
    return apply[operation](int(left), int(right)) == int(result)


@pytest.mark.parametrize(
    ("variant", "sign"),
    [(datafiles.ADD_ONLY, "+"), (datafiles.MULTIPLY_ONLY, "*")],
)
def test_one_operation_variants_have_one_operation(files, variant, sign):
    for text in exemplars(files, variant):
        found = EQUATION.findall(text)
        assert found and {equation[1] for equation in found} == {sign}
        assert all(is_true(equation) for equation in found)


def test_wrong_results_are_wrong_and_final_answers_follow_them(files):
    for text in exemplars(files, datafiles.WRONG_RESULTS):
        found = EQUATION.findall(text)
        assert found and not any(is_true(equation) for equation in found)
        assert styles.parse_answer(text) == int(found[-1][3])


def test_foreign_labels_leave_no_number_as_a_result(files):
    for text in exemplars(files, datafiles.FOREIGN_RESULTS):
        assert not re.search(r"= \d", text)
        assert styles.parse_answer(text) is None


def test_arithmetic_has_every_operation_size_and_format(files):
    cells = Counter(
        (case["tags"]["operation"], case["tags"]["size"], case["tags"]["format"])
        for case in files["arithmetic.jsonl"]
    )
    assert len(cells) == len(OPERATIONS) * len(datafiles.ARITHMETIC_PER_CELL) * 5


def test_arithmetic_answers_are_right(files):
    signs = {"plus": "+", "minus": "-", "times": "*", "divided by": "/"}
    nouns = {"sum": "+", "difference": "-", "product": "*", "ratio": "/"}
    for case in files["arithmetic.jsonl"]:
        text = case["prompt"]
        left, right = (number for number in re.findall(r"\d+", text))
        words = [sign for word, sign in (signs | nouns).items() if word in text]
        operation = words[0] if words else re.findall(r"[-+*/]", text)[0]
        assert operation == case["tags"]["operation"]
        assert is_true((left, operation, right, case["answer"]))
