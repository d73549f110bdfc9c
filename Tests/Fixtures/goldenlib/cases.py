"""The interventions that have golden logits, and the file edits that some of them stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .probe import Action, Model

LAST = ({"named": "last"},)
SCALAR_ACTIONS = [
    # site, layer, operation, units, positions: one for each site that the named cases leave out
    ("embed", 0, {"kind": "scale", "factor": 1.5}, None, ({"list": [0, -1]},)),
    ("resid_pre", 1, {"kind": "set", "value": 0.25}, (1, 5, 6), ({"list": [-2]},)),
    ("resid_mid", 0, {"kind": "scale", "factor": 0.5}, None, LAST),
    ("attn.q", 1, {"kind": "scale", "factor": 1.5}, (1,), None),
    ("attn.k", 0, {"kind": "zero"}, (0,), ({"window": [2, 5]},)),
    ("attn.v", 1, {"kind": "scale", "factor": -1.0}, (0,), ({"window": [3, -1]},)),
    ("attn.pattern", 0, {"kind": "zero"}, (1,), None),
    ("attn.out", 1, {"kind": "add", "value": 0.5}, (0, 3), None),
    ("mlp.gate", 0, {"kind": "add", "value": 1.0}, (3, 4), None),
    ("mlp.up", 1, {"kind": "clamp", "low": -0.5, "high": 0.5}, None, None),
    ("mlp.out", 0, {"kind": "scale", "factor": 2.0}, None, ({"window": [4, None]},)),
    ("resid_post", 0, {"kind": "clamp", "low": -1.0, "high": 1.0}, None, ({"list": [1, 3]},)),
    ("final_norm", 0, {"kind": "zero"}, (2,), None),
    ("logits", 0, {"kind": "add", "value": -10.0}, (9, 40), LAST),
]

# Names of cases that a recipe's `cases` chooses; "sites" adds those of SCALAR_ACTIONS.
SELECTIONS = {
    "two": ["zero-neuron", "zero-head"],
    "sites": ["zero-neuron", "halve-neurons", "zero-head", "value-noise", "mean-neurons",
              "patch-resid", "patch-head", "steer-last"],
}
SITE_SUFFIXES = tuple(f"-{site}" for site, *_ in SCALAR_ACTIONS)


@dataclass(frozen=True)
class Case:
    """Named actions; `edit` says which change of the weights gives the same logits, if one does.

    `exact`: the edited file gives the same bits at float32, not only the same value.
    """

    name: str
    actions: tuple[Action, ...]
    edit: tuple[dict, ...] = ()
    exact: bool = False


def neurons(operation: dict, layer: int, units, positions=None) -> Action:
    return Action(operation, "mlp.act", (layer,), tuple(units), positions)


def heads(operation: dict, layer: int, units, positions=None) -> Action:
    return Action(operation, "attn.z", (layer,), tuple(units), positions)


def scale_columns(layer: int, neurons_scaled, factor: float) -> dict:
    return {"part": f"{layer}.down.weight", "operation": "scale-columns",
            "columns": list(neurons_scaled), "factor": factor}


def zero_head_columns(model: Model, layer: int, head: int) -> dict:
    size = model.recipe.head_dim
    return {"part": f"{layer}.o.weight", "operation": "scale-columns",
            "columns": list(range(head * size, (head + 1) * size)), "factor": 0.0}


def edit_cases(model: Model) -> list[Case]:
    """Interventions that equal a change of the weights."""
    zero, ffn = {"kind": "zero"}, model.recipe.ffn
    noise = {"kind": "value-noise", "mean": 0.1, "standard_deviation": 0.5, "seed": 7,
             "scale": "absolute"}
    relative = noise | {"mean": 0.0, "standard_deviation": 1.0, "seed": 2**40 + 11,
                        "scale": "relative"}

    def scale(factor):
        return {"kind": "scale", "factor": factor}

    def noised(layer, columns, operation):
        parameters = {k: v for k, v in operation.items() if k != "kind"}
        return {"part": f"{layer}.down.weight", "layer": layer,
                "operation": "add-noise-columns", "columns": list(columns), **parameters}

    many, head = tuple(range(0, ffn, 5)), min(2, model.recipe.heads - 1)
    return [
        Case("zero-neuron", (neurons(zero, 1, [7]),), (scale_columns(1, [7], 0.0),), True),
        Case("double-neuron", (neurons(scale(2.0), 0, [3]),), (scale_columns(0, [3], 2.0),), True),
        Case("halve-neurons", (neurons(scale(0.5), 1, many),), (scale_columns(1, many, 0.5),),
             True),
        Case("scale-1.1", (neurons(scale(1.1), 0, range(10, 30)),),
             (scale_columns(0, range(10, 30), 1.1),)),
        Case("zero-head", (heads(zero, 1, [head]),), (zero_head_columns(model, 1, head),), True),
        Case("zero-head-and-neurons", (heads(zero, 0, [1]), neurons(zero, 1, range(0, 8))),
             (zero_head_columns(model, 0, 1), scale_columns(1, range(0, 8), 0.0)), True),
        Case("value-noise", (neurons(noise, 1, [7, 20]),), (noised(1, [7, 20], noise),)),
        Case("value-noise-relative", (neurons(relative, 0, [5]),), (noised(0, [5], relative),)),
    ]


def named_cases(model: Model, tokens: list[int]) -> list[Case]:
    """Interventions at positions, with stored tensors, with noise, and their order."""
    zero, scale = {"kind": "zero"}, {"kind": "scale", "factor": 2.0}
    noise = {"kind": "noise", "mean": 0.0, "standard_deviation": 0.5, "seed": 5,
             "scale": "absolute"}
    relative = noise | {"mean": 0.5, "standard_deviation": 1.0, "seed": 6, "scale": "relative"}
    even = tuple(range(0, model.recipe.ffn, 2))
    mean, patch = {"kind": "mean", "object": "means"}, {"kind": "patch", "object": "donor"}
    last_layer = model.recipe.layers - 1
    steer = {"kind": "add", "object": "vectors", "tensor": "steer"}
    value_noise = {"kind": "value-noise", "mean": 0.0, "standard_deviation": 1.0, "seed": 8,
                   "scale": "absolute"}
    return [
        Case("zero-neuron-last", (neurons(zero, 1, [7, 8], LAST),)),
        Case("zero-all-neurons-at-token", (Action(zero, "mlp.act", (0, 1), None,
                                                  ({"tokens": [tokens[4]]},)),)),
        Case("set-neuron", (neurons({"kind": "set", "value": 1.5}, 0, [4], ({"list": [2, 5]},)),)),
        Case("clamp-neurons", (Action({"kind": "clamp", "low": -0.2, "high": 0.2}, "mlp.act",
                                      (1,)),)),
        Case("keep-only-neurons", (neurons({"kind": "keep-only"}, 1, even),)),
        Case("keep-only-heads", (heads({"kind": "keep-only", "within": [0, 1]}, 1, [0, 3]),)),
        Case("steer-last", (Action(steer, "resid_post", (0,), None, LAST),)),
        Case("set-head-vector", (heads({"kind": "set", "object": "vectors", "tensor": "head"}, 0,
                                       [1], ({"list": [-1]},)),)),
        Case("mean-neurons", (neurons(mean, 1, range(0, 40)),)),
        Case("mean-head", (heads(mean, 0, [2]),)),
        Case("patch-resid", (Action(patch, "resid_pre", (1,), None, ({"list": [-1, 3]},)),)),
        Case("patch-neurons", (neurons(patch, 0, range(8, 24)),)),
        Case("patch-head", (heads(patch, last_layer, [3]),)),
        Case("noise-neurons", (neurons(noise, 1, range(0, 16)),)),
        Case("noise-heads-relative", (heads(relative, 0, [0, 2], ({"window": [1, None]},)),)),
        Case("value-noise-last", (neurons(value_noise, 1, [3, 9], LAST),)),
        Case("add-then-scale", (neurons({"kind": "add", "value": 1.0}, 0, [6]),
                                neurons(scale, 0, [6]))),
        Case("scale-then-add", (neurons(scale, 0, [6]),
                                neurons({"kind": "add", "value": 1.0}, 0, [6]))),
    ]


def all_cases(model: Model, tokens: list[int]) -> list[Case]:
    """Every case of a model, or what its recipe's `cases` asks for."""
    cases = edit_cases(model) + named_cases(model, tokens)
    for site, layer, operation, units, positions in SCALAR_ACTIONS:
        if site == "attn.q" and model.family.query_key_norm:
            operation = {"kind": "add", "value": 0.5}  # the norm undoes a scale
        if model.has_site(site):
            action = Action(operation, site, (layer,), units, positions)
            cases.append(Case(f"{operation['kind']}-{site}", (action,)))
    if model.recipe.cases == "all":
        return cases
    names = SELECTIONS[model.recipe.cases]
    return [case for case in cases if case.name in names
            or (model.recipe.cases == "sites" and case.name.endswith(SITE_SUFFIXES))]


def stored_edits(model: Model, case: Case) -> list[dict]:
    """Edits as the manifest has them: by tensor, of matrices stored (outputs, inputs)."""
    if model.family.transposed:
        return []
    return [{"tensor": model.family.tensor(edit["part"])}
            | {key: value for key, value in edit.items() if key != "part"}
            for edit in case.edit]


def edited(model: Model, edits: tuple[dict, ...]) -> dict[str, np.ndarray]:
    """The parts that an edit changes, float32."""
    changed: dict[str, np.ndarray] = {}
    for edit in edits:
        name = edit["part"]
        matrix = changed.get(name, model.parts[name].copy())
        if edit["operation"] == "scale-columns":
            matrix[:, edit["columns"]] *= np.float32(edit["factor"])
        else:
            noise = model.noised_columns(edit, edit["layer"], edit["columns"])
            matrix[:, edit["columns"]] += noise.T.astype(np.float32)
        changed[name] = matrix
    return changed
