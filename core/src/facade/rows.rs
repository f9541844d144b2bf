//! `read_rows` and `write_rows`: tables out of a revision and into the work tree.

use super::Repo;
use super::call::call;
use super::recipes;
use crate::data::sample::{self, Size};
use crate::data::split::Splitter;
use crate::data::{self, Keep, ReadOptions, Rows, WriteReport};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;
use crate::store::files::{open_up, write_atomically};
use arrow::array::RecordBatch;
use arrow::record_batch::RecordBatchReader;

impl Repo {
    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns
    /// and rows need is fetched. The path is a file's, whose name says its format (`.csv`, `.jsonl`, `.parquet`, `.arrow`,
    /// `.avro`, `.tfrecord`, and more; text may be compressed); a folder's, and then all tables below it are one; or a pattern.
    /// Options choose columns or a recorded selection of them, and rows: a part of a stored split, a sample, or both.
    ///
    /// ```
    /// # use octostore::{Context, InitOptions, Job, Repo};
    /// use octostore::{ReadOptions, RepoPath, Table};
    /// # let work = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).current_dir(&work).status()?.success());
    /// # let job = Job::new();
    /// # let repo = Repo::init(&work, &InitOptions::default(), &Context::default(), &job)?;
    /// # repo.track(&["*.csv".into()])?;
    /// std::fs::write(work.path().join("ages.csv"), "name,age\nAda,36\nBob,52\n")?;
    /// repo.add(&[], &job)?;
    /// let options = ReadOptions { columns: vec!["age".into()], ..Default::default() };
    /// let ages = repo.read_rows("", &RepoPath::from_bytes(b"ages.csv")?, &options, &job)?;
    /// let table = Table::new(ages)?;
    /// assert_eq!((table.rows(), table.columns()), (2, 1));
    /// repo.write_rows(&RepoPath::from_bytes(b"ages.parquet")?, table.reader(), &job)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_rows(&self, rev: &str, path: &RepoPath, options: &ReadOptions, job: &Job) -> Result<Rows> {
        let used = [
            ("rev", !rev.is_empty()),
            ("columns", !options.columns.is_empty()),
            ("limit", options.limit > 0),
            ("batch_rows", options.batch_rows > 0),
            ("split", !options.split.is_empty()),
            ("sample", !options.sample.is_empty()),
            ("selection", !options.selection.is_empty()),
            ("on_error", !options.on_error.is_empty()),
        ];
        call(self.context(), "repo.read_rows", &used, || {
            job.check()?;
            let options = ReadOptions { columns: self.wanted_columns(rev, path, options)?, ..options.clone() };
            if options.split.is_empty() && options.sample.is_empty() {
                return self.dataset(rev, path, &options, job)?.rows(job);
            }
            self.chosen_rows(rev, path, &options, job)
        })
    }

    /// The columns that were asked for, of those that the selection has.
    fn wanted_columns(&self, rev: &str, path: &RepoPath, options: &ReadOptions) -> Result<Vec<String>> {
        if options.selection.is_empty() {
            return Ok(options.columns.clone());
        }
        let selected = self.selection(rev, &options.selection, path)?;
        if let Some(column) = options.columns.iter().find(|c| !selected.contains(c)) {
            return Err(Error::new(
                Code::NotFound,
                format!("column \"{column}\" is not in the selection \"{}\"", options.selection),
            )
            .remedy(format!("Its columns are: {}.", selected.join(", ")))
            .with("column", column.as_str()));
        }
        Ok(if options.columns.is_empty() { selected } else { options.columns.clone() })
    }

    /// The rows of a part of a split, or of a sample, or of both. What decides is read with what was asked for: a row's part
    /// never hangs on which columns somebody wants of it.
    fn chosen_rows(&self, rev: &str, path: &RepoPath, options: &ReadOptions, job: &Job) -> Result<Rows> {
        let open = |columns: &[String], plain: bool| {
            let options = ReadOptions {
                columns: columns.to_vec(),
                batch_rows: options.batch_rows,
                on_error: options.on_error.clone(),
                ..Default::default()
            };
            self.dataset_as(rev, path, &options, plain, job)
        };
        let mut keeps: Vec<Keep> = Vec::new();
        let mut deciding = Vec::new();
        let mut all = options.columns.is_empty();
        if !options.split.is_empty() {
            let (name, part) = options.split.split_once('/').unwrap_or((recipes::DEFAULT, &options.split));
            let recipe = self.recipe(rev, name)?;
            let splitter = Splitter::fit(&recipe, &|columns| open(columns, recipe.is_plain()), job)?;
            let part = splitter.part(part)?;
            if recipe.is_plain() {
                refuse_skipping(options)?;
                let beside = open(splitter.columns(), true)?.rows(job)?;
                keeps.push(splitter.keep(part, Some(beside)));
            } else {
                all |= splitter.columns().is_empty();
                deciding.extend_from_slice(splitter.columns());
                keeps.push(splitter.keep(part, None));
            }
        }
        if !options.sample.is_empty() {
            let Size::Fraction(fraction) = sample::Plan::parse(&options.sample)?.size else {
                return Err(Error::new(Code::InvalidArgument, "rows are read as a fraction, not a number, of all")
                    .remedy("Name a fraction such as 0.01; \"octostore sample\" draws a number of rows."));
            };
            all = true;
            keeps.push(sample::by_fraction(fraction));
        }
        let needed = if all { Vec::new() } else { [&options.columns[..], &deciding].concat() };
        let dataset = open(&needed, false)?;
        let keep = move |batch: &RecordBatch| {
            let mut kept = vec![true; batch.num_rows()];
            for keep in &mut keeps {
                kept.iter_mut().zip(keep(batch)?).for_each(|(kept, also)| *kept &= also);
            }
            Ok(kept)
        };
        data::kept(dataset.rows(job)?, dataset.name(), &options.columns, options.limit, Box::new(keep))
    }

    /// Writes a stream of rows to a file in the work tree, in the format that its name says. The file is there whole or
    /// not at all; `add` then versions it.
    pub fn write_rows(&self, path: &RepoPath, rows: impl RecordBatchReader, job: &Job) -> Result<WriteReport> {
        call(self.context(), "repo.write_rows", &[], || self.write_table(path, rows, job))
    }

    /// Writes rows to a file of the work tree, whole or not at all.
    pub(super) fn write_table(&self, path: &RepoPath, rows: impl RecordBatchReader, job: &Job) -> Result<WriteReport> {
        let name = path.to_string();
        data::can_write(&name)?;
        let file = path.to_path(self.git().work_dir()?);
        if file.is_dir() {
            return Err(Error::new(Code::UnsupportedPath, format!("{name} is a folder"))
                .remedy("Name a file.")
                .with("path", name.as_str()));
        }
        let mut result = Ok(WriteReport::default());
        let written = write_atomically(&file, |f| {
            open_up(f)?;
            result = data::write(&name, rows, f, job);
            if result.is_ok() { Ok(()) } else { Err(std::io::ErrorKind::Other.into()) }
        });
        // What the rows or their format failed with says more than that nothing was written.
        let report = result?;
        written.map(|()| report)
    }
}

/// The rows that are left out hang on the types that columns are read in, of which a split by buckets needs two.
fn refuse_skipping(options: &ReadOptions) -> Result<()> {
    if matches!(options.on_error.as_str(), "" | "stop") {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, "rows of ExampleGen's buckets cannot be read while some are left out")
        .remedy("Correct the rows that cannot be read, or split by hash.")
        .with("option", "on_error"))
}
