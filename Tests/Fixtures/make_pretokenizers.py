"""Cuts texts by the expressions of published pre-tokenizers, with Hugging Face `tokenizers`.

    python make_pretokenizers.py > pre-tokenizers.json

For each expression the lengths in bytes of the pieces of each text are stored; the tests hold
ours against them.
"""

import json
import random
import sys

from tokenizers import Regex, pre_tokenizers

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CAPITAL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
SMALL = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LEAD = r"[^\r\n\p{L}\p{N}]?"


def cased(numbers):
    return (CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|" + numbers
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES)


def by_case(contractions, numbers):
    return (f"{LEAD}{CAPITAL}*{SMALL}+{contractions}|{LEAD}{CAPITAL}+{SMALL}*{contractions}|{numbers}"
            + r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES)


EXPRESSIONS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": cased(r"\p{N}{1,3}"),
    "qwen2": cased(r"\p{N}"),
    "qwen35": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
              r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES,
    "gpt4o": by_case(CONTRACTIONS + "?", r"\p{N}{1,3}"),
    "tekken": by_case("", r"\p{N}"),
    "bailing": r"(?i:'s|'d|'m|'t|'ll|'ve|'re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}"
               r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "seedCoder": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}"
                 r"| ?[^\s\p{L}\p{N}\r\n]+|" + SPACES,
    "bloom": r" ?[^(\s|.,!?…。，、।۔،)]+",
    "falconPunctuation": r"[\p{P}\$\+<=>\^~\|`]+",
    "plainPunctuation": r"[\p{P}\$\+<=>\^~\|]+",
    "threeDigits": "[0-9][0-9][0-9]",
    "lineEnd": r"[\r\n]",
    "anyNumber": r"\p{N}",
    "numberRun": r"\p{N}+",
    "upToThreeNumbers": r"\p{N}{1,3}",
    "deepseekSigns": r"\s?[!-/:-~！-／：-～‘-‟　-。]+",
    "trailingSpace": r"\s+$",
    "deepseekIdeographs": "[一-龥ࠀ-一가-퟿]+",
    "letterWord": r"\s?\p{L}+",
    "punctuationWord": r"\s?\p{P}+",
    "deepseek3Ideographs": "[一-龥぀-ゟ゠-ヿ]+",
    "deepseek3Words": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"""
                      r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
                      r"|\s*[\r\n]+|\s+(?!\S)|\s+",
}

ALPHABET = (" \n\r\t'sStTlLrReEdDmMvVaZ019.,!?()/$+<`~|…。，、éǅʰß½²Ⅷ中文한ऀका١۔\u0301\u00a0\u2028\u3000ſＡ－"
            "\U00010400\U0001F600")


def texts():
    generator = random.Random(11)
    yield "I'll don'T say \"HELLO Worlds\" 12345 times...\n\n\n  x = foo_bar(1,2);\t// naïve café\r\n"
    yield "数字123和中文，标点。混合English文本 カタカナ ひらがな 한국어 텍스트 ١٢٣ ½²"
    yield "   leading and trailing   \n \t \n"
    yield "CamelCaseHTMLParser's McDonald'S ÉCOLE a/b/c//\n/d"
    for _ in range(40):
        yield "".join(generator.choice(ALPHABET) for _ in range(generator.randint(1, 24)))


def main():
    samples = list(texts())
    patterns = []
    for name, expression in EXPRESSIONS.items():
        splitter = pre_tokenizers.Split(Regex(expression), "isolated")
        cuts = [[len(piece.encode()) for piece, _ in splitter.pre_tokenize_str(text)]
                for text in samples]
        patterns.append({"name": name, "expression": expression, "cuts": cuts})
    json.dump({"texts": samples, "patterns": patterns}, sys.stdout, ensure_ascii=True,
              separators=(",", ":"))


main()
