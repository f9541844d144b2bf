//! Samples and profiles of what was imported: which of its files are tables, and which of them are one data set.

use super::Target;
use super::options::{Choices, OnError};
use crate::data::{Format, ReadOptions};
use crate::error::Result;
use crate::facade::{ProfileOptions, Repo};
use crate::import::Record;
use crate::job::Job;
use crate::repo::RepoPath;
use std::collections::BTreeMap;

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
        for path in self.data_sets(target, record, job)? {
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

    /// Tables of one schema in one folder, or in its partitions (`name=value/`), are one data set; others are
    /// one each; a folder of nothing but images is one too.
    fn data_sets(&self, target: &Target, record: &Record, job: &Job) -> Result<Vec<RepoPath>> {
        let mut sets = Vec::new();
        for (folder, files) in groups(record) {
            let place = if folder.is_empty() { target.to.clone() } else { target.path(folder.as_bytes())? };
            let files = files.iter().map(|f| target.path(f.as_bytes())).collect::<Result<Vec<_>>>()?;
            if !target.single && self.is_one_table(&place, &files, job)? {
                sets.push(place);
            } else {
                sets.extend(files);
            }
        }
        if sets.is_empty() && self.table_pointers("", &target.to).is_ok() {
            sets.push(target.to.clone());
        }
        sets.sort();
        Ok(sets)
    }

    fn is_one_table(&self, folder: &RepoPath, files: &[RepoPath], job: &Job) -> Result<bool> {
        let partitioned = files.iter().any(|f| f.as_bytes()[folder.as_bytes().len()..].contains(&b'='));
        if files.len() < 2 && !partitioned {
            return Ok(false);
        }
        // Read as a whole, a folder is all tables below it.
        let Ok((_, below)) = self.table_pointers("", folder) else { return Ok(false) };
        if below.len() != files.len() || !below.iter().all(|(path, _)| files.contains(path)) {
            return Ok(false);
        }
        let mut first = None;
        for file in files {
            // One that cannot be read is told by what is asked for next.
            let Ok(dataset) = self.dataset("", file, &ReadOptions::default(), job) else { return Ok(false) };
            let names: Vec<String> = dataset.schema().fields().iter().map(|f| f.name().clone()).collect();
            if *first.get_or_insert_with(|| names.clone()) != names {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The tables, by the folder that they could be one data set of.
fn groups(record: &Record) -> BTreeMap<String, Vec<String>> {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in record.files() {
        // A name that is not UTF-8 is no table that could be read by its name.
        let Ok(name) = std::str::from_utf8(&file.path.0) else { continue };
        if is_table(name) {
            folders.entry(folder_of(name)).or_default().push(name.to_owned());
        }
    }
    folders.values_mut().for_each(|files| files.sort());
    folders
}

/// Whether a file is surely a table: of text files without an ending of tables some are, and most are not.
fn is_table(name: &str) -> bool {
    let text = name.to_ascii_lowercase();
    let format = Format::named(name).map(|f| f.0);
    !text.ends_with(".txt") && format.is_ok_and(|f| f != Format::Image)
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
