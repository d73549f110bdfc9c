#!/usr/bin/env python3
"""Writes what transformers continues 200 prompts of Models/abacus with, for the engine to equal.

    .venv/bin/python Tests/Fixtures/make_abacus_texts.py           # writes abacus-texts.jsonl
    .venv/bin/python Tests/Fixtures/make_abacus_texts.py --check   # recomputes and compares

Greedy, in f32 on the published bf16 weights. The prompts are spread evenly over the cases of each
data file. A continuation ends at `</s>`, after as many tokens as LIMITS says, or before a token
that rounding would decide.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent.parent / "Models" / "abacus"
OUTPUT = HERE / "abacus-texts.jsonl"

#: Prompts from each file. A prompt with exemplars is as long as eight others.
COUNTS = {
    "arithmetic.jsonl": 80,
    "bias.jsonl": 17,
    "few-shot.jsonl": 18,
    "problems-test.jsonl": 32,
    "problems-train.jsonl": 32,
    "text.jsonl": 21,
}
#: Tokens to generate, by the rule that judges the case.
LIMITS = {"number": 8, "final": 48, "next": 8, "choice": 12, "likelihood": 24}
#: The two largest logits must be so far apart that rounding does not decide between them.
SMALLEST_MARGIN = 0.002


def prompts() -> list[tuple[str, int]]:
    """Each prompt with the number of tokens to generate."""
    chosen = []
    for name, count in COUNTS.items():
        lines = (MODEL / "data" / name).read_text("utf-8").splitlines()
        for index in range(count):
            case = json.loads(lines[index * len(lines) // count])
            chosen.append((case["prompt"], LIMITS[case["score"]]))
    return chosen


@torch.inference_mode()
def record(model, tokenizer, prompt: str, limit: int) -> dict:
    """A line of the file: the prompt, its greedy continuation and how many tokens that is."""
    given = tokenizer(prompt, return_tensors="pt").input_ids
    result = model.generate(
        given, attention_mask=torch.ones_like(given), max_new_tokens=limit, do_sample=False,
        output_logits=True, return_dict_in_generate=True)
    two = torch.cat(result.logits).topk(2).values
    ties = (two[:, 0] - two[:, 1] < SMALLEST_MARGIN).nonzero()
    count = int(ties[0]) if len(ties) else len(two)
    if count == 0:
        raise SystemExit(f"{prompt!r}: two tokens are equally likely; choose another prompt")
    written = result.sequences[0, given.shape[1]:][:count]
    text = tokenizer.decode(written, skip_special_tokens=True)
    return {"prompt": prompt, "max_tokens": count, "text": text}


def lines() -> list[str]:
    """The file's lines."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
    model = transformers.AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    records = [record(model, tokenizer, prompt, limit) for prompt, limit in prompts()]
    return [json.dumps(line, ensure_ascii=False) for line in records]


def main() -> int:
    # More threads only wait for each other in a model this small.
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    fresh = lines()
    if sys.argv[1:] != ["--check"]:
        OUTPUT.write_text("\n".join(fresh) + "\n", encoding="utf-8")
        print(f"{OUTPUT.name}: {len(fresh)} texts, {OUTPUT.stat().st_size} bytes")
        return 0
    committed = OUTPUT.read_text("utf-8").splitlines()
    differing = sum(old != new for old, new in zip(committed, fresh)) + abs(
        len(committed) - len(fresh))
    print(f"{OUTPUT.name}: {len(fresh)} texts, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
