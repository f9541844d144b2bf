//! What the verbs on runs take.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct RunProgram {
    /// The experiment that the run belongs to [default: the project folder's name]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub experiment: String,
    /// The run's name [default: one is made]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// A parameter: recorded, put in a notebook's place of it, given to a script as --k=v
    #[arg(long = "param", value_name = "K=V", value_parser = pair)]
    pub params: Vec<(String, String)>,
    /// The Python of scripts and notebooks: a program or an environment [default: the active one, or the project's]
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub python: String,
    /// A script (.py), a notebook (.ipynb) or any command, and what it takes
    #[arg(value_name = "FILE|CMD", required = true, trailing_var_arg = true)]
    pub command: Vec<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}

#[derive(Args)]
pub(crate) struct RunsCommand {
    #[command(subcommand)]
    pub verb: RunsVerb,
}

#[derive(Subcommand)]
pub(crate) enum RunsVerb {
    /// List runs, the newest first
    ///
    /// The runs that a filter chooses, with their parameters, tags and the last values of their metrics.
    List(Chosen),
    /// Show all that is recorded of a run
    ///
    /// All that is recorded of a run: parameters, tags, every value of every metric, inputs, and what it began with.
    Show(OneRun),
    /// Compare runs: parameters, code and data that differ, and metrics
    ///
    /// Several runs side by side: parameters, code and data that differ, and metrics; also as a page.
    Compare {
        /// Two runs or more: their names, or the beginnings of their ids
        #[arg(required = true, num_args = 2.., value_name = "RUN")]
        runs: Vec<String>,
        /// Also write a page of it
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Remove a run from lists; its files stay
    ///
    /// Marks a run as deleted, as MLflow does: its files stay, but it is listed no more.
    Rm(OneRun),
    /// Write runs to a table: .csv, .jsonl or .parquet
    ///
    /// Writes the runs that a filter chooses to a table file: `.csv`, `.jsonl` or `.parquet`.
    Export {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Show the runs in MLflow's own pages
    Ui {
        /// The port that the pages are served at, on this machine only
        #[arg(long, default_value_t = 5000)]
        port: u16,
        /// The Python that has MLflow [default: the active one, or the project's]
        #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
        python: String,
    },
}

#[derive(Args)]
pub(crate) struct OneRun {
    /// Its name, or the beginning of its id
    pub run: String,
}

#[derive(Args)]
pub(crate) struct Chosen {
    /// Only this experiment's
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub experiment: String,
    /// Only those that this says, in MLflow's language: metrics.loss < 0.1 and params.model = 'tree'
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// In this order: metrics.loss ASC
    #[arg(long, value_name = "COLUMN [ASC|DESC]")]
    pub order_by: Vec<String>,
    /// At most so many; all when 0
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub limit: u64,
}

#[derive(Args)]
pub(crate) struct Why {
    /// A file, REV:PATH, a run, or the id of data
    #[arg(value_name = "FILE|RUN")]
    pub what: String,
}
