"""The Python driver: plays the scenario through the Python package. tests/parity/README.md says what it prints.

drive.py SCENARIO DIR
"""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import os
import subprocess
import sys
from typing import Any, Callable
from urllib.parse import unquote_to_bytes

import octostore


class Step:
    """A step of the scenario."""

    def __init__(self, line: str, place: str) -> None:
        self.verb, *words = line.split(" ")
        pairs = [word.partition("=") for word in words]
        self._words = [(key, unquote_to_bytes(value.replace("$DIR", place))) for key, _, value in pairs]

    def raws(self, key: str) -> list[bytes]:
        return [value for name, value in self._words if name == key]

    def texts(self, key: str) -> list[str]:
        return [os.fsdecode(value) for value in self.raws(key)]

    def text(self, key: str, default: str = "") -> str:
        return next(iter(self.texts(key)), default)

    def maybe(self, key: str) -> str | None:
        return next(iter(self.texts(key)), None)

    def number(self, key: str) -> int:
        return int(self.text(key, "0"))

    def fraction(self, key: str) -> float:
        return float(self.text(key, "0"))

    def flag(self, key: str) -> bool:
        return self.number(key) == 1


class Said:
    """The words that a step prints."""

    def __init__(self, start: str, place: str) -> None:
        self.line, self._place = start, os.fsencode(place)

    def __call__(self, **words: Any) -> None:
        for key, value in words.items():
            self.word(key, value)

    def word(self, key: str, value: Any) -> None:
        if isinstance(value, bool):
            value = "true" if value else "false"
        raw = value if isinstance(value, bytes) else os.fsencode(str(value))
        parts = [b"".join(_shown(b) for b in part) for part in raw.split(self._place)]
        self.line += f" {key}={b'$DIR'.join(parts).decode()}"

    def each(self, key: str, values: Any) -> None:
        for value in values:
            self.word(key, value)


def _shown(byte: int) -> bytes:
    return bytes([byte]) if 0x21 <= byte <= 0x7E and byte != 0x25 else b"%%%02X" % byte


