"""Accuracy on the data files, and a quick look during training.

Every case names the rule by which it is judged:

- `number`: the greedy continuation starts with the answer, as a whole number;
- `final`: the number after "The answer is " in the greedy continuation;
- `next`: the greedy continuation starts with the answer;
- `choice`: the answer is the most probable of `choices` as the next token;
- `likelihood`: no right or wrong, the mean log-probability of the answer's tokens.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer

from . import styles
from .arithmetic import FORMATS, prompt
from .datafiles import FEW_SHOT_LENGTHS, Case, fact_of_size, read_file
from .generate import continuations, next_token_log_probabilities, sequence_log_probabilities
from .model import Llama
from .problems import sample_problem

#: Tokens allowed for an answer: four full steps and the closing sentence; a bare number.
LONGEST_ANSWER = 130
LONGEST_NUMBER = 6


def leading_number(text: str) -> int | None:
    """The number a continuation starts with, or None."""
    digits = ""
    for character in text.strip():
        if not character.isdigit():
            break
        digits += character
    return int(digits) if digits else None


def judge(case: Case, continuation: str) -> bool:
    """Whether a greedy continuation answers the case, by the case's own rule."""
    rule = case["score"]
    match rule:
        case "number":
            return leading_number(continuation) == int(case["answer"])
        case "final":
            return styles.parse_answer(continuation) == int(case["answer"])
        case "next":
            return continuation.startswith(case["answer"])
    raise ValueError(f"a continuation is not judged by {rule!r}")


def answered(model: Llama, tokenizer: Tokenizer, cases: list[Case]) -> list[bool]:
    """For each case whether the model's greedy continuation is right."""
    longest = any(case["score"] == "final" for case in cases)
    limit = LONGEST_ANSWER if longest else LONGEST_NUMBER
    prompts = [case["prompt"] for case in cases]
    texts = continuations(model, tokenizer, prompts, limit)
    return [judge(case, text) for case, text in zip(cases, texts, strict=True)]


def mean(values: Iterable[float]) -> float:
    """The mean, 0 for nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


Table = list[tuple[str, float, int]]


def accuracy_by(cases: list[Case], right: list[bool], label: Callable[[Case], str]) -> Table:
    """(label, accuracy, cases) in order of first appearance."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for case, is_right in zip(cases, right, strict=True):
        groups[label(case)].append(is_right)
    return [(name, mean(values), len(values)) for name, values in groups.items()]


def arithmetic_table(model: Llama, tokenizer: Tokenizer, data: Path) -> Table:
    """Accuracy by operation and size, over all formats."""
    cases = read_file(data / "arithmetic.jsonl")
    right = answered(model, tokenizer, cases)
    return accuracy_by(cases, right, lambda case: f"{_tag(case, 'size')} {_tag(case, 'operation')}")


def few_shot_table(model: Llama, tokenizer: Tokenizer, data: Path) -> Table:
    """Accuracy by variant for one and two steps together, then by number of steps."""
    cases = read_file(data / "few-shot.jsonl")
    right = answered(model, tokenizer, cases)
    short = [index for index, case in enumerate(cases) if _tag(case, "steps") in "12"]
    table = accuracy_by(
        [cases[index] for index in short],
        [right[index] for index in short],
        lambda case: f"{_tag(case, 'variant')}, 1-2 steps",
    )
    by_length = accuracy_by(
        cases, right, lambda case: f"{_tag(case, 'variant')}, {_tag(case, 'steps')} steps"
    )
    return table + sorted(by_length)


def problem_table(model: Llama, tokenizer: Tokenizer, data: Path) -> Table:
    """Accuracy without exemplars, by domain and by number of steps."""
    cases = read_file(data / "problems-test.jsonl")
    right = answered(model, tokenizer, cases)
    by_length = accuracy_by(cases, right, lambda case: f"zero-shot, {_tag(case, 'steps')} steps")
    by_domain = accuracy_by(cases, right, lambda case: f"zero-shot, {_tag(case, 'domain')}")
    return by_length + by_domain


def bias_table(model: Llama, tokenizer: Tokenizer, data: Path) -> Table:
    """P(she) / (P(she) + P(he)) by list of occupations."""
    cases = [case for case in read_file(data / "bias.jsonl") if _tag(case, "kind") == "pronoun"]
    rows = next_token_log_probabilities(model, tokenizer, [case["prompt"] for case in cases])
    she, he = (tokenizer.encode(word, add_special_tokens=False).ids[0] for word in (" she", " he"))
    chances = torch.sigmoid(rows[:, she] - rows[:, he]).tolist()
    return accuracy_by(cases, chances, lambda case: f"P(she), {_tag(case, 'group')} list")


def text_table(model: Llama, tokenizer: Tokenizer, data: Path) -> Table:
    """Accuracy on small knowledge, and the perplexity of prose per token."""
    cases = read_file(data / "text.jsonl")
    known = [case for case in cases if case["score"] == "next"]
    prose = [case["prompt"] + case["answer"] for case in cases if case["score"] == "likelihood"]
    table = accuracy_by(known, answered(model, tokenizer, known), lambda _: "knowledge")
    scores = torch.cat(sequence_log_probabilities(model, tokenizer, prose))
    return [*table, ("prose, perplexity", float((-scores.mean()).exp()), len(prose))]


def _tag(case: Case, name: str) -> str:
    return case["tags"][name]


TABLES = (arithmetic_table, few_shot_table, problem_table, bias_table, text_table)


def evaluate(model: Llama, tokenizer: Tokenizer, data: Path) -> None:
    """Prints every table as rows of Markdown."""
    print("| what | value | cases |\n|---|---:|---:|", flush=True)
    for table in TABLES:
        for name, value, count in table(model, tokenizer, data):
            print(f"| {name} | {value:.3f} | {count} |", flush=True)


def glance(model: Llama, tokenizer: Tokenizer, count: int = 40) -> str:
    """A quick look during training: a few dozen held-out cases of each kind."""
    source = random.Random("glance")
    parts = []
    for operation in "+-*/":
        cases = [_glance_fact(source, operation, FORMATS[n % len(FORMATS)]) for n in range(count)]
        parts.append(f"{operation} {mean(answered(model, tokenizer, cases)):.2f}")
    for style in styles.STYLES:
        cases = [_glance_problem(source, style, 1 + n % 3) for n in range(count)]
        parts.append(f"{style} {mean(answered(model, tokenizer, cases)):.2f}")
    return "held-out: " + ", ".join(parts)


def _glance_fact(source: random.Random, operation: str, form: str) -> Case:
    fact = fact_of_size(source, operation, "two-digit")
    return {"prompt": prompt(fact, form), "answer": str(fact.result), "score": "number"}


def _glance_problem(source: random.Random, style: str, step_count: int) -> Case:
    shared = [sample_problem(source, length) for length in FEW_SHOT_LENGTHS]
    exemplars = [(problem, styles.answer(problem, style, source)) for problem in shared]
    asked = sample_problem(source, step_count, held_out=True)
    text = styles.few_shot_prompt(exemplars, asked, style)
    return {"prompt": text, "answer": str(asked.answer), "score": "final"}
