//! Samples row by row: a first pass over the columns that decide, where one is needed, then the rows that are taken.

use super::reservoir::Reservoir;
use super::{Drawn, Facts, Method, Open, Plan, Size};
use crate::data::hash::{RowHash, threshold};
use crate::data::keep::{Keep, kept};
use crate::data::order::Order;
use crate::data::ranks::{self, Place};
use crate::data::strata::Strata;
use crate::error::Result;
use crate::job::Job;
use std::cell::RefCell;

/// The default method's rows at a fraction, with all columns as the key.
pub(crate) fn by_fraction(fraction: f64) -> Keep {
    below(RowHash::new("sample", 0, &[]), fraction)
}

fn below(hash: RowHash, fraction: f64) -> Keep {
    let threshold = threshold(fraction);
    Box::new(move |batch| Ok(hash.of(batch)?.into_iter().map(|h| u128::from(h) < threshold).collect()))
}

pub(super) fn draw(plan: &Plan, open: &Open<'_>, job: &Job) -> Result<Drawn> {
    let mut strata = Vec::new();
    let mut keep = match (plan.method, plan.size) {
        (Method::Hash, Size::Fraction(fraction)) if plan.stratify.is_empty() => {
            below(RowHash::new("sample", plan.seed, &plan.key), fraction)
        }
        (Method::Hash | Method::BottomK, _) => smallest(plan, open, job, &mut strata)?,
        (Method::Time, _) => newest(plan, open, job)?,
        _ => reservoir(plan, open, job)?,
    };
    let dataset = open(&[])?;
    let read_bytes = dataset.files().map(|f| f.len).sum();
    let facts = Facts { read_bytes, strata, ..Default::default() };
    // Rows that share a key come together, which costs precision that nobody has measured.
    let random = plan.method != Method::Time && plan.key.is_empty();
    facts.set(|measured| measured.design_effect = random.then_some(1.0));
    let seen = facts.clone();
    let counting: Keep = Box::new(move |batch| {
        seen.set(|measured| measured.of_rows += batch.num_rows() as u64);
        keep(batch)
    });
    let rows = kept(dataset.rows(job)?, dataset.name(), &[], 0, counting)?;
    Ok(Drawn { rows, facts })
}

/// How many of this many rows are wanted.
fn wanted(size: Size, rows: u64) -> u64 {
    match size {
        Size::Rows(wanted) => wanted.min(rows),
        Size::Fraction(fraction) => (fraction * rows as f64).round() as u64,
    }
}

/// Up to where values are taken: all that are smaller, and so many that are equal.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    value: u64,
    equal: u64,
}

impl Cut {
    /// The smallest so many values, when this is the place of the last of them.
    fn smallest(count: u64, last: Option<&Place>) -> Cut {
        match last {
            Some(last) if count > 0 => Cut { value: last.value, equal: count - last.below },
            _ => Cut::default(),
        }
    }

    fn takes(&mut self, value: u64) -> bool {
        if value == self.value && self.equal > 0 {
            self.equal -= 1;
            return true;
        }
        value < self.value
    }
}

/// The rows with the smallest hashes, of each stratum as many as its share.
fn smallest(plan: &Plan, open: &Open<'_>, job: &Job, report: &mut Vec<(String, u64, u64)>) -> Result<Keep> {
    let hash = RowHash::new("sample", plan.seed, &plan.key);
    let strata = RefCell::new(Strata::new(&plan.stratify));
    let columns = if plan.key.is_empty() { Vec::new() } else { [&plan.key[..], &plan.stratify].concat() };
    let mut quotas = Vec::new();
    let (counts, places) = ranks::places(
        |counts| {
            let all: u64 = counts.iter().sum();
            let share = if all == 0 { 0.0 } else { wanted(plan.size, all) as f64 / all as f64 };
            quotas = strata.borrow().quotas(counts, &[share, 1.0 - share]).iter().map(|q| q[0]).collect();
            quotas.iter().map(|q| q.checked_sub(1).into_iter().collect()).collect()
        },
        &mut |each| {
            let mut rows = open(&columns)?.rows(job)?;
            while let Some(batch) = rows.next_batch()? {
                let of = strata.borrow_mut().of(&batch)?;
                hash.of(&batch)?.into_iter().zip(of).for_each(|(hash, stratum)| each(stratum, hash));
            }
            Ok(())
        },
    )?;
    let mut strata = strata.into_inner();
    let named = strata.names().iter().zip(&counts).zip(&quotas);
    report.extend(named.map(|((name, count), quota)| (name.clone(), *count, *quota)));
    report.sort();
    let mut cuts: Vec<Cut> = quotas.iter().zip(&places).map(|(q, p)| Cut::smallest(*q, p.first())).collect();
    Ok(Box::new(move |batch| {
        let of = strata.of(batch)?;
        let hashes = hash.of(batch)?.into_iter().zip(of);
        Ok(hashes.map(|(hash, stratum)| cuts.get_mut(stratum).is_some_and(|c| c.takes(hash))).collect())
    }))
}

/// The rows of the latest times. Of those at the same earliest time the first are taken.
fn newest(plan: &Plan, open: &Open<'_>, job: &Job) -> Result<Keep> {
    let columns = std::slice::from_ref(&plan.time);
    let order = Order::of(&plan.time, open(&[])?.schema())?;
    let mut quota = 0;
    // Counted from the other end: the smallest are the newest. A row without a time is none of them.
    let newness = move |key: Option<u64>| key.map(|k| !k);
    let (_, places) = ranks::places(
        |counts| {
            let rows = counts.first().copied().unwrap_or_default();
            quota = wanted(plan.size, rows);
            counts.iter().map(|_| quota.checked_sub(1).into_iter().collect()).collect()
        },
        &mut |each| {
            let mut rows = open(columns)?.rows(job)?;
            while let Some(batch) = rows.next_batch()? {
                order.keys(&batch)?.into_iter().filter_map(newness).for_each(|key| each(0, key));
            }
            Ok(())
        },
    )?;
    let mut cut = Cut::smallest(quota, places.first().and_then(|p| p.first()));
    Ok(Box::new(move |batch| {
        Ok(order.keys(batch)?.into_iter().map(|k| newness(k).is_some_and(|k| cut.takes(k))).collect())
    }))
}

fn reservoir(plan: &Plan, open: &Open<'_>, job: &Job) -> Result<Keep> {
    let Size::Rows(size) = plan.size else { return Err(crate::error::Error::internal("a reservoir without a size")) };
    let mut reservoir = Reservoir::new(usize::try_from(size).unwrap_or(usize::MAX), plan.seed);
    let dataset = open(&[])?;
    // One column is enough to count rows.
    let first: Vec<String> = dataset.schema().fields().iter().take(1).map(|f| f.name().clone()).collect();
    let mut rows = open(&first)?.rows(job)?;
    let mut at = 0;
    while let Some(batch) = rows.next_batch()? {
        reservoir.offer(at, at + batch.num_rows() as u64);
        at += batch.num_rows() as u64;
    }
    let mut taken = reservoir.into_rows().into_iter().peekable();
    let mut at = 0;
    Ok(Box::new(move |batch| {
        let numbers = at..at + batch.num_rows() as u64;
        at = numbers.end;
        Ok(numbers.map(|row| taken.next_if_eq(&row).is_some()).collect())
    }))
}
