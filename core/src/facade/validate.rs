//! `validate`: Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.

use super::call::call;
use super::schema::schema_file;
use super::{Document, Repo, ValidateOptions};
use crate::data::ReadOptions;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::log::Level;
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
            let file = self.schema_to_hold_to(rev, path, options)?;
            let unknown = file.unknown();
            let schema = file.schema;
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
            let ignored = (!unknown.is_empty())
                .then(|| format!("the schema says what is not known here, and is not checked: {}", unknown.join(", ")));
            let no_rows = match self.example_rows(rev, path, options, (&schema, &mut findings), job) {
                Err(e) if is_out_of_reach(e.code()) => Some(format!("no rows are shown: {}", e.message())),
                done => done.map(|()| None)?,
            };
            let notes: Vec<String> = [ignored, no_rows].into_iter().flatten().collect();
            let note = (!notes.is_empty()).then(|| notes.join("; "));
            if let Some(note) = &note {
                self.tell(Level::Warn, "validate", || note.clone());
            }
            let name = if rev.is_empty() { path.to_string() } else { format!("{rev}:{path}") };
            Ok(document(&Report { name, schema: &schema, findings: &findings, rows: statistics.num_examples, note }))
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

/// Anomalies are known from statistics alone; rows are not, and their data may be elsewhere.
fn is_out_of_reach(code: Code) -> bool {
    use Code as C;
    matches!(
        code,
        C::MissingData
            | C::NotFound
            | C::NotTracked
            | C::StoreNotConfigured
            | C::StoreUnreachable
            | C::StorePermission
            | C::StoreNotAccepted
    )
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::repo::testing::Fixture;
    use crate::{Context, ProfileOptions, SchemaOptions};
    use serde_json::Value;

    const CSV: &str = "fare,kind\n1.5,cash\n2.5,card\n7.25,cash\n";

    fn path(text: &str) -> RepoPath {
        RepoPath::from_bytes(text.as_bytes()).unwrap()
    }

    fn repo_with(csv: &str) -> (Fixture, Repo) {
        let f = Fixture::new();
        let repo = Repo::open(f.root(), &Context::default()).unwrap();
        repo.track(&["data/".into()]).unwrap();
        add(&f, &repo, "data/t.csv", csv);
        (f, repo)
    }

    fn add(f: &Fixture, repo: &Repo, name: &str, csv: &str) {
        f.write(name, csv);
        repo.add(&[path(name)], &Job::new()).unwrap();
    }

    fn json(document: &Document) -> Value {
        serde_json::from_str(document.json()).unwrap()
    }

    #[test]
    fn what_a_schema_says_that_is_not_known_is_told_and_not_checked() {
        let (f, repo) = repo_with("id\n1\n");
        f.write("s.pbtxt", "feature { name: \"id\" type: INT typo: 3 }\n");
        let schema = f.root().join("s.pbtxt").display().to_string();
        let options = ValidateOptions { schema, ..Default::default() };
        let found = repo.validate("", &path("data/t.csv"), &options, &Job::new()).unwrap();
        assert!(found.answer());
        assert!(json(&found)["note"].as_str().unwrap().ends_with("feature[id].typo"), "{}", found.json());
    }

    #[test]
    fn a_schema_is_written_and_later_data_is_held_to_it_with_rows_and_a_change() {
        let (f, repo) = repo_with(CSV);
        let (job, t) = (Job::new(), path("data/t.csv"));
        let accept = vec!["fare:range".to_owned()];
        let schema = repo.schema("", &t, &SchemaOptions { accept, write: true, ..Default::default() }, &job).unwrap();
        assert_eq!(json(&schema)["source"], "inferred");
        assert!(f.read("data/t.csv.octo/schema.pbtxt").contains("max: 7.25"));
        assert!(repo.validate("", &t, &ValidateOptions::default(), &job).unwrap().answer());
        f.run(&["add", "-A"]);
        f.run(&["-c", "filter.octostore.clean=cat", "commit", "-qm", "One"]);

        add(&f, &repo, "data/t.csv", &format!("{CSV}100,cheque\n-2,cash\n"));
        let found = repo.validate("", &t, &ValidateOptions::default(), &job).unwrap();
        assert!(!found.answer());
        let anomalies = json(&found)["anomalies"].clone();
        assert_eq!(anomalies[0]["types"], serde_json::json!(["FLOAT_TYPE_SMALL_FLOAT", "FLOAT_TYPE_BIG_FLOAT"]));
        let row = |row: u64, value: &str, kind: &str| serde_json::json!({"file": "data/t.csv", "row": row, "value": value, "type": kind});
        let rows = [row(4, "100", "FLOAT_TYPE_BIG_FLOAT"), row(5, "-2", "FLOAT_TYPE_SMALL_FLOAT")];
        assert_eq!(anomalies[0]["rows"], serde_json::json!(rows));
        assert_eq!(anomalies[1]["rows"], serde_json::json!([row(4, "cheque", "ENUM_TYPE_UNEXPECTED_STRING_VALUES")]));
        assert_eq!(anomalies[1]["change"][0]["after"], "\"cheque\"");
        // The commit's data is what it was.
        assert!(repo.validate("HEAD", &t, &ValidateOptions::default(), &job).unwrap().answer());
    }

    #[test]
    fn statistics_of_other_data_are_not_believed() {
        let (f, repo) = repo_with(CSV);
        let (job, t) = (Job::new(), path("data/t.csv"));
        repo.profile("", &t, &ProfileOptions { write: true, ..Default::default() }, &job).unwrap();
        assert!(f.read("data/t.csv.octo/schema.pbtxt").contains("domain: \"kind\""));
        assert!(repo.validate("", &t, &ValidateOptions::default(), &job).unwrap().answer());
        add(&f, &repo, "data/t.csv", &format!("{CSV}1,cheque\n"));
        let found = repo.validate("", &t, &ValidateOptions::default(), &job).unwrap();
        assert_eq!((&json(&found)["rows"], found.answer()), (&4.into(), false));
    }

    #[test]
    fn drift_is_measured_from_a_revision_or_another_path() {
        let (f, repo) = repo_with(CSV);
        let (job, t) = (Job::new(), path("data/t.csv"));
        let accept = vec!["kind:drift".to_owned()];
        repo.schema("", &t, &SchemaOptions { accept, write: true, ..Default::default() }, &job).unwrap();
        f.run(&["add", "-A"]);
        f.run(&["-c", "filter.octostore.clean=cat", "commit", "-qm", "One"]);
        add(&f, &repo, "data/t.csv", "fare,kind\n1.5,card\n2.5,card\n7.25,cash\n");
        add(&f, &repo, "data/old.csv", CSV);
        for against in ["HEAD", "data/old.csv"] {
            let options = ValidateOptions { against: against.to_owned(), ..Default::default() };
            let found = repo.validate("", &t, &options, &job).unwrap();
            assert_eq!(
                json(&found)["anomalies"][0]["types"],
                serde_json::json!(["COMPARATOR_L_INFTY_HIGH"]),
                "{against}"
            );
        }
        let options = ValidateOptions { against: "no such thing".to_owned(), ..Default::default() };
        assert_eq!(repo.validate("", &t, &options, &job).unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn schemas_are_compared_with_a_file_and_unknown_fields_stay() {
        let (f, repo) = repo_with(CSV);
        let (job, t) = (Job::new(), path("data/t.csv"));
        let newer = "feature {\n  name: \"fare\"\n  type: FLOAT\n  newer_rule: 3\n}\nfeature {\n  name: \"kind\"\n  type: BYTES\n}\n";
        f.write("data/t.csv.octo/schema.pbtxt", newer);
        let accept = vec!["fare:non-negative".to_owned()];
        let options = SchemaOptions { accept, write: true, ..Default::default() };
        assert_eq!(json(&repo.schema("", &t, &options, &job).unwrap())["source"], "stored");
        let written = f.read("data/t.csv.octo/schema.pbtxt");
        assert!(written.contains("newer_rule: 3") && written.contains("min: 0.0"), "{written}");
        f.write("old.pbtxt", newer);
        let against = f.path("old.pbtxt").to_string_lossy().into_owned();
        let compared = repo.schema("", &t, &SchemaOptions { against, ..Default::default() }, &job).unwrap();
        assert!(!compared.answer());
        assert_eq!(json(&compared)["differences"][1]["place"], "feature[fare].float_domain.min");
        let wrong = SchemaOptions { accept: vec!["fare:nonsense".into()], ..Default::default() };
        assert_eq!(repo.schema("", &t, &wrong, &job).unwrap_err().code(), Code::InvalidArgument);
    }

    #[test]
    fn data_without_a_schema_is_not_valid_by_default() {
        let (_f, repo) = repo_with(CSV);
        let error = repo.validate("", &path("data/t.csv"), &ValidateOptions::default(), &Job::new()).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        assert!(error.hint().contains("--write"));
    }
}
