//! The ranking: what is kept, what is left out, and why.

use super::reasons::{self, Relevance};
use super::{Input, Reason, Rules};
use crate::error::{Code, Error, Result};
use crate::profile::summary::{Column, Kind};
use serde_json::{Value, json};

/// A data set with its columns, the best first; those that are left out last.
#[derive(Clone, Debug)]
pub(crate) struct RankedTable {
    pub path: String,
    pub rows: u64,
    pub columns: Vec<Ranked>,
    /// The kept columns in the table's order.
    pub kept: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Ranked {
    pub name: String,
    pub kind: &'static str,
    pub is_label: bool,
    /// How much a model may get from it, from 0 to 1, compared with the others.
    pub score: f64,
    pub relevance: Option<f64>,
    pub reasons: Vec<Reason>,
}

impl Ranked {
    pub(crate) fn is_kept(&self) -> bool {
        self.is_label || self.reasons.iter().all(|r| !r.drops)
    }

    fn json(&self) -> Value {
        let reason =
            |r: &Reason| json!({"kind": r.kind, "score": r.score, "text": r.text, "other": r.other, "drops": r.drops});
        json!({
            "name": self.name,
            "type": self.kind,
            "kept": self.is_kept(),
            "label": self.is_label,
            "score": self.score,
            "relevance": self.relevance,
            "reasons": self.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    }
}

impl RankedTable {
    pub(crate) fn json(&self) -> Value {
        let dropped: Vec<&str> = self.columns.iter().filter(|c| !c.is_kept()).map(|c| c.name.as_str()).collect();
        json!({
            "path": self.path,
            "rows": self.rows,
            "columns": self.columns.iter().map(Ranked::json).collect::<Vec<_>>(),
            "kept": self.kept,
            "dropped": dropped,
        })
    }
}

/// Ranks the columns of each data set. With several, those that the first one also has are compared with it.
pub(crate) fn rank(inputs: &[Input], rules: &Rules) -> Result<Vec<RankedTable>> {
    if let Some(label) = &rules.label
        && inputs.iter().all(|i| i.table.column(label).is_none())
    {
        let names: Vec<&str> = inputs.iter().flat_map(|i| &i.table.columns).map(|c| c.name.as_str()).take(20).collect();
        return Err(Error::new(Code::NotFound, format!("no column is called \"{label}\""))
            .remedy(format!("Name one of the columns as the label: {}.", names.join(", ")))
            .with("column", label.as_str()));
    }
    Ok(inputs.iter().enumerate().map(|(at, input)| rank_one(inputs, at, input, rules)).collect())
}

fn rank_one(inputs: &[Input], at: usize, input: &Input, rules: &Rules) -> RankedTable {
    let label = rules.label.as_ref().and_then(|l| input.table.column(l));
    // The fields of a struct are their own columns; the struct itself only holds them together.
    let columns: Vec<&Column> = input.table.columns.iter().filter(|c| c.kind != Kind::Struct).collect();
    let mut ranked: Vec<(usize, Ranked)> = Vec::with_capacity(columns.len());
    for (order, column) in columns.iter().enumerate() {
        let is_label = label.is_some_and(|l| l.name == column.name);
        let relevance = label.filter(|_| !is_label).and_then(|l| reasons::relevance(input, column, l));
        let mut reasons = reasons::alone(column, rules);
        if let Some(label) = label.filter(|_| !is_label) {
            reasons.extend(reasons::leak(column, label, relevance));
        }
        reasons.extend(drifts(inputs, at, column));
        let score = if is_label { 1.0 } else { score(column, label.is_some(), relevance) };
        let relevance = relevance.map(|r| r.share);
        let name = column.name.clone();
        ranked.push((order, Ranked { name, kind: column.kind.name(), is_label, score, relevance, reasons }));
    }
    duplicates(input, &columns, &mut ranked);
    ranked.sort_by(|(i, a), (j, b)| b.is_label.cmp(&a.is_label).then(b.score.total_cmp(&a.score)).then(i.cmp(j)));
    redundant(input, &columns, &mut ranked, rules);
    ranked.sort_by_key(|(_, r)| !r.is_kept());
    let mut kept: Vec<&(usize, Ranked)> = ranked.iter().filter(|(_, r)| r.is_kept()).collect();
    kept.sort_by_key(|(order, _)| *order);
    let kept = kept.into_iter().map(|(_, r)| r.name.clone()).collect();
    let columns = ranked.into_iter().map(|(_, r)| r).collect();
    RankedTable { path: input.path.clone(), rows: input.table.rows, columns, kept }
}

/// Complete columns before sparse ones; then those that tell of the label, or, where nothing is known of that, those whose
/// values are spread: at half weight beside a known relevance.
fn score(column: &Column, has_label: bool, relevance: Option<Relevance>) -> f64 {
    let complete = 1.0 - column.missing_share();
    let spread = column.evenness().unwrap_or(0.5);
    match relevance {
        Some(r) => complete * r.share,
        None if has_label => complete * spread * 0.5,
        None => complete * spread,
    }
}

/// How the column differs from the same one of the first data set, or the first one's from all others.
fn drifts(inputs: &[Input], at: usize, column: &Column) -> Vec<Reason> {
    let others = if at == 0 { 1..inputs.len() } else { 0..1 };
    let drift = |i: usize| reasons::drift(column, inputs[i].table.column(&column.name)?, &inputs[i].path);
    others.filter_map(drift).collect()
}

/// Of columns with the same values the first one in the table is kept, or the label.
fn duplicates(input: &Input, columns: &[&Column], ranked: &mut [(usize, Ranked)]) {
    for i in 1..columns.len() {
        if ranked[i].1.is_label {
            continue;
        }
        let found = (0..i).find_map(|j| {
            let earlier = &ranked[j].1;
            // What is itself a copy points to the first; a copy of the label has its reason.
            let is_copy = earlier.reasons.iter().any(|r| r.kind == "duplicate" && r.drops);
            if is_copy || earlier.is_label { None } else { reasons::duplicate(input, columns[i], columns[j]) }
        });
        ranked[i].1.reasons.extend(found);
    }
}

/// Goes from the best column down: what a better kept one says already is left out.
fn redundant(input: &Input, columns: &[&Column], ranked: &mut [(usize, Ranked)], rules: &Rules) {
    if input.table.pairs.is_empty() {
        return;
    }
    // Of most columns of a wide table nothing is known.
    let known: Vec<bool> = ranked.iter().map(|(_, r)| !r.is_label && input.table.pairs.knows(&r.name)).collect();
    for i in 1..ranked.len() {
        if !known[i] || !ranked[i].1.is_kept() {
            continue;
        }
        let column = columns[ranked[i].0];
        let better = ranked[..i].iter().zip(&known).filter(|((_, r), known)| **known && r.is_kept()).map(|b| b.0);
        let found = better.map(|(j, _)| columns[*j]).find_map(|b| reasons::correlated(&input.table, column, b, rules));
        ranked[i].1.reasons.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Examples;
    use super::*;
    use crate::profile::summary::testing::{golden, numbers, texts};
    use crate::profile::summary::{Dependence, Distinct, Pairs, Table};

    fn rules(label: &str) -> Rules {
        let label = Some(label.to_owned()).filter(|l| !l.is_empty());
        Rules { label, max_missing: 0.5, max_correlation: 0.95 }
    }

    fn id(rows: u64) -> Column {
        let values: Vec<(String, u64)> = (0..rows).map(|i| (format!("id-{i}"), 1)).collect();
        texts("id", &values.iter().map(|(v, n)| (v.as_str(), *n)).collect::<Vec<_>>())
    }

    /// A table with one column of each fault, and its example rows.
    fn faulty() -> Input {
        let spread = |name: &str| numbers(name, &[(0.0, 1.0, 40.0), (1.0, 2.0, 35.0), (2.0, 3.0, 25.0)]);
        let mut sparse = spread("sparse");
        (sparse.present, sparse.missing, sparse.valency.total) = (30, 70, 30);
        let mut copy = spread("good");
        copy.name = "copy".to_owned();
        for c in [&mut sparse, &mut copy] {
            c.distinct = Some(Distinct { value: 90, error: 0.0 });
        }
        let mut good = spread("good");
        good.distinct = copy.distinct;
        let near = numbers("near", &[(0.0, 1.0, 41.0), (1.0, 2.0, 34.0), (2.0, 3.0, 25.0)]);
        let label = texts("label", &[("yes", 50), ("no", 50)]);
        let leaky = texts("leaky", &[("1", 50), ("0", 50)]);
        let constant = texts("constant", &[("x", 100)]);
        let mut pairs = Pairs::default();
        pairs.insert("good".into(), "near".into(), Dependence::Correlation(-0.97));
        pairs.insert("copy".into(), "good".into(), Dependence::Correlation(1.0));
        let columns = vec![id(100), good, copy, near, sparse, constant, leaky, label];
        let lines: String = (0..60)
            .map(|i| {
                let yes = (i * 7 + i / 3) % 2 == 0;
                let (l, k) = if yes { ("yes", "1") } else { ("no", "0") };
                format!("{{\"id\":\"id-{i}\",\"good\":{0},\"copy\":{0},\"near\":{1},\"leaky\":\"{k}\",\"label\":\"{l}\"}}\n", i as f64 / 20.0, 3.0 - i as f64 / 21.0)
            })
            .collect();
        let table = Table { rows: 100, columns, pairs, ..Table::default() };
        Input { path: "d.csv".into(), table, examples: Some(Examples::read(lines.as_bytes())) }
    }

    fn reason<'a>(table: &'a RankedTable, column: &str) -> &'a Reason {
        let ranked = table.columns.iter().find(|c| c.name == column).unwrap();
        ranked.reasons.iter().find(|r| r.drops).unwrap_or_else(|| panic!("{column} is kept: {ranked:?}"))
    }

    #[test]
    fn each_fault_is_found_and_what_is_good_is_kept() {
        let table = &rank(&[faulty()], &rules("label")).unwrap()[0];
        assert_eq!(table.kept, ["good", "label"]);
        let expected = [
            ("id", "id_like"),
            ("copy", "duplicate"),
            ("near", "correlated"),
            ("sparse", "missing"),
            ("constant", "constant"),
            ("leaky", "leakage"),
        ];
        for (column, kind) in expected {
            assert_eq!(reason(table, column).kind, kind, "{column}");
        }
        assert_eq!(reason(table, "copy").other.as_deref(), Some("good"));
        assert_eq!(table.columns[0].name, "label");
    }

    #[test]
    fn without_examples_a_copy_of_the_labels_statistics_is_a_leak() {
        let mut input = faulty();
        input.examples = None;
        let mut twin = texts("label", &[("yes", 50), ("no", 50)]);
        twin.name = "twin".into();
        input.table.columns.push(twin);
        let table = &rank(&[input], &rules("label")).unwrap()[0];
        assert_eq!(reason(table, "twin").kind, "leakage");
    }

    #[test]
    fn a_column_that_drifts_between_data_sets_is_said_so_and_left_out_when_far() {
        let table = |path: &str, a: u64, b: u64| Input {
            path: path.into(),
            table: Table {
                rows: 100,
                columns: vec![texts("near", &[("x", 50), ("y", 50)]), texts("far", &[("x", a), ("y", b)])],
                ..Table::default()
            },
            examples: None,
        };
        let tables = rank(&[table("a", 95, 5), table("b", 5, 95)], &rules("")).unwrap();
        for t in &tables {
            assert_eq!(t.kept, ["near"]);
            assert_eq!(reason(t, "far").kind, "drift");
        }
    }

    #[test]
    fn the_limits_are_the_callers() {
        let loose = Rules { label: None, max_missing: 0.9, max_correlation: 0.99 };
        let table = &rank(&[faulty()], &loose).unwrap()[0];
        assert!(table.kept.contains(&"sparse".to_owned()) && table.kept.contains(&"near".to_owned()));
    }

    #[test]
    fn a_label_that_is_not_there_is_an_error_that_lists_the_columns() {
        let error = rank(&[faulty()], &rules("lable")).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        assert!(error.hint().contains("label"));
    }

    #[test]
    fn the_taxi_trips_keep_their_fares_and_lose_what_is_empty() {
        let input = Input { path: "t".into(), table: golden("chicago_taxi_simple"), examples: None };
        let table = &rank(&[input], &rules("")).unwrap()[0];
        assert!(table.kept.contains(&"fare".to_owned()), "{:?}", table.kept);
    }
}
