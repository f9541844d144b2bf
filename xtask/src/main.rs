//! Chores of the workspace: the C header, its checks, and the library that people link.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod abi;
mod dist;
mod examples;
mod fuzz;
mod header;
mod parse;
mod static_library;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask WHAT
  header [--check]   writes include/octostore.h, or says whether it is fresh
  abi [--bless]      compares the header with tests/abi/octostore.api, or lists new names there
  layout HEADER      prints a C program that prints the layout of the header's structs
  examples           prints a C program of the header's examples
  fuzz               prints a C program that calls every function with random arguments
  program            prints the C program at the head of the header
  dist [DIR]         makes the library that people install, of the static library that was built";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["header"] => header::write(),
        ["header", "--check"] => header::check(),
        ["abi"] => abi::check(),
        ["abi", "--bless"] => abi::bless(),
        ["layout", header] => abi::layout(Path::new(header)),
        ["fuzz"] => fuzz::print(),
        ["examples"] => examples::print(),
        ["program"] => examples::program(),
        ["dist"] => dist::make(&root().join("target/dist")),
        ["dist", dir] => dist::make(Path::new(dir)),
        _ => Err(USAGE.into()),
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
