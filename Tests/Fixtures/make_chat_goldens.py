#!/usr/bin/env python3
"""Writes what transformers renders our conversations to, with chat templates given by path.

    .venv/bin/python Tests/Fixtures/make_chat_goldens.py DIRECTORY          # writes chat/*.json
    .venv/bin/python Tests/Fixtures/make_chat_goldens.py --check DIRECTORY  # compares

DIRECTORY has one template a file, FAMILY-VARIANT.jinja (`llama3-meta.jinja`). The templates are
their authors' and are not committed; a golden names its template by digest. A template that is not
in the directory keeps its committed golden.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from jinja2.exceptions import TemplateError
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from goldenlib.conversations import CONVERSATIONS
from goldenlib.hf_files import write_json

HERE = Path(__file__).resolve().parent / "chat"
# The special tokens that each family's templates name.
ENDS = {
    "chatml": ("<s>", "<|im_end|>"), "llama2": ("<s>", "</s>"),
    "llama3": ("<|begin_of_text|>", "<|eot_id|>"), "mistral": ("<s>", "</s>"),
    "qwen2": (None, "<|im_end|>"), "qwen3": (None, "<|im_end|>"),
    "smollm2": (None, "<|im_end|>"),
}
# A template that asks for today's date is given this one.
DATE = "26 Jul 2024"


def template_text(path: Path) -> str:
    """The file's text; Jinja drops one final newline, so the digest does as well."""
    return path.read_bytes().decode("utf-8").removesuffix("\n")


def golden(name: str, text: str) -> dict:
    """Digest, special tokens and renderings of one template."""
    family = name.split("-")[0]
    bos, eos = ENDS[family]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.BPE()), bos_token=bos, eos_token=eos)
    return {
        "name": name, "family": family,
        "template_sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
        "bos_token": bos, "eos_token": eos,
        "variables": {"date_string": DATE} if "strftime_now" in text else {},
        "renderings": [
            {"conversation": conversation["name"], "add_generation_prompt": prompt,
             **rendering(tokenizer, text, conversation["messages"], prompt)}
            for conversation in CONVERSATIONS for prompt in (False, True)
        ],
    }


def rendering(tokenizer, text: str, messages: list[dict], prompt: bool) -> dict:
    """`text`, or the `error` that the template raises."""
    variables = {"date_string": DATE} if "strftime_now" in text else {}
    try:
        return {"text": tokenizer.apply_chat_template(
            messages, chat_template=text, tokenize=False, add_generation_prompt=prompt,
            **variables)}
    except TemplateError as error:
        return {"error": str(error)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="folder of FAMILY-VARIANT.jinja files")
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    arguments = parser.parse_args()
    files = {"conversations": CONVERSATIONS}
    for path in sorted(arguments.directory.glob("*.jinja")):
        files[path.stem] = golden(path.stem, template_text(path))
    different = 0
    for name, value in files.items():
        path = HERE / f"{name}.json"
        before = path.read_text("utf-8") if path.exists() else None
        if arguments.check:
            write_json(scratch := path.with_suffix(".fresh"), value)
            same = scratch.read_text("utf-8") == before
            scratch.unlink()
            different += 0 if same else 1
            print(f"{name}: {'same' if same else 'DIFFERENT'}")
        else:
            write_json(path, value)
    print(f"{len(files) - 1} templates, {len(CONVERSATIONS)} conversations")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
