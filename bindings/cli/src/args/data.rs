//! The verbs on rows, statistics and schemas.

use clap::{Args, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// What becomes of a file or a row that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnError {
    /// End with the error
    Stop,
    /// Leave it out and count it
    Skip,
    /// Leave it out and keep it beside the data
    Quarantine,
}

impl OnError {
    pub(crate) fn word(given: Option<OnError>) -> String {
        match given {
            None => "",
            Some(OnError::Stop) => "stop",
            Some(OnError::Skip) => "skip",
            Some(OnError::Quarantine) => "quarantine",
        }
        .to_owned()
    }
}

#[derive(Args)]
pub(crate) struct Import {
    /// Files, folders, archives or prefixes: here, http(s)://, s3://, gs:// or az://
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// The file or folder of the work tree that it becomes
    #[arg(long, value_name = "PATH")]
    pub to: OsString,
    /// Bring a new snapshot: read what changed, remove what is gone
    #[arg(long)]
    pub update: bool,
    /// Leave the objects where they are; keep only their place, version, size and hash
    #[arg(long)]
    pub in_place: bool,
    /// Also make a sampled set: a fraction such as 0.01, or a number of rows
    #[arg(long, value_name = "FRACTION|ROWS", default_value = "", hide_default_value = true)]
    pub sample: String,
    /// Also write statistics, schema and examples of each table
    #[arg(long)]
    pub profile: bool,
    /// Commit what was imported
    #[arg(long)]
    pub commit: bool,
    /// What a file that cannot be imported does [default: stop]
    #[arg(long, value_name = "stop|skip|quarantine", hide_possible_values = true)]
    pub on_error: Option<OnError>,
    /// The licence of the data, for the record
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub license: String,
    /// Only members or objects that match, as in .gitignore; may be given again
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
}

/// A file or folder of rows.
#[derive(Args)]
pub(crate) struct Place {
    /// A file or folder of the index, or of a revision: REV:PATH
    #[arg(value_name = "[REV:]PATH")]
    pub spec: OsString,
}

impl Place {
    /// Whether it is REV:PATH.
    pub(crate) fn has_revision(&self) -> bool {
        self.spec.as_encoded_bytes().contains(&b':')
    }
}

#[derive(Args)]
pub(crate) struct Profile {
    #[command(flatten)]
    pub place: Place,
    /// Count as TFDV does (32-bit floats, its quantiles)
    #[arg(long)]
    pub tfdv: bool,
    /// Only these columns
    #[arg(short, long, value_name = "NAME,...", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The column that weighs the rows
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub weight: String,
    /// Also the rows of each value of these columns
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub slices: Vec<String>,
    /// Write the files beside the data, in PATH.octo/, and stage them: also with -o, columns, or of plain files
    #[arg(long)]
    pub write: bool,
    /// Only show them
    #[arg(long, conflicts_with = "write")]
    pub dry_run: bool,
    /// What a row that cannot be read does [default: stop]
    #[arg(long, value_name = "stop|skip|quarantine", hide_possible_values = true)]
    pub on_error: Option<OnError>,
    /// Write statistics.pb, statistics.json and what else there is to this folder
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub verb: SchemaVerb,
}

#[derive(Subcommand)]
pub(crate) enum SchemaVerb {
    /// Infer the schema from the data, with suggestions
    Infer {
        #[command(flatten)]
        place: Place,
        /// Accept these suggestions, by their names, or all
        #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
        accept: Vec<String>,
        /// Write it beside the data, in PATH.octo/schema.pbtxt, and stage it
        #[arg(long)]
        write: bool,
    },
    /// Print the stored schema
    Show {
        #[command(flatten)]
        place: Place,
    },
    /// Compare the schema with that of a revision, or with a file
    Diff {
        #[command(flatten)]
        place: Place,
        /// A revision, or a .pbtxt file
        #[arg(long, value_name = "REV|FILE", default_value = "HEAD")]
        against: String,
    },
    /// Accept suggestions, and write the schema
    Accept {
        #[command(flatten)]
        place: Place,
        /// The suggestions' names; all of them if there are none
        names: Vec<String>,
    },
}

/// In which form anomalies are told.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Lines for people
    Text,
    /// One JSON document
    Json,
    /// A JUnit report, for continuous integration
    Junit,
    /// A table, for a review
    Markdown,
}

#[derive(Args)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub place: Place,
    /// A schema file [default: the schema beside the data]
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub schema: String,
    /// Measure drift from the statistics of this revision or path
    #[arg(long, value_name = "REV|PATH", default_value = "", hide_default_value = true)]
    pub against: String,
    /// Measure skew from the statistics of this path, those of serving
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub serving: String,
    /// The schema's environment
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub environment: String,
    /// Example rows for each anomaly [default: 5]
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub rows: u64,
    /// Write the anomalies to this file as TFDV does
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// In which form they are told
    #[arg(long, value_name = "text|json|junit|markdown", default_value = "text", hide_possible_values = true)]
    pub format: Form,
}

