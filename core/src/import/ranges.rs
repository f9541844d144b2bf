//! An object that is read here and there: by ranges, with a window that grows while reading goes straight on.

use super::body::{Tick, try_again};
use super::object::Object;
use crate::context::Context;
use crate::error::Error;
use crate::job::Job;
use bytes::Bytes;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// The first request's length, and the longest.
const SMALLEST: u64 = 128 << 10;
const LARGEST: u64 = 8 << 20;

/// `Read` and `Seek` over an object.
pub(super) struct Ranges {
    object: Object,
    context: Context,
    job: Job,
    tick: Tick,
    len: u64,
    at: u64,
    window: Bytes,
    window_at: u64,
    next_len: u64,
    shared: Arc<Shared>,
}

/// What its owner sees of it while another reader holds it.
#[derive(Default)]
pub(super) struct Shared {
    error: Mutex<Option<Error>>,
}

impl Shared {
    pub(super) fn error(&self) -> Option<Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
    /// Keeps an error while an `io::Error` takes its way.
    pub(super) fn raise(&self, e: Error) -> io::Error {
        let told = io::Error::other(e.message().to_owned());
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
        told
    }
}

impl Ranges {
    pub(super) fn new(object: &Object, len: u64, context: &Context, job: &Job, tick: Tick) -> Self {
        Ranges {
            object: object.clone(),
            context: context.clone(),
            job: job.clone(),
            tick,
            len,
            at: 0,
            window: Bytes::new(),
            window_at: 0,
            next_len: SMALLEST,
            shared: Arc::default(),
        }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    fn fill(&mut self) -> Result<(), Error> {
        let straight_on = self.at == self.window_at + self.window.len() as u64;
        self.next_len = if straight_on { (self.next_len * 2).min(LARGEST) } else { SMALLEST };
        let range = self.at..self.len.min(self.at + self.next_len);
        let bytes = try_again(&self.job, || self.object.range(range.clone(), &self.context))?;
        (self.tick)(bytes.len() as u64)?;
        (self.window, self.window_at) = (bytes, self.at);
        Ok(())
    }
}

impl Read for Ranges {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.len || buffer.is_empty() {
            return Ok(0);
        }
        let inside = self.at >= self.window_at && self.at < self.window_at + self.window.len() as u64;
        if !inside && let Err(e) = self.fill() {
            return Err(self.shared.raise(e));
        }
        let window = &self.window[(self.at - self.window_at) as usize..];
        let n = window.len().min(buffer.len());
        buffer[..n].copy_from_slice(&window[..n]);
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.len.checked_add_signed(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
