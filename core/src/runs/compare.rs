//! Several runs side by side.

use super::page::page;
use super::record::RunDir;
use crate::error::Result;
use serde_json::Value;

/// What differs between runs, as JSON and as a page that needs nothing else.
pub(crate) fn compare(runs: &[RunDir]) -> Result<(Value, String)> {
    let table: Value = runs.iter().map(|r| r.whole()).collect::<Result<_>>()?;
    let page = page(&table);
    Ok((table, page))
}
