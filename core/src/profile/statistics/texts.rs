//! What is kept of a column of texts or bytes: how often each value occurs, while there are not too many of them.

use super::codec::{Reader, Writer};
use super::distinct::{EXACT, HyperLogLog};
use super::semantic;
use super::weights::Weights;
use crate::error::Result;
use hashbrown::HashTable;

/// Of more different values than can be kept, about so many of the most frequent ones stay.
const HEAVY: usize = 4096;
/// The texts of the values take up so much; then those of rare values are let go.
const ARENA: usize = 8 << 20;
/// Values whose text is kept whatever happens.
const LABELLED: usize = 1000;

#[derive(Clone, Debug)]
struct Value {
    hash: u64,
    count: u64,
    text: Option<Box<[u8]>>,
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
    arena: usize,
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

    /// Takes in a value so many times. `whether_text` is known to be true of text columns.
    #[inline]
    pub(crate) fn add(&mut self, text: &[u8], hash: u64, times: u64, whether_text: bool) {
        let bytes = text.len() as u64;
        self.count += times;
        self.bytes += bytes * times;
        self.shortest = self.shortest.min(bytes);
        self.longest = self.longest.max(bytes);
        let chars = match text.is_ascii() {
            true => bytes,
            false => text.iter().filter(|b| **b & 0xc0 != 0x80).count() as u64,
        };
        if bytes == 0 {
            self.empty += times;
        } else if !whether_text && !text.is_ascii() && std::str::from_utf8(text).is_err() {
            self.invalid_utf8 += times;
            self.images += if semantic::is_image(text) { times } else { 0 };
        }
        self.chars += chars * times;
        self.fewest_chars = self.fewest_chars.min(chars);
        self.most_chars = self.most_chars.max(chars);
        self.tally(hash, times, || text.into());
    }

    #[inline]
    fn tally(&mut self, hash: u64, times: u64, text: impl FnOnce() -> Box<[u8]>) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(hash);
        }
        let value = self.table.entry(hash, |v| v.hash == hash, |v| v.hash);
        let value = value.or_insert_with(|| Value { hash, count: 0, text: None }).into_mut();
        value.count += times;
        if value.text.is_none() {
            let text = text();
            self.arena += text.len();
            value.text = Some(text);
        }
        self.keep_in_bounds();
    }

    #[inline]
    fn keep_in_bounds(&mut self) {
        if self.sketch.is_none() && self.table.len() > EXACT {
            let mut sketch = Box::<HyperLogLog>::default();
            self.table.iter().for_each(|v| sketch.add(v.hash));
            self.sketch = Some(sketch);
        }
        // Beyond the exact, values are let go many at a time: what that costs is shared by all that come in between.
        if self.sketch.is_some() && self.table.len() > EXACT {
            self.forget_rare();
        }
        if self.arena > ARENA {
            self.forget_texts();
        }
    }

    /// Keeps the most frequent values. As Misra and Gries do it, each count is lowered by the largest that goes.
    fn forget_rare(&mut self) {
        let mut counts: Vec<u64> = self.table.iter().map(|v| v.count).collect();
        let at = counts.len().saturating_sub(HEAVY + 1);
        let (_, cut, _) = counts.select_nth_unstable(at);
        let cut = *cut;
        self.lost += cut;
        self.table.retain(|v| {
            v.count = v.count.saturating_sub(cut);
            v.count > 0
        });
        self.table.shrink_to(2 * EXACT, |v| v.hash);
        self.arena = self.table.iter().map(|v| v.text.as_ref().map_or(0, |t| t.len())).sum();
    }

    /// Lets the texts go of all but the most frequent values, and of the longest ones if that is not enough.
    fn forget_texts(&mut self) {
        let mut counts: Vec<u64> = self.table.iter().map(|v| v.count).collect();
        let at = counts.len().saturating_sub(LABELLED);
        let cut = if at < counts.len() { *counts.select_nth_unstable(at).1 } else { 0 };
        let longest = ARENA / 2 / LABELLED;
        let mut arena = 0;
        for value in self.table.iter_mut() {
            let len = value.text.as_ref().map_or(0, |t| t.len());
            let kept = value.count > cut || (value.count == cut && cut > 1 && len <= longest && arena < ARENA / 2);
            if kept { arena += len } else { value.text = None }
        }
        self.arena = arena;
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
            let mut sketch = Box::<HyperLogLog>::default();
            self.table.iter().for_each(|v| sketch.add(v.hash));
            self.sketch = Some(sketch);
        }
        if let (Some(mine), Some(its)) = (&mut self.sketch, &other.sketch) {
            mine.merge(its);
        }
        let mut values: Vec<Value> = other.table.into_iter().collect();
        values.sort_unstable_by_key(|v| v.hash);
        for Value { hash, count, text } in values {
            match text {
                Some(text) => self.tally(hash, count, || text),
                None => self.tally_without_text(hash, count),
            }
        }
    }

    fn tally_without_text(&mut self, hash: u64, times: u64) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(hash);
        }
        let value = self.table.entry(hash, |v| v.hash == hash, |v| v.hash);
        value.or_insert_with(|| Value { hash, count: 0, text: None }).into_mut().count += times;
        self.keep_in_bounds();
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
        let of = |v: &Value| Counted { hash: v.hash, count: v.count, text: v.text.clone() };
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
        let mut values: Vec<&Value> = self.table.iter().collect();
        values.sort_unstable_by_key(|v| v.hash);
        w.u64(values.len() as u64);
        for value in values {
            w.fixed(value.hash);
            w.u64(value.count);
            w.flag(value.text.is_some());
            if let Some(text) = &value.text {
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
            let text: Option<Box<[u8]>> = if r.flag()? { Some(r.bytes()?.into()) } else { None };
            t.arena += text.as_ref().map_or(0, |t| t.len());
            t.table.entry(hash, |v| v.hash == hash, |v| v.hash).or_insert(Value { hash, count, text });
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
        assert!(texts.arena <= ARENA && texts.distinct() == (2000, true));
        assert!(texts.ranked().iter().take(10).all(|c| c.text.is_some()));
    }
}
