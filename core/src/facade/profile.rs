//! `profile`: statistics, schema and example rows of a table, kept beside it, in the same commit, if asked to.

use super::call::call;
use super::states::KeptStates;
use super::tables::content_id;
use super::{Document, ProfileOptions, Repo};
use crate::context::Context;
use crate::data::{Dataset, ReadOptions, SourceFile, table_files};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::profile::messages::Message;
use crate::profile::schema::{DatasetView, SchemaFile, infer};
use crate::profile::statistics::{Profiled, ProfilerOptions, States, profile};
use crate::repo::RepoPath;
use crate::store::files::{open_up, read_if_there, write_atomically};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The side files that a profile writes.
const STATISTICS: &str = "statistics.pb";
const REPORT: &str = "statistics.json";
const SCHEMA: &str = "schema.pbtxt";
const EXAMPLES: &str = "examples.jsonl";
/// The mergeable state of the statistics.
const STATE: &str = "data/parts.bin";
const QUARANTINE: &str = "data/quarantine.jsonl";

impl Repo {
    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows. What
    /// was profiled before, of the same bytes with the same options, is not read again.
    ///
    /// The document's parts are `statistics.pb` (TensorFlow Metadata's `DatasetFeatureStatisticsList`), `statistics.json` (the
    /// report), `schema.pbtxt` (what is inferred from them) and `examples.jsonl` (a hundred rows).
    pub fn profile(&self, rev: &str, path: &RepoPath, options: &ProfileOptions, job: &Job) -> Result<Document> {
        call(self.context(), "repo.profile", &used(rev, options), || self.profiled(rev, path, options, job))
    }

    /// The same, for other calls.
    pub(super) fn profiled(&self, rev: &str, path: &RepoPath, options: &ProfileOptions, job: &Job) -> Result<Document> {
        job.check()?;
        let read = read_options(options);
        let dataset = self.dataset_as(rev, path, &read, options.tfdv, job)?.with_dictionaries();
        let states = KeptStates::of(self);
        // A state does not know which rows were left out on the way to it.
        let states = Some(&states as &dyn States).filter(|_| matches!(options.on_error.as_str(), "" | "stop"));
        let pool = self.context().pool()?;
        let profiled = profile(&dataset, &profiler_options(options), states, &pool, job)?;
        let name = if options.tfdv { String::new() } else { path.to_string() };
        let document = document(&name, &dataset, &profiled)?;
        if options.write {
            let files = side_files(&document, &dataset, &profiled, options)?;
            let schema = self.read_beside("", path, SCHEMA)?;
            // A schema that is there may be a person's work.
            let kept = |name: &&str| *name != SCHEMA || schema.is_none();
            let files: Vec<(&str, &[u8])> =
                files.iter().map(|(n, b)| (*n, b.as_slice())).filter(|(n, _)| kept(n)).collect();
            self.write_beside(path, &files, job)?;
        }
        Ok(document)
    }
}

/// Computes statistics and schema of table files, or of all tables in folders, outside of any repository, as
/// [`Repo::profile`] does. With `write`, the files are written beside the only path, in `<path>.octo/`.
pub fn profile_files(paths: &[PathBuf], options: &ProfileOptions, context: &Context, job: &Job) -> Result<Document> {
    call(context, "profile_files", &used("", options), || {
        job.check()?;
        let (name, files) = local_files(paths)?;
        let read = read_options(options);
        let dataset = match options.tfdv {
            true => Dataset::open_plain(&name, files, &read, job)?,
            false => Dataset::open(&name, files, &read, job)?,
        };
        let dataset = dataset.with_dictionaries();
        let profiled = profile(&dataset, &profiler_options(options), None, &*context.pool()?, job)?;
        let name = if options.tfdv { String::new() } else { name };
        let document = document(&name, &dataset, &profiled)?;
        if options.write {
            let [path] = paths else {
                return Err(Error::new(Code::InvalidArgument, "files can be written beside one path only")
                    .remedy("Name one file or folder, or take the document's parts."));
            };
            let mut folder = path.as_os_str().to_owned();
            folder.push(".octo");
            let folder = PathBuf::from(folder);
            for (name, bytes) in side_files(&document, &dataset, &profiled, options)? {
                let file = folder.join(name);
                if name == SCHEMA && read_if_there(&file)?.is_some() {
                    continue;
                }
                write_atomically(&file, |f| {
                    open_up(f)?;
                    f.write_all(&bytes)
                })?;
            }
        }
        Ok(document)
    })
}

