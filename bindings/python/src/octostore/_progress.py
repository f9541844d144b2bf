"""Showing progress: a bar of tqdm in terminals and notebooks, or a plain line."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Generator
from typing import Any, Union

from ._types import OnProgress, Progress

#: ``True`` shows progress, ``False`` does not, a function hears of it, ``None`` does what :func:`show_progress` said.
AnyProgress = Union[OnProgress, bool, None]

#: Where there is no terminal, a line at most this often.
_LINE_EVERY = 5.0

_shown = False


def show_progress(on: bool = True) -> None:
    """Show the progress of every long call from now on that does not say otherwise by ``progress=``.

    Bars are tqdm's if it is installed (``pip install octostore[progress]``), also in notebooks; else a line on standard error.
    """
    global _shown
    _shown = on


@contextlib.contextmanager
def listener_of(progress: AnyProgress) -> Generator[OnProgress | None, None, None]:
    """Whom to tell during a call."""
    if progress is None:
        progress = _shown
    if progress is False:
        yield None
    elif progress is True:
        display = _display()
        try:
            yield display.show
        finally:
            display.close()
    else:
        yield progress


def _display() -> _Bars | _Lines:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Lines()
    return _Bars(tqdm)


class _Bars:
    """A bar for each phase."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._phase = ""
        self._bar: Any = None

    def show(self, p: Progress) -> None:
        if p.phase != self._phase:
            self.close()
            self._phase = p.phase
            unit = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if p.total_bytes else {"unit": "file"}
            self._bar = self._tqdm(total=p.total_bytes or p.total_items or None, desc=p.phase, **unit)
        self._bar.total = p.total_bytes or p.total_items or None
        self._bar.update((p.done_bytes if p.total_bytes else p.done_items) - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Lines:
    """One line that is written over on a terminal; elsewhere one now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._terminal else _LINE_EVERY)
        self._width = 0

    def show(self, p: Progress) -> None:
        now = time.monotonic()
        whole = p.done_bytes == p.total_bytes and p.done_items == p.total_items
        if now < self._next and not (self._terminal and whole):
            return
        self._next = now + (0.1 if self._terminal else _LINE_EVERY)
        text = _line(p)
        # What was longer is blotted out.
        print(f"\r{text:<{self._width}}" if self._terminal else text, end="" if self._terminal else "\n", file=sys.stderr, flush=True)
        self._width = len(text)

    def close(self) -> None:
        if self._terminal and self._width:
            print(file=sys.stderr, flush=True)


def _line(p: Progress) -> str:
    if p.total_bytes:
        return f"{p.phase}: {p.done_bytes / 2**20:,.1f} of {p.total_bytes / 2**20:,.1f} MiB"
    return f"{p.phase}: {p.done_items} of {p.total_items}" if p.total_items else f"{p.phase} ..."
