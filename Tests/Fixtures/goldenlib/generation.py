"""Greedy generations and log-probabilities of continuations."""

from __future__ import annotations

import numpy as np

from .probe import Action, Probe
from .text_tokenizers import CORPUS

LENGTH = 48
HOOKED_LENGTH = 24
CONTINUATIONS = [" boxes", " the answer is 19.", "\n\nQ: 3 + 4", "é"]


def greedy(network, model, prompt: list[int], length: int, actions=()) -> tuple[list[int], float]:
    """Generated tokens (an end token does not stop it) and the smallest top-two margin."""
    tokens, margin = list(prompt), np.inf
    for _ in range(length):
        probe = Probe(model, tokens, list(actions), prompt_count=len(prompt))
        logits = network.run(probe)[-1]
        second, first = np.partition(logits, -2)[-2:]
        margin = min(margin, float(first - second))
        tokens.append(int(logits.argmax()))
    return tokens[len(prompt):], margin


def clearest_prompt(network, model, tokenizer, length=LENGTH) -> dict:
    """Of the corpus's phrases the prompt whose generation is farthest from a tie.

    Random models are often undecided; a golden generation has to be the same on any machine, so
    its smallest margin must be far above the rounding error. Variety is asked for as well.
    """
    words, best = CORPUS.split(), None
    for start in range(0, len(words) - 3, 3):
        text = " ".join(words[start:start + 3])
        prompt = tokenizer.encode(text).ids
        generated, margin = greedy(network, model, prompt, length)
        if len(set(generated)) >= 8 and (best is None or margin > best["smallest_margin"]):
            best = {"text": text, "prompt": prompt, "generated": generated,
                    "smallest_margin": margin}
    if best is None:
        raise RuntimeError(f"{model.recipe.name}: every prompt falls into a loop")
    return best


def generation_goldens(network, model, tokenizer) -> list[tuple[dict, tuple[Action, ...]]]:
    """A plain generation, and one of the same prompt under two hooks."""
    plain = clearest_prompt(network, model, tokenizer)
    goldens = [(plain, ())]
    best = None
    for head in range(model.recipe.heads):
        actions = (
            Action({"kind": "zero"}, "attn.z", (1,), (head,)),
            Action({"kind": "scale", "factor": 2.0}, "mlp.act", (0,), tuple(range(8)),
                   ({"named": "generated"},)),
        )
        generated, margin = greedy(network, model, plain["prompt"], HOOKED_LENGTH, actions)
        if best is None or margin > best[0]["smallest_margin"]:
            best = ({"text": plain["text"], "prompt": plain["prompt"], "generated": generated,
                     "smallest_margin": margin}, actions)
    return [*goldens, best]


def continuation_goldens(network, model, tokenizer, prompt_text: str) -> list[dict]:
    """Log-probability of each token of some continuations, teacher-forced."""
    prompt, goldens = tokenizer.encode(prompt_text).ids, []
    for text in CONTINUATIONS:
        continuation = tokenizer.encode(text, add_special_tokens=False).ids
        logits = network.run(Probe(model, prompt + continuation)).astype(np.float64)
        rows = logits[len(prompt) - 1:-1]
        log_normalizer = np.logaddexp.reduce(rows, axis=1)
        values = rows[np.arange(len(rows)), continuation] - log_normalizer
        goldens.append({
            "prompt": prompt, "continuation": continuation, "log_probabilities": values.tolist(),
            "sum": float(values.sum()),
        })
    return goldens
