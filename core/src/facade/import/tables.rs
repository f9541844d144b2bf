//! Samples and profiles of what was imported: which of its files are tables, and which of them are one data set.

use super::Target;
use super::options::{Choices, OnError};
use crate::error::Result;
use crate::facade::{ProfileOptions, Repo};
use crate::import::Record;
use crate::job::Job;
use crate::repo::RepoPath;
use std::collections::BTreeMap;

/// Endings of files that are tables, without that of a compression.
const TABLES: [&str; 13] = [
    "csv",
    "tsv",
    "json",
    "jsonl",
    "ndjson",
    "parquet",
    "pq",
    "arrow",
    "feather",
    "ipc",
    "avro",
    "tfrecord",
    "tfrecords",
];
const COMPRESSIONS: [&str; 4] = ["gz", "zst", "bz2", "xz"];

impl Repo {
    /// Does what was asked for with each data set of the import.
    pub(super) fn sample_and_profile(
        &self,
        target: &Target,
        record: &Record,
        choices: &Choices,
        job: &Job,
    ) -> Result<()> {
        if choices.sample.is_none() && !choices.profile {
            return Ok(());
        }
        let on_error = match choices.on_error {
            OnError::Stop => "stop",
            OnError::Skip => "skip",
            OnError::Quarantine => "quarantine",
        };
        for path in data_sets(target, record)? {
            job.check()?;
            if let Some(options) = &choices.sample {
                self.sample("", &path, options, job)?;
            }
            if choices.profile {
                let options = ProfileOptions { write: true, on_error: on_error.into(), ..Default::default() };
                self.profile("", &path, &options, job)?;
            }
        }
        Ok(())
    }
}

/// A table's format by its name.
fn format_of(name: &str) -> Option<String> {
    let lower = name.rsplit('/').next()?.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('.').skip(1).collect();
    if parts.last().is_some_and(|p| COMPRESSIONS.contains(p)) {
        parts.pop();
    }
    parts.pop().filter(|p| TABLES.contains(p)).map(str::to_owned)
}

/// Tables of one format in one folder (or in its partitions, `name=value/`) are one data set; others are one each.
fn data_sets(target: &Target, record: &Record) -> Result<Vec<RepoPath>> {
    let mut folders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in record.files() {
        // A name that is not UTF-8 is no table that could be read by its name.
        let Ok(name) = std::str::from_utf8(&file.path.0) else { continue };
        if let Some(format) = format_of(name) {
            folders.entry(folder_of(name)).or_default().push((name.to_owned(), format));
        }
    }
    let mut sets = Vec::new();
    for (folder, mut files) in folders {
        files.sort();
        let one_format = files.iter().all(|f| f.1 == files[0].1);
        let partitioned = files.iter().any(|f| f.0.contains('='));
        if one_format && (files.len() > 1 || partitioned) {
            sets.push(if folder.is_empty() { target.to.clone() } else { target.path(folder.as_bytes())? });
        } else {
            for (name, _) in files {
                sets.push(target.path(name.as_bytes())?);
            }
        }
    }
    sets.sort();
    Ok(sets)
}

/// The folder of a file, above its partitions.
fn folder_of(name: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    while parts.last().is_some_and(|p| p.contains('=')) {
        parts.pop();
    }
    parts.join("/")
}
