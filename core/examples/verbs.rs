//! octostore's verbs as a program of fifty lines: what an embedder writes who brings no terminal of his own.
//!
//! ```text
//! verbs DIR init STORE PROGRAM    make DIR's repository keep its data in STORE, git calling PROGRAM
//! verbs DIR clone URL PROGRAM     clone URL into DIR, with its data
//! verbs DIR add [PATH...]         stage data
//! verbs DIR import TO SOURCE...    bring data in
//! verbs DIR push | pull | status | fsck
//! ```
//!
//! What was done goes to standard output, an error as `code: message` and its remedy to standard error, with exit code 3.
//! A failed `fsck` has exit code 1.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use octostore::{
    CloneOptions, Code, Context, Error, FsckOptions, ImportOptions, InitOptions, Job, PullOptions, PushOptions, Repo,
    Result,
};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&args) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("{}: {}\n{}", e.code().name(), e.message(), e.hint());
            ExitCode::from(3)
        }
    }
}

fn run(args: &[OsString]) -> Result<ExitCode> {
    let usage =
        || Error::new(Code::InvalidArgument, "a folder and a verb are needed").remedy("Read the program's head.");
    let (dir, verb) = (args.first().ok_or_else(usage)?, args.get(1).ok_or_else(usage)?);
    let (dir, rest) = (Path::new(dir), &args[2..]);
    let (context, job) = (Context::default(), Job::new());
    let text = |n: usize| rest.get(n).map(|a| a.to_string_lossy().into_owned());
    let open = || Repo::open(dir, &context);
    match &*verb.to_string_lossy() {
        "init" => {
            let options = InitOptions { store: text(0), program: rest.get(1).map(Into::into) };
            Repo::init(dir, &options, &context, &job)?;
        }
        "clone" => {
            let options = CloneOptions { program: rest.get(1).map(Into::into), ..Default::default() };
            Repo::clone_from(&text(0).ok_or_else(usage)?, dir, &options, &context, &job)?;
        }
        "add" => {
            let repo = open()?;
            let root = repo.work_dir()?;
            let paths = rest.iter().map(|p| repo.path_from(root.join(p).as_os_str())).collect::<Result<Vec<_>>>()?;
            println!("{:?}", repo.add(&paths, &job)?);
        }
        "import" => {
            let repo = open()?;
            let to = repo.path_from(repo.work_dir()?.join(rest.first().ok_or_else(usage)?).as_os_str())?;
            let sources: Vec<String> = rest[1..].iter().map(|s| s.to_string_lossy().into_owned()).collect();
            println!("{}", repo.import(&sources, &to, &ImportOptions::default(), &job)?.json());
        }
        "push" => println!("{:?}", open()?.push(&PushOptions::default(), &job)?),
        "pull" => println!("{:?}", open()?.pull(&PullOptions::default(), &job)?),
        "status" => {
            for file in open()?.status(&job)? {
                println!("{} {}", file.state.name(), file.path);
            }
        }
        "fsck" => {
            let report = open()?.fsck(&FsckOptions { store: true }, &job)?;
            report.problems.iter().for_each(|p| println!("{}: {}", p.code.name(), p.message));
            return Ok(ExitCode::from(u8::from(!report.problems.is_empty())));
        }
        other => {
            return Err(Error::new(Code::InvalidArgument, format!("there is no verb {other}")).remedy("See the head."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
