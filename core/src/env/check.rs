//! Whether this machine and environment meet what the project demands: each demand with where it comes from.

use super::detect::{Detected, python_specifier};
use super::host::Host;
use super::installed::installed;
use super::kind::Kind;
use super::python::find;
use super::read::{broken, text_of};
use crate::error::Result;
use pep440_rs::{Version, VersionSpecifiers};
use serde::Serialize;
use std::path::Path;
use std::str::FromStr;

/// The committed configuration, whose table `[requirements]` says what the model needs.
const CONFIG: &str = ".octostore/config.toml";
/// A demand on memory that leaves less than this share of it free is met with a warning.
const TIGHT: f64 = 0.9;

/// How a demand is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Met,
    Warning,
    NotMet,
}

/// One demand.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Requirement {
    /// `python`, `memory`, `gpu-memory`, a package's name.
    pub about: String,
    pub wanted: String,
    pub here: String,
    pub verdict: Verdict,
    /// Where the demand comes from: a file, or a run.
    pub from: String,
    /// What to do where it is not met.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// All demands.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    pub requirements: Vec<Requirement>,
    pub host: Host,
}

impl Checked {
    /// Whether nothing is amiss that a program would fail of.
    pub(crate) fn met(&self) -> bool {
        self.requirements.iter().all(|r| r.verdict != Verdict::NotMet)
    }
}

/// What `[requirements]` may say.
#[derive(Debug, Default)]
struct Demands {
    os: Option<String>,
    arch: Option<String>,
    python: Option<String>,
    glibc: Option<String>,
    cores: Option<u64>,
    memory: Option<u64>,
    disk: Option<u64>,
    gpus: Option<u64>,
    gpu_memory: Option<u64>,
    cuda: Option<String>,
    driver: Option<String>,
}

const KEYS: [&str; 11] =
    ["os", "arch", "python", "glibc", "cores", "memory", "disk", "gpus", "gpu_memory", "cuda", "driver"];

/// Holds the machine to what a folder demands.
pub(crate) fn check(root: &Path, detected: &Detected) -> Result<Checked> {
    let demands = demands(root)?;
    let host = Host::look(root);
    let mut list = Vec::new();
    machine(&demands, &host, &mut list);
    accelerators(&demands, &host, &mut list);
    python(root, &demands, detected, &mut list);
    for contradiction in &detected.contradictions {
        list.push(Requirement {
            about: contradiction.about.clone(),
            wanted: contradiction.message.clone(),
            here: "they contradict each other".into(),
            verdict: Verdict::Warning,
            from: detected.winner.clone().unwrap_or_default(),
            remedy: "Change one of the files; the one named here rules.".into(),
        });
    }
    list.sort_by_key(|r| std::cmp::Reverse(r.verdict));
    Ok(Checked { requirements: list, host })
}

fn demands(root: &Path) -> Result<Demands> {
    let mut demands = Demands::default();
    if !root.join(CONFIG).is_file() {
        return Ok(demands);
    }
    let text = text_of(root, CONFIG)?;
    let document: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        let line = e.span().map(|s| 1 + text[..s.start.min(text.len())].matches('\n').count());
        broken(CONFIG, line, e.message())
    })?;
    let Some(table) = document.get("requirements") else { return Ok(demands) };
    let line = |key: &str| text.lines().position(|l| l.trim_start().starts_with(key)).map(|n| n + 1);
    let table = table.as_table().ok_or_else(|| broken(CONFIG, line("requirements"), "requirements is not a table"))?;
    for (key, value) in table {
        let wrong = |what: &str| broken(CONFIG, line(key), format!("requirements.{key} is not {what}"));
        let text = || value.as_str().map(str::to_owned).ok_or_else(|| wrong("a string"));
        let count = || value.as_integer().and_then(|n| u64::try_from(n).ok()).ok_or_else(|| wrong("a whole number"));
        let size = || match value {
            toml::Value::Integer(_) => count(),
            toml::Value::String(s) => bytes_of(s).ok_or_else(|| wrong("a size such as \"16GB\"")),
            _ => Err(wrong("a size such as \"16GB\"")),
        };
        match key.as_str() {
            "os" => demands.os = Some(text()?),
            "arch" => demands.arch = Some(text()?),
            "python" => demands.python = Some(text()?),
            "glibc" => demands.glibc = Some(text()?),
            "cores" => demands.cores = Some(count()?),
            "memory" => demands.memory = Some(size()?),
            "disk" => demands.disk = Some(size()?),
            "gpus" => demands.gpus = Some(count()?),
            "gpu_memory" => demands.gpu_memory = Some(size()?),
            "cuda" => demands.cuda = Some(text()?),
            "driver" => demands.driver = Some(text()?),
            other => {
                return Err(broken(
                    CONFIG,
                    line(other),
                    format!("requirements.{other} is not known; there are {}", KEYS.join(", ")),
                ));
            }
        }
    }
    Ok(demands)
}

