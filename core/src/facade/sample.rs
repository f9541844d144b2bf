//! `sample`: a part of the rows, small enough to work with, that says what it is of.

use super::beside::beside;
use super::call::call;
use super::{Document, Repo, SampleOptions};
use crate::data::ReadOptions;
use crate::data::WriteReport;
use crate::data::sample::{self, Facts, Plan};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;
use serde_json::{Map, Value, json};

/// The sample's place beside the data, and that of what is known of it.
const ROWS: &str = "data/sample.parquet";
const FACTS: &str = "sample.json";

impl Repo {
    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design
    /// effect, and stages it. Without a size it has 10,000 rows.
    ///
    /// The document has `rows`, `of_rows` (an estimate where `of_rows_estimated`), `fraction`, `seed`, `method`,
    /// `design_effect` (how many rows of it say as much as one taken at random; null where nobody knows), `read_bytes`,
    /// `to`; and as a part the same again, `sample.json`.
    pub fn sample(&self, rev: &str, path: &RepoPath, options: &SampleOptions, job: &Job) -> Result<Document> {
        let used = [
            ("rev", !rev.is_empty()),
            ("fraction", options.fraction != 0.0),
            ("rows", options.rows > 0),
            ("method", !options.method.is_empty()),
            ("key", !options.key.is_empty()),
            ("stratify", !options.stratify.is_empty()),
            ("time", !options.time.is_empty()),
            ("seed", options.seed > 0),
            ("to", !options.to.is_empty()),
        ];
        call(self.context(), "repo.sample", &used, || {
            let plan = plan_of(options)?;
            let to = self.sample_place(path, &options.to)?;
            let open = |columns: &[String]| {
                self.dataset(rev, path, &ReadOptions { columns: columns.to_vec(), ..Default::default() }, job)
            };
            let (rows, facts) = sample::draw(&plan, &open, job)?;
            let report = self.write_table(&to, rows, job)?;
            let mut json = described(path, &plan, &facts, report);
            json.insert("to".into(), to.to_string().into());
            if options.to.is_empty() {
                self.stage_beside(Vec::new(), vec![to], job)?;
                let text = format!("{:#}\n", Value::Object(json.clone()));
                self.write_beside(path, &[(FACTS, text.as_bytes())], job)?;
                json.insert("staged".into(), true.into());
            } else {
                let staged = self.stage_if_tracked(std::slice::from_ref(&to), job)?;
                json.insert("staged".into(), staged.into());
            }
            let json = Value::Object(json);
            Ok(Document::new(&json).with("sample.json", format!("{json:#}\n")))
        })
    }

    fn sample_place(&self, path: &RepoPath, to: &str) -> Result<RepoPath> {
        if !to.is_empty() {
            return RepoPath::from_bytes(to.as_bytes());
        }
        if path.as_bytes().iter().any(|b| b"*?[".contains(b)) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{path}: a sample of a pattern has no place of its own"),
            )
            .remedy("Name the file that it shall be written to."));
        }
        beside(path, ROWS)
    }
}

fn plan_of(options: &SampleOptions) -> Result<Plan> {
    let method = match options.method.is_empty() && !options.time.is_empty() {
        true => "time",
        false => &options.method,
    };
    Ok(Plan {
        key: options.key.clone(),
        stratify: Some(options.stratify.clone()).filter(|s| !s.is_empty()).into_iter().collect(),
        time: options.time.clone(),
        seed: options.seed,
        ..Plan::new(options.fraction, options.rows, method)?
    })
}

fn described(path: &RepoPath, plan: &Plan, facts: &Facts, report: WriteReport) -> Map<String, Value> {
    let measured = facts.measured();
    let fraction = if measured.of_rows == 0 { 0.0 } else { report.rows as f64 / measured.of_rows as f64 };
    let effects: Map<String, Value> =
        measured.by_column.iter().map(|(name, effect)| (name.clone(), json!(effect))).collect();
    let strata =
        facts.strata.iter().map(|(value, of_rows, rows)| json!({"value": value, "rows": rows, "of_rows": of_rows}));
    let json = json!({
        "path": path.to_string(),
        "rows": report.rows,
        "of_rows": measured.of_rows,
        "of_rows_estimated": measured.estimated,
        "fraction": fraction,
        "method": plan.method.name(),
        "key": plan.key,
        "seed": plan.seed,
        "time": plan.time,
        "stratify": plan.stratify,
        "strata": strata.collect::<Vec<_>>(),
        "design_effect": measured.design_effect,
        "design_effects": effects,
        "read_bytes": facts.read_bytes,
        "bytes": report.bytes,
    });
    match json {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
