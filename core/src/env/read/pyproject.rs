//! `pyproject.toml`: PEP 621, and what poetry, uv and pixi keep in it.

use super::requirements::package;
use super::{Described, Package, broken, line_of, toml_of};
use crate::error::Result;
use toml::{Table, Value};

pub(super) fn read(path: &str, text: &str) -> Result<Described> {
    let table = toml_of(path, text)?;
    let mut described = Described::default();
    let project = table.get("project").and_then(Value::as_table);
    let tool = table.get("tool").and_then(Value::as_table);
    if let Some(project) = project {
        described.python = text_at(project, "requires-python");
        for requirement in strings(path, text, project.get("dependencies"), "project.dependencies")? {
            described.packages.push(package(&requirement, path, line_of(text, &requirement).unwrap_or(1))?);
        }
    }
    let poetry = tool.and_then(|t| t.get("poetry")).and_then(Value::as_table);
    for name in ["pixi", "poetry", "uv"] {
        if tool.is_some_and(|t| t.contains_key(name)) && described.tool.is_none() {
            described.tool = Some(name.to_owned());
        }
    }
    if let Some(wanted) = poetry.and_then(|p| p.get("dependencies")).and_then(Value::as_table) {
        for (name, value) in wanted {
            let versions = versions_of(value);
            if name == "python" {
                described.python = described.python.or(Some(versions));
            } else {
                described.packages.push(Package { line: line_of(text, name), ..Package::new(name, &versions, path) });
            }
        }
    }
    Ok(described)
}

/// What poetry, Pipenv and pixi write for a package: a string, or a table with `version`.
pub(super) fn versions_of(value: &Value) -> String {
    let text = match value {
        Value::String(s) => s.as_str(),
        Value::Table(t) => t.get("version").and_then(Value::as_str).unwrap_or("*"),
        _ => "*",
    };
    from_caret(text)
}

/// `^1.2` and `~1.2` in the words of PEP 440.
fn from_caret(text: &str) -> String {
    let text = text.trim();
    if text == "*" || text.is_empty() {
        return String::new();
    }
    if let Some(version) = text.strip_prefix('^') {
        let numbers: Vec<u64> = version.split('.').map_while(|n| n.parse().ok()).collect();
        let at = numbers.iter().position(|n| *n > 0).unwrap_or(numbers.len().saturating_sub(1));
        return upper(version, &numbers, at);
    }
    if let Some(version) = text.strip_prefix('~').filter(|v| !v.starts_with('=')) {
        let numbers: Vec<u64> = version.split('.').map_while(|n| n.parse().ok()).collect();
        return upper(version, &numbers, usize::from(numbers.len() > 1));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("=={text}") } else { text.replace(' ', "") }
}

/// At least `version`, and less than the next one whose number at `at` is higher.
fn upper(version: &str, numbers: &[u64], at: usize) -> String {
    let Some(last) = numbers.get(at) else { return format!(">={version}") };
    let mut next: Vec<String> = numbers[..at].iter().map(u64::to_string).collect();
    next.push((last + 1).to_string());
    format!(">={version},<{}", next.join("."))
}

fn text_at(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn strings(path: &str, text: &str, value: Option<&Value>, key: &str) -> Result<Vec<String>> {
    let wrong = || {
        broken(path, line_of(text, key.rsplit('.').next().unwrap_or(key)), format!("{key} is not a list of strings"))
    };
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|v| v.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_of_the_standard_and_of_poetry_are_read() {
        let read = read(
            "pyproject.toml",
            "[project]\nname='x'\nrequires-python='>=3.10'\ndependencies=['numpy>=2']\n[tool.uv]\n",
        )
        .unwrap();
        assert_eq!((read.python.as_deref(), read.tool.as_deref()), (Some(">=3.10"), Some("uv")));
        assert_eq!(read.packages[0].versions, ">=2");
        let text = "[tool.poetry.dependencies]\npython = '^3.9'\nrequests = '^2.28'\nmine = {version='~1.4', optional=true}\nany='*'\n";
        let poetry = super::read("pyproject.toml", text).unwrap();
        assert_eq!(poetry.python.as_deref(), Some(">=3.9,<4"));
        let got: Vec<_> = poetry.packages.iter().map(|p| (p.name.as_str(), p.versions.as_str())).collect();
        assert!(
            got.contains(&("requests", ">=2.28,<3"))
                && got.contains(&("mine", ">=1.4,<1.5"))
                && got.contains(&("any", "")),
            "{got:?}"
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let e = read("pyproject.toml", "[project]\nname = 'x'\ndependencies = [\n").unwrap_err();
        assert!(e.message().starts_with("pyproject.toml:"), "{}", e.message());
    }
}
