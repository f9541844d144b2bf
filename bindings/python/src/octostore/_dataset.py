"""``octostore.load``: a table of any revision, for whatever library works on it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ._arrow import Rows
from ._calls import long, translated
from ._documents import AnySample, OnError, library, sample_text, texts
from ._errors import Error
from ._repo import Repo, open
from ._session import loaded
from ._types import AnyPath, Context

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Dataset:
    """Rows of a file or folder at a revision, read anew each time that they are asked for; :func:`load` makes it.

    Whatever takes Arrow data takes it as it is: ``pyarrow.table(dataset)``, ``polars.DataFrame(dataset)``, ``duckdb.sql("from dataset")``.
    """

    def __init__(self, repo: Repo, path: bytes, rev: str, choice: dict[str, Any]) -> None:
        self._repo, self._path, self._rev, self._choice = repo, path, rev, choice
        with self._rows() as rows:
            self._columns: list[str] = list(rows._native.columns())
        self._length: int | None = None

    def _rows(self, **more: Any) -> Rows:
        return self._repo.read_rows(self._path, self._rev, **{**self._choice, **more})

    @property
    def repo(self) -> Repo:
        """The repository that the rows are in."""
        return self._repo

    @property
    def path(self) -> str:
        """The file or folder, relative to the top of the repository."""
        return os.fsdecode(self._path)

    @property
    def rev(self) -> str:
        """The revision; empty for the index."""
        return self._rev

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._columns)

    @translated
    def __len__(self) -> int:
        """How many rows there are. They are read once to count them."""
        if self._length is None:
            # One column is enough, where the choice of rows does not ask for others: that is the library's to know.
            only = {"columns": self._columns[:1]} if self._columns and not self._choice["sample"] else {}
            rows = self._rows(**only)
            self._length = int(long(lambda _listener, _token: rows._native.count(), None, None))
        return self._length

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        where = f"{self.path}@{self.rev}" if self.rev else self.path
        chosen = "".join(f", {key}={value!r}" for key, value in self._choice.items() if value and key not in ("columns", "on_error"))
        return f"octostore.Dataset({where}, {len(self._columns)} columns{chosen})"

    def _repr_html_(self) -> str | None:
        try:
            return self._repo.view(self._path, self._rev)._repr_html_()
        except Error:
            # What has no statistics is shown by its name.
            return None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows from the first, as a capsule of an Arrow C stream; a wish for another schema is not heard."""
        return self._rows().__arrow_c_stream__()

    def __arrow_c_schema__(self) -> object:
        """The columns' names and types, as a capsule of an Arrow C schema."""
        with self._rows() as rows:
            return rows.__arrow_c_schema__()

    def batches(self, rows: int = 0) -> Iterator[pyarrow.RecordBatch]:
        """The rows in batches of pyarrow of at most ``rows`` (0 is 65,536) each; only one is in memory at a time."""
        reader = library("pyarrow").RecordBatchReader.from_stream(self._rows(batch_rows=rows))
        with reader:
            yield from reader

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a table of pyarrow."""
        reader = library("pyarrow").RecordBatchReader.from_stream(self._rows())
        with reader:
            # Batch by batch, so that Ctrl-C is heard between them.
            return library("pyarrow").Table.from_batches(list(reader), schema=reader.schema)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """All rows as a data frame of pandas (which needs pyarrow here); ``options`` are those of ``pyarrow.Table.to_pandas``."""
        library("pandas")
        return self.to_arrow().to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        """All rows as a data frame of polars."""
        frame: polars.DataFrame = library("polars").DataFrame(self._rows())
        return frame


@translated
def load(
    path: AnyPath,
    rev: str = "",
    *,
    columns: str | Sequence[str] = (),
    split: str = "",
    sample: AnySample = None,
    selection: str = "",
    limit: int = 0,
    on_error: OnError = "stop",
    repo: Repo | None = None,
    context: Context | None = None,
) -> Dataset:
    """The rows of a table file or folder of a revision (empty: the index), without a pull.

    The repository is the one around the current folder, which ``path`` is relative to; or ``repo``, and then ``path`` is relative to its top.
    ``split`` names a part of a stored split, ``sample`` a share of the rows, ``selection`` a recorded choice of columns: as in
    :meth:`Repo.read_rows`. The active run (:func:`start`) records what is loaded; in a notebook the first load begins one.

    >>> train = octostore.load("data/train.csv", split="train").to_pandas()    # doctest: +SKIP
    """
    inside = open(context=context) if repo is None else repo
    raw = os.fsencode(inside.path_from(path)) if repo is None else inside._path(path)
    choice: dict[str, Any] = {"columns": texts(columns), "split": split, "sample": sample, "selection": selection, "limit": limit, "on_error": on_error}
    dataset = Dataset(inside, raw, rev, choice)
    loaded(inside.work_dir / dataset.path, rev, split or sample_text(sample))
    return dataset
