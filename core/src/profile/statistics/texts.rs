//! What is kept of a column of texts or bytes: how often each value occurs, while there are not too many of them.

use super::codec::{Reader, Writer};
use super::distinct::{EXACT, HyperLogLog};
use super::semantic;
use super::weights::Weights;
use crate::error::Result;
use hashbrown::HashTable;

/// Of more different values than can be kept, about so many of the most frequent ones stay...
const HEAVY: usize = 4096;
/// ...whenever there are so many.
const FULL: usize = 32_768;
/// The texts of the values take up so much; then those of rare values are let go.
const ARENA: usize = 8 << 20;
/// Values whose text is kept whatever happens.
const LABELLED: usize = 1000;
/// A longer text is not kept at all: nobody reads it in a list of values.
const LONGEST: usize = 1 << 20;
/// The place of a text that is not kept.
const NOWHERE: u32 = u32::MAX;

/// A value: its text lies in the arena.
#[derive(Clone, Copy, Debug)]
struct Value {
    hash: u64,
    count: u64,
    at: u32,
    len: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) count: u64,
    pub(crate) empty: u64,
    pub(crate) invalid_utf8: u64,
    /// Values that begin as images do.
    pub(crate) images: u64,
    pub(crate) bytes: u64,
    pub(crate) shortest: u64,
    pub(crate) longest: u64,
    pub(crate) chars: u64,
    pub(crate) fewest_chars: u64,
    pub(crate) most_chars: u64,
    table: HashTable<Value>,
    arena: Vec<u8>,
    sketch: Option<Box<HyperLogLog>>,
    /// No count is too small by more than this.
    pub(crate) lost: u64,
    pub(crate) weights: Option<Weights>,
}

/// A value with how often it occurs. Without its text, it is a rare one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) hash: u64,
    pub(crate) count: u64,
    pub(crate) text: Option<Box<[u8]>>,
}

impl Texts {
    pub(crate) fn new(weighted: bool) -> Self {
        let (shortest, fewest_chars) = (u64::MAX, u64::MAX);
        Texts { shortest, fewest_chars, weights: weighted.then(Weights::default), ..Texts::default() }
    }

    /// Takes in a value so many times. `utf8`: the column's type promises that it is text.
    #[inline]
    pub(crate) fn add(&mut self, text: &[u8], hash: u64, times: u64, utf8: bool) {
        let bytes = text.len() as u64;
        let ascii = text.is_ascii();
        let chars = if ascii { bytes } else { text.iter().filter(|b| **b & 0xc0 != 0x80).count() as u64 };
        self.count += times;
        self.bytes += bytes * times;
        self.shortest = self.shortest.min(bytes);
        self.longest = self.longest.max(bytes);
        self.chars += chars * times;
        self.fewest_chars = self.fewest_chars.min(chars);
        self.most_chars = self.most_chars.max(chars);
        if bytes == 0 {
            self.empty += times;
        } else if !utf8 && !ascii && std::str::from_utf8(text).is_err() {
            self.invalid_utf8 += times;
            self.images += if semantic::is_image(text) { times } else { 0 };
        }
        self.tally(hash, times, Some(text));
    }

