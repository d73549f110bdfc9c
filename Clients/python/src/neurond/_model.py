"""What the blocking and the asyncio model share: what they are, and the hooks in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ._calls.caching import Hook, bound
from ._calls.context import Context
from ._hooks.actions import Action
from .v1 import service_pb2


class ModelBase:
    """A model that a daemon serves, known by its digest.

    >>> model.name, model.layers, model.heads, model.neurons, model.width
    ('abacus', 8, 8, 704, 256)
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def info(self) -> service_pb2.ModelInfo:
        """All that the daemon says of the model."""
        return self._context.info

    @property
    def capabilities(self) -> service_pb2.CapabilitiesReply:
        """All that the daemon says of itself: sites, actions, reductions, limits."""
        return self._context.capabilities

    @property
    def name(self) -> str:
        """The name that it is served under."""
        return self.info.name

    @property
    def digest(self) -> str:
        """What it is known by: the same weights have the same digest."""
        return self.info.digest

    @property
    def layers(self) -> int:
        """The number of layers."""
        return self.info.layers

    @property
    def heads(self) -> int:
        """Query heads of a layer."""
        return self.info.heads

    @property
    def neurons(self) -> int:
        """Neurons of a layer."""
        return self.info.neurons

    @property
    def width(self) -> int:
        """Dimensions of the residual stream."""
        return self.info.width

    @contextmanager
    def hooks(self, *actions: Action | Hook) -> Iterator[None]:
        """Hooks in force for every call inside the `with`, before those of the calls.

        They hold in this thread, or this task of asyncio, and for this model alone.

        >>> with model.hooks(neurond.zero("L0H1"), ("L0H5", neurond.scale(0.5))):
        ...     len(model.forward("12 + 7 = ").receipts)
        2
        """
        variable = self._context.hooks
        token = variable.set(variable.get() + bound(actions))
        try:
            yield
        finally:
            variable.reset(token)

    def __repr__(self) -> str:
        info = self.info
        return (f"<{info.name}: {info.architecture}, {info.layers} layers × {info.neurons} neurons "
                f"and {info.heads} heads, width {info.width}, {info.weight_format}>")
