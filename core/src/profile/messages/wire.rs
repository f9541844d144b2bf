//! A message's bytes to its tree, and back.

use super::escape;
use super::table::{Field, Kind, Many, Table};
use super::tree::{Entry, Node, Value};
use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

/// The tree of bytes that prost wrote or read: they are sound, and what is not is left out.
pub(super) fn read(table: &Table, mut bytes: &[u8]) -> Node {
    let mut found: Vec<(u32, Entry)> = Vec::new();
    while bytes.has_remaining() {
        if read_field(table, &mut bytes, &mut found).is_none() {
            break;
        }
    }
    found.sort_by_key(|(number, _)| *number);
    let mut node = Node { entries: found.into_iter().map(|(_, entry)| entry).collect() };
    for field in table.fields.iter().filter(|f| f.many == Many::Map) {
        sort_map(&mut node, field);
    }
    node
}

/// An entry of a map always shows its key and its value, which are not written when they are the default.
fn sort_map(node: &mut Node, field: &Field) {
    let Kind::Message(pair) = field.kind else { return };
    for entry in node.entries.iter_mut().filter(|e| e.name == field.name) {
        let Value::Message(pair_node) = &mut entry.value else { continue };
        for (at, part) in pair.fields.iter().enumerate() {
            if pair_node.get(part.name).is_none() {
                let value = absent(&part.kind);
                pair_node.entries.insert(at.min(pair_node.entries.len()), Entry { name: part.name.to_owned(), value });
            }
        }
    }
}

fn absent(kind: &Kind) -> Value {
    match kind {
        Kind::Message(_) => Value::Message(Node::default()),
        Kind::String | Kind::Bytes => Value::Bytes(Vec::new()),
        Kind::Double => Value::Double(0.0),
        Kind::Float => Value::Float(0.0),
        Kind::Bool => Value::Bool(false),
        Kind::Uint32 | Kind::Uint64 => Value::Uint(0),
        Kind::Int32 | Kind::Int64 => Value::Int(0),
        Kind::Enum(names) => names.first().map_or(Value::Int(0), |(name, _)| Value::Name(name)),
    }
}

fn read_field(table: &Table, bytes: &mut &[u8], found: &mut Vec<(u32, Entry)>) -> Option<()> {
    let (number, wire) = decode_key(bytes).ok()?;
    let Some(field) = table.by_number(number) else {
        let value = Value::Unknown(unknown(wire, bytes)?);
        found.push((number, Entry { name: number.to_string(), value }));
        return Some(());
    };
    let mut push = |value| found.push((number, Entry { name: field.name.to_owned(), value }));
    if wire == WireType::LengthDelimited {
        let mut inside = take(bytes)?;
        match field.kind {
            Kind::Message(table) => push(Value::Message(read(table, inside))),
            Kind::String | Kind::Bytes => push(Value::Bytes(inside.to_vec())),
            _ => {
                while inside.has_remaining() {
                    push(scalar(&field.kind, &mut inside)?);
                }
            }
        }
    } else {
        push(scalar(&field.kind, bytes)?);
    }
    Some(())
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (inside, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(inside)
}

fn scalar(kind: &Kind, bytes: &mut &[u8]) -> Option<Value> {
    Some(match kind {
        Kind::Double => Value::Double(bytes.try_get_f64_le().ok()?),
        Kind::Float => Value::Float(bytes.try_get_f32_le().ok()?),
        Kind::Int32 | Kind::Int64 => Value::Int(decode_varint(bytes).ok()? as i64),
        Kind::Uint32 | Kind::Uint64 => Value::Uint(decode_varint(bytes).ok()?),
        Kind::Bool => Value::Bool(decode_varint(bytes).ok()? != 0),
        Kind::Enum(names) => {
            let number = decode_varint(bytes).ok()? as i32;
            names
                .iter()
                .find(|(_, n)| *n == number)
                .map_or(Value::Int(i64::from(number)), |(name, _)| Value::Name(name))
        }
        Kind::String | Kind::Bytes | Kind::Message(_) => return None,
    })
}

/// A value of an unknown field, as protobuf prints such.
fn unknown(wire: WireType, bytes: &mut &[u8]) -> Option<String> {
    Some(match wire {
        WireType::Varint => decode_varint(bytes).ok()?.to_string(),
        WireType::SixtyFourBit => format!("0x{:016x}", bytes.try_get_u64_le().ok()?),
        WireType::ThirtyTwoBit => format!("0x{:08x}", bytes.try_get_u32_le().ok()?),
        WireType::LengthDelimited => escape::quoted(take(bytes)?),
        WireType::StartGroup | WireType::EndGroup => return None,
    })
}

/// The bytes of what a tree says and its table knows.
pub(super) fn write(table: &Table, node: &Node) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in &node.entries {
        if let Some(field) = table.by_name(&entry.name) {
            write_field(field, &entry.value, &mut out);
        }
    }
    out
}

/// Packed fields are written value by value, which every reader takes.
fn write_field(field: &Field, value: &Value, out: &mut Vec<u8>) {
    match (value, &field.kind) {
        (Value::Message(node), Kind::Message(table)) => bytes_field(field.number, &write(table, node), out),
        (Value::Bytes(bytes), _) => bytes_field(field.number, bytes, out),
        (Value::Double(v), _) => {
            encode_key(field.number, WireType::SixtyFourBit, out);
            out.extend_from_slice(&v.to_le_bytes());
        }
        (Value::Float(v), _) => {
            encode_key(field.number, WireType::ThirtyTwoBit, out);
            out.extend_from_slice(&v.to_le_bytes());
        }
        (Value::Int(v), _) => varint(field.number, *v as u64, out),
        (Value::Uint(v), _) => varint(field.number, *v, out),
        (Value::Bool(v), _) => varint(field.number, u64::from(*v), out),
        (Value::Name(name), Kind::Enum(names)) => {
            if let Some((_, number)) = names.iter().find(|(n, _)| n == name) {
                varint(field.number, i64::from(*number) as u64, out);
            }
        }
        _ => {}
    }
}

fn varint(number: u32, value: u64, out: &mut Vec<u8>) {
    encode_key(number, WireType::Varint, out);
    encode_varint(value, out);
}

fn bytes_field(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}
