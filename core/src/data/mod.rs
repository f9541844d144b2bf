//! Rows: tables out of files and into files.
//!
//! This room reads and writes the formats that tables are kept in, as streams of Arrow record batches. It knows nothing of
//! git or stores: it is handed files that can be opened, and a file to write. Start with [`Dataset`] and [`write::write`].

mod dataset;
pub(crate) mod examples;
mod folders;
mod format;
mod formats;
mod hash;
mod keep;
mod order;
mod ranks;
mod read;
mod rejects;
mod rows;
pub(crate) mod sample;
mod source;
pub(crate) mod split;
mod strata;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod tfrecord;
mod unify;
mod unpacked;
mod write;

pub(crate) use dataset::{Dataset, Part};
pub(crate) use folders::table_files;
pub(crate) use format::Format;
pub(crate) use keep::{Keep, kept};
pub use read::ReadOptions;
pub(crate) use rejects::Rejected;
pub use rows::Rows;
pub(crate) use source::{Source, SourceFile};
pub use table::Table;
pub use write::WriteReport;
pub(crate) use write::{can_write, writable_ending, write};

use crate::error::{Code, Error};
use arrow::error::ArrowError;

/// Rows in a batch, unless the caller says.
const BATCH_ROWS: usize = 65_536;

/// An Arrow error in our words: our own error where it was one before Arrow carried it.
pub(crate) fn from_arrow(what: &str, e: ArrowError) -> Error {
    let text = e.to_string();
    let carried: Option<Box<dyn std::error::Error + Send + Sync>> = match e {
        ArrowError::ExternalError(inner) => Some(inner),
        ArrowError::IoError(_, io) => io.into_inner(),
        ArrowError::MemoryError(_) => return out_of_memory(what, &text),
        _ => None,
    };
    match carried.map(|inner| inner.downcast::<Error>()) {
        Some(Ok(ours)) => *ours,
        Some(Err(other)) if other.is::<std::collections::TryReserveError>() => out_of_memory(what, &text),
        _ => invalid(what, text.strip_prefix("Parser error: ").or(text.strip_prefix("Csv error: ")).unwrap_or(&text)),
    }
}

fn out_of_memory(what: &str, text: &str) -> Error {
    Error::new(Code::OutOfMemory, format!("{what}: {text}")).remedy("Read fewer rows at a time, or fewer columns.")
}

/// The file is not what its name says, or its content does not hold together.
fn invalid(what: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Code::InvalidData, format!("{what}: {why}"))
        .remedy("Look at the file at that place; its name's ending says how it is read.")
        .with("path", what)
}
