"""The five ways of answering a word problem, and the prompts built of them.

`full` says in words what is done and writes the equation, `no_equations` names the operands in
its words and gives the result, `results_only` gives the result without the operands,
`equations_only` has no words, `answer_only` has no steps.

Which style a model answers in is governed by the exemplars in its context. All end alike:
"The answer is 19."
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .problems import Problem

FULL, NO_EQUATIONS, RESULTS = "full", "no_equations", "results_only"
EQUATIONS, ANSWER = "equations_only", "answer_only"
STYLES = (FULL, NO_EQUATIONS, RESULTS, EQUATIONS, ANSWER)
IN_WORDS = (FULL, NO_EQUATIONS, RESULTS)

TRIGGER = "Let's think step by step.\n"
ANSWER_MARK = "The answer is "

_OPENINGS = ("First",) * 6 + ("Initially", "Originally")
_MIDDLES = ("Then", "Next", "Now")
_CLOSINGS = ("Therefore", "Hence", "So", "Then")
_JOINTS = (", so ",) * 4 + (", meaning ",)


def question(problem: Problem, style: str) -> str:
    """The question, and the invitation to think where the style has a rationale in words."""
    trigger = TRIGGER if style in IN_WORDS else ""
    return f"Question: {problem.story}\n{trigger}"


def answer(
    problem: Problem,
    style: str,
    source: random.Random,
    results: Sequence[str] | None = None,
) -> str:
    """The answer in a style.

    `results` replaces the results of the steps, which are then reused as operands downstream:
    that is how exemplars with wrong results or with labels of another kind are made.
    """
    shown = list(results or [str(step.fact.result) for step in problem.steps])
    closing = f"{ANSWER_MARK}{shown[-1]}."
    if style == ANSWER:
        return closing
    if style == EQUATIONS:
        equations = _equations(problem, shown)
        return " ".join([f"{equation}." for equation in equations] + [closing])
    sentences = []
    for index, step in enumerate(problem.steps):
        connective = _connective(source, index, len(problem.steps))
        joint = source.choice(_JOINTS)
        left, right = _operands(problem, shown, index)
        given = f"with {left} and {right} " if style == NO_EQUATIONS else ""
        equation = f"{left} {step.fact.operation} {right} = " if style == FULL else ""
        result = f"{equation}{shown[index]} {step.unit}"
        sentences.append(f"{connective}, {given}we {step.phrase}{joint}{result}.")
    return " ".join([*sentences, closing])


def _equations(problem: Problem, shown: Sequence[str]) -> list[str]:
    """`a op b = c` for each step."""
    equations = []
    for index, step in enumerate(problem.steps):
        left, right = _operands(problem, shown, index)
        equations.append(f"{left} {step.fact.operation} {right} = {shown[index]}")
    return equations


def _operands(problem: Problem, shown: Sequence[str], index: int) -> tuple[str, str]:
    """A step's operands, the one that continues the chain as it was shown."""
    fact = problem.steps[index].fact
    left, right = str(fact.left), str(fact.right)
    if index == 0:
        return left, right
    if fact.left == problem.steps[index - 1].fact.result:
        return shown[index - 1], right
    return left, shown[index - 1]


def _connective(source: random.Random, index: int, count: int) -> str:
    if index == 0:
        return source.choice(_OPENINGS)
    return source.choice(_CLOSINGS if index == count - 1 else _MIDDLES)


SEPARATOR = "\n\n"


def few_shot_prompt(exemplars: Sequence[tuple[Problem, str]], asked: Problem, style: str) -> str:
    """Exemplars with their answers, then a question that awaits one in the same style."""
    blocks = [f"{question(problem, style)}{text}" for problem, text in exemplars]
    return SEPARATOR.join([*blocks, question(asked, style)])


def parse_answer(text: str) -> int | None:
    """The number after the first "The answer is " of a generated answer, or None."""
    _, mark, rest = text.partition(ANSWER_MARK)
    digits = rest.split(".")[0].strip() if mark else ""
    return int(digits) if digits.isdecimal() else None
