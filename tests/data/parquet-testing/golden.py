"""Writes golden.jsonl: what pyarrow reads of each file here, one line a file.

    python golden.py > golden.jsonl

A value is written so that nothing of it is lost and any language can do the same: see value().
"""

import hashlib
import json
import os
import struct
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def value(s):
    if s is None or not s.is_valid:
        return "null"
    t = s.type
    if pa.types.is_dictionary(t):
        return value(s.dictionary_decode() if hasattr(s, "dictionary_decode") else pa.scalar(s.as_py()))
    if isinstance(s, pa.ExtensionScalar):
        return value(s.value)
    if pa.types.is_boolean(t):
        return "true" if s.as_py() else "false"
    if pa.types.is_integer(t):
        return str(s.as_py())
    if pa.types.is_floating(t):
        x = float(s.as_py())
        return "nan" if x != x else "f" + struct.pack(">d", x).hex()
    if pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_string_view(t):
        return "s" + s.as_buffer().to_pybytes().hex()
    if pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t):
        return "b" + s.as_buffer().to_pybytes().hex()
    if pa.types.is_decimal(t):
        d = s.as_py()
        return "d%se%d" % (int(d.scaleb(t.scale)), t.scale)
    if pa.types.is_date(t):
        return "D%d" % s.value
    if pa.types.is_timestamp(t):
        return "T%d%s" % (s.value, t.unit)
    if pa.types.is_time(t):
        return "t%d%s" % (s.value, t.unit)
    if pa.types.is_map(t):
        return "{" + ",".join("(" + value(e["key"]) + "," + value(e["value"]) + ")"
                              for e in entries(s)) + "}"
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return "[" + ",".join(value(e) for e in s.values) + "]"
    if pa.types.is_struct(t):
        return "(" + ",".join(value(s[n]) for n in range(t.num_fields)) + ")"
    if pa.types.is_null(t):
        return "null"
    raise TypeError(str(t))


def entries(s):
    v = s.values
    keys, items = v.field(0), v.field(1)
    for n in range(len(v)):
        yield {"key": keys[n], "value": items[n]}


def look(path):
    table = pq.read_table(path)
    digest, first = hashlib.sha256(), []
    for row in range(table.num_rows):
        line = "|".join(value(column[row]) for column in table.columns)
        digest.update(line.encode() + b"\n")
        if row < 3:
            first.append(line[:400])
    return {"rows": table.num_rows, "columns": table.column_names, "sha256": digest.hexdigest(), "first": first}


here = os.path.dirname(os.path.abspath(__file__))
print(json.dumps({"pyarrow": pa.__version__}))
for folder, _, names in sorted(os.walk(here)):
    for name in sorted(n for n in names if n.endswith(".parquet")):
        path = os.path.join(folder, name)
        try:
            found = look(path)
        except Exception as e:
            found = {"error": type(e).__name__ + ": " + str(e)[:200].replace("\n", " ")}
        print(json.dumps({"file": os.path.relpath(path, here), **found}))
        sys.stdout.flush()
