#!/usr/bin/env python3
"""An independent reader of docs/format.md.

    check_format.py                                       checks format.json beside this file
    check_format.py --store FOLDER [--repository ID]      checks every pack and reads every file version that the roots name
                    [--oid OID=FILE ...]                  reads these from nothing but their ids and compares them with FILE
"""

import argparse
import io
import itertools
import json
import pathlib
import re
import struct
import sys
import zlib

import blake3
import zstandard

import check_chunker

MAX_RAW, MAX_BODY, HEADER = (1 << 24) - 1, 1 << 25, 16
CHUNK, NODE, LOCATIONS = 0, 1, 2
PACK_MAGIC = b"OCTOPACK" + struct.pack("<II", 1, 0)
TABLE_MAGIC = b"OCTOTABL" + struct.pack("<II", 1, 0)


class Damaged(Exception):
    pass


class Newer(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Damaged(what)


def derive(context, data):
    return blake3.blake3(data, derive_key_context=f"octostore 1 {context}").digest()


# Pointer


def parse_pointer(blob):
    """(file id, size), or None for ordinary data."""
    begins = re.match(rb"octostore ([0-9]+)\noid ", blob)
    if len(blob) > 1024 or not begins:
        return None
    if begins[1] != b"1":
        raise Newer("pointer version")
    lines = re.match(rb"octostore 1\noid blake3:([0-9a-f]{64})\nsize ([1-9][0-9]*)\nchunker ([^\n]+)\n", blob)
    need(lines and int(lines[2]) < 1 << 63, "pointer")
    rest = blob[lines.end():]
    if lines[3] != b"oc1" or re.match(rb"[a-z]+ ", rest):
        raise Newer("pointer line")
    need(not rest, "pointer")
    return bytes.fromhex(lines[1].decode()), int(lines[2])


def write_pointer(oid, size):
    return f"octostore 1\noid blake3:{oid.hex()}\nsize {size}\nchunker oc1\n" if size else ""


# Manifest


def leb128(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def node_bytes(level, children):
    return struct.pack("<BH", level, len(children)) + b"".join(id + leb128(n) for id, n in children)


def parse_node(data):
    need(len(data) >= 3, "node")
    level, count = struct.unpack_from("<BH", data)
    need(level <= 12 and count <= 512 and (count or level == 0), "node")
    children, at = [], 3
    for _ in range(count):
        child, at, n, shift = data[at:at + 32], at + 32, 0, 0
        while True:
            need(at < len(data) and shift < 70, "node")
            n |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 0x80:
                break
        need(n and n < 1 << 64 and (shift == 7 or data[at - 1]), "node")
        need(level or n <= MAX_RAW, "node")
        children.append((child, n))
    need(at == len(data) and sum(n for _, n in children) < 1 << 64, "node")
    return level, children


def node_ends(level, count, child):
    mixed = (int.from_bytes(child[:8], "little") ^ level) * 0x9E3779B97F4A7C15 % (1 << 64)
    return count == 512 or (count > 32 and (mixed >> 32) % 128 == 0)


def build_tree(chunks):
    """The file id and the number of levels of a file that has these (id, length)."""
    level, entries = 0, list(chunks)
    while True:
        nodes, node = [], []
        for child, length in entries:
            node.append((child, length))
            if node_ends(level, len(node), child):
                nodes.append(node)
                node = []
        if not nodes:
            if level and len(node) == 1:
                return node[0][0], level
            return derive("node", node_bytes(level, node)), level + 1
        nodes += [node] if node else []
        entries = [(derive("node", node_bytes(level, n)), sum(c[1] for c in n)) for n in nodes]
        level += 1


# Frame


def unframe(stored):
    """(word, raw bytes)"""
    need(len(stored) >= HEADER, "frame")
    encoding, kind, zero, body_len, raw_len, checksum = struct.unpack_from("<BBHIII", stored)
    need(encoding < 16 and kind < 16 and zero == 0 and raw_len <= MAX_RAW and body_len <= MAX_BODY, "frame header")
    body = stored[HEADER:]
    need(len(body) == body_len and zlib.crc32(body, zlib.crc32(stored[:12])) == checksum, "frame checksum")
    if encoding > 1 or kind > 2:
        raise Newer("frame")
    raw = body
    if encoding == 1:
        try:
            raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body), read_across_frames=True).read(raw_len + 1)
        except zstandard.ZstdError as e:
            raise Damaged(str(e)) from e
    need(len(raw) == raw_len, "raw length")
    return raw_len | encoding << 24 | kind << 28, raw


def read_frame(stored, kind, id):
    word, raw = unframe(stored)
    need(word >> 28 == kind, "kind")
    need(kind == LOCATIONS or derive("chunk" if kind == CHUNK else "node", raw) == id, "id")
    return raw


# Pack


