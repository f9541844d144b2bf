//! `validate`: Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.

use super::call::call;
use super::schema::schema_file;
use super::{Document, Repo, ValidateOptions};
use crate::data::ReadOptions;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::profile::messages::{DatasetFeatureStatistics, Message, text};
use crate::profile::schema::SchemaFile;
use crate::profile::validate::{Findings, Inputs, Report, columns, find_rows, validate};
use crate::repo::{RepoPath, revs};

/// Example rows for each anomaly, unless the caller says.
const ROWS: u64 = 5;

impl Repo {
    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer
    /// is no if there are anomalies.
    ///
    /// The JSON lists `anomalies` by feature: `types` as TFDV names them, descriptions, the `change` of the schema that
    /// would accept the data, and `rows` that break the rule, each with its file, its number (from 1, the header not
    /// counted) and the value. The parts are `text`, `markdown`, `junit`, `anomalies.pb` and `anomalies.pbtxt`.
    pub fn validate(&self, rev: &str, path: &RepoPath, options: &ValidateOptions, job: &Job) -> Result<Document> {
        let used = [
            ("rev", !rev.is_empty()),
            ("schema", !options.schema.is_empty()),
            ("against", !options.against.is_empty()),
            ("serving", !options.serving.is_empty()),
            ("environment", !options.environment.is_empty()),
            ("rows", options.rows > 0),
        ];
        call(self.context(), "repo.validate", &used, || {
            job.check()?;
            let schema = self.schema_to_hold_to(rev, path, options)?.schema;
            let statistics = self.statistics_of(rev, path, job)?;
            let previous = self.statistics_against(rev, path, &options.against, job)?;
            let serving = match options.serving.as_str() {
                "" => None,
                named => Some(self.statistics_of(rev, &RepoPath::from_bytes(named.as_bytes())?, job)?),
            };
            let mut findings = validate(Inputs {
                schema: &schema,
                statistics: &statistics,
                previous: previous.as_ref(),
                serving: serving.as_ref(),
                environment: &options.environment,
            });
            self.example_rows(rev, path, options, (&schema, &mut findings), job)?;
            let name = if rev.is_empty() { path.to_string() } else { format!("{rev}:{path}") };
            Ok(document(&Report { name, schema: &schema, findings: &findings, rows: statistics.num_examples }))
        })
    }

    fn schema_to_hold_to(&self, rev: &str, path: &RepoPath, options: &ValidateOptions) -> Result<SchemaFile> {
        if !options.schema.is_empty() {
            return schema_file(&options.schema);
        }
        self.stored_schema(rev, path)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("{path} has no schema"))
                .remedy(format!("Write one with \"octostore schema infer {path} --write\", or name a schema file."))
                .with("path", path.to_string())
        })
    }

    /// The statistics that drift is measured from: of a revision, or of another path.
    fn statistics_against(
        &self,
        rev: &str,
        path: &RepoPath,
        against: &str,
        job: &Job,
    ) -> Result<Option<DatasetFeatureStatistics>> {
        if against.is_empty() {
            return Ok(None);
        }
        let at_revision = match revs::blob_at(self.git(), against, path) {
            Ok(_) => true,
            Err(e) if e.code() == Code::NotFound => false,
            Err(e) => return Err(e),
        };
        if at_revision {
            return self.statistics_of(against, path, job).map(Some);
        }
        let other = RepoPath::from_bytes(against.as_bytes())?;
        self.statistics_of(rev, &other, job).map(Some).map_err(|e| e.with("against", against))
    }

    /// Rows for the anomalies that rows have, where the data is at hand.
    fn example_rows(
        &self,
        rev: &str,
        path: &RepoPath,
        options: &ValidateOptions,
        (schema, findings): (&crate::profile::messages::Schema, &mut Findings),
        job: &Job,
    ) -> Result<()> {
        let columns = columns(schema, findings);
        if columns.is_empty() {
            return Ok(());
        }
        let all = self.dataset(rev, path, &ReadOptions::default(), job)?;
        let columns: Vec<String> = columns.into_iter().filter(|c| all.schema().column_with_name(c).is_some()).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let dataset = self.dataset(rev, path, &ReadOptions { columns, ..ReadOptions::default() }, job)?;
        let most = if options.rows == 0 { ROWS } else { options.rows };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        find_rows(schema, findings, &dataset, self.context().pool()?.as_ref(), most, job)
    }
}

fn document(report: &Report<'_>) -> Document {
    let anomalies = report.anomalies();
    Document::new(&report.json())
        .answering(report.findings.none())
        .with("text", report.text())
        .with("markdown", report.markdown())
        .with("junit", report.junit())
        .with("anomalies.pb", anomalies.encode_to_vec())
        .with("anomalies.pbtxt", text::to_text(&anomalies))
}
