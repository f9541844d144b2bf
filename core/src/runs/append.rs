//! Metric files: lines are only ever added, by any number of threads and processes at once.
//!
//! A line goes out in one `write` on a handle in append mode, which the system puts behind all others as a whole. A killed
//! process or a full disk may leave a line that is cut short; it is taken away before anything is put behind it. So that no one
//! takes another's half-done `write` for such a line, a writer holds the file's lock: shared to write, alone to cut.

use super::alive::Owner;
use super::files::{clash, key_file, put_new};
use super::layout::{KeyKind, META, OWN};
use crate::error::{Code, Error, Result};
use crate::per_process::PerProcess;
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Handles that a run keeps open. A program may log thousands of metrics and have few handles left.
const OPEN: usize = 64;
/// Files that are made durable at once.
const SYNCS: usize = 8;
/// How often it is looked whether the run's folder is still there: what is written to a deleted file is lost.
const LOOK: Duration = Duration::from_secs(1);
/// How often others are told that the run is still written.
const BEAT: Duration = Duration::from_secs(30);
/// No line is longer: three numbers, a data set's name and its digest.
const LONGEST_LINE: u64 = 4096;

/// The metric files of one run that are being written.
#[derive(Default)]
pub(super) struct Appends(PerProcess<Mutex<Handles>>);

#[derive(Default)]
struct Handles {
    open: HashMap<String, (Arc<Tail>, u64)>,
    /// What was written and is closed again: it has to be made durable as well.
    closed: HashSet<String>,
    uses: u64,
    looked: Option<Instant>,
    beaten: Option<Instant>,
}

/// One file, and where its end was after our last line.
struct Tail(Mutex<(File, u64)>);

impl Appends {
    /// Adds whole lines to a metric.
    pub(super) fn append(&self, run: &Path, key: &str, lines: &[u8]) -> Result<()> {
        match self.tail(run, key, lines)? {
            Some(tail) => {
                tail.append(lines).map_err(|e| Error::io(&run.join(KeyKind::Metric.folder()).join(key), "writing", e))
            }
            None => Ok(()),
        }
    }

    /// Makes durable what was written.
    pub(super) fn sync(&self, run: &Path) -> Result<()> {
        let handles = self.0.get_or_try(|| Ok::<_, Error>(Mutex::default()))?;
        let mut handles = handles.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keys = std::mem::take(&mut handles.closed);
        keys.extend(handles.open.drain().map(|(key, _)| key));
        drop(handles);
        let keys: Vec<String> = keys.into_iter().collect();
        let sync = &|keys: &[String]| {
            keys.iter().try_for_each(|key| {
                let path = run.join(KeyKind::Metric.folder()).join(key);
                File::open(&path).and_then(|f| f.sync_data()).map_err(|e| Error::io(&path, "making a file durable", e))
            })
        };
        // The disk takes several at once for little more than the time of one.
        std::thread::scope(|scope| {
            let parts = keys.chunks(keys.len().div_ceil(SYNCS).max(1));
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || sync(part))).collect();
            threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|_| Err(Error::internal("a thread panicked"))))
        })
    }

    /// The open file of a key; `None` if it was made just now, with the lines in it.
    fn tail(&self, run: &Path, key: &str, lines: &[u8]) -> Result<Option<Arc<Tail>>> {
        let handles = self.0.borrow_or_try(|| Ok::<_, Error>(Mutex::default()))?;
        let mut handles = handles.lock().unwrap_or_else(PoisonError::into_inner);
        handles.look(run)?;
        handles.uses += 1;
        let now = handles.uses;
        if let Some((tail, used)) = handles.open.get_mut(key) {
            *used = now;
            return Ok(Some(Arc::clone(tail)));
        }
        let (file, is_new) = open(run, key, lines)?;
        let end = if is_new { lines.len() as u64 } else { 0 };
        let tail = Arc::new(Tail(Mutex::new((file, end))));
        handles.make_room();
        handles.open.insert(key.to_owned(), (Arc::clone(&tail), now));
        Ok((!is_new).then_some(tail))
    }
}

