//! What the verbs on rows, statistics and schemas share: where the rows are, and how a document is shown.

use super::{Outcome, Run, rev_and_path};
use crate::args::Place;
use crate::exit::{Failure, NO};
use crate::output::print_lines;
use octostore::{Code, Document, Error, Repo, RepoPath};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

/// Revision and path of `PATH` or `REV:PATH`; a path alone is relative to the current folder, and means the index.
pub(crate) fn place(repo: &Repo, place: &Place) -> Result<(String, RepoPath), Failure> {
    if place.has_revision() {
        return rev_and_path(repo, &place.spec);
    }
    Ok((String::new(), repo.path_from(&place.spec)?))
}

/// Where something goes in the work tree, as the library takes it: empty if the user did not say.
pub(crate) fn target(repo: &Repo, given: Option<&OsString>) -> Result<String, Failure> {
    let Some(given) = given else { return Ok(String::new()) };
    let path = repo.path_from(given)?;
    std::str::from_utf8(path.as_bytes())
        .map(str::to_owned)
        .map_err(|_| Failure::usage(format!("{path}: a name that is not UTF-8 cannot be written here")))
}

/// A revision, or a path: one that is here is relative to the current folder.
pub(crate) fn reference(repo: &Repo, given: String) -> String {
    let path = Some(&given).filter(|g| Path::new(g.as_str()).exists()).and_then(|g| repo.path_from(OsStr::new(g)).ok());
    path.and_then(|p| String::from_utf8(p.as_bytes().to_vec()).ok()).unwrap_or(given)
}

/// The report of a document.
pub(crate) fn report(document: &Document) -> Result<Value, Failure> {
    serde_json::from_str(document.json())
        .map_err(|e| Error::new(Code::Internal, format!("a report that is not JSON: {e}")).into())
}

/// Prints a document: its report, or the lines made of that. Where the answer is no the exit code is 1.
pub(crate) fn show(run: &Run, document: &Document, lines: impl FnOnce(&Value) -> Vec<String>) -> Outcome {
    if run.json {
        print_report(document)?;
    } else {
        print_lines(lines(&report(document)?))?;
    }
    Ok(answer(document))
}

/// Prints the report as it is: numbers that were read and written again would lose digits.
pub(crate) fn print_report(document: &Document) -> Result<(), Failure> {
    print_lines([document.json().to_owned()])
}

/// The exit code that a document's answer means.
pub(crate) fn answer(document: &Document) -> ExitCode {
    if document.answer() { ExitCode::SUCCESS } else { ExitCode::from(NO) }
}

/// A part as text.
pub(crate) fn text(document: &Document, name: &str) -> Option<String> {
    document.part(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// Writes a file outside of what octostore looks after, such as a report.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|e| {
        let path = path.display().to_string();
        Error::new(Code::Io, format!("{path}: {e}"))
            .remedy("Name a file in a folder that exists and may be written.")
            .with("path", path)
            .into()
    })
}

/// Writes all parts of a document to a folder, which is made.
pub(crate) fn write_parts(document: &Document, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    document.names().try_for_each(|name| write(&folder.join(name), document.part(name).unwrap_or_default()))
}

/// A table of text, its columns as wide as they need to be; numbers stand at the right.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let width = |n: usize| {
        let widest = rows.iter().filter_map(|r| r.get(n)).map(|c| c.chars().count()).max().unwrap_or(0);
        widest.max(head.get(n).map_or(0, |h| h.chars().count()))
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let is_number = |n: usize| {
        rows.iter().filter_map(|r| r.get(n)).all(|c| c.parse::<f64>().is_ok() || c.ends_with('%') || c.is_empty())
    };
    let right: Vec<bool> = (0..head.len()).map(is_number).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(widths.iter().zip(&right))
            .map(|(cell, (width, right))| if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") })
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines
}

/// A value for people: text without its quotes, numbers with at most six digits that matter, nothing for null.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(n) => n.as_f64().filter(|_| n.is_f64()).map_or_else(|| n.to_string(), number),
        Value::Array(all) => all.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A number with at most six digits that matter.
pub(crate) fn number(n: f64) -> String {
    if n == 0.0 || !n.is_finite() {
        return n.to_string();
    }
    let digits = 5 - n.abs().log10().floor() as i32;
    if !(0..=9).contains(&digits) && !(-9..0).contains(&digits) {
        return format!("{n:.5e}");
    }
    let text = format!("{n:.*}", usize::try_from(digits).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A table of some fields of the objects of a list, without those that none of them has.
pub(crate) fn listing(rows: Option<&Value>, columns: &[&str]) -> Vec<String> {
    let Some(rows) = rows.and_then(Value::as_array).filter(|r| !r.is_empty()) else { return Vec::new() };
    let known: Vec<&str> =
        columns.iter().copied().filter(|c| rows.iter().any(|r| r.get(c).is_some_and(|v| !v.is_null()))).collect();
    let head: Vec<String> = known.iter().map(|c| c.replace('_', " ")).collect();
    let cells = rows.iter().map(|row| known.iter().map(|c| row.get(c).map(cell).unwrap_or_default()).collect());
    table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &cells.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_has_at_most_six_digits_that_matter() {
        let said = [0.0, 1.0, 1234.5, 0.333_333_333, 123_456_789.0, -2.5e-12, 1e300].map(number);
        assert_eq!(said, ["0", "1", "1234.5", "0.333333", "123456789", "-2.50000e-12", "1.00000e300"]);
    }

    #[test]
    fn a_listing_leaves_out_columns_that_nobody_has() {
        let rows = json!([{"name": "age", "rows": 7, "why": null}, {"name": "city", "rows": 12}]);
        assert_eq!(listing(Some(&rows), &["name", "rows", "why"]), ["name  rows", "age      7", "city    12"]);
    }
}
