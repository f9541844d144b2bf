//! The differences of two versions of a table's statistics.

use super::distance::{Distance, distance};
use crate::profile::summary::{Column, Table};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What changed in a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableDiff {
    pub rows: (u64, u64),
    /// Columns that are new or gone, with their types.
    pub new: Vec<(String, &'static str)>,
    pub gone: Vec<(String, &'static str)>,
    /// Columns of both that differ, the most drifted first.
    pub columns: Vec<ColumnDiff>,
}

/// What changed in a column.
#[derive(Clone, Debug)]
pub(crate) struct ColumnDiff {
    pub name: String,
    pub changes: Vec<Change>,
    pub distance: Distance,
}

/// One figure that is another now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub what: &'static str,
    pub from: Figure,
    pub to: Figure,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Figure {
    None,
    Count(u64),
    Estimate(u64, f64),
    Number(f64),
    Share(f64),
    Text(String),
}

impl Figure {
    pub(crate) fn json(&self) -> Value {
        match self {
            Figure::None => Value::Null,
            Figure::Count(n) | Figure::Estimate(n, _) => json!(n),
            // JSON has no word for infinity.
            Figure::Number(n) | Figure::Share(n) if !n.is_finite() => json!(n.to_string()),
            Figure::Number(n) | Figure::Share(n) => json!(n),
            Figure::Text(t) => json!(t),
        }
    }
}

impl TableDiff {
    pub(crate) fn between(from: &Table, to: &Table) -> TableDiff {
        let (old, new) = (from.by_name(), to.by_name());
        let only_in = |a: &Table, b: &HashMap<&str, usize>| -> Vec<(String, &'static str)> {
            let missing = |c: &&Column| !b.contains_key(c.name.as_str());
            a.columns.iter().filter(missing).map(|c| (c.name.clone(), c.kind.name())).collect()
        };
        let mut columns: Vec<ColumnDiff> = from
            .columns
            .iter()
            .filter_map(|a| ColumnDiff::between(a, &to.columns[*new.get(a.name.as_str())?]))
            .collect();
        columns.sort_by(|a, b| b.distance.drift().total_cmp(&a.distance.drift()));
        TableDiff { rows: (from.rows, to.rows), new: only_in(to, &old), gone: only_in(from, &new), columns }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.0 == self.rows.1 && self.new.is_empty() && self.gone.is_empty() && self.columns.is_empty()
    }

    pub(crate) fn json(&self) -> Value {
        let named = |columns: &[(String, &'static str)]| -> Vec<Value> {
            columns.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect()
        };
        json!({
            "rows": {"from": self.rows.0, "to": self.rows.1},
            "new_columns": named(&self.new),
            "gone_columns": named(&self.gone),
            "columns": self.columns.iter().map(ColumnDiff::json).collect::<Vec<_>>(),
        })
    }
}

impl ColumnDiff {
    fn between(a: &Column, b: &Column) -> Option<ColumnDiff> {
        let changes: Vec<Change> = figures(a)
            .into_iter()
            .zip(figures(b))
            .filter(|((_, x), (_, y))| x != y)
            .map(|((what, from), (_, to))| Change { what, from, to })
            .collect();
        let distance = distance(a, b);
        let differs = !changes.is_empty() || distance.drift() > 0.0 || distance.quantile_shift.is_some_and(|s| s > 0.0);
        differs.then(|| ColumnDiff { name: a.name.clone(), changes, distance })
    }

    fn json(&self) -> Value {
        let change = |c: &Change| json!({"what": c.what, "from": c.from.json(), "to": c.to.json()});
        json!({
            "name": self.name,
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "distance": self.distance.json(),
        })
    }
}

/// The figures that are compared, always the same ones in the same order.
fn figures(c: &Column) -> Vec<(&'static str, Figure)> {
    let number = |value: Option<f64>| value.map_or(Figure::None, Figure::Number);
    let count = |value: Option<u64>| value.map_or(Figure::None, Figure::Count);
    let n = c.number.as_ref();
    let text = c.text.as_ref();
    let distinct = c.distinct.map_or(Figure::None, |d| match d.error {
        e if e > 0.0 => Figure::Estimate(d.value, e),
        _ => Figure::Count(d.value),
    });
    let top = c.frequencies().first().map_or(Figure::None, |(value, _)| Figure::Text(value.clone()));
    vec![
        ("type", Figure::Text(c.kind.name().to_owned())),
        ("present", Figure::Count(c.present)),
        ("missing", Figure::Count(c.missing)),
        ("missing share", Figure::Share(c.missing_share())),
        ("distinct", distinct),
        ("mean", number(n.map(|n| n.mean))),
        ("std dev", number(n.map(|n| n.std_dev))),
        ("min", number(n.map(|n| n.min))),
        ("median", number(n.map(|n| n.median))),
        ("max", number(n.map(|n| n.max))),
        ("zeros", count(n.map(|n| n.zeros))),
        ("NaN", count(n.map(|n| n.nan))),
        ("top value", top),
        ("mean length", number(text.map(|t| t.mean_length))),
        ("not UTF-8", count(text.map(|t| t.invalid_utf8))),
        ("mean bytes", number(c.size.map(|s| s.mean))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::summary::testing::{golden, numbers, texts};

    #[test]
    fn the_same_statistics_do_not_differ() {
        let table = golden("chicago_taxi_simple");
        assert!(TableDiff::between(&table, &table).is_empty());
    }

    #[test]
    fn what_came_went_and_changed_is_said() {
        let table = |rows, columns| Table { rows, columns, ..Table::default() };
        let from = table(10, vec![texts("kind", &[("a", 5), ("b", 5)]), texts("old", &[("x", 10)])]);
        let to = table(12, vec![texts("kind", &[("a", 9), ("b", 3)]), numbers("new", &[(0.0, 1.0, 12.0)])]);
        let diff = TableDiff::between(&from, &to);
        assert_eq!(diff.rows, (10, 12));
        assert_eq!(diff.new, [("new".to_owned(), "FLOAT")]);
        assert_eq!(diff.gone, [("old".to_owned(), "STRING")]);
        assert_eq!(
            diff.columns[0].changes,
            [Change { what: "present", from: Figure::Count(10), to: Figure::Count(12) }]
        );
        assert_eq!(diff.columns[0].distance.l_infinity, Some(0.25));
    }

    #[test]
    fn two_halves_of_the_taxi_trips_differ_in_what_tfdv_counted_apart() {
        let diff = TableDiff::between(&golden("taxi_examples_train"), &golden("taxi_examples_eval"));
        assert!(!diff.is_empty());
        let company = diff.columns.iter().find(|c| c.name == "company").unwrap();
        assert!(company.distance.l_infinity.unwrap() > 0.0);
        assert!(diff.columns.windows(2).all(|w| w[0].distance.drift() >= w[1].distance.drift()));
    }
}
