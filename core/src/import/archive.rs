//! Archives: which names are of one, how they are decompressed, and the walk over their members.

use super::body::Tick;
use super::damaged;
use super::limits::{Limits, Meter};
use super::object::Object;
use crate::context::Context;
use crate::error::Result;
use crate::job::Job;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// An archive's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tar(Packing),
    Zip,
}

/// What a tar file is compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

const SUFFIXES: [(&str, Kind); 14] = [
    (".tar", Kind::Tar(Packing::None)),
    (".tar.gz", Kind::Tar(Packing::Gzip)),
    (".tgz", Kind::Tar(Packing::Gzip)),
    (".tar.zst", Kind::Tar(Packing::Zstd)),
    (".tar.zstd", Kind::Tar(Packing::Zstd)),
    (".tzst", Kind::Tar(Packing::Zstd)),
    (".tar.bz2", Kind::Tar(Packing::Bzip2)),
    (".tbz2", Kind::Tar(Packing::Bzip2)),
    (".tbz", Kind::Tar(Packing::Bzip2)),
    (".tar.xz", Kind::Tar(Packing::Xz)),
    (".txz", Kind::Tar(Packing::Xz)),
    (".tar.gzip", Kind::Tar(Packing::Gzip)),
    (".taz", Kind::Tar(Packing::Gzip)),
    (".zip", Kind::Zip),
];

impl Kind {
    /// By its name alone: many formats are zip files inside that are no archives to their users.
    pub(crate) fn of(name: &[u8]) -> Option<Kind> {
        Self::suffix(name).map(|(_, kind)| kind)
    }

    fn suffix(name: &[u8]) -> Option<(usize, Kind)> {
        let lower = name.to_ascii_lowercase();
        let found =
            SUFFIXES.iter().find(|(suffix, _)| lower.ends_with(suffix.as_bytes()) && lower.len() > suffix.len());
        found.map(|(suffix, kind)| (suffix.len(), *kind))
    }

    /// The name without what says that it is an archive.
    pub(crate) fn stem(name: &[u8]) -> &[u8] {
        &name[..name.len() - Self::suffix(name).map_or(0, |(len, _)| len)]
    }

    /// As records name it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Kind::Zip => "zip",
            Kind::Tar(Packing::None) => "tar",
            Kind::Tar(Packing::Gzip) => "tar.gz",
            Kind::Tar(Packing::Zstd) => "tar.zst",
            Kind::Tar(Packing::Bzip2) => "tar.bz2",
            Kind::Tar(Packing::Xz) => "tar.xz",
        }
    }

    /// Whether reading can begin at a member without what is before it.
    pub(crate) fn can_begin_inside(self) -> bool {
        self == Kind::Tar(Packing::None)
    }
}

/// More memory than this no archive's decompressor may ask for (xz; zstd has a limit of 128 MiB of its own).
const XZ_MEMORY_KIB: u32 = 256 << 10;

pub(super) fn unpacked(packing: Packing, from: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    let from = BufReader::with_capacity(256 << 10, from);
    match packing {
        Packing::None => Box::new(from),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(from)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(from, true, XZ_MEMORY_KIB)),
        Packing::Zstd => match zstd::stream::read::Decoder::with_buffer(from) {
            Ok(decoder) => Box::new(decoder),
            Err(e) => Box::new(Failed(Some(e))),
        },
    }
}

/// A reader that has only an error to give.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A file in an archive.
pub(crate) struct Member {
    /// Below the archive's top; checked.
    pub name: Vec<u8>,
    pub size: u64,
    /// Where in the object a later import may begin that has this member and all before it.
    pub next: Option<u64>,
}

/// Explains a reader's error.
pub(crate) type Explain<'a> = &'a dyn Fn(&io::Error) -> crate::Error;

/// Who takes the members.
pub(crate) trait Intake {
    /// Whether the bytes of this member are wanted.
    fn wants(&mut self, name: &[u8]) -> bool;
    /// A file; `bytes` ends after `member.size` bytes or with an error.
    fn file(&mut self, member: Member, bytes: &mut dyn Read, explain: Explain<'_>) -> Result<()>;
    /// A link to another member, perhaps to one that is still to come.
    fn link(&mut self, name: Vec<u8>, target: Vec<u8>) -> Result<()>;
    /// A member that no repository should take in, and why. An error ends the walk.
    fn refuse(
        &mut self,
        raw: &[u8],
        why: String,
        bytes: Option<(&mut dyn Read, u64)>,
        explain: Explain<'_>,
    ) -> Result<()>;
}

/// How an archive is read.
pub(crate) struct Way<'a> {
    pub context: &'a Context,
    pub job: &'a Job,
    pub tick: Tick,
    pub limits: Limits,
    /// Where a zip file is kept while it is read that its server gives only whole.
    pub spool: &'a Path,
}

/// What a whole archive was.
pub(crate) struct Walked {
    pub sha256: Option<String>,
}

/// Hands every member to `intake`, in the archive's order, from the byte `from` on.
pub(crate) fn walk(object: &Object, kind: Kind, from: u64, way: &Way<'_>, intake: &mut dyn Intake) -> Result<Walked> {
    match kind {
        Kind::Tar(packing) => super::tar::walk(object, packing, from, way, intake),
        Kind::Zip => super::zip::walk(object, way, intake),
    }
}

/// A member's bytes, no more and no fewer than it declares, metered.
pub(super) struct Measured<'a, 'm> {
    pub inner: &'a mut dyn Read,
    pub left: u64,
    pub meter: &'a mut Meter<'m>,
    pub read_bytes: &'a dyn Fn() -> u64,
    pub raise: &'a dyn Fn(crate::Error) -> io::Error,
    pub url: &'a str,
}

impl Read for Measured<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let n = self.inner.read(buffer)?;
        let fault = match n as u64 {
            0 if self.left > 0 => Some("it ends in the middle of a member"),
            n if n > self.left => Some("a member is longer than it declares"),
            _ => None,
        };
        if let Some(why) = fault {
            return Err((self.raise)(damaged(self.url, why)));
        }
        self.left -= n as u64;
        self.meter.unpacked(n as u64, (self.read_bytes)()).map_err(self.raise)?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_known_by_its_name() {
        for (name, kind, stem) in [
            ("a.TAR.GZ", Some("tar.gz"), "a"),
            ("b.c.tgz", Some("tar.gz"), "b.c"),
            ("x.zip", Some("zip"), "x"),
            ("x.tar", Some("tar"), "x"),
            ("x.csv.gz", None, "x.csv.gz"),
            (".zip", None, ".zip"),
            ("x.docx", None, "x.docx"),
        ] {
            assert_eq!(Kind::of(name.as_bytes()).map(Kind::label), kind, "{name}");
            assert_eq!(Kind::stem(name.as_bytes()), stem.as_bytes());
        }
    }
}
