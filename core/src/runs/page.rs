//! The comparison as one page.

use serde_json::Value;

/// A page that needs nothing else: no network, no other file.
pub(super) fn page(table: &Value) -> String {
    table.to_string()
}
