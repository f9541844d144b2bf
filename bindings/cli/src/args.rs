//! What a user may type. `docs/cli.md` is generated from this file; a test compares the two.

mod data;
mod env;
mod runs;

pub(crate) use data::*;
pub(crate) use env::*;
pub(crate) use runs::*;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// The git experience for data: versioned beside your code, stored in a folder or a bucket.
#[derive(Parser)]
#[command(
    name = "octostore",
    version,
    long_version = crate::version(),
    max_term_width = 100,
    after_help = "\
Start here:
  octostore tour                         see all of it at work, on real data, in a few seconds
  octostore init --store ~/octostore     make this git repository data-aware
  octostore track 'data/**'              then: git add, git commit, git push as usual

Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 failed, 130 stopped by Ctrl-C;\n\
of run: the program's own, 125 if octostore itself failed."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every verb.
#[derive(Args)]
#[command(next_help_heading = "Options of every verb")]
pub(crate) struct Global {
    /// Work as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub chdir: Option<PathBuf>,
    /// Print one JSON document instead of text; errors too
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How to tell of progress on standard error: bars or lines for people, or a JSON document a line for programs
    #[arg(long, value_name = "HOW", default_value = "people", hide_default_value = true, global = true)]
    pub progress: ProgressForm,
    /// Tell on standard error what is done, up to this level
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log: Option<LogLevel>,
    /// Threads for cutting, hashing and compressing [default: one for each core]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, global = true, value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub threads: u32,
    /// MiB of memory for data on its way to or from a store [default: 128]
    #[arg(long, value_name = "MIB", default_value_t = 0, hide_default_value = true, global = true, value_parser = clap::value_parser!(u64).range(0..=1 << 20))]
    pub memory: u64,
    /// Requests under way at once [default: 8]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, global = true, value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub connections: u32,
}

/// How progress is told.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressForm {
    /// Bars on a terminal, now and then a line elsewhere
    People,
    /// A JSON document a line
    Json,
}

