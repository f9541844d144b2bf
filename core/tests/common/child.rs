//! The library in a process of its own: to be killed, to run beside another one, as another user, or with other variables.

use super::program;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The example that has a verb for each call.
pub fn verbs() -> PathBuf {
    program().with_file_name("verbs")
}

pub fn verb(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(verbs());
    command.arg(dir).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a verb, which must succeed.
pub fn run(dir: &Path, args: &[&str]) -> String {
    let output = verb(dir, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a verb, which must fail with this code; gives the rest of what it says: message and remedy.
pub fn fails(command: &mut Command, code: &str) -> String {
    let output = command.output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let rest = said.strip_prefix(&format!("{code}: ")).unwrap_or_else(|| panic!("not {code}, but {said}"));
    assert!(rest.lines().nth(1).is_some_and(|remedy| !remedy.is_empty()), "no remedy: {rest}");
    rest.to_owned()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Starts a verb and kills it after a while; says whether it was still at work.
pub fn kill_after(command: &mut Command, wait: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(wait);
    let at_work = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    at_work
}

/// The most memory that a running process ever held, in bytes, as Linux counts it.
pub fn peak_memory(child: &mut Child, limit: Duration) -> u64 {
    let (status, start, mut peak) = (format!("/proc/{}/status", child.id()), Instant::now(), 0);
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < limit, "the process did not end");
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0) * 1024);
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// Says that a test was left out, also where the test runner keeps what tests print to itself.
pub fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// A small file system of its own, taken away at the end. `None`, said so, where mounting is not allowed.
pub struct SmallDisk(pub PathBuf);

impl SmallDisk {
    pub fn mount(test: &str, at: PathBuf, mib: u64) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let size = format!("size={mib}m");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        if mount.is_ok_and(|o| o.status.success()) {
            return Some(SmallDisk(at));
        }
        skipped(test, "a small file system cannot be mounted here");
        None
    }
    pub fn remount(&self, option: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(&self.0).status().unwrap();
        assert!(status.success());
    }
    /// A file that leaves only so much room.
    pub fn fill(&self, mib: usize) -> PathBuf {
        let filler = self.0.join("filler");
        std::fs::write(&filler, vec![1; mib << 20]).unwrap();
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
