//! Lists that a run's own folder keeps, a JSON document a line: what it read and what it wrote.

use crate::error::{Error, Result};
use crate::runs::RunDir;
use crate::store::files::read_if_there;
use serde_json::Value;
use std::io::Write;

/// What a run read.
pub(super) const INPUTS: &str = "inputs.jsonl";
/// What a run wrote.
pub(super) const OUTPUTS: &str = "outputs.jsonl";

/// Adds a line, in one write: lines of several processes do not mix.
pub(super) fn add(run: &RunDir, list: &str, line: &Value) -> Result<()> {
    let file = run.own_dir().join(list);
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(&file);
    opened
        .and_then(|mut f| f.write_all(format!("{line}\n").as_bytes()))
        .map_err(|e| Error::io(&file, "adding a line", e))
}

/// The lines. One that was cut off by a crash is passed over.
pub(super) fn read(run: &RunDir, list: &str) -> Result<Vec<Value>> {
    let text = read_if_there(&run.own_dir().join(list))?.unwrap_or_default();
    Ok(text.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}
