//! What is shown: paths, sizes, tables, JSON.

use crate::exit::Failure;
use octostore::{Pointer, RepoPath};
use serde_json::{Value, json};
use std::io::Write;

/// Prints one JSON document.
pub(crate) fn print_json(value: &Value) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// Prints lines of text.
pub(crate) fn print_lines(lines: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

/// The JSON fields of a path: `path`, and `path_bytes` in hexadecimal where the name is not UTF-8.
pub(crate) fn path_fields(path: &RepoPath) -> Value {
    match std::str::from_utf8(path.as_bytes()) {
        Ok(text) => json!({"path": text}),
        Err(_) => {
            let hex: String = path.as_bytes().iter().map(|b| format!("{b:02x}")).collect();
            json!({"path": String::from_utf8_lossy(path.as_bytes()), "path_bytes": hex})
        }
    }
}

/// The JSON fields of a path and a pointer.
pub(crate) fn file_fields(path: &RepoPath, pointer: Option<&Pointer>) -> Value {
    let mut fields = path_fields(path);
    fields["oid"] = pointer.map(|p| format!("blake3:{}", p.oid)).into();
    fields["size"] = pointer.map(|p| p.size).into();
    fields
}

/// The first ten digits of a version's id.
pub(crate) fn short(pointer: &Pointer) -> String {
    pointer.oid.to_string().chars().take(10).collect()
}

/// A number of bytes for people: `1.2 MiB`.
pub(crate) fn bytes(n: u64) -> String {
    indicatif::BinaryBytes(n).to_string()
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
