"""The tokenizer of a blocking model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ._calls import service
from .prompts import PromptLike
from .v1 import service_pb2

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Tokenizer"]


class Tokenizer:
    """The model's own tokenizer, in the daemon.

    >>> model.tokenizer.decode(model.tokenizer.encode("12 + 7 = "))
    '12 + 7 = '
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def encode(self, prompt: PromptLike) -> list[int]:
        """Token ids, with BOS as the model asks (see `Prompt`).

        >>> model.tokenizer.encode("7 = ")
        [1, ...]
        """
        return list(self._tokenize(prompt).ids)

    def pieces(self, prompt: PromptLike) -> list[bytes]:
        """The bytes of each token; a character may be cut in two.

        >>> model.tokenizer.pieces(neurond.Prompt("12 +", special=False))
        [b'1', b'2', b' +']
        """
        return list(self._tokenize(prompt).pieces)

    def decode(self, ids: Iterable[int], *, keep_special: bool = False) -> str:
        """The text of ids.

        >>> model.tokenizer.decode([25])
        '7'
        """
        return self._model._run(service.decode(self._model._context, ids, keep_special)).text

    def _tokenize(self, prompt: PromptLike) -> service_pb2.TokenizeReply:
        return self._model._run(service.encode(self._model._context, prompt))



