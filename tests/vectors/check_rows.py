#!/usr/bin/env python3
"""Reads rows.json with an XXH64 written from its specification alone, and checks each row's hashes."""
import json
import pathlib
import struct

P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
MASK = (1 << 64) - 1


def rotate(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & MASK


def round_(lane, word):
    return rotate((lane + word * P2) & MASK, 31) * P1 & MASK


def xxh64(data, seed):
    at, size = 0, len(data)
    if size >= 32:
        lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        while at <= size - 32:
            for n in range(4):
                lanes[n] = round_(lanes[n], struct.unpack_from("<Q", data, at)[0])
                at += 8
        h = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & MASK
        for lane in lanes:
            h = ((h ^ round_(0, lane)) * P1 + P4) & MASK
    else:
        h = (seed + P5) & MASK
    h = (h + size) & MASK
    while at + 8 <= size:
        h = (rotate(h ^ round_(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= size:
        h = (rotate(h ^ (struct.unpack_from("<I", data, at)[0] * P1 & MASK), 23) * P2 + P3) & MASK
        at += 4
    while at < size:
        h = rotate(h ^ (data[at] * P5 & MASK), 11) * P1 & MASK
        at += 1
    h = (h ^ (h >> 33)) * P2 & MASK
    h = (h ^ (h >> 29)) * P3 & MASK
    return h ^ (h >> 32)


def row_hash(data, purpose, seed):
    return xxh64(data, xxh64(purpose, seed))


if __name__ == "__main__":
    assert xxh64(b"", 0) == 0xEF46DB3751D8E999 and xxh64(b"abc", 0) == 0x44BC2CF5AD770999
    rows = json.loads((pathlib.Path(__file__).parent / "rows.json").read_text())["rows"]
    for row in rows:
        data = bytes.fromhex(row["bytes"])
        assert row_hash(data, b"sample", 0) == int(row["sample_0"], 16), row
        assert row_hash(data, b"split", 7) == int(row["split_7"], 16), row
    print(f"{len(rows)} rows agree")