def parse_footer(name, footer, pack_len):
    """(offset of the index, entries, hash of the index, pack hash)"""
    need(len(footer) == 96 and footer[88:] == b"OCTOPEND", "footer")
    offset, length, entries, bases = struct.unpack_from("<QQII", footer)
    need(derive("pack", name + footer[:56]) == footer[56:88], "pack hash")
    need(entries <= 1 << 20 and bases <= 1 << 20 and length == 40 * entries + 36 * bases, "counts")
    need(offset + length + 96 == pack_len, "pack length")
    return offset, entries, footer[24:56], footer[56:88]


def parse_pack(name, data):
    """(pack hash, [(id, offset, length, word)])"""
    index_at, count, index_hash, pack_hash = parse_footer(name, data[-96:], len(data))
    index = data[index_at:-96]
    need(data[:16] == PACK_MAGIC and derive("pack index", index) == index_hash, "index")
    entries, at = [], 16
    for n in range(count):
        id, length, word = struct.unpack_from("<32sII", index, 40 * n)
        need(HEADER <= length <= HEADER + MAX_BODY, "frame length")
        entries.append((id, at, length, word))
        at += length
    need(at == index_at, "index does not cover the frames")
    return pack_hash, entries


def check_pack(name, data):
    """Every frame of a pack against its entry and id."""
    pack_hash, entries = parse_pack(name, data)
    for id, offset, length, word in entries:
        stored = data[offset:offset + length]
        need(unframe(stored)[0] == word, "word")
        read_frame(stored, word >> 28, id)
    return pack_hash, entries


# Locations and tables: a place is (pack name, pack length, offset, length, word)


def possible(place):
    _, pack_len, offset, length, _ = place
    return offset >= 16 and HEADER <= length <= 2 * (HEADER + MAX_BODY) and offset + length <= pack_len


def parse_locations(children, data):
    need(len(data) >= 2, "locations")
    packs = struct.unpack_from("<H", data)[0]
    need(len(data) == 2 + 24 * packs + 18 * len(children), "locations")
    places = []
    for n in range(len(children)):
        ordinal, offset, length, word = struct.unpack_from("<HQII", data, 2 + 24 * packs + 18 * n)
        need(ordinal < packs, "locations")
        places.append((*struct.unpack_from("<16sQ", data, 2 + 24 * ordinal), offset, length, word))
    need(all(map(possible, places)), "locations")
    return places