class Driver:
    """The handles of the scenario, and a method for each verb."""

    def __init__(self) -> None:
        self.contexts: dict[str, octostore.Context] = {}
        self.logged: dict[str, list[octostore.LogRecord]] = {}
        self.repos: dict[str, octostore.Repo] = {}
        self.files: dict[str, octostore.File] = {}
        self.tables: dict[str, octostore.Table] = {}
        self.runs: dict[str, octostore.Runs] = {}
        self.begun: dict[str, octostore.Run] = {}
        self.heard = False

    def play(self, step: Step, said: Said) -> None:
        self.heard = False
        getattr(self, step.verb.replace(".", "_"))(step, said)

    def call(self, step: Step, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Calls a function, or its twin, with what the step wants of a job."""
        if "cancel" in inspect.signature(function).parameters:
            kwargs |= self.job(step)
        if not step.number("async"):
            return function(*args, **kwargs)
        owner = getattr(function, "__self__", octostore)
        return asyncio.run(getattr(owner, f"{function.__name__.rstrip('_')}_async")(*args, **kwargs))

    def job(self, step: Step) -> dict[str, Any]:
        when = step.maybe("cancel")
        token = octostore.Cancel() if when else None
        if token and when == "before":
            token.cancel()

        def hear(p: octostore.Progress) -> None:
            self.heard = True
            if token and when == "tick" and p.done_bytes > 0:
                token.cancel()

        return {"progress": hear if step.number("progress") or when == "tick" else None, "cancel": token}

    def repo(self, step: Step) -> octostore.Repo:
        return self.repos[step.text("repo")]

    def sh(self, step: Step, said: Said) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", step.raws("cmd")[0]], cwd=sys.argv[2], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        said(status=done.returncode)

    def version(self, step: Step, said: Said) -> None:
        said(version=octostore.__version__)

    def has_feature(self, step: Step, said: Said) -> None:
        said(yes=octostore.has_feature(step.text("name")))

    def codes(self, step: Step, said: Said) -> None:
        said(list=",".join(f"{code}:{cls.name}" for code, cls in octostore.ERRORS.items()))

    def context_new(self, step: Step, said: Said) -> None:
        name = step.text("as")
        records = self.logged[name] = []
        limits: Any = {key: step.number(key) for key in ("threads", "memory", "connections")}
        if level := step.maybe("log"):
            limits |= {"log": records.append, "level": level}
        self.contexts[name] = octostore.Context(**limits)

    def context_logged(self, step: Step, said: Said) -> None:
        said(heard=bool(self.logged[step.text("context")]))

    def repo_open(self, step: Step, said: Said) -> None:
        self.repos[step.text("as")] = octostore.open(step.text("path"), context=self.contexts[step.text("context")])

    def repo_init(self, step: Step, said: Said) -> None:
        self.repos[step.text("as")] = self.call(
            step, octostore.init, step.text("path"), store=step.maybe("store"), program=step.maybe("program"),
            context=self.contexts[step.text("context")])

    def repo_clone(self, step: Step, said: Said) -> None:
        self.repos[step.text("as")] = self.call(
            step, octostore.clone, step.text("url"), step.text("dir"), data=step.maybe("data") or step.texts("pattern") or "all",
            copy_to=step.maybe("copy_to"), branch=step.maybe("branch"), program=step.maybe("program"),
            context=self.contexts[step.text("context")])

    def repo_work_dir(self, step: Step, said: Said) -> None:
        said(path=os.fspath(self.repo(step).work_dir))

    def repo_path_from(self, step: Step, said: Said) -> None:
        said(path=self.repo(step).path_from(step.text("argument")))

    def repo_track(self, step: Step, said: Said) -> None:
        said.each("pattern", self.repo(step).track(step.texts("pattern")))

    def repo_untrack(self, step: Step, said: Said) -> None:
        said.each("pattern", self.repo(step).untrack(step.texts("pattern")))

    def repo_add(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).add, step.texts("path"))
        said(files=len(r.files), unchanged=r.unchanged, read_bytes=r.read_bytes, new_bytes=r.new_bytes, stored_bytes=r.stored_bytes)
        said.each("file", map(_entry, r.files))

    def repo_status(self, step: Step, said: Said) -> None:
        for f in self.call(step, self.repo(step).status):
            pointer = f"{f.pointer.oid}:{f.pointer.size}" if f.pointer else "-:0"
            flags = "".join(c if on else "-" for c, on in zip("scp", (f.staged, f.cached, f.pushed), strict=True))
            said(file=f"{f.path}:{f.state}:{pointer}:{flags}")

    def repo_ls(self, step: Step, said: Said) -> None:
        said.each("file", map(_entry, self.call(step, self.repo(step).ls, step.text("rev"), step.maybe("prefix"))))

    def repo_log(self, step: Step, said: Said) -> None:
        for c in self.call(step, self.repo(step).log, step.text("path"), limit=step.number("limit")):
            said(change=f"{len(c.commit)}:{c.author}:{c.time}:{c.subject}:{c.pointer.oid if c.pointer else '-'}")

    def repo_open_file(self, step: Step, said: Said) -> None:
        self.files[step.text("as")] = self.call(step, self.repo(step).open_file, step.text("path"), step.text("rev"), buffering=0)

    def file_len(self, step: Step, said: Said) -> None:
        said(size=self.files[step.text("file")].size)

    def file_read_at(self, step: Step, said: Said) -> None:
        data = self.files[step.text("file")].read_at(step.number("offset"), step.number("count"))
        said(count=len(data), fnv=_fnv(data))

    def repo_resolve(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).resolve, step.text("path"), step.text("rev"))
        said(path=r.path, oid=r.pointer.oid, size=r.pointer.size, local=os.fspath(r.local) if r.local else "-", store=r.store or "-")
        said(ranges=len(r.ranges), bytes=sum(piece.length for piece in r.ranges))

    def repo_push(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).push, step.maybe("remote"), all=bool(step.number("all")))
        said(files=r.files, packs=r.packs, reused_bytes=r.reused_bytes, uploaded=r.uploaded_bytes > 0)

    def repo_fetch(self, step: Step, said: Said) -> None:
        self._pulled(self.call(step, self.repo(step).fetch, step.texts("path"), only=step.texts("only")), said)

    def repo_pull(self, step: Step, said: Said) -> None:
        self._pulled(self.call(step, self.repo(step).pull, step.texts("path"), only=step.texts("only")), said)

    @staticmethod
    def _pulled(r: octostore.PullReport, said: Said) -> None:
        said(files=r.files, bytes=r.bytes, downloaded=r.downloaded_bytes > 0)
        said.each("kept", r.kept)

    def repo_drop(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).drop, step.texts("path"))
        said(files=r.files, freed=r.freed_bytes > 0)

    def repo_fsck(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).fsck, store=bool(step.number("store")))
        said(files=r.files, packs=r.packs)
        said.each("problem", (p.name for p in r.problems))

    def repo_store(self, step: Step, said: Said) -> None:
        store = self.repo(step).store
        if store is None:
            said(none=True)
        else:
            self._stored(store, said)

    def repo_set_store(self, step: Step, said: Said) -> None:
        self._stored(self.call(step, self.repo(step).set_store, step.text("url")), said)

    @staticmethod
    def _stored(s: octostore.StoreInfo, said: Said) -> None:
        known = s.conditional_writes
        said(url=s.url, local_only=s.local_only, accepted=s.accepted, conditional_writes="unknown" if known is None else known)

    def repo_accept_store(self, step: Step, said: Said) -> None:
        self.repo(step).accept_store(step.text("url"))

    def repo_copy_store(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).copy_store, step.text("url"))
        said(packs=r.packs, copied=r.bytes > 0)

    def repo_read_rows(self, step: Step, said: Said) -> None:
        rows = self.call(
            step, self.repo(step).read_rows, step.text("path"), step.text("rev"), columns=step.texts("column"),
            limit=step.number("limit"), batch_rows=step.number("batch_rows"), split=step.text("split"), sample=step.text("sample"),
            selection=step.text("selection"), on_error=step.text("on_error", "stop"))
        stream = Stream(rows)
        count = total = batches = 0
        try:
            for length, numbers in stream:
                count, batches, total = count + length, batches + 1, total + sum(numbers)
        except RuntimeError:
            # A stream's own error is a sentence; counting a data set's rows tells it with its code.
            len(octostore.load(step.text("path"), rev=step.text("rev"), repo=self.repo(step)))
            raise
        said(rows=count, batches=batches, columns=",".join(stream.columns), sum=total)

    def repo_write_rows(self, step: Step, said: Said) -> None:
        r = self.call(step, self.repo(step).write_rows, step.text("path"), self.tables[step.text("table")])
        said(rows=r.rows, bytes=r.bytes)

    def repo_import(self, step: Step, said: Said) -> None:
        _documented(said, self.call(
            step, self.repo(step).import_, step.texts("source"), step.text("to"), update=step.flag("update"),
            in_place=step.flag("in_place"), sample=step.text("sample"), profile=step.flag("profile"), commit=step.flag("commit"),
            on_error=step.text("on_error", "stop"), license=step.text("license"), only=step.texts("only")))

    def of_path(self, step: Step, said: Said, name: str, /, **options: Any) -> None:
        """A call on a file or folder of a revision, which gives a document."""
        _documented(said, self.call(step, getattr(self.repo(step), name), step.text("path"), step.text("rev"), **options))

    def repo_profile(self, step: Step, said: Said) -> None:
        self.of_path(
            step, said, "profile", tfdv=step.flag("tfdv"), columns=step.texts("column"), weight=step.text("weight"),
            slices=step.texts("slice"), write=step.flag("write"), on_error=step.text("on_error", "stop"))

    def repo_schema(self, step: Step, said: Said) -> None:
        self.of_path(
            step, said, "schema", infer=step.flag("infer"), against=step.text("against"), accept=step.texts("accept"),
            write=step.flag("write"))

    def repo_validate(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("schema", "against", "serving", "environment")}
        self.of_path(step, said, "validate", rows=step.number("rows"), **texts)

    def repo_sample(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("method", "stratify", "time", "to")}
        self.of_path(
            step, said, "sample", fraction=step.fraction("fraction"), rows=step.number("rows"), key=step.texts("key"),
            seed=step.number("seed"), **texts)

    def repo_split(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("time", "gap", "name", "to")}
        self.of_path(
            step, said, "split", parts=step.texts("part"), by=step.texts("by"), stratify=step.texts("stratify"),
            folds=step.number("folds"), buckets=step.flag("buckets"), seed=step.number("seed"), check=step.flag("check"), **texts)

    def repo_examples(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("to", "format", "split", "partition")}
        self.of_path(step, said, "examples", shards=step.number("shards"), **texts)

    def repo_features(self, step: Step, said: Said) -> None:
        _documented(said, self.call(
            step, self.repo(step).features, step.texts("path"), step.text("rev"), label=step.text("label"), save=step.text("save"),
            max_missing=step.fraction("max_missing"), max_correlation=step.fraction("max_correlation")))

    def repo_view(self, step: Step, said: Said) -> None:
        self.of_path(step, said, "view", against=step.text("against"))

    def repo_diff_stats(self, step: Step, said: Said) -> None:
        _documented(said, self.call(step, self.repo(step).diff_stats, step.text("from"), step.text("to"), step.texts("path")))

    def runs_open(self, step: Step, said: Said) -> None:
        self.runs[step.text("as")] = octostore.Runs(step.text("path"), context=self.contexts[step.text("context")])

    def runs_start(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("experiment", "name", "parent", "source", "python")}
        start = self.runs[step.text("runs")].start
        self.begun[step.text("as")] = self.call(step, start, **texts, tags=_pairs(step, "tag"), capture=step.text("capture") != "0")

    def runs_resume(self, step: Step, said: Said) -> None:
        self.begun[step.text("as")] = self.runs[step.text("runs")].resume(step.text("id"))

    def of_runs(self, step: Step, said: Said, name: str, *args: Any, **options: Any) -> None:
        """A call on runs that gives a document. What its parts are differs each time."""
        d = self.call(step, getattr(self.runs[step.text("runs")], name), *args, **options)
        said(answer=d.answer, json=d.json)
        said.each("part", (f"{part}:-" for part in sorted(d.parts)))

    def runs_search(self, step: Step, said: Said) -> None:
        self.of_runs(step, said, "search", **_chosen(step))

    def runs_show(self, step: Step, said: Said) -> None:
        self.of_runs(step, said, "show", step.text("id"))

    def runs_compare(self, step: Step, said: Said) -> None:
        self.of_runs(step, said, "compare", step.texts("id"))

    def runs_export(self, step: Step, said: Said) -> None:
        self.of_runs(step, said, "export", step.text("to"), **_chosen(step))

    def runs_why(self, step: Step, said: Said) -> None:
        self.of_runs(step, said, "why", step.text("what"))

    def runs_remove(self, step: Step, said: Said) -> None:
        self.runs[step.text("runs")].remove(step.text("id"))

    def runs_execute(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("experiment", "name", "python")}
        execute = self.runs[step.text("runs")].execute
        said(exit=self.call(step, execute, step.texts("command"), params=_pairs(step, "param"), **texts))

    def run_log_metrics(self, step: Step, said: Said) -> None:
        metrics = (text.partition(":") for text in step.texts("metric"))
        self.begun[step.text("run")].log_metrics({key: float(value) for key, _, value in metrics}, step.number("step"))

    def run_log_params(self, step: Step, said: Said) -> None:
        self.begun[step.text("run")].log_params(_pairs(step, "param"))

    def run_set_tags(self, step: Step, said: Said) -> None:
        self.begun[step.text("run")].set_tags(_pairs(step, "tag"))

    def run_log_input(self, step: Step, said: Said) -> None:
        texts = {key: step.text(key) for key in ("rev", "context", "name", "recipe")}
        self.begun[step.text("run")].log_input(step.text("path"), **texts)

    def run_log_artifact(self, step: Step, said: Said) -> None:
        self.begun[step.text("run")].log_artifact(step.text("from"), step.text("to"))

    def run_log_text(self, step: Step, said: Said) -> None:
        self.begun[step.text("run")].log_text(step.text("to"), step.text("text"))

    def run_end(self, step: Step, said: Said) -> None:
        self.begun[step.text("run")].end(step.text("status"))  # type: ignore[arg-type]

    def table_new(self, step: Step, said: Said) -> None:
        rows = self.call(step, self.repo(step).read_rows, step.text("path"), step.text("rev"))
        table = self.tables[step.text("as")] = octostore.Table(rows)
        said(rows=table.rows, columns=table.columns)

    def table_reader(self, step: Step, said: Said) -> None:
        lengths = [length for length, _ in Stream(self.tables[step.text("table")])]
        said(rows=sum(lengths), batches=len(lengths))

    def git_filter_process(self, step: Step, said: Said) -> None:
        octostore.filter_process(context=self.contexts[step.text("context")])

    def git_run_hook(self, step: Step, said: Said) -> None:
        octostore.run_hook(step.text("name"), step.texts("arg"), context=self.contexts[step.text("context")])


def _pairs(step: Step, key: str) -> dict[str, str]:
    return dict(text.split("=", 1) for text in step.texts(key))


def _chosen(step: Step) -> dict[str, Any]:
    texts = {key: step.text(key) for key in ("filter", "experiment")}
    return {**texts, "order_by": step.texts("order_by"), "limit": step.number("limit")}


def _fnv(data: bytes) -> str:
    fnv = 0xCBF29CE484222325
    for byte in data:
        fnv = (fnv ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{fnv:016x}"


def _documented(said: Said, d: octostore.Document) -> None:
    said(answer=d.answer, json=d.json)
    said.each("part", (f"{name}:{_fnv(d.parts[name])}" for name in sorted(d.parts)))


def _entry(e: octostore.Entry) -> str:
    return f"{e.path}:{e.oid}:{e.size}"


class _Schema(ctypes.Structure):
    """An `ArrowSchema`."""


_Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_void_p), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(ctypes.POINTER(_Schema))), ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))), ("private_data", ctypes.c_void_p)]


class _Array(ctypes.Structure):
    """An `ArrowArray`."""


_Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))), ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))), ("private_data", ctypes.c_void_p)]


class _Stream(ctypes.Structure):
    """An `ArrowArrayStream`."""


_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))), ("private_data", ctypes.c_void_p)]


class Stream:
    """An Arrow stream as its C interface describes it, so that the driver needs no other package: the length of each batch and its
    first column, as far as that is of 64-bit integers."""

    def __init__(self, giver: Any) -> None:
        self._capsule = giver.__arrow_c_stream__()
        pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
        pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self._stream = _Stream.from_address(pointer_of(self._capsule, b"arrow_array_stream"))
        schema = _Schema()
        self._check(self._stream.get_schema(self._stream, schema))
        children = [schema.children[n].contents for n in range(schema.n_children)]
        self.columns = [child.name.decode() for child in children]
        self._format = children[0].format
        schema.release(schema)

    def __iter__(self) -> Any:
        while True:
            array = _Array()
            self._check(self._stream.get_next(self._stream, array))
            if not array.release:
                return
            first = array.children[0].contents
            numbers: Any = []
            if self._format == b"l":
                begin = array.offset + first.offset
                numbers = (ctypes.c_int64 * array.length).from_address(first.buffers[1] + 8 * begin)[:]
                if first.null_count != 0 and first.buffers[0]:
                    bits = (ctypes.c_uint8 * ((begin + array.length + 7) // 8)).from_address(first.buffers[0])
                    numbers = [v for n, v in enumerate(numbers, begin) if bits[n // 8] >> n % 8 & 1]
            yield array.length, numbers
            array.release(array)

    def _check(self, failed: int) -> None:
        if failed:
            raise RuntimeError((self._stream.get_last_error(self._stream) or b"").decode())


def main() -> None:
    scenario, place = sys.argv[1:]
    driver = Driver()
    with open(scenario) as lines:
        steps = [line for line in lines.read().splitlines() if line and not line.startswith("#")]
    for n, line in enumerate(steps, 1):
        step = Step(line, place)
        start = f"{n} {step.verb}"
        said = Said(start, place)
        try:
            driver.play(step, said)
        except octostore.Error as e:
            said = Said(start, place)
            said(error=e.name, code=e.code, retryable=e.retryable, message=e.message, hint=e.hint)
            said.each("context", (f"{key}:{value}" for key, value in e.context.items()))
        if step.number("progress"):
            said(progress=driver.heard)
        print(said.line, flush=True)


main()
