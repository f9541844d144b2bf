//! `split`: which rows are for training and which for testing, as a recipe that a commit keeps.

use super::call::call;
use super::{Document, Repo, SplitOptions, recipes};
use crate::data::split::{Leaks, NOWHERE, Place, Recipe, Splitter, leaks};
use crate::data::{Dataset, ReadOptions, kept, writable_ending};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;
use serde_json::{Map, Value, json};

impl Repo {
    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or
    /// checks that recipe. What is stored is staged. Without parts or folds there are `train` (0.8) and `test` (0.2).
    ///
    /// A row's part is decided by its hash, or by that of its group: rows that are appended later change no row's part. Exact
    /// shares within strata and cuts in time are found anew for each revision. The document has the rows of each part
    /// (`rows`), those of none (`left_out`), the `recipe`; and as a part its text, `recipe.toml`. A check answers no if a
    /// group or a row is in two parts, and shows where.
    pub fn split(&self, rev: &str, path: &RepoPath, options: &SplitOptions, job: &Job) -> Result<Document> {
        let used = [
            ("rev", !rev.is_empty()),
            ("parts", !options.parts.is_empty()),
            ("by", !options.by.is_empty()),
            ("stratify", !options.stratify.is_empty()),
            ("time", !options.time.is_empty()),
            ("gap", !options.gap.is_empty()),
            ("folds", options.folds > 0),
            ("buckets", options.buckets),
            ("seed", options.seed > 0),
            ("name", !options.name.is_empty()),
            ("check", options.check),
            ("to", !options.to.is_empty()),
        ];
        call(self.context(), "repo.split", &used, || {
            let name = if options.name.is_empty() { recipes::DEFAULT } else { &options.name };
            let recipe = match options.check && !describes_a_recipe(options) {
                true => self.recipe(rev, name)?,
                false => self.recipe_of(name, options)?,
            };
            let read = |columns: &[String], plain| {
                self.dataset_as(rev, path, &ReadOptions { columns: columns.to_vec(), ..Default::default() }, plain, job)
            };
            let open = |columns: &[String]| read(columns, recipe.is_plain());
            let mut splitter = Splitter::fit(&recipe, &open, job)?;
            let mut json = counted(&mut splitter, &open, job)?;
            json.insert("path".into(), path.to_string().into());
            json.insert("name".into(), name.into());
            json.insert("recipe".into(), serde_json::to_value(&recipe).map_err(|e| Error::internal(e.to_string()))?);
            json.insert("recipe_file".into(), self.recipe_place(name)?.to_string().into());
            if !options.to.is_empty() {
                json.insert("files".into(), self.write_parts(&splitter, &recipe, &read, &options.to, job)?);
            }
            if !options.check || describes_a_recipe(options) {
                self.keep_recipe(name, &recipe, job)?;
            }
            let mut answer = true;
            if options.check {
                answer = check(&splitter, &recipe, options, &open, &mut json, job)?;
            }
            Ok(Document::new(&Value::Object(json)).answering(answer).with("recipe.toml", recipe.to_toml()?))
        })
    }

    /// The recipe that the options describe; another one must not have its name already.
    fn recipe_of(&self, name: &str, options: &SplitOptions) -> Result<Recipe> {
        let recipe = Recipe {
            by: options.by.clone(),
            stratify: options.stratify.clone(),
            time: options.time.clone(),
            gap: options.gap.clone(),
            seed: options.seed,
            ..Recipe::new(&options.parts, options.folds, options.buckets)?
        };
        let recipe = recipe.settled()?;
        match self.recipe_here(name)? {
            Some(other) if other != recipe => {
                let place = self.recipe_place(name)?.to_string();
                Err(Error::new(Code::AlreadyExists, format!("{place}: the split \"{name}\" has another recipe"))
                    .remedy("Give this one another name, or remove the file first if nothing hangs on it any more.")
                    .with("path", place))
            }
            _ => Ok(recipe),
        }
    }

