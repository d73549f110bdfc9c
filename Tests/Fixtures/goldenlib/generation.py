"""Greedy generations and log-probabilities of continuations."""

from __future__ import annotations

import numpy as np

from .probe import Action, Probe
from .text_tokenizers import CORPUS

HOOKED_LENGTH = 24
# Rounding the weights to half precision must not change a token.
LEAST_MARGIN = 0.01
CONTINUATIONS = [" boxes", " the answer is 19.", "\n\nQ: 3 + 4", "é"]


def greedy(network, model, prompt: list[int], length: int, actions=(), needed=0.0):
    """Generated tokens (an end token does not stop it) and the smallest top-two margin.

    Gives up once the margin is not more than `needed`.
    """
    tokens, margin = list(prompt), np.inf
    for _ in range(length):
        probe = Probe(model, tokens, list(actions), prompt_count=len(prompt))
        logits = network.run(probe)[-1]
        second, first = np.partition(logits, -2)[-2:]
        margin = min(margin, float(first - second))
        if margin <= needed:
            break
        tokens.append(int(logits.argmax()))
    return tokens[len(prompt):], margin


def clearest_prompt(network, model, tokenizer, length: int) -> dict:
    """Of the corpus's phrases the prompt whose generation is farthest from a tie.

    Random models are often undecided; a golden generation has to be the same on any machine, so
    its smallest margin must be far above the rounding error. Variety is asked for as well.
    """
    words, best = CORPUS.split(), None
    for start in range(0, len(words) - 3, 3):
        text = " ".join(words[start:start + 3])
        prompt = tokenizer.encode(text).ids
        needed = 0.0 if best is None else best["smallest_margin"]
        generated, margin = greedy(network, model, prompt, length, needed=needed)
        if len(set(generated)) >= 8 and margin > needed:
            best = {"text": text, "prompt": prompt, "generated": generated,
                    "smallest_margin": margin}
    if best is None:
        raise RuntimeError(f"{model.recipe.name}: every prompt falls into a loop")
    return best


def generation_goldens(network, model, tokenizer) -> list[tuple[dict, tuple[Action, ...]]]:
    """A plain generation, and one of the same prompt under two hooks."""
    plain = clearest_prompt(network, model, tokenizer, model.recipe.generation_length)
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
    goldens.append(best)
    require_clear(network, model, goldens)
    return goldens


def require_clear(network, model, goldens) -> None:
    """Each margin is large enough, and weights in half precision give the same tokens."""
    halves = {name: value.astype(np.float16).astype(np.float32)
              for name, value in model.parts.items() if value.ndim == 2}
    for golden, actions in goldens:
        name, wanted = model.recipe.name, golden["generated"]
        if golden["smallest_margin"] < LEAST_MARGIN:
            raise RuntimeError(f"{name}: {actions} has a margin of {golden['smallest_margin']}")
        with network.replaced(halves):
            generated, _ = greedy(network, model, golden["prompt"], len(wanted), actions)
        if generated != wanted:
            raise RuntimeError(f"{name}: {actions} generates other tokens at half precision")


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
