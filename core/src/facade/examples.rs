//! `examples`: rows as what training reads, in files with ExampleGen's names.

use super::beside::beside;
use super::call::call;
use super::{Document, ExamplesOptions, Repo};
use crate::data::ReadOptions;
use crate::data::examples::{ExampleFormat, Shards, Written};
use crate::data::split::{NOWHERE, Recipe, Splitter};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::Path;

/// The place of examples beside the data.
const FOLDER: &str = "data/examples";

impl Repo {
    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with
    /// ExampleGen's names and splits, or Parquet. They are staged where they are tracked, as they are beside the data.
    ///
    /// The document has for each part its `rows` and `files`.
    pub fn examples(&self, rev: &str, path: &RepoPath, options: &ExamplesOptions, job: &Job) -> Result<Document> {
        let used = [
            ("rev", !rev.is_empty()),
            ("to", !options.to.is_empty()),
            ("format", !options.format.is_empty()),
            ("split", !options.split.is_empty()),
            ("shards", options.shards > 0),
            ("partition", !options.partition.is_empty()),
        ];
        call(self.context(), "repo.examples", &used, || {
            let format = ExampleFormat::of(&options.format)?;
            let recipe = self.recipe_for(rev, options)?;
            let folder = self.examples_place(path, &options.to)?;
            let open = |columns: &[String]| {
                let options = ReadOptions { columns: columns.to_vec(), ..Default::default() };
                self.dataset_as(rev, path, &options, recipe.is_plain(), job)
            };
            let mut splitter = Splitter::fit(&recipe, &open, job)?;
            let dataset = open(&[])?;
            let root = self.git().work_dir()?;
            let place = folder.to_path(root);
            let mut shards = Shards::create(&place, splitter.names(), options.shards.max(1), format, dataset.schema())?;
            let (mut rows, mut left_out) = (dataset.rows(job)?, 0);
            while let Some(batch) = rows.next_batch()? {
                let parts = splitter.parts(&batch)?;
                left_out += parts.iter().filter(|p| **p == NOWHERE).count();
                shards.write(&batch, &parts)?;
            }
            let (written, removed) = shards.finish()?;
            let files = written.iter().map(|w| in_repository(root, &w.path)).collect::<Result<Vec<_>>>()?;
            let removed = removed.iter().map(|r| in_repository(root, r)).collect::<Result<Vec<_>>>()?;
            self.forget(&removed)?;
            match options.to.is_empty() {
                true => self.stage_beside(Vec::new(), files.clone(), job)?,
                false => self.stage_if_tracked(&files, job).map(drop)?,
            }
            let parts = splitter.names().iter().enumerate().map(|(n, name)| described(name, n, &written, &files));
            Ok(Document::new(&json!({
                "path": path.to_string(),
                "to": folder.to_string(),
                "format": format.name(),
                "split": if options.split.is_empty() { Value::Null } else { json!(options.split) },
                "parts": parts.collect::<Vec<_>>(),
                "left_out": left_out,
            })))
        })
    }

    /// The stored split, or ExampleGen's own.
    fn recipe_for(&self, rev: &str, options: &ExamplesOptions) -> Result<Recipe> {
        if options.split.is_empty() {
            let by = Some(options.partition.clone()).filter(|p| !p.is_empty()).into_iter().collect();
            return Recipe { by, ..Recipe::new(&[], 0, true)? }.settled();
        }
        if !options.partition.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "a stored split has no partition column")
                .remedy("Leave out the split, or the partition."));
        }
        self.recipe(rev, &options.split)
    }

    fn examples_place(&self, path: &RepoPath, to: &str) -> Result<RepoPath> {
        if !to.is_empty() {
            return RepoPath::from_bytes(to.trim_end_matches('/').as_bytes());
        }
        if path.as_bytes().iter().any(|b| b"*?[".contains(b)) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{path}: examples of a pattern have no place of their own"),
            )
            .remedy("Name the folder that they shall be written to."));
        }
        beside(path, FOLDER)
    }

    /// Takes files that are gone out of the index.
    fn forget(&self, files: &[RepoPath]) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let begin = ["--literal-pathspecs", "rm", "--quiet", "--cached", "--ignore-unmatch", "--"].map(OsString::from);
        let paths = files.iter().map(|p| p.to_path(Path::new("")).into_os_string());
        self.git().run(&begin.into_iter().chain(paths).collect::<Vec<_>>(), None).map(drop)
    }
}

fn in_repository(root: &Path, file: &Path) -> Result<RepoPath> {
    RepoPath::from_work_tree(root, root, file.as_os_str())
}

fn described(name: &str, place: usize, written: &[Written], paths: &[RepoPath]) -> Value {
    let of_part = written.iter().zip(paths).filter(|(w, _)| w.part == place);
    let files: Vec<_> =
        of_part.map(|(w, path)| json!({"path": path.to_string(), "rows": w.rows, "bytes": w.bytes})).collect();
    let rows: u64 = written.iter().filter(|w| w.part == place).map(|w| w.rows).sum();
    json!({"name": name, "rows": rows, "files": files})
}
