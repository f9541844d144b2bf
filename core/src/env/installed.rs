//! The packages that are installed, from their `*.dist-info` folders (PEP 376, 610, 627), without running Python.

use super::read::normal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where a package came from that is not from an index: `direct_url.json` (PEP 610).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// A folder, and whether the package is read from there.
    Folder { url: String, editable: bool },
    /// A commit of a repository.
    Vcs { url: String, vcs: String, commit: String },
    /// A file by its address.
    Archive { url: String, hash: Option<String> },
}

impl Origin {
    /// A folder below the project's, as `.` or `./libs/mine`.
    pub(super) fn inside(&self, root: &Path) -> Option<String> {
        let Origin::Folder { url, .. } = self else { return None };
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let path = Path::new(url.strip_prefix("file://").unwrap_or(url)).strip_prefix(&root).ok()?;
        Some(if path.as_os_str().is_empty() { ".".to_owned() } else { format!("./{}", path.display()) })
    }
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Installed {
    /// As the package writes it.
    pub name: String,
    pub version: String,
    /// Whether somebody asked for it by name: the installer's `REQUESTED` mark.
    pub requested: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
    /// The names of what it needs, in normal form, without those that need an extra.
    pub needs: Vec<String>,
    /// The names that a program imports.
    #[serde(skip)]
    pub modules: BTreeSet<String>,
}

/// The packages of these folders by their normal names. A folder that comes first hides the later ones'.
pub(crate) fn installed(site_packages: &[std::path::PathBuf]) -> BTreeMap<String, Installed> {
    let mut found = BTreeMap::new();
    for site in site_packages {
        let mut folders: Vec<_> = std::fs::read_dir(site).into_iter().flatten().flatten().map(|e| e.path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|f| f.extension().is_some_and(|e| e == "dist-info")) {
            if let Some(package) = one(folder) {
                found.entry(normal(&package.name)).or_insert(package);
            }
        }
    }
    found
}

fn one(folder: &Path) -> Option<Installed> {
    let metadata = std::fs::read(folder.join("METADATA")).ok()?;
    let metadata = String::from_utf8_lossy(&metadata);
    // The headers end at the first empty line; the description follows.
    let headers = metadata.split("\n\n").next().unwrap_or_default();
    let (name, version) = (all(headers, "Name").next()?, all(headers, "Version").next()?);
    let needs: BTreeSet<_> = all(headers, "Requires-Dist").filter(|r| !r.contains("extra ==")).map(need).collect();
    let origin = std::fs::read(folder.join("direct_url.json")).ok().and_then(|b| origin(&b));
    let installer =
        std::fs::read_to_string(folder.join("INSTALLER")).ok().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let requested = folder.join("REQUESTED").exists();
    let modules = modules(folder, name);
    Some(Installed {
        name: name.to_owned(),
        version: version.to_owned(),
        requested,
        origin,
        installer,
        needs: needs.into_iter().collect(),
        modules,
    })
}

/// The values of a header.
fn all<'a>(headers: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .lines()
        .filter_map(move |l| l.split_once(": ").filter(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.trim()))
}

fn need(requirement: &str) -> String {
    let end = requirement.find([' ', ';', '[', '(', '<', '>', '=', '!', '~']).unwrap_or(requirement.len());
    normal(&requirement[..end])
}

fn origin(bytes: &[u8]) -> Option<Origin> {
    let json: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let url = json["url"].as_str()?.to_owned();
    if let Some(vcs) = json["vcs_info"]["vcs"].as_str() {
        let commit = json["vcs_info"]["commit_id"].as_str().unwrap_or_default().to_owned();
        return Some(Origin::Vcs { url, vcs: vcs.to_owned(), commit });
    }
    if json["dir_info"].is_object() {
        return Some(Origin::Folder { url, editable: json["dir_info"]["editable"].as_bool().unwrap_or(false) });
    }
    let hashes = &json["archive_info"]["hashes"];
    let hash = hashes["sha256"].as_str().map(|h| format!("sha256:{h}"));
    Some(Origin::Archive { url, hash })
}

/// The top-level names that a package brings: `top_level.txt`, else the first folders and files of `RECORD`.
fn modules(folder: &Path, name: &str) -> BTreeSet<String> {
    if let Ok(top) = std::fs::read_to_string(folder.join("top_level.txt")) {
        return top.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    }
    let record = std::fs::read(folder.join("RECORD")).unwrap_or_default();
    let mut found = BTreeSet::new();
    for line in String::from_utf8_lossy(&record).lines() {
        let path = line.split(',').next().unwrap_or_default().trim_matches('"');
        let first = path.split('/').next().unwrap_or_default();
        let module = match path.contains('/') {
            true if first.ends_with(".dist-info") || first.ends_with(".data") || first.starts_with('.') => continue,
            true => path.ends_with(".py").then_some(first).or_else(|| path.contains(".so").then_some(first)),
            false => first
                .split('.')
                .next()
                .filter(|_| path.ends_with(".py") || path.contains(".so") || path.ends_with(".pyd")),
        };
        found.extend(module.filter(|m| *m != "__pycache__" && !m.is_empty()).map(str::to_owned));
    }
    if found.is_empty() {
        found.insert(name.replace('-', "_").to_lowercase());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(site: &Path, name: &str, files: &[(&str, &str)]) {
        let folder = site.join(format!("{name}.dist-info"));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
    }

    #[test]
    fn packages_are_read_with_where_they_came_from() {
        let dir = tempfile::tempdir().unwrap();
        let metadata = "Metadata-Version: 2.1\nName: My.Lib\nVersion: 1.2\nRequires-Dist: numpy (>=1.2)\nRequires-Dist: pytest; extra == 'test'\n\nName: no\n";
        package(
            dir.path(),
            "my_lib-1.2",
            &[
                ("METADATA", metadata),
                ("REQUESTED", ""),
                ("direct_url.json", r#"{"url":"file:///x","dir_info":{"editable":true}}"#),
                ("RECORD", "mylib/__init__.py,,\nmylib_fast.cpython-311.so,,\nmy_lib-1.2.dist-info/METADATA,,\n"),
            ],
        );
        package(
            dir.path(),
            "six-1.0",
            &[
                ("METADATA", "Name: six\nVersion: 1.0\n"),
                ("direct_url.json", r#"{"url":"https://e.org/six.git","vcs_info":{"vcs":"git","commit_id":"ab12"}}"#),
            ],
        );
        let found = installed(&[dir.path().to_owned()]);
        let mine = &found["my-lib"];
        assert_eq!((mine.name.as_str(), mine.version.as_str(), mine.requested), ("My.Lib", "1.2", true));
        assert_eq!(mine.needs, ["numpy"]);
        assert_eq!(mine.modules.iter().map(String::as_str).collect::<Vec<_>>(), ["mylib", "mylib_fast"]);
        assert_eq!(mine.origin, Some(Origin::Folder { url: "file:///x".into(), editable: true }));
        assert_eq!(
            found["six"].origin,
            Some(Origin::Vcs { url: "https://e.org/six.git".into(), vcs: "git".into(), commit: "ab12".into() })
        );
    }

    #[test]
    fn a_damaged_folder_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        package(dir.path(), "broken-1", &[("METADATA", "no headers here")]);
        assert!(installed(&[dir.path().to_owned()]).is_empty());
    }
}
