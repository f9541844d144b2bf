//! `octostore profile`

use super::documents::{cell, number, place, show, table, write_parts};
use super::{Outcome, Run, accepting};
use crate::args::{OnError, Place, Profile};
use crate::exit::Failure;
use crate::output::count;
use octostore::{Code, Document, ProfileOptions, Repo, profile_files};
use serde_json::Value;
use std::path::PathBuf;

/// As many characters of a value as the table shows.
const SHOWN: usize = 24;

pub(crate) fn run(run: &Run, args: Profile) -> Outcome {
    // What is of all columns of the data that is here is kept beside it, unless it shall go elsewhere.
    let kept = args.output.is_none() && args.columns.is_empty() && !args.place.has_revision() && !args.dry_run;
    let options = ProfileOptions {
        tfdv: args.tfdv,
        columns: args.columns,
        weight: args.weight,
        slices: args.slices,
        write: args.write || kept && Repo::open(".", &run.context).is_ok(),
        on_error: OnError::word(args.on_error),
    };
    let document = profile(run, &args.place, &options)?;
    if let Some(folder) = &args.output {
        write_parts(&document, folder)?;
    }
    show(run, &document, |report| {
        let mut lines = lines(report);
        if options.write {
            let place = args.place.spec.to_string_lossy();
            lines.extend([String::new(), format!("It is kept in {}.octo/.", place.trim_end_matches('/'))]);
        }
        lines
    })
}

/// Of a repository's data, or of plain files where there is no repository.
fn profile(run: &Run, at: &Place, options: &ProfileOptions) -> Result<Document, Failure> {
    let job = run.job();
    match Repo::open(".", &run.context) {
        Ok(repo) => {
            let (rev, path) = place(&repo, at)?;
            accepting(&repo, || repo.profile(&rev, &path, options, &job))
        }
        Err(e) if e.code() == Code::NotARepository && !at.has_revision() => {
            Ok(profile_files(&[PathBuf::from(&at.spec)], options, &run.context, &job)?)
        }
        Err(e) => Err(e.into()),
    }
}

fn lines(report: &Value) -> Vec<String> {
    let features: Vec<&Value> = report["features"].as_array().into_iter().flatten().collect();
    let rows: Vec<Vec<String>> = features.iter().map(|f| feature(f)).collect();
    let mut lines =
        vec![format!("{} rows, {} columns", cell(&report["rows"]), cell(&report["columns"])), String::new()];
    lines.extend(table(&["column", "type", "missing", "distinct", "mean", "min", "max", "most frequent"], &rows));
    let duplicates = &report["duplicate_rows"];
    if duplicates["count"].as_u64().is_some_and(|n| n > 0) {
        lines.extend([String::new(), format!("{} rows are there more than once.", counted(duplicates))]);
    }
    if let Some(left) = report["rows_left_out"].as_u64().filter(|n| *n > 0) {
        lines.push(format!("Left out, because they could not be read: {}.", count(left, "row")));
    }
    lines.extend(report["notes"].as_array().into_iter().flatten().map(cell));
    lines
}

/// Of dates, days say more than numbers; their mean says nothing.
fn day(f: &Value, key: &str) -> Option<String> {
    let dates = f["dates"].as_object()?;
    Some(dates.get(key).map(cell).unwrap_or_default())
}

fn feature(f: &Value) -> Vec<String> {
    let missing = match f["missing_share"].as_f64() {
        Some(share) if share > 0.0 => format!("{}%", number((share * 1000.0).round() / 10.0)),
        Some(_) => "0%".to_owned(),
        None => String::new(),
    };
    let top = f["top_values"].as_array().and_then(|top| top.first());
    // Of numbers that hardly repeat, the most frequent one says nothing.
    let top = top.filter(|t| f["type"] == "STRING" || t["count"].as_u64() > Some(1));
    let frequent = top.map(|t| format!("{} ({})", short(&cell(&t["value"])), cell(&t["count"]))).unwrap_or_default();
    let figure = |key: &str| short(&cell(&f[key]));
    vec![
        short(&cell(&f["name"])),
        cell(&f["type"]),
        missing,
        counted(&f["distinct"]),
        day(f, "mean").unwrap_or_else(|| figure("mean")),
        day(f, "first").unwrap_or_else(|| figure("min")),
        day(f, "last").unwrap_or_else(|| figure("max")),
        frequent,
    ]
}

/// A count; one that is estimated says so.
fn counted(count: &Value) -> String {
    match count["exact"].as_bool() {
        Some(false) => format!("~{}", cell(&count["count"])),
        _ => cell(&count["count"]),
    }
}

/// The beginning of a value, on one line.
fn short(text: &str) -> String {
    let mut line: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}
