"""The byte-level BPE tokenizer, trained on the corpus, in which every digit is a token."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from .corpus import documents, text_of
from .settings import Shape

SPECIAL_TOKENS = ("<unk>", "<s>", "</s>")
UNKNOWN_ID, BEGIN_ID, END_ID = 0, 1, 2

#: Documents of each pool that the merges are learnt from.
SAMPLE_SIZES = {"arithmetic": 4_000, "problems": 12_000, "fewshot": 4_000}


def train_tokenizer(seed: int, vocabulary_size: int = Shape.vocabulary_size) -> Tokenizer:
    """A tokenizer of exactly `vocabulary_size` tokens learnt from a sample of the corpus."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(seed), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", BEGIN_ID)]
    )
    if tokenizer.get_vocab_size() != vocabulary_size:
        raise ValueError(
            f"the corpus yields {tokenizer.get_vocab_size()} tokens, expected {vocabulary_size}"
        )
    return tokenizer


def _sample(seed: int):
    for pool, size in SAMPLE_SIZES.items():
        for document in islice(documents(pool, seed), size):
            yield text_of(document)


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer stored in a `tokenizer.json`."""
    return Tokenizer.from_file(str(path))
