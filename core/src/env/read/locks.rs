//! Lock files in TOML: uv's, poetry's and the standard one (PEP 751). All three list `packages` with name and version.

use super::{Described, Kind, Package, toml_of};
use crate::error::Result;
use toml::Value;

pub(super) fn read(path: &str, text: &str, kind: Kind) -> Result<Described> {
    let table = toml_of(path, text)?;
    let python = match kind {
        Kind::PoetryLock => table.get("metadata").and_then(|m| m.get("python-versions")),
        _ => table.get("requires-python"),
    };
    let mut described = Described { python: python.and_then(Value::as_str).map(str::to_owned), ..Described::default() };
    let list = if kind == Kind::Pylock { "packages" } else { "package" };
    for package in table.get(list).and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let Some(name) = text("name") else { continue };
        // The project itself is in uv's lock file too.
        let source = package.get("source");
        if source.is_some_and(|s| s.get("virtual").is_some() || s.get("editable").is_some()) {
            continue;
        }
        let mut locked = Package::new(name, &text("version").map_or_else(String::new, |v| format!("=={v}")), path);
        locked.marker = text("marker").map(str::to_owned);
        described.packages.push(locked);
    }
    Ok(described)
}
