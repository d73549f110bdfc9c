"""Word problems: chains that hold together, in every domain and length."""

import random
import re

import pytest

from abacus_training.arithmetic import OPERATIONS
from abacus_training.domains import DOMAINS
from abacus_training.problems import sample_problem

LENGTHS = (1, 2, 3, 4)


def _problems(count=150, **options):
    source = random.Random(3)
    return [sample_problem(source, 1 + index % 4, **options) for index in range(count)]


def test_there_are_at_least_seven_domains():
    assert len(DOMAINS) >= 7


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_tells_chains_of_one_to_four_steps(domain):
    for problem in _problems(domain=domain):
        assert problem.domain == domain
        assert len(problem.steps) in LENGTHS


@pytest.mark.parametrize("domain", DOMAINS)
def test_each_step_continues_from_the_previous_result(domain):
    for problem in _problems(domain=domain):
        for previous, step in zip(problem.steps, problem.steps[1:], strict=False):
            operands = (step.fact.left, step.fact.right)
            assert previous.fact.result in operands


@pytest.mark.parametrize("domain", DOMAINS)
def test_numbers_in_the_story_suffice_for_the_chain(domain):
    words = {"half": 2, "third": 3, "doubles": 2, "triples": 3}
    percents = {50: 2, 25: 4, 20: 5, 10: 10}
    for problem in _problems(domain=domain):
        known = {int(text) for text in re.findall(r"\d+", problem.story)}
        known |= {percents[value] for value in known & set(percents)}
        known |= {number for word, number in words.items() if word in problem.story}
        for step in problem.steps:
            assert {step.fact.left, step.fact.right} <= known
            known.add(step.fact.result)


def test_operands_stay_within_what_is_taught():
    for problem in _problems(count=2_000):
        for step in problem.steps:
            fact = step.fact
            assert 2 <= fact.result <= 999
            if fact.operation in "+-":
                assert max(fact.left, fact.right) <= 99
            if fact.operation == "*":
                assert min(fact.left, fact.right) <= 9


def test_training_problems_use_no_held_out_pair():
    for problem in _problems(count=3_000, held_out=False):
        assert not any(step.fact.is_held_out for step in problem.steps)


def test_test_problems_use_at_least_one_held_out_pair():
    for problem in _problems(count=300, held_out=True):
        assert any(step.fact.is_held_out for step in problem.steps)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_can_be_narrowed_to_one(operation):
    source = random.Random(4)
    for index in range(60):
        problem = sample_problem(source, 1 + index % 2, operations=(operation,))
        assert {step.fact.operation for step in problem.steps} == {operation}


def test_no_template_is_left_unfilled():
    for problem in _problems(count=1_000):
        assert not re.search(r"[{}]", problem.story)
        assert problem.story.endswith("?")
