//! What this machine is: asked of the system's files, never of a program that may hang, but for the GPU's own.

use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// `nvidia-smi` on a machine with a broken driver may take for ever.
const PATIENCE: Duration = Duration::from_secs(3);

/// A graphics card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Gpu {
    pub name: String,
    /// Bytes.
    pub memory: u64,
    pub driver: String,
}

/// This machine. What cannot be found out is `None`.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Host {
    /// `linux`, `macos`, `windows`.
    pub os: String,
    /// The system's own name for itself.
    pub system: Option<String>,
    /// `x86_64`, `aarch64`.
    pub arch: String,
    pub glibc: Option<String>,
    /// Cores that this process may use.
    pub cores: usize,
    pub cpu: Option<String>,
    /// Bytes, less where a container allows less.
    pub memory: Option<u64>,
    /// Bytes free where the folder is.
    pub disk_free: Option<u64>,
    pub gpus: Vec<Gpu>,
    /// The newest CUDA that the driver runs.
    pub cuda: Option<String>,
}

impl Host {
    /// Looks at this machine, and at the disk that `folder` is on.
    pub(crate) fn look(folder: &Path) -> Host {
        let (gpus, cuda) = gpus();
        Host {
            os: std::env::consts::OS.into(),
            system: system(),
            arch: std::env::consts::ARCH.into(),
            glibc: glibc(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: cpu(),
            memory: memory(),
            disk_free: disk_free(folder),
            gpus,
            cuda,
        }
    }
}

fn text(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn system() -> Option<String> {
    let release = text("/etc/os-release")?;
    let line = release.lines().find_map(|l| l.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches('"').to_owned())
}

fn cpu() -> Option<String> {
    let info = text("/proc/cpuinfo")?;
    let line = info.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// What the machine has, or what the control group allows if that is less.
fn memory() -> Option<u64> {
    let info = text("/proc/meminfo")?;
    let kib: u64 =
        info.lines().find_map(|l| l.strip_prefix("MemTotal:"))?.trim().trim_end_matches(" kB").parse().ok()?;
    let allowed = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let allowed = allowed.iter().filter_map(|p| text(p)?.trim().parse::<u64>().ok()).min();
    Some(allowed.map_or(kib << 10, |a| a.min(kib << 10)))
}

#[cfg(all(unix, target_env = "gnu"))]
fn glibc() -> Option<String> {
    // SAFETY: it takes nothing and gives a string that lives as long as the process.
    let version = unsafe { std::ffi::CStr::from_ptr(libc::gnu_get_libc_version()) };
    version.to_str().ok().map(str::to_owned)
}

#[cfg(not(all(unix, target_env = "gnu")))]
fn glibc() -> Option<String> {
    None
}

#[cfg(unix)]
fn disk_free(folder: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut stat = std::mem::MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path ends with NUL, and the structure is written by the call.
    let stat = unsafe {
        if libc::statvfs(path.as_ptr(), stat.as_mut_ptr()) != 0 {
            return None;
        }
        stat.assume_init()
    };
    #[allow(clippy::unnecessary_cast, reason = "the fields' widths differ between systems")]
    Some((stat.f_bavail as u64).saturating_mul(stat.f_frsize as u64))
}

#[cfg(not(unix))]
fn disk_free(_: &Path) -> Option<u64> {
    None
}

/// Asks the driver's own program, if a driver is there.
fn gpus() -> (Vec<Gpu>, Option<String>) {
    let driver = ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"];
    if cfg!(target_os = "linux") && !driver.iter().any(|p| Path::new(p).exists()) {
        return (Vec::new(), None);
    }
    let Some(program) = on_path("nvidia-smi") else { return (Vec::new(), None) };
    let query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"];
    let gpus = asked(&program, &query).unwrap_or_default();
    let cuda = asked(&program, &[]).and_then(|t| {
        let (_, rest) = t.split_once("CUDA Version:")?;
        rest.split_whitespace().next().map(str::to_owned)
    });
    (gpus.lines().filter_map(gpu).collect(), cuda)
}

fn gpu(line: &str) -> Option<Gpu> {
    let mut fields = line.rsplitn(3, ',').map(str::trim);
    let (driver, memory, name) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Gpu { name: name.into(), memory: memory.parse::<u64>().ok()? << 20, driver: driver.into() })
}

/// What a program says, unless it takes too long.
fn asked(program: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let begun = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A program on the `PATH`.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_cores_memory_and_disk() {
        let host = Host::look(Path::new("."));
        assert!(host.cores >= 1 && host.memory.is_some_and(|m| m > 1 << 26) && host.disk_free.is_some(), "{host:?}");
    }

    #[test]
    fn the_drivers_program_is_read() {
        let card = gpu("NVIDIA A100-SXM4-40GB, PCIe, 40960, 535.104.05").unwrap();
        assert_eq!(
            (card.name.as_str(), card.memory >> 30, card.driver.as_str()),
            ("NVIDIA A100-SXM4-40GB, PCIe", 40, "535.104.05")
        );
    }
}
