//! A reservoir: exactly k of a stream whose length nobody knows, by algorithm L (Li, "Reservoir-Sampling Algorithms of
//! Time Complexity O(n(1 + log(N/n)))", 1994), which jumps over the rows that it would not take.

use super::math::{exp, ln, ln_less};
use twox_hash::XxHash64;

/// Which rows, by their numbers, the reservoir holds.
pub(super) struct Reservoir {
    kept: Vec<u64>,
    size: usize,
    /// The number of the row that is taken next once the reservoir is full.
    next: u64,
    log_w: f64,
    random: Random,
}

impl Reservoir {
    pub(super) fn new(size: usize, seed: u64) -> Self {
        let random = Random { seed: XxHash64::oneshot(seed, b"reservoir"), drawn: 0 };
        let mut reservoir = Reservoir { kept: Vec::new(), size, next: size as u64, log_w: 0.0, random };
        reservoir.jump();
        reservoir
    }

    /// Shows it all rows from number `from` to before `to`.
    pub(super) fn offer(&mut self, from: u64, to: u64) {
        let filling = (self.size as u64).min(to);
        self.kept.extend(from.min(filling)..filling);
        while self.next < to && self.size > 0 {
            let slot = self.random.below(self.size as u64) as usize;
            self.kept[slot] = self.next;
            self.next += 1;
            self.jump();
        }
    }

    /// The numbers of the rows it holds, ascending.
    pub(super) fn into_rows(mut self) -> Vec<u64> {
        self.kept.sort_unstable();
        self.kept
    }

    fn jump(&mut self) {
        self.log_w += ln(self.random.unit()) / self.size.max(1) as f64;
        let skip = (ln(self.random.unit()) / ln_less(exp(self.log_w))).floor();
        self.next = self.next.saturating_add(if skip.is_finite() { skip as u64 } else { u64::MAX });
    }
}

/// Numbers by the hash of a counter.
struct Random {
    seed: u64,
    drawn: u64,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.drawn += 1;
        XxHash64::oneshot(self.seed, &self.drawn.to_le_bytes())
    }
    /// Between 0 and 1, neither of them.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }
    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(size: usize, rows: u64, seed: u64, batch: u64) -> Vec<u64> {
        let mut reservoir = Reservoir::new(size, seed);
        let mut at = 0;
        while at < rows {
            let to = (at + batch).min(rows);
            reservoir.offer(at, to);
            at = to;
        }
        reservoir.into_rows()
    }

    #[test]
    fn it_holds_exactly_k_different_rows_whatever_the_batches() {
        for (size, rows) in [(10, 1000), (10, 10), (10, 3), (1, 50), (0, 5)] {
            let drawn = draw(size, rows, 7, 64);
            assert_eq!(drawn.len(), size.min(rows as usize));
            assert!(drawn.windows(2).all(|w| w[0] < w[1]));
            assert_eq!(drawn, draw(size, rows, 7, 1));
        }
    }

    #[test]
    fn every_row_is_as_likely_as_every_other() {
        let mut hits = [0u32; 100];
        for seed in 0..4000 {
            draw(10, 100, seed, 33).into_iter().for_each(|row| hits[row as usize] += 1);
        }
        // 400 expected, with a standard deviation of 19.
        assert!(hits.iter().all(|h| (305..495).contains(h)), "{hits:?}");
    }
}
