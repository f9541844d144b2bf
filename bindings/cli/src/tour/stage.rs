//! Runs the tour's commands as a user would, and believes nothing that another program has not confirmed.

use crate::commands::this_program;
use crate::exit::Failure;
use crate::output::bytes;
use octostore::{Code, Error};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

pub(super) type Told = Result<(), Failure>;

/// The stage: a folder, the program, and what was shown so far.
pub(super) struct Stage {
    dir: PathBuf,
    program: PathBuf,
    began: Instant,
    step_began: Instant,
    steps: usize,
    claims: usize,
}

fn false_claim(what: &str, found: &str) -> Failure {
    Error::new(Code::Corrupt, format!("the tour's claim is false: {what}"))
        .remedy(format!("Another program says: {}", if found.is_empty() { "nothing" } else { found }))
        .into()
}

impl Stage {
    pub(super) fn new(dir: &Path) -> Result<Self, Failure> {
        let program = this_program().ok_or_else(|| Error::new(Code::Internal, "this program cannot find itself"))?;
        let now = Instant::now();
        let stage = Stage { dir: dir.to_owned(), program, began: now, step_began: now, steps: 0, claims: 0 };
        stage.say(&format!("The tour plays in {}; remove it when you have seen enough.", dir.display()))?;
        Ok(stage)
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The URL of a local-folder store.
    pub(super) fn url(&self, name: &str) -> String {
        format!("file://{}", self.at(name).display())
    }

    fn say(&self, line: &str) -> Told {
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &str) -> Told {
        self.steps += 1;
        self.step_began = Instant::now();
        self.say(&format!("\n{}. {title}", self.steps))
    }

    /// Ends a step: says how long it took and what it moved. For tests: `OCTOSTORE_TOUR_PAUSE_AFTER` names a step's number
    /// after which the shell command `OCTOSTORE_TOUR_PAUSE_CMD` runs in the tour's folder, to damage what was made.
    pub(super) fn done(&self, moved: &str) -> Told {
        let time = self.step_began.elapsed().as_secs_f64();
        self.say(&format!("   {time:.2} s{}{moved}", if moved.is_empty() { "" } else { ", " }))?;
        let pause = std::env::var("OCTOSTORE_TOUR_PAUSE_AFTER").ok();
        if let (Some(step), Ok(command)) = (pause, std::env::var("OCTOSTORE_TOUR_PAUSE_CMD"))
            && step == self.steps.to_string()
        {
            self.output("", "sh", &["-c", &command])?;
        }
        Ok(())
    }

    /// A file of the tour, written as a user's editor would.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Told {
        let path = self.at(name);
        let write = || {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&path, content)
        };
        write().map_err(|e| Error::new(Code::Io, format!("{}: {e}", path.display())))?;
        Ok(())
    }

    /// Shows a command and runs it in a folder of the tour. `octostore` is this program.
    pub(super) fn run(&self, dir: &str, command: &[&str]) -> Result<String, Failure> {
        let shown: Vec<_> = command.iter().map(|word| self.shown(word)).collect();
        self.say(&format!("   {dir}$ {}", shown.join(" ")))?;
        self.output(dir, command[0], &command[1..])
    }

    /// A word of a command as a user would type it.
    fn shown(&self, word: &str) -> String {
        let short = word.replace(&format!("{}/", self.dir.display()), "TOUR/");
        let plain = !short.contains([' ', '*', '|', '>', '$', '(', '\'']);
        if plain { short } else { format!("'{}'", short.replace('\'', "'\\''")) }
    }

    /// Runs a command and gives what it prints; a failure ends the tour.
    fn output(&self, dir: &str, program: &str, args: &[&str]) -> Result<String, Failure> {
        let (ok, out, err) = self.try_output(dir, program, args)?;
        if ok {
            return Ok(out);
        }
        Err(Error::new(
            Code::Git,
            format!(
                "in the tour, \"{program} {}\" failed: {}",
                args.join(" "),
                if err.trim().is_empty() { out.trim() } else { err.trim() }
            ),
        )
        .remedy("What it says is what a user would see; everything is still in the tour's folder.")
        .into())
    }

    fn try_output(&self, dir: &str, program: &str, args: &[&str]) -> Result<(bool, String, String), Failure> {
        let path = if program == "octostore" { self.program.as_path() } else { Path::new(program) };
        let mut command = Command::new(path);
        // The tour's own repositories, whatever the user has configured for all.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        let output = command.args(args).current_dir(self.at(dir)).stdin(Stdio::null()).output();
        let output = output.map_err(|e| {
            Error::new(Code::Git, format!("\"{program}\" cannot be run: {e}"))
                .remedy("The tour needs git and a POSIX shell.")
        })?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
    }

    /// A claim that holds if a shell command, run by another program, succeeds.
    pub(super) fn claim(&mut self, what: &str, dir: &str, check: &str) -> Told {
        let (ok, out, err) = self.try_output(dir, "sh", &["-c", check])?;
        if !ok {
            return Err(false_claim(what, format!("{out} {err}").trim()));
        }
        self.claims += 1;
        self.say(&format!("   ok: {what}"))
    }

    /// A claim that holds if a shell command prints just this.
    pub(super) fn claim_output(&mut self, what: &str, dir: &str, check: &str, expected: &str) -> Told {
        let (_, out, err) = self.try_output(dir, "sh", &["-c", check])?;
        if out.trim() != expected.trim() {
            return Err(false_claim(what, format!("{} {}", out.trim(), err.trim()).trim()));
        }
        self.claims += 1;
        self.say(&format!("   ok: {what}"))
    }

    /// What a shell command prints.
    pub(super) fn ask(&self, dir: &str, command: &str) -> Result<String, Failure> {
        Ok(self.output(dir, "sh", &["-c", command])?.trim().to_owned())
    }

    /// Bytes of all files in a folder, as `find` and `wc` count them.
    pub(super) fn bytes_in(&self, dir: &str) -> Result<u64, Failure> {
        let text = self.ask(dir, "find . -type f -exec cat {} + | wc -c")?;
        text.trim().parse().map_err(|_| Error::new(Code::Internal, format!("wc printed \"{text}\"")).into())
    }

    pub(super) fn close(&self) -> Told {
        let time = self.began.elapsed().as_secs_f64();
        self.say(&format!(
            "\n{} steps, {} claims, each confirmed by another program, in {time:.1} s.",
            self.steps, self.claims
        ))?;
        self.say(&format!(
            "Look around: cd {}/project && git log --oneline --all && octostore status",
            self.dir.display()
        ))
    }
}

/// Bytes for people.
pub(super) fn size(n: u64) -> String {
    bytes(n)
}
