//! What the verbs on environments take.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Env {
    #[command(subcommand)]
    pub verb: EnvVerb,
}

#[derive(Subcommand)]
pub(crate) enum EnvVerb {
    /// Show which files describe the environment, which wins and why
    ///
    /// Says which files of a folder describe an environment, which of them wins and why, and where they contradict each other.
    Show(Folder),
}

#[derive(Args)]
pub(crate) struct Folder {
    /// The folder [default: the current one]
    #[arg(default_value = ".", hide_default_value = true)]
    pub dir: PathBuf,
}

#[derive(Args)]
pub(crate) struct Capture {
    #[command(flatten)]
    pub folder: Folder,
    /// The virtual environment or Python to look at [default: the active one, or the folder's own]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// What to write it as
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = EnvFormat::Requirements)]
    pub format: EnvFormat,
    /// Only show what would be written
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// What an environment is written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvFormat {
    /// requirements.txt with exact versions, and pylock.toml
    Requirements,
    /// environment.yml
    Conda,
    /// Pipfile
    Pipfile,
    /// The dependencies of pyproject.toml
    Pyproject,
}

impl EnvFormat {
    /// The word that the library takes.
    pub(crate) fn word(self) -> &'static str {
        match self {
            EnvFormat::Requirements => "",
            EnvFormat::Conda => "conda",
            EnvFormat::Pipfile => "pipfile",
            EnvFormat::Pyproject => "pyproject",
        }
    }
}

#[derive(Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub folder: Folder,
    /// Install exactly what a lock file says, or fail
    #[arg(long)]
    pub frozen: bool,
    /// The Python to use: a version or a program
    #[arg(long, value_name = "PYTHON", default_value = "", hide_default_value = true)]
    pub python: String,
    /// Which data to bring: all, none or a pattern
    #[arg(long, value_name = "all|none|PATTERN", default_value = "all")]
    pub data: String,
    /// Go on where the machine does not meet the demands
    #[arg(long)]
    pub force: bool,
}

#[derive(Args)]
pub(crate) struct Devcontainer {
    #[command(flatten)]
    pub folder: Folder,
    /// Also write a Dockerfile
    #[arg(long)]
    pub dockerfile: bool,
    /// Also write Binder's files
    #[arg(long)]
    pub binder: bool,
    /// Only show what would be written
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Collab {
    #[command(flatten)]
    pub folder: Folder,
    /// For which hosts: github, gitlab, plain [default: all]
    #[arg(long = "host", value_name = "HOST,...", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Who reviews changes of data: @team
    #[arg(long, value_name = "OWNER", default_value = "", hide_default_value = true)]
    pub owner: String,
    /// Only show what would be written
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Create {
    #[command(flatten)]
    pub folder: Folder,
    /// The project's name [default: the folder's]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// The Python package's name [default: made from the project's]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub module: String,
    /// Who wrote it, for the licence
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub author: String,
    /// One sentence for the README
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub description: String,
    /// MIT, BSD-3-Clause or none
    #[arg(long, value_name = "NAME", default_value = "none")]
    pub license: String,
    /// Where the data goes: a folder, file:///folder, s3://, gs:// or az://
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub store: String,
    /// Change the paths that the code names where files move
    #[arg(long)]
    pub rewrite: bool,
    /// Push to this git remote
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub push: String,
    /// Only show the plan
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}