#[derive(Args)]
pub(crate) struct Sample {
    #[command(flatten)]
    pub place: Place,
    /// This fraction of the rows
    #[arg(short, long, value_name = "FRACTION", default_value_t = 0.0, hide_default_value = true)]
    pub fraction: f64,
    /// This many rows
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub rows: u64,
    /// hash, bottom-k, reservoir, blocks or time [default: hash with a fraction, bottom-k with a number]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub method: String,
    /// The columns whose values decide [default: all]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub key: Vec<String>,
    /// As large a share of each value of this column
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub stratify: String,
    /// The time column, of which the newest rows are taken
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub time: String,
    /// Another number gives another sample
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub seed: u64,
    /// The file of the work tree to write [default: PATH.octo/data/sample.parquet]
    #[arg(short = 'o', long, value_name = "PATH")]
    pub to: Option<OsString>,
}

#[derive(Args)]
pub(crate) struct Split {
    #[command(flatten)]
    pub place: Place,
    /// The share of the part train
    #[arg(long, value_name = "SHARE")]
    pub train: Option<String>,
    /// The share of the part test
    #[arg(long, value_name = "SHARE")]
    pub test: Option<String>,
    /// The share of the part validation
    #[arg(long, value_name = "SHARE")]
    pub validation: Option<String>,
    /// A part of another name; may be given again
    #[arg(long, value_name = "NAME=SHARE")]
    pub part: Vec<String>,
    /// Rows that agree in these columns stay together
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// The same shares of these columns' values in each part
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub stratify: Vec<String>,
    /// The parts follow each other in this column's time
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub time: String,
    /// Leave out rows so close before a cut in time: a number, or 7d, 12h
    #[arg(long, value_name = "LENGTH", default_value = "", hide_default_value = true)]
    pub gap: String,
    /// This many folds instead of parts
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub folds: u64,
    /// ExampleGen's buckets: shares are whole numbers of them
    #[arg(long)]
    pub buckets: bool,
    /// Another number gives another split
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub seed: u64,
    /// The recipe's name [default: default]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// Check the stored split: exit with 1 if a group or a row is in two parts
    #[arg(long)]
    pub check: bool,
    /// Write each part to a file in this folder of the work tree
    #[arg(short = 'o', long, value_name = "DIR")]
    pub to: Option<OsString>,
}

#[derive(Args)]
pub(crate) struct Examples {
    #[command(flatten)]
    pub place: Place,
    /// The folder of the work tree [default: PATH.octo/data/examples]
    #[arg(short = 'o', long, value_name = "DIR")]
    pub to: Option<OsString>,
    /// tfrecord or parquet [default: tfrecord]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub format: String,
    /// The split whose parts become folders [default: ExampleGen's own, train 2 : eval 1]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub split: String,
    /// Shards of a part [default: 1]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub shards: u64,
    /// The column that ExampleGen's own split hashes [default: the whole example]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub partition: String,
}

#[derive(Args)]
pub(crate) struct Features {
    /// Files or folders that have statistics
    #[arg(required = true)]
    pub paths: Vec<OsString>,
    /// The column to be predicted
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub label: String,
    /// Record the columns that are left as a selection of this name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub save: String,
    /// The revision of the statistics [default: the index]
    #[arg(long, value_name = "REV", default_value = "", hide_default_value = true)]
    pub rev: String,
    /// Leave out columns with a larger share of missing values [default: 0.5]
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, hide_default_value = true)]
    pub max_missing: f64,
    /// Of columns that are correlated more, leave one out [default: 0.95]
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, hide_default_value = true)]
    pub max_correlation: f64,
}

#[derive(Args)]
pub(crate) struct View {
    #[command(flatten)]
    pub place: Place,
    /// Show it beside this revision, or beside another path
    #[arg(long, value_name = "REV|PATH", default_value = "", hide_default_value = true)]
    pub against: String,
    /// The page to write [default: the file's name with .html, in the current folder]
    #[arg(short, long, value_name = "FILE.html")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Diff {
    /// Compare the statistics
    #[arg(long, required = true)]
    pub stats: bool,
    /// One revision, compared with the index, or two [default: HEAD]; then files, folders or patterns
    #[arg(value_name = "REV|PATH")]
    pub words: Vec<OsString>,
    /// Files, folders or patterns whose names could be those of revisions
    #[arg(last = true, value_name = "PATH")]
    pub paths: Vec<OsString>,
}
