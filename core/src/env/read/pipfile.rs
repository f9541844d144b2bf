//! Pipenv's `Pipfile` and `Pipfile.lock`.

use super::pyproject::versions_of;
use super::{Described, Package, broken, line_of, toml_of};
use crate::error::Result;
use toml::Value;

pub(super) fn read(path: &str, text: &str) -> Result<Described> {
    let table = toml_of(path, text)?;
    let mut described = Described::default();
    if let Some(requires) = table.get("requires").and_then(Value::as_table) {
        let asked = requires.get("python_full_version").or_else(|| requires.get("python_version"));
        described.python = asked.and_then(Value::as_str).map(str::to_owned);
    }
    for (name, value) in table.get("packages").and_then(Value::as_table).into_iter().flatten() {
        described.packages.push(Package { line: line_of(text, name), ..Package::new(name, &versions_of(value), path) });
    }
    Ok(described)
}

pub(super) fn read_lock(path: &str, text: &str) -> Result<Described> {
    let lock: serde_json::Value =
        serde_json::from_str(text).map_err(|e| broken(path, Some(e.line()), format!("it is not JSON: {e}")))?;
    let requires = &lock["_meta"]["requires"];
    let python = requires["python_full_version"].as_str().or_else(|| requires["python_version"].as_str());
    let mut described = Described { python: python.map(str::to_owned), ..Described::default() };
    for (name, what) in lock["default"].as_object().into_iter().flatten() {
        let mut package = Package::new(name, what["version"].as_str().unwrap_or_default(), path);
        package.marker = what["markers"].as_str().map(str::to_owned);
        described.packages.push(package);
    }
    Ok(described)
}
