//! What the page shows, in short and as JSON.

use super::{Row, View};
use crate::profile::summary::{Column, Concern};
use serde_json::{Value, json};

/// Names, figures and warnings of each column; beside another table also the distances.
pub(crate) fn summary(view: &View) -> Value {
    let against =
        view.against.as_ref().map(|a| json!({"name": a.name, "rows": a.table.rows, "columns": a.table.columns.len()}));
    json!({
        "name": view.subject.name,
        "rows": view.subject.table.rows,
        "columns": view.rows.iter().filter_map(|r| Some(column(view, r, view.either(r)?))).collect::<Vec<_>>(),
        "against": against,
    })
}

fn column(view: &View, row: &Row, c: &Column) -> Value {
    let state = match (view.column(row), view.other(row)) {
        (Some(_), None) if view.is_comparison() => "new",
        (None, _) => "gone",
        _ => "present",
    };
    let warning = |w: &Concern| json!({"name": w.name, "score": w.score, "text": w.text, "serious": w.serious});
    json!({
        "name": c.name,
        "type": c.kind.name(),
        "state": state,
        "present": c.present,
        "missing": c.missing,
        "missing_share": c.missing_share(),
        "distinct": c.distinct.map(|d| d.value),
        "distinct_error": c.distinct.map(|d| d.error),
        "warnings": row.concerns.iter().map(warning).collect::<Vec<_>>(),
        "distance": row.distance.map(|d| d.json()),
    })
}
