//! `requirements.txt`, as pip documents it: options, `-r` and `-c`, continued lines, hashes.

use super::{Described, Package, broken, normal, text_of};
use crate::error::Result;
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};
use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

/// Files that name each other deeper than this are a mistake.
const DEEPEST: usize = 40;

/// The options that say where packages come from.
const INDEX: [&str; 9] = [
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-index",
    "--trusted-host",
    "--pre",
    "--prefer-binary",
];

/// One logical line: what is left without comments, and the number of its first physical line.
pub(in crate::env) struct Line {
    pub number: usize,
    pub text: String,
}

/// The logical lines of a requirements file.
pub(in crate::env) fn lines_of(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut continued = false;
    for (number, physical) in text.lines().enumerate() {
        let bare = without_comment(physical);
        let goes_on = bare.ends_with('\\');
        let bare = bare.trim_end_matches('\\').trim();
        match lines.last_mut() {
            Some(last) if continued => {
                last.text.push(' ');
                last.text.push_str(bare);
            }
            _ => lines.push(Line { number: number + 1, text: bare.to_owned() }),
        }
        continued = goes_on;
    }
    lines.retain(|l| !l.text.is_empty());
    lines
}

/// A `#` begins a comment at the start of a line or after white space.
fn without_comment(line: &str) -> &str {
    let at = line.char_indices().find(|(n, c)| *c == '#' && (*n == 0 || line[..*n].ends_with([' ', '\t'])));
    line[..at.map_or(line.len(), |(n, _)| n)].trim_end()
}

pub(super) fn read(root: &Path, path: &str) -> Result<Described> {
    let mut described = Described::default();
    read_into(root, path, &mut described, &mut BTreeSet::new(), 0)?;
    Ok(described)
}

fn read_into(root: &Path, path: &str, into: &mut Described, seen: &mut BTreeSet<String>, depth: usize) -> Result<()> {
    if depth > DEEPEST {
        return Err(broken(path, None, "files that name each other by -r go too deep"));
    }
    if !seen.insert(path.to_owned()) {
        return Ok(());
    }
    let text = text_of(root, path)?;
    for line in lines_of(&text) {
        let (number, text) = (line.number, line.text.as_str());
        if let Some(other) = option(text, &["-r", "--requirement"]) {
            let other = beside(path, other);
            if !root.join(&other).is_file() {
                return Err(broken(path, Some(number), format!("it names {other}, which is not there")));
            }
            read_into(root, &other, into, seen, depth + 1)?;
        } else if let Some(other) = option(text, &["-c", "--constraint"]) {
            into.notes.push(format!("constraints of {}", beside(path, other)));
        } else if let Some(what) = option(text, &["-e", "--editable"]) {
            into.packages.push(editable(what, path, number));
        } else if text.starts_with('-') {
            if INDEX.iter().any(|o| text == *o || option(text, &[o]).is_some()) {
                into.index.extend(text.split_whitespace().map(str::to_owned));
            }
            into.notes.push(without_secrets(text));
        } else {
            into.packages.push(package(text, path, number)?);
        }
    }
    Ok(())
}

fn option<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| {
        let rest = text.strip_prefix(name)?;
        let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix([' ', '\t']))?;
        Some(value.trim())
    })
}

/// A path that a file names, relative to that file, as one relative to the project.
fn beside(path: &str, other: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in other.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn editable(what: &str, path: &str, number: usize) -> Package {
    let name = what
        .rsplit_once("egg=")
        .map_or_else(|| what.trim_end_matches('/').rsplit('/').next().unwrap_or(what), |(_, n)| n);
    let name = name.split(['[', '&', '@']).next().unwrap_or(name);
    let mut package = Package::new(if name == "." || name.is_empty() { "." } else { name }, "", path);
    package.url = Some(without_secrets(what));
    package.line = Some(number);
    package
}

/// One requirement, by PEP 508; hashes and other options of the line are left out.
pub(super) fn package(text: &str, path: &str, number: usize) -> Result<Package> {
    let bare = text.split(" --").next().unwrap_or(text).trim();
    if bare.starts_with(['.', '/']) || bare.contains("://") && !bare.contains('@') {
        return Ok(editable(bare, path, number));
    }
    let parsed = Requirement::<VerbatimUrl>::from_str(bare).map_err(|e| {
        let why = e.to_string();
        broken(
            path,
            Some(number),
            format!("\"{bare}\" is not a requirement: {}", why.lines().next().unwrap_or_default()),
        )
    })?;
    let mut package = Package::new(&normal(parsed.name.as_ref()), "", path);
    package.line = Some(number);
    match parsed.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(versions)) => {
            package.versions = versions.iter().map(|v| v.to_string().replace(' ', "")).collect::<Vec<_>>().join(",");
        }
        Some(VersionOrUrl::Url(url)) => package.url = Some(without_secrets(&url.to_string())),
        None => {}
    }
    package.marker = bare.split_once(';').map(|(_, m)| m.trim().to_owned()).filter(|m| !m.is_empty());
    Ok(package)
}

/// Names and passwords in URLs are nobody's business.
fn without_secrets(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    match rest.split_once('@') {
        Some((secret, place)) if !secret.contains('/') && secret != "git" => format!("{scheme}://{place}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_name_others_are_read_with_them() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("requirements")).unwrap();
        std::fs::write(
            dir.path().join("requirements.txt"),
            "-r requirements/base.txt\npytest ; python_version > '3.8'\n",
        )
        .unwrap();
        let base = "# all\nnumpy>=1.20, <3  # arrays\nPandas[excel] == \\\n  2.2.1 --hash=sha256:aa\n--index-url https://me:secret@example.org/simple\n-e git+https://example.org/x.git#egg=my_lib\n";
        std::fs::write(dir.path().join("requirements/base.txt"), base).unwrap();
        let read = read(dir.path(), "requirements.txt").unwrap();
        let got: Vec<_> = read.packages.iter().map(|p| (p.name.as_str(), p.versions.as_str(), p.line)).collect();
        let expected = [
            ("numpy", ">=1.20,<3", Some(2)),
            ("pandas", "==2.2.1", Some(3)),
            ("my-lib", "", Some(6)),
            ("pytest", "", Some(2)),
        ];
        assert_eq!(got, expected);
        assert_eq!(read.notes, ["--index-url https://example.org/simple"]);
        assert_eq!(read.index, ["--index-url", "https://me:secret@example.org/simple"]);
    }

    #[test]
    fn what_is_no_requirement_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("requirements.txt"), "numpy\n\nscipy=>1\n").unwrap();
        let e = read(dir.path(), "requirements.txt").unwrap_err();
        assert!(e.message().starts_with("requirements.txt:3: \"scipy=>1\" is not a requirement"), "{}", e.message());
        std::fs::write(dir.path().join("requirements.txt"), "-r gone.txt\n").unwrap();
        let e = read(dir.path(), "requirements.txt").unwrap_err();
        assert_eq!(e.message(), "requirements.txt:1: it names gone.txt, which is not there");
    }

    #[test]
    fn files_that_name_themselves_end() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("requirements.txt"), "-r ./requirements.txt\nsix\n").unwrap();
        assert_eq!(read(dir.path(), "requirements.txt").unwrap().packages.len(), 1);
    }
}
