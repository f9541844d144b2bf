"""What the calls on rows, statistics and schemas give."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Callable, Literal, Union

from ._calls import long
from ._progress import AnyProgress
from ._types import Cancel

#: What a row or file that cannot be read does: end the call, be left out, or be left out and kept beside.
OnError = Literal["stop", "skip", "quarantine"]
#: A share of the rows (a float, or text such as ``"1%"``), or so many rows (an int). None and 0 are no sample.
AnySample = Union[float, int, str, None]


class Document:
    """A report as JSON, and with it the documents that other programs read, by name.

    In Jupyter it shows itself, if there is something to see.
    """

    def __init__(self, answer: bool, json: str, parts: dict[str, bytes]) -> None:
        #: Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes.
        self.answer = answer
        #: The report, as JSON.
        self.json = json
        #: The documents, such as ``statistics.pb`` or ``schema.pbtxt``. Text is UTF-8.
        self.parts = parts

    @functools.cached_property
    def data(self) -> Any:
        """The report, as Python has it."""
        return json.loads(self.json)

    def text(self, name: str) -> str:
        """A part that is text; :class:`KeyError` if the document has none of this name."""
        return self.parts[name].decode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        return (self.answer, self.json, self.parts) == (other.answer, other.json, other.parts)

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore

    def __repr__(self) -> str:
        return f"octostore.Document(answer={self.answer}, {len(self.json)} characters of JSON, parts={sorted(self.parts)})"

    def _repr_html_(self) -> str | None:
        fragment = self.parts.get("fragment.html")
        return None if fragment is None else fragment.decode()


def document(native: Any) -> Document:
    return Document(native.answer, native.json, {name: bytes(part) for name, part in native.parts.items()})


def documented(call: Callable[[Any, Any], Any], progress: AnyProgress, cancel: Cancel | None) -> Document:
    """The document of a long call."""
    return document(long(call, progress, cancel))


def library(name: str) -> Any:
    """A module that only some calls need."""
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as e:
        raise ModuleNotFoundError(f'{name} is not installed: "pip install {name.partition(".")[0]}", or use another form of the data', name=name) from e


def texts(several: str | Iterable[str]) -> list[str]:
    """One text is a list of one."""
    return [several] if isinstance(several, str) else list(several)


def unless_default(on_error: OnError) -> str:
    return "" if on_error == "stop" else on_error


def sample_text(sample: AnySample) -> str:
    """As the library reads it: a number with a point is a fraction, one without is of rows."""
    if isinstance(sample, bool):
        raise TypeError("sample is a bool: give a fraction or a number of rows")
    if not sample:
        return ""
    if isinstance(sample, float):
        return format(Decimal(repr(sample)), "f") if sample == sample and abs(sample) != float("inf") else repr(sample)
    return str(sample)
