//! One run: its folder, and what is written into it.

use super::alive::{Owner, State, state};
use super::append::{Appends, mend};
use super::files::{clash, copy, key_file, keys, name_of, put, put_new, ready, text};
use super::folder::Experiment;
use super::layout::{
    ARTIFACTS, DATASETS, INPUTS, KeyKind, LONGEST_PARAM, LONGEST_TAG, META, METRICS, OUTPUTS, OWN, PARAMS, TAGS,
    check_artifact, check_key,
};
use super::md5;
use super::meta::{RunMeta, Status};
use super::yaml::quoted;
use crate::error::{Code, Error, Result};
use crate::store::files::create_dir;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The tag that names a run, beside its record.
pub(super) const RUN_NAME: &str = "mlflow.runName";
pub(super) const DATA_CONTEXT: &str = "mlflow.data.context";

/// One value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Metric<'a> {
    pub key: &'a str,
    pub value: f64,
    pub step: i64,
    /// Milliseconds since 1970.
    pub time_ms: i64,
}

/// A data set that a run read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DatasetInput {
    pub name: String,
    /// At most 36 characters; what is longer is cut.
    pub digest: String,
    /// Where it is: JSON, or a URL.
    pub source: String,
    /// `local`, `http`, `s3`, `octostore`.
    pub source_type: String,
    /// JSON.
    pub schema: Option<String>,
    /// JSON.
    pub profile: Option<String>,
    /// What it was used for: `training`, `validation`.
    pub context: String,
}

/// A run's folder. Clones write through the same handles; any thread and any process may write at once.
#[derive(Clone)]
pub(crate) struct RunDir {
    id: String,
    experiment: Arc<Experiment>,
    dir: PathBuf,
    appends: Arc<Appends>,
}

impl std::fmt::Debug for RunDir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RunDir").field(&self.dir).finish()
    }
}

impl RunDir {
    pub(super) fn new(experiment: Arc<Experiment>, id: String) -> RunDir {
        let dir = experiment.dir.join(&id);
        RunDir { id, experiment, dir, appends: Arc::default() }
    }

