"""Frames and plots, for those who have pandas and matplotlib (`pip install neurond[analysis]`).

Plots draw on the axes that they are given, or on new ones, and return them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._hooks.actions import zero
from ._hooks.captures import capture
from ._hooks.neurons import NeuronSet
from ._results.forward import Forward, Generations, Projections, Scores
from ._results.statistics import Statistics
from ._results.tensors import Tensor
from .errors import BadArgument
from .prompts import Item, PromptLike

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Lens", "frame", "head_map", "layer_distribution", "lens_items", "logit_lens",
           "ratio_histogram"]

Floats = npt.NDArray[np.floating[Any]]


def pandas() -> Any:
    """The package pandas, or what to install."""
    return _needed("pandas")


def _needed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise BadArgument(f"this needs {name.partition('.')[0]}: "
                          "pip install 'neurond[analysis]'") from None


def _axes(axes: Any) -> Any:
    return axes if axes is not None else _needed("matplotlib.pyplot").subplots()[1]


def frame(result: Any) -> Any:
    """A pandas frame of an answer, or of a labelled tensor.

    >>> neurond.analysis.frame(model.score([("12 + 7 = ", "19")]))[["item", "total"]].round(1)
       item  total
    0     0   -0.0
    >>> tensor = model.forward("12 + 7 = ", captures="L6N180")[0]["mlp.act.6"]
    >>> neurond.analysis.frame(tensor).index.names
    FrozenList(['item', 'position', 'token'])
    """
    if isinstance(result, Tensor):
        return _tensor_frame(result)
    return pandas().DataFrame(_records(result))


def _tensor_frame(tensor: Tensor) -> Any:
    array = tensor.array if tensor.array.ndim == 2 else tensor.array.reshape(len(tensor.array), -1)
    columns: Any = tensor.units if len(tensor.units) == array.shape[1] else range(array.shape[1])
    index = pandas().MultiIndex.from_tuples(tensor.rows, names=["item", "position", "token"]) \
        if len(tensor.positions) == len(array) else None
    return pandas().DataFrame(array, columns=list(columns), index=index)


def _records(result: Any) -> list[dict[str, Any]]:
    if isinstance(result, Scores):
        return [{"item": item.item, "total": item.total, "tokens": len(item.log_probabilities),
                 "greedy": bool(item.greedy.all())} for item in result]
    if isinstance(result, Generations):
        return [{"item": item.item, "text": item.text, "tokens": len(item.tokens),
                 "reason": item.reason, "log_probability": item.log_probabilities.sum()}
                for item in result]
    if isinstance(result, Projections):
        return [{"layer": unit.layer, "neuron": unit.neuron, "norm": unit.norm,
                 "promoted": [score.text for score in unit.promoted],
                 "demoted": [score.text for score in unit.demoted]} for unit in result]
    if isinstance(result, Forward):
        return [{"item": item.item, "rank": rank, "token": score.id, "text": score.text,
                 "logit": score.logit, "log_probability": score.log_probability}
                for item in result for rank, score in enumerate(item.top)]
    if isinstance(result, Statistics):
        return [{"group": label, "layer": int(layer), "element": element, "sum": name,
                 "value": float(value)}
                for label, group in result.items() for name in group.raw
                for layer, row in zip(result.layers, group.sum(name), strict=True)
                for element, value in enumerate(np.asarray(row).tolist())]
    raise BadArgument(f"there is no frame for a {type(result).__name__}")


def layer_distribution(found: NeuronSet | Mapping[str, NeuronSet], layers: int,
                       axes: Any = None) -> Any:
    """How many neurons of one or more sets each layer has, as bars.

    >>> axes = neurond.analysis.layer_distribution(neurond.NeuronSet(["L5N1-9", "L6N2"]), 8)
    >>> [int(bar.get_height()) for bar in axes.patches]
    [0, 0, 0, 0, 0, 9, 1, 0]
    """
    axes = _axes(axes)
    sets = {"": found} if isinstance(found, NeuronSet) else dict(found)
    width = 0.8 / max(len(sets), 1)
    for number, (label, one) in enumerate(sets.items()):
        neurons = one.neurons()
        counts = [len(neurons.get(layer, ())) for layer in range(layers)]
        axes.bar(np.arange(layers) + (number - (len(sets) - 1) / 2) * width, counts, width,
                 label=label or None)
    axes.set(xlabel="layer", ylabel="neurons")
    if len(sets) > 1:
        axes.legend()
    return axes


def ratio_histogram(one: Floats, other: Floats, axes: Any = None, *, bins: int = 60,
                    threshold: float | None = None) -> Any:
    """How often each ratio of two readings occurs, on logarithmic axes.

    `one` and `other` are means of two groups, such as `statistics["right"].mean("mean_abs")`.
    A neuron without a reading in either group has no ratio and is left out.

    >>> axes = neurond.analysis.ratio_histogram(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    >>> int(sum(bar.get_height() for bar in axes.patches))
    2
    """
    axes = _axes(axes)
    first, second = np.asarray(one).reshape(-1), np.asarray(other).reshape(-1)
    sound = (first > 0) & (second > 0)
    axes.hist(np.log2(first[sound] / second[sound]), bins=bins)
    axes.set(xlabel="log2 of the ratio", ylabel="neurons", yscale="log")
    if threshold is not None:
        axes.axvline(np.log2(threshold), linestyle="--", color="black")
    return axes


def head_map(values: Floats, axes: Any = None, *, label: str = "") -> Any:
    """A heat map of a value for each head, (layers, heads), zero in the middle of the colours.

    >>> neurond.analysis.head_map(np.eye(8)).get_xlabel()
    'head'
    """
    axes = _axes(axes)
    array = np.asarray(values)
    if array.ndim != 2:
        raise BadArgument(f"values have the shape (layers, heads), not {array.shape}")
    bound = float(np.abs(array).max()) or 1.0
    image = axes.imshow(array, cmap="RdBu_r", vmin=-bound, vmax=bound, aspect="auto")
    axes.figure.colorbar(image, ax=axes, label=label)
    axes.set(xlabel="head", ylabel="layer")
    return axes


@dataclass(frozen=True, eq=False)
class Lens:
    """The likeliest next token after each layer and position; made by `logit_lens`.

    >>> lens = neurond.analysis.logit_lens(model, "12 + 7 = ")
    >>> lens.texts[7][-1], lens.probabilities.shape
    ('1', (8, 8))
    """

    prompt: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    probabilities: npt.NDArray[np.float64]

    def plot(self, axes: Any = None) -> Any:
        """A grid of tokens, coloured by their probability; the first layer is at the bottom.

        >>> len(neurond.analysis.logit_lens(model, "7 = ").plot().texts)
        32
        """
        axes = _axes(axes)
        axes.imshow(self.probabilities, cmap="Blues", vmin=0, vmax=1, aspect="auto",
                    origin="lower")
        for layer, row in enumerate(self.texts):
            for position, text in enumerate(row):
                dark = self.probabilities[layer, position] > 0.6
                axes.text(position, layer, text.replace("$", r"\$"), ha="center", va="center",
                          color="white" if dark else "black", fontsize=8)
        axes.set(xlabel="token", ylabel="after layer", xticks=range(len(self.prompt)),
                 xticklabels=[text.replace("$", r"\$") for text in self.prompt],
                 yticks=range(len(self.texts)))
        return axes


def lens_items(prompt: PromptLike, layers: int) -> list[Item]:
    """An item for each layer whose logits are those of the stream after that layer.

    What later layers add to the residual stream is zeroed, so that the head reads the stream as the
    layer left it.

    >>> neurond.analysis.lens_items("7 = ", 3)[1].hooks.target
    ('attn.out.2-2', 'mlp.out.2-2')
    """
    def silence(layer: int) -> Any:
        later = f"{layer + 1}-{layers - 1}"
        return zero(f"attn.out.{later} mlp.out.{later}") if layer + 1 < layers else ()

    return [Item(prompt, hooks=silence(layer)) for layer in range(layers)]


def logit_lens(model: Model, prompt: PromptLike) -> Lens:
    """What the model would say next after each layer, at each position.

    >>> neurond.analysis.logit_lens(model, "12 + 7 = ").prompt[1:3]
    ('1', '2')
    """
    answer = model.forward(lens_items(prompt, model.layers),
                           captures=capture("logits"))
    pieces: Sequence[bytes] = model.tokenizer.pieces(answer[0].tokens.tolist())
    ids, chances = [], []
    for item in answer:
        logits = np.asarray(item["logits"].array, np.float64)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        ids.append(logits.argmax(axis=1).tolist())
        chances.append((weights.max(axis=1) / weights.sum(axis=1)).tolist())
    flat = model.tokenizer.pieces([token for row in ids for token in row])
    texts = iter(piece.decode(errors="replace") for piece in flat)
    return Lens(tuple(piece.decode(errors="replace") for piece in pieces),
                tuple(tuple(next(texts) for _ in row) for row in ids), np.array(chances))
