"""What happens at a site: actions change the row in place, then it is recorded.

Both forward passes, transformers' and the plain one, call `Probe.visit` at every site with an
array (positions, width) that shares memory with the pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import counter_random
from .families import FAMILIES, Family
from .recipes import Recipe

UNLAYERED = {"embed", "final_norm", "logits"}
LAYERED = [kind for kind in counter_random.SITE_ORDER if kind not in UNLAYERED]


def site_name(kind: str, layer: int = 0) -> str:
    """Canonical spelling: `mlp.act.1`, `logits`."""
    return kind if kind in UNLAYERED else f"{kind}.{layer}"


@dataclass(frozen=True)
class Action:
    """One intervention. `units` None means all; `positions` is a list of clauses, None all.

    `operation` has `kind` and its parameters, as in the manifest.
    """

    operation: dict
    site: str
    layers: tuple[int, ...] = (0,)
    units: tuple[int, ...] | None = None
    positions: tuple[dict, ...] | None = None

    def json(self) -> dict:
        """The manifest's structured form."""
        return {
            **self.operation, "site": self.site,
            "layers": None if self.site in UNLAYERED else list(self.layers),
            "units": None if self.units is None else list(self.units),
            "positions": None if self.positions is None else list(self.positions),
        }


@dataclass
class Probe:
    """Applies actions and records sites during one pass over `tokens`."""

    model: "Model"
    tokens: list[int]
    actions: list[Action] = field(default_factory=list)
    objects: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    prompt_count: int | None = None
    captures: dict[str, np.ndarray] = field(default_factory=dict)

    def changes(self, kind: str, layer: int) -> bool:
        """Whether any action has this site."""
        return any(self.touches(action, kind, layer) for action in self.actions)

    @staticmethod
    def touches(action: Action, kind: str, layer: int) -> bool:
        name, layers = action.operation["kind"], action.operation.get("within", action.layers)
        site = "mlp.out" if name == "value-noise" else action.site
        return site == kind and (kind in UNLAYERED or layer in layers)

    def visit(self, kind: str, layer: int, row: np.ndarray) -> None:
        """Changes `row` in place, then records it."""
        for action in self.actions:
            if self.touches(action, kind, layer):
                self.apply(action, kind, layer, row)
        self.captures[site_name(kind, layer)] = np.array(row)

    def apply(self, action: Action, kind: str, layer: int, row: np.ndarray) -> None:
        if action.operation["kind"] == "value-noise":
            return self.add_value_noise(action, layer, row)
        units = self.model.unit_count(kind)
        view = row if kind == "attn.pattern" else row.reshape(len(row), units, -1)
        assert np.shares_memory(view, row), f"{kind} is not a view"
        selected = list(range(units)) if action.units is None else list(action.units)
        if action.operation["kind"] == "keep-only":
            kept = selected if layer in action.layers else []
            selected = [unit for unit in range(units) if unit not in kept]
        rows = self.rows(action)
        block = np.ix_(rows, selected)
        view[block] = self.changed(action, kind, layer, view[block], rows, selected)

    def rows(self, action: Action) -> list[int]:
        """Positions that the action applies to."""
        if action.positions is None:
            return list(range(len(self.tokens)))
        count = len(self.tokens) if self.prompt_count is None else self.prompt_count

        def absolute(position: int) -> int:
            return position + count if position < 0 else position

        chosen: set[int] = set()
        for clause in action.positions:
            if "list" in clause:
                chosen |= {absolute(position) for position in clause["list"]}
            elif "window" in clause:
                start, end = clause["window"]
                end = len(self.tokens) if end is None else absolute(end)
                chosen |= set(range(absolute(start), end))
            elif "tokens" in clause:
                chosen |= {i for i, token in enumerate(self.tokens) if token in clause["tokens"]}
            elif clause == {"named": "last"}:
                chosen.add(count - 1)
            elif clause == {"named": "generated"}:
                chosen |= set(range(count, len(self.tokens)))
        return sorted(chosen)

    def changed(self, action, kind, layer, old, rows, units) -> np.ndarray:
        """New values of (rows, units, elements)."""
        operation, name = action.operation, site_name(kind, layer)
        match operation["kind"]:
            case "zero" | "keep-only":
                return np.zeros_like(old)
            case "scale":
                return old * old.dtype.type(operation["factor"])
            case "set":
                return np.broadcast_to(self.value(operation, old), old.shape)
            case "add":
                return old + self.value(operation, old)
            case "clamp":
                return np.clip(old, operation["low"], operation["high"])
            case "noise":
                return old + self.noise(operation, kind, layer, old, rows, units)
            case "mean":
                table = self.objects[operation["object"]][name]
                table = table.reshape(self.model.unit_count(kind), -1)[units]
                return np.broadcast_to(table.astype(old.dtype), old.shape)
            case "patch":
                stored = self.objects[operation["object"]][name]
                labels = self.objects[operation["object"]][name + "@positions"].tolist()
                stored = stored.reshape(len(stored), self.model.unit_count(kind), -1)
                found = [labels.index(position) for position in rows]
                return stored[np.ix_(found, units)].astype(old.dtype)
        raise ValueError(f"unknown operation {operation}")

    def value(self, operation: dict, old: np.ndarray):
        """A scalar, or a vector as long as the selection's elements."""
        if "value" in operation:
            return old.dtype.type(operation["value"])
        vector = operation.get("vector")
        if vector is None:
            vector = self.objects[operation["object"]][operation["tensor"]]
        return np.asarray(vector, dtype=old.dtype).reshape(1, *old.shape[1:])

    def noise(self, operation, kind, layer, old, rows, units) -> np.ndarray:
        code = counter_random.site_code(kind, layer)
        result = np.empty_like(old)
        for i, position in enumerate(rows):
            for j, unit in enumerate(units):
                for element in range(old.shape[2]):
                    coordinates = (element, unit, position, code)
                    result[i, j, element] = counter_random.normal(operation["seed"], coordinates)
        result = operation["mean"] + operation["standard_deviation"] * result
        if operation["scale"] == "relative":
            result = result * np.sqrt((old**2).mean(axis=2, keepdims=True))
        return result.astype(old.dtype)

    def add_value_noise(self, action: Action, layer: int, row: np.ndarray) -> None:
        """mlp.out += sum over neurons of m_k e_k."""
        act = self.captures[site_name("mlp.act", layer)]
        columns = self.model.noised_columns(action.operation, layer, action.units)
        rows = self.rows(action)
        row[rows] += act[np.ix_(rows, list(action.units))] @ columns.astype(row.dtype)


