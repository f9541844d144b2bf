//! Fits a recipe to a data set: where the parts end.

use super::{Method, Recipe, Rule, Splitter};
use crate::data::Dataset;
use crate::data::hash::{RowHash, threshold};
use crate::data::order::Order;
use crate::data::ranks::{self, Place};
use crate::data::strata::Strata;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use std::cell::RefCell;
use std::collections::HashMap;

/// Above every hash and every time.
const END: u128 = 1 << 64;
/// Groups that are kept in memory to stratify them.
const MOST_GROUPS: usize = 8 << 20;

/// Opens the data set to read these columns of it, all when empty.
type Open<'a> = dyn Fn(&[String]) -> Result<Dataset> + 'a;

impl Splitter {
    /// Finds out what the recipe means for this data set, in as many passes over the columns that decide as it takes: none
    /// for parts by hash, of groups or not, and for buckets.
    pub(crate) fn fit(recipe: &Recipe, open: &Open<'_>, job: &Job) -> Result<Splitter> {
        let fractions = recipe.fractions()?;
        let rule = match recipe.method {
            Method::Hash => {
                let hash = RowHash::new("split", recipe.seed, &recipe.by);
                Rule::Hash { hash, ends: ends(&fractions).map(threshold).collect() }
            }
            Method::Stratified => stratified(recipe, &fractions, open, job)?,
            Method::Time => in_time(recipe, &fractions, open, job)?,
            Method::Buckets => {
                let weights = recipe.shares()?.into_iter().map(|s| s.weight as u64);
                let ends = weights.scan(0, |sum, weight| {
                    *sum += weight;
                    Some(*sum)
                });
                Rule::Buckets { partition: recipe.by.first().cloned(), ends: ends.collect() }
            }
        };
        let columns = match recipe.method {
            Method::Time => vec![recipe.time.clone()],
            Method::Stratified if recipe.by.is_empty() => Vec::new(),
            _ => [&recipe.by[..], &recipe.stratify].concat(),
        };
        Ok(Splitter { names: recipe.names()?, columns, rule })
    }
}

/// Where each share ends, as a share of all; the last ends with all whatever rounding says.
fn ends(fractions: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let last = fractions.len() - 1;
    let mut sum = 0.0;
    fractions.iter().enumerate().map(move |(n, fraction)| {
        sum += fraction;
        if n == last { 1.0 } else { sum }
    })
}

/// Ends that give each part its quota of the values, but for values that are equal, which stay together.
fn ends_at(quotas: &[u64], places: &[Place]) -> Vec<u128> {
    let count: u64 = quotas.iter().sum();
    let mut places = places.iter();
    let mut sum = 0;
    let mut ends = Vec::with_capacity(quotas.len());
    for quota in quotas {
        sum += quota;
        let end = if sum == count { END } else { places.next().map_or(END, |place| nearest(place, sum)) };
        ends.push(end);
    }
    ends
}

/// The end that comes nearest to having so many values below it.
fn nearest(place: &Place, wanted: u64) -> u128 {
    let (without, with) = (wanted - place.below, place.below + place.equal - wanted);
    u128::from(place.value) + u128::from(without > with)
}

/// The ranks at which the parts with these quotas end, but for those that end with the last value.
fn ranks_of(quotas: &[u64]) -> Vec<u64> {
    let count: u64 = quotas.iter().sum();
    let sums = quotas.iter().scan(0, |sum, quota| {
        *sum += quota;
        Some(*sum)
    });
    sums.filter(|sum| *sum < count).collect()
}

fn stratified(recipe: &Recipe, fractions: &[f64], open: &Open<'_>, job: &Job) -> Result<Rule> {
    let hash = RowHash::new("split", recipe.seed, &recipe.by);
    let columns = if recipe.by.is_empty() { Vec::new() } else { [&recipe.by[..], &recipe.stratify].concat() };
    let strata = RefCell::new(Strata::new(&recipe.stratify));
    let groups = if recipe.by.is_empty() { None } else { Some(classes(&hash, &strata, &columns, open, job)?) };
    let mut quotas = Vec::new();
    let (_, places) = ranks::places(
        |counts| {
            quotas = strata.borrow().quotas(counts, fractions);
            quotas.iter().map(|q| ranks_of(q)).collect()
        },
        &mut |each| {
            let mut rows = open(&columns)?.rows(job)?;
            while let Some(batch) = rows.next_batch()? {
                let of = strata.borrow_mut().of(&batch)?;
                for (hash, stratum) in hash.of(&batch)?.into_iter().zip(of) {
                    let of_group = groups.as_ref().and_then(|g| g.get(&hash)).map(|g| *g as usize);
                    each(of_group.unwrap_or(stratum), hash);
                }
            }
            Ok(())
        },
    )?;
    let ends = quotas.iter().zip(&places).map(|(q, p)| ends_at(q, p)).collect();
    Ok(Rule::Stratified { hash, strata: strata.into_inner(), ends, groups })
}

/// The stratum that most rows of each group are of; of equals the one that comes first by name.
fn classes(
    hash: &RowHash,
    strata: &RefCell<Strata>,
    columns: &[String],
    open: &Open<'_>,
    job: &Job,
) -> Result<HashMap<u64, u32>> {
    let mut counts: HashMap<(u64, u32), u64> = HashMap::new();
    let mut rows = open(columns)?.rows(job)?;
    while let Some(batch) = rows.next_batch()? {
        let of = strata.borrow_mut().of(&batch)?;
        for (hash, stratum) in hash.of(&batch)?.into_iter().zip(of) {
            *counts.entry((hash, stratum as u32)).or_default() += 1;
        }
        if counts.len() > MOST_GROUPS {
            return Err(Error::new(Code::OutOfMemory, "there are more groups than can be stratified").remedy(
                "Leave out the groups, or the strata: groups alone are split by hash, which needs no memory.",
            ));
        }
    }
    let strata = strata.borrow();
    let mut best: HashMap<u64, (u64, u32)> = HashMap::new();
    for ((group, stratum), count) in counts {
        let other = best.entry(group).or_insert((count, stratum));
        let name = |stratum: u32| strata.names().get(stratum as usize);
        if count > other.0 || (count == other.0 && name(stratum) < name(other.1)) {
            *other = (count, stratum);
        }
    }
    Ok(best.into_iter().map(|(group, (_, stratum))| (group, stratum)).collect())
}

fn in_time(recipe: &Recipe, fractions: &[f64], open: &Open<'_>, job: &Job) -> Result<Rule> {
    let column = std::slice::from_ref(&recipe.time);
    let order = Order::of(&recipe.time, open(column)?.schema())?;
    let gap = order.gap(&recipe.gap)?;
    let mut quotas = Vec::new();
    let (_, places) = ranks::places(
        |counts| {
            quotas = Strata::default().quotas(counts, fractions);
            quotas.iter().map(|q| ranks_of(q)).collect()
        },
        &mut |each| {
            let mut rows = open(column)?.rows(job)?;
            while let Some(batch) = rows.next_batch()? {
                order.keys(&batch)?.into_iter().flatten().for_each(|key| each(0, key));
            }
            Ok(())
        },
    )?;
    let ends = match (quotas.first(), places.first()) {
        (Some(quotas), Some(places)) => ends_at(quotas, places),
        _ => vec![END; fractions.len()],
    };
    let last_kept = |end: &u128| match u64::try_from(*end) {
        Ok(end) if !gap.is_none() => order.before(end, &gap),
        _ => u64::MAX,
    };
    let gaps = ends.iter().map(last_kept).collect();
    Ok(Rule::Time { order, ends, gaps })
}
