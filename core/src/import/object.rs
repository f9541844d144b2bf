//! The objects behind a source: found once, then each streamed, or read by ranges.

use super::archive::Kind;
use super::body::Chunks;
use super::source::{Place, Source};
use super::stamp::Stamp;
use super::{bucket, local};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use bytes::Bytes;
use std::ops::Range;
use std::path::PathBuf;

/// One object: a file, whatever holds it.
#[derive(Clone)]
pub(crate) struct Object {
    /// For records and messages, without credentials.
    pub url: String,
    /// Its name below the place that the import goes to, as its source spells it.
    pub name: Vec<u8>,
    /// Its state when it was found.
    pub stamp: Stamp,
    /// The checksum that the user or the source gave.
    pub sha256: Option<String>,
    /// It is an archive, to be unpacked.
    pub archive: Option<Kind>,
    /// It was found in a folder or under a prefix, not named itself.
    pub listed: bool,
    pub(super) origin: Origin,
}

/// How its bytes are reached.
#[derive(Clone)]
pub(super) enum Origin {
    File(PathBuf),
    Bucket(bucket::Resource),
    #[cfg(feature = "_cloud")]
    Http(super::http::Resource),
}

/// An object's bytes, from `start` on.
pub(super) struct Opened {
    pub start: u64,
    pub chunks: Box<dyn Chunks>,
    /// The checksum that came with the answer.
    pub sha256: Option<String>,
}

/// What a source has: an object, or something that cannot be one.
pub(crate) enum Found {
    Object(Box<Object>),
    Refused { url: String, name: Vec<u8>, error: Error },
}

impl Found {
    pub(super) fn object(url: String, name: Vec<u8>, stamp: Stamp, origin: Origin) -> Found {
        let archive = Kind::of(&name);
        Found::Object(Box::new(Object { url, name, stamp, sha256: None, archive, listed: false, origin }))
    }

    pub(super) fn listed(mut self) -> Found {
        if let Found::Object(object) = &mut self {
            object.listed = true;
        }
        self
    }
}

/// Looks at what a source has, in the order of its names. Nothing of it is read yet.
pub(crate) fn find(source: &Source, context: &Context, job: &Job) -> Result<Vec<Found>> {
    let mut found = match &source.place {
        Place::File(path) => local::find(path, source.folder, job)?,
        Place::Bucket { root, key } => bucket::find(root, key, source, context)?,
        #[cfg(feature = "_cloud")]
        Place::Http(url) => vec![super::http::find(url, source, context, job)?],
        #[cfg(not(feature = "_cloud"))]
        Place::Http(_) => {
            let message = format!("{}: this library is built without http", source.shown);
            return Err(Error::new(Code::Unsupported, message).remedy("Fetch the file and import it from here."));
        }
    };
    if let Some(sum) = &source.sha256 {
        match found.as_mut_slice() {
            [Found::Object(object)] if !object.listed => object.sha256 = Some(sum.clone()),
            _ => {
                let message = format!("{}: a checksum is of one file, and this is a folder", source.shown);
                return Err(Error::new(Code::InvalidArgument, message).remedy("Leave #sha256= out, or name the file."));
            }
        }
    }
    let name = |f: &Found| match f {
        Found::Object(o) => o.name.clone(),
        Found::Refused { name, .. } => name.clone(),
    };
    found.sort_by_key(name);
    Ok(found)
}

impl Object {
    /// Asks for the bytes from `from` on; more may come, see [`Opened::start`]. Fails if the object changed.
    pub(super) fn open(&self, from: u64, context: &Context) -> Result<Opened> {
        match &self.origin {
            Origin::File(path) => local::open(path, from, self),
            Origin::Bucket(resource) => resource.open(from, self, context),
            #[cfg(feature = "_cloud")]
            Origin::Http(resource) => resource.open(from, self, context),
        }
    }

    /// Whether any range can be asked for.
    pub(super) fn has_ranges(&self) -> bool {
        match &self.origin {
            Origin::File(_) | Origin::Bucket(_) => self.stamp.size.is_some(),
            #[cfg(feature = "_cloud")]
            Origin::Http(resource) => {
                resource.ranges && self.stamp.size.is_some() && self.stamp.strong_etag().is_some()
            }
        }
    }

    /// Whether a stream that begins in the middle begins there, and is surely of the same object.
    pub(crate) fn can_begin_at(&self) -> bool {
        self.has_ranges()
    }

    /// The bytes of a range. Fails if the object changed.
    pub(super) fn range(&self, range: Range<u64>, context: &Context) -> Result<Bytes> {
        match &self.origin {
            Origin::File(path) => local::range(path, range, self),
            Origin::Bucket(resource) => resource.range(range, self, context),
            #[cfg(feature = "_cloud")]
            Origin::Http(resource) => resource.range(range, self, context),
        }
    }
}
