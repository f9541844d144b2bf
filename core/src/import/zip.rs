//! Zip files: the directory at the end first, then member by member, by ranges. A server that gives only whole files has
//! its file kept on disk meanwhile.

use super::archive::{Intake, Measured, Member, Walked, Way};
use super::body::Stream;
use super::limits::Meter;
use super::names::{clean, target_of};
use super::object::Object;
use super::ranges::{Ranges, Shared};
use super::{damaged, unreachable};
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::io::{self, Read, Seek, Write};
use std::sync::Arc;
use zip::ZipArchive;
use zip::result::ZipError;

/// A file that has to be kept whole may be this long.
const SPOOL: u64 = 16 << 30;
/// The longest target of a link.
const LINK: u64 = 4096;

pub(super) fn walk(object: &Object, way: &Way<'_>, intake: &mut dyn Intake) -> Result<Walked> {
    // A checksum can only be checked by reading everything in order.
    let len = object.stamp.size.filter(|_| object.has_ranges() && object.sha256.is_none());
    if let Some(len) = len {
        let ranges = Ranges::new(object, len, way.context, way.job, way.tick.clone());
        let shared = ranges.shared();
        return members(object, ranges, len, shared, None, way, intake);
    }
    let (file, len, sha256) = spool(object, way)?;
    let shared = Arc::<Shared>::default();
    members(object, file, len, shared, sha256, way, intake)
}

fn spool(object: &Object, way: &Way<'_>) -> Result<(std::fs::File, u64, Option<String>)> {
    let failed = |e| Error::io(way.spool, "keeping a zip file", e);
    let mut stream = Stream::open(object, 0, way.context, way.job, way.tick.clone(), |raw| raw)?;
    let mut file = tempfile::tempfile_in(way.spool).map_err(failed)?;
    let (mut block, mut len) = (vec![0; 1 << 20], 0);
    loop {
        let n = stream.read(&mut block).map_err(|e| stream.explain(&object.url, &e))?;
        if n == 0 {
            break;
        }
        len += n as u64;
        if len > SPOOL {
            let why = "its server gives no ranges, and it is longer than the 16 GiB that are kept on disk";
            return Err(unreachable(&object.url, why)
                .remedy("Fetch it with another program and import the file.")
                .retryable_if(false));
        }
        file.write_all(&block[..n]).map_err(failed)?;
    }
    file.rewind().map_err(failed)?;
    Ok((file, len, stream.sha256()))
}

fn members(
    object: &Object,
    reader: impl Read + Seek,
    len: u64,
    shared: Arc<Shared>,
    sha256: Option<String>,
    way: &Way<'_>,
    intake: &mut dyn Intake,
) -> Result<Walked> {
    let url = &object.url;
    let explain_zip = |e: &ZipError| shared.error().unwrap_or_else(|| damaged(url, &format!("it cannot be read: {e}")));
    let reader = io::BufReader::with_capacity(64 << 10, reader);
    let mut archive = ZipArchive::new(reader).map_err(|e| explain_zip(&e))?;
    if archive.has_duplicate_names() {
        // The archive as it is read holds the last of each name only.
        let (start, mut reader) = (archive.central_directory_start(), archive.into_inner());
        let explain = |e: &io::Error| explain_zip(&ZipError::Io(io::Error::other(e.to_string())));
        for name in names_there_twice(&mut reader, start).map_err(|e| explain(&e))? {
            intake.refuse(&name, "is there twice".into(), None, &explain)?;
        }
        archive = ZipArchive::new(reader).map_err(|e| explain_zip(&e))?;
    }
    refuse_overlaps(&mut archive, len, url)?;
    let mut meter = Meter::new(way.limits, url);
    for n in 0..archive.len() {
        way.job.check()?;
        meter.member()?;
        take(&mut archive, n, object, len, &shared, &mut meter, intake)?;
    }
    Ok(Walked { sha256 })
}

/// The names that the directory has more than once: APPNOTE.TXT, section 4.3.12.
fn names_there_twice(reader: &mut (impl Read + Seek), start: u64) -> io::Result<Vec<Vec<u8>>> {
    reader.seek(io::SeekFrom::Start(start))?;
    let (mut seen, mut twice) = (HashSet::new(), Vec::new());
    let mut header = [0; 46];
    while reader.read_exact(&mut header).is_ok() && header.starts_with(b"PK\x01\x02") {
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let mut name = vec![0; length(28) as usize];
        reader.read_exact(&mut name)?;
        io::copy(&mut reader.by_ref().take(length(30) + length(32)), &mut io::sink())?;
        if !seen.insert(name.clone()) {
            twice.push(name);
        }
    }
    Ok(twice)
}

/// Members that share their bytes are how small files unpack to large ones.
fn refuse_overlaps<R: Read + Seek>(archive: &mut ZipArchive<R>, len: u64, url: &str) -> Result<()> {
    let mut sum = 0u64;
    for n in 0..archive.len() {
        let entry = archive.by_index_data(n).map_err(|e| damaged(url, &format!("it cannot be read: {e}")))?;
        sum = sum.saturating_add(entry.compressed_size());
    }
    if sum <= len {
        return Ok(());
    }
    Err(damaged(url, "its members overlap, as in archives that are made to fill a disk"))
}

fn take<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    n: usize,
    object: &Object,
    len: u64,
    shared: &Arc<Shared>,
    meter: &mut Meter<'_>,
    intake: &mut dyn Intake,
) -> Result<()> {
    let url = &object.url;
    let explain = |e: &io::Error| shared.error().unwrap_or_else(|| damaged(url, &format!("it cannot be read: {e}")));
    let entry = archive.by_index_data(n).map_err(|e| damaged(url, &e.to_string()))?;
    let raw = entry.name_raw().to_vec();
    // Names of old archives are in a code page of their own.
    let spelled = entry.name().map_or_else(|_| raw.clone(), |name| name.into_owned().into_bytes());
    let (encrypted, dir, symlink, size) = (entry.encrypted(), entry.is_dir(), entry.is_symlink(), entry.size());
    let name = clean(&spelled);
    if encrypted {
        return intake.refuse(&spelled, "is encrypted".into(), None, &explain);
    }
    match &name {
        Ok(_) if dir => return Ok(()),
        Ok(name) if name.is_empty() => return intake.refuse(&raw, "has no name".into(), None, &explain),
        Ok(name) if !symlink && !intake.wants(name) => return Ok(()),
        _ => {}
    }
    let mut file = match archive.by_index(n) {
        Ok(file) => file,
        Err(e @ (ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_))) => {
            return intake.refuse(&spelled, format!("cannot be unpacked ({e})"), None, &explain);
        }
        Err(e) => return Err(shared.error().unwrap_or_else(|| damaged(url, &format!("it cannot be read: {e}")))),
    };
    let raise = |e: Error| shared.raise(e);
    let read_bytes = || len;
    let mut bytes = Measured { inner: &mut file, left: size, meter, read_bytes: &read_bytes, raise: &raise, url };
    match name {
        Err(why) => intake.refuse(&spelled, why, Some((&mut bytes, size)), &explain),
        Ok(name) if symlink => {
            let mut target = Vec::new();
            (&mut bytes).take(LINK).read_to_end(&mut target).map_err(|e| explain(&e))?;
            match target_of(&name, &target) {
                Ok(target) => intake.link(name, target),
                Err(why) => intake.refuse(&spelled, why, None, &explain),
            }
        }
        Ok(name) => intake.file(Member { name, size, next: None }, &mut bytes, &explain),
    }
}
