//! `diff_stats`: Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.

use super::call::call;
use super::known::{STATISTICS, not_profiled};
use super::{Document, Repo};
use crate::error::Result;
use crate::job::Job;
use crate::profile::compare::{TableDiff, markdown, plain};
use crate::profile::schema::{Difference, diff};
use crate::profile::summary::Table;
use crate::repo::RepoPath;
use serde_json::{Value, json};

/// What became of the statistics of a path.
struct PathDiff {
    path: RepoPath,
    state: &'static str,
    diff: TableDiff,
    schema: Vec<Difference>,
}

impl Repo {
    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    ///
    /// It compares what is stored beside the given paths and those below them, or beside all. The parts are `text` and
    /// `markdown`, which fits a pull request.
    pub fn diff_stats(&self, from: &str, to: &str, paths: &[RepoPath], job: &Job) -> Result<Document> {
        let used = [("from", !from.is_empty()), ("to", !to.is_empty()), ("paths", !paths.is_empty())];
        call(self.context(), "repo.diff_stats", &used, || {
            let diffs = self.path_diffs(from, to, paths, job)?;
            let changed: Vec<&PathDiff> = diffs.iter().filter(|d| d.state != "same").collect();
            let written = |write: fn(&str, &TableDiff, &[String]) -> String, between: &str| {
                changed
                    .iter()
                    .map(|d| write(&d.path.to_string(), &d.diff, &lines(&d.schema)))
                    .collect::<Vec<_>>()
                    .join(between)
            };
            let (text, mut markdown) = (written(plain, ""), written(markdown, "\n"));
            if changed.is_empty() {
                markdown = "The statistics do not differ.\n".to_owned();
            }
            let report = json!({"from": from, "to": to, "paths": diffs.iter().map(PathDiff::json).collect::<Vec<_>>()});
            Ok(Document::new(&report).answering(changed.is_empty()).with("text", text).with("markdown", markdown))
        })
    }

    fn path_diffs(&self, from: &str, to: &str, paths: &[RepoPath], job: &Job) -> Result<Vec<PathDiff>> {
        let mut all = self.paths_with_statistics(from, paths)?;
        all.extend(self.paths_with_statistics(to, paths)?);
        all.sort();
        all.dedup();
        if let Some(lacking) = paths.iter().find(|p| !all.iter().any(|a| a.is_in(p))) {
            return Err(not_profiled(to, lacking));
        }
        let phase = job.phase("compare", 0, all.len() as u64);
        let mut diffs = Vec::with_capacity(all.len());
        for path in all {
            diffs.push(self.path_diff(from, to, path)?);
            phase.advance(0, 1)?;
        }
        Ok(diffs)
    }

    fn path_diff(&self, from: &str, to: &str, path: RepoPath) -> Result<PathDiff> {
        let (old, new) = (self.read_beside(from, &path, STATISTICS)?, self.read_beside(to, &path, STATISTICS)?);
        let schema_at = |rev: &str| Ok(self.stored_schema(rev, &path)?.unwrap_or_default().schema);
        let schema = diff(&schema_at(from)?, &schema_at(to)?);
        let state = match (&old, &new) {
            (None, _) => "new",
            (_, None) => "gone",
            (Some(a), Some(b)) if a == b && schema.is_empty() => "same",
            _ => "changed",
        };
        let from = format!("{path}.octo/{STATISTICS}");
        let read = |bytes: Option<Vec<u8>>| bytes.map_or(Ok(Table::default()), |b| Table::read_whole(&b, &from));
        let diff = TableDiff::between(&read(old)?, &read(new)?);
        // Bytes may differ where no figure does.
        let state = if state == "changed" && diff.is_empty() && schema.is_empty() { "same" } else { state };
        Ok(PathDiff { path, state, diff, schema })
    }
}

impl PathDiff {
    fn json(&self) -> Value {
        let mut json = self.diff.json();
        json["path"] = json!(self.path.to_string());
        json["state"] = json!(self.state);
        json["schema"] = self.schema.iter().map(Difference::json).collect();
        json
    }
}

/// What changed in the schema, a line each.
fn lines(schema: &[Difference]) -> Vec<String> {
    let line = |d: &Difference| match (&d.before, &d.after) {
        (None, Some(after)) => format!("+ {}: {after}", d.place),
        (Some(before), None) => format!("- {}: {before}", d.place),
        (before, after) => {
            format!("{}: {} → {}", d.place, before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default())
        }
    };
    schema.iter().map(line).collect()
}
