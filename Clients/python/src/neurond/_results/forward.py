"""Answers of Forward, Generate, Score, Project, Columns and Explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from ..v1 import service_pb2
from .common import Answer, Receipt, TokenScore
from .files import save
from .tensors import Tensor


@dataclass(frozen=True, eq=False)
class ForwardItem:
    """What one item of a forward pass was answered.

    >>> model.forward("12 + 7 = ", top_k=3, captures="resid_post.7 at last")[0]
    ForwardItem(8 tokens, next '1' -0.0..., resid_post.7 (1, 256))
    """

    item: int
    tokens: npt.NDArray[np.int64]
    top: tuple[TokenScore, ...]
    tensors: dict[str, Tensor]
    receipts: tuple[Receipt, ...]
    plan_hash: str

    def __getitem__(self, name: str) -> Tensor:
        """The tensor of a name, such as `"mlp.act.3"` or `"mlp.act.3:mean_abs"`."""
        if name not in self.tensors:
            raise KeyError(f"no tensor {name!r}; there are {', '.join(self.tensors) or 'none'}")
        return self.tensors[name]

    def __repr__(self) -> str:
        parts = [f"{len(self.tokens)} tokens"]
        if self.top:
            parts.append(f"next {self.top[0]!r}")
        parts += [f"{name} {tensor.array.shape}" for name, tensor in
                  list(self.tensors.items())[:4]]
        if len(self.tensors) > 4:
            parts.append(f"{len(self.tensors) - 4} more")
        return f"ForwardItem({', '.join(parts)})"


@dataclass(frozen=True, eq=False)
class Forward(Answer, Sequence[ForwardItem]):
    """The answer of `model.forward`: a sequence of items.

    >>> [item.top[0].text for item in model.forward(["12 + 7 = ", "8 + 1 = "], top_k=1)]
    ['1', '9']
    """

    items: tuple[ForwardItem, ...]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return tuple(receipt for item in self.items for receipt in item.receipts)

    @overload
    def __getitem__(self, index: int) -> ForwardItem: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ForwardItem]: ...
    def __getitem__(self, index: int | slice) -> ForwardItem | Sequence[ForwardItem]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return _listing("Forward", self.items)

    def save(self, path: str | Path) -> None:
        """Writes the captured tensors as a safetensors file, as `neuronctl … -o FILE` does.

        >>> model.forward("7 = ", captures="embed").save(folder / "embed.safetensors")
        """
        save(path, (tensor for item in self.items for tensor in item.tensors.values()),
             self.provenance)


@dataclass(frozen=True)
class Token:
    """One generated token.

    `text` may be empty while a character or a possible stop string is incomplete.

    >>> [token.text for token in model.generate("12 + 7 = ", max_tokens=2)]
    ['1', '9']
    """

    id: int
    text: str
    log_probability: float
    top: tuple[TokenScore, ...] = ()


@dataclass(frozen=True, eq=False)
class Generated:
    """One finished generation: text, tokens, why it ended, and what was captured.

    >>> model.generate("12 + 7 = ", max_tokens=2).result().item
    Generated('19', 2 tokens, length)
    """

    item: int
    text: str
    prompt_tokens: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    log_probabilities: npt.NDArray[np.float64]
    reason: str
    stop: str = ""
    tensors: dict[str, Tensor] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()
    plan_hash: str = ""

    def __getitem__(self, name: str) -> Tensor:
        """The tensor of a name."""
        return self.tensors[name]

    def __repr__(self) -> str:
        return f"Generated({self.text!r}, {len(self.tokens)} tokens, {self.reason})"


@dataclass(frozen=True, eq=False)
class GenerationResult(Answer):
    """The whole answer of one generation.

    >>> model.generate("12 + 7 = ", max_tokens=2).result().text
    '19'
    """

    item: Generated

    @property
    def text(self) -> str:
        """The generated text."""
        return self.item.text

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did."""
        return self.item.receipts


@dataclass(frozen=True, eq=False)
class Generations(Answer, Sequence[Generated]):
    """The answer of `model.generate_many`: a sequence of finished generations.

    >>> model.generate_many(["12 + 7 = ", "8 + 1 = "], max_tokens=2).texts
    ['19', '9...']
    """

    items: tuple[Generated, ...]

    @property
    def texts(self) -> list[str]:
        """The generated texts."""
        return [item.text for item in self.items]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return tuple(receipt for item in self.items for receipt in item.receipts)

    @overload
    def __getitem__(self, index: int) -> Generated: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Generated]: ...
    def __getitem__(self, index: int | slice) -> Generated | Sequence[Generated]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return _listing("Generations", self.items)

    def save(self, path: str | Path) -> None:
        """Writes the captured tensors as a safetensors file, as `neuronctl … -o FILE` does.

        >>> answer = model.generate_many("7 = ", max_tokens=2, captures="L3N5")
        >>> answer.save(folder / "generated.safetensors")
        """
        save(path, (tensor for item in self.items for tensor in item.tensors.values()),
             self.provenance)


