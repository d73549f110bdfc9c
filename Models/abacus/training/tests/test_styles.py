"""Styles: each shows exactly what it should, and says nothing false."""

import random
import re

import pytest

from abacus_training import styles
from abacus_training.problems import sample_problem

EQUATION = re.compile(r"(\d+) ([-+*/]) (\d+) = (\d+)")
APPLY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
}


@pytest.fixture(params=range(60))
def problem(request):
    return sample_problem(random.Random(request.param), 1 + request.param % 4)


@pytest.mark.parametrize("style", styles.STYLES)
def test_every_style_ends_with_the_answer(problem, style):
    text = styles.answer(problem, style, random.Random(5))
    assert text.endswith(f"The answer is {problem.answer}.")
    assert styles.parse_answer(text) == problem.answer
    assert "\n" not in text


@pytest.mark.parametrize("style", [styles.FULL, styles.EQUATIONS])
def test_every_equation_is_written_and_true(problem, style):
    found = EQUATION.findall(styles.answer(problem, style, random.Random(5)))
    assert len(found) == len(problem.steps)
    for left, operation, right, result in found:
        assert APPLY[operation](int(left), int(right)) == int(result)


@pytest.mark.parametrize("style", [styles.NO_EQUATIONS, styles.RESULTS, styles.ANSWER])
def test_styles_without_equations_have_no_signs(problem, style):
    assert not re.search(r"[-+*/=]", styles.answer(problem, style, random.Random(5)))


@pytest.mark.parametrize(
    ("style", "per_step"),
    [(styles.NO_EQUATIONS, 3), (styles.RESULTS, 1), (styles.ANSWER, 0)],
)
def test_numbers_shown_are_operands_and_results_as_the_style_says(problem, style, per_step):
    text = styles.answer(problem, style, random.Random(5))
    assert len(re.findall(r"\d+", text)) == per_step * len(problem.steps) + 1


def test_equations_only_has_no_words_before_the_answer(problem):
    text = styles.answer(problem, styles.EQUATIONS, random.Random(5))
    assert not re.search(r"[A-Za-z]", text.split(styles.ANSWER_MARK)[0])


def test_replaced_results_are_carried_into_the_next_step():
    problem = sample_problem(random.Random(1), 3)
    labels = ["Dawson", "Russel", "Kelly"]
    text = styles.answer(problem, styles.EQUATIONS, random.Random(5), labels)
    assert text.endswith("The answer is Kelly.")
    assert text.count("Dawson") == 2 and text.count("Russel") == 2


@pytest.mark.parametrize("style", styles.STYLES)
def test_the_trigger_invites_exactly_the_styles_in_words(problem, style):
    invited = styles.TRIGGER in styles.question(problem, style)
    assert invited == (style in styles.IN_WORDS)


def test_an_answer_that_is_no_number_is_not_parsed():
    assert styles.parse_answer("The answer is Dawson.") is None
    assert styles.parse_answer("12 + 7 = 19.") is None
