#!/usr/bin/env python3
"""Runs octostore and its peers on the same data in the same run and prints what each step cost, as markdown.

    run.py [--scale 0.0625] [--reps 3] [--peers NAME,...] [--allow-missing NAME]

Exits 1 when a peer could not be run or gave wrong bytes; its error is a row of the table. `--allow-missing NAME` (may be
repeated) tolerates that of one peer, never of octostore. README.md beside this file tells how to read the table.
"""
import argparse
import filecmp
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import data
import table
from measure import StepFailed, folder_bytes, run
from peers import PEERS

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STATUS_RUNS = 3
# git's index cannot tell a file from a later change within the same second. What is added here is older than that, as it is
# for a person; otherwise git and git-lfs would read files again later, and `octostore add` would wait for the second to end.
SETTLE_SECONDS = 1.1
GIT_CONFIG = """[user]
name = bench
email = bench@example.org
[init]
defaultBranch = main
[protocol "file"]
allow = always
[gc]
auto = 0
[maintenance]
auto = false
"""


class Bench:
    """One peer's folders and what has been measured in them."""

    def __init__(self, peer, options, data_folder, work):
        self.peer, self.options, self.data = peer, options, data_folder
        self.work, self.remote, self.clone, self.home = (os.path.join(work, name) for name in ("work", "remote", "clone", "home"))
        for folder in (self.work, self.remote, self.home):
            os.makedirs(folder)
        with open(os.path.join(self.home, ".gitconfig"), "w") as file:
            file.write(GIT_CONFIG)
        self.environment = {
            "HOME": self.home, "LANG": "C.UTF-8", "W": self.work, "R": self.remote, "C": self.clone,
            "DVC_NO_ANALYTICS": "1", "GIT_TERMINAL_PROMPT": "0",
            "PATH": os.pathsep.join(self.programs() + [os.environ["PATH"]]),
        }
        self.rows, self.truth = [], {}

    def programs(self):
        """Folders for PATH; raises when something the peer needs is not there."""
        folders = [os.path.dirname(self.options.octostore)]
        if self.peer.install:
            folders += self.peer.install(self.options.cache)
        for name in self.peer.needs:
            if not shutil.which(name, path=os.pathsep.join(folders + [os.environ["PATH"]])):
                raise StepFailed(f"{name} is not installed")
        return folders

    def prepare(self, command):
        """A command that is not part of any step."""
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=self.work, env=self.environment, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise StepFailed(f"{command}: exit {done.returncode}: {' / '.join(done.stdout.strip().splitlines()[-4:])}")
        return done.stdout.strip()

    def step(self, name, command, folder=None):
        cost = run(command, folder or self.work, self.environment, self.options.timeout)
        self.rows.append({"peer": self.peer.name, "step": name, **vars(cost)})

    def size(self, name, size):
        self.rows.append({"peer": self.peer.name, "step": name, "bytes": size})

    def stored(self):
        return folder_bytes(self.remote)

    def kept_locally(self):
        """What the program keeps on this machine beside the work tree's own files."""
        return folder_bytes(self.work, self.home, without=(os.path.join(self.work, "data"),))

    def use(self, version):
        """Puts the files of a version into the work tree, each as a new file."""
        source = os.path.join(self.data, version)
        shutil.copytree(source, os.path.join(self.work, "data"), dirs_exist_ok=True, copy_function=replace_by_copy)
        self.truth.update(files_below(source))
        time.sleep(SETTLE_SECONDS)

    def verify(self, step):
        """The clone's data against what was generated, byte for byte."""
        got = files_below(os.path.join(self.clone, "data"))
        wrong = [name for name, path in self.truth.items()
                 if name not in got or not filecmp.cmp(path, got[name], shallow=False)]
        if wrong:
            raise StepFailed(f"after {step!r} {len(wrong)} files of the clone are missing or have other bytes, first {wrong[:3]}")

    def everything(self):
        peer = self.peer
        self.prepare(peer.setup)
        self.use("start")
        for kind in ("big", "csv", "small"):
            self.step(f"add+commit {kind}", f"{peer.add.replace('{}', f'data/{kind}')} && {peer.commit}")
        for name, command in peer.extra.items():
            self.step(name, command)
        for _ in range(STATUS_RUNS):
            self.step("status", peer.status)
        self.step("push", peer.push)
        self.size("store", self.stored())
        self.size("kept locally", self.kept_locally())
        self.step("clone+pull", peer.clone, os.path.dirname(self.clone))
        self.verify("clone+pull")
        for edit in data.EDITS:
            self.edit(edit)
        self.step("pull the edits", peer.pull, self.clone)
        self.verify("pull the edits")

    def edit(self, edit):
        self.use(edit)
        before = self.stored()
        folder = "data/big" if edit == "patch" else "data/csv"
        self.step(f"{edit}: add+commit", f"{self.peer.add.replace('{}', folder)} && {self.peer.commit}")
        self.step(f"{edit}: push", self.peer.push)
        if self.peer.keeps_versions:
            self.size(f"{edit}: new in store", self.stored() - before)


