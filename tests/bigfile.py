#!/usr/bin/env python3
"""One incompressible file through plain `git add`, `git commit`, `git push` and `octostore clone`, with each one's peak memory.

    bigfile.py --mib 1024 --store URL [--limit-mib 256]

Exits 1 when a step's largest process needs more than the limit or the clone's file differs. `octostore` is taken from PATH.
"""
import argparse
import filecmp
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "benches", "peers"))
from measure import StepFailed, run  # noqa: E402  (the folder is put on the path just above)

MIB = 1 << 20
STEP_SECONDS = 1800


def steps(store):
    """(name, command, whether its memory is ours to bound)"""
    return [
        ("set up", f"git init -q -b main . && octostore init --store {store} && octostore track 'data/**' && git add -A . && "
                   "git commit -q -m setup && git init -q --bare -b main ../git && git remote add origin ../git", False),
        ("make the file", "mkdir data && head -c {size} /dev/urandom > data/big.bin", False),
        ("git add", "git add data", True),
        ("git commit", "git commit -q -m big", True),
        ("git push", "git push -q origin main", True),
        ("clone", "octostore clone --data all ../git ../clone", True),
    ]


def environment(home):
    with open(os.path.join(home, ".gitconfig"), "w") as file:
        file.write('[user]\nname = test\nemail = test@example.org\n[protocol "file"]\nallow = always\n')
    return {**os.environ, "HOME": home, "GIT_TERMINAL_PROMPT": "0"}


def measure(folder, given):
    """The number of steps over the limit."""
    work, home = os.path.join(folder, "work"), os.path.join(folder, "home")
    os.mkdir(work)
    os.mkdir(home)
    over = 0
    for name, command, ours in steps(given.store):
        cost = run(command.replace("{size}", str(given.mib * MIB)), work, environment(home), STEP_SECONDS)
        peak = cost.rss_bytes / MIB
        too_much = ours and peak > given.limit_mib
        over += too_much
        print(f"| {given.store.partition(':')[0]} | {name} | {cost.wall:.2f} s | {cost.cpu:.2f} s CPU | {peak:.0f} MiB peak |"
              + (f" more than {given.limit_mib}" if too_much else ""))
    if not filecmp.cmp(os.path.join(work, "data", "big.bin"), os.path.join(folder, "clone", "data", "big.bin"), shallow=False):
        raise StepFailed("the clone's file has other bytes")
    return over


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--limit-mib", type=int, default=256)
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(dir=os.environ.get("OCTOSTORE_TEST_RUN")) as folder:
            return 1 if measure(folder, given) else 0
    except StepFailed as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
