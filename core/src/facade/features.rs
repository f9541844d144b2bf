//! `features`: Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.

use super::FeaturesOptions;
use super::call::call;
use super::known::not_profiled;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::profile::features::{Examples, Input, RankedTable, Rules, rank, selection};
use crate::repo::RepoPath;
use crate::store::files::{open_up, write_atomically};
use serde_json::{Value, json};
use std::io::Write;

const EXAMPLES: &str = "examples.jsonl";
const MAX_MISSING: f64 = 0.5;
const MAX_CORRELATION: f64 = 0.95;

impl Repo {
    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.
    ///
    /// Without paths it means every path that has statistics, and a folder without any means those in it. Each column gets a score to compare it by, and reasons: missing,
    /// constant, like an id, a copy of another, correlated with a better one, giving the label away, distributed otherwise in
    /// another data set. The part `selection.toml` is the choice as `save` records it.
    pub fn features(&self, paths: &[RepoPath], options: &FeaturesOptions, job: &Job) -> Result<Document> {
        let used = [
            ("paths", !paths.is_empty()),
            ("label", !options.label.is_empty()),
            ("save", !options.save.is_empty()),
            ("rev", !options.rev.is_empty()),
            ("max_missing", options.max_missing != 0.0),
            ("max_correlation", options.max_correlation != 0.0),
        ];
        call(self.context(), "repo.features", &used, || {
            let rules = rules(options)?;
            let file = if options.save.is_empty() { None } else { Some(self.selection_place(&options.save)?) };
            let inputs = self.inputs(paths, &options.rev, job)?;
            let tables = rank(&inputs, &rules)?;
            let text = selection(&tables, rules.label.as_deref());
            let tables = tables.iter().map(|t| self.with_age(t, &options.rev)).collect::<Result<Vec<_>>>()?;
            if let Some(file) = &file {
                self.write_selection(file, &text, job)?;
            }
            let report = json!({
                "label": rules.label,
                "max_missing": rules.max_missing,
                "max_correlation": rules.max_correlation,
                "tables": tables,
                "selection": file.map(|f| f.to_string()),
            });
            Ok(Document::new(&report).with("selection.toml", text))
        })
    }

    /// The data sets that the paths mean: those with statistics of their own, and of a folder without any, those in it.
    fn inputs(&self, paths: &[RepoPath], rev: &str, job: &Job) -> Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for path in paths {
            match self.input(path, rev, job)? {
                Some(input) => inputs.push(input),
                None => {
                    let within = self.paths_with_statistics(rev, std::slice::from_ref(path))?;
                    if within.is_empty() {
                        return Err(not_profiled(rev, path));
                    }
                    inputs.extend(self.existing_inputs(&within, rev, job)?);
                }
            }
        }
        if paths.is_empty() {
            inputs = self.existing_inputs(&self.paths_with_statistics(rev, &[])?, rev, job)?;
        }
        if inputs.is_empty() {
            return Err(Error::new(Code::NotFound, "no path has statistics beside it")
                .remedy("Run \"octostore profile PATH --write\" and commit what it writes."));
        }
        Ok(inputs)
    }

    fn existing_inputs(&self, paths: &[RepoPath], rev: &str, job: &Job) -> Result<Vec<Input>> {
        paths.iter().filter_map(|path| self.input(path, rev, job).transpose()).collect()
    }

    fn input(&self, path: &RepoPath, rev: &str, job: &Job) -> Result<Option<Input>> {
        job.check()?;
        let Some(table) = self.stored_statistics(rev, path)? else { return Ok(None) };
        let examples = self.read_beside(rev, path, EXAMPLES)?.map(|bytes| Examples::read(&bytes));
        Ok(Some(Input { path: path.to_string(), table, examples }))
    }

    /// The ranking of a table, and whether it is of statistics that the data has outgrown.
    fn with_age(&self, table: &RankedTable, rev: &str) -> Result<Value> {
        let mut json = table.json();
        json["stale"] = self.is_stale(rev, &RepoPath::from_bytes(table.path.as_bytes())?)?.into();
        Ok(json)
    }

    fn write_selection(&self, file: &RepoPath, text: &str, job: &Job) -> Result<()> {
        write_atomically(&file.to_path(self.git().work_dir()?), |f| {
            open_up(f)?;
            f.write_all(text.as_bytes())
        })?;
        self.stage_beside(vec![file.clone()], Vec::new(), job)
    }
}

fn rules(options: &FeaturesOptions) -> Result<Rules> {
    let share = |name: &'static str, value: f64, default: f64| match value {
        0.0 => Ok(default),
        v if (0.0..=1.0).contains(&v) => Ok(v),
        v => Err(Error::new(Code::InvalidArgument, format!("{name} is {v}"))
            .remedy("Give a number from 0 to 1; 0 means the default.")
            .with("option", name)),
    };
    Ok(Rules {
        label: Some(options.label.clone()).filter(|l| !l.is_empty()),
        max_missing: share("max_missing", options.max_missing, MAX_MISSING)?,
        max_correlation: share("max_correlation", options.max_correlation, MAX_CORRELATION)?,
    })
}
