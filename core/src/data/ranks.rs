//! Values at given ranks of a stream that is too long to keep: exact, in a few passes, in bounded memory.
//!
//! The first pass keeps all values while they are few. Beyond that it counts them in 1,024 bins, each further pass narrows
//! the bin that a rank lies in, and once few values are left in it they are kept and sorted.

use crate::error::Result;

const BINS: u64 = 1024;
/// Values kept at once, in all.
const KEPT: usize = 8 << 20;

/// The value at a rank, and how many values are below it and equal to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) value: u64,
    pub(crate) below: u64,
    pub(crate) equal: u64,
}

/// Goes once through all rows: calls back with each one's stratum and value.
pub(crate) type Scan<'a> = dyn FnMut(&mut dyn FnMut(usize, u64)) -> Result<()> + 'a;

/// For each stratum the places of the ranks that are wanted of it: `want` hears how many values each stratum has and
/// gives ranks from 0, each below that number.
pub(crate) fn places(
    want: impl FnOnce(&[u64]) -> Vec<Vec<u64>>,
    scan: &mut Scan<'_>,
) -> Result<(Vec<u64>, Vec<Vec<Place>>)> {
    places_keeping(KEPT, want, scan)
}

fn places_keeping(
    budget: usize,
    want: impl FnOnce(&[u64]) -> Vec<Vec<u64>>,
    scan: &mut Scan<'_>,
) -> Result<(Vec<u64>, Vec<Vec<Place>>)> {
    let mut first = First::Kept { values: Vec::new(), count: 0 };
    scan(&mut |stratum, value| first.add(stratum, value, budget))?;
    let counts = first.counts();
    let wanted = want(&counts);
    let strata = match first {
        First::Kept { mut values, .. } => {
            values.iter_mut().for_each(|v| v.sort_unstable());
            let found = values.iter().zip(&wanted).map(|(v, ranks)| ranks.iter().map(|r| place(v, *r, 0)).collect());
            return Ok((counts, found.collect()));
        }
        First::Binned(strata) => strata,
    };
    let mut searches = Vec::new();
    for (stratum, ranks) in wanted.iter().enumerate() {
        for (slot, rank) in ranks.iter().enumerate() {
            searches.push(Search::begin(stratum, slot, *rank, &strata[stratum]));
        }
    }
    while searches.iter().any(|s| s.found.is_none()) {
        narrow(&mut searches, wanted.len(), budget, scan)?;
    }
    let mut found: Vec<Vec<Place>> =
        wanted.iter().map(|ranks| vec![Place { value: 0, below: 0, equal: 0 }; ranks.len()]).collect();
    for search in searches {
        if let Some(place) = search.found {
            found[search.stratum][search.slot] = place;
        }
    }
    Ok((counts, found))
}

/// The place of a rank in sorted values, `before` of which were left out at the front.
fn place(sorted: &[u64], rank: u64, before: u64) -> Place {
    let at = ((rank - before) as usize).min(sorted.len().saturating_sub(1));
    let value = sorted.get(at).copied().unwrap_or_default();
    let below = sorted.partition_point(|v| *v < value) as u64;
    let equal = sorted.partition_point(|v| *v <= value) as u64 - below;
    Place { value, below: below + before, equal }
}

struct Bins {
    counts: Vec<u64>,
    least: u64,
    greatest: u64,
}

impl Bins {
    fn add(&mut self, value: u64) {
        self.counts[(value >> 54) as usize] += 1;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
    }
}

impl Default for Bins {
    fn default() -> Self {
        Bins { counts: vec![0; BINS as usize], least: u64::MAX, greatest: 0 }
    }
}

enum First {
    Kept { values: Vec<Vec<u64>>, count: usize },
    Binned(Vec<Bins>),
}

impl First {
    fn add(&mut self, stratum: usize, value: u64, budget: usize) {
        if let First::Kept { values, count } = self {
            if *count < budget {
                if values.len() <= stratum {
                    values.resize_with(stratum + 1, Vec::new);
                }
                values[stratum].push(value);
                *count += 1;
                return;
            }
            let bins = values.iter().map(|kept| {
                let mut bins = Bins::default();
                kept.iter().for_each(|v| bins.add(*v));
                bins
            });
            *self = First::Binned(bins.collect());
        }
        if let First::Binned(strata) = self {
            if strata.len() <= stratum {
                strata.resize_with(stratum + 1, Bins::default);
            }
            strata[stratum].add(value);
        }
    }

    fn counts(&self) -> Vec<u64> {
        match self {
            First::Kept { values, .. } => values.iter().map(|v| v.len() as u64).collect(),
            First::Binned(strata) => strata.iter().map(|s| s.counts.iter().sum()).collect(),
        }
    }
}

/// Where the value of a rank still may be.
struct Search {
    stratum: usize,
    slot: usize,
    rank: u64,
    from: u64,
    to: u64,
    /// Values below `from`, and from `from` to `to`.
    before: u64,
    inside: u64,
    seen: Seen,
    found: Option<Place>,
}

