#!/usr/bin/env python3
"""An independent implementation of docs/format/chunker.md, checked against chunker.json beside this file."""

import json
import pathlib
import sys

MIN, MID, MAX = 16384, 61440, 262144
C1, C2, K = 0x9E3779B1, 0x85EBCA77, 0x087EAB30
STRICT, LOOSE = 1 << 55, 1 << 59
SALT = [0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3,
        0x1D8E4E27C47D124F, 0xEB44ACCAB455D165, 0x9C6E6877736C46E3, 0xA0B428DBE7037ED1]
LAST_SALT = 0x9E3779B97F4A7C15
M32, M64 = (1 << 32) - 1, (1 << 64) - 1


def fold(a, b):
    product = a * b
    return (product & M64) ^ (product >> 64)


def window_hash(window):
    w = [int.from_bytes(window[8 * i:8 * i + 8], "little") ^ SALT[i] for i in range(8)]
    return fold(fold(w[0], w[1]) ^ fold(w[2], w[3]) ^ fold(w[4], w[5]) ^ fold(w[6], w[7]), LAST_SALT)


def chunk_end(data, start):
    limit = min(len(data), start + MAX)
    for at in range(start + MIN, limit):
        early = int.from_bytes(data[at - 8:at - 4], "little")
        late = int.from_bytes(data[at - 4:at], "little")
        if (early * C1 + late * C2 + K) & M32 < 1 << 23:
            if window_hash(data[at - 64:at]) < (STRICT if at - start < MID else LOOSE):
                return at
    return limit


def cuts(data):
    ends, start = [], 0
    while start < len(data):
        start = chunk_end(data, start)
        ends.append(start)
    return ends


def random(seed, length):
    words = []
    for _ in range(-(-length // 8)):
        seed = (seed + 0x9E3779B97F4A7C15) & M64
        z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 & M64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & M64
        words.append((z ^ (z >> 31)).to_bytes(8, "little"))
    return b"".join(words)[:length]


def repeated(period, length):
    return (period * (length // len(period) + 1))[:length]


def part_bytes(part):
    (kind, p), = part.items()
    if kind == "random":
        return random(p["seed"], p["skip"] + p["length"])[p["skip"]:]
    if kind == "repeat":
        return repeated(p["text"].encode(), p["length"])
    if kind == "repeat_random":
        return repeated(random(p["seed"], p["period"]), p["length"])
    raise ValueError(f"unknown input part {kind!r}")


def main():
    vectors = json.loads(pathlib.Path(__file__).with_name("chunker.json").read_text())
    wrong = 0
    for vector in vectors:
        found = cuts(b"".join(map(part_bytes, vector["input"])))
        if found != vector["cuts"]:
            wrong += 1
            print(f"{vector['name']}: expected cuts {vector['cuts']}, found {found}")
    print(f"{len(vectors) - wrong} of {len(vectors)} vectors hold")
    return 1 if wrong or not vectors else 0


if __name__ == "__main__":
    sys.exit(main())
