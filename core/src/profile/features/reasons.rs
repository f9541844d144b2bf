//! What speaks against a column.

use super::dependence::{equal, predictability};
use super::{Input, Reason, Rules};
use crate::profile::compare::distance;
use crate::profile::summary::figures::{count, number, percent};
use crate::profile::summary::{Column, Dependence, Table, concerns};

/// A column that tells the label so well is hardly known before it.
const LEAK: f64 = 0.98;
/// The same on example rows, which are few.
const LEAK_IN_EXAMPLES: f64 = 0.99;
/// From this distance on two data sets have another distribution; from the second on, another meaning.
const DRIFT: f64 = 0.1;
const STRONG_DRIFT: f64 = 0.5;

/// What the column's own statistics say.
pub(super) fn alone(column: &Column, rules: &Rules) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let missing = column.missing_share();
    if missing > rules.max_missing && column.present > 0 {
        let text = format!("{} are missing", percent(missing));
        reasons.push(Reason { kind: "missing", score: missing, text, other: None, drops: true });
    }
    for concern in concerns(column) {
        let (kind, drops) = match concern.name {
            "empty" => ("missing", true),
            // Judged by the caller's own limit.
            "missing" | "mostly_missing" => continue,
            "constant" => ("constant", true),
            "unique" => ("id_like", true),
            other => (other, false),
        };
        reasons.push(Reason { kind, score: concern.score, text: concern.text, other: None, drops });
    }
    reasons
}

/// How much the column tells of the label: from the statistics of all rows, else from example rows.
pub(super) fn relevance(input: &Input, column: &Column, label: &Column) -> Option<Relevance> {
    let of_all = input.table.pairs.get(&column.name, &label.name).map(|d| (d.strength(), None));
    let of_examples = input.examples.as_ref().and_then(|e| {
        let (share, rows) = predictability(e.column(&column.name)?, e.column(&label.name)?)?;
        Some((share, Some(rows)))
    });
    // A coefficient of all rows is surer, but sees only straight lines.
    let (share, rows) = match (of_all, of_examples) {
        (Some(all), Some(examples)) if examples.0 > all.0 => examples,
        (all, examples) => all.or(examples)?,
    };
    Some(Relevance { share, rows })
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Relevance {
    pub share: f64,
    /// The example rows it was measured on; none when all rows were.
    pub rows: Option<usize>,
}

/// Whether the column gives the label away.
pub(super) fn leak(column: &Column, label: &Column, relevance: Option<Relevance>) -> Option<Reason> {
    let leak =
        |score, text| Some(Reason { kind: "leakage", score, text, other: Some(label.name.clone()), drops: true });
    if alike(column, label) && !column.is_constant() {
        return leak(1.0, "has the same statistics as the label".to_owned());
    }
    let r = relevance?;
    match r.rows {
        None if r.share >= LEAK => leak(r.share, format!("is correlated {} with the label", number(r.share))),
        Some(rows) if r.share >= LEAK_IN_EXAMPLES => {
            leak(r.share, format!("tells {} of the label in {} example rows", percent(r.share), count(rows as u64)))
        }
        _ => None,
    }
}

/// Whether the column is a copy of an earlier one.
pub(super) fn duplicate(input: &Input, column: &Column, earlier: &Column) -> Option<Reason> {
    if !alike(column, earlier) || column.is_constant() || column.present == 0 {
        return None;
    }
    let correlated = match input.table.pairs.get(&column.name, &earlier.name) {
        Some(Dependence::Correlation(r)) => Some(r > 0.999_999),
        _ => None,
    };
    let cells = input.examples.as_ref().and_then(|e| equal(e.column(&column.name)?, e.column(&earlier.name)?));
    if correlated == Some(false) || cells == Some(false) {
        return None;
    }
    // Few values can be as frequent by chance; many cannot.
    const MANY: u64 = 20;
    let sure = correlated.is_some() || cells.is_some() || column.distinct.is_some_and(|d| d.value >= MANY);
    let text = format!("has the same {} as {}", if sure { "values" } else { "statistics" }, earlier.name);
    let score = if sure { 1.0 } else { 0.5 };
    Some(Reason { kind: "duplicate", score, text, other: Some(earlier.name.clone()), drops: sure })
}

/// Whether the column says what a better one says.
pub(super) fn correlated(table: &Table, column: &Column, better: &Column, rules: &Rules) -> Option<Reason> {
    let dependence = table.pairs.get(&column.name, &better.name)?;
    let strength = dependence.strength();
    if strength <= rules.max_correlation {
        return None;
    }
    let text = match dependence {
        Dependence::Correlation(r) => format!("is correlated {} with {}", number(r), better.name),
        Dependence::Explained(share) => format!("and {} explain each other to {}", better.name, percent(share)),
    };
    Some(Reason { kind: "correlated", score: strength, text, other: Some(better.name.clone()), drops: true })
}

/// Whether the column is another one in another data set.
pub(super) fn drift(column: &Column, other: &Column, path: &str) -> Option<Reason> {
    if column.kind != other.kind {
        let text = format!("is {} in {path}", other.kind.name());
        return Some(Reason { kind: "drift", score: 1.0, text, other: Some(path.to_owned()), drops: true });
    }
    let d = distance(column, other);
    let drift = d.drift();
    let text = format!("is distributed otherwise in {path}: distance {}", number(drift));
    let drops = drift >= STRONG_DRIFT;
    (drift >= DRIFT).then(|| Reason { kind: "drift", score: drift, text, other: Some(path.to_owned()), drops })
}

/// Whether two columns have the same statistics.
fn alike(a: &Column, b: &Column) -> bool {
    (a.kind, a.present, a.missing, a.valency, a.distinct, a.size)
        == (b.kind, b.present, b.missing, b.valency, b.distinct, b.size)
        && a.number == b.number
        && a.text == b.text
        && (a.number.is_some() || a.text.is_some() || a.size.is_some())
}
