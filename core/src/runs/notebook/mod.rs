//! A notebook as a Python script.
//!
//! Cells stay where they are and as they are; magics and shell lines become the calls that IPython makes of them, and a prelude
//! brings what they call. The script is run cell by cell, so that `await` works at a cell's top, a cell's last value is shown,
//! and what fails is told by its cell.

mod magics;

use crate::error::{Code, Error, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

const PRELUDE: &str = include_str!("prelude.py");

/// Runs the script that its first argument names: the prelude, and then the cells. `argv` is as the notebook's own program has it.
pub(crate) const RUNNER: &str = "\
import sys
_f = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path[0] = ''
with open(_f, encoding='utf-8') as _t:
    _t = _t.read().split('\\n# --- cells ---\\n', 1)[0]
exec(compile(_t, _f, 'exec'), globals())
_octostore_main(_f, _octostore_cells, _octostore_notebook, globals())
";

/// A notebook's code.
pub(crate) struct Notebook {
    name: String,
    cells: Vec<Cell>,
}

struct Cell {
    source: String,
    /// Whether its values are what parameters replace.
    parameters: bool,
}

impl Notebook {
    /// Reads a notebook's file. `name` is for messages.
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Notebook> {
        let notebook: Value =
            serde_json::from_slice(bytes).map_err(|e| broken(name, format!("it is not JSON: {e}")))?;
        let metadata = &notebook["metadata"];
        let language = metadata["kernelspec"]["language"].as_str().or(metadata["language_info"]["name"].as_str());
        if let Some(language) =
            language.filter(|l| !matches!(l.to_lowercase().as_str(), "python" | "ipython" | "python3"))
        {
            return Err(Error::new(Code::Unsupported, format!("{name}: its language is {language}"))
                .remedy("Notebooks in Python can be run; run another one with its own program: octostore run -- PROGRAM ...")
                .with("path", name));
        }
        let lists = match notebook["cells"].as_array() {
            Some(cells) => vec![cells],
            // As notebooks were until 2015.
            None => {
                notebook["worksheets"].as_array().into_iter().flatten().filter_map(|w| w["cells"].as_array()).collect()
            }
        };
        if lists.is_empty() {
            return Err(broken(name, "it has no list of cells".into()));
        }
        let code = lists.into_iter().flatten().filter(|cell| cell["cell_type"] == "code");
        let cells = code
            .map(|cell| {
                let tags = cell["metadata"]["tags"].as_array().into_iter().flatten();
                let source = if cell["source"].is_null() { &cell["input"] } else { &cell["source"] };
                Ok(Cell {
                    source: text(source).ok_or_else(|| broken(name, "a cell has no text".into()))?,
                    parameters: tags.into_iter().any(|tag| tag == "parameters"),
                })
            })
            .collect::<Result<_>>()?;
        Ok(Notebook { name: name.to_owned(), cells })
    }

    /// The script, in which parameters follow the cell that has their defaults, or come first.
    pub(crate) fn script(&self, params: &[(String, String)]) -> Result<String> {
        let injected = injected(params)?;
        let mut script = format!("# Made by octostore from {}. Cells begin at \"# %%\".\n", one_line(&self.name));
        script.push_str(PRELUDE);
        let mut body = String::new();
        // Where the lines of each cell are, counted from the first line below the marker.
        let mut places = Vec::new();
        let mut lines = 0;
        let mut push = |title: &str, cell: usize, source: &str| {
            let _ = write!(body, "\n# %% {title}\n{source}\n");
            let count = source.split('\n').count();
            places.push((cell, lines + 3, lines + 2 + count));
            lines += 2 + count;
        };
        let after = self.cells.iter().position(|c| c.parameters);
        if !injected.is_empty() && after.is_none() {
            push("parameters", 0, &injected);
        }
        for (n, cell) in self.cells.iter().enumerate() {
            push(&format!("cell {}", n + 1), n + 1, &magics::as_python(&cell.source));
            if !injected.is_empty() && after == Some(n) {
                push("parameters", n + 1, &injected);
            }
        }
        // Three more lines: the two assignments and the marker.
        let begin = script.matches('\n').count() + 3;
        let cells: Vec<String> =
            places.iter().map(|(cell, first, last)| format!("({cell}, {}, {})", begin + first, begin + last)).collect();
        let name = Value::String(self.name.clone());
        let _ = write!(
            script,
            "_octostore_cells = [{}]\n_octostore_notebook = {name}\n# --- cells ---\n",
            cells.join(", ")
        );
        script.push_str(&body);
        Ok(script)
    }
}

/// Whether a file is a notebook by its name.
pub(crate) fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "ipynb")
}

