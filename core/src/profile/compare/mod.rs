//! What changed between the statistics of two versions of a table.
//!
//! Pure: statistics in, differences out; no data is read. Start with [`TableDiff::between`]; `distance` has the measures,
//! `text` writes for people.

mod changes;
mod distance;
mod text;

pub(crate) use changes::TableDiff;
pub(crate) use distance::{Distance, distance};
pub(crate) use text::{is_invisible, markdown, plain};
