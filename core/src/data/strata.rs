//! Strata: the rows that agree in some columns, numbered as they are met, and how shares of each are rounded to whole rows.

use super::hash::canonical;
use crate::error::{Code, Error, Result};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::util::display::array_value_to_string;
use std::collections::HashMap;

/// More strata than this are no classes.
const MOST: usize = 65_536;

/// The strata met so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strata {
    columns: Vec<String>,
    ids: HashMap<Vec<u8>, usize>,
    names: Vec<String>,
}

impl Strata {
    /// By the values of these columns; without any, all rows are one stratum.
    pub(crate) fn new(columns: &[String]) -> Self {
        Strata { columns: columns.to_vec(), ..Default::default() }
    }

    /// Each stratum's values, as text.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The stratum of each row; new ones are numbered.
    pub(crate) fn of(&mut self, batch: &RecordBatch) -> Result<Vec<usize>> {
        if self.columns.is_empty() {
            return Ok(vec![0; batch.num_rows()]);
        }
        let keys = canonical(batch, &self.columns)?;
        let mut found = Vec::with_capacity(batch.num_rows());
        for (row, key) in keys.rows().enumerate() {
            if let Some(id) = self.ids.get(key) {
                found.push(*id);
                continue;
            }
            let id = self.names.len();
            if id == MOST {
                return Err(self.too_many());
            }
            self.ids.insert(key.to_vec(), id);
            self.names.push(self.name(batch, row));
            found.push(id);
        }
        Ok(found)
    }

    fn name(&self, batch: &RecordBatch, row: usize) -> String {
        let values = self.columns.iter().filter_map(|c| batch.column_by_name(c));
        let text = |array: &ArrayRef| array_value_to_string(array, row).unwrap_or_default();
        values.map(text).collect::<Vec<_>>().join(", ")
    }

    fn too_many(&self) -> Error {
        Error::new(
            Code::InvalidArgument,
            format!(
                "column \"{}\" has more than {MOST} different values, too many to stratify by",
                self.columns.join("\", \"")
            ),
        )
        .remedy("Stratify by a column of classes; rows of the same customer or the like are kept together by a group.")
    }

    /// The numbers of the strata in an order that does not hang on the order of the rows.
    fn in_order(&self, strata: usize) -> Vec<usize> {
        let mut sorted: Vec<_> = self.ids.iter().collect();
        sorted.sort_unstable();
        if sorted.is_empty() { (0..strata).collect() } else { sorted.into_iter().map(|(_, id)| *id).collect() }
    }

    /// How many rows of each stratum each share gets: whole numbers that add up to the stratum, none more than one row from
    /// its share of the stratum and of all strata so far.
    pub(crate) fn quotas(&self, counts: &[u64], shares: &[f64]) -> Vec<Vec<u64>> {
        let mut quotas = vec![vec![0; shares.len()]; counts.len()];
        let mut owed = vec![0.0; shares.len()];
        for stratum in self.in_order(counts.len()) {
            if let Some(count) = counts.get(stratum) {
                quotas[stratum] = part(*count, shares, &mut owed);
            }
        }
        quotas
    }
}

/// Parts a number by shares; what rounding gave too little or too much is owed to the next.
fn part(count: u64, shares: &[f64], owed: &mut [f64]) -> Vec<u64> {
    let exact: Vec<f64> = shares.iter().map(|s| s * count as f64).collect();
    let mut quotas: Vec<u64> = exact.iter().map(|e| e.floor() as u64).collect();
    let left = count.saturating_sub(quotas.iter().sum());
    for n in 0..shares.len() {
        owed[n] += exact[n] - quotas[n] as f64;
    }
    // The same share owed up to rounding is the same: the earlier part gets the row.
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| if (owed[*a] - owed[*b]).abs() < 1e-6 { a.cmp(b) } else { owed[*b].total_cmp(&owed[*a]) });
    for n in order.into_iter().take(left as usize) {
        quotas[n] += 1;
        owed[n] -= 1.0;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_exact_in_each_stratum_and_in_all() {
        let strata = Strata::default();
        assert_eq!(strata.quotas(&[10], &[0.7, 0.3]), [[7, 3]]);
        assert_eq!(strata.quotas(&[0], &[0.7, 0.3]), [[0, 0]]);
        // Many small classes: their odd rows do not all go the same way.
        let quotas = strata.quotas(&[1; 100], &[0.25; 4]);
        for part in 0..4 {
            assert_eq!(quotas.iter().map(|q| q[part]).sum::<u64>(), 25);
        }
        let counts: Vec<u64> = (0..50).map(|n| n * n % 17 + n).collect();
        let quotas = strata.quotas(&counts, &[0.6, 0.3, 0.1]);
        let all: u64 = counts.iter().sum();
        for (quota, count) in quotas.iter().zip(&counts) {
            assert_eq!(quota.iter().sum::<u64>(), *count);
            assert!((quota[0] as f64 - 0.6 * *count as f64).abs() < 2.0);
        }
        let given: u64 = quotas.iter().map(|q| q[2]).sum();
        assert!((given as f64 - 0.1 * all as f64).abs() < 1.0);
    }
}
