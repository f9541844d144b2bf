//! Bytes from elsewhere: sources, the objects behind them, and the files inside archives.
//!
//! This room finds what a source means (a file, a folder, a URL, a prefix), streams it with retries, and walks archives
//! member by member, refusing by name what no repository should take in. It hands bytes to an [`Intake`] and must never
//! know git, paths of a repository or where the bytes go. Start with `source` for what a user names, then `object` for how
//! it is read, then `archive` for what is inside.

mod archive;
mod body;
mod bucket;
#[cfg(feature = "_cloud")]
mod http;
mod journal;
mod limits;
mod local;
mod names;
mod object;
mod only;
mod ranges;
mod record;
mod source;
mod stamp;
mod tar;
mod zip;

pub(crate) use archive::{Explain, Intake, Kind, Member, Way, walk};
pub(crate) use body::{Stream, Tick};
pub(crate) use journal::{Journal, Whole};
pub(crate) use limits::Limits;
pub(crate) use names::{Names, clean, shown};
pub(crate) use object::{Found, Object, find};
pub(crate) use only::Only;
pub(crate) use record::{FileRecord, Name, ObjectRecord, Record, Skipped};
pub(crate) use source::Source;

use crate::error::{Code, Error};

/// The source is not what it was when the import began.
fn changed(url: &str, what: &str) -> Error {
    Error::new(Code::FileChanged, format!("{url}: the source changed while it was imported ({what})"))
        .remedy("Nothing was staged. Run the same command again: what did not change is not read again.")
        .with("url", url)
        .retryable_if(true)
}

/// The source does not answer, or breaks off. Worth another try unless said otherwise.
fn unreachable(url: &str, why: &str) -> Error {
    Error::new(Code::StoreUnreachable, format!("{url}: {why}"))
        .remedy("Check the URL and the network, then run the same command again: it goes on where it stopped.")
        .with("url", url)
}

fn not_found(url: &str, why: &str) -> Error {
    Error::new(Code::NotFound, format!("{url}: {why}")).remedy("Check the URL or path.").with("url", url)
}

fn forbidden(url: &str, why: &str) -> Error {
    Error::new(Code::StorePermission, format!("{url}: {why}"))
        .remedy("Check the credentials in the environment or in the vendor's files, and who may read the source.")
        .with("url", url)
}

/// A file or archive that is not what its name says.
fn damaged(url: &str, why: &str) -> Error {
    Error::new(Code::InvalidData, format!("{url}: {why}"))
        .remedy("Get the source anew or ask its owner; \"--on-error skip\" imports the rest without it.")
        .with("url", url)
}
