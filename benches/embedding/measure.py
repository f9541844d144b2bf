"""Runs the programs of each language in turns and prints one table: medians, what they are compared with, the targets."""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time
from collections import defaultdict

FILE, TABLE = "data/big.bin", "data/rows.csv"
# What runs in each language.
WHATS = {
    "rust": ["call", "small", "range", "table", "limits"],
    "c": ["call", "small", "range", "table"],
    "c++": ["call", "small", "range", "table"],
    "python": ["small", "range", "table"],
    "kotlin": ["small", "range"],
    "swift": ["small", "range", "table"],
}
FIRST_STARTS = 21
MIB = 1 << 20


class Samples:
    """Wall and CPU seconds by language and name; peaks in MiB by language and what ran."""

    def __init__(self):
        self.wall, self.cpu, self.peak = defaultdict(list), defaultdict(list), defaultdict(int)

    def take(self, language, what, output):
        for line in output.splitlines():
            name, *numbers = line.split()
            if name == "peak":
                self.peak[language, what] = max(self.peak[language, what], int(numbers[0]) / 1024)
            else:
                self.wall[language, name].append(float(numbers[0]))
                self.cpu[language, name].append(float(numbers[1]))

    def has(self, language, name):
        return bool(self.cpu[language, name])

    def median(self, language, name):
        return statistics.median(self.wall[language, name]), statistics.median(self.cpu[language, name])


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}")
    return done.stdout


def measure(samples, commands, args):
    data = f"{args.cache}/data-{args.mib}/work"
    for number in range(args.rounds):
        for language, command in commands.items():
            for what in WHATS[language]:
                print(f"round {number + 1} of {args.rounds}: {language} {what}", file=sys.stderr)
                path = {"table": TABLE, "limits": f"{data}/{FILE}"}.get(what, FILE)
                samples.take(language, what, run([*command, what, data, path, str(args.repeats)]))


def process(command):
    """Wall and CPU seconds of a process from its start to its end, and what it said."""
    reading, writing = os.pipe()
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    os.close(writing)
    with os.fdopen(reading) as said:
        output = said.read()
    if status:
        sys.exit(f"{shlex.join(command)} failed")
    return wall, used.ru_utime + used.ru_stime, output


def first_calls(samples, args):
    first, library = f"{args.cache}/first", f"{args.cache}/dist/lib/liboctostore.so"
    for _ in range(FIRST_STARTS):
        for name, command in {"empty": [first], "process": [first, library, f"{args.cache}/many/work"]}.items():
            wall, cpu, said = process(command)
            samples.wall["first", name].append(wall)
            samples.cpu["first", name].append(cpu)
            samples.take("first", name, said)
        again = run([first, library, f"{args.cache}/many/work", "again"]).splitlines()
        samples.take("first", "again", "\n".join(line for line in again if line.startswith("again")))


def shown(seconds):
    if seconds < 1e-6:
        return f"{seconds * 1e9:.1f} ns"
    if seconds < 1e-3:
        return f"{seconds * 1e6:.2f} us"
    return f"{seconds * 1e3:.1f} ms"


class Table:
    def __init__(self):
        print("| what | from | CPU | wall | compared | target | |")
        print("|---|---|---|---|---|---|---|")

    def row(self, what, where, times=None, compared="", target="", met=None):
        cpu, wall = (shown(times[1]), shown(times[0])) if times else ("", "")
        verdict = "" if met is None else ("pass" if met else "**miss**")
        print(f"| {what} | {where} | {cpu} | {wall} | {compared} | {target} | {verdict} |")


def calls(table, s):
    base = s.median("rust", "len")
    table.row("`File.len`", "rust", base)
    for language in ("c", "c++"):
        times = s.median(language, "len")
        over = (times[1] - base[1]) * 1e9
        table.row("`File.len`", language, times, f"{over:+.1f} ns over Rust", "<= 20 ns", over <= 20)
    table.row("`octo_version`", "c", s.median("c", "version"))


HOT = {
    "small": ("read 64 bytes into a buffer", True),
    "read": ("read 64 bytes of the buffered file", True),
    "read_at": ("read 64 bytes as `bytes`", True),
    "as_data": ("read 64 bytes as `Data`", True),
    "as_array": ("read 64 bytes as `ByteArray`", True),
    "next_batch": ("next batch of 1,000 rows from Arrow", True),
    "uniffi": ("a plain uniffi call", False),
    "uniffi_text": ("a uniffi call that takes a string", False),
    "jna_direct": ("JNA's direct no-op", False),
    "jna_mapped": ("JNA's interface no-op", False),
    "nothing": ("`len()` of a bytearray", False),
}


