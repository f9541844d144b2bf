//! The YAML of MLflow's small files: one mapping of scalars, at most one more inside.

use crate::error::{Code, Error, Result};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

/// Text as a scalar that every reader of YAML gives back as it is: quoted as JSON does, and with what YAML takes for a line's
/// end, or refuses, written out.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in Value::from(text).to_string().chars() {
        match u32::from(c) {
            n @ (0x7f..=0x9f | 0x2028 | 0x2029 | 0xfeff | 0xfffe | 0xffff) => {
                let _ = write!(out, "\\u{n:04x}");
            }
            _ => out.push(c),
        }
    }
    out
}

/// A mapping that is read from a file.
pub(super) fn read(path: &Path, text: &str) -> Result<Map<String, Value>> {
    if let Some(map) = flat(text) {
        return Ok(map);
    }
    let broken = |what: String| {
        Error::new(Code::InvalidData, format!("{}: {what}", path.display()))
            .with("path", path.display().to_string())
            .remedy("Bring the file back from a backup, or delete the run's folder.")
    };
    let documents = YamlLoader::load_from_str(text).map_err(|e| broken(format!("not YAML: {e}")))?;
    match documents.first().map(json) {
        Some(Value::Object(map)) => Ok(map),
        _ => Err(broken("not a mapping of names to values".into())),
    }
}

/// What we write ourselves, and ten times faster than YAML as such: a line for each name, with JSON behind it.
fn flat(text: &str) -> Option<Map<String, Value>> {
    let mut map = Map::new();
    for line in text.lines() {
        let (name, value) = line.split_once(": ")?;
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return None;
        }
        map.insert(name.to_owned(), serde_json::from_str(value).ok()?);
    }
    Some(map)
}

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(s) | Yaml::Real(s) => s.as_str().into(),
        Yaml::Integer(n) => (*n).into(),
        Yaml::Boolean(b) => (*b).into(),
        Yaml::Array(items) => items.iter().map(json).collect(),
        Yaml::Hash(pairs) => {
            let name = |key: &Yaml| match json(key) {
                Value::String(s) => s,
                other => other.to_string(),
            };
            pairs.iter().map(|(k, v)| (name(k), json(v))).collect::<Map<_, _>>().into()
        }
        _ => Value::Null,
    }
}

/// A name's value as text, if it is there and not null. Numbers are text as well: older MLflow wrote ids so.
pub(super) fn text(map: &Map<String, Value>, name: &str) -> Option<String> {
    match map.get(name)? {
        Value::Null => None,
        Value::String(s) => Some(s.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Map<String, Value> {
        read(Path::new("meta.yaml"), text).unwrap()
    }

    #[test]
    fn what_mlflow_writes_is_read() {
        let map = parse(
            "artifact_uri: file:///a/b\nend_time: null\nexperiment_id: '0'\nname: a\n  long name\ntags: []\nstatus: 3\n",
        );
        assert_eq!(text(&map, "artifact_uri").as_deref(), Some("file:///a/b"));
        assert_eq!(text(&map, "end_time"), None);
        assert_eq!(text(&map, "experiment_id").as_deref(), Some("0"));
        assert_eq!(text(&map, "name").as_deref(), Some("a long name"));
        assert_eq!(map["status"], 3);
        assert_eq!(parse("tags:\n  mlflow.data.context: training\n")["tags"]["mlflow.data.context"], "training");
    }

    #[test]
    fn text_comes_back_as_it_was() {
        for value in [
            "",
            "a: b",
            "#x",
            "it's \"q\"",
            "two\nlines\t\u{1}",
            "\u{85}\u{2028}\u{7f}\u{feff}",
            "größe 🦀",
            "yes",
            "1e3",
        ] {
            let line = format!("name: {}\n", quoted(value));
            assert!(flat(&line).is_some(), "{line}");
            assert_eq!(text(&parse(&line), "name").as_deref(), Some(value));
            // And through the other reader.
            assert_eq!(text(&parse(&format!("{line}other: plain words\n")), "name").as_deref(), Some(value));
        }
    }

    #[test]
    fn what_is_no_mapping_names_the_file() {
        for broken in ["- a\n", "a: [", "plain"] {
            let e = read(Path::new("exp/meta.yaml"), broken).unwrap_err();
            assert_eq!(e.code(), Code::InvalidData);
            assert!(e.message().starts_with("exp/meta.yaml: "), "{e}");
        }
    }
}