    /// Counts a value. Once there are too many to be exact, the text of one that comes for the first time is not kept yet:
    /// a frequent one comes again.
    #[inline]
    fn tally(&mut self, hash: u64, times: u64, text: Option<&[u8]>) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(hash);
        }
        let value = self.table.entry(hash, |v| v.hash == hash, |v| v.hash);
        let value = value.or_insert(Value { hash, count: 0, at: NOWHERE, len: 0 }).into_mut();
        let first = value.count == 0;
        value.count += times;
        if let Some(text) =
            text.filter(|t| value.at == NOWHERE && t.len() <= LONGEST && (!first || self.sketch.is_none()))
            && let (Ok(at), Ok(len)) = (u32::try_from(self.arena.len()), u32::try_from(text.len()))
        {
            (value.at, value.len) = (at, len);
            self.arena.extend_from_slice(text);
        }
        if first || self.arena.len() > ARENA {
            self.keep_in_bounds();
        }
    }

    fn keep_in_bounds(&mut self) {
        if self.sketch.is_none() && self.table.len() > EXACT {
            self.give_up();
        }
        if self.sketch.is_some() && self.table.len() > FULL {
            self.forget_rare();
        }
        if self.arena.len() > ARENA {
            self.forget_texts();
        }
    }

    /// From here on, not all values are kept.
    fn give_up(&mut self) {
        let mut sketch = Box::<HyperLogLog>::default();
        self.table.iter().for_each(|v| sketch.add(v.hash));
        self.sketch = Some(sketch);
    }

    /// Keeps the most frequent values. As Misra and Gries do it, each count is lowered by the largest that goes.
    fn forget_rare(&mut self) {
        let mut counts: Vec<u64> = self.table.iter().map(|v| v.count).collect();
        let at = counts.len().saturating_sub(HEAVY + 1);
        let cut = *counts.select_nth_unstable(at).1;
        self.lost += cut;
        self.table.retain(|v| {
            v.count = v.count.saturating_sub(cut);
            v.count > 0
        });
        self.table.shrink_to(2 * FULL, |v| v.hash);
        self.pack();
    }

    /// Lets the texts go of all but the most frequent values, and of the longest ones if that is not enough.
    fn forget_texts(&mut self) {
        let mut counts: Vec<u64> = self.table.iter().map(|v| v.count).collect();
        let at = counts.len().saturating_sub(LABELLED);
        let cut = if at < counts.len() { *counts.select_nth_unstable(at).1 } else { 0 };
        let longest = (ARENA / 2 / LABELLED) as u32;
        let mut kept_bytes = 0;
        for value in self.table.iter_mut() {
            let tie = value.count == cut && cut > 1 && value.len <= longest && kept_bytes < ARENA / 2;
            if value.count > cut || tie {
                kept_bytes += value.len as usize;
            } else {
                value.at = NOWHERE;
            }
        }
        self.pack();
        // Even a thousand texts may be too long: then none is kept but what comes from now on.
        if self.arena.len() > ARENA / 4 * 3 {
            self.table.iter_mut().for_each(|v| v.at = NOWHERE);
            self.arena = Vec::new();
        }
    }

    /// Closes the gaps that forgotten texts left.
    fn pack(&mut self) {
        let mut packed = Vec::new();
        for value in self.table.iter_mut() {
            let text = self.arena.get(value.at as usize..value.at as usize + value.len as usize);
            if let Some(text) = text.filter(|_| value.at != NOWHERE) {
                value.at = packed.len() as u32;
                packed.extend_from_slice(text);
            }
        }
        self.arena = packed;
    }

    fn text(&self, value: &Value) -> Option<&[u8]> {
        let at = value.at as usize;
        if value.at == NOWHERE { None } else { self.arena.get(at..at + value.len as usize) }
    }

    /// The values in an order that is the same however they came.
    fn sorted(&self) -> Vec<Value> {
        let mut values: Vec<Value> = self.table.iter().copied().collect();
        values.sort_unstable_by_key(|v| v.hash);
        values
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        self.count += other.count;
        self.empty += other.empty;
        self.invalid_utf8 += other.invalid_utf8;
        self.images += other.images;
        self.bytes += other.bytes;
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
        self.chars += other.chars;
        self.fewest_chars = self.fewest_chars.min(other.fewest_chars);
        self.most_chars = self.most_chars.max(other.most_chars);
        self.lost += other.lost;
        if let (Some(mine), Some(its)) = (&mut self.weights, other.weights.take()) {
            mine.merge(its);
        }
        if other.sketch.is_some() && self.sketch.is_none() {
            self.give_up();
        }
        if let (Some(mine), Some(its)) = (&mut self.sketch, &other.sketch) {
            mine.merge(its);
        }
        for value in other.sorted() {
            self.tally(value.hash, value.count, other.text(&value));
        }
    }

    /// How many different values there are, and whether that is exact.
    pub(crate) fn distinct(&self) -> (u64, bool) {
        match &self.sketch {
            Some(sketch) => ((sketch.estimate().round() as u64).min(self.count), false),
            None => (self.table.len() as u64, true),
        }
    }

    /// The values, the most frequent first; of those as frequent, the one that is later in the alphabet.
    pub(crate) fn ranked(&self) -> Vec<Counted> {
        let of = |v: &Value| Counted { hash: v.hash, count: v.count, text: self.text(v).map(Into::into) };
        let mut all: Vec<Counted> = self.table.iter().map(of).collect();
        all.sort_unstable_by(|a, b| (b.count, &b.text, b.hash).cmp(&(a.count, &a.text, a.hash)));
        all
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        let counts = [self.count, self.empty, self.invalid_utf8, self.bytes, self.shortest, self.longest];
        counts
            .into_iter()
            .chain([self.chars, self.fewest_chars, self.most_chars, self.lost, self.images])
            .for_each(|n| w.u64(n));
        w.flag(self.sketch.is_some());
        if let Some(sketch) = &self.sketch {
            sketch.write(w);
        }
        let values = self.sorted();
        w.u64(values.len() as u64);
        for value in values {
            w.fixed(value.hash);
            w.u64(value.count);
            let text = self.text(&value);
            w.flag(text.is_some());
            if let Some(text) = text {
                w.bytes(text);
            }
        }
        w.flag(self.weights.is_some());
        if let Some(weights) = &self.weights {
            weights.write(w);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut t = Texts::default();
        let counts = [&mut t.count, &mut t.empty, &mut t.invalid_utf8, &mut t.bytes, &mut t.shortest, &mut t.longest];
        for n in
            counts.into_iter().chain([&mut t.chars, &mut t.fewest_chars, &mut t.most_chars, &mut t.lost, &mut t.images])
        {
            *n = r.u64()?;
        }
        t.sketch = if r.flag()? { Some(Box::new(HyperLogLog::read(r)?)) } else { None };
        for _ in 0..r.count()? {
            let (hash, count) = (r.fixed()?, r.u64()?);
            let mut value = Value { hash, count, at: NOWHERE, len: 0 };
            if r.flag()? {
                let text = r.bytes()?;
                (value.at, value.len) = (t.arena.len() as u32, text.len() as u32);
                t.arena.extend_from_slice(text);
            }
            t.table.entry(hash, |v| v.hash == hash, |v| v.hash).or_insert(value);
        }
        t.weights = if r.flag()? { Some(Weights::read(r)?) } else { None };
        Ok(t)
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash;
    use super::*;

    fn add(texts: &mut Texts, text: &str, times: u64) {
        texts.add(text.as_bytes(), hash::bytes(text.as_bytes()), times, false);
    }

    #[test]
    fn equally_frequent_values_are_ranked_from_the_end_of_the_alphabet() {
        let mut texts = Texts::new(false);
        for (text, times) in [("a", 2), ("c", 2), ("b", 3), ("", 1), ("ä", 1)] {
            add(&mut texts, text, times);
        }
        let ranked: Vec<_> = texts.ranked().into_iter().map(|c| c.text.unwrap_or_default()).collect();
        assert_eq!(ranked, ["b", "c", "a", "ä", ""].map(|t| Box::from(t.as_bytes())));
        assert_eq!((texts.bytes, texts.chars, texts.empty, texts.fewest_chars), (9, 8, 1, 0));
    }

    #[test]
    fn frequent_values_survive_many_rare_ones_with_the_error_that_is_stated() {
        let mut texts = Texts::new(false);
        for n in 0..400_000_u64 {
            add(&mut texts, &format!("rare {n}"), 1);
            add(&mut texts, &format!("frequent {}", n % 10), 1);
        }
        assert!(!texts.distinct().1 && texts.lost > 0);
        for top in texts.ranked().into_iter().take(10) {
            assert!(top.text.is_some_and(|t| t.starts_with(b"frequent")));
            assert!(top.count <= 40_000 && top.count + texts.lost >= 40_000);
        }
    }

    #[test]
    fn long_texts_do_not_fill_the_memory_and_the_frequent_ones_stay() {
        let mut texts = Texts::new(false);
        for n in 0..2000_u64 {
            let text = format!("{n} ").repeat(4000);
            add(&mut texts, &text, 1 + u64::from(n < 10) * 5);
        }
        assert!(texts.arena.len() <= ARENA && texts.distinct() == (2000, true));
        assert!(texts.ranked().iter().take(10).all(|c| c.text.is_some()));
    }
}
