//! A message as JSON, with the fields' names as they are in the `.proto` files.

use super::table::{Kind, Many, Table};
use super::tree::{Node, Value};
use super::{Described, text};
use serde_json::{Map, Value as Json};

/// A message's JSON. Numbers that JSON does not have are text: `"NaN"`, `"Infinity"`, `"-Infinity"`.
pub(crate) fn to_json<M: Described>(message: &M) -> Json {
    object(M::table(), &text::tree(message))
}

fn object(table: &Table, node: &Node) -> Json {
    let mut out = Map::new();
    for entry in &node.entries {
        let field = table.by_name(&entry.name);
        let inside = field.and_then(|f| if let Kind::Message(table) = f.kind { Some(table) } else { None });
        match field.map(|f| f.many) {
            Some(Many::Map) => {
                if let (Value::Message(pair), Some(table)) = (&entry.value, inside) {
                    let map = out.entry(entry.name.clone()).or_insert_with(|| Json::Object(Map::new()));
                    insert_pair(table, pair, map);
                }
            }
            Some(Many::Repeated | Many::Packed) => {
                let list = out.entry(entry.name.clone()).or_insert_with(|| Json::Array(Vec::new()));
                if let Json::Array(list) = list {
                    list.push(value(inside, &entry.value));
                }
            }
            _ => {
                out.insert(entry.name.clone(), value(inside, &entry.value));
            }
        }
    }
    Json::Object(out)
}

fn insert_pair(table: &Table, pair: &Node, map: &mut Json) {
    let (Json::Object(map), Some(key), Some(of)) = (map, pair.get("key"), pair.get("value")) else { return };
    let inside =
        table.by_name("value").and_then(|f| if let Kind::Message(table) = f.kind { Some(table) } else { None });
    let key = match value(None, key) {
        Json::String(text) => text,
        other => other.to_string(),
    };
    map.insert(key, value(inside, of));
}

fn value(table: Option<&Table>, of: &Value) -> Json {
    match of {
        Value::Message(node) => table.map_or(Json::Null, |table| object(table, node)),
        Value::Double(v) => double(*v),
        Value::Float(v) => double(format!("{v}").parse().unwrap_or_else(|_| f64::from(*v))),
        Value::Int(v) => Json::from(*v),
        Value::Uint(v) => Json::from(*v),
        Value::Bool(v) => Json::from(*v),
        Value::Bytes(v) => Json::from(String::from_utf8_lossy(v)),
        Value::Name(name) => Json::from(*name),
        Value::Unknown(text) => Json::from(text.as_str()),
        Value::UnknownMessage(_) => Json::Null,
    }
}

fn double(value: f64) -> Json {
    serde_json::Number::from_f64(value).map_or_else(
        || {
            Json::from(if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            })
        },
        Json::Number,
    )
}
