"""Runs a call beside the event loop that awaits it.

The call has a thread of its own, so that neither the loop nor its pool of threads waits. Cancelling the task that awaits it stops the
library's work, and the task ends when that has really stopped. Progress is heard in the event loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any, Callable

from ._progress import AnyProgress, listener_of
from ._types import Cancel, OnProgress, Progress


async def run_job(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call that takes progress and cancel."""
    progress: AnyProgress = kwargs.pop("progress", None)
    cancel: Cancel | None = kwargs.pop("cancel", None)
    with Cancel._for_call(cancel) as token, listener_of(progress) as on_progress:
        relay = None if on_progress is None else _Relay(on_progress, token)
        job = {**kwargs, "progress": False if relay is None else relay.hear, "cancel": token}
        try:
            result = await run(call, args, job, token)
        except Exception:
            if relay is not None and relay.raised is not None:
                raise relay.raised from None
            raise
        if relay is not None and relay.raised is not None:
            raise relay.raised
        return result


async def run(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], token: Cancel | None = None) -> Any:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: Any, failure: BaseException | None) -> None:
        if failure is None:
            done.set_result(result)
        else:
            done.set_exception(failure)

    def work() -> None:
        result, failure = None, None
        try:
            result = context.run(call, *args, **kwargs)
        except BaseException as e:
            failure = e
        _tell(loop, settle, result, failure)

    threading.Thread(target=work, name="octostore-call", daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        if token is not None:
            token.cancel()
        await _settled(done)
        raise


async def _settled(done: asyncio.Future[Any]) -> None:
    """Waits whatever comes: the work must have ended before its caller goes on."""
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError:
            continue
    # What it ended with is of no use any more.
    done.exception()


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *args: Any, context: contextvars.Context | None = None) -> None:
    try:
        loop.call_soon_threadsafe(call, *args, context=context)
    except RuntimeError:
        # The loop was closed over the call: nobody is left to hear of it.
        pass


class _Relay:
    """Brings progress into the event loop: where that is slower than the work, the newest report replaces older ones."""

    def __init__(self, on_progress: OnProgress, cancel: Cancel) -> None:
        self._on_progress = on_progress
        self._cancel = cancel
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        self._newest: Progress | None = None
        self.raised: BaseException | None = None

    def hear(self, p: Progress) -> None:
        with self._lock:
            under_way = self._newest is not None
            self._newest = p
        if not under_way:
            _tell(self._loop, self._deliver, context=self._context)

    def _deliver(self) -> None:
        with self._lock:
            p, self._newest = self._newest, None
        if p is None or self.raised is not None:
            return
        try:
            self._on_progress(p)
        except BaseException as e:
            self.raised = e
            self._cancel.cancel()
