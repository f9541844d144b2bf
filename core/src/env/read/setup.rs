//! setuptools: `setup.cfg` is read, `setup.py` is a program and only searched for what is plain to see.

use super::requirements::package;
use super::{Described, broken};
use crate::error::Result;

pub(super) fn read_cfg(path: &str, text: &str) -> Result<Described> {
    let mut ini = configparser::ini::Ini::new();
    ini.set_multiline(true);
    ini.read(text.to_owned()).map_err(|e| broken(path, None, e))?;
    let mut described = Described { python: ini.get("options", "python_requires"), ..Described::default() };
    for line in
        ini.get("options", "install_requires").unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty())
    {
        described.packages.push(package(line, path, super::line_of(text, line).unwrap_or(1))?);
    }
    Ok(described)
}

/// The strings of `install_requires=[...]` and `python_requires=`, if they are written as such.
pub(super) fn read_py(path: &str, text: &str) -> Described {
    let mut described = Described {
        python: after(text, "python_requires").and_then(|t| string(t)).map(|(s, _)| s),
        ..Described::default()
    };
    let Some(list) = after(text, "install_requires").and_then(|t| t.strip_prefix('[')) else {
        described.notes.push("setup.py is a program; its requirements are known once it has run".into());
        return described;
    };
    let mut rest = list;
    while let Some(at) = rest.find(['\'', '"', ']']) {
        let Some((text, left)) = string(&rest[at..]) else { break };
        if let Ok(found) = package(&text, path, 1) {
            described.packages.push(super::Package { line: super::line_of(list, &text), ..found });
        }
        rest = left;
    }
    described
}

fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(key)?;
    Some(rest.trim_start().strip_prefix('=')?.trim_start())
}

/// A quoted string at the start, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inside, rest) = text[1..].split_once(quote)?;
    Some((inside.to_owned(), rest))
}
