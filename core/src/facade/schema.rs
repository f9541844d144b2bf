//! `schema`: The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.

use super::call::call;
use super::{Document, ProfileOptions, Repo, SchemaOptions};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::profile::messages::{DatasetFeatureStatistics, DatasetFeatureStatisticsList, Schema, decode};
use crate::profile::schema::{DatasetView, SchemaFile, accept, diff, features_json, infer, suggest};
use crate::repo::RepoPath;
use serde_json::json;
use std::path::Path;

/// The side file with the schema.
pub(super) const SCHEMA: &str = "schema.pbtxt";
const STATISTICS: &str = "statistics.pb";
const REPORT: &str = "statistics.json";

impl Repo {
    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred from the
    /// data's statistics by TFDV's rules, with suggestions beyond them.
    ///
    /// The JSON has `source` (`stored` or `inferred`), `features` as a list, `suggestions` (each with a name to accept
    /// it by, a reason, and the feature as it would be), `accepted`, and `differences` from what it is compared with: by
    /// default the stored schema, when another one is given. The part `schema.pbtxt` is the schema as text. The answer
    /// is no if the schema differs from one that was named to be compared with.
    pub fn schema(&self, rev: &str, path: &RepoPath, options: &SchemaOptions, job: &Job) -> Result<Document> {
        let used = [
            ("rev", !rev.is_empty()),
            ("infer", options.infer),
            ("against", !options.against.is_empty()),
            ("accept", !options.accept.is_empty()),
            ("write", options.write),
        ];
        call(self.context(), "repo.schema", &used, || {
            job.check()?;
            if options.write && !rev.is_empty() {
                return Err(Error::new(Code::InvalidArgument, "write: the schema of a revision cannot be changed")
                    .remedy(
                        "Leave the revision out: the schema beside the data in the work tree is written and staged.",
                    )
                    .with("option", "write"));
            }
            self.schema_document(rev, path, options, job)
        })
    }

    fn schema_document(&self, rev: &str, path: &RepoPath, options: &SchemaOptions, job: &Job) -> Result<Document> {
        let stored = self.stored_schema(rev, path)?;
        let statistics = self.statistics_of(rev, path, job);
        let (mut file, source) = match (&stored, options.infer) {
            (Some(stored), false) => (stored.clone(), "stored"),
            _ => (SchemaFile::made(infer(&DatasetView::new(statistics.as_ref().map_err(again)?))), "inferred"),
        };
        // A stored schema can be shown where neither statistics nor data are at hand.
        let suggestions = match &statistics {
            Ok(statistics) => suggest(&DatasetView::new(statistics), &file.schema),
            Err(_) if source == "stored" && options.accept.is_empty() => Vec::new(),
            Err(e) => return Err(again(e)),
        };
        let accepted = accept(&mut file.schema, &suggestions, &options.accept)?;
        let against = match options.against.as_str() {
            "" => stored,
            named => Some(self.schema_named(named, path, job)?),
        };
        let differences = against.map_or(Vec::new(), |a| diff(&a.schema, &file.schema));
        let open = suggestions.iter().filter(|s| !accepted.contains(&s.name));
        let report = json!({
            "source": source,
            "features": features_json(&file.schema),
            "suggestions": open.map(|s| s.json(&file.schema)).collect::<Vec<_>>(),
            "accepted": accepted,
            "differences": differences.iter().map(crate::profile::schema::Difference::json).collect::<Vec<_>>(),
            "written": options.write,
        });
        let text = file.text();
        if options.write {
            self.write_beside(path, &[(SCHEMA, text.as_bytes())], job)?;
        }
        let same = options.against.is_empty() || differences.is_empty();
        Ok(Document::new(&report).answering(same).with(SCHEMA, text))
    }

    /// The schema beside the data at a revision.
    pub(super) fn stored_schema(&self, rev: &str, path: &RepoPath) -> Result<Option<SchemaFile>> {
        let bytes = self.read_beside(rev, path, SCHEMA)?;
        bytes.map(|bytes| SchemaFile::read(&format!("{path}.octo/{SCHEMA}"), &bytes)).transpose()
    }

    /// A schema by its file's name, or the data's at a revision: the stored one, or what is inferred there.
    fn schema_named(&self, name: &str, path: &RepoPath, job: &Job) -> Result<SchemaFile> {
        if is_schema_file(name) {
            return schema_file(name);
        }
        match self.stored_schema(name, path)? {
            Some(stored) => Ok(stored),
            None => Ok(SchemaFile::made(infer(&DatasetView::new(&self.statistics_of(name, path, job)?)))),
        }
    }

    /// The statistics beside the data if they are of this very data, and else what is counted now.
    pub(super) fn statistics_of(&self, rev: &str, path: &RepoPath, job: &Job) -> Result<DatasetFeatureStatistics> {
        let beside = self.read_beside(rev, path, STATISTICS)?;
        let (what, bytes) = match beside {
            Some(bytes) if !self.is_stale(rev, path)? => (format!("{path}.octo/{STATISTICS}"), bytes),
            _ => {
                let profile = self.profiled(rev, path, &ProfileOptions::default(), job)?;
                (path.to_string(), profile.part(STATISTICS).unwrap_or_default().to_vec())
            }
        };
        let list: DatasetFeatureStatisticsList = decode(&what, &bytes)?;
        list.datasets.into_iter().next().ok_or_else(|| {
            Error::new(Code::InvalidData, format!("{what}: there are no statistics of a data set in it"))
                .remedy("Make it anew with profile.")
                .with("path", what.as_str())
        })
    }

    /// Whether the statistics beside the data say that they are of other data. Those of other programs say nothing.
    pub(super) fn is_stale(&self, rev: &str, path: &RepoPath) -> Result<bool> {
        let report = self.read_beside(rev, path, REPORT)?;
        let report = report.and_then(|r| serde_json::from_slice::<serde_json::Value>(&r).ok());
        let Some(of) = report.as_ref().and_then(|r| r["data"].as_str()) else { return Ok(false) };
        let is = match self.table_id(rev, path) {
            Ok(id) => id,
            // Statistics may be at hand where there is no data.
            Err(e) if matches!(e.code(), Code::NotFound | Code::NotTracked) => None,
            Err(e) => return Err(e),
        };
        Ok(is.is_some_and(|is| is != of))
    }
}

/// The same error for another caller: errors are not copied, so that their cause has one owner.
fn again(e: &Error) -> Error {
    let mut error = Error::new(e.code(), e.message()).remedy(e.hint()).retryable_if(e.retryable());
    for (key, value) in e.context() {
        if key == "path" {
            error = error.with("path", value);
        }
    }
    error
}

/// Whether an argument names a file with a schema, and not a revision.
fn is_schema_file(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|e| ["pbtxt", "pb", "textproto"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// A schema from a file of this machine.
pub(super) fn schema_file(name: &str) -> Result<SchemaFile> {
    let path = Path::new(name);
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, "reading the schema", e))?;
    let file = SchemaFile::read(name, &bytes)?;
    if file.schema == Schema::default() {
        return Err(Error::new(Code::InvalidData, format!("{name}: there is no feature in it"))
            .remedy("Name a file with a Schema of TensorFlow Metadata.")
            .with("path", name));
    }
    Ok(file)
}
