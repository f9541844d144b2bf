//! Example rows as columns: what two columns have to do with each other shows in them where the statistics do not say it.

use serde_json::Value;
use std::collections::BTreeMap;

/// A few rows, chosen evenly from all of them. Every column has as many cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examples {
    columns: BTreeMap<String, Vec<Cell>>,
    rows: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Missing,
    Number(f64),
    /// Anything else, as JSON.
    Text(String),
}

impl Examples {
    /// Reads JSON Lines, a row each. Lines that are no objects are left out.
    pub(crate) fn read(bytes: &[u8]) -> Examples {
        let mut examples = Examples::default();
        for line in bytes.split(|b| *b == b'\n') {
            let Ok(Value::Object(row)) = serde_json::from_slice(line) else { continue };
            // Rows may say where they come from, and hold the values one level deeper.
            let values = match row.get("values") {
                Some(Value::Object(values)) => values.clone(),
                _ => row,
            };
            for (name, value) in values {
                let cells = examples.columns.entry(name).or_default();
                cells.resize(examples.rows, Cell::Missing);
                cells.push(cell(value));
            }
            examples.rows += 1;
        }
        for cells in examples.columns.values_mut() {
            cells.resize(examples.rows, Cell::Missing);
        }
        examples
    }

    pub(crate) fn column(&self, name: &str) -> Option<&[Cell]> {
        self.columns.get(name).map(Vec::as_slice)
    }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Missing,
        Value::Number(n) => n.as_f64().map_or(Cell::Missing, Cell::Number),
        Value::String(text) => Cell::Text(text),
        other => Cell::Text(other.to_string()),
    }
}