enum Seen {
    Values(Vec<u64>),
    Bins(Vec<u64>),
}

impl Search {
    fn begin(stratum: usize, slot: usize, rank: u64, bins: &Bins) -> Search {
        let seen = Seen::Bins(bins.counts.clone());
        let (from, to, before, inside) = (0, u64::MAX, 0, bins.counts.iter().sum());
        let mut search = Search { stratum, slot, rank, from, to, before, inside, seen, found: None };
        search.conclude();
        (search.from, search.to) = (search.from.max(bins.least), search.to.min(bins.greatest));
        search.settle();
        search
    }

    /// What a bin of the interval spans.
    fn width(&self) -> u64 {
        (self.to - self.from) / BINS + 1
    }

    fn add(&mut self, value: u64) {
        if !(self.from..=self.to).contains(&value) {
            return;
        }
        let bin = ((value - self.from) / self.width()) as usize;
        match &mut self.seen {
            Seen::Values(values) => values.push(value),
            Seen::Bins(bins) => bins[bin] += 1,
        }
    }

    /// Draws the conclusion of a pass.
    fn conclude(&mut self) {
        match std::mem::replace(&mut self.seen, Seen::Values(Vec::new())) {
            Seen::Values(mut values) => {
                values.sort_unstable();
                self.found = Some(place(&values, self.rank, self.before));
            }
            Seen::Bins(bins) => {
                let width = self.width();
                for (bin, count) in bins.into_iter().enumerate() {
                    if self.rank < self.before + count {
                        self.from += bin as u64 * width;
                        self.to = self.to.min(self.from.saturating_add(width - 1));
                        self.inside = count;
                        break;
                    }
                    self.before += count;
                }
                self.settle();
            }
        }
    }

    fn settle(&mut self) {
        if self.found.is_none() && self.from == self.to {
            self.found = Some(Place { value: self.from, below: self.before, equal: self.inside });
        }
    }
}

/// One more pass for all searches that have not ended.
fn narrow(searches: &mut [Search], strata: usize, budget: usize, scan: &mut Scan<'_>) -> Result<()> {
    let mut left = budget as u64;
    let mut of_stratum = vec![Vec::new(); strata];
    for (n, search) in searches.iter_mut().enumerate().filter(|(_, s)| s.found.is_none()) {
        of_stratum[search.stratum].push(n);
        if search.inside <= left {
            left -= search.inside;
            search.seen = Seen::Values(Vec::with_capacity(search.inside as usize));
        } else {
            search.seen = Seen::Bins(vec![0; BINS as usize]);
        }
    }
    scan(&mut |stratum, value| {
        for n in of_stratum.get(stratum).into_iter().flatten() {
            searches[*n].add(value);
        }
    })?;
    searches.iter_mut().filter(|s| s.found.is_none()).for_each(Search::conclude);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use twox_hash::XxHash64;

    fn check(values: &[(usize, u64)], budget: usize) {
        let ranks =
            |n: u64| -> Vec<u64> { [0, n / 3, n / 2, n.saturating_sub(1)].into_iter().filter(|r| *r < n).collect() };
        let (counts, found) =
            places_keeping(budget, |counts| counts.iter().map(|n| ranks(*n)).collect(), &mut |each| {
                values.iter().for_each(|(s, v)| each(*s, *v));
                Ok(())
            })
            .unwrap();
        for (stratum, found) in found.iter().enumerate() {
            let mut sorted: Vec<u64> = values.iter().filter(|(s, _)| *s == stratum).map(|v| v.1).collect();
            sorted.sort_unstable();
            assert_eq!(counts[stratum], sorted.len() as u64);
            let expected: Vec<Place> = ranks(counts[stratum]).into_iter().map(|r| place(&sorted, r, 0)).collect();
            assert_eq!(*found, expected, "stratum {stratum}, budget {budget}");
        }
    }

    #[test]
    fn ranks_are_those_of_a_full_sort_however_little_is_kept() {
        let hashes: Vec<(usize, u64)> =
            (0..20_000u64).map(|n| ((n % 3) as usize, XxHash64::oneshot(1, &n.to_le_bytes()))).collect();
        // Times lie close together and repeat; extremes lie at the ends of what a value can be.
        let times: Vec<(usize, u64)> = (0..20_000u64).map(|n| (0, (1 << 63) + 1_700_000_000 + n / 7)).collect();
        let extremes: Vec<(usize, u64)> =
            (0..5_000u64).map(|n| (0, if n % 2 == 0 { 0 } else { u64::MAX - n % 3 })).collect();
        for budget in [10, 500, 1 << 20] {
            check(&hashes, budget);
            check(&times, budget);
            check(&extremes, budget);
            check(&[], budget);
            check(&[(0, 7)], budget);
        }
    }
}
