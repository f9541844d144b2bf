//! `octostore cat`

use super::{Outcome, Run, accepting, rev_and_path};
use crate::args::Cat;
use crate::exit::Failure;
use std::io::Write;
use std::process::ExitCode;

/// Bytes read at once.
const PIECE: usize = 1 << 20;

pub(crate) fn run(run: &Run, args: Cat) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = rev_and_path(&repo, &args.spec)?;
    let mut file = accepting(&repo, || repo.open_file(&rev, &path))?;
    let (mut at, end) = range(args.range.as_deref(), file.len())?;
    let mut out = std::io::stdout().lock();
    let mut piece = vec![0; PIECE];
    while at < end {
        let most = PIECE.min((end - at) as usize);
        let n = file.read_at(at, &mut piece[..most])?;
        out.write_all(&piece[..n])?;
        at += n as u64;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// `A-B`, both included, or `A-`: where to begin and where to end.
fn range(text: Option<&str>, len: u64) -> Result<(u64, u64), Failure> {
    let Some(text) = text else { return Ok((0, len)) };
    let usage = || Failure::usage(format!("--range {text}: expected A-B or A-, in bytes from 0"));
    let (from, to) = text.split_once('-').ok_or_else(usage)?;
    let from: u64 = from.parse().map_err(|_| usage())?;
    let last: u64 = if to.is_empty() { u64::MAX } else { to.parse().map_err(|_| usage())? };
    if last < from {
        return Err(usage());
    }
    if from >= len && len > 0 {
        return Err(Failure::usage(format!("--range {text}: the file has {len} bytes")));
    }
    Ok((from, last.saturating_add(1).min(len)))
}
