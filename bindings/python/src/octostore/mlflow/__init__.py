"""MLflow's client on octostore's runs: a plugin that MLflow finds by itself once both are installed.

``octo:`` is a tracking URI (``octo:runs`` a folder of runs, ``octo:`` alone the project's), and in a program that has a run of octostore
MLflow's runs nest below it, whatever they are told of experiments and stores. Programs do not change for it.
Nothing of MLflow is imported before MLflow asks.
"""

# MLflow is there when this is used, not when it is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

import os
from typing import Any

from .._runs import Runs
from .._session import RUN_ID, RUNS


def octo_store(store_uri: str, artifact_uri: str | None = None) -> Any:
    """The store of an ``octo:`` URI."""
    from ._store import OctoStore

    folder = store_uri.partition(":")[2].removeprefix("//")
    return OctoStore(folder or _runs_of_project())


def file_store(store_uri: str, artifact_uri: str | None = None) -> Any:
    """The store of a ``file:`` URI: MLflow's own, unless this program has a run of octostore, which its runs belong to."""
    folder = _runs_of_run()
    if folder is not None:
        return octo_store(f"octo:{folder}")
    from mlflow.store.tracking.file_store import FileStore

    return FileStore(store_uri, store_uri)


def sqlite_store(store_uri: str, artifact_uri: str | None = None) -> Any:
    """The store of a ``sqlite:`` URI: MLflow's own, unless this program has a run of octostore, which its runs belong to."""
    folder = _runs_of_run()
    if folder is not None:
        return octo_store(f"octo:{folder}")
    from mlflow.tracking._tracking_service.utils import _get_sqlalchemy_store

    return _get_sqlalchemy_store(store_uri, artifact_uri)


def octo_registry(store_uri: str, **_: Any) -> Any:
    """The registry of models beside the runs of an ``octo:`` URI."""
    from ._store import allowed_file_store

    folder = store_uri.partition(":")[2].removeprefix("//") or _runs_of_project()
    with allowed_file_store():
        from mlflow.store.model_registry.file_store import FileStore

        return FileStore(folder)


class RunContext:
    """Gives the runs that MLflow begins their parent: the run of this program."""

    def in_context(self) -> bool:
        return bool(os.environ.get(RUN_ID))

    def tags(self) -> dict[str, str]:
        return {"mlflow.parentRunId": os.environ[RUN_ID]}


class DefaultExperiment:
    """Gives the runs that MLflow begins without an experiment that of the run of this program."""

    def in_context(self) -> bool:
        return bool(os.environ.get(RUN_ID)) and _runs_of_run() is not None

    def get_experiment_id(self) -> str:
        from ._store import experiment_of

        return experiment_of(os.environ[RUNS], os.environ[RUN_ID])


def _runs_of_run() -> str | None:
    return os.environ.get(RUNS) if os.environ.get(RUN_ID) else None


def _runs_of_project() -> str:
    if os.environ.get(RUNS):
        return os.environ[RUNS]
    with Runs() as runs:
        return os.fspath(runs.dir)
