"""Captures: what is read from a pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import BadArgument
from . import indices, positions
from .indices import Ranges
from .positions import At, Clause
from .values import Value, ValueLike, number, value

__all__ = ["Capture", "Reduction", "capture", "dot", "kl"]

_WORDS = ("mean", "mean_abs", "rms", "l2", "max", "sum", "norm", "entropy")


@dataclass(frozen=True)
class Reduction:
    """What is computed from the rows instead of sending them; see `capture`, `dot` and `kl`.

    >>> neurond.capture("L3N*", "top_k(20,abs)").reduction
    Reduction(kind='top_k', arguments=(20, 'abs'))
    """

    kind: str
    arguments: tuple[Value | int | str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Reduction:
        """Reads `mean_abs`, `count>0.5`, `top_k(20,abs)`, `logprob(13,28)`, `rank(13)` and so on.

        >>> neurond.Reduction.parse("count>0.5")
        Reduction(kind='count_above', arguments=(0.5,))
        """
        text = text.replace(" ", "").replace("-", "_") if text.replace("-", "_") in _WORDS \
            else text.replace(" ", "")
        if text in _WORDS:
            return cls(text)
        if match := re.fullmatch(r"count>(.+)", text):
            try:
                return cls("count_above", (number(float(match[1]), "count"),))
            except ValueError:
                raise BadArgument(f"{text!r} counts above no number") from None
        if match := re.fullmatch(r"top_k\((\d+)(?:,(abs|value_norm))?\)", text):
            return cls("top_k", (int(match[1]), match[2] or ""))
        if match := re.fullmatch(r"(logprob|rank)\((\d+(?:,\d+)*)\)", text):
            return cls(match[1], tuple(map(int, match[2].split(","))))
        raise BadArgument(
            f"{text!r} is no reduction; accepted: {', '.join(_WORDS)}, count>0.5, top_k(20), "
            "top_k(20,abs), top_k(20,value_norm), logprob(13,28), rank(13), dot(V), kl(V)")


def dot(vector: ValueLike) -> Reduction:
    """The inner product of each row with a vector.

    >>> neurond.capture("resid_post.3", neurond.dot(np.ones(256))).reduction.kind
    'dot'
    """
    return Reduction("dot", (value(vector, "dot"),))


def kl(stored: ValueLike) -> Reduction:
    """The divergence of each row of logits from a stored row, in nats.

    >>> neurond.kl([0.0, 1.0]).kind
    'kl'
    """
    return Reduction("kl", (value(stored, "kl"),))


@dataclass(frozen=True)
class Capture:
    """One capture; made by `capture`.

    >>> neurond.capture("resid_post.3", at="last").name
    'resid_post.3'
    """

    name: str
    units: Ranges | None = None
    reduction: Reduction | None = None
    at: tuple[Clause, ...] = ()
    half: bool = False
    before_actions: bool = False


def capture(site: str, reduce: str | Reduction | None = None, *, at: At = None,
            units: Iterable[int] | None = None, half: bool = False,
            before_actions: bool = False) -> Capture:
    """Raw rows of a site, or a reduction of them.

    Args:
        site: a name, of this project or of another tool: `"L3N*"`, `"blocks.3.mlp.hook_post"`.
        reduce: `"mean_abs"`, `"count>0.5"`, `"top_k(20,abs)"`, `"logprob(13,28)"`, …, or `dot` or
            `kl` of something. None reads the rows themselves.
        at: positions; None for all.
        units: which neurons, heads or dimensions; None for all, or for those that the site names.
        half: rows as f16.
        before_actions: what a site was before the plan's actions on it.

    >>> answer = model.forward("12 + 7 = ", captures=neurond.capture("L6N180", at="last"))
    >>> answer[0]["mlp.act.6"].array.shape
    (1, 1)
    """
    reduction = Reduction.parse(reduce) if isinstance(reduce, str) else reduce
    return Capture(site, None if units is None else indices.of(units), reduction,
                   positions.parse(at), half, before_actions)