    /// 32 hexadecimal digits, unless MLflow or somebody else made the run.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
    pub(crate) fn experiment(&self) -> &Experiment {
        &self.experiment
    }
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
    /// What is ours alone, and MLflow does not look at.
    pub(crate) fn own_dir(&self) -> PathBuf {
        self.dir.join(OWN)
    }
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.dir.join(ARTIFACTS)
    }

    pub(crate) fn meta(&self) -> Result<RunMeta> {
        RunMeta::read(&self.dir)
    }

    /// Makes the run's folder. Its record is the last file to be there, and with it the run.
    pub(super) fn create(&self, meta: &RunMeta, tags: &[(String, String)]) -> Result<()> {
        // Both versions of MLflow want the folders, and git keeps none that is empty: there is always a tag.
        for folder in [METRICS, PARAMS, ARTIFACTS, TAGS, INPUTS, OUTPUTS, OWN] {
            create_dir(&self.dir.join(folder))?;
        }
        for (key, value) in tags {
            self.write_tag(key, value)?;
        }
        Owner::this(meta.start_ms).write(&self.dir)?;
        put(&self.own_dir(), &self.dir.join(META), meta.text().as_bytes())
    }

    /// Adds values of metrics, in their order: one `write` for each metric that they are of.
    ///
    /// # Errors
    /// A name that MLflow does not take, and nothing is written then; a folder that is gone; a full disk.
    pub(crate) fn log_metrics(&self, metrics: &[Metric<'_>]) -> Result<()> {
        let mut groups: Vec<(&str, Vec<u8>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for metric in metrics {
            let at = match groups.last() {
                Some((key, _)) if *key == metric.key => groups.len() - 1,
                _ => match places.get(metric.key) {
                    Some(at) => *at,
                    None => {
                        check_key(KeyKind::Metric, metric.key)?;
                        places.insert(metric.key, groups.len());
                        groups.push((metric.key, Vec::with_capacity(48)));
                        groups.len() - 1
                    }
                },
            };
            write_line(&mut groups[at].1, metric);
        }
        groups.iter().try_for_each(|(key, lines)| self.appends.append(&self.dir, key, lines))
    }

    /// Records a parameter. It stays: the same value again does no harm, another one is refused.
    pub(crate) fn log_param(&self, key: &str, value: &str) -> Result<()> {
        check_key(KeyKind::Param, key)?;
        check_length(KeyKind::Param, key, value, LONGEST_PARAM)?;
        let file = key_file(&self.dir, KeyKind::Param, key)?;
        if put_new(&self.own_dir(), &file, value.as_bytes()).map_err(|e| self.gone(e))? {
            return Ok(());
        }
        let there = std::fs::read(&file).map_err(|e| clash(KeyKind::Param, key, &file, e))?;
        if there == value.as_bytes() {
            return Ok(());
        }
        let there = String::from_utf8_lossy(&there);
        Err(Error::new(
            Code::AlreadyExists,
            format!("the parameter {key:?} of run {} is {:?} and cannot become {:?}", self.id, short(&there), short(value)),
        )
        .with("key", key)
        .remedy("Parameters stay as they are: start another run, nested if need be, or log what changes as a metric or a tag."))
    }

    /// Sets a tag, whatever it was before.
    pub(crate) fn set_tag(&self, key: &str, value: &str) -> Result<()> {
        self.write_tag(key, value).map_err(|e| self.gone(e))?;
        if key == RUN_NAME {
            let meta = self.meta()?;
            if meta.name != value {
                RunMeta { name: value.to_owned(), ..meta }.write(&self.dir)?;
            }
        }
        Ok(())
    }

    fn write_tag(&self, key: &str, value: &str) -> Result<()> {
        check_key(KeyKind::Tag, key)?;
        check_length(KeyKind::Tag, key, value, LONGEST_TAG)?;
        let file = key_file(&self.dir, KeyKind::Tag, key)?;
        if file.is_dir() {
            return Err(clash(KeyKind::Tag, key, &file, std::io::ErrorKind::IsADirectory.into()));
        }
        put(&self.own_dir(), &file, value.as_bytes())
    }

    /// Records a data set that the run reads. The same one again changes nothing.
    pub(crate) fn log_input(&self, input: &DatasetInput) -> Result<()> {
        let digest: String = input.digest.chars().take(36).collect();
        let dataset = md5::hex(&[&input.name, &digest]);
        let optional = |value: &Option<String>| value.as_deref().map_or_else(|| "null".to_owned(), quoted);
        let about = format!(
            "digest: {}\nname: {}\nprofile: {}\nschema: {}\nsource: {}\nsource_type: {}\n",
            quoted(&digest),
            quoted(&input.name),
            optional(&input.profile),
            optional(&input.schema),
            quoted(&input.source),
            quoted(&input.source_type),
        );
        self.put_record(&self.experiment.dir.join(DATASETS).join(&dataset), &about)?;
        let context = match input.context.as_str() {
            "" => "{}".to_owned(),
            context => format!("\n  {}: {}", quoted(DATA_CONTEXT), quoted(context)),
        };
        // MLflow writes the data set's id as the destination's.
        let link = format!(
            "destination_id: {id}\ndestination_type: RUN\nsource_id: {id}\nsource_type: DATASET\ntags: {context}\n",
            id = quoted(&dataset)
        );
        self.put_record(&self.dir.join(INPUTS).join(md5::hex(&[&dataset, &self.id])), &link)
    }

    /// A folder with a `meta.yaml`, unless it is there. MLflow refuses the run over one without: the folder comes whole.
    fn put_record(&self, dir: &Path, text: &str) -> Result<()> {
        if dir.join(META).is_file() {
            return Ok(());
        }
        if let Some(parent) = dir.parent() {
            create_dir(parent)?;
        }
        let doing = |e| Error::io(dir, "making a folder", e);
        let made = tempfile::Builder::new()
            .prefix(".tmp-")
            .tempdir_in(self.own_dir())
            .map_err(doing)
            .map_err(|e| self.gone(e))?;
        std::fs::write(made.path().join(META), text).map_err(|e| Error::io(dir, "writing a file", e))?;
        super::files::open_folder(made.path()).map_err(doing)?;
        match std::fs::rename(made.path(), dir) {
            Ok(()) => {
                // Its name is another now: there is nothing left to remove.
                let _ = made.keep();
                Ok(())
            }
            // Another process was faster with the same.
            Err(_) if dir.join(META).is_file() => Ok(()),
            // What a killed one left.
            Err(_) if dir.is_dir() => put(&self.own_dir(), &dir.join(META), text.as_bytes()),
            Err(e) => Err(doing(e)),
        }
    }

    /// Copies a file or a folder among the artifacts, to `to`, or to its own name when that is empty.
    pub(crate) fn put_artifact(&self, from: &Path, to: &str) -> Result<()> {
        let to = match to {
            "" => name_of(from).ok_or_else(|| {
                Error::new(
                    Code::InvalidArgument,
                    format!("{}: has no name that an artifact could have", from.display()),
                )
                .remedy("Say under which name to keep it.")
            })?,
            to => to,
        };
        let place = self.artifact(to)?;
        if from.canonicalize().is_ok_and(|from| self.dir.canonicalize().is_ok_and(|run| run.starts_with(from))) {
            return Err(Error::new(Code::InvalidArgument, format!("{}: holds the run itself", from.display()))
                .remedy("Name the folder that is wanted, without the run in it."));
        }
        copy(&self.own_dir(), from, &place)
    }

    /// Writes a text among the artifacts.
    pub(crate) fn put_text(&self, to: &str, text: &str) -> Result<()> {
        let place = self.artifact(to)?;
        put(&self.own_dir(), &place, text.as_bytes())
    }

    fn artifact(&self, to: &str) -> Result<PathBuf> {
        check_artifact(to)?;
        let place = self.artifacts().join(to);
        if !self.dir.join(META).is_file() {
            return Err(self.gone(Error::io(&self.dir.join(META), "reading", std::io::ErrorKind::NotFound.into())));
        }
        place.parent().map_or(Ok(()), create_dir)?;
        Ok(place)
    }

    /// Says that the writer still lives.
    pub(crate) fn beat(&self, now_ms: i64) -> Result<()> {
        Owner::this(now_ms).write(&self.dir)
    }

    /// How the run is, as far as can be told from here.
    pub(crate) fn state(&self) -> Result<State> {
        state(&self.dir, &self.meta()?)
    }

    /// Ends the run: what was logged is made durable first.
    pub(crate) fn finish(&self, status: Status, end_ms: i64) -> Result<()> {
        let meta = self.meta()?;
        // A clock may have been set back.
        let end_ms = end_ms.max(meta.start_ms);
        let text = RunMeta { status, end_ms: Some(end_ms), ..meta }.text();
        let to = self.dir.join(META);
        let durable = || {
            let temp = ready(&self.own_dir(), &to, text.as_bytes())?;
            temp.as_file().sync_data().map_err(|e| Error::io(&to, "writing a file", e))?;
            Ok(temp)
        };
        // Both wait for the disk; side by side they wait once. A power cut before the name is durable leaves a run that has all
        // its values, and does not say that it ended.
        let temp = std::thread::scope(|scope| {
            let synced = scope.spawn(|| self.appends.sync(&self.dir));
            let temp = durable();
            synced.join().unwrap_or_else(|_| Err(Error::internal("a thread panicked")))?;
            temp
        })?;
        temp.persist(&to).map_err(|e| Error::io(&to, "writing a file", e.error))?;
        Ok(())
    }

    /// Goes on with the run in this process, whatever its state.
    ///
    /// # Errors
    /// A run that another process writes: `Locked`. A deleted run.
    pub(crate) fn take_over(&self, now_ms: i64) -> Result<()> {
        let meta = self.meta()?;
        let owner = Owner::of(&self.dir)?;
        match state(&self.dir, &meta)? {
            State::Running if owner.is_some_and(|o| !o.is_this()) => {
                return Err(Error::new(Code::Locked, format!("run {} is written by another process", self.id))
                    .remedy("Wait until that has ended, or start a run of its own with this one as its parent."));
            }
            State::Dead => self.mend()?,
            _ => {}
        }
        if meta.stage == super::meta::Stage::Deleted {
            return Err(Error::new(Code::NotFound, format!("run {} is deleted", self.id))
                .remedy("Restore it in MLflow first, or start a new one."));
        }
        for folder in [METRICS, PARAMS, ARTIFACTS, TAGS, INPUTS, OUTPUTS, OWN] {
            create_dir(&self.dir.join(folder))?;
        }
        self.beat(now_ms)?;
        RunMeta { status: Status::Running, end_ms: None, ..meta }.write(&self.dir)
    }

    /// Ends a run whose writer is gone, if that can be told from here. Says whether it did.
    pub(crate) fn bury(&self) -> Result<bool> {
        let meta = self.meta()?;
        if state(&self.dir, &meta)? != State::Dead {
            return Ok(false);
        }
        self.mend()?;
        let heard = Owner::of(&self.dir)?.map_or(meta.start_ms, |o| o.heartbeat_ms);
        RunMeta { status: Status::Killed, end_ms: Some(heard.max(meta.start_ms)), ..meta }.write(&self.dir)?;
        Ok(true)
    }

    fn mend(&self) -> Result<()> {
        mend(&self.own_dir(), &keys(&self.dir.join(METRICS))?)
    }

    /// An error of a run whose folder is gone says so.
    fn gone(&self, e: Error) -> Error {
        if self.dir.join(META).exists() {
            return e;
        }
        Error::new(Code::NotFound, format!("{}: the run's folder was deleted while it is written", self.dir.display()))
            .with("path", self.dir.display().to_string())
            .remedy("Start a new run; what was logged to this one is gone.")
            .caused_by(e)
    }

    /// A text file of our own folder, if it is there.
    pub(crate) fn own_text(&self, name: &str) -> Result<Option<String>> {
        text(&self.own_dir().join(name))
    }
}

/// `<ms> <value> <step>`. The shortest digits that give the value again, as Python writes them.
fn write_line(line: &mut Vec<u8>, metric: &Metric<'_>) {
    // A vector takes whatever is written.
    let _ = serde_json::to_writer(&mut *line, &metric.time_ms);
    line.push(b' ');
    let _ = match metric.value {
        v if v.is_nan() => line.write_all(b"nan"),
        f64::INFINITY => line.write_all(b"inf"),
        f64::NEG_INFINITY => line.write_all(b"-inf"),
        v => serde_json::to_writer(&mut *line, &v).map_err(Into::into),
    };
    line.push(b' ');
    let _ = serde_json::to_writer(&mut *line, &metric.step);
    line.push(b'\n');
}

fn check_length(kind: KeyKind, key: &str, value: &str, longest: usize) -> Result<()> {
    // Bytes first: they are never fewer than characters.
    if value.len() <= longest || value.chars().count() <= longest {
        return Ok(());
    }
    let what = kind.name();
    Err(Error::new(
        Code::InvalidArgument,
        format!("the value of the {what} {key:?} is longer than {longest} characters"),
    )
    .with("key", key)
    .remedy("Log it as a text among the artifacts instead."))
}

fn short(value: &str) -> String {
    let mut cut: String = value.chars().take(80).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    cut
}
