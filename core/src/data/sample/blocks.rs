//! Samples of whole parts of files: of a large file far away only those bytes are fetched.
//!
//! Rows that lie together are alike (they are sorted, or of one day), so such a sample says less than as many rows from
//! everywhere. How much less is the design effect, found out from how the parts differ: Kish, "Survey Sampling", 1965.

use super::reservoir::Reservoir;
use super::{Drawn, Facts, Plan, Size};
use crate::data::{Dataset, Part, Rows, from_arrow};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Float64Type};
use std::collections::VecDeque;
use twox_hash::XxHash64;

/// Of the bytes, when a number of rows is wanted: so few that the rest is worth not reading, so many that parts differ.
const SHARE_FOR_ROWS: f64 = 0.02;
/// And so many parts that more of them would only be more requests.
const PARTS_FOR_ROWS: usize = 16;

pub(super) fn draw(plan: &Plan, dataset: Dataset, job: &Job) -> Result<Drawn> {
    let parts = &dataset.rough_parts(job)?;
    let mut found = Found { known: parts.iter().map(|p| p.rows).sum(), ..Default::default() };
    found.all_bytes = parts.iter().map(|p| p.bytes).sum();
    let chosen: VecDeque<Part> = choose(parts, plan).into_iter().map(|n| parts[n].clone()).collect();
    let read_bytes = chosen.iter().map(|p| p.bytes).sum();
    let facts = Facts { read_bytes, ..Default::default() };
    let schema = dataset.schema().clone();
    let wanted = match plan.size {
        Size::Fraction(_) => None,
        Size::Rows(rows) => Some(rows),
    };
    let (job, seed, current, facts_of_it) = (job.clone(), plan.seed, None, facts.clone());
    let mut blocks = Blocks { dataset, job, waiting: chosen, current, found, wanted, seed, facts: facts_of_it };
    let rows = Rows::new(schema, std::iter::from_fn(move || blocks.next().transpose()), 0, &Job::new());
    Ok(Drawn { rows, facts })
}

/// The parts under way.
struct Blocks {
    dataset: Dataset,
    job: Job,
    waiting: VecDeque<Part>,
    current: Option<Rows>,
    found: Found,
    /// Rows that are still to be taken; all of each part if none.
    wanted: Option<u64>,
    seed: u64,
    facts: Facts,
}

/// What the parts say of all rows.
#[derive(Default)]
struct Found {
    known: Option<u64>,
    all_bytes: u64,
    read_rows: u64,
    read_bytes: u64,
    taken: u64,
    parts: Vec<Spread>,
}

impl Blocks {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(rows) = &mut self.current {
                if let Some(batch) = rows.next_batch()? {
                    if self.wanted.is_none() {
                        self.found.add(&batch)?;
                    }
                    self.found.taken += batch.num_rows() as u64;
                    return Ok(Some(batch));
                }
                self.current = None;
            }
            let Some(part) = self.waiting.pop_front() else {
                self.found.conclude(&self.facts);
                return Ok(None);
            };
            self.found.parts.push(Spread::default());
            self.found.read_bytes += part.bytes;
            let rows = self.dataset.read(&part, &self.job)?;
            self.current = Some(match self.wanted {
                None => rows,
                Some(wanted) => self.some(rows, wanted, part.in_file as u64)?,
            });
        }
    }

    /// The part's share of the rows that are wanted, from everywhere in it.
    fn some(&mut self, mut rows: Rows, wanted: u64, place: u64) -> Result<Rows> {
        let mut batches = Vec::new();
        let before = self.found.read_rows;
        while let Some(batch) = rows.next_batch()? {
            self.found.add(&batch)?;
            batches.push(batch);
        }
        let parts_left = self.waiting.len() as u64 + 1;
        let quota = wanted.div_ceil(parts_left).min(self.found.read_rows - before);
        self.wanted = Some(wanted - quota);
        let seed = self.seed.wrapping_add(place);
        let taken = some(self.dataset.name(), batches, quota, seed)?;
        Ok(Rows::new(self.dataset.schema().clone(), taken.into_iter().map(Ok), 0, &Job::new()))
    }
}

impl Found {
    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        self.read_rows += batch.num_rows() as u64;
        self.parts.last_mut().map_or(Ok(()), |spread| spread.add(batch))
    }

    fn conclude(&self, facts: &Facts) {
        let per_byte = if self.read_bytes == 0 { 0.0 } else { self.read_rows as f64 / self.read_bytes as f64 };
        let by_column = design_effects(&self.parts, self.taken as f64 / self.parts.len().max(1) as f64);
        facts.set(|measured| {
            measured.of_rows = self.known.unwrap_or((per_byte * self.all_bytes as f64).round() as u64);
            measured.estimated = self.known.is_none();
            measured.design_effect = by_column.iter().map(|c| c.1).max_by(f64::total_cmp);
            measured.by_column = by_column;
        });
    }
}

