//! Tar files, compressed or not: one stream from front to back.

use super::archive::{Intake, Measured, Member, Packing, Walked, Way, unpacked};
use super::body::Stream;
use super::limits::Meter;
use super::names::{clean, target_of};
use super::object::Object;
use crate::error::{Error, Result};
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use tar::{Entry, EntryType};

const BLOCK: u64 = 512;

/// The stream, shared between the tar reader and who asks how much of it was read.
#[derive(Clone)]
struct Shared(Rc<RefCell<Stream>>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

pub(super) fn walk(
    object: &Object,
    packing: Packing,
    from: u64,
    way: &Way<'_>,
    intake: &mut dyn Intake,
) -> Result<Walked> {
    let stream = Stream::open(object, from, way.context, way.job, way.tick.clone(), move |raw| unpacked(packing, raw))?;
    let shared = Shared(Rc::new(RefCell::new(stream)));
    let mut meter = Meter::new(way.limits, &object.url);
    let explain = |e: &io::Error| shared.0.borrow().explain(&object.url, e);
    let mut archive = tar::Archive::new(shared.clone());
    for entry in archive.entries().map_err(|e| explain(&e))? {
        let entry = entry.map_err(|e| explain(&e))?;
        way.job.check()?;
        meter.member()?;
        // Where the next member begins is told only of tars that reading can begin inside of.
        let next = (packing == Packing::None).then(|| from + next_of(&entry));
        take(entry, next, object, &shared, &mut meter, intake)?;
    }
    drain(object, &shared, &mut meter)?;
    let stream = shared.0.borrow();
    Ok(Walked { sha256: stream.sha256() })
}

fn next_of<R: Read>(entry: &Entry<'_, R>) -> u64 {
    let stored = entry.header().entry_size().unwrap_or_else(|_| entry.size());
    entry.raw_file_position() + stored.div_ceil(BLOCK).saturating_mul(BLOCK)
}

fn take(
    mut entry: Entry<'_, Shared>,
    next: Option<u64>,
    object: &Object,
    shared: &Shared,
    meter: &mut Meter<'_>,
    intake: &mut dyn Intake,
) -> Result<()> {
    let (kind, size) = (entry.header().entry_type(), entry.size());
    let fault = shared.0.borrow().fault();
    let explain = |e: &io::Error| shared.0.borrow().explain(&object.url, e);
    let raw = entry.path_bytes().into_owned();
    if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
        return Ok(());
    }
    let link = entry.link_name_bytes().map(|l| l.into_owned()).unwrap_or_default();
    let read_bytes = || shared.0.borrow().read_bytes();
    let raise = |e: Error| fault.raise(e);
    let mut bytes =
        Measured { inner: &mut entry, left: size, meter, read_bytes: &read_bytes, raise: &raise, url: &object.url };
    let name = match clean(&raw) {
        Ok(name) => name,
        // Bytes are handed on only of what has some.
        Err(why) => {
            let with = is_file(kind).then_some((&mut bytes as &mut dyn Read, size));
            return intake.refuse(&raw, why, with, &explain);
        }
    };
    match kind {
        EntryType::Directory => Ok(()),
        kind if is_file(kind) => {
            if name.is_empty() {
                return intake.refuse(&raw, "has no name".into(), None, &explain);
            }
            if intake.wants(&name) { intake.file(Member { name, size, next }, &mut bytes, &explain) } else { Ok(()) }
        }
        EntryType::Symlink => match target_of(&name, &link) {
            Ok(target) => intake.link(name, target),
            Err(why) => intake.refuse(&raw, why, None, &explain),
        },
        EntryType::Link => match clean(&link) {
            Ok(target) => intake.link(name, target),
            Err(why) => intake.refuse(&raw, format!("is a hard link, and its target {why}"), None, &explain),
        },
        EntryType::Char | EntryType::Block => intake.refuse(&raw, "is a device".into(), None, &explain),
        EntryType::Fifo => intake.refuse(&raw, "is a pipe".into(), None, &explain),
        _ => intake.refuse(&raw, "is of a kind that is neither a file nor a folder".into(), None, &explain),
    }
}

fn is_file(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse)
}

/// Reads on to the end, for the sake of the checksums that are there.
fn drain(object: &Object, shared: &Shared, meter: &mut Meter<'_>) -> Result<()> {
    let mut stream = shared.0.borrow_mut();
    let mut block = vec![0; 64 << 10];
    loop {
        match stream.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(n) => meter.unpacked(n as u64, stream.read_bytes())?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(stream.explain(&object.url, &e)),
        }
    }
}