fn broken(name: &str, why: String) -> Error {
    Error::new(Code::InvalidData, format!("{name} is no notebook: {why}"))
        .remedy("Open it in Jupyter and save it again, or take it from git's history.")
        .with("path", name)
}

fn text(source: &Value) -> Option<String> {
    match source {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Assignments of the parameters, with their values' types told by their form.
fn injected(params: &[(String, String)]) -> Result<String> {
    let lines: Result<Vec<String>> = params
        .iter()
        .map(|(name, value)| {
            let valid = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !valid {
                return Err(Error::new(
                    Code::InvalidArgument,
                    format!("\"{name}\" is no name that a notebook's parameter can have"),
                )
                .remedy("Use letters, digits and _; the first is no digit.")
                .with("param", name.as_str()));
            }
            Ok(format!("{name} = {}", literal(value)))
        })
        .collect();
    Ok(lines?.join("\n"))
}

/// A value as Python writes it: numbers, `True`, `False` and `None` as they are, other things as text.
fn literal(value: &str) -> String {
    let number = value.parse::<i64>().is_ok_and(|n| n.to_string() == value)
        || (value.contains(['.', 'e', 'E']) && value.parse::<f64>().is_ok_and(f64::is_finite));
    if number || matches!(value, "True" | "False" | "None") {
        return value.to_owned();
    }
    // JSON's text is Python's, but for what lies beyond 16 bits, which stands as it is.
    Value::String(value.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn notebook(cells: &[(&str, bool)]) -> Notebook {
        let cells: Vec<Value> = cells
            .iter()
            .map(|(source, parameters)| {
                let tags = if *parameters { json!(["parameters"]) } else { json!([]) };
                json!({"cell_type": "code", "metadata": {"tags": tags}, "source": source.split_inclusive('\n').collect::<Vec<_>>()})
            })
            .collect();
        Notebook::parse("a.ipynb", json!({ "cells": cells, "metadata": {} }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_cell_is_where_the_script_says() {
        let params = [("lr".to_owned(), "0.5".to_owned()), ("name".to_owned(), "a \"b\"".to_owned())];
        let script =
            notebook(&[("x = 1\ny = 2", false), ("lr = 1", true), ("print(lr)\n", false)]).script(&params).unwrap();
        let lines: Vec<&str> = script.split('\n').collect();
        let cells = lines.iter().find_map(|l| l.strip_prefix("_octostore_cells = ")).unwrap();
        let numbers: Vec<usize> =
            cells.split(|c: char| !c.is_ascii_digit()).filter(|t| !t.is_empty()).map(|t| t.parse().unwrap()).collect();
        let found: Vec<(usize, String)> = numbers.chunks(3).map(|c| (c[0], lines[c[1] - 1..c[2]].join("|"))).collect();
        let expected = [(1, "x = 1|y = 2"), (2, "lr = 1"), (2, "lr = 0.5|name = \"a \\\"b\\\"\""), (3, "print(lr)|")];
        assert_eq!(found, expected.map(|(n, t)| (n, t.to_owned())));
    }

    #[test]
    fn what_is_no_notebook_is_said_to_be_none() {
        let failed = |text: &str| Notebook::parse("a.ipynb", text.as_bytes()).err().unwrap();
        assert!(failed("{\"cells\": ").message().contains("a.ipynb is no notebook: it is not JSON"));
        assert!(failed("{}").message().contains("no list of cells"));
        assert!(failed("{\"cells\": [{\"cell_type\": \"code\"}]}").message().contains("a cell has no text"));
        let julia = failed("{\"cells\": [], \"metadata\": {\"kernelspec\": {\"language\": \"julia\"}}}");
        assert_eq!((julia.code(), julia.message()), (Code::Unsupported, "a.ipynb: its language is julia"));
    }

    #[test]
    fn a_parameter_has_the_type_of_its_form() {
        let forms = ["1", "-2.5", "1e3", "True", "None", "adam", "inf", "007", "1.2.3"];
        let written = ["1", "-2.5", "1e3", "True", "None", "\"adam\"", "\"inf\"", "\"007\"", "\"1.2.3\""];
        assert_eq!(forms.map(literal), written);
        assert!(injected(&[("a b".into(), "1".into())]).is_err());
    }
}
