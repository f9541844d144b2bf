"""Plays the scenario through the command line. What a command has no use for is printed as `N VERB ~`."""

import json
import os
import subprocess
import sys
import tempfile
from urllib.parse import unquote_to_bytes

PROGRAM = os.environ["OCTOSTORE_TRACE_LIB"] + "/octostore"
GLOBAL = {"threads": "--threads", "connections": "--connections", "log": "--log"}


class Failed(Exception):
    """A command that failed; holds what it said."""


class Step:
    def __init__(self, line, place):
        self.verb, *words = line.split(" ")
        pairs = (word.partition("=")[::2] for word in words)
        self.words = [(key, unquote_to_bytes(value.replace("$DIR", place))) for key, value in pairs]

    def all(self, key):
        return [value for name, value in self.words if name == key]

    def get(self, key, default=b""):
        return next(iter(self.all(key)), default)

    def text(self, key):
        return self.get(key).decode()


class Said:
    def __init__(self, place):
        self.place, self.words = place.encode(), []

    def word(self, key, value):
        if isinstance(value, bool):
            value = str(value).lower()
        raw = value if isinstance(value, bytes) else str(value).encode()
        coded = b"".join(
            bytes([b]) if 0x21 <= b <= 0x7E and b != 0x25 else b"%%%02X" % b for b in raw.replace(self.place, b"$DIR"))
        self.words.append(f"{key}={coded.decode()}")


def path_of(entry):
    return bytes.fromhex(entry["path_bytes"]) if "path_bytes" in entry else entry["path"].encode()


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def options(step, texts=(), flags=(), lists=(), repeated=()):
    """The options of a step as a user types them; `lists` are joined by commas, under the names that they have there."""
    def name(key):
        return "--" + key.replace("_", "-")

    names = lists if isinstance(lists, dict) else {key: key for key in lists}
    args = [name(key) + "=" + step.text(key) for key in texts if step.get(key)]
    args += [name(key) for key in flags if step.get(key) == b"1"]
    args += [name(names[key]) + "=" + b",".join(step.all(key)).decode() for key in names if step.all(key)]
    return args + [name(key) + "=" + value.decode() for key in repeated for value in step.all(key)]


