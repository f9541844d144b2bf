//! The way out to another machine: a dev container by the public specification, a Dockerfile, and Binder's files.

use super::check::Checked;
use super::detect::{Detected, python_specifier};
use super::kind::Kind;
use super::texts::Changes;
use crate::error::Result;
use serde_json::{Value, json};
use std::path::Path;

/// Python where nothing says which.
const PYTHON: &str = "3.12";

/// The files of a container for a folder. Host requirements come from the demands that were checked.
pub(crate) fn devcontainer_files(
    root: &Path,
    detected: &Detected,
    checked: &Checked,
    dockerfile: bool,
    binder: bool,
) -> Result<Changes> {
    let mut changes = Changes::default();
    let python = python(detected);
    let container = json!({
        "name": name(root),
        "image": format!("mcr.microsoft.com/devcontainers/python:1-{python}-bookworm"),
        "features": features(detected, checked),
        "hostRequirements": host_requirements(checked),
        "postCreateCommand": "pip install --quiet octostore && octostore up",
        "remoteEnv": { "PATH": "${containerWorkspaceFolder}/.venv/bin:${containerEnv:PATH}" },
    });
    changes.push(root, ".devcontainer/devcontainer.json", format!("{container:#}\n"))?;
    if dockerfile {
        let text = format!(
            "FROM python:{python}-slim-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nWORKDIR /project\nCOPY . .\nRUN pip install --no-cache-dir octostore && octostore up\nENV PATH=/project/.venv/bin:$PATH\n"
        );
        changes.push(root, "Dockerfile", text)?;
    }
    if binder {
        changes.push(root, "binder/runtime.txt", format!("python-{python}\n"))?;
        let list: String = detected
            .winner()
            .into_iter()
            .flat_map(|w| &w.says.packages)
            .map(|p| format!("{}{}\n", p.name, p.versions))
            .collect();
        changes.push(root, "binder/requirements.txt", list)?;
        changes.push(
            root,
            "binder/postBuild",
            "#!/bin/sh\nset -e\npip install --quiet octostore\noctostore pull\n".into(),
        )?;
    }
    Ok(changes)
}

fn name(root: &Path) -> String {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    root.file_name().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned())
}

/// `3.11` out of `>=3.11,<4`, `==3.11.*`, `3.11.4`.
fn python(detected: &Detected) -> String {
    let wanted = detected.python.as_deref().map(python_specifier).unwrap_or_default();
    let at = wanted.find(|c: char| c.is_ascii_digit());
    let version: String =
        at.map(|n| wanted[n..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()).unwrap_or_default();
    let parts: Vec<_> = version.split('.').filter(|p| !p.is_empty()).take(2).collect();
    // A lower bound alone would give an old Python where a new one will do.
    if parts.len() == 2 && !wanted.starts_with(">=") { parts.join(".") } else { newer(&parts) }
}

fn newer(parts: &[&str]) -> String {
    let minor = |p: &str| p.parse::<u32>().unwrap_or(0);
    let default = PYTHON.rsplit('.').next().map_or(0, minor);
    let wanted = parts.get(1).map_or(0, |p| minor(p));
    format!("3.{}", wanted.max(default))
}

fn features(detected: &Detected, checked: &Checked) -> Value {
    let mut features = serde_json::Map::new();
    let conda = detected.winner().is_some_and(|w| {
        matches!(w.kind, Kind::CondaEnvironment | Kind::CondaLock | Kind::CondaYaml | Kind::CondaExplicit)
    });
    if conda {
        features.insert("ghcr.io/devcontainers/features/conda:1".into(), json!({}));
    }
    if wants_gpu(checked) {
        features.insert("ghcr.io/devcontainers/features/nvidia-cuda:1".into(), json!({ "installCudnn": true }));
    }
    Value::Object(features)
}

fn wants_gpu(checked: &Checked) -> bool {
    checked.requirements.iter().any(|r| matches!(r.about.as_str(), "gpus" | "gpu-memory" | "cuda"))
}

/// Whole gigabytes, rounded up, as hosts understand them.
fn host_requirements(checked: &Checked) -> Value {
    let mut wanted = serde_json::Map::new();
    for requirement in &checked.requirements {
        let size = || requirement.wanted.trim_end_matches(" GiB").parse::<f64>().map(|n| format!("{}gb", n.ceil()));
        match requirement.about.as_str() {
            "cores" => {
                wanted.extend(requirement.wanted.parse::<u64>().map(|n| ("cpus".to_owned(), json!(n))));
            }
            "memory" => wanted.extend(size().map(|s| ("memory".to_owned(), json!(s)))),
            "disk" => wanted.extend(size().map(|s| ("storage".to_owned(), json!(s)))),
            "gpu-memory" => wanted.extend(size().map(|s| ("gpu".to_owned(), json!({ "memory": s })))),
            "gpus" | "cuda" => {
                wanted.entry("gpu").or_insert(json!(true));
            }
            _ => {}
        }
    }
    Value::Object(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::check::check;
    use crate::env::detect::detect;
    use crate::job::Job;

    #[test]
    fn what_the_model_needs_becomes_what_the_host_must_have() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(".octostore")).unwrap();
        std::fs::write(
            dir.path().join(".octostore/config.toml"),
            "[requirements]\ncores = 4\nmemory = \"15.5 GB\"\ngpu_memory = \"24GB\"\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("requirements.txt"), "six\n").unwrap();
        std::fs::write(dir.path().join(".python-version"), "3.11\n").unwrap();
        let detected = detect(dir.path(), &Job::new()).unwrap();
        let checked = check(dir.path(), &detected).unwrap();
        let changes = devcontainer_files(dir.path(), &detected, &checked, true, true).unwrap();
        let json: Value = serde_json::from_str(&changes.0[0].text).unwrap();
        assert_eq!(json["hostRequirements"], json!({"cpus": 4, "memory": "16gb", "gpu": {"memory": "24gb"}}));
        assert_eq!(json["image"], "mcr.microsoft.com/devcontainers/python:1-3.11-bookworm");
        let files: Vec<_> = changes.0.iter().map(|c| c.file.as_str()).collect();
        assert_eq!(
            files,
            [
                ".devcontainer/devcontainer.json",
                "Dockerfile",
                "binder/runtime.txt",
                "binder/requirements.txt",
                "binder/postBuild"
            ]
        );
    }
}