@dataclass(frozen=True, eq=False)
class Scored:
    """The log-probabilities, in nats, of one continuation.

    >>> model.score([("12 + 7 = ", "19")])[0]
    Scored(2 tokens, -0.0..., greedy)
    """

    item: int
    tokens: npt.NDArray[np.int64]
    prompt_tokens: int
    log_probabilities: npt.NDArray[np.float64]
    total: float
    greedy: npt.NDArray[np.bool_]
    receipts: tuple[Receipt, ...]
    plan_hash: str
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def __repr__(self) -> str:
        words = ", greedy" if self.greedy.all() else ""
        return f"Scored({len(self.log_probabilities)} tokens, {self.total:.4g}{words})"


@dataclass(frozen=True, eq=False)
class Scores(Answer, Sequence[Scored]):
    """The answer of `model.score`: a sequence, and `totals` as an array.

    >>> scores = model.score([("12 + 7 = ", "19"), ("12 + 7 = ", "18")])
    >>> int(scores.totals.argmax())
    0
    """

    items: tuple[Scored, ...]

    @property
    def totals(self) -> npt.NDArray[np.float64]:
        """The log-probability of each continuation."""
        return np.array([item.total for item in self.items])

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What the hooks did, item by item."""
        return tuple(receipt for item in self.items for receipt in item.receipts)

    @overload
    def __getitem__(self, index: int) -> Scored: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Scored]: ...
    def __getitem__(self, index: int | slice) -> Scored | Sequence[Scored]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return _listing("Scores", self.items)

    def save(self, path: str | Path) -> None:
        """Writes the captured tensors as a safetensors file, as `neuronctl … -o FILE` does.

        >>> model.score([("7 = ", "7")], captures="embed").save(folder / "scored.safetensors")
        """
        save(path, (tensor for item in self.items for tensor in item.tensors.values()),
             self.provenance)


@dataclass(frozen=True)
class Projection:
    """The tokens that a neuron's value vector promotes and demotes most.

    >>> model.project("L6N180", top_k=4)[0]
    L6N180: promotes '6' '4' '2' '8'; demotes ...
    """

    layer: int
    neuron: int
    promoted: tuple[TokenScore, ...]
    demoted: tuple[TokenScore, ...]
    norm: float

    def __repr__(self) -> str:
        promoted, demoted = (" ".join(repr(score.text) for score in scores[:5])
                             for scores in (self.promoted, self.demoted))
        return f"L{self.layer}N{self.neuron}: promotes {promoted}; demotes {demoted}"


@dataclass(frozen=True, eq=False)
class Projections(Answer, Sequence[Projection]):
    """The answer of `model.project`: one for each neuron, in order.

    >>> len(model.project("L5N454 L6N180"))
    2
    """

    items: tuple[Projection, ...]

    @overload
    def __getitem__(self, index: int) -> Projection: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Projection]: ...
    def __getitem__(self, index: int | slice) -> Projection | Sequence[Projection]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.items))


@dataclass(frozen=True, eq=False)
class Columns(Answer):
    """Weight vectors of neurons, (units, width), and their norms.

    >>> model.columns("L5N454 L6N180").vectors.shape
    (2, 256)
    """

    units: tuple[tuple[int, int], ...]
    norms: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Explanation(Answer):
    """What a request would do and cost; `reply` has all of it.

    >>> model.explain("12 + 7 = ", hooks=neurond.zero("L3N5-9")).reply.items[0].actions[0].text
    'zero L3N5-9'
    """

    reply: service_pb2.ExplainReply

    @property
    def multiply_adds(self) -> float:
        """Multiply-adds of all passes, hooks included."""
        return self.reply.multiply_adds

    @property
    def reply_bytes(self) -> int:
        """Bytes that the answer would have."""
        return self.reply.reply_bytes

    def __repr__(self) -> str:
        lines = [f"{len(self.reply.items)} items, {self.reply.tokens} tokens, "
                 f"{self.multiply_adds:.3g} multiply-adds, {self.reply_bytes} bytes of answer"]
        lines += [f"  item {item.item}: {action.text} ({action.site}, {action.rows} rows × "
                  f"{action.units} units)" for item in self.reply.items for action in item.actions]
        return "\n".join(lines)


def _listing(name: str, items: Sequence[object]) -> str:
    """A short list for a notebook."""
    if len(items) == 1:
        return f"{name}([{items[0]!r}])"
    shown: Iterator[str] = (f"  {item!r}," for item in items[:8])
    more = [f"  … {len(items) - 8} more"] if len(items) > 8 else []
    return "\n".join([f"{name}([", *shown, *more, "])"])
