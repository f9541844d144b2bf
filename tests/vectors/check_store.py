#!/usr/bin/env python3
"""Lets octostore fill a store, then reads all of it back with check_format.py: from git's pointers and the store alone."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import check_format

SEED = 20


def files(random):
    """Name and content: each shape of a manifest, and what git's filter and the library cut alike or not at all."""
    yield "empty", b""
    yield "one", b"x"
    for length in (16384, 16385, 1 << 20, (1 << 20) + 1):
        yield f"noise-{length}", random.randbytes(length)
    yield "two-levels", random.randbytes(60 << 20)
    yield "zeros", bytes(140 << 20)
    yield "lines.csv", b"2024-01-01,open,17.50\n" * 300_000
    yield "text.csv", b"".join(b"%d,%d\n" % (n, n * 77 % 1009) for n in range(400_000))
    for n in range(300):
        yield f"small/{n}", random.randbytes(n * 7)


def git(work, *args, **more):
    return subprocess.run(["git", *args], cwd=work, check=True, capture_output=True, **more).stdout


def write(work, content):
    for name, data in content.items():
        path = work / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def version(work, content, add, message):
    """Commits this content; gives name and pointer blob of each file as git has them."""
    write(work, content)
    subprocess.run(add, cwd=work, check=True, capture_output=True)
    git(work, "commit", "-qm", message)
    return {name: git(work, "cat-file", "-p", f"HEAD:data/{name}") for name in content}


def fill(octostore, world):
    def run(*args):
        subprocess.run([octostore, *args], cwd=world / "work", check=True, capture_output=True)

    work = world / "work"
    git(world, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(world, "init", "-q", "-b", "main", "work")
    git(work, "config", "user.name", "A")
    git(work, "config", "user.email", "a@example.org")
    git(work, "remote", "add", "origin", "../remote.git")
    run("init", "--store", (world / "store").as_uri())
    run("track", "data/")
    git(work, "add", ".")
    git(work, "commit", "-qm", "set up")
    content = dict(files(random.Random(SEED)))
    first = version(work, content, [octostore, "add", "data"], "by octostore")
    run("push")
    edited = {name: data[: len(data) // 3] + b"an edit" + data[len(data) // 3:] for name, data in content.items()}
    second = version(work, edited, ["git", "add", "data"], "by git")
    git(work, "push", "-q", "origin", "main")
    return [(first, content), (second, edited)]


def check_versions(store, versions):
    count = 0
    for pointers, content in versions:
        for name, data in content.items():
            pointer = check_format.parse_pointer(pointers[name])
            if not data:
                assert pointers[name] == b"", name
                continue
            oid, size = pointer
            assert size == len(data) and b"".join(store.file(oid)) == data, f"{name} is not what was added"
            count += 1
    print(f"{count} files read back from their pointers")


def check_damage_is_seen(store):
    """A reader that finds nothing in a damaged pack would prove nothing."""
    name = max(store.root.glob("packs/*/*"), key=lambda p: p.stat().st_size)
    good = name.read_bytes()
    for at in (20, len(good) // 2, len(good) - 90):
        bad = bytearray(good)
        bad[at] ^= 1
        try:
            check_format.check_pack(bytes.fromhex(name.name), bytes(bad))
        except check_format.Damaged:
            continue
        raise AssertionError(f"damage at byte {at} was not seen")


def main():
    built = pathlib.Path(__file__).parents[2] / "target/release/octostore"
    octostore = shutil.which("octostore") or (str(built) if built.exists() else None)
    if not octostore:
        print("SKIPPED check_store: octostore is not built")
        return 0
    octostore = os.path.abspath(octostore)
    # git's filter and hooks call it by name.
    os.environ["PATH"] = f"{pathlib.Path(octostore).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        world = pathlib.Path(folder)
        versions = fill(octostore, world)
        store = check_format.Store(world / "store")
        check_versions(store, versions)
        check_format.check_store(store, None)
        check_damage_is_seen(store)
    return 0


if __name__ == "__main__":
    sys.exit(main())
