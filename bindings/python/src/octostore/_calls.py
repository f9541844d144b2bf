"""Calling the library: errors become ours, progress and Ctrl-C work."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable, TypeVar

from . import _native
from ._errors import from_native, from_panic
from ._types import Cancel, OnProgress, Progress

F = TypeVar("F", bound=Callable[..., Any])

_Listener: Any = _native.Listener


class _Progress(_Listener):  # type: ignore[misc]
    """Hands progress on; what the user's function raises ends the call."""

    def __init__(self, on_progress: OnProgress, cancel: Cancel) -> None:
        self._on_progress = on_progress
        self._cancel = cancel
        self.raised: BaseException | None = None

    def on_progress(self, progress: Any) -> None:
        if self.raised is not None:
            return
        p = progress
        try:
            self._on_progress(Progress(p.phase, p.done_bytes, p.total_bytes, p.done_items, p.total_items))
        except BaseException as e:
            self.raised = e
            self._cancel.cancel()


def translated(call: F) -> F:
    """The same function, raising our errors."""

    @functools.wraps(call)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except _native.Failure as failure:
            raise from_native(failure) from None
        except _native.InternalError as panic:
            raise from_panic(panic) from None

    return wrapper  # type: ignore[return-value]


def long(call: Callable[[Any, Any], Any], progress: OnProgress | None, cancel: Cancel | None) -> Any:
    """Makes a long call. Python's signal handlers run meanwhile, so Ctrl-C stops it."""
    token = cancel or Cancel()
    listener = None if progress is None else _Progress(progress, token)
    result: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            result.append(call(listener, token._native))
        except BaseException as e:
            failure.append(e)

    if threading.current_thread() is threading.main_thread():
        _in_thread(work, token)
    else:
        work()
    if listener is not None and listener.raised is not None:
        raise listener.raised
    if failure:
        raise failure[0]
    return result[0]


def _in_thread(work: Callable[[], None], token: Cancel) -> None:
    """Works beside the main thread, which alone runs signal handlers and only between its own steps."""
    # Not Thread.join: interrupted, it takes a running thread for one that has ended (bpo-45274).
    done = threading.Event()

    def run() -> None:
        try:
            work()
        finally:
            done.set()

    threading.Thread(target=run, name="octostore-call", daemon=True).start()
    try:
        while not done.wait(0.1):
            pass
    except BaseException:
        # A second Ctrl-C must not leave the library calling back into an interpreter that ends.
        while not done.is_set():
            try:
                token.cancel()
                done.wait(0.1)
            except KeyboardInterrupt:
                continue
        raise
