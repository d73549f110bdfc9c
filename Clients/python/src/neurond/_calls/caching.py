"""`run_with_cache` and `run_with_hooks`: TransformerLens' words over Forward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Union

import numpy as np
import numpy.typing as npt

from .._hooks import positions, targets
from .._hooks.actions import Action
from .._hooks.captures import Capture
from .._hooks.plan import HooksLike, actions
from .._hooks.positions import At
from .._hooks.targets import StoredObject
from .._results.cache import ActivationCache, ItemCache, Logits, Shape
from .._results.forward import Forward
from ..errors import BadArgument, InvalidArgument
from ..prompts import PromptsLike
from .context import Context, Procedure
from .passes import forward
from .service import explain

NamesFilter = Union[None, str, "Sequence[str]", Callable[[str], bool]]
Hook = tuple[str, Action]


def chosen_names(context: Context, names_filter: NamesFilter) -> list[str]:
    """The canonical names that a filter lets pass, logits left out.

    A text or a list names sites; a function is asked for every site's TransformerLens name and its
    canonical name.
    """
    table = context.table
    if names_filter is not None and not callable(names_filter):
        given = [names_filter] if isinstance(names_filter, str) else list(names_filter)
        return [_SHORT.get(text, text) for text in given]
    found = []
    for site in table.sites.values():
        for layer in range(context.info.layers) if site.is_layered else (None,):
            names = (site.named_for_lens(layer), site.named(layer))
            if site.name != "logits" and (
                    names_filter is None or any(names_filter(name) for name in names)):
                found.append(site.named(layer))
    return found


_SHORT = {"hook_q": "attn.q", "hook_k": "attn.k", "hook_v": "attn.v", "hook_z": "attn.z",
          "hook_pattern": "attn.pattern", "hook_post": "mlp.act", "hook_pre": "mlp.gate",
          "hook_pre_linear": "mlp.up", "hook_attn_out": "attn.out", "hook_mlp_out": "mlp.out",
          "hook_resid_pre": "resid_pre", "hook_resid_mid": "resid_mid",
          "hook_resid_post": "resid_post"}


def captures_of(names: Iterable[str], at: At) -> list[Capture]:
    """Captures of the rows of sites."""
    clauses = positions.parse(at)
    return [Capture(name, at=clauses) for name in names]


def run_with_cache(context: Context, prompts: PromptsLike, names_filter: NamesFilter,
                   pos_slice: At, return_type: str | None, hooks: HooksLike,
                   adapter: StoredObject | None, timeout: float | None,
                   ) -> Procedure[tuple[Logits | list[Logits] | None, ActivationCache]]:
    """Logits and activations of one pass over each prompt."""
    if return_type not in ("logits", None):
        raise BadArgument(f"return_type is 'logits' or None, not {return_type!r}")
    names = chosen_names(context, names_filter)
    if callable(names_filter) or names_filter is None:
        lacking = yield from _lacking(context)
        names = [name for name in names if name.rpartition(".")[0] not in lacking]
    reads = captures_of(dict.fromkeys(names), pos_slice)
    if return_type == "logits" and "logits" not in names:
        reads.append(Capture("logits", at=positions.parse(pos_slice)))
    answer = yield from forward(context, prompts, hooks, reads, 0, adapter, timeout)
    cache = _cache(context, answer)
    return (_logits(answer) if return_type else None), cache


def _lacking(context: Context) -> Procedure[frozenset[str]]:
    """Sites that this model's family does not have; a daemon says so of a plan that reads one."""
    if context.lacking is None:
        lacking = set()
        for name in ("resid_mid", "mlp.up"):
            try:
                yield from explain(context, [[0]], None, name, 0, None, None)
            except InvalidArgument:
                lacking.add(name)
        context.lacking = frozenset(lacking)
    return context.lacking


def _cache(context: Context, answer: Forward) -> ActivationCache:
    shape = Shape(context.info.head_dimension)
    return ActivationCache(answer.trailer, tuple(
        ItemCache(item, context.table, shape) for item in answer), context.table, answer.receipts)


def _logits(answer: Forward) -> Logits | list[Logits]:
    """Logits as one batch where the prompts have one length, else as a list."""
    arrays: list[npt.NDArray[np.generic]] = [item["logits"].array for item in answer]
    if len(arrays) == 1:
        return Logits.of(arrays[0][np.newaxis], answer)
    if len({array.shape for array in arrays}) == 1:
        return Logits.of(np.stack(arrays), answer)
    return [Logits.of(array, answer) for array in arrays]


def run_with_hooks(context: Context, prompts: PromptsLike, fwd_hooks: Iterable[Hook | Action],
                   pos_slice: At, adapter: StoredObject | None, timeout: float | None,
                   ) -> Procedure[Logits | list[Logits]]:
    """Logits of one pass over each prompt with hooks in force."""
    reads = [Capture("logits", at=positions.parse(pos_slice))]
    answer = yield from forward(context, prompts, bound(fwd_hooks), reads, 0, adapter, timeout)
    return _logits(answer)


def bound(fwd_hooks: Iterable[Hook | Action]) -> tuple[Action, ...]:
    """Actions from (site, action) pairs; actions that have a target stand for themselves."""
    found = []
    for entry in fwd_hooks:
        if isinstance(entry, Action):
            found.append(entry)
            continue
        site, action = entry
        if not isinstance(action, Action):
            raise BadArgument(
                f"a hook at {site!r} is an action such as zero() or scale(0.5), not {action!r}: "
                "the daemon runs no code of its clients")
        found.append(action.on(targets.flatten(site)))
    return actions(found)
