"""Runs: what a program did, in MLflow's layout, and the runs of a project."""

from __future__ import annotations

import contextlib
import ctypes
import operator
import os
import sys
import tempfile
from array import array
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Literal, Protocol, Union

from . import _async, _native
from ._arrow import ArrowStream
from ._calls import long, raised, translated
from ._documents import Document, document, documented, library, texts
from ._handle import Handle
from ._progress import AnyProgress
from ._repo import native_context
from ._types import AnyPath, Cancel, Context

#: How a run ended.
Status = Literal["FINISHED", "FAILED", "KILLED"]
#: What a parameter or a tag may be: its text is kept.
AnyValue = Union[str, int, float, bool, None, object]

#: Steps and times are of 64 bits, which ctypes does not check.
_LIMIT = 1 << 63


class Figure(Protocol):
    """What can draw itself into a file, as a figure of matplotlib."""

    def savefig(self, fname: Any, **options: Any) -> Any: ...


def status_of(error: BaseException | None) -> Status:
    """How a run ends that is left by this exception."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "FINISHED"
    return "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"


class Run:
    """A run that is being written; :func:`start` begins one. Any thread may call it.

    As a context manager it ends with the block: FINISHED, FAILED if the block raises, KILLED by Ctrl-C. Who lets go of a run without ending it
    leaves it RUNNING, and it is told to be dead when its process is.
    """

    def __init__(self, native: Any, *, ends: bool = True, on_end: Callable[[Run], None] | None = None) -> None:
        self._held = native
        self._address = native.address()
        # A run of somebody else, such as `octostore run`, is ended by them.
        self._ends = ends
        self._on_end = on_end
        # A run is read and shown after its end as well.
        self._id: str = native.id()
        self._experiment: str = native.experiment()
        self._dir = Path(os.fsdecode(native.dir()))
        self._artifacts = Path(os.fsdecode(native.artifacts()))

    @property
    def id(self) -> str:
        """The run's id: 32 hexadecimal digits, which sort by time."""
        return self._id

    @property
    def experiment(self) -> str:
        """The name of the run's experiment."""
        return self._experiment

    @property
    def dir(self) -> Path:
        """The run's folder."""
        return self._dir

    @property
    def artifacts(self) -> Path:
        """The folder of the run's artifacts; what is written there belongs to the run."""
        return self._artifacts

    @property
    def ended(self) -> bool:
        """Whether this program is done with it."""
        return self._held is None

    @property
    def _native(self) -> Any:
        native = self._held
        if native is None:
            raise ValueError(f"run {self._id} has ended")
        return native

    def log_metric(self, key: str, value: float, step: int = 0, *, time_ms: int = 0) -> None:
        """Adds a value of a metric at a step: it is in its file when the call returns. A ``time_ms`` of 0 is now."""
        # While `native` is, the run stays open, whatever other threads do.
        native, raw = self._native, key.encode()
        try:
            ticket = _native.log_metric(self._address, raw, len(raw), value, _i64("step", step), _i64("time_ms", time_ms))
        except ctypes.ArgumentError:
            raise TypeError(f"metric {key!r} is a {type(value).__name__}, not a number") from None
        if ticket:
            raise raised(ticket)
        del native

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0, *, time_ms: int = 0) -> None:
        """Adds values of metrics: each is in its file when the call returns.

        All of them have the same step and time; a ``time_ms`` of 0 is now. If a key cannot be one, nothing is written.
        """
        native, keys, values = self._native, "\n".join(metrics).encode(), array("d", metrics.values())
        place, count = values.buffer_info()
        ticket = _native.log_metrics(self._address, keys, len(keys), place, count, _i64("step", step), _i64("time_ms", time_ms))
        if ticket:
            raise raised(ticket)
        del native

    def log_param(self, key: str, value: AnyValue) -> None:
        """Records a parameter, as text: another value for the same name is an error."""
        self.log_params({key: value})

    @translated
    def log_params(self, params: Mapping[str, AnyValue]) -> None:
        """Records parameters, each once: another value for the same name is an error."""
        self._native.log_params(_texts(params))

    def set_tag(self, key: str, value: AnyValue) -> None:
        """Sets a tag, as text."""
        self.set_tags({key: value})

    @translated
    def set_tags(self, tags: Mapping[str, AnyValue]) -> None:
        """Sets tags; the last value of a name counts."""
        self._native.set_tags(_texts(tags))

    @translated
    def log_input(self, path: AnyPath, *, rev: str = "", context: str = "", name: str = "", recipe: str = "") -> None:
        """Records that the run reads data: of tracked data the version and the path, of other files their content's id, for which they are
        read.

        ``rev`` is the revision that was read, empty for what is in the work tree. ``context`` says what for (``"training"``), ``name`` what it is
        called, if not by its path, and ``recipe`` which split or sample of it was read. :func:`load` records what it loads by itself.
        """
        self._native.log_input(_native.InputOptions(path=os.fsencode(path), rev=rev, context=context, name=name, recipe=recipe))

    @translated
    def log_artifact(self, path: AnyPath, to: str = "") -> None:
        """Copies a file or folder to the run's artifacts, to ``to``, or to its own name when that is empty."""
        self._native.log_artifact(os.fsencode(path), to)

    @translated
    def log_text(self, to: str, text: str) -> None:
        """Writes text to a file of the run's artifacts."""
        self._native.log_text(to, text)

    def log_table(self, to: str, rows: ArrowStream) -> None:
        """Writes rows into the run's artifacts as Parquet; ``rows`` is anything with ``__arrow_c_stream__``: of pandas, polars, pyarrow, ours.

        Needs pyarrow.
        """
        if not to.endswith(".parquet"):
            raise ValueError(f"{to} does not end in .parquet, which is what tables are written as")
        if not hasattr(rows, "__arrow_c_stream__"):
            raise TypeError(f"{type(rows).__name__} has no __arrow_c_stream__: give a table or a reader of pyarrow, pandas, polars, duckdb or the like")
        with self._artifact(to) as file:
            _write_parquet(rows, file)

    def log_figure(self, to: str, figure: Figure, **options: Any) -> None:
        """Draws a figure of matplotlib into the run's artifacts; ``options`` are those of ``savefig``."""
        with self._artifact(to) as file:
            figure.savefig(file, **options)

    @contextlib.contextmanager
    def _artifact(self, to: str) -> Generator[str, None, None]:
        """A file to write, which then becomes an artifact."""
        self._native  # An ended run is told of before the work, not after it.
        with tempfile.TemporaryDirectory(prefix="octostore-") as folder:
            file = os.path.join(folder, os.path.basename(to) or "artifact")
            yield file
            self.log_artifact(file, to)

    @translated
    def end(self, status: Status = "FINISHED") -> None:
        """Records how the run ended, once what it began with is complete. Ending twice is nothing.

        A run of ``octostore run`` goes on until the program ends, and its status is by the program's exit code.
        """
        native = self._held
        if native is None:
            return
        try:
            if self._ends:
                native.end(status)
        except _native.Failure as failure:
            # What is in the way may go away, and the run can be ended then; a folder that is gone does not come back.
            if failure.name == "not_found":
                self._let_go()
            raise
        self._let_go()

    def _let_go(self) -> None:
        self._held = None
        if self._on_end is not None:
            self._on_end(self)

    def __enter__(self) -> Run:
        self._native
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end(status_of(error))

    def __repr__(self) -> str:
        return f"octostore.Run({self._id!r}{', ended' if self.ended else ''})"


