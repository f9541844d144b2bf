//! How two schemas differ, field by field.

use crate::profile::messages::{Node, Schema, Value, text};
use serde_json::json;
use std::collections::BTreeMap;

/// A field that is in one schema and not in the other, or has another value there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where: `feature[fare].presence.min_count`.
    pub place: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Difference {
    pub(crate) fn json(&self) -> serde_json::Value {
        let kind = match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        json!({"place": self.place, "kind": kind, "before": self.before, "after": self.after})
    }
}

/// The differences, by their places.
pub(crate) fn diff(before: &Schema, after: &Schema) -> Vec<Difference> {
    let (before, mut after) = (flat(before), flat(after));
    let mut out = Vec::new();
    for (place, value) in before {
        let now = after.remove(&place);
        if now.as_ref() != Some(&value) {
            out.push(Difference { place, before: Some(value), after: now });
        }
    }
    out.extend(after.into_iter().map(|(place, value)| Difference { place, before: None, after: Some(value) }));
    out.sort_by(|a, b| a.place.cmp(&b.place));
    out
}

/// Each value by its place; messages in lists are told apart by their names, values in lists are their own places.
fn flat(schema: &Schema) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    flatten(&text::tree(schema), "", &mut out);
    out
}

const LISTS: [&str; 6] = ["value", "default_environment", "in_environment", "not_in_environment", "tag", "comment"];

fn flatten(node: &Node, prefix: &str, out: &mut BTreeMap<String, String>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &node.entries {
        let nth = seen.entry(&entry.name).and_modify(|n| *n += 1).or_insert(0);
        let place = if prefix.is_empty() { entry.name.clone() } else { format!("{prefix}.{}", entry.name) };
        match &entry.value {
            Value::Message(inside) => {
                let named = inside.get("name").or_else(|| inside.get("key"));
                let place = match named {
                    Some(name) => format!("{place}[{}]", text::value(name).trim_matches('"')),
                    None if is_list(node, &entry.name) => format!("{place}[{nth}]"),
                    None => place,
                };
                out.insert(place.clone(), "{}".to_owned());
                flatten(inside, &place, out);
            }
            value if LISTS.contains(&entry.name.as_str()) => {
                out.insert(format!("{place}[{}]", text::value(value)), text::value(value));
            }
            _ if entry.name == "name" => {}
            value => {
                out.insert(place, text::value(value));
            }
        }
    }
}

fn is_list(node: &Node, name: &str) -> bool {
    node.entries.iter().filter(|e| e.name == name).count() > 1
}
