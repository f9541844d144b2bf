//! The README's first command: the main job end to end, on real data, each claim read back by another program.
//!
//! `story` is what happens, in chapters; `stage` runs the commands, checks the claims and prints both.

mod stage;
mod story;

use crate::args::Tour;
use crate::commands::Outcome;
use crate::exit::Failure;
use octostore::{Code, Error};
use stage::Stage;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(args: Tour) -> Outcome {
    let dir = folder(args.dir)?;
    let mut stage = Stage::new(&dir)?;
    story::tell(&mut stage)?;
    stage.close()?;
    Ok(ExitCode::SUCCESS)
}

/// A new folder; what is in an old one is nobody's to remove.
fn folder(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let failed = |path: &Path, e: std::io::Error| Error::new(Code::Io, format!("{}: {e}", path.display()));
    let dir = match named {
        Some(dir) => dir,
        None => std::env::temp_dir().join(format!("octostore-tour-{}", std::process::id())),
    };
    if dir.exists() {
        return Err(Error::new(Code::AlreadyExists, format!("{} exists already", dir.display()))
            .remedy("Name a folder that does not exist, or give none.")
            .into());
    }
    std::fs::create_dir_all(&dir).map_err(|e| failed(&dir, e))?;
    Ok(dir.canonicalize().map_err(|e| failed(&dir, e))?)
}
