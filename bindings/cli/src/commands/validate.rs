//! `octostore validate`

use super::documents::{answer, place, print_report, reference, text, write};
use super::{Outcome, Run, accepting};
use crate::args::{Form, Validate};
use crate::exit::Failure;
use crate::output::print_lines;
use octostore::{Code, Document, Error, ValidateOptions};

pub(crate) fn run(run: &Run, args: Validate) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let options = ValidateOptions {
        schema: args.schema,
        against: reference(&repo, args.against),
        serving: reference(&repo, args.serving),
        environment: args.environment,
        rows: args.rows,
    };
    let job = run.job();
    let document = accepting(&repo, || repo.validate(&rev, &path, &options, &job))?;
    if let Some(file) = &args.output {
        write(file, document.part("anomalies.pbtxt").unwrap_or_default())?;
    }
    let form = if run.json { Form::Json } else { args.format };
    match form {
        Form::Json => print_report(&document)?,
        Form::Text => print_lines(part(&document, "text")?.lines().map(str::to_owned))?,
        Form::Junit => print_lines(part(&document, "junit")?.lines().map(str::to_owned))?,
        Form::Markdown => print_lines(part(&document, "markdown")?.lines().map(str::to_owned))?,
    }
    Ok(answer(&document))
}

fn part(document: &Document, name: &str) -> Result<String, Failure> {
    text(document, name).ok_or_else(|| Error::new(Code::Internal, format!("the document has no part {name}")).into())
}
