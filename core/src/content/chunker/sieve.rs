//! The two stages together: an iterator over the candidates of a range.

use std::collections::VecDeque;

use super::rule::{self, LOOSE, STRICT, fold_hash, window};
use super::{Candidate, Kernel};

/// How far apart two marks may be for the data between them to be tried as a period.
const REACH: usize = 2048;

pub(super) struct Sieve<'a> {
    kernel: Kernel,
    data: &'a [u8],
    at: usize,
    to: usize,
    /// A mark at most [`REACH`] before the last one.
    anchor: Option<usize>,
    /// The candidates after the anchor; in a repetition the last one of each, in order.
    recent: VecDeque<Candidate>,
    repetition: Option<Repetition>,
}

/// Up to position `end` the candidates are those `period` bytes before.
#[derive(Clone, Copy)]
struct Repetition {
    period: usize,
    end: usize,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(kernel: Kernel, data: &'a [u8], from: usize, to: usize) -> Self {
        debug_assert!(from >= rule::WINDOW && to <= data.len() + 1);
        Self { kernel, data, at: from, to, anchor: None, recent: VecDeque::new(), repetition: None }
    }

    fn judge(&self, mark: usize) -> Option<Candidate> {
        let hash = fold_hash(window(self.data, mark));
        (hash < LOOSE).then_some(Candidate { at: mark, strict: hash < STRICT })
    }

    /// Data of a short period has a mark every few bytes, too many to hash. When the window at `mark` is the window at the
    /// anchor, what was found between them is found again until the data stops repeating: step over it.
    fn look_for_repetition(&mut self, mark: usize) {
        match self.anchor {
            Some(anchor) if mark - anchor <= REACH => {
                if window(self.data, anchor) == window(self.data, mark) {
                    let period = mark - anchor;
                    let end = repetition_end(&self.data[..self.to - 1], mark, period);
                    self.repetition = Some(Repetition { period, end });
                    self.at = end + 1;
                }
            }
            _ => {
                self.anchor = Some(mark);
                self.recent.clear();
            }
        }
    }

    fn next_of_repetition(&mut self) -> Option<Candidate> {
        let Repetition { period, end } = self.repetition?;
        if let Some(Candidate { at, strict }) = self.recent.pop_front()
            && at + period <= end
        {
            let copy = Candidate { at: at + period, strict };
            self.recent.push_back(copy);
            return Some(copy);
        }
        self.repetition = None;
        self.anchor = None;
        None
    }
}

impl Iterator for Sieve<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        loop {
            if let Some(copy) = self.next_of_repetition() {
                return Some(copy);
            }
            if self.at >= self.to {
                return None;
            }
            let mark = self.kernel.first_mark(self.data, self.at, self.to);
            self.at = mark + 1;
            if mark == self.to {
                return None;
            }
            let candidate = self.judge(mark);
            self.recent.extend(candidate);
            self.look_for_repetition(mark);
            if candidate.is_some() {
                return candidate;
            }
        }
    }
}

/// The first byte from `from` on that differs from the byte `period` before it, or the end.
fn repetition_end(data: &[u8], from: usize, period: usize) -> usize {
    let (now, before) = (&data[from..], &data[from - period..data.len() - period]);
    let blocks = now.as_chunks::<32>().0.iter().zip(before.as_chunks::<32>().0);
    let whole = 32 * blocks.take_while(|(now, before)| now == before).count();
    let rest = now[whole..].iter().zip(&before[whole..]);
    from + whole + rest.take_while(|(now, before)| now == before).count()
}
