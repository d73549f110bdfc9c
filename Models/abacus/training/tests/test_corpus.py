"""The corpus: true equations, no held-out pair anywhere, and the same for the same seed."""

import re
from itertools import islice

import pytest

from abacus_training.arithmetic import pair_is_held_out
from abacus_training.corpus import POOLS, documents, text_of

NUMBER = r"(\d+)"
PATTERNS = {
    "+": (r"\+", "plus", "sum of", "(?:add|take the sum)"),
    "-": (r"-", "minus", "difference between", "subtract"),
    "*": (r"\*", "times", "product of", "(?:multiply|use)"),
    "/": (r"/", "divided by", "ratio of", "divide"),
}


def stated_facts(text):
    """Every (left, operation, right, result) that a text states, in whatever wording."""
    for operation, (sign, word, noun, verb) in PATTERNS.items():
        for pattern in (
            rf"\b{NUMBER} ?{sign} ?{NUMBER} ?= ?{NUMBER}",
            rf"\b{NUMBER} {word} {NUMBER} is {NUMBER}",
            rf"What is {NUMBER} {word} {NUMBER}\? A: {NUMBER}",
            rf"The {noun} {NUMBER} and {NUMBER} is {NUMBER}",
            rf"with {NUMBER} and {NUMBER} we {verb}[^.]*?, (?:so|meaning) {NUMBER} ",
        ):
            for left, right, result in re.findall(pattern, text):
                yield int(left), operation, int(right), int(result)


def is_true(left, operation, right, result):
    match operation:
        case "+":
            return left + right == result
        case "-":
            return left - right == result
        case "*":
            return left * right == result
    return right != 0 and left == right * result


def is_table(left, operation, right, result):
    return right < 10 and (left if operation in "+*" else result) < 10


@pytest.fixture(scope="module")
def facts():
    return {
        pool: [
            fact
            for document in islice(documents(pool, 11), 1_500)
            for fact in stated_facts(text_of(document))
        ]
        for pool in POOLS
    }


@pytest.mark.parametrize("pool", POOLS)
def test_the_corpus_states_many_facts_and_all_are_true(facts, pool):
    # The pool of results names no operands: its facts are checked where they are made.
    assert len(facts[pool]) > 1_000 or pool == "results"
    assert all(is_true(*fact) for fact in facts[pool])


@pytest.mark.parametrize("pool", POOLS)
def test_no_held_out_pair_is_ever_stated(facts, pool):
    for left, operation, right, result in facts[pool]:
        held_out = pair_is_held_out(left, right)
        assert not held_out or is_table(left, operation, right, result)


@pytest.mark.parametrize("pool", POOLS)
def test_the_same_seed_gives_the_same_documents(pool):
    first = list(islice(documents(pool, 5), 40))
    assert first == list(islice(documents(pool, 5), 40))
    assert first != list(islice(documents(pool, 6), 40))


@pytest.mark.parametrize("pool", POOLS)
def test_every_stretch_has_text_and_a_weight_within_bounds(pool):
    for document in islice(documents(pool, 5), 200):
        assert all(text and 0 <= weight <= 1 for text, weight in document)