class Driver:
    def __init__(self, place):
        self.place = place
        self.contexts, self.repos, self.files, self.tables, self.runs = {}, {}, {}, {}, {}
        self.heard = {}

    def octostore(self, folder, context, args, step=None, raw=False):
        """Runs a command with --json, so that an error is a document; gives its document, or its bytes."""
        progress = step is not None and step.get("progress") == b"1"
        command = [PROGRAM, "--json", *self.contexts.get(context, []), *(["--progress", "json"] if progress else []), *args]
        run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        lines = run.stderr.splitlines()
        self.code = run.returncode
        self.progress = any(line.startswith(b'{"progress"') for line in lines)
        self.heard[context] = self.heard.get(context, False) or any(line.startswith(b"debug: ") for line in lines)
        errors = [json.loads(line)["error"] for line in lines if line.startswith(b'{"error"')]
        if run.returncode not in (0, 1):
            raise Failed(errors[-1] if errors else {"code": -1, "name": run.stderr.decode(errors="replace"), "message": "",
                                                     "hint": "", "retryable": False, "context": {}})
        return run.stdout if raw else json.loads(run.stdout or b"null")

    def in_repo(self, step, *args, raw=False):
        folder, context = self.repos.get(step.text("repo"), ("/nowhere", ""))
        return self.octostore(folder, context, args, step, raw)

    def spec(self, step):
        return step.get("rev") + b":" + step.get("path")

    def play(self, step, said):
        name = step.verb.replace(".", "_")
        made = getattr(self, name, None)
        if made is None:
            return "~"
        return made(step, said)

    def sh(self, step, said):
        run = subprocess.run(["/bin/sh", "-c", step.get("cmd")], cwd=self.place, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        said.word("status", run.returncode)

    def _about(self):
        lines = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True).stdout.decode().splitlines()
        return lines[0].split()[1], lines[1].split()[1:]

    def version(self, step, said):
        said.word("version", self._about()[0])

    def has_feature(self, step, said):
        said.word("yes", step.text("name") in self._about()[1])

    def codes(self, step, said):
        page = subprocess.run([PROGRAM, "docs"], capture_output=True, check=True).stdout.decode()
        rows = [line.split("|") for line in page.partition("## Error codes")[2].splitlines() if line.startswith("| ")]
        said.word("list", ",".join(f"{row[1].strip()}:{row[2].strip(' `')}" for row in rows[1:]))

    def context_new(self, step, said):
        flags = [part for key, flag in GLOBAL.items() if step.get(key) for part in (flag, step.text(key))]
        if step.get("memory"):
            flags += ["--memory", str(int(step.get("memory")) >> 20)]
        self.contexts[step.text("as")] = flags

    def context_logged(self, step, said):
        said.word("heard", self.heard.get(step.text("context"), False))

    def repo_open(self, step, said):
        # A bare repository has no status; any verb opens it.
        folder = step.get("path")
        verb = ["store", "show"] if folder.endswith(b".git") else ["status"]
        try:
            self.octostore(folder, step.text("context"), verb)
        except Failed as e:
            if e.args[0]["name"] not in ("store_not_configured",):
                raise
        self.repos[step.text("as")] = (folder, step.text("context"))

    def repo_init(self, step, said):
        options = [part for key in ("store", "program") if step.get(key) for part in (f"--{key}", step.get(key))]
        self.octostore(step.get("path"), step.text("context"), ["init", *options], step)
        self.repos[step.text("as")] = (step.get("path"), step.text("context"))

    def repo_clone(self, step, said):
        options = [part for key in ("copy_to", "branch", "program") if step.get(key)
                   for part in ("--" + key.replace("_", "-"), step.get(key))]
        options += [part for data in step.all("data") + step.all("pattern") for part in ("--data", data)]
        args = ["clone", step.get("url"), step.get("dir"), *options]
        self.octostore(self.place, step.text("context"), args, step)
        self.repos[step.text("as")] = (step.get("dir"), step.text("context"))

    def repo_track(self, step, said):
        for pattern in self.in_repo(step, "track", *step.all("pattern"))["tracked"]:
            said.word("pattern", pattern)

    def repo_untrack(self, step, said):
        for pattern in self.in_repo(step, "untrack", *step.all("pattern"))["untracked"]:
            said.word("pattern", pattern)

    def repo_add(self, step, said):
        if step.get("cancel"):
            return "~"
        r = self.in_repo(step, "add", *step.all("path"))
        said.word("files", len(r["files"]))
        for key in ("unchanged", "read_bytes", "new_bytes", "stored_bytes"):
            said.word(key, r[key])
        self._files(r["files"], said)

    def _files(self, files, said):
        for f in files:
            said.word("file", path_of(f) + f":{f['oid']}:{f['size']}".encode())

    def repo_status(self, step, said):
        for f in self.in_repo(step, "status"):
            flags = "".join(c if f[key] else "-" for c, key in zip("scp", ("staged", "cached", "pushed"), strict=True))
            said.word("file", path_of(f) + f":{f['state']}:{f['oid'] or '-'}:{f['size'] or 0}:{flags}".encode())

    def repo_ls(self, step, said):
        args = [step.get("rev")] if step.get("rev") or step.get("prefix") else []
        self._files(self.in_repo(step, "ls", *args, *step.all("prefix")), said)

    def repo_log(self, step, said):
        limit = ["--limit", step.get("limit")] if step.get("limit") else []
        for c in self.in_repo(step, "log", step.get("path"), *limit):
            said.word("change", f"{len(c['commit'])}:{c['author']}:{c['time']}:{c['subject']}:{c['oid'] or '-'}")

    def repo_open_file(self, step, said):
        self.in_repo(step, "cat", self.spec(step), raw=True)
        self.files[step.text("as")] = step

    def file_len(self, step, said):
        opened = self.files[step.text("file")]
        said.word("size", len(self.in_repo(opened, "cat", self.spec(opened), raw=True)))

    def file_read_at(self, step, said):
        opened, offset, count = self.files[step.text("file")], int(step.get("offset")), int(step.get("count"))
        try:
            span = f"{offset}-{offset + count - 1}"
            data = self.in_repo(opened, "cat", self.spec(opened), "--range", span, raw=True)
        except Failed:
            # A range behind the end is a wrong argument here.
            return "~"
        said.word("count", len(data))
        said.word("fnv", fnv(data))

    def repo_resolve(self, step, said):
        r = self.in_repo(step, "resolve", self.spec(step))
        said.word("path", path_of(r))
        said.word("oid", r["oid"])
        said.word("size", r["size"])
        said.word("local", r["local"] or "-")
        said.word("store", r["store"] or "-")
        said.word("ranges", len(r["ranges"]))
        said.word("bytes", sum(piece["length"] for piece in r["ranges"]))

    def repo_push(self, step, said):
        if step.get("cancel"):
            return "~"
        r = self.in_repo(step, "push", *(["--all"] if step.get("all") == b"1" else []), *step.all("remote"))
        for key in ("files", "packs", "reused_bytes"):
            said.word(key, r[key])
        said.word("uploaded", r["uploaded_bytes"] > 0)

    def repo_pull(self, step, said, verb="pull"):
        r = self.in_repo(step, verb, *step.all("path"), *options(step, lists=["only"]))
        said.word("files", r["files"])
        said.word("bytes", r["bytes"])
        said.word("downloaded", r["downloaded_bytes"] > 0)
        for kept in r["kept"]:
            said.word("kept", path_of(kept))

    def repo_fetch(self, step, said):
        self.repo_pull(step, said, "fetch")

    def repo_drop(self, step, said):
        r = self.in_repo(step, "drop", "--yes", *step.all("path"))
        said.word("files", r["files"])
        said.word("freed", r["freed_bytes"] > 0)

    def repo_fsck(self, step, said):
        r = self.in_repo(step, "fsck", *(["--store"] if step.get("store") == b"1" else []))
        said.word("files", r["files"])
        said.word("packs", r["packs"])
        for problem in r["problems"]:
            said.word("problem", problem["name"])

    def repo_store(self, step, said):
        try:
            self._store(self.in_repo(step, "store", "show"), said)
        except Failed as e:
            if e.args[0]["name"] != "store_not_configured":
                raise
            said.word("none", True)

    def repo_set_store(self, step, said):
        self._store(self.in_repo(step, "store", "set", step.get("url")), said)

    def _store(self, s, said):
        for key in ("url", "local_only", "accepted"):
            said.word(key, s[key])
        said.word("conditional_writes", "unknown" if s["conditional_writes"] is None else s["conditional_writes"])

    def repo_accept_store(self, step, said):
        self.in_repo(step, "store", "accept", step.get("url"))

    def repo_copy_store(self, step, said):
        r = self.in_repo(step, "store", "copy", step.get("url"))
        said.word("packs", r["packs"])
        said.word("copied", r["bytes"] > 0)

    def repo_read_rows(self, step, said):
        columns = ["--columns", b",".join(step.all("column"))] if step.all("column") else []
        more = options(step, ["limit", "batch_rows", "split", "sample", "selection", "on_error"])
        text = self.in_repo(step, "rows", self.spec(step), *columns, *more, raw=True).decode()
        rows = [json.loads(line) for line in text.splitlines()]
        said.word("rows", len(rows))
        # In how many batches they came cannot be seen.
        batch = int(step.get("batch_rows", b"65536"))
        said.word("batches", -(-len(rows) // batch))
        said.word("columns", ",".join(rows[0]))
        # A row leaves out what is null.
        first = [row[next(iter(rows[0]))] for row in rows if next(iter(rows[0])) in row]
        said.word("sum", sum(first) if all(isinstance(value, int) for value in first) else 0)

    def table_new(self, step, said):
        self.tables[step.text("as")] = step
        return "~"

    def repo_write_rows(self, step, said):
        table = self.tables[step.text("table")]
        r = self.in_repo(step, "rows", self.spec(table), "-o", step.get("path"))
        said.word("rows", r["rows"])
        said.word("bytes", r["bytes"])

    def _document(self, step, said, verb, *args, parts=None):
        """Runs a verb that prints a document; `parts` is the option that writes its parts to a folder, if it has one."""
        with tempfile.TemporaryDirectory() as folder:
            where = [parts, folder] if parts else []
            report, answer = self.in_repo(step, *verb.split(), *args, *where), self.code == 0
            said.word("answer", answer)
            said.word("json", json.dumps(report, ensure_ascii=False))
            self._parts(folder, said)

    def repo_import(self, step, said):
        more = options(step, ["sample", "on_error", "license"], ["update", "in_place", "profile", "commit"], repeated=["only"])
        self._document(step, said, "import", *step.all("source"), "--to", step.get("to"), *more)

    def repo_profile(self, step, said):
        more = options(step, ["weight", "on_error"], ["tfdv", "write"], {"column": "columns", "slice": "slices"})
        self._document(step, said, "profile", self.spec(step), *more, parts="-o")

    def profile_files(self, step, said):
        more = options(step, ["weight", "on_error"], ["tfdv", "write"], {"column": "columns", "slice": "slices"})
        with tempfile.TemporaryDirectory() as folder:
            # Outside of any repository.
            args = ["profile", *step.all("path"), *more, "-o", folder]
            report = self.octostore("/", step.text("context"), args, step)
            said.word("answer", self.code == 0)
            said.word("json", json.dumps(report, ensure_ascii=False))
            self._parts(folder, said)

    def _parts(self, folder, said):
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as part:
                said.word("part", f"{name}:{fnv(part.read())}")

    def _environment(self, step, said, verb, *args):
        report = self.octostore(self.place, step.text("context"), [*verb.split(), step.get("dir"), *args], step)
        said.word("answer", self.code == 0)
        said.word("json", json.dumps(report, ensure_ascii=False))

    def _dry(self, step):
        return [] if step.get("write") == b"1" else ["--dry-run"]

    def env_detect(self, step, said):
        self._environment(step, said, "env show")

    def env_check(self, step, said):
        self._environment(step, said, "check")

    def env_capture(self, step, said):
        self._environment(step, said, "capture", *options(step, ["python", "format"]), *self._dry(step))

    def env_up(self, step, said):
        self._environment(step, said, "up", *options(step, ["python", "data"], ["frozen", "force"]))

    def env_devcontainer(self, step, said):
        self._environment(step, said, "devcontainer", *options(step, [], ["dockerfile", "binder"]), *self._dry(step))

    def env_collab(self, step, said):
        self._environment(step, said, "collab", *options(step, ["owner"], [], {"host": "host"}), *self._dry(step))

    def env_create(self, step, said):
        more = options(step, ["name", "module", "author", "description", "license", "store", "push"], ["rewrite"])
        self._environment(step, said, "create", *more, "--yes", *self._dry(step))

    def runs_open(self, step, said):
        # Every verb on runs opens the current folder's.
        self.runs[step.text("as")] = (step.get("path"), step.text("context"))

    def _runs(self, step, *args):
        folder, context = self.runs[step.text("runs")]
        return self.octostore(folder, context, args, step)

    def _of_runs(self, step, said, verb, *args):
        # A run that a program wrote is not there: the command line has no such programs here.
        if step.get("own"):
            return "~"
        report = self._runs(step, *verb.split(), *args)
        said.word("answer", self.code == 0)
        said.word("json", json.dumps(report, ensure_ascii=False))

    def _chosen(self, step):
        return options(step, ["experiment", "filter", "limit"], repeated=["order_by"])

    def runs_execute(self, step, said):
        folder, context = self.runs[step.text("runs")]
        more = options(step, ["experiment", "name", "python"], repeated=["param"])
        command = [PROGRAM, "--json", *self.contexts[context], "run", *more, "--", *step.all("command")]
        run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if run.returncode == 125:
            raise Failed(json.loads(run.stderr.splitlines()[-1])["error"])
        said.word("exit", run.returncode)

    def runs_search(self, step, said):
        return self._of_runs(step, said, "runs list", *self._chosen(step))

    def runs_show(self, step, said):
        return self._of_runs(step, said, "runs show", step.get("id"))

    def runs_compare(self, step, said):
        return self._of_runs(step, said, "runs compare", *step.all("id"))

    def runs_export(self, step, said):
        return self._of_runs(step, said, "runs export", step.get("to"), *self._chosen(step))

    def runs_why(self, step, said):
        return self._of_runs(step, said, "why", step.get("what"))

    def runs_remove(self, step, said):
        self._runs(step, "runs", "rm", step.get("id"))

    def repo_schema(self, step, said):
        if step.get("against"):
            return self._document(step, said, "schema diff", self.spec(step), *options(step, ["against"]))
        if step.get("infer"):
            return self._document(step, said, "schema infer", self.spec(step), *options(step, [], ["write"], ["accept"]))
        if step.get("accept"):
            return self._document(step, said, "schema accept", self.spec(step), *step.all("accept"))
        return self._document(step, said, "schema show", self.spec(step))

    def repo_validate(self, step, said):
        more = options(step, ["schema", "against", "serving", "environment", "rows"])
        self._document(step, said, "validate", self.spec(step), *more)

    def repo_sample(self, step, said):
        more = options(step, ["fraction", "rows", "method", "stratify", "time", "seed", "to"], [], ["key"])
        self._document(step, said, "sample", self.spec(step), *more)

    def repo_split(self, step, said):
        more = options(step, ["time", "gap", "folds", "seed", "name", "to"], ["buckets", "check"], ["by", "stratify"], ["part"])
        self._document(step, said, "split", self.spec(step), *more)

    def repo_examples(self, step, said):
        more = options(step, ["to", "format", "split", "shards", "partition"])
        self._document(step, said, "examples", self.spec(step), *more)

    def repo_features(self, step, said):
        more = options(step, ["label", "save", "rev", "max_missing", "max_correlation"])
        self._document(step, said, "features", *step.all("path"), *more)

    def repo_view(self, step, said):
        with tempfile.TemporaryDirectory() as folder:
            self._document(step, said, "view", self.spec(step), *options(step, ["against"]), "-o", folder + "/page.html")

    def repo_diff_stats(self, step, said):
        revs = [rev for rev in (step.get("from"), step.get("to")) if rev]
        self._document(step, said, "diff", *revs, "--stats", "--", *step.all("path"))

    def git_filter_process(self, step, said):
        self.octostore(".", step.text("context"), ["filter-process"])

    def git_run_hook(self, step, said):
        self.octostore(".", step.text("context"), ["hook", step.get("name"), *step.all("arg")])


def main():
    scenario, place = sys.argv[1:]
    driver = Driver(place)
    lines = [line for line in open(scenario).read().splitlines() if line and not line.startswith("#")]
    for number, line in enumerate(lines, 1):
        step, said, driver.progress = Step(line, place), Said(place), False
        left_out = None
        try:
            left_out = driver.play(step, said)
        except Failed as e:
            error, said = e.args[0], Said(place)
            said.word("error", error["name"])
            said.word("code", error["code"])
            said.word("retryable", error["retryable"])
            said.word("message", error["message"])
            # A defect's hint also says where in the source it is.
            said.word("hint", error["hint"].partition(" (at ")[0] if error["name"] == "internal" else error["hint"])
            for key, value in error["context"].items():
                said.word("context", f"{key}:{value}")
        if step.get("progress") == b"1":
            said.word("progress", driver.progress)
        print(" ".join([str(number), step.verb, *(["~"] if left_out else said.words)]), flush=True)


main()
