"""Tokens and rows: nothing lost, nothing cut, weights where they belong."""

from itertools import islice

import pytest

from abacus_training.corpus import POOLS, documents, text_of
from abacus_training.packing import build_rows, encode, pack
from abacus_training.tokenizer import BEGIN_ID, END_ID, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(seed=1)


def test_every_digit_is_a_token(tokenizer):
    assert tokenizer.encode("407 + 12", add_special_tokens=False).tokens[:3] == ["4", "0", "7"]


def test_a_document_starts_with_the_begin_token(tokenizer):
    assert tokenizer.encode("12").ids[0] == BEGIN_ID


@pytest.mark.parametrize("text", ["12 + 7 = 19", "Anna's naïve plan: 5 % → 3!", "\n\n  x"])
def test_text_survives_the_round_trip(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


@pytest.mark.parametrize("pool", POOLS)
def test_stretches_encode_to_the_tokens_of_the_whole(tokenizer, pool):
    batch = list(islice(documents(pool, 3), 150))
    for document, (ids, weights) in zip(batch, encode(tokenizer, batch), strict=True):
        assert ids == [*tokenizer.encode(text_of(document)).ids, END_ID]
        assert len(weights) == len(ids) and weights[0] == 0


def test_packing_places_each_document_once_and_never_overfills():
    encoded = [([0] * size, [0] * size) for size in (60, 50, 40, 30, 20, 120, 10)]
    rows = pack(encoded, 100)
    assert sorted(index for row in rows for index in row) == [0, 1, 2, 3, 4, 6]
    assert all(sum(len(encoded[index][0]) for index in row) <= 100 for row in rows)


def test_rows_hold_whole_documents(tokenizer):
    rows = build_rows(tokenizer, "arithmetic", 3, 128, 20_000)
    for tokens, numbers in zip(rows.tokens, rows.documents, strict=True):
        for number in range(1, numbers.max() + 1):
            span = tokens[numbers == number]
            assert span[0] == BEGIN_ID and span[-1] == END_ID
