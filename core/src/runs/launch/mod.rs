//! A program that is run as a run: its output is shown and kept, its peaks are measured, and a stop is passed on.

mod output;
mod python;
mod sample;

pub(crate) use python::python;
pub(crate) use sample::Sample;

use crate::error::{Code, Error, Result};
use output::Tee;
use sample::Sampler;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often the program's end is looked for.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(50);
/// How often it is measured.
const MEASURE: Duration = Duration::from_secs(1);
/// A program that was asked to stop and does not is asked again more firmly, each time after this.
const FIRMER: Duration = Duration::from_secs(15);

/// What to start.
pub(crate) struct Launch {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub environment: Vec<(String, OsString)>,
    /// The folder that it runs in; this process's own without one.
    pub dir: Option<PathBuf>,
    /// Where its output is kept.
    pub log: PathBuf,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// As a shell tells it: 128 and the signal's number where one ended it.
    pub code: i32,
    pub signal: Option<i32>,
    pub seconds: f64,
    /// The most memory of it and its children at once, in bytes, as far as it was measured.
    pub peak_memory: Option<u64>,
    /// The last lines that it wrote on standard error.
    pub last_words: String,
}

/// Runs a program to its end. `stop` says whether somebody wants it stopped; `measured` hears of each measurement.
pub(crate) fn launch(launch: &Launch, stop: &dyn Fn() -> bool, measured: &mut dyn FnMut(&Sample)) -> Result<Ended> {
    let mut command = Command::new(&launch.program);
    command.args(&launch.args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
    if let Some(dir) = &launch.dir {
        command.current_dir(dir);
    }
    let tee = Tee::open(&launch.log)?;
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|e| not_started(&launch.program, e))?;
    let reading = tee.read(child.stdout.take(), child.stderr.take());
    let mut sampler = Sampler::new(child.id());
    let status = wait(&mut child, stop, &mut sampler, measured)
        .map_err(|e| Error::io(&launch.program, "waiting for a program", e))?;
    let seconds = begun.elapsed().as_secs_f64();
    let last_words = reading.finish();
    let signal = signal_of(status);
    Ok(Ended {
        code: status.code().unwrap_or_else(|| 128 + signal.unwrap_or(0)),
        signal,
        seconds,
        peak_memory: sampler.peak(),
        last_words,
    })
}

fn wait(
    child: &mut Child,
    stop: &dyn Fn() -> bool,
    sampler: &mut Sampler,
    measured: &mut dyn FnMut(&Sample),
) -> std::io::Result<ExitStatus> {
    let mut pause = SHORTEST;
    let mut next_measure = Instant::now();
    let mut stopping = Stopping::default();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= next_measure {
            if let Some(sample) = sampler.sample() {
                measured(&sample);
            }
            next_measure = Instant::now() + MEASURE;
        }
        if stop() {
            stopping.pass_on(child);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}

/// How a stop is passed on: as Ctrl-C first, more firmly when that does not help.
#[derive(Default)]
struct Stopping {
    asked: u32,
    last: Option<Instant>,
}

impl Stopping {
    #[cfg(unix)]
    fn pass_on(&mut self, child: &Child) {
        if self.last.is_some_and(|last| last.elapsed() < FIRMER) {
            return;
        }
        self.last = Some(Instant::now());
        self.asked += 1;
        let signal = match self.asked {
            // Who presses Ctrl-C at a terminal has told the program already: twice would break off its tidying up.
            1 if at_terminal() => return,
            1 => libc::SIGINT,
            2 => libc::SIGTERM,
            _ => libc::SIGKILL,
        };
        if let Ok(process) = libc::pid_t::try_from(child.id()) {
            // SAFETY: the call takes numbers only; the child was not waited for, so its id is still its own.
            unsafe { libc::kill(process, signal) };
        }
    }

    #[cfg(not(unix))]
    fn pass_on(&mut self, child: &mut Child) {
        if self.last.is_some_and(|last| last.elapsed() < FIRMER) {
            return;
        }
        self.last = Some(Instant::now());
        self.asked += 1;
        // The console tells every program of it that Ctrl-C was pressed.
        if self.asked > 1 {
            let _ = child.kill();
        }
    }
}

/// Whether this process is in the foreground of a terminal, whose Ctrl-C reaches its children too.
#[cfg(unix)]
fn at_terminal() -> bool {
    // SAFETY: both calls take a file descriptor's number or nothing, and give a number.
    unsafe { libc::tcgetpgrp(0) == libc::getpgrp() || libc::tcgetpgrp(2) == libc::getpgrp() }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

fn not_started(program: &Path, e: std::io::Error) -> Error {
    let code = match e.kind() {
        std::io::ErrorKind::NotFound => Code::NotFound,
        std::io::ErrorKind::PermissionDenied => Code::PermissionDenied,
        _ => Code::Io,
    };
    Error::new(code, format!("{} cannot be run: {e}", program.display()))
        .remedy("Check the name, and whether the file may be executed.")
        .with("program", program.display().to_string())
        .caused_by(e)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(dir: &Path, text: &str) -> Launch {
        Launch {
            program: "sh".into(),
            args: vec!["-c".into(), text.into()],
            environment: vec![("OCTOSTORE_TEST".into(), "given".into())],
            dir: Some(dir.to_owned()),
            log: dir.join("output.log"),
        }
    }

    #[test]
    fn a_program_keeps_its_exit_code_and_its_output() {
        let dir = tempfile::tempdir().unwrap();
        let ended =
            launch(&shell(dir.path(), "echo out $OCTOSTORE_TEST; echo err >&2; exit 7"), &|| false, &mut |_| {})
                .unwrap();
        assert_eq!((ended.code, ended.signal, ended.last_words.as_str()), (7, None, "err\n"));
        let log = std::fs::read_to_string(dir.path().join("output.log")).unwrap();
        assert!(log.contains("out given\n") && log.contains("err\n"), "{log}");
    }

    #[test]
    fn a_stop_reaches_the_program() {
        let dir = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let stop = || begun.elapsed() > Duration::from_millis(300);
        let ended =
            launch(&shell(dir.path(), "trap 'exit 9' INT TERM; while :; do sleep 0.05; done"), &stop, &mut |_| {})
                .unwrap();
        assert_eq!(ended.code, 9);
    }

    #[test]
    fn what_a_program_leaves_running_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let ended = launch(&shell(dir.path(), "sleep 60 & echo $! > left; exit 0"), &|| false, &mut |_| {}).unwrap();
        let left = std::fs::read_to_string(dir.path().join("left")).unwrap();
        // SAFETY: a number that the shell gave.
        unsafe { libc::kill(left.trim().parse().unwrap(), libc::SIGKILL) };
        assert!(ended.code == 0 && begun.elapsed() < Duration::from_secs(20), "{ended:?}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let mut missing = shell(dir.path(), "");
        missing.program = "no-such-program".into();
        let e = launch(&missing, &|| false, &mut |_| {}).err().unwrap();
        assert_eq!(e.code(), Code::NotFound);
        assert!(e.message().starts_with("no-such-program cannot be run"), "{e}");
    }
}