fn used(rev: &str, options: &ProfileOptions) -> [(&'static str, bool); 7] {
    [
        ("rev", !rev.is_empty()),
        ("tfdv", options.tfdv),
        ("columns", !options.columns.is_empty()),
        ("weight", !options.weight.is_empty()),
        ("slices", !options.slices.is_empty()),
        ("write", options.write),
        ("on_error", !options.on_error.is_empty()),
    ]
}

/// The columns that are asked for, with those that weigh and slice.
fn read_options(options: &ProfileOptions) -> ReadOptions {
    let mut columns = options.columns.clone();
    if !columns.is_empty() {
        let others = options.slices.iter().chain([&options.weight]).filter(|c| !c.is_empty());
        columns.extend(others.filter(|c| !options.columns.contains(c)).cloned());
    }
    ReadOptions { columns, on_error: options.on_error.clone(), ..ReadOptions::default() }
}

fn profiler_options(options: &ProfileOptions) -> ProfilerOptions {
    let ProfileOptions { tfdv, weight, slices, .. } = options;
    ProfilerOptions { tfdv: *tfdv, weight: weight.clone(), slices: slices.clone() }
}

fn document(name: &str, dataset: &Dataset, profiled: &Profiled) -> Result<Document> {
    let statistics = profiled.profiler.finish_all(name);
    let mut report = profiled.profiler.report(name);
    if let Value::Object(report) = &mut report {
        report.insert("parts".into(), json!({ "all": profiled.parts, "reused": profiled.reused }));
        report.insert("data".into(), content_id(dataset.files()).into());
        report.insert("rows_left_out".into(), dataset.skipped().into());
        report.insert("notes".into(), dataset.notes().into());
    }
    let schema = statistics.datasets.first().map(|d| infer(&DatasetView::new(d))).unwrap_or_default();
    let document = Document::new(&report)
        .with(STATISTICS, statistics.encode_to_vec())
        .with(REPORT, stored_report(report)?)
        .with(SCHEMA, SchemaFile::made(schema).text())
        .with(EXAMPLES, profiled.profiler.examples());
    Ok(document)
}

/// The report as it is kept: on lines, for people who compare versions, and without what differs from run to run.
fn stored_report(mut report: Value) -> Result<String> {
    if let Value::Object(report) = &mut report {
        report.remove("parts");
    }
    let text = serde_json::to_string_pretty(&report);
    text.map(|t| t + "\n").map_err(|e| Error::internal(format!("writing a report: {e}")))
}

type Named = (&'static str, Vec<u8>);

fn side_files(
    document: &Document,
    dataset: &Dataset,
    profiled: &Profiled,
    options: &ProfileOptions,
) -> Result<Vec<Named>> {
    let mut files: Vec<Named> =
        document.names().filter_map(|name| Some((name, document.part(name)?.to_vec()))).collect();
    files.push((STATE, profiled.profiler.to_bytes()?));
    if options.on_error == "quarantine" && dataset.skipped() > 0 {
        let line = |r: &crate::data::Rejected| {
            json!({ "file": r.file, "row": r.row, "column": r.column, "why": r.why, "text": r.text }).to_string() + "\n"
        };
        files.push((QUARANTINE, dataset.rejected().iter().map(line).collect::<String>().into_bytes()));
    }
    Ok(files)
}

/// The files that paths mean, and a name for all of them.
fn local_files(paths: &[PathBuf]) -> Result<(String, Vec<SourceFile>)> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(SourceFile::local(shown(path), path)?);
            continue;
        }
        let mut below = Vec::new();
        list(path, &mut below)?;
        let named: Vec<(String, &PathBuf)> = below.iter().map(|p| (shown(p), p)).collect();
        let folder = format!("{}/", shown(path).trim_end_matches('/'));
        for name in table_files(&folder, named.iter().map(|(n, _)| n.as_str()))? {
            if let Some((name, path)) = named.iter().find(|(n, _)| n == name) {
                files.push(SourceFile::local(name.as_str(), path)?);
            }
        }
    }
    let name = match paths {
        [] => {
            return Err(Error::new(Code::InvalidArgument, "no path is named").remedy("Name a table file or a folder."));
        }
        [only] if only.is_dir() => format!("{}/", shown(only).trim_end_matches('/')),
        [only] => shown(only),
        [first, ..] => format!("{} and {} more", shown(first), paths.len() - 1),
    };
    Ok((name, files))
}