/// Which log records are shown.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Calls that failed
    Error,
    /// What one should know
    Warn,
    /// What was done to stores and repositories
    Info,
    /// Each call, and how long it took
    Debug,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the main job end to end, on real data and a local-folder store
    #[command(after_help = "Examples:\n  octostore tour\n  octostore tour /tmp/tour")]
    Tour(Tour),
    /// Make this git repository data-aware
    ///
    /// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store.
    #[command(
        after_help = "Examples:\n  octostore init\n  octostore init --store ~/octostore\n  octostore init --store s3://bucket/prefix"
    )]
    Init(Init),
    /// Clone a git repository with its data
    ///
    /// Clones a git repository, accepts its store, and writes the chosen data.
    #[command(
        after_help = "Examples:\n  octostore clone https://example.org/project.git\n  octostore clone ../project --data none\n  octostore clone ../project --copy-to s3://my-bucket/project"
    )]
    Clone(Clone),
    /// Track files as data, by patterns as in .gitignore
    ///
    /// Tracks the files that these patterns (as in `.gitignore`) match; gives those that were not tracked before.
    #[command(after_help = "Examples:\n  octostore track data/\n  octostore track '*.parquet' 'raw/**/*.csv'")]
    Track(Patterns),
    /// Track files no longer
    ///
    /// No longer tracks these patterns; gives those that were tracked.
    #[command(after_help = "Examples:\n  octostore untrack '*.parquet'")]
    Untrack(Patterns),
    /// Add files: what git add does, on all cores
    ///
    /// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the cache and stages their pointers.
    #[command(
        after_help = "Examples:\n  octostore add data\n  octostore add              (every tracked file that changed)"
    )]
    Add(Paths),
    /// Show where the data of each tracked file stands
    ///
    /// The state of every tracked file, in path order.
    #[command(after_help = "Examples:\n  octostore status\n  octostore status --exit-code && echo nothing to do")]
    Status(Status),
    /// List the tracked files of the index or of a revision
    ///
    /// The tracked files of a revision (empty: the index), those at or below a path if one is given.
    #[command(after_help = "Examples:\n  octostore ls\n  octostore ls v1.0 data/train")]
    Ls(Ls),
    /// Print a file of any revision, or a range of it, without pulling it
    ///
    /// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
    #[command(
        after_help = "Examples:\n  octostore cat HEAD~1:data/train.csv\n  octostore cat v1.0:data/train.csv --range 0-1023\n  octostore cat :data/train.csv        (the index)"
    )]
    Cat(Cat),
    /// Print rows of a table file of any revision, or write them to another file
    ///
    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns and rows need is fetched. Writes a stream of rows to a file in the work tree, in the format that its name says.
    #[command(
        after_help = "Examples:\n  octostore rows HEAD:data/train.csv --limit 5\n  octostore rows v1.0:data/train.parquet --columns age,income --json\n  octostore rows :data/train.csv -o data/train.parquet\n  octostore rows :data/train.csv --split by-user/train --selection chosen --sample 0.01"
    )]
    Rows(Rows),
    /// Upload data; with a remote, also push the branch to it
    ///
    /// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
    #[command(after_help = "Examples:\n  octostore push\n  octostore push origin\n  octostore push --all")]
    Push(Push),
    /// Bring data into the local cache
    ///
    /// Brings the data of the index into the cache: everything, or what patterns choose.
    #[command(
        after_help = "Examples:\n  octostore fetch\n  octostore fetch data/train\n  octostore fetch --only statistics,schema"
    )]
    Fetch(PullPaths),
    /// Write the data of files that are still pointers
    ///
    /// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.
    #[command(
        after_help = "Examples:\n  octostore pull\n  octostore pull data/train '*.csv'\n  octostore pull --only statistics,schema"
    )]
    Pull(PullPaths),
    /// Turn files back into pointers and free their space; the store keeps the data
    ///
    /// Turns files back into pointers and frees their space; the store, asked now, must hold their data.
    #[command(after_help = "Examples:\n  octostore drop data/raw --yes")]
    Drop(Drop),
    /// Show every change of a file
    ///
    /// Every change of a path, the newest first; at most `limit` of them, or all if that is 0.
    #[command(after_help = "Examples:\n  octostore log data/train.csv\n  octostore log data/train.csv -n 3 --json")]
    Log(Log),
    /// Check every byte against its hash; damage leaves the cache
    ///
    /// Checks every byte against its hash: the cache and, if asked, the store.
    #[command(after_help = "Examples:\n  octostore fsck\n  octostore fsck --store")]
    Fsck(Fsck),
    /// Say where the bytes of a file are: a local path, or ranges in the store
    ///
    /// Where the bytes of a file of a revision are: a local file, or ranges in the store.
    #[command(after_help = "Examples:\n  octostore resolve HEAD:data/train.csv --json")]
    Resolve(Resolve),
    /// Show, set, accept or copy the store
    #[command(
        after_help = "Examples:\n  octostore store show\n  octostore store set s3://bucket/prefix\n  octostore store copy /backup/octostore"
    )]
    Store(Store),
    /// Bring data in from files, folders, archives and buckets
    ///
    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under `to`, and stages them.
    #[command(
        after_help = "Examples:\n  octostore import https://example.org/people.tar.gz --to data/people\n  octostore import s3://bucket/raw/ --to data/raw --sample 0.01 --profile --commit\n  octostore import s3://bucket/raw/ --to data/raw --update"
    )]
    Import(Import),
    /// Count what is in a table; show it, and keep it beside the data
    ///
    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
    #[command(
        after_help = "Examples:\n  octostore profile data/train.csv\n  octostore profile HEAD:data/train.csv --tfdv -o stats\n  octostore profile data/train.csv --columns age,income --dry-run"
    )]
    Profile(Profile),
    /// Infer, show, compare or accept the schema of a table
    ///
    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.
    #[command(
        after_help = "Examples:\n  octostore schema infer data/train.csv --write\n  octostore schema show data/train.csv\n  octostore schema diff data/train.csv --against v1.0\n  octostore schema accept data/train.csv"
    )]
    Schema(Schema),
    /// Hold data to its schema; exit with 1 if it is not as it should be
    ///
    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.
    #[command(
        after_help = "Examples:\n  octostore validate data/train.csv\n  octostore validate data/new.csv --schema data/train.csv.octo/schema.pbtxt --against data/train.csv\n  octostore validate data/train.csv --format junit > report.xml"
    )]
    Validate(Validate),
    /// Write a sample of the rows
    ///
    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.
    #[command(
        after_help = "Examples:\n  octostore sample data/train.csv --fraction 0.01\n  octostore sample HEAD:data/train.csv --rows 10000 --key user -o data/small.parquet"
    )]
    Sample(Sample),
    /// Part rows into train and test by a stored recipe, or check it
    ///
    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.
    #[command(
        after_help = "Examples:\n  octostore split data/train.csv --train 0.7 --test 0.3 --by user\n  octostore split data/train.csv --train 0.8 --test 0.2 --time day --gap 7d --name by-time\n  octostore split data/train.csv --check"
    )]
    Split(Split),
    /// Write rows as examples for training: TFRecord or Parquet
    ///
    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.
    #[command(
        after_help = "Examples:\n  octostore examples data/train.csv\n  octostore examples data/train.csv --split by-user --shards 4 -o data/examples"
    )]
    Examples(Examples),
    /// Rank columns by their statistics, and record the choice
    ///
    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.
    #[command(
        after_help = "Examples:\n  octostore features data/train.csv --label bought\n  octostore features data/a.csv data/b.csv --label bought --save chosen"
    )]
    Features(Features),
    /// Write a page that shows the statistics
    ///
    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    #[command(
        after_help = "Examples:\n  octostore view data/train.csv\n  octostore view HEAD:data/train.csv --against v1.0 -o train.html"
    )]
    View(View),
    /// Compare the statistics of two revisions, without the data
    ///
    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    #[command(after_help = "Examples:\n  octostore diff --stats\n  octostore diff v1.0 HEAD data/train.csv --stats")]
    Diff(Diff),
    /// Show what a folder says of its environment
    #[command(after_help = "Examples:\n  octostore env show\n  octostore env show study --json")]
    Env(Env),
    /// Write down the environment that is: packages, Python, what is imported
    ///
    /// Looks at what is installed and imported, and says which files would write it down; with `write`, writes them.
    #[command(after_help = "Examples:\n  octostore capture\n  octostore capture --dry-run --format conda")]
    Capture(Capture),
    /// Make a clone ready to work in: filters, data, environment
    ///
    /// Makes a clone ready to work in: filter and hooks, data, and the environment that its files describe.
    #[command(after_help = "Examples:\n  octostore up\n  octostore up --data none --frozen")]
    Up(Up),
    /// Say whether this machine meets what the project needs; exit with 1 if not
    ///
    /// Holds this machine and the folder's environment to what the project demands; the answer is no if something is not met.
    #[command(after_help = "Examples:\n  octostore check\n  octostore check --json")]
    Check(Folder),
    /// Describe a dev container, that any host can run
    ///
    /// Says which files would describe a dev container for the folder (and a Dockerfile, and Binder's); with `write`, writes them.
    #[command(
        after_help = "Examples:\n  octostore devcontainer\n  octostore devcontainer --dockerfile --binder --dry-run"
    )]
    Devcontainer(Devcontainer),
    /// Write what a team needs to change data together
    ///
    /// Says which files would let a team change data together: templates, checks, owners, a guide, a card for each data set; with `write`, writes those that are not there.
    #[command(after_help = "Examples:\n  octostore collab\n  octostore collab --host github --owner @data-team")]
    Collab(Collab),
    /// Make a project of a loose folder
    ///
    /// Makes a project of a folder: says where each file would go and what would be written; with `write`, does it in two commits (the folder as it was, then the project), so that one git command undoes it.
    #[command(
        after_help = "Examples:\n  octostore create --dry-run\n  octostore create study --license MIT --store ~/octostore --push https://example.org/study.git"
    )]
    Create(Create),
    /// Run a script, a notebook or any command, and record it
    ///
    /// Runs a Python script, a notebook or any command as a run, with the output shown and kept; gives its exit code. The exit code is the program's own; 125 if octostore itself failed.
    #[command(
        after_help = "Examples:\n  octostore run train.py --lr 0.1\n  octostore run --experiment rain --param lr=0.1 train.ipynb\n  octostore run -- ./train --lr 0.1"
    )]
    Run(RunProgram),
    /// List, show, compare, remove and export runs
    #[command(
        after_help = "Examples:\n  octostore runs list --filter 'metrics.loss < 0.1' --order-by 'metrics.loss ASC'\n  octostore runs show 0192f3\n  octostore runs compare rain-1 rain-2 --html compare.html\n  octostore runs export runs.parquet\n  octostore runs ui"
    )]
    Runs(RunsCommand),
    /// Say where a file comes from and what it was used for, or what a run was made of
    ///
    /// Of a file: which runs wrote it and which read it, in this version or another. Of a run: code, data and environment.
    #[command(
        after_help = "Examples:\n  octostore why models/rain.pkl\n  octostore why HEAD~1:data/train.csv\n  octostore why 0192f3"
    )]
    Why(Why),
    /// Serve git's filter protocol (called by git)
    ///
    /// Serves git's long-running filter process on standard input and output until git ends it.
    #[command(hide = true)]
    FilterProcess,
    /// Run a git hook (called by git)
    ///
    /// Runs a hook by its name, with the arguments and standard input that git gave it.
    #[command(hide = true)]
    Hook(Hook),
    /// Print a script that completes commands in your shell
    #[command(
        after_help = "Examples:\n  octostore completions bash > /etc/bash_completion.d/octostore\n  octostore completions zsh > ~/.zfunc/_octostore"
    )]
    Completions(Completions),
    /// Print docs/cli.md
    #[command(hide = true)]
    Docs,
}

