#!/usr/bin/env python3
"""Starts each test server, finds out what it really does, and compares that with what the tests rely on.

    prove.py [NAME...]        all of versitygw, moto, azurite, s3rver unless named

versitygw and azurite are held to be good stores, moto one for one writer at a time. s3rver must be caught ignoring conditions:
the day it honours them, octostore's refusal of such stores is tested against nothing, so that too is a failure.
"""
import os
import shlex
import subprocess
import sys
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from stores import open_store  # noqa: E402  (the folder is put on the path just above)

RACERS = 16
ROUNDS = 10
INCREMENTS = 10
PART_BYTES = 5 << 20

HOLDS = {
    "racing creates": "1 winner of 16",
    "second create": "refused",
    "racing swaps": "1 winner of 16",
    "swap with a stale ETag": "refused",
    "swap of a missing key": "refused",
    "counter by swaps": "exact",
    "multipart": "same bytes",
    "ranges": "same bytes",
    "listing": "all keys, in pages",
}
# moto compares and writes in two steps: mostly one wins, but on a busy machine two were seen to, or one to get a 500.
RACES = ("racing creates", "racing swaps", "counter by swaps")
# What is not listed here is shown but not relied on.
EXPECTED = {
    "versitygw": HOLDS | {"wrong secret": "refused"},
    "moto": {probe: result for probe, result in HOLDS.items() if probe not in RACES},
    "azurite": HOLDS | {"wrong secret": "refused"},
    "s3rver": {"racing creates": "16 winners of 16", "second create": "OVERWROTE", "swap with a stale ETag": "OVERWROTE"},
}