class Runs(Handle):
    """Opens the runs of the project that a folder is in: of the git work tree around it, or of the folder itself.

    Nothing is written before a run is started.
    """

    @translated
    def __init__(self, project: AnyPath = ".", *, context: Context | None = None) -> None:
        self._held: Any = None
        self._held = _native.Runs.open(native_context(context), os.fsencode(project))

    @property
    @translated
    def dir(self) -> Path:
        """The folder that holds the experiments, which MLflow reads as well."""
        return Path(os.fsdecode(self._native.dir()))

    @translated
    def start(
        self,
        experiment: str = "",
        name: str = "",
        *,
        parent: str = "",
        tags: Mapping[str, AnyValue] | None = None,
        source: str = "",
        python: AnyPath = "",
        capture: bool = True,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Run:
        """Begins a run. What it begins with (code, environment, machine) is gathered while the caller goes on.

        The ``experiment`` is made if it is not there; it is named after the project's folder when empty. ``parent`` is the id of the run that
        this one is a part of, ``source`` the file that is shown as what runs, ``python`` the environment whose packages are recorded, this one
        when empty. Without ``capture`` only what is logged is kept. :func:`octostore.start` also makes it the run of this program.
        """
        options = _native.RunOptions(
            experiment=experiment,
            name=name,
            parent=parent,
            tags=_texts(tags or {}),
            source=source,
            python=os.fsdecode(python) or sys.executable or "",
            capture=capture,
        )
        return Run(long(lambda listener, token: self._native.start(options, listener, token), progress, cancel))

    @translated
    def resume(self, id: str) -> Run:
        """Goes on with a run that was begun here, whatever its state. The beginning of an id is enough, if there is one such run."""
        return Run(self._native.resume(id))

    @translated
    def search(
        self,
        filter: str = "",
        *,
        experiment: str = "",
        order_by: str | Iterable[str] = (),
        limit: int = 0,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """The runs that a filter chooses, with their parameters, tags and the last values of their metrics.

        ``filter`` and ``order_by`` are of MLflow's language: ``metrics.loss < 0.1 and params.model = 'tree'``, ``metrics.loss ASC``; the newest
        come first without. A ``limit`` of 0 is none.
        """
        options = _search(filter, experiment, order_by, limit)
        return documented(lambda listener, token: self._native.search(options, listener, token), progress, cancel)

    @translated
    def show(self, id: str) -> Document:
        """All that is recorded of a run: parameters, tags, every value of every metric, inputs, and what it began with."""
        return document(self._native.show(id))

    @translated
    def compare(self, ids: Iterable[str], *, progress: AnyProgress = None, cancel: Cancel | None = None) -> Document:
        """Several runs side by side: parameters, code and data that differ, and metrics; also as a page.

        The page is the part ``compare.html``.
        """
        several = texts(ids)
        return documented(lambda listener, token: self._native.compare(several, listener, token), progress, cancel)

    @translated
    def remove(self, id: str) -> None:
        """Marks a run as deleted, as MLflow does: its files stay, but it is listed no more."""
        self._native.remove(id)

    @translated
    def export(
        self,
        to: AnyPath,
        filter: str = "",
        *,
        experiment: str = "",
        order_by: str | Iterable[str] = (),
        limit: int = 0,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Writes the runs that a filter chooses to a table file: ``.csv``, ``.jsonl`` or ``.parquet``. They are chosen as by :meth:`search`."""
        options, raw = _search(filter, experiment, order_by, limit), os.fsencode(to)
        return documented(lambda listener, token: self._native.export(raw, options, listener, token), progress, cancel)

    @translated
    def execute(
        self,
        command: Sequence[str],
        *,
        experiment: str = "",
        name: str = "",
        params: Mapping[str, AnyValue] | None = None,
        python: AnyPath = "",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> int:
        """Runs a Python script, a notebook or any command as a run, with the output shown and kept; gives its exit code. A cancelled job
        stops it as Ctrl-C does.

        ``params`` are recorded, take the place of a notebook's own, and are given to a script as ``--name=value``. ``python`` is a program or an
        environment, this one when empty.
        """
        options = _native.ExecuteOptions(
            experiment=experiment, name=name, params=_texts(params or {}), python=os.fsdecode(python) or sys.executable or ""
        )
        words = [os.fspath(word) for word in command]
        return int(long(lambda listener, token: self._native.execute(words, options, listener, token), progress, cancel))

    @translated
    def why(self, file_or_run: str) -> Document:
        """Of a file: which runs wrote it and which read it, in this version or another. Of a run: code, data and environment."""
        return document(self._native.why(os.fspath(file_or_run)))

    def __repr__(self) -> str:
        return "octostore.Runs(closed)" if self.closed else f"octostore.Runs({os.fspath(self.dir)!r})"

    start_async = _async.method(start)
    search_async = _async.method(search)
    compare_async = _async.method(compare)
    export_async = _async.method(export)
    execute_async = _async.method(execute)


def _search(filter: str, experiment: str, order_by: str | Iterable[str], limit: int) -> Any:
    return _native.SearchOptions(experiment=experiment, filter=filter, order_by=texts(order_by), limit=limit)


def _texts(values: Mapping[str, AnyValue]) -> dict[str, str]:
    """As MLflow writes them."""
    return {key: str(value) for key, value in values.items()}


def _i64(name: str, value: int) -> int:
    if type(value) is not int:
        value = operator.index(value)
    if -_LIMIT <= value < _LIMIT:
        return value
    raise OverflowError(f"{name} is {value}, which has more than 64 bits")


def _write_parquet(rows: ArrowStream, file: str) -> None:
    pyarrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    with pyarrow.RecordBatchReader.from_stream(rows) as reader, parquet.ParquetWriter(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
