//! Where a large text can be cut between two records, found on all cores.
//!
//! Whether a newline ends a record depends on whether a quote before it is open, and that on all that is before. So each
//! block is walked once as if it began outside of quotes and, only if it has any quote, once as if it began inside; then the
//! true beginnings follow from block to block. A quote opens where a field begins, and nowhere else: that is the rule of the
//! reader too, so a part ends where the reader of the whole would end a record.

use crate::data::{SourceFile, from_arrow};
use crate::error::Result;
use crate::job::Job;
use memchr::{memchr, memchr2};
use rayon::prelude::*;
use std::io::{Read, SeekFrom};
use std::ops::Range;

/// What a part of a text has, about.
pub(crate) const BLOCK: u64 = 16 << 20;

/// How records of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// None where quotes mean nothing to the lines, as in JSON.
    pub quote: Option<u8>,
    pub delimiter: u8,
    pub newline: u8,
}

/// A run of whole records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub bytes: Range<u64>,
    /// Line ends outside of quotes in it.
    pub lines: u64,
}

/// How it stands between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    /// The byte before closed a quote: another one makes both of them a quote in the text.
    Closed,
}

/// What walking a block from one state gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Walked {
    end: State,
    lines: u64,
    /// After the first line end.
    first_record: Option<usize>,
}

/// Cuts what is behind `begin` into runs of about `block` bytes.
pub(crate) fn cut(file: &SourceFile, begin: u64, block: u64, syntax: Syntax, job: &Job) -> Result<Vec<Run>> {
    let phase = job.phase("find rows", file.len.saturating_sub(begin), 0);
    let starts: Vec<u64> = (begin..file.len).step_by(usize::try_from(block).unwrap_or(usize::MAX)).collect();
    let blocks = starts.par_iter().map(|start| {
        let bytes = read_block(file, *start, block.min(file.len - start), *start > begin)?;
        phase.advance(bytes.len() as u64, 0)?;
        let before = if *start > begin { bytes.first().copied() } else { Some(syntax.newline) };
        let bytes = &bytes[usize::from(*start > begin)..];
        Ok(walk_each(bytes, before.unwrap_or(syntax.newline), syntax))
    });
    Ok(joined(&starts, &blocks.collect::<Result<Vec<_>>>()?, file.len))
}

/// A block, with the byte before it if `with_before`.
fn read_block(file: &SourceFile, start: u64, len: u64, with_before: bool) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| from_arrow(&file.name, e.into());
    let before = u64::from(with_before);
    let mut source = file.open()?;
    source.seek(SeekFrom::Start(start - before)).map_err(failed)?;
    let mut bytes = Vec::new();
    source.take(len + before).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// By the state before the block: outside, inside, closed.
fn walk_each(bytes: &[u8], before: u8, syntax: Syntax) -> [Walked; 3] {
    let outside = walk(bytes, before, State::Outside, syntax);
    match syntax.quote {
        // Without a quote, inside stays inside, and closed is as good as outside.
        Some(quote) if memchr(quote, bytes).is_some() => {
            [outside, walk(bytes, before, State::Inside, syntax), walk(bytes, before, State::Closed, syntax)]
        }
        _ => [outside, Walked { end: State::Inside, lines: 0, first_record: None }, outside],
    }
}

fn walk(bytes: &[u8], before: u8, mut state: State, syntax: Syntax) -> Walked {
    let newline = syntax.newline;
    let quote = syntax.quote.unwrap_or(newline);
    let (mut lines, mut first_record, mut at) = (0, None, 0);
    while at < bytes.len() {
        match state {
            State::Inside => match memchr(quote, &bytes[at..]) {
                Some(n) => {
                    at += n + 1;
                    state = State::Closed;
                }
                None => break,
            },
            State::Closed if bytes[at] == quote && syntax.quote.is_some() => {
                at += 1;
                state = State::Inside;
            }
            _ => {
                state = State::Outside;
                let Some(n) = memchr2(quote, newline, &bytes[at..]) else { break };
                let found = at + n;
                at = found + 1;
                if bytes[found] == newline {
                    lines += 1;
                    first_record = first_record.or(Some(at));
                } else {
                    let previous = if found == 0 { before } else { bytes[found - 1] };
                    if previous == syntax.delimiter || previous == newline {
                        state = State::Inside;
                    }
                }
            }
        }
    }
    // A quote that the last byte closed may go on in the next block; any other byte has ended it.
    if state == State::Closed && at < bytes.len() {
        state = State::Outside;
    }
    Walked { end: state, lines, first_record }
}

/// Runs of whole records: each begins with the first record that begins in its block.
fn joined(starts: &[u64], blocks: &[[Walked; 3]], len: u64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut state = State::Outside;
    for (index, (start, block)) in starts.iter().zip(blocks).enumerate() {
        let walked = block[state as usize];
        let begin = if index == 0 { Some(*start) } else { walked.first_record.map(|n| start + n as u64) };
        // The line that ends just there belongs to the run before.
        let ended_before = u64::from(index > 0 && walked.first_record.is_some());
        match begin {
            Some(begin) => {
                if let Some(run) = runs.last_mut() {
                    run.bytes.end = begin;
                    run.lines += ended_before;
                }
                if begin < len {
                    runs.push(Run { bytes: begin..len, lines: walked.lines - ended_before });
                }
            }
            None => {
                if let Some(run) = runs.last_mut() {
                    run.lines += walked.lines;
                }
            }
        }
        state = walked.end;
    }
    runs
}
