//! Tar files, compressed or not: one stream from front to back.

use super::archive::{Explain, Intake, Measured, Member, Packing, Walked, Way, unpacked};
use super::body::Stream;
use super::damaged;
use super::limits::Meter;
use super::names::{clean, target_of};
use super::object::Object;
use crate::error::{Error, Result};
use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;
use tar::{Entry, EntryType};

const BLOCK: u64 = 512;

/// Headers of one member, with its long names: more is made to fill the memory.
const HEADERS: u64 = 1 << 20;

/// The stream, shared between the tar reader and who asks how much of it was read.
#[derive(Clone)]
struct Shared(Rc<Inner>);

struct Inner {
    stream: RefCell<Stream>,
    /// What may still be read for headers; members' bytes are not counted here.
    headers: Cell<Option<u64>>,
    url: String,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stream = self.0.stream.borrow_mut();
        let n = stream.read(buffer)?;
        if let Some(left) = self.0.headers.get() {
            let left = left.checked_sub(n as u64);
            let too_long = || damaged(&self.0.url, "a member's name or header is longer than 1 MiB");
            self.0.headers.set(Some(left.ok_or_else(|| stream.fault().raise(too_long()))?));
        }
        Ok(n)
    }
}

impl Shared {
    fn explain(&self, e: &io::Error) -> Error {
        self.0.stream.borrow().explain(&self.0.url, e)
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
    let inner = Inner { stream: RefCell::new(stream), headers: Cell::new(None), url: object.url.clone() };
    let shared = Shared(Rc::new(inner));
    let mut meter = Meter::new(way.limits, &object.url);
    let mut archive = tar::Archive::new(shared.clone());
    let mut entries = archive.entries().map_err(|e| shared.explain(&e))?;
    loop {
        shared.0.headers.set(Some(HEADERS));
        let Some(entry) = entries.next() else { break };
        shared.0.headers.set(None);
        let entry = entry.map_err(|e| shared.explain(&e))?;
        way.job.check()?;
        meter.member()?;
        // Where the next member begins is told only of tars that reading can begin inside of.
        let next = (packing == Packing::None).then(|| from + next_of(&entry));
        take(entry, next, object, &shared, &mut meter, intake)?;
    }
    drain(object, &shared, &mut meter)?;
    let stream = shared.0.stream.borrow();
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
    let raw = entry.path_bytes().into_owned();
    let link = entry.link_name_bytes().map(|l| l.into_owned()).unwrap_or_default();
    let explain = |e: &io::Error| shared.explain(e);
    if is_file(kind) {
        let fault = shared.0.stream.borrow().fault();
        let read_bytes = || shared.0.stream.borrow().read_bytes();
        let raise = |e: Error| fault.raise(e);
        let mut bytes =
            Measured { inner: &mut entry, left: size, meter, read_bytes: &read_bytes, raise: &raise, url: &object.url };
        take_file(&raw, next, size, &mut bytes, &explain, intake)?;
        // What nobody wanted goes by, metered too.
        return io::copy(&mut bytes, &mut io::sink()).map(drop).map_err(|e| explain(&e));
    }
    take_other(kind, &raw, &link, &explain, intake)?;
    io::copy(&mut entry, &mut io::sink()).map(drop).map_err(|e| explain(&e))
}

fn take_file(
    raw: &[u8],
    next: Option<u64>,
    size: u64,
    bytes: &mut dyn Read,
    explain: Explain<'_>,
    intake: &mut dyn Intake,
) -> Result<()> {
    match clean(raw) {
        Err(why) => intake.refuse(raw, why, Some((bytes, size)), explain),
        Ok(name) if name.is_empty() => intake.refuse(raw, "has no name".into(), None, explain),
        Ok(name) if intake.wants(&name) => intake.file(Member { name, size, next }, bytes, explain),
        Ok(_) => Ok(()),
    }
}

fn take_other(kind: EntryType, raw: &[u8], link: &[u8], explain: Explain<'_>, intake: &mut dyn Intake) -> Result<()> {
    if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
        return Ok(());
    }
    let name = match clean(raw) {
        Ok(name) => name,
        Err(why) => return intake.refuse(raw, why, None, explain),
    };
    let target = match kind {
        EntryType::Directory => return Ok(()),
        EntryType::Symlink => target_of(&name, link),
        EntryType::Link => clean(link).map_err(|why| format!("is a hard link, and its target {why}")),
        EntryType::Char | EntryType::Block => Err("is a device".into()),
        EntryType::Fifo => Err("is a pipe".into()),
        _ => Err("is of a kind that is neither a file nor a folder".into()),
    };
    match target {
        Ok(target) => intake.link(name, target),
        Err(why) => intake.refuse(raw, why, None, explain),
    }
}

fn is_file(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse)
}

/// Reads on to the end, for the sake of the checksums that are there.
fn drain(object: &Object, shared: &Shared, meter: &mut Meter<'_>) -> Result<()> {
    let mut stream = shared.0.stream.borrow_mut();
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
