"""Training documents: stretches of text, each with the weight of its tokens in the loss.

Stretches are cut where the tokenizer cuts anyway (before a space or a line's first letter, and
around digits), so that encoding them one by one gives the tokens of the whole document.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from . import sentences, styles
from .arithmetic import (
    FORMATS,
    Fact,
    ending,
    prompt,
    sample_fact,
    sample_split_fact,
    sample_wide_fact,
)
from .problems import sample_problem
from .settings import ANSWER_WEIGHT, PROMPT_WEIGHT, SENTENCE_WEIGHT

#: (text, loss weight) from the first to the last stretch.
Document = list[tuple[str, float]]

OPERATION_SHARES = {"+": 0.24, "-": 0.24, "*": 0.32, "/": 0.20}
#: In the pool of products, which are the hardest to learn, and how many of them are wide ones.
PRODUCT_OPERATION_SHARES = {"+": 0.08, "-": 0.08, "*": 0.52, "/": 0.32}
WIDE_SHARE = 0.4
STEP_SHARES = {1: 0.30, 2: 0.38, 3: 0.24, 4: 0.08}
STYLE_SHARES = {
    styles.FULL: 0.42,
    styles.EQUATIONS: 0.30,
    styles.RESULTS: 0.16,
    styles.ANSWER: 0.12,
}
#: In the pool of results: steps without their operands, and nothing but the answer.
RESULT_STYLE_SHARES = {styles.RESULTS: 0.8, styles.ANSWER: 0.2}
RESULT_STEP_SHARES = {1: 0.5, 2: 0.4, 3: 0.1}
#: Characters of such a document, at random between these: short and long ones share a row well.
RESULT_CHARACTERS = (330, 740)

WORD_STEP_SHARES = {1: 0.4, 2: 0.4, 3: 0.2}

#: A few-shot context has up to this many problems, the last of which is like any other.
FEW_SHOT_COUNTS = (2, 3, 4, 4, 5, 6)
#: Characters of a few-shot context; at three characters a token it stays below the row length.
FEW_SHOT_CHARACTERS = 1_400
LONGEST_LIST = 8


def draw(source: random.Random, shares: dict):
    """A key of `shares`, as likely as its value says."""
    return source.choices(tuple(shares), weights=tuple(shares.values()))[0]


def arithmetic_document(source: random.Random) -> Document:
    """One to eight facts, one a line, in one format or in several."""

    def fact() -> Fact:
        operation = draw(source, OPERATION_SHARES)
        return sample_split_fact(source, operation, held_out=False)

    return _listed(source, fact)


def product_document(source: random.Random) -> Document:
    """Facts like those of `arithmetic_document`, mostly products and quotients."""

    def fact() -> Fact:
        operation = draw(source, PRODUCT_OPERATION_SHARES)
        sample = sample_wide_fact if source.random() < WIDE_SHARE else sample_fact
        return sample_split_fact(source, operation, held_out=False, sample=sample)

    return _listed(source, fact)


def _listed(source: random.Random, next_fact: Callable[[], Fact]) -> Document:
    document: Document = []
    form = source.choice(FORMATS)
    mixed = source.random() < 0.5
    for index in range(source.randint(1, LONGEST_LIST)):
        if mixed:
            form = source.choice(FORMATS)
        fact = next_fact()
        lead = "\n" if index else ""
        document.append((lead + prompt(fact, form), PROMPT_WEIGHT))
        document.append((str(fact.result), ANSWER_WEIGHT))
        if ending(form):
            document.append((ending(form), PROMPT_WEIGHT))
    return document


def problem_document(source: random.Random) -> Document:
    """One word problem; without exemplars the rationale is the full one, if there is one."""
    style = draw(source, {styles.FULL: 0.7, styles.EQUATIONS: 0.25, styles.ANSWER: 0.05})
    return _solved(source, style, lead="")


def few_shot_document(source: random.Random) -> Document:
    """Several word problems, all answered in one style."""
    style = draw(source, STYLE_SHARES)
    document: Document = []
    for index in range(source.choice(FEW_SHOT_COUNTS)):
        solved = _solved(source, style, lead=styles.SEPARATOR if index else "")
        if len(text_of(document + solved)) > FEW_SHOT_CHARACTERS:
            break
        document += solved
    return document


def result_document(source: random.Random) -> Document:
    """Short problems answered without equations.

    The first answer only sets the style and has no weight: without exemplars the model should
    go on to write equations.
    """
    style = draw(source, RESULT_STYLE_SHARES)
    limit = source.randint(*RESULT_CHARACTERS)
    return _in_style(source, style, RESULT_STEP_SHARES, limit)


def word_document(source: random.Random) -> Document:
    """Problems answered in words that name the operands, again after a first example."""
    limit = source.randint(FEW_SHOT_CHARACTERS // 2, FEW_SHOT_CHARACTERS)
    return _in_style(source, styles.NO_EQUATIONS, WORD_STEP_SHARES, limit)


def _in_style(
    source: random.Random, style: str, steps: dict[int, float], limit: int
) -> Document:
    document = _solved(source, style, lead="", steps=steps, weight=0.0)
    while True:
        solved = _solved(source, style, lead=styles.SEPARATOR, steps=steps)
        if len(text_of(document + solved)) > limit:
            return document
        document += solved


def _solved(
    source: random.Random,
    style: str,
    lead: str,
    steps: dict[int, float] = STEP_SHARES,
    weight: float = ANSWER_WEIGHT,
) -> Document:
    problem = sample_problem(source, draw(source, steps), held_out=False)
    return [
        (lead + styles.question(problem, style), PROMPT_WEIGHT),
        (styles.answer(problem, style, source), weight),
    ]


def sentence_document(source: random.Random) -> Document:
    """Occupations, knowledge or prose."""
    if source.random() < 0.25:
        return [(sentences.prose(source, source.randint(1, 4)), SENTENCE_WEIGHT)]
    line = sentences.occupation_line if source.random() < 0.7 else sentences.knowledge_line
    document: Document = []
    for index in range(source.randint(1, 5)):
        text, telling, rest = line(source)
        document.append((("\n" if index else "") + text, PROMPT_WEIGHT))
        document.append((telling, ANSWER_WEIGHT))
        document.append((rest, PROMPT_WEIGHT))
    return document


def _mostly(main: Callable[[random.Random], Document], sentence_share: float):
    def make(source: random.Random) -> Document:
        return sentence_document(source) if source.random() < sentence_share else main(source)

    return make


POOLS: dict[str, Callable[[random.Random], Document]] = {
    "arithmetic": _mostly(arithmetic_document, 0.10),
    "products": _mostly(product_document, 0.05),
    "problems": _mostly(problem_document, 0.10),
    "fewshot": _mostly(few_shot_document, 0.05),
    "results": _mostly(result_document, 0.05),
    "words": _mostly(word_document, 0.05),
}


def documents(pool: str, seed: int) -> Iterator[Document]:
    """An endless stream of a pool's documents, the same for the same seed."""
    source = random.Random(f"{pool}:{seed}")
    while True:
        yield POOLS[pool](source)


def text_of(document: Document) -> str:
    """The document as plain text."""
    return "".join(text for text, _ in document)
