//! `read_rows` and `write_rows`: tables out of a revision and into the work tree.

use super::Repo;
use super::call::call;
use crate::data::{self, ReadOptions, Rows, WriteReport};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;
use crate::store::files::{open_up, write_atomically};
use arrow::record_batch::RecordBatchReader;

impl Repo {
    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted
    /// columns and rows need is fetched. The file's name says its format: `.csv`, `.tsv` (with a header line; types are
    /// found out from the first rows), `.jsonl`, `.ndjson`, `.parquet`, `.arrow`, `.feather`, `.ipc`.
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
        ];
        call(self.context(), "repo.read_rows", &used, || {
            job.check()?;
            self.dataset(rev, path, options, job)?.rows(job)
        })
    }

    /// Writes a stream of rows to a file in the work tree, in the format that its name says. The file is there whole or
    /// not at all; `add` then versions it.
    pub fn write_rows(&self, path: &RepoPath, rows: impl RecordBatchReader, job: &Job) -> Result<WriteReport> {
        call(self.context(), "repo.write_rows", &[], || {
            let name = path.to_string();
            data::Format::of(&name)?;
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
        })
    }
}
