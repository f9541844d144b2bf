//! Choosing runs with MLflow's filter language, and ordering them as MLflow does.
//!
//! [`filter`] and [`order`] read the words; here they are held to runs. Of a run no more is read than the words ask for, until it is
//! chosen.

mod filter;
mod order;
mod words;

use super::alive::State;
use super::folder::RunsFolder;
use super::layout::{KeyKind, META};
use super::meta::{RunMeta, Stage};
use super::read::{RunRecord, with_name};
use super::record::{RUN_NAME, RunDir};
use crate::error::Result;
use filter::Clause;
use order::Order;
use rayon::prelude::*;
use words::{Attribute, DatasetField, Subject};

/// The runs that a filter chooses, in an order (the newest first, unless it says otherwise), at most `limit`. Deleted runs are
/// not among them. A run whose writer is found dead is ended on the way.
///
/// # Errors
/// What is not understood of the words, with its place. A run whose record cannot be read is passed over only if it has none.
pub(crate) fn search(
    folder: &RunsFolder,
    experiment: Option<&str>,
    filter: &str,
    order_by: &[String],
    limit: usize,
) -> Result<Vec<RunRecord>> {
    let clauses = filter::parse(filter)?;
    let orders = order_by.iter().map(|text| order::parse(text)).collect::<Result<Vec<_>>>()?;
    let runs = folder.runs(experiment)?;
    let mut found = runs
        .into_par_iter()
        .filter_map(|run| Candidate::of(run, &clauses, &orders).transpose())
        .collect::<Result<Vec<Candidate>>>()?;
    found.sort_by(|a, b| a.compare(b, &orders));
    found.truncate(limit);
    found.into_par_iter().map(|c| c.run.read_beside(c.meta)).collect()
}

/// A run that the filter chooses, and what it is ordered by.
struct Candidate {
    run: RunDir,
    meta: RunMeta,
    keys: Vec<Option<Fact>>,
}

/// Something known of a run.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    Text(String),
    Number(f64),
    /// Times are whole, and larger than fits a float exactly one day.
    Whole(i64),
}

impl Candidate {
    fn of(run: RunDir, clauses: &[Clause], orders: &[Order]) -> Result<Option<Candidate>> {
        if !run.dir().join(META).is_file() {
            return Ok(None);
        }
        let mut meta = run.meta()?;
        if meta.stage == Stage::Deleted {
            return Ok(None);
        }
        // What cannot be rewritten here is shown as it is.
        if !meta.status.has_ended() && run.state()? == State::Dead && run.bury().unwrap_or(false) {
            meta = run.meta()?;
        }
        if meta.name.is_empty() {
            let tag = run.text_of(KeyKind::Tag, RUN_NAME)?;
            meta = with_name(meta, tag.as_deref());
        }
        for clause in clauses {
            if !holds(clause, &run, &meta)? {
                return Ok(None);
            }
        }
        let keys = orders.iter().map(|o| fact(&o.subject, &run, &meta)).collect::<Result<_>>()?;
        Ok(Some(Candidate { run, meta, keys }))
    }

    fn compare(&self, other: &Candidate, orders: &[Order]) -> std::cmp::Ordering {
        let keys = self.keys.iter().zip(&other.keys).zip(orders);
        let by_keys = keys.map(|((a, b), order)| order.compare(a.as_ref(), b.as_ref())).find(|o| o.is_ne());
        let newest = || other.meta.start_ms.cmp(&self.meta.start_ms).then_with(|| self.meta.id.cmp(&other.meta.id));
        by_keys.unwrap_or_else(newest)
    }
}

fn holds(clause: &Clause, run: &RunDir, meta: &RunMeta) -> Result<bool> {
    let Subject::Dataset(field) = &clause.subject else {
        return Ok(clause.test.holds(fact(&clause.subject, run, meta)?.as_ref()));
    };
    // One of a run's data sets is enough.
    let inputs = run.inputs()?;
    Ok(inputs.into_iter().any(|input| {
        let text = match field {
            DatasetField::Name => Some(input.name),
            DatasetField::Digest => Some(input.digest),
            // MLflow looks at those that have the tag.
            DatasetField::Context => Some(input.context).filter(|c| !c.is_empty()),
        };
        clause.test.holds(text.map(Fact::Text).as_ref())
    }))
}

/// What is known of a run; `None` if it has no such thing.
fn fact(subject: &Subject, run: &RunDir, meta: &RunMeta) -> Result<Option<Fact>> {
    let text = |t: &str| Some(Fact::Text(t.to_owned()));
    Ok(match subject {
        Subject::Metric(key) => run.metric(key)?.map(|p| Fact::Number(p.value)),
        Subject::Param(key) => run.text_of(KeyKind::Param, key)?.map(Fact::Text),
        Subject::Tag(key) => run.text_of(KeyKind::Tag, key)?.map(Fact::Text),
        Subject::Attribute(attribute) => match attribute {
            Attribute::RunId => text(&meta.id),
            Attribute::RunName => text(&meta.name),
            Attribute::UserId => text(&meta.user),
            Attribute::Status => text(meta.status.name()),
            Attribute::ArtifactUri => text(&meta.artifact_uri),
            Attribute::StartTime => Some(Fact::Whole(meta.start_ms)),
            Attribute::EndTime => meta.end_ms.map(Fact::Whole),
        },
        Subject::Dataset(_) => None,
    })
}