def replace_by_copy(source, target):
    if os.path.lexists(target):
        os.unlink(target)
    return shutil.copyfile(source, target)


def files_below(folder):
    return {os.path.relpath(os.path.join(where, name), folder): os.path.join(where, name)
            for where, _, names in os.walk(folder) for name in names}


def bench(peer, options, data_folder):
    """All rows of one peer; the last one is an error if it could not be run to its end."""
    rows = []
    with tempfile.TemporaryDirectory(dir=options.work, prefix="peer-", ignore_cleanup_errors=True) as work:
        try:
            subject = Bench(peer, options, data_folder, work)
            rows = subject.rows
            rows.append({"peer": peer.name, "version": subject.prepare(peer.version)})
            subject.everything()
        except (StepFailed, subprocess.CalledProcessError, OSError) as error:
            rows.append({"peer": peer.name, "error": str(error).replace(work, "")})
    return rows


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.0625, help="1.0 is 1 GiB + 1 GiB + 20,000 files (default %(default)s)")
    parser.add_argument("--reps", type=int, default=3, help="the table shows medians (default %(default)s)")
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS))
    parser.add_argument("--allow-missing", action="append", default=[], metavar="NAME")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one step (default %(default)s)")
    parser.add_argument("--octostore", default=os.path.join(ROOT, "target", "release", "octostore"))
    parser.add_argument("--cache", default=os.environ.get("OCTOSTORE_TEST_CACHE", os.path.join(ROOT, "tests", ".cache")),
                        help="where data and programs are kept between runs")
    parser.add_argument("--work", help="where the peers work; default: a new folder in the cache")
    parser.add_argument("--out", help="also write every measurement there, one JSON object a line")
    options = parser.parse_args()
    known = {peer.name for peer in PEERS}
    for name in options.peers.split(",") + options.allow_missing:
        if name not in known:
            parser.error(f"no peer is called {name!r}; there are {', '.join(sorted(known))}")
    return options


def data_for(options):
    with open(data.__file__, "rb") as file:
        made_by = hashlib.sha256(file.read()).hexdigest()[:12]
    folder = os.path.join(options.cache, f"peers-data-{options.scale}-{made_by}")
    return folder, data.make(folder, options.scale)


def main():
    options = parse()
    options.cache, options.octostore = os.path.abspath(options.cache), os.path.abspath(options.octostore)
    os.makedirs(options.work or options.cache, exist_ok=True)
    options.work = os.path.abspath(options.work or options.cache)
    folder, facts = data_for(options)
    chosen = [peer for peer in PEERS if peer.name in options.peers.split(",")]
    rows = []
    for repetition in range(options.reps):
        for peer in chosen:
            print(f"{peer.name}, {repetition + 1} of {options.reps}", file=sys.stderr)
            rows += bench(peer, options, folder)
    if options.out:
        with open(options.out, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    print(table.markdown(rows, facts, machine(options)))
    failed = {row["peer"] for row in rows if "error" in row}
    bad = failed - (set(options.allow_missing) - {"octostore", "octostore (git add)"})
    if bad:
        print(f"failed: {', '.join(sorted(bad))}", file=sys.stderr)
    return 1 if bad else 0


def machine(options):
    kind = subprocess.run(["stat", "-f", "-c", "%T", options.work], stdout=subprocess.PIPE, text=True).stdout.strip()
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, {kind}, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
