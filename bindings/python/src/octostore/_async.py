"""The ``_async`` twin of every call that may take long, made once for all of them.

What runs them is in ``_loop``.
"""

from __future__ import annotations

import inspect
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, cast, overload

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    P = ParamSpec("P")
    S = TypeVar("S")
    T = TypeVar("T")

    class Method(Generic[S, P, T]):
        """A method that gives a coroutine."""

        @overload
        def __get__(self, instance: None, owner: type) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]: ...
        @overload
        def __get__(self, instance: S, owner: type | None = None) -> Callable[P, Coroutine[Any, Any, T]]: ...
        def __get__(self, instance: Any, owner: Any = None) -> Any: ...


def method(call: Callable[Concatenate[S, P], T]) -> Method[S, P, T]:
    """The twin of a method."""
    return cast("Method[S, P, T]", function(call))


def function(call: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The twin of a function."""
    signature = inspect.signature(call)
    takes_job = "cancel" in signature.parameters

    async def twin(*args: Any, **kwargs: Any) -> Any:
        # Whoever awaits has loaded asyncio; for all others it would double the time that the package takes to start.
        from . import _loop

        return await (_loop.run_job if takes_job else _loop.run)(call, args, kwargs)

    twin.__name__ = f"{call.__name__}_async"
    twin.__qualname__ = f"{call.__qualname__}_async"
    twin.__module__ = call.__module__
    twin.__doc__ = f"{call.__doc__}\n\nWithout blocking the event loop: await it."
    twin.__signature__ = signature  # type: ignore[attr-defined]
    return twin
