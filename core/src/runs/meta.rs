//! `meta.yaml`: what an experiment and a run are, with every name that MLflow wants to find there.

use super::layout::META;
use super::yaml::{self, quoted};
use crate::error::{Code, Error, Result};
use crate::store::files::{open_up, write_atomically};
use serde_json::{Map, Value};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

/// MLflow writes its files in place: a reader may see one that is not complete yet.
const TRIES: u32 = 4;
const PATIENCE: Duration = Duration::from_millis(4);

/// How far a run is, with MLflow's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    Running = 1,
    Scheduled = 2,
    Finished = 3,
    Failed = 4,
    Killed = 5,
}

impl Status {
    const ALL: [Status; 5] = [Status::Running, Status::Scheduled, Status::Finished, Status::Failed, Status::Killed];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Scheduled => "SCHEDULED",
            Status::Finished => "FINISHED",
            Status::Failed => "FAILED",
            Status::Killed => "KILLED",
        }
    }

    pub(crate) fn has_ended(self) -> bool {
        matches!(self, Status::Finished | Status::Failed | Status::Killed)
    }
}

/// Deleted things stay until they are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Active,
    Deleted,
}

impl Stage {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Stage::Active => "active",
            Stage::Deleted => "deleted",
        }
    }

    fn of(map: &Map<String, Value>) -> Stage {
        match map.get("lifecycle_stage").and_then(Value::as_str) {
            Some("deleted") => Stage::Deleted,
            _ => Stage::Active,
        }
    }
}

/// An experiment's `meta.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExperimentMeta {
    pub id: String,
    pub name: String,
    pub artifact_location: String,
    pub stage: Stage,
    pub created_ms: i64,
    pub updated_ms: i64,
}

impl ExperimentMeta {
    pub(super) fn read(dir: &Path) -> Result<ExperimentMeta> {
        read(dir, |map| {
            Ok(ExperimentMeta {
                id: yaml::text(map, "experiment_id").ok_or("experiment_id")?,
                name: yaml::text(map, "name").ok_or("name")?,
                artifact_location: yaml::text(map, "artifact_location").unwrap_or_default(),
                stage: Stage::of(map),
                created_ms: number(map, "creation_time").unwrap_or(0),
                updated_ms: number(map, "last_update_time").unwrap_or(0),
            })
        })
    }

    pub(super) fn text(&self) -> String {
        format!(
            "artifact_location: {}\ncreation_time: {}\nexperiment_id: {}\nlast_update_time: {}\nlifecycle_stage: {}\nname: {}\n",
            quoted(&self.artifact_location),
            self.created_ms,
            quoted(&self.id),
            self.updated_ms,
            quoted(self.stage.name()),
            quoted(&self.name),
        )
    }

    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        write(dir, &self.text())
    }
}

/// A run's `meta.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunMeta {
    pub id: String,
    /// The experiment's id, which is its folder.
    pub experiment: String,
    pub name: String,
    pub user: String,
    pub status: Status,
    /// Milliseconds since 1970, as all times here.
    pub start_ms: i64,
    pub end_ms: Option<i64>,
    pub stage: Stage,
    pub deleted_ms: Option<i64>,
    pub artifact_uri: String,
}

impl RunMeta {
    pub(super) fn read(dir: &Path) -> Result<RunMeta> {
        read(dir, |map| {
            let number_of_status = number(map, "status").unwrap_or(1);
            Ok(RunMeta {
                id: yaml::text(map, "run_id").or_else(|| yaml::text(map, "run_uuid")).ok_or("run_id")?,
                experiment: yaml::text(map, "experiment_id").ok_or("experiment_id")?,
                name: yaml::text(map, "run_name").unwrap_or_default(),
                user: yaml::text(map, "user_id").unwrap_or_default(),
                status: Status::ALL.into_iter().find(|s| *s as i64 == number_of_status).ok_or("status")?,
                start_ms: number(map, "start_time").unwrap_or(0),
                end_ms: number(map, "end_time"),
                stage: Stage::of(map),
                deleted_ms: number(map, "deleted_time"),
                artifact_uri: yaml::text(map, "artifact_uri").unwrap_or_default(),
            })
        })
    }