/// The parts that are read, in order: by the hash of their place, until they have as much as is wanted.
fn choose(parts: &[Part], plan: &Plan) -> Vec<usize> {
    let hash = |n: &usize| {
        let part = &parts[*n];
        XxHash64::oneshot(plan.seed, format!("block\0{}\0{}", part.name, part.in_file).as_bytes())
    };
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_cached_key(|n| (hash(n), *n));
    let all: u64 = parts.iter().map(|p| p.bytes).sum();
    let (share, mut rows) = match plan.size {
        Size::Fraction(fraction) => (fraction, 0),
        Size::Rows(rows) => (SHARE_FOR_ROWS, rows),
    };
    let rows_wanted = rows > 0;
    let (target, mut bytes) = (share * all as f64, 0.0);
    let mut chosen = Vec::new();
    for n in order {
        let part = &parts[n];
        let share = bytes + part.bytes as f64 / 2.0 > target || (rows_wanted && chosen.len() >= PARTS_FOR_ROWS);
        let enough = share && rows == 0;
        if enough && !chosen.is_empty() {
            break;
        }
        bytes += part.bytes as f64;
        // Where nobody knows a part's rows, as many as its bytes could be in short lines are too many to count on.
        rows = rows.saturating_sub(part.rows.unwrap_or(part.bytes / 1024));
        chosen.push(n);
    }
    chosen.sort_unstable();
    chosen
}

/// This many rows of a part, from everywhere in it.
fn some(name: &str, batches: Vec<RecordBatch>, quota: u64, seed: u64) -> Result<Vec<RecordBatch>> {
    let mut reservoir = Reservoir::new(usize::try_from(quota).unwrap_or(usize::MAX), seed);
    reservoir.offer(0, batches.iter().map(|b| b.num_rows() as u64).sum());
    let mut taken = reservoir.into_rows().into_iter().peekable();
    let mut at = 0;
    let mut kept = Vec::new();
    for batch in batches {
        let mask: BooleanArray =
            (at..at + batch.num_rows() as u64).map(|n| Some(taken.next_if_eq(&n).is_some())).collect();
        at += batch.num_rows() as u64;
        kept.push(filter_record_batch(&batch, &mask).map_err(|e| from_arrow(name, e))?);
    }
    Ok(kept)
}

/// Count, mean and sum of squared distances from it, of a column's numbers in one part.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

/// The moments of the numeric columns of a part.
#[derive(Default)]
struct Spread(Vec<(String, Moments)>);

impl Spread {
    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let fields = batch.schema_ref().fields().iter().enumerate();
        let numeric = fields.filter(|(_, f)| f.data_type().is_numeric() || *f.data_type() == DataType::Boolean);
        for (nth, (place, field)) in numeric.enumerate() {
            if self.0.len() == nth {
                self.0.push((field.name().clone(), Moments::default()));
            }
            let column = cast(batch.column(place), &DataType::Float64).map_err(|e| from_arrow(field.name(), e))?;
            let finite = column.as_primitive::<Float64Type>().iter().flatten().filter(|v| v.is_finite());
            finite.for_each(|v| self.0[nth].1.add(v));
        }
        Ok(())
    }
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }
}

/// The design effect of each column, when so many rows were taken of each part.
fn design_effects(parts: &[Spread], taken: f64) -> Vec<(String, f64)> {
    let Some(first) = parts.first() else { return Vec::new() };
    let columns = first.0.iter().enumerate();
    let effect = |(n, (name, _)): (usize, &(String, Moments))| {
        let moments: Vec<Moments> = parts.iter().filter_map(|p| p.0.get(n)).map(|c| c.1).collect();
        Some((name.clone(), 1.0 + (taken - 1.0).max(0.0) * alikeness(&moments)?))
    };
    columns.filter_map(effect).collect()
}

/// How alike values of one part are: the intraclass correlation by analysis of variance, from 0 to 1. Unknown of less than
/// two parts, and of a column that does not vary.
fn alikeness(parts: &[Moments]) -> Option<f64> {
    let parts: Vec<&Moments> = parts.iter().filter(|p| p.count > 0.0).collect();
    let (groups, all): (f64, f64) = (parts.len() as f64, parts.iter().map(|p| p.count).sum());
    if groups < 2.0 || all <= groups {
        return None;
    }
    let mean = parts.iter().map(|p| p.count * p.mean).sum::<f64>() / all;
    let between = parts.iter().map(|p| p.count * (p.mean - mean).powi(2)).sum::<f64>() / (groups - 1.0);
    let within = parts.iter().map(|p| p.squares).sum::<f64>() / (all - groups);
    let size = (all - parts.iter().map(|p| p.count * p.count).sum::<f64>() / all) / (groups - 1.0);
    let variance = between + (size - 1.0) * within;
    (variance > 0.0).then(|| ((between - within) / variance).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|v| moments.add(*v));
        moments
    }

    #[test]
    fn parts_that_are_alike_cost_nothing_and_sorted_ones_everything() {
        let alike = alikeness(&[part(&[1., 2., 3., 4.]), part(&[4., 3., 2., 1.])]).unwrap();
        assert_eq!(alike, 0.0);
        let sorted = alikeness(&[part(&[1., 1., 1.]), part(&[2., 2., 2.]), part(&[3., 3., 3.])]).unwrap();
        assert_eq!(sorted, 1.0);
        assert_eq!(alikeness(&[part(&[1., 2.])]), None);
        assert_eq!(alikeness(&[part(&[1., 1.]), part(&[1., 1.])]), None);
    }
}
