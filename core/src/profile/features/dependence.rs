//! How well one column tells another, measured on example rows so that chance and ids do not count.
//!
//! Every row is predicted from the *other* rows only. A value that occurs once therefore predicts nothing, and a column of
//! noise scores about 0 however many different values it has.

use super::examples::Cell;
use std::collections::HashMap;

/// Fewer rows say nothing.
const ENOUGH: usize = 30;
/// Numbers with more different values than this are measured, not counted.
const CATEGORIES: usize = 20;

/// The share of what there is to know of `y` that `x` tells, from 0 to 1, and the rows it was measured on.
pub(super) fn predictability(x: &[Cell], y: &[Cell]) -> Option<(f64, usize)> {
    let rows: Vec<(&Cell, &Cell)> = x.iter().zip(y).filter(|(_, y)| **y != Cell::Missing).collect();
    if rows.len() < ENOUGH {
        return None;
    }
    let share = match (measured(rows.iter().map(|r| r.0)), measured(rows.iter().map(|r| r.1))) {
        (true, true) => monotone(&rows),
        (false, true) => explained_variance(&rows),
        (true, false) => nearest(&rows),
        (false, false) => by_group(&rows),
    };
    share.map(|s| (s.clamp(0.0, 1.0), rows.len()))
}

/// Whether all pairs of cells are equal, and the rows that say so.
pub(super) fn equal(x: &[Cell], y: &[Cell]) -> Option<bool> {
    (x.len() >= ENOUGH).then(|| x == y)
}

fn measured<'a>(cells: impl Iterator<Item = &'a Cell>) -> bool {
    let mut different = std::collections::HashSet::new();
    for cell in cells {
        match cell {
            Cell::Number(n) => {
                different.insert(n.to_bits());
            }
            Cell::Text(_) => return false,
            Cell::Missing => {}
        }
    }
    different.len() > CATEGORIES
}

fn key(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Number(n) => format!("n{n}"),
        Cell::Text(t) => format!("t{t}"),
    }
}

fn value(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(n) if n.is_finite() => Some(*n),
        _ => None,
    }
}

/// Spearman's rank correlation.
fn monotone(rows: &[(&Cell, &Cell)]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = rows.iter().filter_map(|(x, y)| Some((value(x)?, value(y)?))).collect();
    if pairs.len() < ENOUGH {
        return None;
    }
    let x = ranks(&pairs.iter().map(|p| p.0).collect::<Vec<_>>());
    let y = ranks(&pairs.iter().map(|p| p.1).collect::<Vec<_>>());
    let mean = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    (scale > 0.0).then(|| (product(&x, &y) / scale).abs())
}

/// Ranks from 0; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..].iter().take_while(|i| values[**i] == values[order[from]]).count().max(1);
        let rank = from as f64 + (same as f64 - 1.0) / 2.0;
        order[from..from + same].iter().for_each(|i| ranks[*i] = rank);
        from += same;
    }
    ranks
}

/// How much of the variance of a number the groups explain, each row measured against the others of its group.
fn explained_variance(rows: &[(&Cell, &Cell)]) -> Option<f64> {
    let pairs: Vec<(String, f64)> = rows.iter().filter_map(|(x, y)| Some((key(x), value(y)?))).collect();
    let count = pairs.len() as f64;
    if pairs.len() < ENOUGH {
        return None;
    }
    let sum: f64 = pairs.iter().map(|p| p.1).sum();
    let mut groups: HashMap<&str, (f64, f64)> = HashMap::new();
    for (group, y) in &pairs {
        let entry = groups.entry(group).or_default();
        *entry = (entry.0 + 1.0, entry.1 + y);
    }
    let (mut unexplained, mut all) = (0.0, 0.0);
    for (group, y) in &pairs {
        let others = (sum - y) / (count - 1.0);
        let (size, group_sum) = groups[group.as_str()];
        let guess = if size > 1.0 { (group_sum - y) / (size - 1.0) } else { others };
        unexplained += (y - guess).powi(2);
        all += (y - others).powi(2);
    }
    (all > 0.0).then(|| 1.0 - unexplained / all)
}

