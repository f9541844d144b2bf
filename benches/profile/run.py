#!/usr/bin/env python3
"""Profiles one table by octostore and its peers in the same run and prints what each cost, as markdown.

    run.py [--rows 5000000] [--reps 3] [--allow-missing NAME] [--only csv|parquet]

Exits 1 when a peer could not be run; its error is a row of the table. `--allow-missing NAME` (may be repeated) tolerates that of
one peer, never of octostore. Compare CPU seconds: wall depends on what else the machine does.
"""
import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.append(os.path.join(ROOT, "benches", "peers"))

from measure import StepFailed, run  # noqa: E402

VERSIONS = ["duckdb==2.0.1", "polars==2.1.0", "pyarrow==26.0.1", "numpy==2.4.6"]


def python(cache):
    """A virtual environment with the peers, made once."""
    folder = os.path.join(cache, "profile-peers")
    program = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, ".complete")):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *VERSIONS], check=True)
        with open(os.path.join(folder, ".complete"), "w"):
            pass
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--only", choices=["csv", "parquet"])
    parser.add_argument("--allow-missing", action="append", default=[], metavar="NAME")
    parser.add_argument("--octostore", default=os.path.join(ROOT, "target", "release", "octostore"))
    parser.add_argument("--timeout", type=float, default=1200)
    options = parser.parse_args()
    cache = os.environ.get("OCTOSTORE_TEST_CACHE", os.path.join(ROOT, "tests", ".cache"))
    program = python(cache)
    folder = os.path.join(cache, f"profile-data-{options.rows}")
    subprocess.run([program, os.path.join(HERE, "data.py"), folder, "--rows", str(options.rows)], check=True)
    names = subprocess.run([program, "-c", "import peers; print('\\n'.join(peers.PEERS))"], cwd=HERE, check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\n")[:-1]
    print(f"{options.rows:,} rows, {options.reps} repetitions, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"{platform.machine()}\n\n| file | program | CPU s | wall s | peak MiB | CPU, ours / its |\n|---|---|---|---|---|---|")
    failed = False
    for kind in [options.only] if options.only else ["parquet", "csv"]:
        path = os.path.join(folder, f"events.{kind}")
        commands = {"octostore": f"'{options.octostore}' profile '{path}' --json >/dev/null"}
        commands |= {name: f"'{program}' peers.py '{name}' '{path}'" for name in names}
        costs, errors = {name: [] for name in commands}, {}
        for _ in range(options.reps):
            for name, command in commands.items():
                if name not in errors:
                    try:
                        costs[name].append(measured(command, options.timeout))
                    except StepFailed as error:
                        errors[name] = str(error)
        ours = statistics.median(c.cpu for c in costs["octostore"]) if costs["octostore"] else float("nan")
        for name in commands:
            if name in errors:
                print(f"| {kind} | {name} | ERROR: {errors[name]} | | | |")
                failed |= name not in options.allow_missing or name == "octostore"
                continue
            cpu, wall, rss = (statistics.median(getattr(c, what) for c in costs[name]) for what in ("cpu", "wall", "rss_bytes"))
            print(f"| {kind} | {name} | {cpu:.2f} | {wall:.2f} | {rss / (1 << 20):.0f} | {ours / cpu:.2f} |")
    return 1 if failed else 0


def measured(command, timeout):
    with tempfile.TemporaryDirectory() as home:
        return run(command, HERE, {**os.environ, "HOME": home}, timeout)


if __name__ == "__main__":
    sys.exit(main())
