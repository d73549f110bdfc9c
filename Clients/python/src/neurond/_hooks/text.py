"""The text spelling of plans, as the command line takes it (Docs/hooks.md)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import BadArgument
from . import actions, captures
from .actions import Action
from .captures import Capture, Reduction
from .targets import StoredObject
from .values import StoredTensor, ValueLike

_ALIASES = {"zero_out": "zero", "replace_with": "set", "add_vector": "add"}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def parse(text: str) -> tuple[tuple[Action, ...], tuple[Capture, ...]]:
    """The actions and captures of a plan in text.

    >>> done, read = neurond.parse('''
    ...     scale 1.5 L21N7027 at generated   # amplify a neuron
    ...     zero L17H22; capture logits top_k(10) at last
    ... ''')
    >>> done[1] == neurond.zero("L17H22"), read[0].reduction.kind
    (True, 'top_k')
    """
    found: list[Action] = []
    read: list[Capture] = []
    for line in text.splitlines():
        for part in line.partition("#")[0].split(";"):
            words = split(part)
            if not words:
                continue
            if words[0] == "capture":
                read.append(capture(words[1:]))
            else:
                found.append(action(words))
    return tuple(found), tuple(read)


def split(text: str) -> list[str]:
    """Cuts at blanks, but not inside brackets or parentheses, nor after a comma."""
    words, depth = [""], 0
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character.isspace() and depth <= 0 and not words[-1].endswith(","):
            words.append("")
        elif not character.isspace():
            words[-1] += character
    return [word for word in words if word]


def action(words: list[str]) -> Action:
    """One action: VERB arguments target [in layers] [at positions]."""
    verb = words[0].replace("-", "_")
    verb = _ALIASES.get(verb, verb)
    rest, at = _cut(words[1:], "at")
    rest, within = _cut(rest, "in")
    if verb not in _VERBS and verb not in ("noise", "value_noise"):
        raise BadArgument(f"no action has the name {words[0]!r}; there are {', '.join(_VERBS)}")
    if within is not None and verb != "keep_only":
        raise BadArgument(f"'in' belongs to keep-only, not to {words[0]}")
    if verb in ("noise", "value_noise"):
        return _noise(verb, rest, at)
    count, make = _VERBS[verb]
    if len(rest) <= count:
        raise BadArgument(f"{' '.join(words)!r} lacks a target")
    target = " ".join(rest[count:])
    if verb == "keep_only":
        return actions.keep_only(target, within=within, at=at)
    return make(rest[:count], target, at)


def _cut(words: list[str], mark: str) -> tuple[list[str], str | None]:
    """The words before a mark, and those after it as one text."""
    if mark not in words:
        return words, None
    index = words.index(mark)
    if index + 1 == len(words):
        raise BadArgument(f"nothing stands after {mark!r}")
    return words[:index], " ".join(words[index + 1:])


def _noise(verb: str, words: list[str], at: str | None) -> Action:
    names, given = ("mean", "std", "seed"), {}
    for position, name in enumerate(names):
        if position >= len(words):
            raise BadArgument(f"{verb} takes mean, std and seed")
        key, _, text = words[position].rpartition("=")
        given[key or name] = text
    if set(given) != set(names):
        raise BadArgument(f"{verb} takes mean, std and seed, not {', '.join(given)}")
    rest = words[3:]
    relative = bool(rest) and rest[0] == "relative"
    if rest and rest[0] in ("relative", "absolute"):
        rest = rest[1:]
    if not given["seed"].isdigit():
        raise BadArgument(f"{given['seed']!r} is no seed")
    make = actions.noise if verb == "noise" else actions.value_noise
    return make(_number(given["std"]), " ".join(rest) or None, mean=_number(given["mean"]),
                seed=int(given["seed"]), relative=relative, at=at)


def _number(text: str) -> float:
    if not re.fullmatch(_NUMBER, text):
        raise BadArgument(f"{text!r} is no number")
    return float(text)


def _value(text: str) -> ValueLike:
    if text.startswith("["):
        return [_number(part) for part in text.strip("[]").split(",")]
    if text.startswith("sha256:"):
        name, _, tensor = text[7:].partition(":")
        return StoredTensor(StoredObject.parse(f"sha256:{name}"), tensor)
    return _number(text)


_Make = Callable[[list[str], str, "str | None"], Action]
_VERBS: dict[str, tuple[int, _Make]] = {
    "zero": (0, lambda _, target, at: actions.zero(target, at=at)),
    "scale": (1, lambda words, target, at: actions.scale(_number(words[0]), target, at=at)),
    "set": (1, lambda words, target, at: actions.set(_value(words[0]), target, at=at)),
    "add": (1, lambda words, target, at: actions.add(_value(words[0]), target, at=at)),
    "clamp": (2, lambda words, target, at: actions.clamp(
        _number(words[0]), _number(words[1]), target, at=at)),
    "mean": (1, lambda words, target, at: actions.mean(words[0], target, at=at)),
    "patch": (1, lambda words, target, at: actions.patch(words[0], target, at=at)),
    "keep_only": (0, lambda _, target, at: actions.keep_only(target, at=at)),
}


def capture(words: list[str]) -> Capture:
    """One capture: selection [reduction] [f32|f16] [pre] [at positions]."""
    rest, at = _cut(words, "at")
    if not rest:
        raise BadArgument("a capture names a site")
    site, *options = rest
    reduction: Reduction | None = None
    half = before = False
    for option in options:
        if option in ("f32", "f16") and reduction is None:
            half = option == "f16"
        elif option == "pre":
            before = True
        elif reduction is None and not half:
            reduction = _reduction(option)
        else:
            raise BadArgument(f"{option!r} does not go with what stands before it")
    return captures.capture(site, reduction, at=at, half=half, before_actions=before)


def _reduction(text: str) -> Reduction:
    if match := re.fullmatch(r"(dot|kl)\((.+)\)", text):
        make = captures.dot if match[1] == "dot" else captures.kl
        return make(_value(match[2]))
    return Reduction.parse(text)