#[derive(Args)]
pub(crate) struct Tour {
    /// A folder that does not exist yet [default: a new one among the temporary files]
    pub dir: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Init {
    /// Where the data goes: a folder, file:///folder, s3://, gs:// or az://
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// The program that git shall call for this clone [default: this one]
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Clone {
    /// What git clone takes
    pub url: String,
    /// The new folder [default: the repository's name]
    pub dir: Option<PathBuf>,
    /// Which data to write: all, none or a pattern
    #[arg(long, value_name = "all|none|PATTERN", default_value = "all")]
    pub data: Vec<String>,
    /// Copy the data to this store, and use it from now on in this clone
    #[arg(long, value_name = "STORE_URL")]
    pub copy_to: Option<String>,
    /// Check out this branch
    #[arg(short, long)]
    pub branch: Option<String>,
    /// The program that git shall call for this clone [default: this one]
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Patterns {
    /// Patterns as in .gitignore; a folder means all that is in it
    #[arg(required = true)]
    pub patterns: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Paths {
    /// Files or folders; every tracked file if there are none
    pub paths: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct Status {
    /// Exit with 1 if a file is changed, deleted, untracked, not pulled or not pushed
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Args)]
pub(crate) struct Ls {
    /// A revision [default: the index]
    pub rev: Option<String>,
    /// Only this file or what is in this folder
    pub path: Option<OsString>,
}

#[derive(Args)]
pub(crate) struct Cat {
    /// Revision and path; nothing before the colon means the index
    #[arg(value_name = "REV:PATH")]
    pub spec: OsString,
    /// Bytes A to B, both included, counted from 0; B may be left out
    #[arg(long, value_name = "A-B")]
    pub range: Option<String>,
}

#[derive(Args)]
pub(crate) struct Rows {
    /// Revision and path; nothing before the colon means the index
    #[arg(value_name = "REV:PATH")]
    pub spec: OsString,
    /// Only these columns, in the file's order
    #[arg(short, long, value_name = "NAME,...", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// At most so many rows; all when 0
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub limit: u64,
    /// Rows read at a time
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub batch_rows: usize,
    /// Only the rows of this part of a stored split: train, or recipe/train
    #[arg(long, value_name = "[NAME/]PART", default_value = "", hide_default_value = true)]
    pub split: String,
    /// Only a sample of the rows: a fraction such as 0.01
    #[arg(long, value_name = "FRACTION", default_value = "", hide_default_value = true)]
    pub sample: String,
    /// Only the columns of this recorded selection
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub selection: String,
    /// What a row that cannot be read does [default: stop]
    #[arg(long, value_name = "stop|skip", hide_possible_values = true)]
    pub on_error: Option<OnError>,
    /// Write them to this file of the work tree, in the format that its name says
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<OsString>,
}

#[derive(Args)]
pub(crate) struct Push {
    /// A git remote, to which the branch is pushed once its data is in the store
    pub remote: Option<String>,
    /// Every branch and tag, not only the current branch
    #[arg(long)]
    pub all: bool,
}

#[derive(Args)]
pub(crate) struct PullPaths {
    /// Files, folders or patterns; everything if there are none
    pub paths: Vec<String>,
    /// Only these kinds of side files of the data: statistics, schema, examples, sample
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    pub only: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Drop {
    /// Files or folders
    #[arg(required = true)]
    pub paths: Vec<OsString>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct Log {
    /// A tracked file
    pub path: OsString,
    /// At most this many changes
    #[arg(short = 'n', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub limit: usize,
}

#[derive(Args)]
pub(crate) struct Fsck {
    /// Check the store too, byte for byte
    #[arg(long)]
    pub store: bool,
}

#[derive(Args)]
pub(crate) struct Resolve {
    /// Revision and path; nothing before the colon means the index
    #[arg(value_name = "REV:PATH")]
    pub spec: OsString,
}

#[derive(Args)]
pub(crate) struct Store {
    #[command(subcommand)]
    pub verb: StoreVerb,
}

#[derive(Subcommand)]
pub(crate) enum StoreVerb {
    /// Show the store of this repository
    ///
    /// The store that this clone uses, if one is set; nothing is sent.
    Show,
    /// Point the repository at a store; an empty place becomes one
    ///
    /// Points the repository at a store, which is made if the place is empty, and accepts it.
    Set {
        /// A folder, file:///folder, s3://, gs:// or az://
        url: String,
    },
    /// Accept a store URL that came with a commit
    ///
    /// Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it.
    Accept {
        /// The URL, as the repository names it
        url: String,
    },
    /// Copy the repository's data to another store
    ///
    /// Copies everything that this repository published to another store; the repository goes on using its own.
    Copy {
        /// Where to
        url: String,
    },
}

#[derive(Args)]
pub(crate) struct Hook {
    /// The hook's name
    pub name: String,
    /// What git gave it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    pub shell: clap_complete::Shell,
}
