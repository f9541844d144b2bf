"""What holds something of the library, until it is closed."""

from __future__ import annotations

from typing import Any, TypeVar

Self = TypeVar("Self", bound="Handle")


class Handle:
    """Holds a native object; :meth:`close`, or leaving a ``with`` block, lets go of it."""

    _held: Any

    @property
    def _native(self) -> Any:
        if self._held is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._held

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._held is None

    def close(self) -> None:
        """Let go of it; a call under way ends first. Closing twice is nothing."""
        self._held = None

    def __enter__(self: Self) -> Self:
        self._native
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