    pub(super) fn text(&self) -> String {
        let time = |ms: Option<i64>| ms.map_or_else(|| "null".to_owned(), |ms| ms.to_string());
        let id = quoted(&self.id);
        [
            format!("artifact_uri: {}\n", quoted(&self.artifact_uri)),
            format!("deleted_time: {}\nend_time: {}\n", time(self.deleted_ms), time(self.end_ms)),
            format!("entry_point_name: \"\"\nexperiment_id: {}\n", quoted(&self.experiment)),
            format!("lifecycle_stage: {}\nrun_id: {id}\n", quoted(self.stage.name())),
            format!("run_name: {}\nrun_uuid: {id}\n", quoted(&self.name)),
            // 4 is MLflow's word for what runs on this machine.
            "source_name: \"\"\nsource_type: 4\nsource_version: \"\"\n".to_owned(),
            format!("start_time: {}\nstatus: {}\ntags: []\n", self.start_ms, self.status as i64),
            format!("user_id: {}\n", quoted(&self.user)),
        ]
        .concat()
    }

    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        write(dir, &self.text())
    }
}

fn number(map: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = map.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads a folder's `meta.yaml`, a few times if it is not whole: what is missing is named by `parse`.
fn read<T>(dir: &Path, parse: impl Fn(&Map<String, Value>) -> Result<T, &'static str>) -> Result<T> {
    let path = dir.join(META);
    let mut tries = 1;
    loop {
        let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
            ErrorKind::InvalidData => Error::new(Code::InvalidData, format!("{}: not UTF-8", path.display())),
            _ => Error::io(&path, "reading", e),
        })?;
        let parsed = yaml::read(&path, &text).and_then(|map| {
            parse(&map).map_err(|name| {
                Error::new(Code::InvalidData, format!("{}: {name} is missing or not understood", path.display()))
                    .with("path", path.display().to_string())
                    .remedy("Bring the file back from a backup, or delete the folder that it is in.")
            })
        });
        if parsed.is_ok() || tries == TRIES {
            return parsed;
        }
        tries += 1;
        std::thread::sleep(PATIENCE);
    }
}

fn write(dir: &Path, text: &str) -> Result<()> {
    write_atomically(&dir.join(META), |file| {
        file.write_all(text.as_bytes())?;
        open_up(file)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in crate::runs) fn run() -> RunMeta {
        RunMeta {
            id: "0190a".into(),
            experiment: "churn".into(),
            name: "it's: \"1\"".into(),
            user: "ada".into(),
            status: Status::Running,
            start_ms: 1_700_000_000_000,
            end_ms: None,
            stage: Stage::Active,
            deleted_ms: None,
            artifact_uri: "./runs/churn/0190a/artifacts".into(),
        }
    }

    #[test]
    fn a_run_comes_back_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        for meta in [
            run(),
            RunMeta { status: Status::Killed, end_ms: Some(5), stage: Stage::Deleted, deleted_ms: Some(6), ..run() },
        ] {
            meta.write(dir.path()).unwrap();
            assert_eq!(RunMeta::read(dir.path()).unwrap(), meta);
        }
    }

    #[test]
    fn every_name_that_mlflow_requires_is_written() {
        let text = run().text();
        for name in [
            "artifact_uri",
            "end_time",
            "experiment_id",
            "lifecycle_stage",
            "run_id",
            "run_name",
            "run_uuid",
            "start_time",
            "status",
            "user_id",
            "tags",
            "source_type",
        ] {
            assert!(
                text.lines().any(|l| l.split_once(": ").is_some_and(|(n, v)| n == name && !v.is_empty())),
                "{name}"
            );
        }
        let experiment = ExperimentMeta {
            id: "a-b".into(),
            name: "a b".into(),
            artifact_location: "file:///x".into(),
            stage: Stage::Active,
            created_ms: 1,
            updated_ms: 2,
        };
        let names = "artifact_location creation_time experiment_id last_update_time lifecycle_stage name";
        for (line, name) in experiment.text().lines().zip(names.split(' ')) {
            assert!(line.starts_with(&format!("{name}: ")), "{line}");
        }
    }

    #[test]
    fn a_run_without_an_id_says_so() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(META), "experiment_id: x\n").unwrap();
        let e = RunMeta::read(dir.path()).unwrap_err();
        assert!(e.code() == Code::InvalidData && e.message().contains("run_id"), "{e}");
    }
}