/// `16GB`, `512 MiB`, `2tb`: bytes. Sizes are powers of 1,024, as dev containers have them.
pub(super) fn bytes_of(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..at].parse().ok()?;
    let shift = match text[at..].trim().trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    Some((number * f64::from(shift).exp2()) as u64)
}

/// Bytes for people.
pub(super) fn shown(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

fn push(
    list: &mut Vec<Requirement>,
    about: &str,
    wanted: String,
    here: Option<String>,
    verdict: Verdict,
    remedy: &str,
) {
    let unknown = here.is_none();
    list.push(Requirement {
        about: about.into(),
        wanted,
        here: here.unwrap_or_else(|| "unknown".into()),
        verdict: if unknown { Verdict::Warning } else { verdict },
        from: CONFIG.into(),
        remedy: if verdict == Verdict::Met && !unknown { String::new() } else { remedy.into() },
    });
}

fn verdict(met: bool) -> Verdict {
    if met { Verdict::Met } else { Verdict::NotMet }
}

fn machine(demands: &Demands, host: &Host, list: &mut Vec<Requirement>) {
    const ELSEWHERE: &str = "Work on another machine: \"octostore devcontainer\" writes what a host needs to know.";
    if let Some(os) = &demands.os {
        push(list, "os", os.clone(), Some(host.os.clone()), verdict(os.eq_ignore_ascii_case(&host.os)), ELSEWHERE);
    }
    if let Some(arch) = &demands.arch {
        push(
            list,
            "arch",
            arch.clone(),
            Some(host.arch.clone()),
            verdict(arch.eq_ignore_ascii_case(&host.arch)),
            ELSEWHERE,
        );
    }
    if let Some(glibc) = &demands.glibc {
        let met = host.glibc.as_deref().is_some_and(|h| at_least(h, glibc));
        push(list, "glibc", format!("at least {glibc}"), host.glibc.clone(), verdict(met), ELSEWHERE);
    }
    if let Some(cores) = demands.cores {
        push(
            list,
            "cores",
            cores.to_string(),
            Some(host.cores.to_string()),
            verdict(host.cores as u64 >= cores),
            ELSEWHERE,
        );
    }
    if let Some(memory) = demands.memory {
        let has = host.memory.unwrap_or(0);
        let tight = memory as f64 > has as f64 * TIGHT;
        let verdict = if has < memory {
            Verdict::NotMet
        } else if tight {
            Verdict::Warning
        } else {
            Verdict::Met
        };
        push(list, "memory", shown(memory), host.memory.map(shown), verdict, ELSEWHERE);
    }
    if let Some(disk) = demands.disk {
        let met = host.disk_free.is_some_and(|d| d >= disk);
        push(
            list,
            "disk",
            shown(disk),
            host.disk_free.map(shown),
            verdict(met),
            "Free space, or work on another disk.",
        );
    }
}

fn accelerators(demands: &Demands, host: &Host, list: &mut Vec<Requirement>) {
    const ELSEWHERE: &str =
        "Work on a machine with such a card: \"octostore devcontainer\" writes what a host needs to know.";
    let here = || {
        Some(if host.gpus.is_empty() {
            "none".to_owned()
        } else {
            host.gpus.iter().map(|g| g.name.as_str()).collect::<Vec<_>>().join(", ")
        })
    };
    if let Some(gpus) = demands.gpus.filter(|n| *n > 0) {
        push(list, "gpus", gpus.to_string(), here(), verdict(host.gpus.len() as u64 >= gpus), ELSEWHERE);
    }
    if let Some(memory) = demands.gpu_memory {
        let best = host.gpus.iter().map(|g| g.memory).max();
        let met = best.is_some_and(|b| b >= memory);
        push(
            list,
            "gpu-memory",
            shown(memory),
            best.map(shown).or_else(|| Some("no card".into())),
            verdict(met),
            ELSEWHERE,
        );
    }
    if let Some(cuda) = &demands.cuda {
        let met = host.cuda.as_deref().is_some_and(|h| at_least(h, cuda));
        push(
            list,
            "cuda",
            format!("at least {cuda}"),
            host.cuda.clone().or_else(|| Some("none".into())),
            verdict(met),
            ELSEWHERE,
        );
    }
    if let Some(driver) = &demands.driver {
        let has = host.gpus.first().map(|g| g.driver.clone());
        let met = has.as_deref().is_some_and(|h| at_least(h, driver));
        push(
            list,
            "driver",
            format!("at least {driver}"),
            has.or_else(|| Some("none".into())),
            verdict(met),
            "Install a newer driver.",
        );
    }
}

fn at_least(here: &str, wanted: &str) -> bool {
    match (Version::from_str(here), Version::from_str(wanted.trim_start_matches(">="))) {
        (Ok(here), Ok(wanted)) => here >= wanted,
        _ => false,
    }
}

/// The Python and the packages of the project's environment, against what its files want.
fn python(root: &Path, demands: &Demands, detected: &Detected, list: &mut Vec<Requirement>) {
    const UP: &str = "Run \"octostore up\", which makes the environment.";
    let python = find(root, None);
    let version = python.as_ref().and_then(|p| p.version.clone());
    let wanted = [
        demands.python.as_deref().map(|p| (p, CONFIG)),
        detected.python.as_deref().zip(detected.python_from.as_deref()),
    ];
    for (wanted, from) in wanted.into_iter().flatten() {
        let specifier = VersionSpecifiers::from_str(&python_specifier(wanted));
        let has = version.as_deref().and_then(|v| Version::from_str(v).ok());
        let verdict = match (specifier, has) {
            (Ok(specifier), Some(has)) => verdict(specifier.contains(&has)),
            _ => Verdict::Warning,
        };
        let here = version.clone().unwrap_or_else(|| "no Python was found".into());
        let remedy = if verdict == Verdict::Met { String::new() } else { UP.to_owned() };
        list.push(Requirement {
            about: "python".into(),
            wanted: wanted.into(),
            here,
            verdict,
            from: from.into(),
            remedy,
        });
    }
    // Another environment than the project's says nothing of its packages.
    let Some(python) = python.filter(|p| p.why != "path") else { return };
    let there = installed(&python.site_packages);
    for found in
        detected.files.iter().filter(|f| Some(&f.file) == detected.winner.as_ref() || f.kind == Kind::Requirements)
    {
        for package in found.says.packages.iter().filter(|p| p.marker.is_none() && p.name != ".") {
            let (here, verdict) = match there.get(&package.name) {
                None => ("not installed".to_owned(), Verdict::NotMet),
                Some(installed) => {
                    let fits = package
                        .specifiers()
                        .zip(Version::from_str(&installed.version).ok())
                        .is_none_or(|(s, v)| s.contains(&v));
                    (installed.version.clone(), if fits { Verdict::Met } else { Verdict::NotMet })
                }
            };
            if verdict == Verdict::Met || list.iter().any(|r| r.about == package.name) {
                continue;
            }
            let wanted = if package.versions.is_empty() { "any version".into() } else { package.versions.clone() };
            list.push(Requirement {
                about: package.name.clone(),
                wanted,
                here,
                verdict,
                from: found.file.clone(),
                remedy: UP.into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::detect::detect;
    use crate::job::Job;

    fn checked(config: &str) -> Result<Checked> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(".octostore")).unwrap();
        std::fs::write(dir.path().join(CONFIG), config).unwrap();
        check(dir.path(), &detect(dir.path(), &Job::new()).unwrap())
    }

    #[test]
    fn a_machine_that_is_too_small_is_told_what_is_missing() {
        let checked = checked("[requirements]\nmemory = \"900 TB\"\ncores = 1\ngpus = 1000\nos = 'plan9'\n").unwrap();
        assert!(!checked.met());
        let missing: Vec<_> =
            checked.requirements.iter().filter(|r| r.verdict == Verdict::NotMet).map(|r| r.about.as_str()).collect();
        assert_eq!(missing.len(), 3, "{missing:?}");
        assert!(checked.requirements.iter().all(|r| r.from == CONFIG));
        assert!(checked.requirements.iter().any(|r| r.about == "cores" && r.verdict == Verdict::Met));
    }

    #[test]
    fn a_demand_that_is_not_known_is_told_with_its_line() {
        let e = checked("[requirements]\ncores = 1\nmemroy = \"1GB\"\n").unwrap_err();
        assert!(
            e.message().starts_with(".octostore/config.toml:3: requirements.memroy is not known"),
            "{}",
            e.message()
        );
        let e = checked("[requirements]\nmemory = \"much\"\n").unwrap_err();
        assert!(e.message().contains("is not a size such as"), "{}", e.message());
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(bytes_of("16GB"), Some(16 << 30));
        assert_eq!(bytes_of("1.5 MiB"), Some(3 << 19));
        assert_eq!(bytes_of("12"), Some(12));
        assert_eq!(bytes_of("lots"), None);
    }
}
