//! What is known of two columns together.

use std::collections::HashMap;

/// How much one column says of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dependence {
    /// Pearson's coefficient.
    Correlation(f64),
    /// The share of one's entropy that the other explains.
    Explained(f64),
}

impl Dependence {
    pub(crate) fn strength(self) -> f64 {
        match self {
            Dependence::Correlation(r) => r.abs(),
            Dependence::Explained(share) => share,
        }
    }
}

/// The dependence of pairs of columns, whichever is named first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(HashMap<String, HashMap<String, Dependence>>);

impl Pairs {
    /// Of what is said twice about a pair, the stronger counts.
    pub(crate) fn insert(&mut self, x: String, y: String, dependence: Dependence) {
        let (x, y) = if x <= y { (x, y) } else { (y, x) };
        let known = self.0.entry(x).or_default().entry(y).or_insert(dependence);
        if dependence.strength() > known.strength() {
            *known = dependence;
        }
    }
    pub(crate) fn get(&self, x: &str, y: &str) -> Option<Dependence> {
        let (x, y) = if x <= y { (x, y) } else { (y, x) };
        self.0.get(x)?.get(y).copied()
    }
    /// Whether anything is known of the column and another one.
    pub(crate) fn knows(&self, x: &str) -> bool {
        self.0.contains_key(x) || self.0.values().any(|of| of.contains_key(x))
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The pairs that depend the most, the strongest first; at most `limit`.
    pub(crate) fn strongest(&self, limit: usize) -> Vec<(&str, &str, Dependence)> {
        let mut all: Vec<_> =
            self.0.iter().flat_map(|(x, of)| of.iter().map(move |(y, d)| (x.as_str(), y.as_str(), *d))).collect();
        all.sort_by(|a, b| b.2.strength().total_cmp(&a.2.strength()).then_with(|| (a.0, a.1).cmp(&(b.0, b.1))));
        all.truncate(limit);
        all
    }
}
