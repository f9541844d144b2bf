"""The verbs of a repository that are about rows, statistics and schemas."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from . import _async, _native
from ._arrow import ArrowStream, Rows, stream_address
from ._base import RepoBase
from ._calls import long, translated
from ._documents import AnySample, Document, OnError, documented, sample_text, texts, unless_default
from ._progress import AnyProgress
from ._types import AnyPath, Cancel, WriteReport


class RowsOfRepo(RepoBase):
    """Rows in and out, and what is found out about them.

    ``rev`` is what git calls a revision; without one it is the index: what was added or is checked out. Of a folder, all files
    together are one data set.
    """

    @translated
    def read_rows(
        self,
        path: AnyPath,
        rev: str = "HEAD",
        *,
        columns: Sequence[str] = (),
        limit: int = 0,
        batch_rows: int = 0,
        split: str = "",
        sample: AnySample = None,
        selection: str = "",
        on_error: OnError = "stop",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Rows:
        """Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns
        and rows need is fetched.

        The file's name says its format: ``.csv``, ``.tsv`` (with a header line), ``.jsonl``, ``.ndjson``, ``.parquet``, ``.arrow``,
        ``.feather``, ``.ipc``. Of the ``columns``, or all if none are named, the rows come in the file's order; a ``limit`` of 0 is none; ``batch_rows`` of 0
        is 65,536. ``split`` names a part of a stored split (``"train"``, or ``"recipe/train"``), ``sample`` is a share of the rows that is chosen by
        their hash, ``selection`` a choice of columns that :meth:`features` recorded. ``on_error="skip"`` leaves out rows that cannot be read.
        Progress and cancelling reach the stream as well: rows are read as they are asked for.
        """
        raw = self._path(path)
        options = _native.ReadOptions(
            columns=texts(columns),
            limit=limit,
            batch_rows=batch_rows,
            split=split,
            sample=sample_text(sample),
            selection=selection,
            on_error=unless_default(on_error),
        )
        return Rows(long(lambda listener, token: self._native.read_rows(rev, raw, options, listener, token), progress, cancel))

    @translated
    def write_rows(self, path: AnyPath, rows: ArrowStream, *, progress: AnyProgress = None, cancel: Cancel | None = None) -> WriteReport:
        """Writes a stream of rows to a file in the work tree, in the format that its name says.

        ``rows`` is anything with ``__arrow_c_stream__``. The file is there whole or not at all; :meth:`add` then versions it.
        """
        raw = self._path(path)
        capsule, address = stream_address(rows)
        r = long(lambda listener, token: self._native.write_rows(raw, address, listener, token), progress, cancel)
        del capsule
        return WriteReport(r.rows, r.bytes)

    @translated
    def import_(
        self,
        sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        to: AnyPath,
        *,
        update: bool = False,
        in_place: bool = False,
        sample: AnySample = None,
        profile: bool = False,
        commit: bool = False,
        on_error: OnError = "stop",
        license: str = "",
        only: str | Iterable[str] = (),
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under ``to``, and stages them.

        ``update`` brings a new snapshot of sources that were imported to this place before. ``in_place`` leaves the objects where they are:
        only their place, version or ETag, size and hash are kept. ``sample`` also makes a sampled set, ``profile`` also writes statistics,
        schema and examples of each table, ``commit`` commits what was imported. ``license`` is for the record. Of an archive or a prefix,
        ``only`` takes what matches one of these patterns (as in ``.gitignore``).
        """
        several = [sources] if isinstance(sources, (str, os.PathLike)) else sources
        urls, raw = [os.fspath(s) for s in several], self._path(to)
        options = _native.ImportOptions(
            update=update,
            in_place=in_place,
            sample=sample_text(sample),
            profile=profile,
            commit=commit,
            on_error=unless_default(on_error),
            license=license,
            only=texts(only),
        )
        return documented(lambda listener, token: self._native.import_data(urls, raw, options, listener, token), progress, cancel)

    @translated
    def profile(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        tfdv: bool = False,
        columns: str | Iterable[str] = (),
        weight: str = "",
        slices: str | Iterable[str] = (),
        write: bool = False,
        on_error: OnError = "stop",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.

        ``tfdv`` counts as TFDV does (32-bit floats, its quantiles), to be compared with its files. ``weight`` is the column that weighs the
        rows; ``slices`` are columns of whose values each gets statistics of its own. ``write`` also writes the files beside the data, in
        ``<path>.octo/``, and stages them.
        """
        raw = self._path(path)
        options = _native.ProfileOptions(
            tfdv=tfdv, columns=texts(columns), weight=weight, slices=texts(slices), write=write, on_error=unless_default(on_error)
        )
        return documented(lambda listener, token: self._native.profile(rev, raw, options, listener, token), progress, cancel)

    @translated
    def schema(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        infer: bool = False,
        against: str | os.PathLike[str] = "",
        accept: str | Iterable[str] = (),
        write: bool = False,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.

        ``infer`` infers it from the data, whatever is stored. ``against`` compares with the schema of a revision, or with a ``.pbtxt`` file.
        ``accept`` takes suggestions over by their names, or ``"all"``. ``write`` writes it to ``<path>.octo/schema.pbtxt`` and stages it.
        """
        raw = self._path(path)
        options = _native.SchemaOptions(infer=infer, against=os.fspath(against), accept=texts(accept), write=write)
        return documented(lambda listener, token: self._native.schema(rev, raw, options, listener, token), progress, cancel)

    @translated
    def validate(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        schema: str | os.PathLike[str] = "",
        against: str | os.PathLike[str] = "",
        serving: str | os.PathLike[str] = "",
        environment: str = "",
        rows: int = 0,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.

        ``schema`` is a schema file instead of the one beside the data, ``against`` a revision or path that drift is measured from,
        ``serving`` a path whose statistics are those of serving, for skew. ``rows`` example rows are given for each anomaly; 5 when 0.
        """
        raw = self._path(path)
        options = _native.ValidateOptions(
            schema=os.fspath(schema), against=os.fspath(against), serving=os.fspath(serving), environment=environment, rows=rows
        )
        return documented(lambda listener, token: self._native.validate(rev, raw, options, listener, token), progress, cancel)

    @translated
    def sample(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        fraction: float = 0.0,
        rows: int = 0,
        method: Literal["", "hash", "bottom-k", "reservoir", "blocks", "time"] = "",
        key: str | Iterable[str] = (),
        stratify: str = "",
        time: str = "",
        seed: int = 0,
        to: AnyPath = "",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.

        ``method`` is ``hash`` by default with a ``fraction``, and ``bottom-k`` with a number of ``rows``. ``key`` names the columns whose
        values decide. ``stratify`` takes as large a share of each value of a column. ``to`` is a file of the work tree;
        ``<path>.octo/data/sample.parquet`` when empty.
        """
        raw = self._path(path)
        options = _native.SampleOptions(
            fraction=float(fraction),
            rows=rows,
            method=method,
            key=texts(key),
            stratify=stratify,
            time=time,
            seed=seed,
            to=os.fsdecode(to),
        )
        return documented(lambda listener, token: self._native.sample(rev, raw, options, listener, token), progress, cancel)

    @translated
    def split(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        parts: Mapping[str, float] | str | Iterable[str] = (),
        by: str | Iterable[str] = (),
        stratify: str | Iterable[str] = (),
        time: str = "",
        gap: str = "",
        folds: int = 0,
        buckets: bool = False,
        seed: int = 0,
        name: str = "",
        check: bool = False,
        to: AnyPath = "",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.

        ``parts`` are names and shares: ``{"train": 0.7, "test": 0.3}``. Rows that agree in the columns of ``by`` stay together; each part
        gets the same shares of the values of the columns of ``stratify``; with ``time`` the parts follow each other in this column, and rows
        so close before a cut as ``gap`` (``"7d"``) are left out. ``folds`` makes as many folds instead. ``buckets`` splits as ExampleGen
        does. ``name`` is the recipe's, ``"default"`` when empty; ``check`` checks the recipe of that name: the answer is no if a group or a
        row is in two parts. ``to`` also writes each part to a file in this folder of the work tree.
        """
        raw = self._path(path)
        shares = [f"{name}={sample_text(float(share))}" for name, share in parts.items()] if isinstance(parts, Mapping) else texts(parts)
        options = _native.SplitOptions(
            parts=shares,
            by=texts(by),
            stratify=texts(stratify),
            time=time,
            gap=gap,
            folds=folds,
            buckets=buckets,
            seed=seed,
            name=name,
            check=check,
            to=os.fsdecode(to),
        )
        return documented(lambda listener, token: self._native.split(rev, raw, options, listener, token), progress, cancel)

    @translated
    def examples(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        to: AnyPath = "",
        format: Literal["", "tfrecord", "parquet"] = "",
        split: str = "",
        shards: int = 0,
        partition: str = "",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.

        ``to`` is a folder of the work tree; ``<path>.octo/data/examples`` when empty. ``split`` is a stored split, whose parts become
        folders; ExampleGen's own (train 2 : eval 1) when empty, which ``partition`` makes by one column instead of the whole example.
        """
        raw = self._path(path)
        options = _native.ExamplesOptions(to=os.fsdecode(to), format=format, split=split, shards=shards, partition=partition)
        return documented(lambda listener, token: self._native.examples(rev, raw, options, listener, token), progress, cancel)

    @translated
    def features(
        self,
        paths: AnyPath | Iterable[AnyPath],
        rev: str = "",
        *,
        label: str = "",
        save: str = "",
        max_missing: float = 0.0,
        max_correlation: float = 0.0,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.

        ``label`` is the column to be predicted, ``save`` the name of the selection. Columns with a larger share of missing values than
        ``max_missing`` (0.5 when 0) are left out, and of columns that are correlated more than ``max_correlation`` (0.95 when 0) all but one.
        """
        raw = self._paths(paths)
        options = _native.FeaturesOptions(
            label=label, save=save, rev=rev, max_missing=float(max_missing), max_correlation=float(max_correlation)
        )
        return documented(lambda listener, token: self._native.features(raw, options, listener, token), progress, cancel)

    @translated
    def view(
        self,
        path: AnyPath,
        rev: str = "",
        *,
        against: str | os.PathLike[str] = "",
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).

        It is shown beside ``against``, a revision or another path. In Jupyter the document shows itself.
        """
        raw, options = self._path(path), _native.ViewOptions(against=os.fspath(against))
        return documented(lambda listener, token: self._native.view(rev, raw, options, listener, token), progress, cancel)

    @translated
    def diff_stats(
        self,
        old: str = "HEAD",
        new: str = "",
        paths: AnyPath | Iterable[AnyPath] = (),
        *,
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> Document:
        """Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ."""
        raw = self._paths(paths)
        return documented(lambda listener, token: self._native.diff_stats(old, new, raw, listener, token), progress, cancel)

    read_rows_async = _async.method(read_rows)
    write_rows_async = _async.method(write_rows)
    import_async = _async.method(import_)
    profile_async = _async.method(profile)
    schema_async = _async.method(schema)
    validate_async = _async.method(validate)
    sample_async = _async.method(sample)
    split_async = _async.method(split)
    examples_async = _async.method(examples)
    features_async = _async.method(features)
    view_async = _async.method(view)
    diff_stats_async = _async.method(diff_stats)
