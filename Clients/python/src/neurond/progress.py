"""Progress bars, where tqdm is installed (`pip install neurond[progress]`)."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from .errors import BadArgument


class Bar:
    """A bar that counts items, or nothing at all."""

    def __init__(self, wanted: bool, total: int) -> None:
        self._bar: Any = None
        if wanted and total > 1:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                raise BadArgument(
                    "progress=True needs tqdm: pip install 'neurond[progress]'") from None
            self._bar = tqdm(total=total, unit="item")

    def advance(self, count: int) -> None:
        """Items were finished."""
        if self._bar is not None:
            self._bar.update(count)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()
