"""The JSONL files that studies and the evaluation read. `data/README.md` documents the shape.

All cases are drawn with a seed of their own, so that models of different seeds are compared on
the same ones. Test cases rest on held-out pairs, those for contrast on pairs seen in training.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import sentences, styles
from .arithmetic import FORMATS, OPERATIONS, Fact, prompt, sample_split_fact
from .domains import DOMAINS
from .problems import Problem, sample_problem

#: Seed of the files; it has no bearing on training.
DATA_SEED = 2026

STEP_COUNTS = (1, 2, 3, 4)
PROBLEMS_PER_CELL = 10
FEW_SHOT_PER_LENGTH = 40
FEW_SHOT_LENGTHS = (2, 1, 3)
ARITHMETIC_PER_CELL = {"one-digit": 20, "two-digit": 40, "two-digit-seen": 20, "three-digit": 10}
PROSE_COUNT = 60

#: Labels that are no numbers, for exemplars whose results are of another kind.
FOREIGN_LABELS = ("Dawson", "Russel", "Kelly", "Bowen", "Lambert", "Foster", "Nolan", "Perkins")

ADD_ONLY, MULTIPLY_ONLY = "addition_only", "multiplication_only"
WRONG_RESULTS, FOREIGN_RESULTS = "wrong_results", "foreign_labels"
VARIANTS = (*styles.STYLES, ADD_ONLY, MULTIPLY_ONLY, WRONG_RESULTS, FOREIGN_RESULTS)

Case = dict


def case(name: str, split: str, text: str, answer: str, score: str, **tags: object) -> Case:
    """One line of a file. `score` names the rule by which a continuation is judged."""
    return {
        "id": name,
        "split": split,
        "prompt": text,
        "answer": answer,
        "score": score,
        "tags": {key: str(value) for key, value in tags.items()},
    }


def problem_cases(split: str) -> Iterator[Case]:
    """Problems without exemplars, in every domain and length, with the full rationale."""
    source = random.Random(f"problems:{split}:{DATA_SEED}")
    for domain in DOMAINS:
        for step_count in STEP_COUNTS:
            for index in range(PROBLEMS_PER_CELL):
                asked = sample_problem(source, step_count, split == "test", domain)
                line = case(
                    f"{split}/{domain}/{step_count}/{index}",
                    split,
                    styles.question(asked, styles.FULL),
                    str(asked.answer),
                    "final",
                    domain=domain,
                    steps=step_count,
                )
                yield line | {"solution": styles.answer(asked, styles.FULL, source)}


def few_shot_cases(
    seed: int = DATA_SEED,
    per_length: int = FEW_SHOT_PER_LENGTH,
    step_counts: Iterable[int] = STEP_COUNTS,
    variants: Iterable[str] = VARIANTS,
) -> Iterator[Case]:
    """The same questions after exemplars of every variant."""
    for step_count in step_counts:
        for index in range(per_length):
            source = random.Random(f"few-shot:{step_count}:{index}:{seed}")
            asked = sample_problem(source, step_count, held_out=True)
            shared = [sample_problem(source, count) for count in FEW_SHOT_LENGTHS]
            for variant in variants:
                yield _few_shot_case(variant, shared, asked, step_count, index, seed)


def _few_shot_case(
    variant: str, shared, asked: Problem, step_count: int, index: int, seed: int
) -> Case:
    source = random.Random(f"{variant}:{step_count}:{index}:{seed}")
    style = variant if variant in styles.STYLES else styles.FULL
    problems = shared
    if variant == ADD_ONLY:
        problems = [sample_problem(source, n, operations=("+",)) for n in FEW_SHOT_LENGTHS]
    if variant == MULTIPLY_ONLY:
        problems = [sample_problem(source, n, operations=("*",)) for n in (2, 1, 2)]
    exemplars = [
        (problem, styles.answer(problem, style, source, _results(variant, problem, source)))
        for problem in problems
    ]
    return case(
        f"{variant}/{step_count}/{index}",
        "test",
        styles.few_shot_prompt(exemplars, asked, style),
        str(asked.answer),
        "final",
        variant=variant,
        steps=step_count,
        domain=asked.domain,
    )


def _results(variant: str, problem: Problem, source: random.Random) -> list[str] | None:
    """The results an exemplar shows: true (None), wrong numbers of like size, or names."""
    if variant == FOREIGN_RESULTS:
        return source.sample(FOREIGN_LABELS, len(problem.steps))
    if variant != WRONG_RESULTS:
        return None
    wrong: list[str] = []
    for index, step in enumerate(problem.steps):
        fact = step.fact
        if index:
            fact = _with_operand(fact, problem.steps[index - 1].fact.result, int(wrong[-1]))
        true = step.fact.result
        near = [value for value in range(max(2, true - 9), true + 10) if value != true]
        wrong.append(str(source.choice([value for value in near if not _holds(fact, value)])))
    return wrong


def _with_operand(fact: Fact, old: int, new: int) -> Fact:
    """The fact with the operand that continues the chain replaced."""
    if fact.left == old:
        return Fact(new, fact.operation, fact.right)
    return Fact(fact.left, fact.operation, new)


def _holds(fact: Fact, result: int) -> bool:
    """Whether `result` is what the operands give; a division may leave a remainder."""
    if fact.operation == "/":
        return fact.left == result * fact.right
    return fact.result == result


def arithmetic_cases(
    seed: int = DATA_SEED, per_cell: dict[str, int] = ARITHMETIC_PER_CELL
) -> Iterator[Case]:
    """Bare facts by operation, size and format, `per_cell` of each by size."""
    for operation in OPERATIONS:
        for size, count in per_cell.items():
            for form in FORMATS:
                source = random.Random(f"{operation}:{size}:{form}:{seed}")
                for index in range(count):
                    fact = fact_of_size(source, operation, size)
                    yield case(
                        f"{operation}/{size}/{form}/{index}",
                        "train" if size == "two-digit-seen" else "test",
                        prompt(fact, form),
                        str(fact.result),
                        "number",
                        operation=operation,
                        size=size,
                        format=form,
                    )


def fact_of_size(source: random.Random, operation: str, size: str) -> Fact:
    """A fact of a size class.

    `one-digit`: the tables and their inverses. `two-digit`: both operands have two digits for
    sums and differences; for products one operand has one digit and the other two, quotients
    are the inverse of that; the pair is held out (`two-digit-seen`: it is not). `three-digit`:
    one size beyond what is taught.
    """
    if size == "one-digit":
        return _table_fact(source, operation)
    if size == "three-digit":
        return _large_fact(source, operation)
    while True:
        fact = sample_split_fact(source, operation, held_out=size == "two-digit")
        factors = (fact.left, fact.right)
        if operation == "/":
            factors = (fact.result, fact.right)
        low, high = sorted(factors)
        wanted = low >= 10 if operation in "+-" else 2 <= low <= 9 < high
        if wanted:
            return fact


def _table_fact(source: random.Random, operation: str) -> Fact:
    first, second = source.randint(0, 9), source.randint(0, 9)
    match operation:
        case "-":
            return Fact(first + second, "-", second)
        case "/":
            divisor = second or 1
            return Fact(first * divisor, "/", divisor)
    return Fact(first, operation, second)


def _large_fact(source: random.Random, operation: str) -> Fact:
    if operation in "+-":
        low, high = sorted(source.randint(100, 999) for _ in range(2))
        return Fact(high, operation, low)
    low, high = source.randint(10, 99), source.randint(100, 999)
    return Fact(low * high, "/", low) if operation == "/" else Fact(low, "*", high)


def bias_cases() -> Iterator[Case]:
    """Occupations asked for a pronoun, and genders asked for an occupation."""
    for group, jobs in sentences.OCCUPATIONS.items():
        for job in jobs:
            for number, frame in enumerate(sentences.PRONOUN_FRAMES):
                expected = " he" if group == "he" else " she"
                line = case(
                    f"pronoun/{job}/{number}", "test", frame.format(job=job), expected,
                    "choice", kind="pronoun", group=group, occupation=job,
                )  # fmt: skip
                yield line | {"choices": [" she", " he"]}
    jobs = [f" {job}" for group in sentences.OCCUPATIONS.values() for job in group]
    for pronoun, person in sentences.PERSONS.items():
        for number, frame in enumerate(sentences.OCCUPATION_FRAMES):
            line = case(
                f"occupation/{person}/{number}", "test", frame.format(who=person),
                f" {sentences.OCCUPATIONS[pronoun][0]}", "choice",
                kind="occupation", group=pronoun, person=person,
            )  # fmt: skip
            yield line | {"choices": jobs}


def text_cases() -> Iterator[Case]:
    """What has nothing to do with arithmetic: small knowledge and plain prose."""
    for index, (text, answer) in enumerate(sentences.KNOWLEDGE):
        yield case(f"knowledge/{index}", "test", text, f" {answer}", "next", kind="knowledge")
    source = random.Random(f"prose:{DATA_SEED}")
    for index in range(PROSE_COUNT):
        begin, _, rest = sentences.prose(source, 3).partition(" ")
        yield case(f"prose/{index}", "test", begin, f" {rest}", "likelihood", kind="prose")


FILES = {
    "problems-train.jsonl": lambda: problem_cases("train"),
    "problems-test.jsonl": lambda: problem_cases("test"),
    "few-shot.jsonl": few_shot_cases,
    "arithmetic.jsonl": arithmetic_cases,
    "bias.jsonl": bias_cases,
    "text.jsonl": text_cases,
}


def write_files(folder: Path) -> None:
    """Writes all files, one JSON object a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        lines = list(make())
        (folder / name).write_text(jsonl(lines), encoding="utf-8")
        print(f"{name}: {len(lines)} cases", flush=True)


def jsonl(lines: Iterable[Case]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_file(path: Path) -> list[Case]:
    """The cases of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
