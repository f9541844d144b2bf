//! What is written in YAML: conda environments, MLflow's files; and pixi's manifest, which speaks of conda packages too.

use super::pyproject::versions_of;
use super::requirements::package;
use super::{Described, Package, broken, line_of, toml_of};
use crate::error::Result;
use std::path::Path;
use toml::Value;
use yaml_rust2::{Yaml, YamlLoader};

/// The first document of a YAML text.
fn yaml(path: &str, text: &str) -> Result<Yaml> {
    let documents = YamlLoader::load_from_str(text)
        .map_err(|e| broken(path, Some(e.marker().line()), format!("it is not YAML: {}", e.info())))?;
    Ok(documents.into_iter().next().unwrap_or(Yaml::Null))
}

/// `environment.yml`, `conda.yaml`.
pub(super) fn read(path: &str, text: &str) -> Result<Described> {
    let yaml = yaml(path, text)?;
    let mut described = Described::default();
    if yaml["dependencies"].is_badvalue() {
        return Err(broken(path, None, "it has no \"dependencies\""));
    }
    for channel in yaml["channels"].as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
        described.notes.push(format!("channel {channel}"));
    }
    for dependency in yaml["dependencies"].as_vec().into_iter().flatten() {
        if let Some(spec) = dependency.as_str() {
            conda_package(spec, path, text, &mut described);
        }
        for spec in dependency["pip"].as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
            if !spec.starts_with('-') {
                described.packages.push(package(spec, path, line_of(text, spec).unwrap_or(1))?);
            }
        }
    }
    Ok(described)
}

/// `python=3.11`, `conda-forge::numpy>=1.20`, `pip`: a match specification.
fn conda_package(spec: &str, path: &str, text: &str, into: &mut Described) {
    let bare = spec.rsplit("::").next().unwrap_or(spec).trim();
    let at = bare.find(['=', '<', '>', '!', ' ', '~']).unwrap_or(bare.len());
    let (name, versions) = (bare[..at].trim(), bare[at..].trim().replace(' ', ""));
    let versions = match versions.strip_prefix('=').filter(|v| !v.starts_with('=')) {
        // `=1.2` means any 1.2.x; a second `=` begins the build.
        Some(version) => version.split('=').next().map(|v| format!("=={v}.*")).unwrap_or_default(),
        None => versions,
    };
    if name == "python" {
        into.python = Some(if versions.is_empty() { ">=3".into() } else { versions });
    } else if name != "pip" {
        into.packages.push(Package { line: line_of(text, spec), ..Package::new(name, &versions, path) });
    }
}

/// MLflow's `python_env.yaml`.
pub(super) fn read_python_env(root: &Path, path: &str, text: &str) -> Result<Described> {
    let yaml = yaml(path, text)?;
    let python = match &yaml["python"] {
        Yaml::String(s) | Yaml::Real(s) => Some(s.clone()),
        _ => None,
    };
    let mut described = Described { python, ..Described::default() };
    for spec in yaml["dependencies"].as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
        if let Some(other) = spec.strip_prefix("-r ") {
            let folder = path.rsplit_once('/').map_or(String::new(), |(f, _)| format!("{f}/"));
            let other = format!("{folder}{}", other.trim());
            if root.join(&other).is_file() {
                described.packages.extend(super::requirements::read(root, &other)?.packages);
            } else {
                described.notes.push(format!("{other} is not there"));
            }
        } else {
            described.packages.push(package(spec, path, line_of(text, spec).unwrap_or(1))?);
        }
    }
    Ok(described)
}

/// MLflow's `MLmodel`: the Python that the model was made with.
pub(super) fn read_model(path: &str, text: &str) -> Result<Described> {
    let yaml = yaml(path, text)?;
    let python = match &yaml["flavors"]["python_function"]["python_version"] {
        Yaml::String(s) | Yaml::Real(s) => Some(s.clone()),
        _ => None,
    };
    let size = yaml["model_size_bytes"].as_i64().map(|n| format!("the model has {n} bytes"));
    Ok(Described { python, notes: size.into_iter().collect(), ..Described::default() })
}

/// Files that their own tools read; here they must only be YAML.
pub(super) fn read_yaml_only(path: &str, text: &str) -> Result<Described> {
    let yaml = yaml(path, text)?;
    let mut described = Described::default();
    for entry in yaml["package"].as_vec().into_iter().flatten() {
        let (Some(name), Some(version)) = (entry["name"].as_str(), entry["version"].as_str()) else { continue };
        if name == "python" {
            described.python = Some(version.to_owned());
        } else {
            described.packages.push(Package::new(name, &format!("=={version}"), path));
        }
    }
    Ok(described)
}

/// `pixi.toml`.
pub(super) fn read_pixi(path: &str, text: &str) -> Result<Described> {
    let table = toml_of(path, text)?;
    let mut described = Described::default();
    for list in ["dependencies", "pypi-dependencies"] {
        for (name, value) in table.get(list).and_then(Value::as_table).into_iter().flatten() {
            let versions = versions_of(value);
            if name == "python" && list == "dependencies" {
                described.python = Some(versions);
            } else {
                described.packages.push(Package { line: line_of(text, name), ..Package::new(name, &versions, path) });
            }
        }
    }
    Ok(described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conda_environment_with_pip_packages_is_read() {
        let text = "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - conda-forge::numpy>=1.20\n  - pip\n  - pip:\n    - requests==2.31.0\n";
        let read = read("environment.yml", text).unwrap();
        assert_eq!(read.python.as_deref(), Some("==3.11.*"));
        let got: Vec<_> = read.packages.iter().map(|p| (p.name.as_str(), p.versions.as_str(), p.line)).collect();
        assert_eq!(got, [("numpy", ">=1.20", Some(5)), ("requests", "==2.31.0", Some(8))]);
    }

    #[test]
    fn broken_yaml_is_told_with_its_line() {
        let e = read("environment.yml", "name: x\ndependencies:\n  - a\n bad: [\n").unwrap_err();
        assert!(e.message().starts_with("environment.yml:"), "{}", e.message());
    }
}