def hot(table, s, languages):
    base = s.median("rust", "small")[1]
    for language in languages:
        for name, (what, limited) in HOT.items():
            if not s.has(language, name):
                continue
            times = s.median(language, name)
            compared = f"{shown(times[1] - base)} over Rust" if name == "small" and language != "rust" else ""
            target, met = ("<= 5 us", times[1] <= 5e-6) if limited and language != "rust" else ("", None)
            table.row(what, language, times, compared, target, met)


def ranges(table, s, languages, mib):
    size = mib / 1024
    label = f"{mib} MiB"
    for name, what in (("range", f"{label} into a buffer in use"), ("fresh", f"{label} into new memory")):
        base = s.median("rust", name)
        table.row(what, "rust", base, f"{size / base[1]:.2f} GiB per CPU s")
        for language in languages:
            if language == "rust" or not s.has(language, name):
                continue
            times = s.median(language, name)
            least = 0.8 if language in ("kotlin", "swift") else 0.95
            ratio = base[1] / times[1]
            table.row(what, language, times, f"{ratio:.2f} of Rust (wall {base[0] / times[0]:.2f})", f">= {least}", ratio >= least)


def limits(table, s, mib):
    parts = 0
    for name in ("memcpy", "pread", "blake3"):
        times = s.median("rust", name)
        parts += times[1]
        table.row(f"{name} of {mib} MiB", "machine", times, f"{mib / 1024 / times[1]:.1f} GiB per CPU s")
    whole = s.median("rust", "range")[1]
    table.row("the three together", "machine", None, f"{parts / whole:.0%} of Rust's range read")


def tables(table, s, languages):
    for language in languages:
        for name, what in (("table_out", "hand a table of 1 M rows, 6 columns out"), ("table_in", "take one in")):
            if s.has(language, name):
                times = s.median(language, name)
                target, met = ("<= 100 us", times[1] <= 1e-4) if language in ("c", "c++", "python") else ("", None)
                table.row(what, language, times, "", target, met)


def first(table, s):
    whole, nothing = s.median("first", "process"), s.median("first", "empty")
    least = min(s.wall["first", "process"])
    compared = f"least wall {shown(least)}; an empty process: {shown(nothing[1])}, wall {shown(nothing[0])}"
    met = max(whole[1], least) <= 0.02
    table.row("first call: process, load, open 20,000 files", "c", whole, compared, "<= 20 ms", met)
    for name, what in (("load", "of it: load the library"), ("open", "of it: open the repository"), ("again", "open it a second time")):
        table.row(what, "c", s.median("first", name))


def peaks(s, languages, mib):
    print("\n| peak memory, MiB | 64-byte reads | range read, beyond its buffer | 1 M rows | first call |")
    print("|---|---|---|---|---|")
    for language in languages:
        cells = [f"{s.peak[language, 'small']:.0f}", f"{s.peak[language, 'range'] - mib:.0f}"]
        cells += [f"{s.peak[language, 'table']:.0f}" if s.peak[language, "table"] else ""]
        cells += [f"{s.peak['first', 'process']:.0f}" if language == "c" else ""]
        print(f"| {language} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser()
    for name in ("mib", "rounds", "repeats"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("commands", "cache"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    with open(args.commands) as lines:
        commands = {language: shlex.split(command) for language, command in (line.rstrip("\n").split("\t") for line in lines)}
    samples = Samples()
    before = os.getloadavg()[0]
    first_calls(samples, args)
    measure(samples, commands, args)
    print(f"{os.cpu_count()} cores, load {before:.1f} before and {os.getloadavg()[0]:.1f} after; medians of {args.rounds} x {args.repeats}, of {FIRST_STARTS} for the first call")
    print("Pass or miss is by CPU time; for the first call, by its least wall time too.\n")
    table, languages = Table(), list(commands)
    calls(table, samples)
    hot(table, samples, languages)
    ranges(table, samples, languages, args.mib)
    limits(table, samples, args.mib)
    tables(table, samples, languages)
    first(table, samples)
    peaks(samples, languages, args.mib)


main()