impl Handles {
    /// Closes the half that was not used for longest, when there are too many.
    fn make_room(&mut self) {
        if self.open.len() < OPEN {
            return;
        }
        let mut uses: Vec<u64> = self.open.values().map(|(_, used)| *used).collect();
        let (_, middle, _) = uses.select_nth_unstable(OPEN / 2);
        let middle = *middle;
        let closed = self.open.extract_if(|_, (_, used)| *used < middle).map(|(key, _)| key);
        self.closed.extend(closed);
    }

    fn look(&mut self, run: &Path) -> Result<()> {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return Ok(());
        }
        if !run.join(META).is_file() {
            return Err(Error::new(
                Code::NotFound,
                format!("{}: the run's folder was deleted while it is written", run.display()),
            )
            .with("path", run.display().to_string())
            .remedy("Start a new run; what was logged to this one is gone."));
        }
        let now = Instant::now();
        self.looked = Some(now);
        if self.beaten.get_or_insert(now).elapsed() >= BEAT {
            self.beaten = Some(now);
            Owner::refresh(run)?;
        }
        Ok(())
    }
}

/// Opens a metric's file, or makes it with its first lines: MLflow refuses a whole experiment over an empty one.
fn open(run: &Path, key: &str, lines: &[u8]) -> Result<(File, bool)> {
    let path = key_file(run, KeyKind::Metric, key)?;
    let open = || OpenOptions::new().read(true).append(true).open(&path);
    let (file, is_new) = match open() {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let is_new = put_new(&run.join(OWN), &path, lines)?;
            (open(), is_new)
        }
        opened => (opened, false),
    };
    Ok((file.map_err(|e| clash(KeyKind::Metric, key, &path, e))?, is_new))
}

impl Tail {
    fn append(&self, lines: &[u8]) -> std::io::Result<()> {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = &mut *tail;
        // A file system without locks works as well: only a cut line may then be taken for one by two at once.
        // Windows lets nobody write under a shared one.
        let _ = if cfg!(windows) { file.lock() } else { file.lock_shared() };
        let written = append(file, end, lines);
        let _ = file.unlock();
        written
    }
}

fn append(file: &mut File, end: &mut u64, lines: &[u8]) -> std::io::Result<()> {
    let mut size = file.metadata()?.len();
    if size != *end && is_torn(file, size)? {
        let _ = file.unlock();
        let _ = file.lock();
        size = cut(file)?;
    }
    *end = size;
    let written = file.write_all(lines);
    match written {
        Ok(()) => *end += lines.len() as u64,
        // The disk is full: half a line must not stay.
        Err(_) => *end = cut(file)?,
    }
    written
}

/// Whether the last line does not end.
fn is_torn(file: &mut File, size: u64) -> std::io::Result<bool> {
    if size == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(size - 1))?;
    Ok(file.read(&mut last)? == 1 && last != *b"\n")
}

/// Takes away what stands behind the last line's end, and gives the size that is left.
fn cut(file: &mut File) -> std::io::Result<u64> {
    let size = file.metadata()?.len();
    if !is_torn(file, size)? {
        return Ok(size);
    }
    let from = size.saturating_sub(LONGEST_LINE);
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    Read::take(&mut *file, size - from).read_to_end(&mut text)?;
    let whole = match text.iter().rposition(|b| *b == b'\n') {
        Some(at) => from + at as u64 + 1,
        None if from == 0 => 0,
        // Not lines of ours at all.
        None => return Ok(size),
    };
    file.set_len(whole)?;
    Ok(whole)
}

/// Makes every metric of a run readable again after its writer died: lines that are none go, and files without any.
pub(super) fn mend(beside: &Path, files: &[(String, PathBuf)]) -> Result<()> {
    for (_, path) in files {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, "reading", e))?;
        let lines = bytes.split_inclusive(|b| *b == b'\n');
        let good: Vec<u8> =
            lines.filter(|l| l.ends_with(b"\n") && super::read::point(l).is_some()).flatten().copied().collect();
        if good.is_empty() {
            std::fs::remove_file(path).map_err(|e| Error::io(path, "removing", e))?;
        } else if good.len() < bytes.len() {
            super::files::put(beside, path, &good)?;
        }
    }
    Ok(())
}
