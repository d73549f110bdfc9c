"""What every answer has: usage, timing, provenance and receipts; and scored tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..v1 import common_pb2


@dataclass(frozen=True)
class Usage:
    """Tokens that an answer took.

    >>> model.forward("12 + 7 = ").usage.prompt_tokens
    8
    """

    prompt_tokens: int = 0
    generated_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt_tokens + other.prompt_tokens,
                     self.generated_tokens + other.generated_tokens,
                     self.cached_tokens + other.cached_tokens)


@dataclass(frozen=True)
class Timing:
    """Seconds that an answer took in the daemon.

    >>> model.forward("12 + 7 = ").timing.prefill_seconds > 0
    True
    """

    queue_seconds: float = 0.0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0

    def __add__(self, other: Timing) -> Timing:
        return Timing(self.queue_seconds + other.queue_seconds,
                      self.prefill_seconds + other.prefill_seconds,
                      self.decode_seconds + other.decode_seconds)


@dataclass(frozen=True)
class Provenance:
    """What it takes to repeat an answer bit for bit.

    >>> model.forward("12 + 7 = ").provenance.model_digest == model.digest
    True
    """

    model_digest: str = ""
    weight_format: str = ""
    tokenizer_digest: str = ""
    kernel_path: str = ""
    build: str = ""
    plan_hash: str = ""
    seed: int = 0
    adapter: str = ""


@dataclass(frozen=True)
class Receipt:
    """What one action really did to one site of one item.

    >>> model.forward("12 + 7 = ", hooks=neurond.zero("L0H1")).receipts[0].rows
    8
    """

    item: int
    action: int
    site: str
    rows: int
    elements: int
    change_l2: float

    @classmethod
    def read(cls, given: Iterable[common_pb2.Receipt], item: int = 0) -> tuple[Receipt, ...]:
        """The receipts of an item."""
        return tuple(cls(item, entry.action, entry.site, entry.rows, entry.elements,
                         entry.change_l2) for entry in given)


@dataclass(frozen=True)
class TokenScore:
    """One token with its scores.

    >>> model.forward("12 + 7 = ", top_k=1)[0].top[0].text
    '1'
    """

    id: int
    piece: bytes
    logit: float
    log_probability: float

    @property
    def text(self) -> str:
        """The token's text; part of a character is shown as �."""
        return self.piece.decode(errors="replace")

    @classmethod
    def read(cls, given: Iterable[common_pb2.TokenScore]) -> tuple[TokenScore, ...]:
        """The scores of a reply."""
        return tuple(cls(entry.id, entry.piece, entry.logit, entry.log_probability)
                     for entry in given)

    def __repr__(self) -> str:
        return f"{self.text!r} {self.log_probability:.3f}"


@dataclass(frozen=True)
class Trailer:
    """What came with the END of a request."""

    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=Timing)
    provenance: Provenance = field(default_factory=Provenance)

    @classmethod
    def read(cls, end: common_pb2.End) -> Trailer:
        """The trailer of an END."""
        usage, timing, given = end.usage, end.timing, end.provenance
        return cls(
            Usage(usage.prompt_tokens, usage.generated_tokens, usage.cached_tokens),
            Timing(timing.queue_seconds, timing.prefill_seconds, timing.decode_seconds),
            Provenance(given.model_digest, given.weight_format, given.tokenizer_digest,
                       given.kernel_path, given.build, given.plan_hash, given.seed,
                       given.adapter))

    def __add__(self, other: Trailer) -> Trailer:
        """Of several requests: sums, and the provenance of the first."""
        return Trailer(self.usage + other.usage, self.timing + other.timing, self.provenance)


@dataclass(frozen=True)
class Answer:
    """An answer: its usage, timing, provenance and receipts."""

    trailer: Trailer

    @property
    def usage(self) -> Usage:
        """Tokens that it took."""
        return self.trailer.usage

    @property
    def timing(self) -> Timing:
        """Seconds that it took in the daemon."""
        return self.trailer.timing

    @property
    def provenance(self) -> Provenance:
        """What it takes to repeat it."""
        return self.trailer.provenance

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What its hooks did."""
        return ()
