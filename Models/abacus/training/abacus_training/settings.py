"""The numbers of a run: the model's shape, the curriculum, the optimisers.

A run is determined by these values and one seed. Nothing here is read from the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Shape:
    """The model's dimensions: 6.56 million parameters as given here."""

    vocabulary_size: int = 1280
    hidden_size: int = 256
    layer_count: int = 8
    head_count: int = 8
    key_value_head_count: int = 4
    head_size: int = 32
    intermediate_size: int = 704
    context_length: int = 512
    rope_theta: float = 10_000.0
    norm_epsilon: float = 1e-5


@dataclass(frozen=True)
class Stage:
    """One stretch of the curriculum.

    `until` is the fraction of all tokens at which the stage ends; `shares` says how likely a
    step is to take its batch from each pool of rows.
    """

    until: float
    shares: dict[str, float]


#: Tokens in a row of each pool. Short rows cost less attention; the longest fills the context.
ROW_LENGTHS = {
    "arithmetic": 128,
    "products": 128,
    "problems": 256,
    "fewshot": 512,
    "results": 256,
    "words": 512,
}

#: Tokens of one optimiser step, and steps of a whole run. The knots below are written in steps
#: of a whole run; a shorter or longer one is the same curriculum, stretched.
STEP_TOKENS = 8_192
WHOLE_RUN = 2_250

#: Arithmetic never drops out of the mixture: a model that stops practising it forgets it. The
#: last stages sharpen it, together with answers that skip the equation.
CURRICULUM = (
    Stage(until=244 / WHOLE_RUN, shares={"arithmetic": 0.75, "problems": 0.25}),
    Stage(until=732 / WHOLE_RUN, shares={"arithmetic": 0.30, "problems": 0.40, "fewshot": 0.30}),
    Stage(until=1200 / WHOLE_RUN, shares={"arithmetic": 0.25, "problems": 0.15, "fewshot": 0.60}),
    Stage(
        until=1550 / WHOLE_RUN,
        shares={"arithmetic": 0.40, "problems": 0.05, "fewshot": 0.33, "results": 0.22},
    ),
    Stage(
        until=1750 / WHOLE_RUN,
        shares={"arithmetic": 0.38, "problems": 0.05, "fewshot": 0.29, "words": 0.28},
    ),
    Stage(until=1.0, shares={"products": 0.38, "fewshot": 0.34, "words": 0.28}),
)

#: The learning rate after warm-up as (fraction of the run, fraction of the peak), linear between.
#: It rises once more when a new style is brought in, and again for the products.
RATE_KNOTS = (
    (0.0, 1.0),
    (878 / WHOLE_RUN, 1.0),
    (1200 / WHOLE_RUN, 0.468),
    (1550 / WHOLE_RUN, 0.166),
    (1570 / WHOLE_RUN, 0.30),
    (1750 / WHOLE_RUN, 0.153),
    (1770 / WHOLE_RUN, 0.40),
    (1950 / WHOLE_RUN, 0.30),
    (1.0, 0.01),
)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    The learning rate warms up, then follows `RATE_KNOTS`.
    """

    tokens: int = WHOLE_RUN * STEP_TOKENS
    tokens_per_step: int = STEP_TOKENS
    warmup_steps: int = 30
    matrix_rate: float = 0.02
    matrix_momentum: float = 0.95
    other_rate: float = 0.005
    other_betas: tuple[float, float] = (0.9, 0.95)
    checkpoint_every: int = 50
    evaluate_every: int = 200

    @property
    def steps(self) -> int:
        """The number of optimiser steps."""
        return self.tokens // self.tokens_per_step

    def rate(self, step: int) -> float:
        """The factor on both learning rates at `step`, between 0 and 1."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        fraction = step / max(1, self.steps)
        for (begin, high), (end, low) in pairwise(RATE_KNOTS):
            if fraction <= end:
                return high + (low - high) * (fraction - begin) / (end - begin)
        return RATE_KNOTS[-1][1]

    def stage(self, step: int) -> Stage:
        """The stage of the curriculum that `step` belongs to."""
        fraction = step / max(1, self.steps)
        for stage in CURRICULUM:
            if fraction < stage.until:
                return stage
        return CURRICULUM[-1]


#: Loss weights. Without them most of the gradient goes to names and objects.
ANSWER_WEIGHT = 1.0
PROMPT_WEIGHT = 0.15
SENTENCE_WEIGHT = 0.3
END_WEIGHT = 0.3
