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
        locked.url = place(package);
        described.packages.push(locked);
    }
    Ok(described)
}

/// Where a package of the standard's lock file comes from, if not from an index: as PEP 508 and pip write it.
fn place(package: &Value) -> Option<String> {
    let at = |table: &str, key: &str| package.get(table)?.get(key)?.as_str();
    if let (Some(kind), Some(url)) = (at("vcs", "type"), at("vcs", "url")) {
        let commit = at("vcs", "commit-id").map_or_else(String::new, |c| format!("@{c}"));
        return Some(format!("{kind}+{url}{commit}"));
    }
    if let Some(url) = at("archive", "url") {
        let hash = package.get("archive").and_then(|a| a.get("hashes")?.get("sha256")?.as_str());
        return Some(format!("{url}{}", hash.map_or_else(String::new, |h| format!("#sha256={h}"))));
    }
    at("directory", "path").map(|p| format!("./{}", p.trim_start_matches("./")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_package_keeps_the_place_that_it_comes_from() {
        let text = r#"
[[packages]]
name = "a"
version = "1.2"
[[packages]]
name = "b"
vcs = { type = "git", url = "https://example.org/b.git", commit-id = "ab12" }
[[packages]]
name = "c"
archive = { url = "https://example.org/c.whl", hashes = { sha256 = "00ff" } }
[[packages]]
name = "d"
directory = { path = "libs/d", editable = true }
"#;
        let read = read("pylock.toml", text, Kind::Pylock).unwrap();
        let got: Vec<_> = read.packages.iter().map(|p| (p.versions.as_str(), p.url.as_deref())).collect();
        let expected = [
            ("==1.2", None),
            ("", Some("git+https://example.org/b.git@ab12")),
            ("", Some("https://example.org/c.whl#sha256=00ff")),
            ("", Some("./libs/d")),
        ];
        assert_eq!(got, expected);
    }
}
