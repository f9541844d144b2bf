"""MLflow's file store, on folders of runs that may have been moved, cloned or cut off by a crash."""

# MLflow is there when this is used, not when it is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

import contextlib
import copy
import functools
import os
import re
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mlflow.entities import Metric, ViewType
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, INVALID_PARAMETER_VALUE
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import file_store
from mlflow.store.tracking.file_store import FileStore
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.uri import resolve_uri_if_local
from mlflow.utils.validation import _validate_metric_name, _validate_run_id

from .. import _native
from .._errors import from_native

try:
    import fcntl
except ImportError:  # Windows: there, as for MLflow's own store, a torn line is mended by whoever comes first.
    fcntl = None  # type: ignore[assignment]

#: From 3.13 on MLflow refuses file stores without this.
_ALLOW = "MLFLOW_ALLOW_FILE_STORE"
#: Runs have these folders, which git does not keep when they are empty.
_FOLDERS = ("metrics", "params", "artifacts")
_RUN_ID = re.compile("[0-9a-f]{32}")


@contextlib.contextmanager
def allowed_file_store() -> Generator[None, None, None]:
    before = os.environ.get(_ALLOW)
    os.environ[_ALLOW] = "true"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_ALLOW, None)
        else:
            os.environ[_ALLOW] = before


def experiment_of(runs: str, run_id: str) -> str:
    """The id of the experiment that a run is in, which is its folder's name."""
    for folder in Path(runs).iterdir():
        if (folder / run_id / "meta.yaml").exists():
            return folder.name
    raise FileNotFoundError(f"{runs}: there is no run {run_id}")


class OctoStore(FileStore):  # type: ignore[misc]
    """MLflow's file store, but: an experiment's folder has its name; where artifacts are follows from where the run is; what git or a crash
    left out of a run is no reason not to read it; meta data is replaced in one step; and a metric is one write.
    """

    def __init__(self, folder: str) -> None:
        folder = os.path.abspath(folder)
        # With the folder there, MLflow makes no experiment "0" that nobody asked for.
        os.makedirs(folder, exist_ok=True)
        self._infos: dict[str, tuple[tuple[int, int, int], Any]] = {}
        self._roots: dict[str, tuple[str, str]] = {}
        self._metric_file = functools.lru_cache(4096)(self._new_metric_file)
        with allowed_file_store():
            super().__init__(folder, Path(folder).as_uri())

    # Experiments.

    def _create_experiment_with_id(self, name: str, experiment_id: str, artifact_uri: str | None, tags: Any) -> str:
        """The library makes it, or says which one a program beside this one has just made; MLflow's number is not used."""
        try:
            made = str(_native.experiment_in(os.fsencode(self.root_directory), name))
        except _native.Failure as failure:
            raise MlflowException(str(from_native(failure)), INVALID_PARAMETER_VALUE) from None
        if artifact_uri:
            meta = self._read_yaml(os.path.join(self.root_directory, made), self.META_DATA_FILE_NAME)
            meta["artifact_location"] = resolve_uri_if_local(artifact_uri)
            _replace_yaml(os.path.join(self.root_directory, made), meta)
        for tag in tags or ():
            self.set_experiment_tag(made, tag)
        return made

    def _get_experiment(self, experiment_id: str, view_type: Any = ViewType.ALL) -> Any:
        experiment = super()._get_experiment(experiment_id, view_type)
        if experiment is not None:
            folder = self._get_experiment_path(experiment_id, view_type)
            experiment._artifact_location = _here(experiment.artifact_location, folder, experiment_id)
        return experiment

    # Runs.

    def _find_run_root(self, run_uuid: str, validate_structure: bool = True) -> tuple[str | None, str | None]:
        known = self._roots.get(run_uuid)
        if known is not None and os.path.exists(os.path.join(known[1], self.META_DATA_FILE_NAME)):
            return known
        _validate_run_id(run_uuid)
        if _RUN_ID.fullmatch(run_uuid):
            for experiment in self._get_active_experiments(True) + self._get_deleted_experiments(True):
                run = os.path.join(experiment, run_uuid)
                if os.path.exists(os.path.join(run, self.META_DATA_FILE_NAME)):
                    _complete(run)
                    self._roots[run_uuid] = os.path.basename(experiment), run
                    return self._roots[run_uuid]
        # Names that are not of a run are MLflow's to judge.
        found: tuple[str | None, str | None] = super()._find_run_root(run_uuid, *([] if validate_structure else [False]))
        return found

    def _get_run_info_from_dir(self, run_dir: str) -> Any:
        """A run is asked for with each metric, and YAML takes long to read: it is read again when the file is another one."""
        try:
            state = os.stat(os.path.join(run_dir, self.META_DATA_FILE_NAME))
        except OSError:
            return super()._get_run_info_from_dir(run_dir)
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        known = self._infos.get(run_dir)
        if known is None or known[0] != stamp:
            info = super()._get_run_info_from_dir(run_dir)
            experiment, run = os.path.basename(os.path.dirname(run_dir)), os.path.basename(run_dir)
            info._artifact_uri = _here(info.artifact_uri, os.path.join(run_dir, "artifacts"), experiment, run, "artifacts")
            known = self._infos[run_dir] = stamp, info
        # The caller may change what it gets.
        return copy.copy(known[1])

    def _overwrite_run_info(self, run_info: Any, deleted_time: int | None = None) -> None:
        run_dir = self._get_run_dir(run_info.experiment_id, run_info.run_id)
        data = file_store._make_persisted_run_info_dict(run_info)
        # Where the run was begun stays what its file says, and where it is now is found when it is read.
        data["artifact_uri"] = self._read_yaml(run_dir, self.META_DATA_FILE_NAME).get("artifact_uri", run_info.artifact_uri)
        if deleted_time is not None:
            data["deleted_time"] = deleted_time
        _replace_yaml(run_dir, data)

    # Metrics.

    def _new_metric_file(self, experiment_id: str, run_id: str, key: str) -> str:
        """Where a metric is written, ready to go on after its last whole line."""
        path = str(self._get_metric_path(experiment_id, run_id, key))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _cut_torn_line(path)
        return path

    def _log_run_metric(self, run_info: Any, metric: Metric) -> None:
        path = self._metric_file(run_info.experiment_id, run_info.run_id, metric.key)
        line = f"{metric.timestamp} {metric.value} {metric.step}"
        if getattr(metric, "dataset_name", None) is not None and metric.dataset_digest is not None:
            line += f" {metric.dataset_name} {metric.dataset_digest}"
        try:
            _append(path, line)
        except FileNotFoundError:
            # Somebody took the folder away, and MLflow's store would make it again.
            self._metric_file.cache_clear()
            _append(self._metric_file(run_info.experiment_id, run_info.run_id, metric.key), line)

    def _get_all_metrics(self, run_info: Any) -> list[Metric]:
        folder, keys = self._get_run_files(run_info, "metric")
        histories = (_history(folder, key, run_info.run_id) for key in keys)
        return [max(history, key=lambda m: (m.step, m.timestamp, m.value)) for history in histories if history]

    def get_metric_history(self, run_id: str, metric_key: str, max_results: int | None = None, page_token: str | None = None) -> Any:
        _validate_run_id(run_id)
        _validate_metric_name(metric_key)
        folder, keys = self._get_run_files(self._get_run_info(run_id), "metric")
        history = _history(folder, metric_key, run_id) if metric_key in keys else []
        if max_results is None:
            return PagedList(history[SearchUtils.parse_start_offset_from_page_token(page_token) :], None)
        return PagedList(*SearchUtils.paginate(history, page_token, max_results))


