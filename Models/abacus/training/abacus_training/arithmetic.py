"""Arithmetic facts, which of them are held out, and the ways of writing one down.

A fact is one operation on two whole numbers with a whole, positive-or-zero result. A tenth of
the operand pairs is held out: they occur in no training document, neither as bare arithmetic
nor as a step of a word problem, and the evaluation is made of them. A pair and its mirror are
held out together. Facts of the one-digit tables are too few to spare, so none is held out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

OPERATIONS = ("+", "-", "*", "/")

#: Largest operand of a sum or difference, and largest result of a product.
LARGEST_OPERAND = 99
LARGEST_RESULT = 999

#: One pair in this many is held out.
HOLD_OUT_ONE_IN = 10

WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
NOUNS = {
    "+": ("sum of", "and"),
    "-": ("difference between", "and"),
    "*": ("product of", "and"),
    "/": ("ratio of", "and"),
}


@dataclass(frozen=True)
class Fact:
    """`left operation right = result`."""

    left: int
    operation: str
    right: int

    @property
    def result(self) -> int:
        """The exact result. A division that leaves a remainder is a programming error."""
        match self.operation:
            case "+":
                return self.left + self.right
            case "-":
                return self.left - self.right
            case "*":
                return self.left * self.right
            case "/":
                quotient, remainder = divmod(self.left, self.right)
                if remainder:
                    raise ValueError(f"{self.left} / {self.right} leaves a remainder")
                return quotient
        raise ValueError(f"unknown operation {self.operation!r}; expected one of {OPERATIONS}")

    def __str__(self) -> str:
        return f"{self.left} {self.operation} {self.right} = {self.result}"

    @property
    def is_table_fact(self) -> bool:
        """Whether the fact is one of the one-digit tables, or the inverse of one."""
        if self.operation in "+*":
            return self.left < 10 and self.right < 10
        return self.right < 10 and self.result < 10

    @property
    def is_held_out(self) -> bool:
        """Whether the fact's pair of operands is reserved for evaluation."""
        return not self.is_table_fact and pair_is_held_out(self.left, self.right)


def pair_is_held_out(first: int, second: int) -> bool:
    """Whether the unordered pair hashes into the held-out tenth.

    The hash is a fixed integer mix, so that the split does not depend on the interpreter or
    on the seed of a run: models of two seeds can be compared on the same pairs.
    """
    low, high = sorted((first, second))
    mixed = (low * 1_000_003 + high) & 0xFFFF_FFFF
    mixed = ((mixed ^ (mixed >> 16)) * 0x45D9_F3B) & 0xFFFF_FFFF
    mixed = ((mixed ^ (mixed >> 16)) * 0x45D9_F3B) & 0xFFFF_FFFF
    return (mixed ^ (mixed >> 16)) % HOLD_OUT_ONE_IN == 0


def sample_fact(source: random.Random, operation: str) -> Fact:
    """A fact of the size that the model is taught, held out or not.

    Sums and differences have operands to two digits, products have one operand of one digit
    (or, rarely, two operands of two digits) and at most three digits, quotients are exact.
    """
    match operation:
        case "+" | "-":
            left, right = _operand(source), _operand(source)
            if operation == "-" and left < right:
                left, right = right, left
            return Fact(left, operation, right)
        case "*":
            return _product(source)
        case "/":
            product = _product(source)
            quotient, divisor = product.left, product.right
            if divisor == 0 or max(quotient, divisor) > 9 > min(quotient, divisor) > 0:
                quotient, divisor = max(quotient, divisor), max(1, min(quotient, divisor))
            return Fact(quotient * divisor, "/", divisor)
    raise ValueError(f"unknown operation {operation!r}; expected one of {OPERATIONS}")


def _operand(source: random.Random) -> int:
    """A number to 99, with one-digit numbers oversampled so that the tables are learnt."""
    if source.random() < 0.15:
        return source.randint(0, 9)
    return source.randint(0, LARGEST_OPERAND)


def _product(source: random.Random) -> Fact:
    draw = source.random()
    if draw < 0.25:
        pair = (source.randint(0, 9), source.randint(0, 9))
    elif draw < 0.96:
        pair = (source.randint(2, 9), source.randint(10, 99))
    else:
        left = source.randint(10, 31)
        pair = (left, source.randint(10, LARGEST_RESULT // left))
    if source.random() < 0.5:
        pair = (pair[1], pair[0])
    return Fact(pair[0], "*", pair[1])


def sample_wide_fact(source: random.Random, operation: str) -> Fact:
    """A product of one digit and three digits that stays below a thousand, or its inverse.

    There are half as many again of these as of one digit and two: with them a model has less
    use for remembering products one by one, and does better on those it has not seen. Sums and
    differences are those of `sample_fact`.
    """
    if operation not in ("*", "/"):
        return sample_fact(source, operation)
    digit = source.randint(2, 9)
    number = source.randint(100, LARGEST_RESULT // digit)
    if operation == "/":
        return Fact(digit * number, "/", digit)
    pair = (digit, number) if source.random() < 0.5 else (number, digit)
    return Fact(pair[0], "*", pair[1])


def sample_split_fact(
    source: random.Random,
    operation: str,
    held_out: bool,
    sample: Callable[[random.Random, str], Fact] = sample_fact,
) -> Fact:
    """A fact on the wanted side of the split."""
    while True:
        fact = sample(source, operation)
        if fact.is_held_out == held_out:
            return fact


#: Ways of asking for a fact. The first four are the templates of the arithmetic studies.
FORMATS = ("noun", "question", "words", "spaced", "tight")


def prompt(fact: Fact, form: str) -> str:
    """The text up to the result. Where a space precedes the result, it belongs to the prompt,
    because every digit is a token and so is the space before a number."""
    left, right = fact.left, fact.right
    match form:
        case "noun":
            noun, joint = NOUNS[fact.operation]
            return f"The {noun} {left} {joint} {right} is "
        case "question":
            return f"Q: What is {left} {WORDS[fact.operation]} {right}? A: "
        case "words":
            return f"{left} {WORDS[fact.operation]} {right} is "
        case "spaced":
            return f"{left} {fact.operation} {right} = "
        case "tight":
            return f"{left}{fact.operation}{right}="
    raise ValueError(f"unknown format {form!r}; expected one of {FORMATS}")


def ending(form: str) -> str:
    """What follows the result: sentences end in a full stop, equations do not."""
    return "" if form in ("spaced", "tight") else "."
