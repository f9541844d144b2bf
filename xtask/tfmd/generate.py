#!/usr/bin/env python3
"""Writes core/src/profile/messages/{path,derived_feature,statistics,schema,anomalies}.rs from the descriptors in the package
tensorflow-metadata, with what the text format needs to know of each message.  To be run again when TensorFlow Metadata grows:

    pip install tensorflow-metadata && python xtask/tfmd/generate.py && cargo fmt --all
"""
import keyword, pathlib, re
from google.protobuf import any_pb2
from google.protobuf.descriptor import FieldDescriptor as F
from tensorflow_metadata.proto.v0 import anomalies_pb2, derived_feature_pb2, path_pb2, schema_pb2, statistics_pb2

OUT = pathlib.Path(__file__).parents[2] / "core/src/profile/messages"
FILES = {
    "path": ("Paths to a feature, a step for each level of nesting.", [path_pb2, any_pb2]),
    "derived_feature": ("Where a derived feature comes from.", [derived_feature_pb2]),
    "statistics": ("Statistics of data sets and their features.", [statistics_pb2]),
    "schema": ("What a data set must look like.", [schema_pb2]),
    "anomalies": ("Where statistics and schema disagree.", [anomalies_pb2]),
}
SCALARS = {
    F.TYPE_DOUBLE: ("f64", "double", "Double"), F.TYPE_FLOAT: ("f32", "float", "Float"),
    F.TYPE_INT64: ("i64", "int64", "Int64"), F.TYPE_UINT64: ("u64", "uint64", "Uint64"),
    F.TYPE_INT32: ("i32", "int32", "Int32"), F.TYPE_UINT32: ("u32", "uint32", "Uint32"),
    F.TYPE_BOOL: ("bool", "bool", "Bool"), F.TYPE_STRING: ("String", "string", "String"),
    F.TYPE_BYTES: ("Vec<u8>", 'bytes = "vec"', "Bytes"),
}
RESERVED = {"type", "enum", "struct", "match", "ref", "in", "box", "move", "use", "mod", "fn", "impl", "self"}


def flat(d):
    """`FeatureNameStatistics.Type` is called `FeatureNameStatisticsType`."""
    return (flat(d.containing_type) if d.containing_type else "") + d.name


def camel(name):
    return "".join(w[:1].upper() + w[1:] for w in name.split("_"))


def variant(name):
    name = "".join(w.capitalize() for w in name.split("_"))
    return name if name[0].isalpha() else "V" + name


def table(d):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", flat(d)).upper()


def ident(name):
    return "r#" + name if name in RESERVED or keyword.iskeyword(name) else name


def is_map(f):
    return f.type == F.TYPE_MESSAGE and f.message_type.GetOptions().map_entry


def rust_type(f):
    if f.type == F.TYPE_MESSAGE:
        return flat(f.message_type), "message"
    if f.type == F.TYPE_ENUM:
        return "i32", f'enumeration = "{flat(f.enum_type)}"'
    return SCALARS[f.type][:2]


def default(f):
    if not f.has_default_value or f.type == F.TYPE_MESSAGE:
        return ""
    value = f.default_value
    if f.type == F.TYPE_ENUM:
        value = variant(f.enum_type.values_by_number[value].name)
    if f.type == F.TYPE_BOOL:
        value = str(value).lower()
    return f', default = "{value}"'


def field(f):
    kind, attribute = rust_type(f)
    if is_map(f):
        key, value = (f.message_type.fields_by_name[n] for n in ("key", "value"))
        v, va = rust_type(value)
        k, ka = rust_type(key)
        return f'#[prost(btree_map = "{ka}, {va}", tag = "{f.number}")]\npub {ident(f.name)}: BTreeMap<{k}, {v}>,'
    if f.is_repeated:
        packed = "" if f.is_packed or f.type in (F.TYPE_MESSAGE, F.TYPE_STRING, F.TYPE_BYTES) else ', packed = "false"'
        return f'#[prost({attribute}, repeated, tag = "{f.number}"{packed})]\npub {ident(f.name)}: Vec<{kind}>,'
    if f.has_presence:
        return f'#[prost({attribute}, optional, tag = "{f.number}"{default(f)})]\npub {ident(f.name)}: Option<{kind}>,'
    return f'#[prost({attribute}, tag = "{f.number}")]\npub {ident(f.name)}: {kind},'


def real_oneofs(d):
    return [o for o in d.oneofs if not (len(o.fields) == 1 and o.name.startswith("_"))]


