//! `octostore rows`

use super::{Outcome, Run, accepting, rev_and_path};
use crate::args::{OnError, Rows};
use crate::exit::Failure;
use crate::output::{bytes, count};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::arrow::{array::RecordBatch, csv, json};
use octostore::{Code, Error, ReadOptions};
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn run(run: &Run, args: Rows) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = rev_and_path(&repo, &args.spec)?;
    let options = ReadOptions {
        columns: args.columns,
        limit: args.limit,
        batch_rows: args.batch_rows,
        split: args.split,
        sample: args.sample,
        selection: args.selection,
        on_error: OnError::word(args.on_error),
    };
    let job = run.job();
    let mut rows = accepting(&repo, || repo.read_rows(&rev, &path, &options, &job))?;
    let Some(output) = args.output else {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        if run.json {
            let mut writer = json::LineDelimitedWriter::new(&mut out);
            while let Some(batch) = rows.next_batch()? {
                writer.write(&batch).map_err(output_failed)?;
            }
            writer.finish().map_err(output_failed)?;
        } else {
            let mut writer = csv::Writer::new(&mut out);
            writer.write(&RecordBatch::new_empty(rows.schema())).map_err(output_failed)?;
            while let Some(batch) = rows.next_batch()? {
                writer.write(&batch).map_err(output_failed)?;
            }
        }
        return Ok(ExitCode::SUCCESS);
    };
    let to = repo.path_from(&output)?;
    let report = repo.write_rows(&to, rows, &job)?;
    run.report(
        || json!({"rows": report.rows, "bytes": report.bytes}),
        || vec![format!("Wrote {} ({}) to {to}.", count(report.rows, "row"), bytes(report.bytes))],
    )
}

fn output_failed(e: octostore::arrow::error::ArrowError) -> Failure {
    use octostore::arrow::error::ArrowError as E;
    match e {
        E::IoError(_, io) => io.into(),
        other => Error::new(Code::Unsupported, format!("the rows cannot be printed: {other}"))
            .remedy("Write them to a .parquet or .arrow file with -o, or choose other columns.")
            .into(),
    }
}
