"""Which feed-forward neurons raise the probability of the answer, and by how much.

Neuron k of layer l adds m_k v_k to the residual stream: m_k is its coefficient (`mlp.act`), v_k
its column of the down projection. Its importance for the next token w is

    log lens(x + m_k v_k)[w] - log lens(x)[w]

where x is the stream between attention and feed-forward (`resid_mid`) at the last position, and
lens(u) = softmax(E (g * u) r): output head, gain of the final norm, and r, the reciprocal root
mean square of the stream at the end of the same pass, held fixed for every u. Coefficients and
streams are the engine's, the vectors those of `model.safetensors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy

from .engine import Engine
from .settings import Shape
from .tensors import read_tensors
from .tokenizer import load_tokenizer

#: One pass captures this many prompts: a few megabytes of rows.
PROMPTS_AT_ONCE = 50


def log_softmax(logits: numpy.ndarray) -> numpy.ndarray:
    """Log-probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - numpy.log(numpy.exp(shifted).sum(axis=-1, keepdims=True))


class Lens:
    """The output head and the final norm's gain, with the root mean square held fixed."""

    def __init__(self, head: numpy.ndarray, gain: numpy.ndarray, epsilon: float) -> None:
        """`head` is (vocabulary, width), `gain` (width)."""
        self._head, self._epsilon = head * gain, epsilon

    def scale(self, final_stream: numpy.ndarray) -> float:
        """r of a pass, from the stream (width) at its end."""
        return float(1 / numpy.sqrt(numpy.square(final_stream).mean() + self._epsilon))

    def project(self, vectors: numpy.ndarray) -> numpy.ndarray:
        """(rows, width) to (rows, vocabulary), without the root mean square."""
        return vectors @ self._head.T

    def importance(
        self,
        stream: numpy.ndarray,
        coefficients: numpy.ndarray,
        projected: numpy.ndarray,
        scale: float,
        token: int,
    ) -> numpy.ndarray:
        """For each neuron of a layer the rise of the token's log-probability, in nats.

        `stream` is (width), `coefficients` (neurons), `projected` the value vectors through
        `project`, (neurons, vocabulary).
        """
        before = scale * self.project(stream[None])
        after = before + (scale * coefficients)[:, None] * projected
        return log_softmax(after)[:, token] - log_softmax(before)[:, token]


@dataclass(frozen=True)
class Question:
    """A prompt and the single token that ought to come next."""

    prompt: str
    token: str


def digit_questions(cases: Sequence[dict]) -> list[Question]:
    """One question for each digit of each answer, the digits before it given."""
    return [
        Question(case["prompt"] + case["answer"][:place], digit)
        for case in cases
        for place, digit in enumerate(case["answer"])
    ]


def mean_importance(
    engine: Engine, model: Path, questions: Sequence[Question], layers: Sequence[int]
) -> numpy.ndarray:
    """Importance of the layers' neurons, (layer, neuron), averaged over the questions."""
    shape, weights = Shape(), read_tensors(model / "model.safetensors")
    lens = Lens(weights["lm_head.weight"], weights["model.norm.weight"], shape.norm_epsilon)
    projected = [
        lens.project(weights[f"model.layers.{layer}.mlp.down_proj.weight"].T) for layer in layers
    ]
    tokenizer = load_tokenizer(model / "tokenizer.json")
    last = f"resid_post.{shape.layer_count - 1}"
    sites = [f"{site}.{layer}" for site in ("mlp.act", "resid_mid") for layer in layers]
    captures = [f"{site} at last" for site in [*sites, last]]
    total = numpy.zeros((len(layers), shape.intermediate_size))
    for begin in range(0, len(questions), PROMPTS_AT_ONCE):
        asked = questions[begin : begin + PROMPTS_AT_ONCE]
        rows = engine.capture([question.prompt for question in asked], captures)
        for question, row in zip(asked, rows, strict=True):
            scale, token = lens.scale(row[last][0]), tokenizer.token_to_id(question.token)
            for place, layer in enumerate(layers):
                total[place] += lens.importance(
                    row[f"resid_mid.{layer}"][0], row[f"mlp.act.{layer}"][0],
                    projected[place], scale, token,
                )  # fmt: skip
    return total / len(questions)
