"""Rows of tokens: whole documents packed side by side, with their loss weights.

A row holds each document as `<s> tokens </s>`. Attention never crosses from one document to
the next: the model learns on exactly what it will see, a context that starts with `<s>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy
from tokenizers import Tokenizer

from .corpus import Document, documents
from .settings import END_WEIGHT
from .tokenizer import BEGIN_ID, END_ID

#: Documents encoded and packed together; larger packs tighter, smaller starts sooner.
CHUNK_SIZE = 4_000


@dataclass
class Rows:
    """Rows of one length.

    `tokens` and `documents` have shape (row, position); `documents` numbers the documents of a
    row from 1, 0 being padding. `weights` is the loss weight of each token as a target, times
    255.
    """

    tokens: numpy.ndarray
    documents: numpy.ndarray
    weights: numpy.ndarray

    def save(self, path: Path) -> None:
        """Writes the rows, first under another name so that no half file is ever read."""
        partial = path.with_suffix(".partial.npz")
        numpy.savez(
            partial, tokens=self.tokens, documents=self.documents, weights=self.weights
        )
        partial.replace(path)

    @staticmethod
    def load(path: Path) -> Rows:
        """The rows that `save` wrote."""
        with numpy.load(path) as stored:
            return Rows(stored["tokens"], stored["documents"], stored["weights"])


def encode(tokenizer: Tokenizer, batch: list[Document]) -> list[tuple[list[int], list[int]]]:
    """Token ids and weights (times 255) of each document, `<s>` and `</s>` included."""
    stretches = [text for document in batch for text, _ in document]
    encoded = iter(tokenizer.encode_batch(stretches, add_special_tokens=False))
    result = []
    for document in batch:
        ids, weights = [BEGIN_ID], [0]
        for _, weight in document:
            piece = next(encoded).ids
            ids += piece
            weights += [round(weight * 255)] * len(piece)
        result.append((ids + [END_ID], weights + [round(END_WEIGHT * 255)]))
    return result


def pack(encoded: list[tuple[list[int], list[int]]], length: int) -> list[list[int]]:
    """Which documents share a row: first fit, longest first. Too long ones are left out."""
    order = sorted(range(len(encoded)), key=lambda index: -len(encoded[index][0]))
    rows: list[list[int]] = []
    open_rows: dict[int, list[int]] = {}
    for index in order:
        size = len(encoded[index][0])
        if size > length:
            continue
        fits = next((free for free in range(size, length + 1) if open_rows.get(free)), None)
        if fits is None:
            rows.append([])
            row, free = len(rows) - 1, length
        else:
            row, free = open_rows[fits].pop(), fits
        rows[row].append(index)
        open_rows.setdefault(free - size, []).append(row)
    return rows


def build_rows(
    tokenizer: Tokenizer, pool: str, seed: int, length: int, token_count: int
) -> Rows:
    """At least `token_count` tokens of a pool's documents, in rows in random order."""
    source = numpy.random.default_rng([seed, length])
    stream = documents(pool, seed)
    parts: list[Rows] = []
    total = 0
    while total < token_count:
        encoded = encode(tokenizer, list(islice(stream, CHUNK_SIZE)))
        packed = pack(encoded, length)
        part = _filled(encoded, packed, length)
        shuffled = source.permutation(len(packed))
        parts.append(Rows(part.tokens[shuffled], part.documents[shuffled], part.weights[shuffled]))
        total += len(packed) * length
    return Rows(
        numpy.concatenate([part.tokens for part in parts]),
        numpy.concatenate([part.documents for part in parts]),
        numpy.concatenate([part.weights for part in parts]),
    )


def _filled(encoded, packed: list[list[int]], length: int) -> Rows:
    shape = (len(packed), length)
    rows = Rows(
        numpy.full(shape, END_ID, numpy.uint16),
        numpy.zeros(shape, numpy.uint8),
        numpy.zeros(shape, numpy.uint8),
    )
    for row, members in enumerate(packed):
        position = 0
        for number, index in enumerate(members, start=1):
            ids, weights = encoded[index]
            span = slice(position, position + len(ids))
            rows.tokens[row, span] = ids
            rows.documents[row, span] = number
            rows.weights[row, span] = weights
            position += len(ids)
    return rows
