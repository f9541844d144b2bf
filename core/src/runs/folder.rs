//! The folder of all runs: its experiments, and the runs in them.

use super::files::{entries, put_new};
use super::layout::{META, TRASH, check_experiment, experiment_slug, hashed_slug, is_run_id, new_run_id};
use super::meta::{ExperimentMeta, RunMeta, Stage, Status};
use super::record::{RUN_NAME, RunDir};
use crate::error::{Code, Error, Result};
use crate::store::files::create_dir;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A run's parent in MLflow's tags, and who started it.
const PARENT: &str = "mlflow.parentRunId";
const USER: &str = "mlflow.user";

/// A folder of experiments. It need not be there before the first run.
#[derive(Clone, Debug)]
pub(crate) struct RunsFolder {
    root: PathBuf,
}

/// Runs that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Experiment {
    /// The folder's name.
    pub id: String,
    pub name: String,
    pub dir: PathBuf,
}

/// What a run begins with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct New<'a> {
    /// The experiment's name; it is made if it is not there.
    pub experiment: &'a str,
    /// One is made of the experiment's when empty.
    pub name: &'a str,
    pub user: &'a str,
    /// The id of the run that this one is a part of.
    pub parent: Option<&'a str>,
    pub tags: &'a [(String, String)],
    pub start_ms: i64,
}