/// A path as messages show it, with `/` between its parts.
fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// The files below a folder, in the order of their names.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| Error::io(folder, "listing a folder", e);
    let entries = std::fs::read_dir(folder).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ContextOptions;
    use crate::repo::testing::Fixture;

    fn path(text: &str) -> RepoPath {
        RepoPath::from_bytes(text.as_bytes()).unwrap()
    }

    fn with_threads(threads: usize) -> Context {
        Context::new(ContextOptions { threads, ..Default::default() })
    }

    fn report(document: &Document) -> Value {
        serde_json::from_str(document.json()).unwrap()
    }

    fn trips(from: u32, to: u32) -> String {
        let rows = (from..to).map(|n| format!("{n},{}.5,{}\n", n % 7, if n % 3 == 0 { "Cash" } else { "Card" }));
        "id,fare,paid\n".to_owned() + &rows.collect::<String>()
    }

    #[test]
    fn a_profile_is_written_beside_the_data_and_staged_and_a_schema_of_a_person_stays() {
        let f = Fixture::new();
        let repo = Repo::open(f.root(), &Context::default()).unwrap();
        repo.track(&["data/".into()]).unwrap();
        f.write("data/trips.csv", trips(0, 500));
        f.write("data/trips.csv.octo/schema.pbtxt", "# ours\n");
        let job = Job::new();
        repo.add(&[], &job).unwrap();
        let (data, options) = (path("data/trips.csv"), ProfileOptions { write: true, ..Default::default() });
        let document = repo.profile("", &data, &options, &job).unwrap();
        let names: Vec<_> = document.names().collect();
        assert_eq!(names, [EXAMPLES, SCHEMA, REPORT, STATISTICS]);
        let staged = f.run(&["ls-files", "data/trips.csv.octo"]);
        let wanted = ["data/parts.bin", EXAMPLES, REPORT, STATISTICS];
        assert_eq!(staged.lines().collect::<Vec<_>>(), wanted.map(|n| format!("data/trips.csv.octo/{n}")));
        assert_eq!(f.read("data/trips.csv.octo/schema.pbtxt"), "# ours\n");
        let kept = repo.read_beside("", &data, STATISTICS).unwrap();
        assert_eq!(kept.as_deref(), document.part(STATISTICS));
        assert_eq!(document.part(EXAMPLES).unwrap().iter().filter(|b| **b == b'\n').count(), 100);
    }

    #[test]
    fn what_was_profiled_before_is_not_read_again_and_gives_the_same_bytes() {
        let f = Fixture::new();
        let repo = Repo::open(f.root(), &Context::default()).unwrap();
        repo.track(&["data/".into()]).unwrap();
        let (folder, job, options) = (path("data"), Job::new(), ProfileOptions::default());
        f.write("data/a.csv", trips(0, 500));
        repo.add(&[], &job).unwrap();
        let parts = |d: &Document| (report(d)["parts"]["all"].clone(), report(d)["parts"]["reused"].clone());
        let first = repo.profile("", &folder, &options, &job).unwrap();
        assert_eq!(parts(&first), (1.into(), 0.into()));
        f.write("data/b.csv", trips(500, 520));
        repo.add(&[], &job).unwrap();
        let second = repo.profile("", &folder, &options, &job).unwrap();
        assert_eq!(parts(&second), (2.into(), 1.into()));
        assert_eq!(report(&second)["rows"], 520);
        // A damaged state is made anew, and nobody notices.
        for state in std::fs::read_dir(repo.root().join("profile")).unwrap() {
            std::fs::write(state.unwrap().path(), "broken").unwrap();
        }
        let third = repo.profile("", &folder, &options, &job).unwrap();
        assert_eq!(parts(&third), (2.into(), 0.into()));
        let without_parts = |d: &Document| d.names().map(|n| d.part(n).unwrap().to_vec()).collect::<Vec<_>>();
        assert_eq!(without_parts(&second), without_parts(&third));
        let outside = profile_files(&[f.path("data")], &options, &with_threads(1), &job).unwrap();
        assert_eq!(outside.part(EXAMPLES), third.part(EXAMPLES));
        assert_eq!(report(&outside)["features"], report(&third)["features"]);
    }

    #[test]
    fn options_choose_columns_weights_slices_and_what_a_bad_row_does() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, trips(0, 90)).unwrap();
        let (files, job) = (vec![file.clone()], Job::new());
        let options = ProfileOptions {
            columns: vec!["id".into()],
            weight: "fare".into(),
            slices: vec!["paid".into()],
            write: true,
            ..Default::default()
        };
        let document = profile_files(&files, &options, &Context::default(), &job).unwrap();
        let report = report(&document);
        assert_eq!((report["columns"].as_u64(), report["slices"]["paid_Cash"]["rows"].as_u64()), (Some(3), Some(30)));
        assert!(report["weight"]["sum"].as_f64().unwrap() > 0.0);
        assert!(folder.path().join("t.csv.octo/statistics.pb").exists());
        assert!(folder.path().join("t.csv.octo/data/parts.bin").exists());
        let missing = ProfileOptions { weight: "nothing".into(), ..Default::default() };
        assert_eq!(profile_files(&files, &missing, &Context::default(), &job).unwrap_err().code(), Code::NotFound);
        assert_eq!(profile_files(&[], &options, &Context::default(), &job).unwrap_err().code(), Code::InvalidArgument);
        let cancel = crate::Cancel::new();
        cancel.cancel();
        let stopped = profile_files(&files, &options, &Context::default(), &Job::new().cancel_with(&cancel));
        assert_eq!(stopped.unwrap_err().code(), Code::Cancelled);
    }
}
