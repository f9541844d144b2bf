//! Runs as a table that other programs read: a row a run, a column for each parameter, metric and tag.

use super::super::Document;
use super::{Runs, SearchOptions};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use std::path::Path;

#[cfg(not(feature = "tabular"))]
pub(super) fn export(_: &Runs, _: &Path, _: &SearchOptions, _: &Job) -> Result<Document> {
    Err(Error::new(Code::Unsupported, "this octostore was built without the feature tabular, which writes tables"))
}

#[cfg(feature = "tabular")]
pub(super) fn export(runs: &Runs, to: &Path, options: &SearchOptions, job: &Job) -> Result<Document> {
    use crate::data;
    use crate::store::files::{open_up, write_atomically};
    let name = to.to_string_lossy().into_owned();
    if ![".csv", ".jsonl", ".parquet"].iter().any(|ending| name.ends_with(ending)) {
        return Err(Error::new(Code::InvalidArgument, format!("{name} does not end in .csv, .jsonl or .parquet"))
            .remedy("The name's ending says the format: runs.csv, runs.jsonl, runs.parquet.")
            .with("path", name));
    }
    let found = runs.chosen(options, job)?;
    let batch = table::of(&found)?;
    let columns = batch.num_columns();
    let reader = arrow::record_batch::RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    let mut result = Ok(Default::default());
    // A bare name has no folder that could be made durable.
    let place = std::path::absolute(to).map_err(|e| Error::io(to, "finding the folder", e))?;
    let written = write_atomically(&place, |file| {
        open_up(file)?;
        result = data::write(&name, reader, file, job);
        if result.is_ok() { Ok(()) } else { Err(std::io::ErrorKind::Other.into()) }
    });
    // What the format failed with says more than that nothing was written.
    let report = result?;
    written?;
    Ok(Document::new(&serde_json::json!({
        "path": name, "runs": found.len(), "columns": columns, "bytes": report.bytes,
    })))
}

#[cfg(feature = "tabular")]
mod table {
    use crate::data::from_arrow;
    use crate::error::Result;
    use crate::runs::RunRecord;
    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    /// The runs as rows.
    pub(super) fn of(runs: &[RunRecord]) -> Result<RecordBatch> {
        let text = |of: &dyn Fn(&RunRecord) -> Option<String>| -> ArrayRef {
            Arc::new(runs.iter().map(of).collect::<StringArray>())
        };
        let time = |of: &dyn Fn(&RunRecord) -> Option<i64>| -> ArrayRef {
            Arc::new(runs.iter().map(of).collect::<TimestampMillisecondArray>().with_timezone("+00:00"))
        };
        let mut columns: Vec<(String, ArrayRef, bool)> = vec![
            ("run_id".into(), text(&|r| Some(r.meta.id.clone())), true),
            ("name".into(), text(&|r| Some(r.meta.name.clone())), true),
            ("experiment".into(), text(&|r| Some(r.experiment.clone())), true),
            ("status".into(), text(&|r| Some(r.meta.status.name().to_owned())), true),
            ("user".into(), text(&|r| Some(r.meta.user.clone())), true),
            ("start_time".into(), time(&|r| Some(r.meta.start_ms)), true),
            ("end_time".into(), time(&|r| r.meta.end_ms), true),
        ];
        for key in keys(runs, |r| r.params.keys()) {
            columns.push((format!("params.{key}"), text(&|r| r.params.get(&key).cloned()), true));
        }
        for key in keys(runs, |r| r.metrics.keys()) {
            let values: Float64Array = runs.iter().map(|r| r.metrics.get(&key).map(|p| p.value)).collect();
            columns.push((format!("metrics.{key}"), Arc::new(values), true));
        }
        for key in keys(runs, |r| r.tags.keys()) {
            columns.push((format!("tags.{key}"), text(&|r| r.tags.get(&key).cloned()), true));
        }
        RecordBatch::try_from_iter_with_nullable(columns).map_err(|e| from_arrow("runs", e))
    }

    fn keys<'r, I: Iterator<Item = &'r String>>(
        runs: &'r [RunRecord],
        of: impl Fn(&'r RunRecord) -> I,
    ) -> BTreeSet<String> {
        runs.iter().flat_map(of).cloned().collect()
    }
}