def race(action):
    """The results of RACERS threads that call action(i) at the same moment."""
    barrier, results = threading.Barrier(RACERS), [None] * RACERS

    def racer(i):
        barrier.wait()
        try:
            results[i] = action(i)
        except Exception as error:  # looked at below: an error is neither a win nor a refusal
            results[i] = error

    threads = [threading.Thread(target=racer, args=(i,)) for i in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [result for result in results if isinstance(result, Exception)]
    if failed:
        raise failed[0]
    return results


def worst_race(store, key, contend):
    """contend(key, i, body) -> ETag or None.  The round whose number of winners is furthest from one."""
    worst = 1
    for number in range(ROUNDS):
        name = f"{key}-{number}"
        winners = [i for i, etag in enumerate(race(lambda i, name=name: contend(name, i, body_of(i)))) if etag]
        if len(winners) == 1 and store.get(name)[0] != body_of(winners[0]):
            return "the loser's bytes are there"
        if abs(len(winners) - 1) > abs(worst - 1):
            worst = len(winners)
    return f"{worst} winner{'' if worst == 1 else 's'} of {RACERS}"


def body_of(i):
    return f"written by racer {i}\n".encode() * 200


def racing_creates(store, key):
    return worst_race(store, key, lambda name, _, body: store.create(name, body))


def racing_swaps(store, key):
    before = {f"{key}-{number}": store.put(f"{key}-{number}", b"before") for number in range(ROUNDS)}
    return worst_race(store, key, lambda name, _, body: store.swap(name, body, before[name]))


def second_create(store, key):
    if not store.create(key, b"first"):
        return "refused the first"
    return refusal(store, key, store.create(key, b"second"), b"first")


def stale_swap(store, key):
    stale = store.put(key, b"one")
    if not store.swap(key, b"two", stale):
        return "refused a good ETag"
    return refusal(store, key, store.swap(key, b"three", stale), b"two")


def swap_of_missing(store, key):
    other = store.put(key + "-other", b"x")
    try:
        return "CREATED" if store.swap(key, b"y", other) else "refused"
    except Exception as error:  # S3 says 404 here, which the verbs do not fold into "condition not met"
        if "NoSuchKey" in str(error) or "404" in str(error):
            return "refused"
        raise


def refusal(store, key, answer, kept):
    if answer is None and store.get(key)[0] == kept:
        return "refused"
    return "OVERWROTE" if store.get(key)[0] != kept else "said yes, kept the old"


def counter_by_swaps(store, key):
    """RACERS threads add INCREMENTS each to one number; the protocol's epoch and locks need every one to count."""
    store.put(key, b"0 start")

    def add(i):
        for step in range(INCREMENTS):
            # Bounded: each refusal means that somebody else advanced.
            for _ in range(RACERS * INCREMENTS + 1):
                body, etag = store.get(key)
                # The bytes are new each time: an ETag that is a hash of them must not come back.
                if store.swap(key, f"{int(body.split()[0]) + 1} {i} {step}".encode(), etag):
                    break
            else:
                raise RuntimeError("a racer was refused more often than others can have won")

    race(add)
    total = int(store.get(key)[0].split()[0])
    return "exact" if total == RACERS * INCREMENTS else f"LOST {RACERS * INCREMENTS - total} of {RACERS * INCREMENTS}"


def multipart(store, key):
    parts = [os.urandom(PART_BYTES), os.urandom(PART_BYTES), os.urandom(12345)]
    store.put_in_parts(key, parts)
    return "same bytes" if store.get(key)[0] == b"".join(parts) else "OTHER BYTES"


def ranges(store, key):
    body = os.urandom(300_000)
    store.put(key, body)
    wanted = [(0, 1), (1, 70_000), (123_456, 234_567), (299_999, 300_000)]
    return "same bytes" if all(store.get_range(key, a, b) == body[a:b] for a, b in wanted) else "OTHER BYTES"


def listing(store, key):
    names = sorted(f"{key}/{folder}/{number:02}" for folder in "ab" for number in range(10))
    for name in names:
        store.put(name, b"x")
    store.delete(names.pop(3))
    return "all keys, in pages" if store.list(key + "/") == names else "KEYS MISSING OR TOO MANY"


def wrong_secret(settings):
    try:
        open_store(settings, secret="bm90IHRoZSBzZWNyZXQ=").put("intruder", b"x")
        return "accepted"
    except Exception as error:
        signs = ("SignatureDoesNotMatch", "AuthorizationFailure")
        return "refused" if any(sign in str(error) for sign in signs) else f"ERROR {one_line(error)}"


PROBES = {
    "racing creates": racing_creates,
    "second create": second_create,
    "racing swaps": racing_swaps,
    "swap with a stale ETag": stale_swap,
    "swap of a missing key": swap_of_missing,
    "counter by swaps": counter_by_swaps,
    "multipart": multipart,
    "ranges": ranges,
    "listing": listing,
}


def one_line(error):
    return " ".join(str(error).split())[:120]


def find_out(settings):
    store, found = open_store(settings), {}
    for name, probe in PROBES.items():
        try:
            found[name] = probe(store, f"{uuid.uuid4().hex[:8]}-{name.replace(' ', '-')}")
        except Exception as error:
            found[name] = f"ERROR {one_line(error)}"
    found["wrong secret"] = wrong_secret(settings)
    return found


def probe_server(name):
    script = os.path.join(HERE, name)
    started = subprocess.run([script, "start"], stdout=subprocess.PIPE, text=True, check=True).stdout
    settings = dict(line.split("=", 1) for line in shlex.split(started))
    try:
        return find_out(settings)
    finally:
        subprocess.run([script, "stop", settings["SERVER_DIR"]], check=True)


def report(name, found, seconds):
    wrong = 0
    print(f"{name} ({seconds:.0f} s)")
    for probe, result in found.items():
        expected = EXPECTED[name].get(probe)
        wrong += expected not in (None, result)
        note = {None: "  (not relied on)", result: ""}.get(expected, f"  <-- expected: {expected}")
        print(f"  {probe:24} {result}{note}")
    return wrong


def main():
    names = sys.argv[1:] or list(EXPECTED)
    unknown = [name for name in names if name not in EXPECTED]
    if unknown:
        print(f"no such server: {', '.join(unknown)}; there are {', '.join(EXPECTED)}", file=sys.stderr)
        return 2
    bad = 0
    for name in names:
        begun = time.monotonic()
        try:
            bad += report(name, probe_server(name), time.monotonic() - begun) > 0
        except subprocess.CalledProcessError as error:
            print(f"{name}: {error}")
            bad += 1
    print(f"{len(names) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
