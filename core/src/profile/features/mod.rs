//! Which columns are worth learning from, by what their statistics and a few example rows say.
//!
//! Pure: it reads no data and knows no repository. Start with [`rank`]; `reasons` finds what speaks against a column,
//! `dependence` measures on the example rows, `selection` writes the choice down.

mod dependence;
mod examples;
mod rank;
mod reasons;
mod selection;

pub(crate) use examples::Examples;
pub(crate) use rank::{RankedTable, rank};
pub(crate) use selection::selection;

use super::summary::Table;

/// A data set to choose columns of.
pub(crate) struct Input {
    pub path: String,
    pub table: Table,
    pub examples: Option<Examples>,
}

/// What columns are chosen by.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub label: Option<String>,
    /// Columns with a larger share of missing values are left out.
    pub max_missing: f64,
    /// Of two columns that are correlated more than this one is left out.
    pub max_correlation: f64,
}

/// Something that speaks against a column, or should be known of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reason {
    pub kind: &'static str,
    /// How strong, from 0 to 1.
    pub score: f64,
    pub text: String,
    /// The other column or data set that it is about.
    pub other: Option<String>,
    /// Whether the column is left out for it.
    pub drops: bool,
}
