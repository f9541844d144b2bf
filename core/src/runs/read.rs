//! Reading a run back: what is in its small files, and the values of its metrics.

use super::alive::{State, state};
use super::curve::Curve;
use super::files::{keys, text};
use super::layout::{DATASETS, INPUTS, KeyKind, META, METRICS, PARAMS, TAGS};
use super::meta::{RunMeta, Stage};
use super::record::{DATA_CONTEXT, DatasetInput, RUN_NAME, RunDir};
use super::yaml;
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// A buffer that most files of metrics fit in.
const BUFFER: usize = 1 << 16;

/// One value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub value: f64,
    pub step: i64,
    /// Milliseconds since 1970.
    pub time_ms: i64,
}

impl Point {
    /// MLflow shows the largest step's value, of those the latest, of those the largest.
    fn is_after(&self, other: &Point) -> bool {
        (self.step, self.time_ms).cmp(&(other.step, other.time_ms)).then(self.value.total_cmp(&other.value)).is_gt()
    }
}

/// A run as it was read. Of metrics it holds the value that MLflow shows.
#[derive(Clone, Debug)]
pub(crate) struct RunRecord {
    pub meta: RunMeta,
    /// The experiment's name.
    pub experiment: String,
    pub dir: PathBuf,
    pub state: State,
    pub params: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub metrics: BTreeMap<String, Point>,
    pub inputs: Vec<DatasetInput>,
}

impl RunDir {
    /// Reads each of the run's small files once.
    pub(crate) fn read(&self) -> Result<RunRecord> {
        self.read_beside(self.meta()?)
    }

    /// The same, when the run's record has been read before.
    pub(super) fn read_beside(&self, meta: RunMeta) -> Result<RunRecord> {
        let texts = |folder: &str| -> Result<BTreeMap<String, String>> {
            let mut all = BTreeMap::new();
            for (key, path) in keys(&self.dir().join(folder))? {
                // It may have been deleted since it was listed.
                all.extend(text(&path)?.map(|value| (key, value)));
            }
            Ok(all)
        };
        let mut metrics = BTreeMap::new();
        for (key, path) in keys(&self.dir().join(METRICS))? {
            metrics.extend(shown(&path)?.map(|point| (key, point)));
        }
        let tags = texts(TAGS)?;
        let meta = with_name(meta, tags.get(RUN_NAME).map(String::as_str));
        Ok(RunRecord {
            state: state(self.dir(), &meta)?,
            experiment: self.experiment().name.clone(),
            dir: self.dir().to_owned(),
            params: texts(PARAMS)?,
            tags,
            metrics,
            inputs: self.inputs()?,
            meta,
        })
    }

    /// The value of one metric that MLflow shows.
    pub(super) fn metric(&self, key: &str) -> Result<Option<Point>> {
        shown(&self.dir().join(METRICS).join(key))
    }

    /// One parameter or tag.
    pub(super) fn text_of(&self, kind: KeyKind, key: &str) -> Result<Option<String>> {
        text(&self.dir().join(kind.folder()).join(key))
    }

    /// The data sets that it read, by name.
    pub(crate) fn inputs(&self) -> Result<Vec<DatasetInput>> {
        let mut inputs = Vec::new();
        for (folder, is_dir) in super::files::entries(&self.dir().join(INPUTS))? {
            if !is_dir {
                continue;
            }
            let link = record(&self.dir().join(INPUTS).join(folder))?;
            let Some(link) = link.filter(|l| yaml::text(l, "source_type").as_deref() == Some("DATASET")) else {
                continue;
            };
            let Some(id) = yaml::text(&link, "source_id").filter(|id| !id.contains(['/', '\\'])) else { continue };
            let Some(about) = record(&self.experiment().dir.join(DATASETS).join(id))? else { continue };
            let of = |name: &str| yaml::text(&about, name);
            inputs.push(DatasetInput {
                name: of("name").unwrap_or_default(),
                digest: of("digest").unwrap_or_default(),
                source: of("source").unwrap_or_default(),
                source_type: of("source_type").unwrap_or_default(),
                schema: of("schema"),
                profile: of("profile"),
                context: link.get("tags").and_then(|t| t.get(DATA_CONTEXT)?.as_str()).unwrap_or_default().to_owned(),
            });
        }
        inputs.sort_by(|a, b| (&a.name, &a.digest).cmp(&(&b.name, &b.digest)));
        Ok(inputs)
    }

    /// Every value of a metric, in the order in which they were logged. A line that was cut short is passed over.
    pub(crate) fn history(&self, key: &str) -> Result<Vec<Point>> {
        super::layout::check_key(KeyKind::Metric, key)?;
        let mut points = Vec::new();
        each_point(&self.dir().join(METRICS).join(key), |point| points.push(point))?;
        Ok(points)
    }

    /// A metric's values as a picture needs them.
    pub(super) fn curve(&self, key: &str) -> Result<Curve> {
        let mut curve = Curve::default();
        each_point(&self.dir().join(METRICS).join(key), |point| curve.push(point))?;
        Ok(curve)
    }