def parse_table(data):
    """[(id, place)]"""
    if data[:8] == TABLE_MAGIC[:8] and len(data) >= 12 and data[8:12] != TABLE_MAGIC[8:12]:
        raise Newer("table")
    need(len(data) >= 64 and data[:16] == TABLE_MAGIC and data[-8:] == b"OCTOTEND", "table")
    need((len(data) - 64) % 72 == 0 and int.from_bytes(data[-48:-40], "little") == (len(data) - 64) // 72, "table")
    need(len(data) <= 64 + (72 << 20), "too many rows")
    need(derive("table", data[:-40]) == data[-40:-8], "table hash")
    rows = [struct.unpack_from("<32s16sQQII", data, at) for at in range(16, len(data) - 48, 72)]
    need(all(a[0] < b[0] for a, b in itertools.pairwise(rows)) and all(possible(r[1:]) for r in rows), "rows")
    return [(row[0], row[1:]) for row in rows]


# A store in a folder


class Store:
    def __init__(self, folder):
        self.root = pathlib.Path(folder) / "v1"
        config = json.loads((self.root / "config").read_text())
        need(config["format"] == "octostore store", "format")
        if config["version"] > 1 or config["required_to_read"]:
            raise Newer("store")
        self.rows = {}
        tables = [t for t in self.root.glob("files/*/*") if re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", t.name)]
        for table in sorted(tables, key=lambda t: t.name):
            self.rows.update(parse_table(table.read_bytes()))

    def pack_path(self, name):
        return self.root / "packs" / name.hex()[:2] / name.hex()

    def read(self, place):
        name, pack_len, offset, length, _ = place
        with open(self.pack_path(name), "rb") as pack:
            need(pack.seek(0, 2) == pack_len, "pack length")
            pack.seek(offset)
            return pack.read(length)

    def node(self, id):
        """(level, children, places of a leaf's chunks)"""
        stored = self.read(self.rows[id])
        end = HEADER + int.from_bytes(stored[4:8], "little")
        level, children = parse_node(read_frame(stored[:end], NODE, id))
        if level or not children:
            return level, children, []
        return level, children, parse_locations(children, read_frame(stored[end:], LOCATIONS, id))

    def file(self, id, expected=None):
        """The file's bytes, a chunk at a time; `expected` are level and length as the parent says."""
        level, children, places = self.node(id)
        need(expected in (None, (level, sum(n for _, n in children))), "a node is not what its parent says")
        if level:
            for child, length in children:
                yield from self.file(child, (level - 1, length))
            return
        for (chunk, length), place in zip(children, places, strict=True):
            raw = read_frame(self.read(place), CHUNK, chunk)
            need(len(raw) == length, "chunk length")
            yield raw

    def roots(self, repository):
        return [json.loads(r.read_text()) for r in sorted(self.root.glob(f"roots/{repository or '*'}/*"))]


def check_store(store, repository):
    """Every pack of every root whole and as the root says; every file version readable and cut as a writer must."""
    files, packs = set(), 0
    for root in store.roots(repository):
        files.update(bytes.fromhex(f) for f in root["files"])
        for pack in root["packs"]:
            name = bytes.fromhex(pack["id"])
            data = store.pack_path(name).read_bytes()
            need(len(data) == pack["length"], "root's length")
            need(check_pack(name, data)[0].hex() == pack["hash"], "root's hash")
            packs += 1
        need(all(store.pack_path(bytes.fromhex(p)).exists() for p in root["reused"]), "a reused pack is gone")
    for oid in files:
        chunks = [(derive("chunk", raw), len(raw)) for raw in store.file(oid)]
        need(build_tree(chunks)[0] == oid, "a tree that no writer makes")
    print(f"{packs} packs and {len(files)} file versions are right")
    return len(files)


# Vectors


def refuses(read, vector):
    try:
        read(vector)
    except Damaged:
        return vector["error"] == "damaged"
    except Newer:
        return vector["error"] == "newer"
    return False


def raw(vector, key="hex"):
    return bytes.fromhex(vector[key])


def file_holds(v):
    data = b"".join(map(check_chunker.part_bytes, v["input"]))
    ends = check_chunker.cuts(data)
    pieces = [data[a:b] for a, b in itertools.pairwise([0, *ends])]
    oid = build_tree((derive("chunk", p), len(p)) for p in pieces)[0]
    return len(data) == v["size"] and oid.hex() == v["oid"] and write_pointer(oid, len(data)) == v["blob"]


def tree_holds(v):
    numbers = (n % v["distinct"] for n in range(v["chunks"]))
    ids = [derive("chunk", struct.pack("<Q", n)) for n in range(v["distinct"])]
    oid, levels = build_tree((ids[n], 16384 + n) for n in numbers)
    return (oid.hex(), levels) == (v["oid"], v["levels"])


def node_holds(v):
    children = [(bytes.fromhex(id), int(n)) for id, n in v["children"]]
    same = parse_node(raw(v)) == (v["level"], children) and node_bytes(v["level"], children) == raw(v)
    return same and derive("node", raw(v)).hex() == v["id"]


def pack_holds(v):
    pack_hash, entries = check_pack(raw(v, "pack"), raw(v))
    return pack_hash.hex() == v["hash"] and [[e[0].hex(), *e[1:]] for e in entries] == v["entries"]


def shown(place):
    return [place[0].hex(), *place[1:]]


def locations(v):
    return list(map(shown, parse_locations(parse_node(raw(v, "leaf"))[1], raw(v))))


def bad_pointer_holds(v):
    if v["error"] == "data":
        return parse_pointer(v["text"].encode()) is None
    return refuses(lambda v: parse_pointer(v["text"].encode()), v)


HOLDS = {
    "files": file_holds,
    "trees": tree_holds,
    "nodes": node_holds,
    "bad_nodes": lambda v: refuses(lambda v: parse_node(raw(v)), v),
    "node_ends": lambda v: node_ends(v["level"], v["count"], raw(v, "id")) == v["ends"],
    "frames": lambda v: read_frame(raw(v), v["kind"], raw(v, "id")) == raw(v, "raw"),
    "bad_frames": lambda v: refuses(lambda v: unframe(raw(v)), v),
    "packs": pack_holds,
    "bad_packs": lambda v: refuses(lambda v: parse_pack(raw(v, "pack"), raw(v)), v),
    "locations": lambda v: locations(v) == v["places"],
    "bad_locations": lambda v: refuses(locations, v),
    "tables": lambda v: [[id.hex(), shown(place)] for id, place in parse_table(raw(v))] == v["rows"],
    "bad_tables": lambda v: refuses(lambda v: parse_table(raw(v)), v),
    "pointers": lambda v: parse_pointer(v["text"].encode()) == (raw(v, "oid"), int(v["size"])),
    "bad_pointers": bad_pointer_holds,
}


def check_vectors():
    vectors = json.loads(pathlib.Path(__file__).with_name("format.json").read_text())
    need(vectors.keys() == HOLDS.keys(), "format.json has other lists than this program checks")
    wrong = [(section, v) for section, list in vectors.items() for v in list if not HOLDS[section](v)]
    for section, v in wrong:
        print(f"{section}: does not hold: {json.dumps(v)[:300]}")
    count = sum(map(len, vectors.values()))
    print(f"{count - len(wrong)} of {count} vectors hold")
    return 1 if wrong or not all(vectors.values()) else 0


def compare(store, oid, path):
    with open(path, "rb") as file:
        need(all(file.read(len(chunk)) == chunk for chunk in store.file(oid)) and not file.read(1), f"{path} differs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store")
    parser.add_argument("--repository")
    parser.add_argument("--oid", nargs="*", default=[])
    args = parser.parse_args()
    if not args.store:
        return check_vectors()
    store = Store(args.store)
    for pair in args.oid:
        oid, path = pair.split("=", 1)
        compare(store, bytes.fromhex(oid), path)
        print(f"{oid} is {path}")
    if not args.oid:
        need(check_store(store, args.repository), "no file versions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
