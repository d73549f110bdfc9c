"""Prompts: texts, token ids and conversations, and items with settings of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Union, cast

import numpy as np
import numpy.typing as npt

from ._hooks.plan import CapturesLike, HooksLike
from .errors import BadArgument
from .v1 import common_pb2

__all__ = ["Item", "Prompt", "PromptLike", "PromptsLike"]

Chat = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Prompt:
    """A prompt with settings; a text, a list of ids or of messages may stand for it.

    Args:
        source: a text, token ids, or a conversation: `[{"role": "user", "content": "…"}]`.
        special: add BOS and EOS to a text as the model asks.
        literal_special: spellings of special tokens in a text are plain text.
        generation_prompt: end a conversation with what an answer begins with.
        date: for templates that write one.

    >>> model.tokenizer.encode(neurond.Prompt("7", special=False))
    [25]
    """

    source: str | Sequence[int] | npt.NDArray[np.integer] | Chat
    special: bool = True
    literal_special: bool = False
    generation_prompt: bool = True
    date: str = ""


PromptLike = Union[str, Sequence[int], "npt.NDArray[np.integer]", Chat, Prompt]


@dataclass(frozen=True)
class Item:
    """One of many prompts, with settings of its own; each method takes those that it knows.

    Args:
        prompt: what `Prompt` takes.
        continuation: for `score` and `statistics`.
        hooks, captures: instead of those of the call.
        seed, max_tokens: for `generate_many`, instead of those of the call.
        group, counted: for `statistics`: the group, and positions as (start, end) pairs.

    >>> heads = [neurond.Item("12 + 7 = ", hooks=neurond.zero(f"L0H{head}")) for head in range(2)]
    >>> [item.top[0].text for item in model.forward(heads, top_k=1)]
    ['1', ...]
    """

    prompt: PromptLike
    continuation: PromptLike | None = None
    hooks: HooksLike = None
    captures: CapturesLike = None
    seed: int | None = None
    max_tokens: int = 0
    group: str = ""
    counted: Sequence[tuple[int, int]] = ()


PromptsLike = Union[PromptLike, Item, Iterable[Union[PromptLike, Item]]]


def message(prompt: PromptLike) -> common_pb2.Prompt:
    """The protocol's spelling."""
    given = prompt if isinstance(prompt, Prompt) else Prompt(prompt)
    source = given.source
    if isinstance(source, str):
        return common_pb2.Prompt(text=source, omit_special=not given.special,
                                 literal_special=given.literal_special)
    if _is_chat(source):
        chat = common_pb2.Chat(omit_generation_prompt=not given.generation_prompt, date=given.date)
        for entry in cast(Chat, source):
            chat.messages.add(role=entry["role"], content=entry["content"])
        return common_pb2.Prompt(chat=chat)
    ids = [int(number) for number in cast("Iterable[int]", source)]
    if any(not 0 <= number < 2**32 for number in ids):
        raise BadArgument("token ids are numbers from 0 to 2^32 - 1")
    return common_pb2.Prompt(tokens=common_pb2.TokenIds(ids=ids))


def is_one(prompts: PromptsLike) -> bool:
    """Whether this is one prompt and not a list of them."""
    if isinstance(prompts, (str, Prompt, Item)):
        return True
    if isinstance(prompts, np.ndarray):
        return prompts.ndim == 1
    if not isinstance(prompts, Sequence) or not prompts:
        return False
    return isinstance(prompts[0], (int, np.integer)) or _is_chat(prompts)


def items(prompts: PromptsLike) -> list[Item]:
    """The items of a `prompts` argument."""
    given = [prompts] if is_one(prompts) else prompts
    found = [entry if isinstance(entry, Item) else Item(entry)
             for entry in cast("Iterable[PromptLike | Item]", given)]
    if not found:
        raise BadArgument("an empty list of prompts asks for nothing")
    return found


def pairs(given: Iterable[Item | tuple[PromptLike, PromptLike]]) -> list[Item]:
    """Items from (prompt, continuation) pairs."""
    found = []
    for entry in given:
        if not isinstance(entry, Item):
            if isinstance(entry, str) or len(entry) != 2:
                raise BadArgument(f"{entry!r} is no pair: score takes (prompt, continuation)")
            entry = Item(entry[0], entry[1])
        found.append(entry)
    if not found:
        raise BadArgument("an empty list of items asks for nothing")
    return found


def without(item: Item, *names: str) -> None:
    """Refuses settings that a method does not know."""
    default = replace(Item(item.prompt))
    for name in names:
        if getattr(item, name) != getattr(default, name):
            raise BadArgument(f"{name}= of an Item means nothing to this method")


def _is_chat(source: object) -> bool:
    return (isinstance(source, Sequence) and not isinstance(source, str) and len(source) > 0
            and isinstance(source[0], Mapping))