def _here(recorded: str, place: str, *names: str) -> str:
    """Where something is now. It is recorded where it was when it was made; who chose a place of its own for it meant that place."""
    path = urlsplit(recorded)
    moved = path.scheme in ("", "file") and unquote(path.path).rstrip("/").endswith("/" + "/".join(names))
    return Path(place).as_uri() if moved else recorded


def _complete(run: str) -> None:
    """Makes the folders that a clone lacks; in a place that cannot be written to, MLflow has to do without."""
    with contextlib.suppress(OSError):
        for folder in _FOLDERS:
            os.makedirs(os.path.join(run, folder), exist_ok=True)


def _replace_yaml(folder: str, data: dict[str, Any]) -> None:
    """Writes ``meta.yaml`` so that whoever reads it sees the old or the new one."""
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=folder) as beside:
        file_store.write_yaml(beside, FileStore.META_DATA_FILE_NAME, data)
        file = os.path.join(beside, FileStore.META_DATA_FILE_NAME)
        with open(file, "rb") as f:
            os.fsync(f.fileno())
        os.replace(file, os.path.join(folder, FileStore.META_DATA_FILE_NAME))


def _append(path: str, line: str) -> None:
    """One write, which the system does whole between those of others; nobody cuts the file meanwhile."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        _lock(file, alone=False)
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)


def _cut_torn_line(path: str) -> None:
    """Takes away what a crash left after the last line feed, which the next line would be written behind."""
    with contextlib.suppress(FileNotFoundError), open(path, "r+b") as f:
        _lock(f.fileno(), alone=True)
        text = f.read()
        if text and not text.endswith(b"\n"):
            f.truncate(text.rfind(b"\n") + 1)


def _lock(file: int, *, alone: bool) -> None:
    """The lock that the library's own writers take: shared to write, alone to cut. It goes when the file is closed; where a file system
    has none, all works but two at once at a cut line.
    """
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)


def _history(folder: str, key: str, run_id: str) -> list[Metric]:
    """The values of a metric, without a last line that is not whole."""
    _validate_metric_name(key)
    with open(os.path.join(folder, key), "rb") as f:
        whole = f.read().rpartition(b"\n")[0]
    return [_metric(line.split(), key, run_id) for line in whole.decode().splitlines() if line]


def _metric(fields: list[str], key: str, run_id: str) -> Metric:
    """Time and value, also a step, also the name and digest of a data set."""
    if len(fields) not in (2, 3, 5):
        raise MlflowException(f"run {run_id}: metric {key!r} has a line of {len(fields)} fields, not 2, 3 or 5", INTERNAL_ERROR)
    value, step = float(fields[1]), int(fields[2]) if len(fields) > 2 else 0
    # The older of MLflow's versions know no data sets of metrics.
    more = {"dataset_name": fields[3], "dataset_digest": fields[4], "run_id": run_id} if len(fields) == 5 else {}
    return Metric(key, value, int(fields[0]), step, **more)
