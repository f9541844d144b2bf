//! What a repository keeps about how its rows are read: split recipes in `.octostore/splits/`, selections of columns in
//! `.octostore/selections/`.

use super::Repo;
use crate::data::split::{Recipe, is_name};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{RepoPath, attributes, revs};
use crate::store::files::{open_up, read_if_there, write_atomically};
use std::io::Write;

/// The name of a recipe that nobody named.
pub(super) const DEFAULT: &str = "default";

/// A recorded selection: the columns of each table, or, written by hand, the same ones of any.
#[derive(serde::Deserialize)]
struct Selection {
    columns: Option<Vec<String>>,
    #[serde(default)]
    table: Vec<SelectedTable>,
}

#[derive(serde::Deserialize)]
struct SelectedTable {
    path: String,
    columns: Vec<String>,
}

impl Selection {
    /// The columns of a table: what is said of itself, or else of the folder that it is in.
    fn of(self, path: &RepoPath) -> Result<Option<Vec<String>>> {
        let mut nearest: Option<(usize, Vec<String>)> = None;
        for table in self.table {
            let near = path.is_in(&RepoPath::from_bytes(table.path.as_bytes())?);
            if near && nearest.as_ref().is_none_or(|n| table.path.len() > n.0) {
                nearest = Some((table.path.len(), table.columns));
            }
        }
        Ok(nearest.map(|n| n.1).or(self.columns))
    }
}

fn place(folder: &str, name: &str) -> Result<RepoPath> {
    if !is_name(name) {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("\"{name}\" cannot be the name of a split or a selection"),
        )
        .remedy("A name has letters, digits, '-' and '_', and no more than 64 of them."));
    }
    RepoPath::from_bytes(format!(".octostore/{folder}/{name}.toml").as_bytes())
}

impl Repo {
    /// Where the recipe of this name is kept.
    pub(super) fn recipe_place(&self, name: &str) -> Result<RepoPath> {
        place("splits", name)
    }

    /// The recipe of this name at a revision; where that has none, the one of the work tree, which may be younger.
    pub(super) fn recipe(&self, rev: &str, name: &str) -> Result<Recipe> {
        let path = place("splits", name)?;
        let text = self.kept_text(rev, &path)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no split \"{name}\": {path} is missing"))
                .remedy("Make it with \"octostore split\".")
                .with("path", path.to_string())
        })?;
        Recipe::parse(&path.to_string(), &text)
    }

    /// The recipe of the work tree, if there is one of this name.
    pub(super) fn recipe_here(&self, name: &str) -> Result<Option<Recipe>> {
        let path = place("splits", name)?;
        self.kept_text("", &path)?.map(|text| Recipe::parse(&path.to_string(), &text)).transpose()
    }

    /// Writes a recipe and stages it.
    pub(super) fn keep_recipe(&self, name: &str, recipe: &Recipe, job: &Job) -> Result<()> {
        let path = place("splits", name)?;
        let text = recipe.to_toml()?;
        write_atomically(&path.to_path(self.git().work_dir()?), |f| {
            open_up(f)?;
            f.write_all(text.as_bytes())
        })?;
        self.stage_beside(vec![path], Vec::new(), job)
    }

    /// Where the selection of this name is kept.
    pub(super) fn selection_place(&self, name: &str) -> Result<RepoPath> {
        place("selections", name)
    }

    /// The columns of `table` in a selection at a revision, or else of the work tree.
    pub(super) fn selection(&self, rev: &str, name: &str, table: &RepoPath) -> Result<Vec<String>> {
        let path = place("selections", name)?;
        let text = self.kept_text(rev, &path)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no selection \"{name}\": {path} is missing"))
                .remedy("Record one with \"octostore features --save\".")
                .with("path", path.to_string())
        })?;
        let selection: Selection = toml::from_str(&text).map_err(|e| {
            Error::new(Code::Config, format!("{path}: {}", e.to_string().trim().replace('\n', " ")))
                .remedy("Correct the file, or restore it from an earlier commit.")
                .with("path", path.to_string())
        })?;
        selection.of(table)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("{path} says nothing of {table}"))
                .remedy(format!("Record it with \"octostore features {table} --save {name}\"."))
                .with("path", table.to_string())
        })
    }

    /// A small text that git keeps: of a revision, or else of the work tree, or else of the index.
    fn kept_text(&self, rev: &str, path: &RepoPath) -> Result<Option<String>> {
        let at_rev = if rev.is_empty() { None } else { revs::blob_at(self.git(), rev, path)? };
        let here = || self.git().work_dir().map_or(Ok(None), |root| read_if_there(&path.to_path(root)));
        let bytes = match at_rev {
            Some(bytes) => Some(bytes),
            None => match here()? {
                Some(bytes) => Some(bytes),
                None => revs::blob_at(self.git(), "", path)?,
            },
        };
        bytes.map(String::from_utf8).transpose().map_err(|_| {
            Error::new(Code::Config, format!("{path} is not UTF-8 text")).remedy("Restore it from an earlier commit.")
        })
    }

    /// Stages files that were written, if their paths are tracked; whether they are.
    pub(super) fn stage_if_tracked(&self, files: &[RepoPath], job: &Job) -> Result<bool> {
        if files.is_empty() || attributes::are_tracked(self.git(), files)?.contains(&false) {
            return Ok(false);
        }
        self.add(files, job).map(|_| true)
    }
}
