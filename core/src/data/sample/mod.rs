//! Samples: a part of the rows that stands for all of them, or the newest.
//!
//! A sample by hash is decided row by row, so that 1 % is within 10 %, and rows that are appended change nothing of what was
//! there. Methods that must see all rows first look at their key columns alone, then read again what they take. Start with
//! [`Plan::new`] and [`draw`].

mod blocks;
mod choose;
mod math;
mod reservoir;
#[cfg(test)]
mod tests;

pub(crate) use choose::by_fraction;

use super::{Dataset, Rows};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows that are taken when nobody says how many.
const DEFAULT_ROWS: u64 = 10_000;

/// How much to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Size {
    Fraction(f64),
    Rows(u64),
}

/// How rows are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Those whose hash is below a threshold.
    Hash,
    /// Those with the smallest hashes, as many as are wanted.
    BottomK,
    Reservoir,
    /// Whole parts of files.
    Blocks,
    /// The newest.
    Time,
}

impl Method {
    const ALL: [(&'static str, Method); 5] = [
        ("hash", Method::Hash),
        ("bottom-k", Method::BottomK),
        ("reservoir", Method::Reservoir),
        ("blocks", Method::Blocks),
        ("time", Method::Time),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|m| m.1 == self).map_or("", |m| m.0)
    }
}

/// What to sample, and how.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) size: Size,
    pub(crate) method: Method,
    /// All columns when empty.
    pub(crate) key: Vec<String>,
    pub(crate) stratify: Vec<String>,
    pub(crate) time: String,
    pub(crate) seed: u64,
}

impl Plan {
    /// A plan of this size (a fraction, or a number of rows if that is 0) and method (one that fits the size when empty).
    pub(crate) fn new(fraction: f64, rows: u64, method: &str) -> Result<Plan> {
        let size = match (fraction != 0.0, rows) {
            (true, 0) => Size::Fraction(fraction_of(fraction)?),
            (false, 0) => Size::Rows(DEFAULT_ROWS),
            (false, rows) => Size::Rows(rows),
            (true, _) => return Err(wrong("a sample has a fraction or a number of rows, not both", "Leave one out.")),
        };
        let method = match Method::ALL.iter().find(|m| m.0 == method) {
            Some((_, method)) => *method,
            None if method.is_empty() => match size {
                Size::Fraction(_) => Method::Hash,
                Size::Rows(_) => Method::BottomK,
            },
            None => {
                let remedy = "The methods are hash, bottom-k, reservoir, blocks and time.";
                return Err(wrong(&format!("there is no way to sample called \"{method}\""), remedy));
            }
        };
        Ok(Plan { size, method, key: Vec::new(), stratify: Vec::new(), time: String::new(), seed: 0 })
    }

    /// The size as people write it: `0.01`, or `10000`.
    pub(crate) fn parse(size: &str) -> Result<Plan> {
        let remedy = "Name a fraction such as 0.01, or a number of rows such as 10000.";
        let wrong = || wrong(&format!("\"{size}\" is not the size of a sample"), remedy);
        let size = size.trim();
        if let Some(percent) = size.strip_suffix('%') {
            let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
            return Plan::new(fraction_of(percent / 100.0)?, 0, "");
        }
        match size.parse::<u64>() {
            Ok(1..) => Plan::new(0.0, size.parse().map_err(|_| wrong())?, ""),
            _ => Plan::new(fraction_of(size.parse().map_err(|_| wrong())?)?, 0, ""),
        }
    }

    fn check(&self) -> Result<()> {
        let by_hash = matches!(self.method, Method::Hash | Method::BottomK);
        if !self.stratify.is_empty() && !by_hash {
            return Err(wrong(
                &format!("a sample by {} cannot be stratified", self.method.name()),
                "Use the method hash or bottom-k, or leave out the column to stratify by.",
            ));
        }
        if !self.key.is_empty() && !by_hash {
            return Err(wrong(
                &format!("a sample by {} has no key", self.method.name()),
                "Use the method hash or bottom-k, or leave out the key.",
            ));
        }
        if (self.method == Method::Time) == self.time.is_empty() {
            return Err(wrong(
                "the newest rows are those of a column of time",
                "Name both the method time and its column, or neither.",
            ));
        }
        if self.method == Method::Reservoir && matches!(self.size, Size::Fraction(_)) {
            return Err(wrong("a reservoir holds a number of rows", "Give a number of rows, or use the method hash."));
        }
        Ok(())
    }
}

fn fraction_of(fraction: f64) -> Result<f64> {
    if fraction > 0.0 && fraction <= 1.0 {
        return Ok(fraction);
    }
    Err(wrong(&format!("{fraction} is not a fraction of the rows"), "A fraction is above 0 and at most 1."))
}

fn wrong(what: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, what).remedy(remedy)
}

/// Opens the data set to read these columns of it, all when empty. A sample is read more than once.
pub(crate) type Open<'a> = dyn Fn(&[String]) -> Result<Dataset> + 'a;

/// A sample that is read as it is asked for.
pub(crate) struct Drawn {
    pub(crate) rows: Rows,
    facts: Facts,
}

/// What is known of a sample; of its rows, once all of them were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Bytes of the files, or of the parts of them, that were read.
    pub(crate) read_bytes: u64,
    /// Rows of each stratum, and how many of them were wanted.
    pub(crate) strata: Vec<(String, u64, u64)>,
    measured: Arc<Mutex<Measured>>,
}

/// What reading found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// The rows that the sample is of.
    pub(crate) of_rows: u64,
    /// Whether that number is an estimate.
    pub(crate) estimated: bool,
    /// How many times the rows of a simple random sample it takes for the same precision; unknown where rows are not taken
    /// at random, or where too little was read to say.
    pub(crate) design_effect: Option<f64>,
    /// The same for each column that it could be found out for.
    pub(crate) by_column: Vec<(String, f64)>,
}

impl Facts {
    pub(crate) fn measured(&self) -> Measured {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn set(&self, change: impl FnOnce(&mut Measured)) {
        change(&mut self.measured.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Draws the sample.
pub(crate) fn draw(plan: &Plan, open: &Open<'_>, job: &Job) -> Result<(Rows, Facts)> {
    plan.check()?;
    let drawn = match plan.method {
        Method::Blocks => blocks::draw(plan, open(&[])?, job)?,
        _ => choose::draw(plan, open, job)?,
    };
    Ok((drawn.rows, drawn.facts))
}
