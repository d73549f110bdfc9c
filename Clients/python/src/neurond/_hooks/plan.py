"""Plans in the protocol's messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import BadArgument
from ..v1 import hooks_pb2
from . import indices, positions, targets, text, values
from .actions import Action
from .captures import Capture, Reduction
from .indices import Ranges
from .neurons import NeuronSet
from .sites import SiteTable

HooksLike = str | Action | Iterable["str | Action"] | None
CapturesLike = str | Capture | Iterable["str | Capture"] | None


def actions(hooks: HooksLike) -> tuple[Action, ...]:
    """The actions of a `hooks` argument."""
    if hooks is None:
        return ()
    found: list[Action] = []
    for entry in (hooks,) if isinstance(hooks, (str, Action)) else hooks:
        if isinstance(entry, str):
            parsed, read = text.parse(entry)
            if read:
                raise BadArgument(f"{entry!r} has a capture; captures= takes those")
            found += parsed
        elif isinstance(entry, Action):
            found.append(entry)
        else:
            raise BadArgument(f"{entry!r} is no action; accepted: zero(…), \"zero L3N7\" and so on")
    return tuple(found)


def captures(given: CapturesLike) -> tuple[Capture, ...]:
    """The captures of a `captures` argument."""
    if given is None:
        return ()
    if isinstance(given, (str, Capture)):
        given = (given,)
    return tuple(text.capture(text.split(entry)) if isinstance(entry, str) else entry
                 for entry in given)


def plan(table: SiteTable, digest: str, hooks: Sequence[Action],
         read: Sequence[Capture] = ()) -> hooks_pb2.HookPlan | None:
    """The plan of some actions and captures; None where there are none."""
    if not hooks and not read:
        return None
    for hook in hooks:
        for part in hook.target:
            if isinstance(part, NeuronSet):
                _check_model(part, digest)
    return hooks_pb2.HookPlan(actions=[_action(hook, table) for hook in hooks],
                              captures=[_capture(entry, table) for entry in read])


def _check_model(found: NeuronSet, digest: str) -> None:
    if found.model and digest and found.model.removeprefix("sha256:") != digest:
        raise BadArgument(f"a neuron set was found on another model: {found.model}, not {digest}")


def _action(hook: Action, table: SiteTable) -> hooks_pb2.Action:
    if not hook.target:
        raise BadArgument(f"this {hook.kind} has no target")
    message = hooks_pb2.Action(target=targets.message(hook.target, table, hook.units),
                               positions=positions.message(hook.at))
    given: tuple[Any, ...] = hook.arguments
    match hook.kind:
        case "zero":
            message.zero = True
        case "scale":
            message.scale = given[0]
        case "set" | "add":
            getattr(message, hook.kind).CopyFrom(values.message(given[0]))
        case "clamp":
            message.clamp.low, message.clamp.high = given
        case "noise" | "value_noise":
            getattr(message, hook.kind).CopyFrom(hooks_pb2.Noise(
                mean=given[0], standard_deviation=given[1], seed=given[2], relative=given[3]))
        case "mean" | "patch":
            setattr(message, hook.kind, given[0].hash)
        case "keep_only":
            message.keep_only.SetInParent()
            if given[0] is not None:
                message.keep_only.layers.mask = indices.mask(given[0])
    return message


def _capture(entry: Capture, table: SiteTable) -> hooks_pb2.Capture:
    units: Ranges | None = entry.units
    return hooks_pb2.Capture(
        selection=targets.selection(entry.name, table, units),
        positions=positions.message(entry.at),
        reduction=None if entry.reduction is None else _reduction(entry.reduction),
        half=entry.half, before_actions=entry.before_actions)


def _reduction(given: Reduction) -> hooks_pb2.Reduction:
    arguments: tuple[Any, ...] = given.arguments
    match given.kind:
        case "count_above":
            return hooks_pb2.Reduction(count_above=arguments[0])
        case "top_k":
            return hooks_pb2.Reduction(top_k=hooks_pb2.Reduction.TopK(
                k=arguments[0], absolute=arguments[1] == "abs",
                value_norm=arguments[1] == "value_norm"))
        case "logprob":
            return hooks_pb2.Reduction(log_probability=hooks_pb2.Reduction.Tokens(ids=arguments))
        case "rank":
            return hooks_pb2.Reduction(rank=hooks_pb2.Reduction.Tokens(ids=arguments))
        case "dot":
            return hooks_pb2.Reduction(dot=values.message(arguments[0]))
        case "kl":
            return hooks_pb2.Reduction(kl_divergence=values.message(arguments[0]))
        case word:
            reduction = hooks_pb2.Reduction()
            setattr(reduction, word, True)
            return reduction
