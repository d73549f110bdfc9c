"""The text spelling of an action, as `--hook` takes it."""

from __future__ import annotations

from .probe import UNLAYERED, Action

SHORTHAND = {"mlp.act": "N", "attn.z": "H"}


def ranges(indices) -> str:
    """`0-7,9` for [0, 1, ..., 7, 9]."""
    parts: list[list[int]] = []
    for index in sorted(indices):
        if parts and parts[-1][1] == index - 1:
            parts[-1][1] = index
        else:
            parts.append([index, index])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def number(value: float) -> str:
    return repr(value).removesuffix(".0")


def target(action: Action) -> str:
    """`L1N7`, `attn.z.0[2-3]`, `logits[9,40]`."""
    units = action.units
    if units is not None and action.site in SHORTHAND and len(action.layers) == 1:
        if "," not in ranges(units):
            return f"L{action.layers[0]}{SHORTHAND[action.site]}{ranges(units)}"
    site = action.site
    if site not in UNLAYERED:
        site += f".{ranges(action.layers)}"
    return site if units is None else f"{site}[{ranges(units)}]"


def positions(action: Action) -> str:
    """` at -1,3` and so on; nothing for all positions."""
    if action.positions is None:
        return ""
    clauses = []
    for clause in action.positions:
        if "list" in clause:
            clauses.append(",".join(map(str, clause["list"])))
        elif "window" in clause:
            start, end = clause["window"]
            clauses.append(f"{start}:" if end is None else f"{start}:{end}")
        elif "tokens" in clause:
            clauses.append(f"tokens({','.join(map(str, clause['tokens']))})")
        else:
            clauses.append(clause["named"])
    return " at " + " ".join(clauses)


def operation(action: Action) -> str:
    """The verb and its arguments; `@file` is a file beside the manifest."""
    given = action.operation
    kind = given["kind"]
    match kind:
        case "scale":
            return f"scale {number(given['factor'])}"
        case "set" | "add":
            if "value" in given:
                return f"{kind} {number(given['value'])}"
            return f"{kind} @{given['object']}.safetensors:{given['tensor']}"
        case "clamp":
            return f"clamp {number(given['low'])} {number(given['high'])}"
        case "noise" | "value-noise":
            size = f"{number(given['mean'])} {number(given['standard_deviation'])} {given['seed']}"
            return f"{kind} {size}" + (" relative" if given["scale"] == "relative" else "")
        case "mean" | "patch":
            return f"{kind} @{given['object']}.safetensors"
    return kind


def hook_text(action: Action) -> str:
    """One `--hook` argument."""
    text = f"{operation(action)} {target(action)}"
    if "within" in action.operation:
        text += f" in {ranges(action.operation['within'])}"
    return text + positions(action)