@dataclass(frozen=True)
class Model:
    """Dimensions and float32 parts of one model."""

    recipe: Recipe
    parts: dict[str, np.ndarray]

    @property
    def family(self) -> Family:
        return FAMILIES[self.recipe.family]

    @property
    def vocabulary(self) -> int:
        return self.parts["embed.weight"].shape[0]

    def stored(self, parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The tensors of the Hugging Face files."""
        return self.family.stored(parts, self.recipe.heads)

    def has_site(self, kind: str) -> bool:
        """Parallel blocks have no `resid_mid`, ungated MLPs no `mlp.up`."""
        if kind == "resid_mid":
            return not self.recipe.parallel
        return kind != "mlp.up" or self.family.gated

    def unit_count(self, kind: str) -> int:
        """How many units the site has: heads, neurons, dimensions or tokens."""
        recipe = self.recipe
        if kind in ("attn.q", "attn.pattern", "attn.z"):
            return recipe.heads
        if kind in ("attn.k", "attn.v"):
            return recipe.kv_heads
        if kind in ("mlp.gate", "mlp.up", "mlp.act"):
            return recipe.ffn
        return self.vocabulary if kind == "logits" else recipe.width

    def noised_columns(self, operation: dict, layer: int, neurons) -> np.ndarray:
        """The vectors e_k of `value-noise`, (neurons, width), float64."""
        down = self.parts[f"{layer}.down.weight"].astype(np.float64)
        rows = []
        for neuron in neurons:
            normal = np.array(
                counter_random.value_noise(operation["seed"], layer, neuron, down.shape[0]))
            noise = operation["mean"] + operation["standard_deviation"] * normal
            if operation["scale"] == "relative":
                noise = noise * np.sqrt((down[:, neuron] ** 2).mean())
            rows.append(noise)
        return np.array(rows)
