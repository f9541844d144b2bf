"""The run of this program: begun by hand, by ``octostore run``, or by the first data that a notebook loads."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._arrow import ArrowStream
from ._errors import ERRORS, Error
from ._runs import AnyValue, Figure, Run, Runs, Status, status_of
from ._types import AnyPath, Context

#: What `octostore run` tells its child, and a program that began a run its own children.
RUN_ID, RUNS = "OCTOSTORE_RUN_ID", "OCTOSTORE_RUNS"

_lock = threading.RLock()
_stack: list[Run] = []
#: The run that began with the first data of a notebook, and the data that it has seen.
_of_notebook: Run | None = None
_loads: list[tuple[Path, str, str]] = []
#: The run that `octostore run` began, by its id.
_given: dict[str, Run] = {}
#: The process that the stack belongs to: a forked child shares its runs, but does not end them.
_owner = os.getpid()
#: The variables as they were before the first run of this process.
_environment: dict[str, str | None] = {}


def start(
    experiment: str = "",
    name: str = "",
    *,
    tags: Mapping[str, AnyValue] | None = None,
    nested: bool = False,
    project: AnyPath = ".",
    source: str = "",
    python: AnyPath = "",
    capture: bool = True,
    context: Context | None = None,
) -> Run:
    """Begins the run of this program, or gives that of ``octostore run`` if this program was started by it.

    Until it ends, :func:`load` records what it loads, :func:`log_metric` and its like write to it, and MLflow's runs nest below it in the same
    folder. ``nested`` begins a run below the one that is active. The other arguments are those of :meth:`Runs.start`; in a program of
    ``octostore run`` the experiment and the name are the command's to say.

    >>> with octostore.start(experiment="rain") as run:    # doctest: +SKIP
    ...     octostore.log_metric("loss", 0.5)
    """
    with _lock:
        given = _given_run(context)
        if given is not None and not nested:
            if tags:
                given.set_tags(tags)
            return given
        above, loads = _top() or given, list[tuple[Path, str, str]]()
        if above is not None and above is _of_notebook and not nested:
            if not experiment and not name:
                above.set_tags(tags or {})
                return above
            # The user wants another run than the one that began with the first data; this one has the data as well.
            loads = list(_loads)
            above.end()
            above = _top()
        if above is not None and not nested:
            raise ERRORS[1](f"run {above.id} is active", "End it with octostore.end(), or begin one below it with nested=True.")
        runs = Runs(project if above is None else above.dir.parents[2], context=context)
        parent = "" if above is None else above.id
        run = runs.start(
            experiment or ("" if above is None else above.experiment),
            name,
            parent=parent,
            tags=tags,
            source=source or _source(),
            python=python,
            capture=capture,
        )
        run._on_end = _ended
        _stack.append(run)
        _tell_environment(run)
        for path, rev, recipe in loads:
            run.log_input(path, rev=rev, recipe=recipe)
        return run


def end(status: Status = "FINISHED") -> None:
    """Ends the run that is active; with none this is nothing. At the end of a program its runs end by themselves."""
    with _lock:
        run = _top()
        if run is not None:
            run.end(status)


def active_run() -> Run | None:
    """The run that is active in this program: the last that :func:`start` began, or that of ``octostore run``."""
    with _lock:
        return _top() or _given_run(None)


def log_metric(key: str, value: float, step: int = 0, *, time_ms: int = 0) -> None:
    """:meth:`Run.log_metric` of the active run."""
    _current().log_metric(key, value, step, time_ms=time_ms)


def log_metrics(metrics: Mapping[str, float], step: int = 0, *, time_ms: int = 0) -> None:
    """:meth:`Run.log_metrics` of the active run."""
    _current().log_metrics(metrics, step, time_ms=time_ms)


def log_param(key: str, value: AnyValue) -> None:
    """:meth:`Run.log_param` of the active run."""
    _current().log_param(key, value)


def log_params(params: Mapping[str, AnyValue]) -> None:
    """:meth:`Run.log_params` of the active run."""
    _current().log_params(params)


def set_tag(key: str, value: AnyValue) -> None:
    """:meth:`Run.set_tag` of the active run."""
    _current().set_tag(key, value)


def set_tags(tags: Mapping[str, AnyValue]) -> None:
    """:meth:`Run.set_tags` of the active run."""
    _current().set_tags(tags)


def log_input(path: AnyPath, *, rev: str = "", context: str = "", name: str = "", recipe: str = "") -> None:
    """:meth:`Run.log_input` of the active run."""
    _current().log_input(path, rev=rev, context=context, name=name, recipe=recipe)


def log_artifact(path: AnyPath, to: str = "") -> None:
    """:meth:`Run.log_artifact` of the active run."""
    _current().log_artifact(path, to)


def log_text(to: str, text: str) -> None:
    """:meth:`Run.log_text` of the active run."""
    _current().log_text(to, text)


def log_table(to: str, rows: ArrowStream) -> None:
    """:meth:`Run.log_table` of the active run."""
    _current().log_table(to, rows)


def log_figure(to: str, figure: Figure, **options: Any) -> None:
    """:meth:`Run.log_figure` of the active run."""
    _current().log_figure(to, figure, **options)


def loaded(path: Path, rev: str, recipe: str) -> None:
    """Records data that was loaded, if there is a run, or a notebook in which it begins with its first data.

    Data is there to be worked with, whether or not it can be recorded: what fails here is a warning.
    """
    try:
        run = active_run()
        if run is None and _in_notebook():
            run = _start_in_notebook(os.path.dirname(path))
        if run is not None:
            run.log_input(path, rev=rev, recipe=recipe)
            if run is _of_notebook:
                _loads.append((path, rev, recipe))
    except Error as e:
        warnings.warn(f"octostore: no run records that {path} was loaded: {e}", RuntimeWarning, stacklevel=3)


def _start_in_notebook(folder: AnyPath) -> Run:
    global _of_notebook
    with _lock:
        _of_notebook = start(project=folder)
        _loads.clear()
        return _of_notebook


def _current() -> Run:
    # Without the lock: a metric is logged often, and the list is only ever replaced at its end.
    stack = _stack
    if stack:
        return stack[-1]
    run = active_run()
    if run is None:
        if _in_notebook():
            return _start_in_notebook(".")
        raise ERRORS[1]("no run is active", 'Begin one with octostore.start(), or run this file by "octostore run".')
    return run


def _top() -> Run | None:
    return _stack[-1] if _stack else None


def _given_run(context: Context | None) -> Run | None:
    """The run that this program was started in, if it was."""
    id, folder = os.environ.get(RUN_ID, ""), os.environ.get(RUNS, "")
    if not id or not folder or (_environment and _owner == os.getpid()):
        return None
    if id not in _given:
        with Runs(os.path.dirname(folder), context=context) as runs:
            _given[id] = Run(runs._native.resume(id), ends=False, on_end=_let_go)
    return _given[id]


def _let_go(run: Run) -> None:
    """The program is done with a run that goes on; should it ask again, it gets it again."""
    _given.pop(run.id, None)


def _ended(run: Run) -> None:
    with _lock:
        if run in _stack:
            _stack.remove(run)
        below = _top()
        if below is not None:
            _tell_environment(below)
        else:
            _restore_environment()


def _tell_environment(run: Run) -> None:
    """What MLflow in this process, and programs that it starts, need to know: the same as under ``octostore run``."""
    global _owner
    folder = run.dir.parents[1]
    told = {
        RUN_ID: run.id,
        RUNS: os.fspath(folder),
        "MLFLOW_TRACKING_URI": folder.as_uri(),
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_EXPERIMENT_NAME": run.experiment,
        "MLFLOW_RUN_CONTEXT": f'{{"mlflow.parentRunId": "{run.id}"}}',
    }
    _owner = os.getpid()
    for key, value in told.items():
        _environment.setdefault(key, os.environ.get(key))
        os.environ[key] = value


def _restore_environment() -> None:
    for key, value in _environment.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
    _environment.clear()


def _source() -> str:
    """The script that runs, if one does; a notebook's name is not for its kernel to know."""
    main = sys.modules.get("__main__")
    file = getattr(main, "__file__", None)
    return "" if file is None or _in_notebook() else os.fspath(file)


def _in_notebook() -> bool:
    """Whether this is a kernel of Jupyter, or IPython at a prompt: a session whose user has asked for one."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


@atexit.register
def _end_all() -> None:
    """What the program leaves open ends with it; a forked child leaves that to its parent."""
    if _owner != os.getpid():
        return
    # An exception that nobody caught; in a notebook it is only that of some cell.
    status: Status = "FINISHED" if _in_notebook() else status_of(getattr(sys, "last_value", None))
    while _stack:
        run = _stack[-1]
        try:
            run.end(status)
        except Error as e:
            print(f"octostore: run {run.id} is left unfinished: {e}", file=sys.stderr)
            _stack.remove(run)
