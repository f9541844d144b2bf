//! Chores of the workspace: `cargo xtask header [--check]`, `cargo xtask dist [DIR]`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod dist;
mod header;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["header"] => header::write(),
        ["header", "--check"] => header::check(),
        ["dist"] => dist::make(&root().join("target/dist")),
        ["dist", dir] => dist::make(Path::new(dir)),
        _ => Err("usage: cargo xtask header [--check] | dist [DIR]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
