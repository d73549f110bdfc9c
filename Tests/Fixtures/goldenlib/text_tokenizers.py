"""The two fixture tokenizers, in the two families that Llama models use, and their goldens."""

from __future__ import annotations

import json

from tokenizers import Tokenizer

CORPUS = """The quick brown fox counts the boxes. There are twelve red boxes and three green ones.
One two three four five six seven eight nine ten. The sum of the numbers is the answer.
If there are 12 nuts and then 7 more, there are 19 nuts in the box, so the answer is 19.
She counted the stones; he carried the other stones to the river. That is then the total."""

SPECIALS = ["<unk>", "<s>", "</s>"]

# Llama 3's pre-tokenizer: contractions, words, groups of up to three digits, punctuation, spaces.
WORD_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

BYTE_LEVEL_MERGES = 301 - len(SPECIALS) - 256
SENTENCEPIECE_MERGES = 64

TEXTS = [
    "", " ", "a", "Hello, world!", "The quick brown fox", " leading space", "trailing space ",
    "two  spaces   three", "tabs\tand\t\ttabs", "line\nline", "blank\n\n\nlines", "\n", "\r\n\r\n",
    "  \n  \n", "12 + 7 = 19", "1234567890", "3.14159, -2e10", "don't we've I'LL they'd",
    "naïve café Ünïcode", "Ελληνικά και кириллица", "数を数える。一二三", "한국어 문장", "สวัสดีครับ",
    "العربية والعبرية עברית", "😀👍🏽 flags 🇫🇷🇯🇵", "family 👨‍👩‍👧‍👦 joined", "e\u0301 vs é (combining)",
    "zero\u200bwidth\u00a0nbsp", "if (x < 3) { return y[0]; } // code", "<s>special</s> in text",
    "▁ underline ▁▁", "the the the the the the the the", "\u0000\u0001 control \u007f",
    "boxes.boxes,boxes;boxes", "The answer is 19.\n\nQ: What is 3 + 4?\nA: 7",
]


def build(kind: str) -> Tokenizer:
    """The tokenizer named `byte-level` or `sentencepiece`, from its `tokenizer.json` form."""
    document = byte_level() if kind == "byte-level" else sentencepiece()
    return Tokenizer.from_str(json.dumps(document))


def document(model: dict, normalizer, pre_tokenizer, decoder) -> dict:
    """`tokenizer.json`: `<s>` is prepended, the three special tokens are found in text."""
    beginning = {"id": "<s>", "type_id": 0}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": index, "content": content, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for index, content in enumerate(SPECIALS)
        ],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": beginning}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [
                {"SpecialToken": beginning}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "<s>", "type_id": 1}},
                {"Sequence": {"id": "B", "type_id": 1}},
            ],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": decoder, "model": model,
    }


def byte_alphabet() -> list[str]:
    """The printable stand-in of each byte in byte-level vocabularies (GPT-2's table)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    stand_ins, extra = [], 0
    for byte in range(256):
        if byte in printable:
            stand_ins.append(chr(byte))
        else:
            stand_ins.append(chr(256 + extra))
            extra += 1
    return stand_ins


def learn_merges(words: list[list[str]], count: int) -> list[tuple[str, str]]:
    """Byte-pair encoding: the most frequent adjacent pair first, ties by spelling."""
    merges = []
    for _ in range(count):
        frequency: dict[tuple[str, str], int] = {}
        for word in words:
            for pair in zip(word, word[1:]):
                frequency[pair] = frequency.get(pair, 0) + 1
        best = max(frequency, key=lambda pair: (frequency[pair], pair))
        merges.append(best)
        words = [merged(word, best) for word in words]
    return merges


def merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    """`word` with every occurrence of `pair`, from the left, joined."""
    result: list[str] = []
    index = 0
    while index < len(word):
        if tuple(word[index:index + 2]) == pair:
            result.append(pair[0] + pair[1])
            index += 2
        else:
            result.append(word[index])
            index += 1
    return result


def byte_level() -> dict:
    """Llama 3's family: Split by a pattern, then byte-level BPE."""
    alphabet = byte_alphabet()
    words = []
    for line in CORPUS.splitlines():
        for word in line.split(" "):
            words.append([alphabet[byte] for byte in (" " + word).encode()])
    merges = learn_merges(words, BYTE_LEVEL_MERGES)
    pieces = SPECIALS + alphabet + [left + right for left, right in merges]
    model = {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
        "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
        "ignore_merges": True, "vocab": {piece: index for index, piece in enumerate(pieces)},
        "merges": [list(pair) for pair in merges],
    }
    byte_level_step = {
        "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False,
    }
    split = {
        "type": "Split", "pattern": {"Regex": WORD_PATTERN}, "behavior": "Isolated",
        "invert": False,
    }
    return document(
        model, None, {"type": "Sequence", "pretokenizers": [split, byte_level_step]},
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    )


def sentencepiece_pieces() -> tuple[list[str], list[float]]:
    """Pieces and scores in SentencePiece's order: specials, bytes, merges, single characters."""
    words = [["▁", *word] for line in CORPUS.splitlines() for word in line.split(" ")]
    joined = dict.fromkeys(l + r for l, r in learn_merges(words, SENTENCEPIECE_MERGES))
    characters = sorted({character for word in words for character in word} | set("é=+数"))
    fixed = SPECIALS + [f"<0x{byte:02X}>" for byte in range(256)]
    learned = [*joined, *(c for c in characters if c not in joined)]
    scores = [0.0] * len(fixed) + [-float(rank) for rank in range(len(learned))]
    return fixed + learned, scores


def sentencepiece() -> dict:
    """Llama 2's family: `▁` for spaces, one prepended, characters not in it as bytes."""
    pieces, _ = sentencepiece_pieces()
    ids = {piece: index for index, piece in enumerate(pieces)}
    merges = []
    for piece in pieces[len(SPECIALS) + 256:]:
        splits = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        known = [pair for pair in splits if pair[0] in ids and pair[1] in ids]
        merges += sorted(known, key=lambda pair: (ids[pair[0]], ids[pair[1]]))
    model = {
        "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
        "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True,
        "ignore_merges": False, "vocab": ids, "merges": [list(pair) for pair in merges],
    }
    space = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    normalizer = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, space]}
    decoder = {
        "type": "Sequence",
        "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    }
    return document(model, normalizer, None, decoder)


def text_goldens(tokenizer: Tokenizer) -> list[dict]:
    """For each text: ids with and without `<s>`, and the text that the ids decode to."""
    goldens = []
    for text in TEXTS:
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        goldens.append({
            "text": text, "ids": plain,
            "ids_with_special": tokenizer.encode(text).ids,
            "decoded": tokenizer.decode(plain, skip_special_tokens=False),
            "decoded_without_special": tokenizer.decode(plain, skip_special_tokens=True),
        })
    return goldens