    /// All that is recorded of the run as JSON: its record, every value of every metric, and what it began with.
    pub(crate) fn whole(&self) -> Result<Value> {
        let record = self.read()?;
        let mut whole = record.json();
        let mut histories = Map::new();
        for key in record.metrics.keys() {
            let points = self.history(key)?;
            let columns = |of: fn(&Point) -> Value| points.iter().map(of).collect::<Value>();
            let history = json!({
                "step": columns(|p| p.step.into()),
                "value": columns(|p| number(p.value)),
                "time_ms": columns(|p| p.time_ms.into()),
            });
            histories.insert(key.clone(), history);
        }
        whole["histories"] = histories.into();
        let artifacts = keys(&self.artifacts())?;
        whole["artifacts"] = artifacts.into_iter().map(|(name, _)| Value::from(name)).collect();
        let session = self.own_text("session.json")?;
        whole["session"] = session.and_then(|s| serde_json::from_str(&s).ok()).unwrap_or(Value::Null);
        Ok(whole)
    }
}

impl RunRecord {
    /// The record as JSON. Values that are no numbers are words, as Python's JSON has them.
    pub(crate) fn json(&self) -> Value {
        let metrics: Map<String, Value> = self
            .metrics
            .iter()
            .map(|(key, p)| (key.clone(), json!({ "value": number(p.value), "step": p.step, "time_ms": p.time_ms })))
            .collect();
        let heard = match self.state {
            State::Unknown { heard_ms } => heard_ms,
            _ => None,
        };
        json!({
            "id": self.meta.id,
            "name": self.meta.name,
            "experiment": self.experiment,
            "experiment_id": self.meta.experiment,
            "dir": self.dir.display().to_string(),
            "user": self.meta.user,
            "status": self.meta.status.name(),
            "state": self.state.name(),
            "last_heard_ms": heard,
            "start_ms": self.meta.start_ms,
            "end_ms": self.meta.end_ms,
            "deleted": self.meta.stage == Stage::Deleted,
            "params": self.params,
            "metrics": metrics,
            "tags": self.tags,
            "inputs": self.inputs.iter().map(input).collect::<Value>(),
        })
    }
}

/// A data set as JSON; what is JSON in it stays so.
pub(super) fn input(input: &DatasetInput) -> Value {
    let inner = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    json!({
        "name": input.name,
        "digest": input.digest,
        "source": inner(&input.source),
        "source_type": input.source_type,
        "schema": input.schema.as_deref().map(inner),
        "profile": input.profile.as_deref().map(inner),
        "context": input.context,
    })
}

pub(super) fn number(value: f64) -> Value {
    match value {
        v if v.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        v => v.into(),
    }
}

/// Older records have the run's name in a tag alone.
pub(super) fn with_name(mut meta: RunMeta, tag: Option<&str>) -> RunMeta {
    if meta.name.is_empty() {
        meta.name = tag.unwrap_or_default().to_owned();
    }
    meta
}

/// The `meta.yaml` of a folder, if it is there.
fn record(dir: &Path) -> Result<Option<Map<String, Value>>> {
    let path = dir.join(META);
    text(&path)?.map(|t| yaml::read(&path, &t)).transpose()
}

fn shown(path: &Path) -> Result<Option<Point>> {
    let mut best: Option<Point> = None;
    each_point(path, |point| {
        if best.is_none_or(|b| point.is_after(&b)) {
            best = Some(point);
        }
    })?;
    Ok(best)
}

/// Hands on the values of a metric's file, which is read in a stream; nothing if it is not there.
fn each_point(path: &Path, mut with: impl FnMut(Point)) -> Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(e) => return Err(Error::io(path, "reading", e)),
    };
    let mut reader = BufReader::with_capacity(BUFFER, file);
    let mut rest = Vec::new();
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(e) if e.kind() == ErrorKind::IsADirectory => return Ok(()),
            Err(e) => return Err(Error::io(path, "reading", e)),
        };
        let size = buffer.len();
        if size == 0 {
            return Ok(());
        }
        for line in buffer.split_inclusive(|b| *b == b'\n') {
            match (rest.is_empty(), line.ends_with(b"\n")) {
                (true, true) => point(line).into_iter().for_each(&mut with),
                (false, true) => {
                    rest.extend_from_slice(line);
                    point(&rest).into_iter().for_each(&mut with);
                    rest.clear();
                }
                (_, false) => rest.extend_from_slice(line),
            }
        }
        reader.consume(size);
    }
}

/// A line's value: `<ms> <value>`, with a step, or with a step and the data set that it is of. Anything else is none.
pub(super) fn point(line: &[u8]) -> Option<Point> {
    let line = std::str::from_utf8(line).ok()?.trim_ascii();
    let mut fields = line.split(' ');
    let (time, value, step) = (fields.next()?, fields.next()?, fields.next());
    if !matches!(fields.count(), 0 | 2) {
        return None;
    }
    let step = step.map_or(Ok(0), str::parse).ok()?;
    Some(Point { time_ms: time.parse().ok()?, value: value.parse().ok()?, step })
}
