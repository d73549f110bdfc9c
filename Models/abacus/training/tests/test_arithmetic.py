"""Facts: true, within bounds, and split the same way whatever the run."""

import random

import pytest

from abacus_training.arithmetic import (
    FORMATS,
    OPERATIONS,
    Fact,
    pair_is_held_out,
    prompt,
    sample_fact,
    sample_split_fact,
)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sampled_facts_are_true_and_within_bounds(operation):
    source = random.Random(1)
    for _ in range(3_000):
        fact = sample_fact(source, operation)
        assert 0 <= fact.result <= 999
        if operation == "/":
            assert fact.result * fact.right == fact.left
        if operation in "+-":
            assert max(fact.left, fact.right) <= 99


def test_a_division_with_a_remainder_is_refused():
    with pytest.raises(ValueError, match="remainder"):
        _ = Fact(7, "/", 2).result


def test_a_pair_and_its_mirror_are_held_out_together():
    for first in range(100):
        for second in range(100):
            assert pair_is_held_out(first, second) == pair_is_held_out(second, first)


def test_a_tenth_of_the_pairs_is_held_out():
    pairs = [(a, b) for a in range(10, 100) for b in range(a, 100)]
    share = sum(pair_is_held_out(a, b) for a, b in pairs) / len(pairs)
    assert 0.085 < share < 0.115


def test_no_table_fact_is_held_out():
    for a in range(10):
        for b in range(1, 10):
            facts = [Fact(a, "+", b), Fact(a, "*", b), Fact(a + b, "-", b), Fact(a * b, "/", b)]
            assert not any(fact.is_held_out for fact in facts)


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_split_fact_is_on_its_side(operation, held_out):
    source = random.Random(2)
    for _ in range(200):
        assert sample_split_fact(source, operation, held_out).is_held_out == held_out


@pytest.mark.parametrize("form", FORMATS)
def test_a_prompt_ends_where_the_result_starts(form):
    text = prompt(Fact(12, "*", 7), form)
    assert text.endswith("=" if form == "tight" else " ")
    assert "12" in text and "7" in text and "84" not in text