impl RunsFolder {
    /// # Errors
    /// The path is a file.
    pub(crate) fn open(root: impl Into<PathBuf>) -> Result<RunsFolder> {
        let root = root.into();
        if root.exists() && !root.is_dir() {
            return Err(Error::new(
                Code::UnsupportedPath,
                format!("{}: is not a folder, so no runs can be in it", root.display()),
            )
            .remedy("Move the file away."));
        }
        let root = std::path::absolute(&root).map_err(|e| Error::io(&root, "finding the folder", e))?;
        Ok(RunsFolder { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The experiments that are not deleted, by name.
    pub(crate) fn experiments(&self) -> Result<Vec<Experiment>> {
        let mut experiments = Vec::new();
        for (folder, is_dir) in entries(&self.root)? {
            let dir = self.root.join(&folder);
            if !is_dir || folder.starts_with('.') || !dir.join(META).is_file() {
                continue;
            }
            let meta = ExperimentMeta::read(&dir)?;
            if meta.stage == Stage::Active && meta.id == folder {
                experiments.push(Experiment { id: folder, name: meta.name, dir });
            }
        }
        experiments.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(experiments)
    }

    /// The experiment of this name, or of this id.
    ///
    /// # Errors
    /// There is none; the error names those there are.
    pub(crate) fn experiment(&self, name: &str) -> Result<Experiment> {
        let experiments = self.experiments()?;
        let found = experiments.iter().find(|e| e.name == name).or_else(|| experiments.iter().find(|e| e.id == name));
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = experiments.iter().map(|e| e.name.as_str()).take(10).collect();
            let remedy = match names.is_empty() {
                true => "There is none yet: the first run makes one.".to_owned(),
                false => format!("There are: {}.", names.join(", ")),
            };
            Error::new(Code::NotFound, format!("there is no experiment {name:?} in {}", self.root.display()))
                .remedy(remedy)
        })
    }

    /// The experiment of this name, made if it is not there. Of several processes that make it, one does.
    pub(crate) fn ensure_experiment(&self, name: &str) -> Result<Experiment> {
        check_experiment(name)?;
        let slug = experiment_slug(name);
        // Nearly always it is there, and nothing else needs to be read.
        if let Some(found) = self.at(&slug, name)? {
            return Ok(found);
        }
        if let Some(found) = self.experiments()?.into_iter().find(|e| e.name == name) {
            self.settle_location(&found)?;
            return Ok(found);
        }
        self.check_not_deleted(name)?;
        let hashed = hashed_slug(name, &slug);
        for id in [slug, hashed] {
            if let Some(made) = self.make(&id, name)? {
                return Ok(made);
            }
        }
        Err(Error::new(Code::AlreadyExists, format!("no folder is free for the experiment {name:?}"))
            .remedy("Give it a name that is less like those that are there."))
    }

    /// The experiment in this folder, if it is active and its name is this.
    fn at(&self, id: &str, name: &str) -> Result<Option<Experiment>> {
        let dir = self.root.join(id);
        if !dir.join(META).is_file() {
            return Ok(None);
        }
        let meta = ExperimentMeta::read(&dir)?;
        if meta.name != name || meta.stage != Stage::Active {
            return Ok(None);
        }
        let found = Experiment { id: id.to_owned(), name: meta.name, dir };
        self.settle_location(&found)?;
        Ok(Some(found))
    }

    /// Makes the folder for the name, unless another name has it.
    fn make(&self, id: &str, name: &str) -> Result<Option<Experiment>> {
        let dir = self.root.join(id);
        create_dir(&dir)?;
        let now = now_ms();
        let meta = ExperimentMeta {
            id: id.to_owned(),
            name: name.to_owned(),
            artifact_location: file_uri(&dir),
            stage: Stage::Active,
            created_ms: now,
            updated_ms: now,
        };
        put_new(&dir, &dir.join(META), meta.text().as_bytes())?;
        self.at(id, name)
    }

    /// MLflow puts the artifacts of its own runs where the experiment says: that must be here, also after a move.
    fn settle_location(&self, experiment: &Experiment) -> Result<()> {
        let meta = ExperimentMeta::read(&experiment.dir)?;
        let here = file_uri(&experiment.dir);
        let last = |uri: &str| uri.rsplit('/').next().map(str::to_owned);
        // A place that somebody chose, or a bucket, stays.
        let is_folders = !meta.artifact_location.contains("://") || meta.artifact_location.starts_with("file:");
        if meta.artifact_location == here || !is_folders || last(&meta.artifact_location) != last(&here) {
            return Ok(());
        }
        ExperimentMeta { artifact_location: here, ..meta }.write(&experiment.dir)
    }

    fn check_not_deleted(&self, name: &str) -> Result<()> {
        let trash = self.root.join(TRASH);
        for (folder, is_dir) in entries(&trash)? {
            let dir = trash.join(folder);
            if is_dir && dir.join(META).is_file() && ExperimentMeta::read(&dir)?.name == name {
                return Err(Error::new(
                    Code::NotFound,
                    format!("the experiment {name:?} was deleted, and waits in {}", dir.display()),
                )
                .remedy("Move its folder back, remove it for good, or use another name."));
            }
        }
        Ok(())
    }

    /// Begins a run: everything that MLflow wants to find of one is there when this returns.
    pub(crate) fn create(&self, new: New<'_>) -> Result<RunDir> {
        let experiment = Arc::new(self.ensure_experiment(new.experiment)?);
        let id = new_run_id(new.start_ms)?;
        let tagged = new.tags.iter().find(|(key, _)| key == RUN_NAME).map(|(_, value)| value.as_str());
        let name = match (new.name, tagged) {
            ("", Some(name)) if !name.is_empty() => name.to_owned(),
            ("", _) => format!("{}-{}", experiment.name, &id[26..]),
            (name, _) => name.to_owned(),
        };
        let mut tags: Vec<(String, String)> = new.tags.iter().filter(|(key, _)| key != RUN_NAME).cloned().collect();
        tags.push((RUN_NAME.into(), name.clone()));
        tags.extend(new.parent.map(|parent| (PARENT.into(), parent.into())));
        if !new.user.is_empty() {
            tags.push((USER.into(), new.user.into()));
        }
        let meta = RunMeta {
            artifact_uri: self.artifact_uri(&experiment, &id),
            id: id.clone(),
            experiment: experiment.id.clone(),
            name,
            user: new.user.to_owned(),
            status: Status::Running,
            start_ms: new.start_ms,
            end_ms: None,
            stage: Stage::Active,
            deleted_ms: None,
        };
        let run = RunDir::new(experiment, id);
        let made = run.create(&meta, &tags);
        if made.is_err() {
            // It is not a run yet, and nothing of it is worth keeping.
            let _ = std::fs::remove_dir_all(run.dir());
        }
        made.map(|()| run)
    }

    /// A run's artifacts as seen from the project, above the folder: it stays true wherever both are moved or cloned to.
    fn artifact_uri(&self, experiment: &Experiment, run: &str) -> String {
        match self.root.file_name().and_then(|n| n.to_str()) {
            Some(root) => format!("./{root}/{}/{run}/artifacts", experiment.id),
            None => format!("{}/{run}/artifacts", file_uri(&experiment.dir)),
        }
    }

    /// The runs of an experiment, by its name or id, or of all, without reading them. Deleted runs are among them.
    pub(crate) fn runs(&self, experiment: Option<&str>) -> Result<Vec<RunDir>> {
        let experiments = match experiment {
            Some(name) => vec![self.experiment(name)?],
            None => self.experiments()?,
        };
        let mut runs = Vec::new();
        for experiment in experiments.into_iter().map(Arc::new) {
            for (folder, is_dir) in entries(&experiment.dir)? {
                if is_dir && is_run_id(&folder) {
                    runs.push(RunDir::new(Arc::clone(&experiment), folder));
                }
            }
        }
        Ok(runs)
    }

    /// The run of this id, of an id that only begins so, or of this name.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub(crate) fn find(&self, run: &str) -> Result<RunDir> {
        let runs = self.runs(None)?;
        let begins = |r: &&RunDir| !run.is_empty() && r.id().starts_with(run) && r.dir().join(META).is_file();
        let by_id: Vec<&RunDir> = runs.iter().filter(begins).collect();
        if let Some(exact) = by_id.iter().find(|r| r.id() == run) {
            return Ok((*exact).clone());
        }
        let found = match by_id.is_empty() {
            // A record that cannot be read has no name.
            true => runs.iter().filter(|r| r.meta().is_ok_and(|m| m.name == run && m.stage == Stage::Active)).collect(),
            false => by_id,
        };
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(Error::new(Code::NotFound, format!("there is no run {run:?} in {}", self.root.display()))
                .remedy("\"octostore runs list\" shows those there are; the beginning of an id will do.")),
            several => {
                let ids: Vec<&str> = several.iter().map(|r| r.id()).take(5).collect();
                Err(Error::new(
                    Code::InvalidArgument,
                    format!("{run:?} means {} runs: {}", several.len(), ids.join(", ")),
                )
                .remedy("Give more of the id."))
            }
        }
    }

    /// Marks a run as deleted, as MLflow does. Its files stay.
    pub(crate) fn trash(&self, run: &str) -> Result<()> {
        let run = self.find(run)?;
        let meta = run.meta()?;
        if meta.stage == Stage::Deleted {
            return Ok(());
        }
        RunMeta { stage: Stage::Deleted, deleted_ms: Some(now_ms()), ..meta }.write(run.dir())
    }

    /// Makes all runs readable by MLflow again: folders that git does not keep, runs whose writer died here.
    pub(crate) fn mend(&self) -> Result<()> {
        use super::layout::{ARTIFACTS, METRICS, PARAMS};
        for run in self.runs(None)? {
            if !run.dir().join(META).is_file() {
                continue;
            }
            for folder in [METRICS, PARAMS, ARTIFACTS] {
                let folder = run.dir().join(folder);
                if !folder.is_dir() {
                    create_dir(&folder)?;
                }
            }
            run.bury()?;
        }
        Ok(())
    }
}

pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A folder's URI, as MLflow reads it.
fn file_uri(dir: &Path) -> String {
    url::Url::from_file_path(dir).map_or_else(|()| dir.display().to_string(), |url| url.to_string())
}