/// How much better a category is guessed from the rows with the same value than without them.
fn by_group(rows: &[(&Cell, &Cell)]) -> Option<f64> {
    let pairs: Vec<(String, String)> = rows.iter().map(|(x, y)| (key(x), key(y))).collect();
    let mut all: HashMap<&str, usize> = HashMap::new();
    let mut groups: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
    for (x, y) in &pairs {
        *all.entry(y).or_default() += 1;
        *groups.entry(x).or_default().entry(y).or_default() += 1;
    }
    let right = |(x, y): &&(String, String)| match guess(&groups[x.as_str()], y) {
        Some(guessed) => guessed == *y,
        None => guess(&all, y) == Some(y.as_str()),
    };
    gain(
        pairs.iter().filter(right).count(),
        pairs.iter().filter(|(_, y)| guess(&all, y) == Some(y)).count(),
        rows.len(),
    )
}

/// The most frequent value of the others. Of equally frequent ones the greatest, so that the answer is always the same.
fn guess<'a>(counts: &HashMap<&'a str, usize>, own: &str) -> Option<&'a str> {
    let others = |(value, n): (&&'a str, &usize)| (*n - usize::from(*value == own), *value);
    counts.iter().map(others).filter(|(n, _)| *n > 0).max().map(|(_, value)| value)
}

/// How much better a category is guessed from the row with the nearest number than without it.
fn nearest(rows: &[(&Cell, &Cell)]) -> Option<f64> {
    let mut pairs: Vec<(f64, String)> = rows.iter().filter_map(|(x, y)| Some((value(x)?, key(y)))).collect();
    if pairs.len() < ENOUGH {
        return None;
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let mut all: HashMap<&str, usize> = HashMap::new();
    pairs.iter().for_each(|(_, y)| *all.entry(y).or_default() += 1);
    let right = (0..pairs.len())
        .filter(|i| {
            let below = i.checked_sub(1).map(|b| (pairs[*i].0 - pairs[b].0, b));
            let above = (i + 1 < pairs.len()).then(|| (pairs[i + 1].0 - pairs[*i].0, i + 1));
            let neighbour = match (below, above) {
                (Some(b), Some(a)) => Some(if a.0 < b.0 { a.1 } else { b.1 }),
                (b, a) => b.or(a).map(|n| n.1),
            };
            neighbour.is_some_and(|n| pairs[n].1 == pairs[*i].1)
        })
        .count();
    gain(right, pairs.iter().filter(|(_, y)| guess(&all, y) == Some(y)).count(), pairs.len())
}

/// What share of the errors of blind guessing is gone.
fn gain(right: usize, blind: usize, rows: usize) -> Option<f64> {
    (blind < rows).then(|| (right as f64 - blind as f64) / (rows - blind) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed sequence without a pattern.
    fn noise(n: usize) -> Vec<u64> {
        let mut state = 7u64;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                state >> 33
            })
            .collect()
    }

    fn texts(of: impl Fn(u64) -> u64) -> Vec<Cell> {
        noise(100).into_iter().map(|n| Cell::Text(of(n).to_string())).collect()
    }
    fn numbers(of: impl Fn(u64) -> f64) -> Vec<Cell> {
        noise(100).into_iter().map(|n| Cell::Number(of(n))).collect()
    }

    #[test]
    fn a_renamed_category_tells_all() {
        let (share, rows) = predictability(&texts(|n| n % 3 + 10), &texts(|n| n % 3)).unwrap();
        assert_eq!((share, rows), (1.0, 100));
    }

    #[test]
    fn an_id_tells_nothing_although_no_two_rows_have_the_same() {
        let (share, _) = predictability(&texts(|n| n), &texts(|n| n % 3)).unwrap();
        assert!(share < 0.2, "{share}");
    }

    #[test]
    fn a_threshold_and_a_monotone_function_show() {
        let (share, _) = predictability(&numbers(|n| n as f64), &texts(|n| u64::from(n > 1 << 30))).unwrap();
        assert!(share > 0.9, "{share}");
        let (share, _) = predictability(&numbers(|n| n as f64), &numbers(|n| (n as f64).ln())).unwrap();
        assert!(share > 0.999, "{share}");
        let (share, _) = predictability(&texts(|n| n % 4), &numbers(|n| (n % 4) as f64 + n as f64 * 1e-12)).unwrap();
        assert!(share > 0.99, "{share}");
    }

    #[test]
    fn few_rows_say_nothing() {
        assert_eq!(predictability(&texts(|n| n)[..10], &texts(|n| n)[..10]), None);
    }
}
