//! What the profile's own report says beyond TensorFlow Metadata's messages: rows that repeat, columns that are missing
//! together, days that there is nothing of, the most frequent numbers.

use super::{Custom, Estimate, Table};
use serde_json::Value;
use std::collections::HashMap;

const QUANTILES: [(f64, &str); 4] =
    [(0.05, "quantile 5 %"), (0.25, "quantile 25 %"), (0.75, "quantile 75 %"), (0.95, "quantile 95 %")];

impl Table {
    /// Adds what the report says. One of other rows, or none at all, adds nothing: these are extras.
    pub(crate) fn add_report(&mut self, json: &[u8]) {
        let Ok(report) = serde_json::from_slice::<Value>(json) else { return };
        if report["rows"].as_u64() != Some(self.rows) {
            return;
        }
        self.duplicate_rows = estimate(&report["duplicate_rows"]);
        self.missing_together = patterns(&report["missing_together"]["patterns"]);
        let features = report["features"].as_array().map(Vec::as_slice).unwrap_or_default();
        let by_name: HashMap<&str, &Value> = features.iter().filter_map(|f| Some((f["name"].as_str()?, f))).collect();
        for column in &mut self.columns {
            if let Some(feature) = by_name.get(column.name.as_str()) {
                column.custom.extend(extras(feature, column.number.is_some()));
            }
        }
    }
}

fn estimate(of: &Value) -> Option<Estimate> {
    Some(Estimate { value: of["count"].as_u64()?, standard_error: of["standard_error"].as_f64()? })
}

/// The columns that are missing together, and in how many rows. That nothing is missing is no pattern.
fn patterns(of: &Value) -> Vec<(Vec<String>, u64)> {
    let one = |p: &Value| {
        let columns = p["columns"].as_array()?.iter().filter_map(|c| Some(c.as_str()?.to_owned())).collect::<Vec<_>>();
        Some((columns, p["rows"].as_u64()?)).filter(|(c, _)| !c.is_empty())
    };
    of.as_array().into_iter().flatten().filter_map(one).collect()
}

fn extras(feature: &Value, is_number: bool) -> Vec<(String, Custom)> {
    let mut found = Vec::new();
    let mut add = |name: &str, value: Option<Custom>| found.extend(value.map(|v| (name.to_owned(), v)));
    let text = |v: &Value| v.as_str().map(|s| Custom::Text(s.to_owned()));
    let number = |v: &Value| v.as_f64().map(Custom::Number);
    let dates = &feature["dates"];
    add("first day", text(&dates["first"]));
    add("last day", text(&dates["last"]));
    add("days", number(&dates["days"]));
    add("days missing", number(&dates["days_missing"]));
    add("longest gap in days", number(&dates["longest_gap_days"]));
    add("time format", text(&feature["time_format"]["format"]));
    add("column type", text(&feature["arrow_type"]));
    if is_number {
        let top = feature["top_values"].as_array().map(|values| values.iter().filter_map(frequency).collect());
        add("top_values", top.map(Custom::Ranks));
        for (share, name) in QUANTILES {
            let listed = feature["quantiles"].as_array().into_iter().flatten();
            add(name, listed.filter(|q| q["share"].as_f64() == Some(share)).find_map(|q| number(&q["value"])));
        }
    }
    found
}

fn frequency(of: &Value) -> Option<(String, f64)> {
    let value = match &of["value"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((value, of["count"].as_f64()?))
}

#[cfg(test)]
mod tests {
    use super::super::testing::numbers;
    use super::*;

    #[test]
    fn the_report_adds_what_the_messages_have_no_field_for() {
        let mut table = Table { rows: 10, columns: vec![numbers("x", &[(0.0, 1.0, 10.0)])], ..Table::default() };
        let report = serde_json::json!({
            "rows": 10,
            "duplicate_rows": {"count": 3, "exact": true, "standard_error": 0.0},
            "missing_together": {"patterns": [{"columns": [], "rows": 8}, {"columns": ["x", "y"], "rows": 2}]},
            "features": [{
                "name": "x",
                "dates": {"first": "2020-01-01", "last": "2020-01-09", "days": 5, "days_missing": 4, "longest_gap_days": 2},
                "top_values": [{"value": 1, "count": 6}, {"value": "Infinity", "count": 1}],
                "quantiles": [{"share": 0.25, "value": 0.5}],
            }],
        });
        let mut other = table.clone();
        table.add_report(report.to_string().as_bytes());
        assert_eq!(table.duplicate_rows.unwrap().value, 3);
        assert_eq!(table.missing_together, [(vec!["x".to_owned(), "y".to_owned()], 2)]);
        let custom = &table.columns[0].custom;
        assert_eq!(custom["first day"], Custom::Text("2020-01-01".into()));
        assert_eq!(custom["quantile 25 %"], Custom::Number(0.5));
        assert_eq!(table.columns[0].frequencies()[0], ("1".to_owned(), 6.0));
        other.rows = 11;
        other.add_report(report.to_string().as_bytes());
        other.add_report(b"no json");
        assert!(other.columns[0].custom.is_empty() && other.duplicate_rows.is_none());
    }
}