def message(d, out):
    oneofs = real_oneofs(d)
    inside = {f.name for o in oneofs for f in o.fields}
    out.append(f"/// `{d.full_name}`.\n#[derive(Clone, PartialEq, prost::Message)]\npub(crate) struct {flat(d)} {{")
    out += [field(f) for f in d.fields if f.name not in inside]
    for o in oneofs:
        tags = ", ".join(str(f.number) for f in o.fields)
        out.append(f'#[prost(oneof = "{flat(d)}{camel(o.name)}", tags = "{tags}")]\npub {ident(o.name)}: Option<{flat(d)}{camel(o.name)}>,')
    out.append("}")
    for o in oneofs:
        out.append(f"/// One of these is in `{d.full_name}.{o.name}`.\n#[derive(Clone, PartialEq, prost::Oneof)]\npub(crate) enum {flat(d)}{camel(o.name)} {{")
        for f in o.fields:
            kind, attribute = rust_type(f)
            out.append(f'#[prost({attribute}, tag = "{f.number}")]\n{camel(f.name)}({kind}),')
        out.append("}")
    describe(d, out)
    out.append(f"impl Described for {flat(d)} {{ fn table() -> &'static Table {{ &{table(d)} }} }}")
    for e in d.enum_types:
        enum(e, out)
    for n in d.nested_types:
        if n.GetOptions().map_entry:
            describe(n, out)
        else:
            message(n, out)


def describe(d, out):
    rows = []
    for f in sorted(d.fields, key=lambda f: f.number):
        if f.type == F.TYPE_MESSAGE:
            kind = f"Kind::Message(&{table(f.message_type)})"
        elif f.type == F.TYPE_ENUM:
            kind = f"Kind::Enum({table(f.enum_type)})"
        else:
            kind = f"Kind::{SCALARS[f.type][2]}"
        many = "Many::Map" if is_map(f) else "Many::Packed" if f.is_repeated and f.is_packed else "Many::Repeated" if f.is_repeated else "Many::One"
        rows.append(f'Field {{ number: {f.number}, name: "{f.name}", kind: {kind}, many: {many} }},')
    out.append(f'pub(crate) static {table(d)}: Table = Table {{ name: "{d.full_name}", fields: &[{" ".join(rows)}] }};')


def enum(e, out):
    out.append(f"/// `{e.full_name}`.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]\n#[repr(i32)]\npub(crate) enum {flat(e)} {{")
    seen = set()
    for v in e.values:
        if v.number not in seen:  # an alias would be the same variant
            out.append(f"{variant(v.name)} = {v.number},")
        seen.add(v.number)
    out.append("}")
    names = ", ".join(f'("{v.name}", {v.number})' for v in e.values)
    out.append(f"pub(crate) static {table(e)}: &[(&str, i32)] = &[{names}];")
    out.append(f"impl Named for {flat(e)} {{ fn as_text(self) -> &'static str {{ name_of({table(e)}, self as i32) }} }}")


for name, (about, modules) in FILES.items():
    out = []
    for m in modules:
        for e in m.DESCRIPTOR.enum_types_by_name.values():
            enum(e, out)
        for d in m.DESCRIPTOR.message_types_by_name.values():
            message(d, out)
    body = "\n".join(out)
    code = re.sub(r"///.*|\"[^\"]*\"", "", body)
    named = ", Named, Table, name_of" if "Named for" in body else ", Table"
    uses = ["use super::table::{Described, Field, Kind, Many" + named + "};"]
    if "BTreeMap" in body:
        uses.append("use std::collections::BTreeMap;")
    for other, (_, ms) in FILES.items():
        if other != name and any(dep.name in [m.DESCRIPTOR.name for m in ms] for mod in modules for dep in mod.DESCRIPTOR.dependencies):
            needed = sorted({flat(d) for m in ms for d in m.DESCRIPTOR.message_types_by_name.values() if re.search(rf"[<( ]{flat(d)}[>)]", code) or re.search(rf": {flat(d)},", code)}
                            | {table(d) for m in ms for d in m.DESCRIPTOR.message_types_by_name.values() if re.search(rf"&{table(d)}\b", code)})
            if needed:
                uses.append(f"use super::{other}::{{{', '.join(needed)}}};")
    (OUT / f"{name}.rs").write_text(f"//! {about} Generated by `xtask/tfmd/generate.py`.\n\n" + "\n".join(uses) + "\n\n" + body + "\n")
