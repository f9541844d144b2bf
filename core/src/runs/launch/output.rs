//! A program's output: shown as it comes, and kept.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// As much of standard error as an error message may need.
const TAIL: usize = 16 << 10;
/// What is read at once, and the longest line that is kept whole.
const BUFFER: usize = 64 << 10;
/// What a program left running may hold its output open; that is not waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where output goes.
pub(super) struct Tee {
    log: Arc<File>,
}

/// Output under way.
pub(super) struct Reading {
    done: Receiver<()>,
    streams: usize,
    tail: Arc<Mutex<Vec<u8>>>,
}

impl Tee {
    pub(super) fn open(log: &Path) -> Result<Tee> {
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(log);
        Ok(Tee { log: Arc::new(opened.map_err(|e| Error::io(log, "opening the output's file", e))?) })
    }

    /// Begins to read both streams, each on a thread of its own.
    pub(super) fn read(
        &self,
        out: Option<impl Read + Send + 'static>,
        err: Option<impl Read + Send + 'static>,
    ) -> Reading {
        let (ended, done) = channel();
        let tail = Arc::new(Mutex::new(Vec::new()));
        let mut streams = 0;
        if let Some(out) = out {
            streams += usize::from(self.copy(out, std::io::stdout(), None, ended.clone()));
        }
        if let Some(err) = err {
            streams += usize::from(self.copy(err, std::io::stderr(), Some(tail.clone()), ended));
        }
        Reading { done, streams, tail }
    }

    fn copy(
        &self,
        mut from: impl Read + Send + 'static,
        mut to: impl Write + Send + 'static,
        tail: Option<Arc<Mutex<Vec<u8>>>>,
        ended: Sender<()>,
    ) -> bool {
        let log = self.log.clone();
        let work = move || {
            let mut buffer = vec![0; BUFFER];
            let mut line = Vec::new();
            loop {
                match from.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(n) => {
                        let bytes = &buffer[..n];
                        // Whoever does not look any more, or a full disk, must not stop the program.
                        let _ = to.write_all(bytes).and_then(|()| to.flush());
                        line.extend_from_slice(bytes);
                        let _ = (&*log).write_all(&whole_lines(&mut line));
                        if let Some(tail) = &tail {
                            keep(&mut tail.lock().unwrap_or_else(PoisonError::into_inner), bytes);
                        }
                    }
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            let _ = (&*log).write_all(&line);
            let _ = ended.send(());
        };
        std::thread::Builder::new().name("octostore-output".into()).spawn(work).is_ok()
    }
}

impl Reading {
    /// Waits until both streams have ended; gives the last of standard error.
    pub(super) fn finish(self) -> String {
        let until = Instant::now() + PATIENCE;
        for _ in 0..self.streams {
            if self.done.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
                break;
            }
        }
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&tail).into_owned()
    }
}

/// Takes the lines that have ended: in the file those of both streams stand below each other, whatever pieces they come in. A
/// progress bar's end with a carriage return.
fn whole_lines(bytes: &mut Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let end = if bytes.len() - end >= BUFFER { bytes.len() } else { end };
    bytes.drain(..end).collect()
}

/// Adds to the last bytes.
fn keep(tail: &mut Vec<u8>, bytes: &[u8]) {
    tail.extend_from_slice(bytes);
    let over = tail.len().saturating_sub(TAIL);
    tail.drain(..over);
}

#[cfg(test)]
mod tests {
    use super::{BUFFER, TAIL, keep, whole_lines};

    #[test]
    fn lines_are_kept_whole() {
        let mut bytes = b"a\nb\r50 %".to_vec();
        assert_eq!((whole_lines(&mut bytes), bytes), (b"a\nb\r".to_vec(), b"50 %".to_vec()));
        let mut endless = vec![b'x'; BUFFER];
        assert_eq!((whole_lines(&mut endless).len(), endless.len()), (BUFFER, 0));
    }

    #[test]
    fn only_the_last_bytes_are_kept() {
        let mut tail = Vec::new();
        keep(&mut tail, &vec![b'a'; TAIL]);
        keep(&mut tail, b"end");
        assert!(tail.len() == TAIL && tail.ends_with(b"aend"));
    }
}
