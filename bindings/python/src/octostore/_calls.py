"""Calling the library: errors become ours, progress and Ctrl-C work."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable, Generic, TypeVar, cast

from . import _native
from ._errors import Error, from_native, from_panic
from ._progress import AnyProgress, listener_of
from ._types import Cancel, OnProgress, Progress

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_Listener: Any = _native.Listener


class _Relay(_Listener):  # type: ignore[misc]
    """Hands progress on; what the user's function raises ends the call, and this call only."""

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

    return cast(F, wrapper)


def raised(ticket: int) -> Error:
    """The error of a plain function that failed."""
    try:
        _native.throw_raw(ticket)
    except _native.Failure as failure:
        return from_native(failure)
    return from_panic("a failure without an error")


def long(call: Callable[[Any, Any], T], progress: AnyProgress, cancel: Cancel | None) -> T:
    """Makes a long call: ``call`` gets the library's listener and token. Python's signal handlers run meanwhile, so Ctrl-C stops
    it. The token is the call's own, stopped by the caller's but not the other way round."""
    with Cancel._for_call(cancel) as token, listener_of(progress) as on_progress:
        relay = None if on_progress is None else _Relay(on_progress, token)
        outcome = _Outcome(lambda: call(relay, token._native))
        if threading.current_thread() is threading.main_thread():
            _beside_main(outcome.run, token)
        else:
            outcome.run()
        if relay is not None and relay.raised is not None:
            raise relay.raised
        return outcome.get()


class _Outcome(Generic[T]):
    """What a function gives or raises, for another thread to take."""

    _result: T

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as e:
            self._failure = e

    def get(self) -> T:
        if self._failure is None:
            return self._result
        try:
            raise self._failure
        finally:
            # An error knows its frames, and a frame of ours knows the error: without this both wait for the garbage collector.
            self._failure = None


def _beside_main(work: Callable[[], None], token: Cancel) -> None:
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
