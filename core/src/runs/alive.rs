//! Whether a run's writer still lives. Only the machine that it ran on can tell, and only until that is started anew; others
//! see when it was last heard of.

use super::files::{put, text};
use super::folder::now_ms;
use super::layout::OWN;
use super::meta::RunMeta;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

const OWNER: &str = "owner.json";

/// How a run is, as far as can be told from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its record says how it ended.
    Ended,
    /// Its writer runs.
    Running,
    /// Its writer is gone and did not end it.
    Dead,
    /// It does not say that it ended, and its writer is elsewhere or not known; last heard of then.
    Unknown { heard_ms: Option<i64> },
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            State::Ended => "ended",
            State::Running => "running",
            State::Dead => "dead",
            State::Unknown { .. } => "unknown",
        }
    }
}

/// The process that writes a run, so that it is not mistaken for a later one with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    host: String,
    /// Differs each time that the machine is started.
    boot: Option<String>,
    /// Process numbers mean something within this only: containers have their own.
    namespace: Option<String>,
    pid: u32,
    /// When the process was started, in the system's own counting.
    started: Option<u64>,
    pub heartbeat_ms: i64,
}

impl Owner {
    /// This process.
    pub(super) fn this(now_ms: i64) -> Owner {
        let pid = std::process::id();
        Owner { host: host(), boot: boot(), namespace: namespace(), pid, started: started(pid), heartbeat_ms: now_ms }
    }

    /// Writes down that this process writes the run, and that it does so now.
    pub(super) fn write(&self, run: &Path) -> Result<()> {
        let own = run.join(OWN);
        let json = serde_json::to_vec(self).map_err(Error::internal)?;
        put(&own, &own.join(OWNER), &json)
    }

    /// Says so again, if it is this process that does.
    pub(super) fn refresh(run: &Path) -> Result<()> {
        match Owner::of(run)? {
            Some(owner) if owner.is_this() => Owner::this(now_ms()).write(run),
            _ => Ok(()),
        }
    }

    /// The last one that said so. A file that cannot be understood says nothing.
    pub(super) fn of(run: &Path) -> Result<Option<Owner>> {
        let json = text(&run.join(OWN).join(OWNER))?;
        Ok(json.and_then(|j| serde_json::from_str(&j).ok()))
    }

    /// Whether it is this very process.
    pub(super) fn is_this(&self) -> bool {
        self.pid == std::process::id() && self.is_near()
    }

    /// Whether its process would be one of those that can be seen from here.
    fn is_near(&self) -> bool {
        let here = Owner::this(0);
        self.boot.is_some() && (&self.host, &self.boot, &self.namespace) == (&here.host, &here.boot, &here.namespace)
    }

    fn state(&self) -> State {
        let unknown = State::Unknown { heard_ms: Some(self.heartbeat_ms) };
        match (self.started, started(self.pid)) {
            _ if !self.is_near() => unknown,
            (None, _) => unknown,
            (Some(then), Some(now)) if then == now => State::Running,
            _ => State::Dead,
        }
    }
}

/// The state of a run whose record was read.
pub(super) fn state(run: &Path, meta: &RunMeta) -> Result<State> {
    if meta.status.has_ended() {
        return Ok(State::Ended);
    }
    Ok(Owner::of(run)?.map_or(State::Unknown { heard_ms: None }, |owner| owner.state()))
}

fn line(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|t| !t.is_empty())
}

fn host() -> String {
    line("/proc/sys/kernel/hostname").or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default()
}

fn boot() -> Option<String> {
    line("/proc/sys/kernel/random/boot_id")
}

fn namespace() -> Option<String> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// When a process was started, in the kernel's ticks; `None` if there is none, or it only waits to be collected.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name may hold anything, but is the last that stands in brackets.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives() {
        assert_eq!(Owner::this(1).state(), State::Running);
    }

    #[test]
    fn only_the_owner_says_that_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(OWN)).unwrap();
        Owner::this(1).write(dir.path()).unwrap();
        Owner::refresh(dir.path()).unwrap();
        assert!(Owner::of(dir.path()).unwrap().unwrap().heartbeat_ms > 1);
        let other = Owner { pid: u32::MAX, ..Owner::this(1) };
        other.write(dir.path()).unwrap();
        Owner::refresh(dir.path()).unwrap();
        assert_eq!(Owner::of(dir.path()).unwrap().unwrap(), other);
    }

    #[test]
    fn a_process_that_ended_is_dead_and_so_is_one_whose_number_is_anothers() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!(Owner { pid, ..Owner::this(1) }.state(), State::Dead);
        assert_eq!(Owner { started: Some(1), ..Owner::this(1) }.state(), State::Dead);
    }

    #[test]
    fn of_another_host_boot_or_container_nothing_is_said() {
        let here = Owner::this(7);
        let unknown = State::Unknown { heard_ms: Some(7) };
        let gone = Owner { pid: u32::MAX, ..here.clone() };
        for owner in [
            Owner { host: "elsewhere".into(), ..gone.clone() },
            Owner { boot: Some("before".into()), ..gone.clone() },
            Owner { boot: None, ..gone.clone() },
            Owner { namespace: None, ..gone.clone() },
        ] {
            assert_eq!(owner.state(), unknown);
        }
    }
}