    /// Writes each part to a file of its name in a folder.
    fn write_parts(&self, splitter: &Splitter, recipe: &Recipe, read: &Read<'_>, to: &str, job: &Job) -> Result<Value> {
        let to = to.trim_end_matches('/');
        let (mut files, mut paths) = (Vec::new(), Vec::new());
        for (place, name) in splitter.names().iter().enumerate() {
            let dataset = read(&[], false)?;
            let ending = dataset.files().next().map_or("parquet", |f| writable_ending(&f.name));
            let path = RepoPath::from_bytes(format!("{to}/{name}.{ending}").as_bytes())?;
            let beside = if recipe.is_plain() { Some(read(splitter.columns(), true)?.rows(job)?) } else { None };
            let keep = splitter.clone().keep(place as u16, beside);
            let rows = kept(dataset.rows(job)?, dataset.name(), &[], 0, keep)?;
            let report = self.write_table(&path, rows, job)?;
            files.push(json!({"part": name, "path": path.to_string(), "rows": report.rows, "bytes": report.bytes}));
            paths.push(path);
        }
        self.stage_if_tracked(&paths, job)?;
        Ok(Value::Array(files))
    }
}

/// Opens the data set to read these columns of it, in plain types or its own.
type Read<'a> = dyn Fn(&[String], bool) -> Result<Dataset> + 'a;
type Open<'a> = dyn Fn(&[String]) -> Result<Dataset> + 'a;

/// Whether a check comes with a split to be made first.
fn describes_a_recipe(options: &SplitOptions) -> bool {
    !options.parts.is_empty()
        || options.folds > 0
        || options.buckets
        || !options.stratify.is_empty()
        || !options.time.is_empty()
}

/// The rows of each part.
fn counted(splitter: &mut Splitter, open: &Open<'_>, job: &Job) -> Result<Map<String, Value>> {
    let mut counts = vec![0u64; splitter.names().len()];
    let mut left_out = 0u64;
    let mut rows = open(splitter.columns())?.rows(job)?;
    while let Some(batch) = rows.next_batch()? {
        for part in splitter.parts(&batch)? {
            match counts.get_mut(usize::from(part)) {
                Some(count) if part != NOWHERE => *count += 1,
                _ => left_out += 1,
            }
        }
    }
    let rows: Map<String, Value> = splitter.names().iter().cloned().zip(counts.iter().map(|c| json!(c))).collect();
    let mut json = Map::new();
    json.insert("parts".into(), json!(splitter.names()));
    json.insert("rows".into(), rows.into());
    json.insert("left_out".into(), left_out.into());
    json.insert("of_rows".into(), (counts.iter().sum::<u64>() + left_out).into());
    Ok(json)
}

/// Whether no group and no row is in two parts.
fn check(
    splitter: &Splitter,
    recipe: &Recipe,
    options: &SplitOptions,
    open: &Open<'_>,
    json: &mut Map<String, Value>,
    job: &Job,
) -> Result<bool> {
    let by = if options.by.is_empty() { &recipe.by } else { &options.by };
    let shown = |leaks: &Leaks| {
        let place =
            |p: &Place| json!({"file": p.file, "row": p.row, "part": splitter.names().get(usize::from(p.part))});
        let examples = leaks.examples.iter().map(|l| json!({"first": place(&l.first), "second": place(&l.second)}));
        json!({"leaks": leaks.rows, "examples": examples.collect::<Vec<_>>()})
    };
    let duplicates = leaks(splitter, &[], open, job)?;
    json.insert("duplicates".into(), shown(&duplicates));
    let mut answer = duplicates.rows == 0;
    if !by.is_empty() {
        let groups = leaks(splitter, by, open, job)?;
        let mut found = shown(&groups);
        found["columns"] = json!(by);
        json.insert("groups".into(), found);
        answer &= groups.rows == 0;
    }
    Ok(answer)
}
