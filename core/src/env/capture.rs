//! Writes down the environment that is: what is installed, what was asked for, what the code imports, and the machine.

use super::detect::Detected;
use super::host::Host;
use super::imports::{Imports, OTHER_NAMES, scan};
use super::installed::{Installed, Origin, installed};
use super::kind::Kind;
use super::python::{Python, find};
use super::read::{lines_of, normal, text_of};
use super::texts::Changes;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// What the environment is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `requirements.txt` with exact versions of what was asked for, and `pylock.toml` of everything.
    Requirements,
    /// `environment.yml`.
    Conda,
    /// `Pipfile`.
    Pipfile,
    /// The dependencies of `pyproject.toml`.
    Pyproject,
}

impl Format {
    pub(crate) fn of(name: &str) -> Result<Format> {
        Ok(match name {
            "" | "requirements" | "requirements.txt" => Format::Requirements,
            "conda" | "environment.yml" => Format::Conda,
            "pipfile" | "Pipfile" => Format::Pipfile,
            "pyproject" | "pyproject.toml" => Format::Pyproject,
            other => {
                return Err(Error::new(Code::InvalidArgument, format!("there is no environment format \"{other}\""))
                    .remedy("Use requirements, conda, pipfile or pyproject."));
            }
        })
    }
}

/// What was found, and the files that would say it.
#[derive(Debug, Serialize)]
pub(crate) struct Captured {
    pub python: Option<Python>,
    pub host: Host,
    /// What the project needs: asked for by name, or imported.
    pub asked: Vec<Installed>,
    /// What came along.
    pub along: Vec<Installed>,
    /// Imported but not installed, with the places.
    pub missing: BTreeMap<String, Vec<String>>,
    /// Asked for, but imported nowhere.
    pub unused: Vec<String>,
    /// Packages that nobody else can install, and why.
    pub not_reproducible: Vec<String>,
    pub problems: Vec<String>,
    pub files: Changes,
}

/// Tools that every environment has and no project asks for.
const TOOLS: [&str; 5] = ["pip", "setuptools", "wheel", "distribute", "pkg-resources"];

/// Looks at the environment of a folder and says what would be written.
pub(crate) fn capture(
    root: &Path,
    named: Option<&Path>,
    format: Format,
    detected: &Detected,
    job: &Job,
) -> Result<Captured> {
    let python = find(root, named);
    if let (None, Some(named)) = (&python, named) {
        return Err(Error::new(Code::NotFound, format!("{}: there is no Python", named.display()))
            .remedy("Name the folder of a virtual environment, or its bin/python."));
    }
    let packages = python.as_ref().map(|p| installed(&p.site_packages)).unwrap_or_default();
    let imports = scan(root, job)?;
    let wanted = asked_for(&packages, &imports, detected);
    let missing = missing(&packages, &imports);
    let used: BTreeSet<&String> = imports.modules.keys().collect();
    let unused = wanted
        .iter()
        .filter(|n| packages.get(*n).is_some_and(|p| !p.modules.iter().any(|m| used.contains(m))) && imports.files > 0)
        .cloned()
        .collect();
    let not_reproducible = packages.values().filter_map(|p| not_reproducible(root, p)).collect();
    let (asked, along): (Vec<_>, Vec<_>) = packages
        .into_iter()
        .filter(|(name, _)| !TOOLS.contains(&name.as_str()))
        .partition(|(name, _)| wanted.contains(name));
    let values = |list: Vec<(String, Installed)>| list.into_iter().map(|(_, p)| p).collect::<Vec<_>>();
    let mut captured = Captured {
        python,
        host: Host::look(root),
        asked: values(asked),
        along: values(along),
        missing,
        unused,
        not_reproducible,
        problems: imports.problems,
        files: Changes::default(),
    };
    write_down(root, format, &mut captured)?;
    Ok(captured)
}

/// What the user asked for: by name at the installer, in the project's own files, or by an import; if nothing of that is known,
/// what nothing else needs.
fn asked_for(packages: &BTreeMap<String, Installed>, imports: &Imports, detected: &Detected) -> BTreeSet<String> {
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for found in detected.files.iter().filter(|f| !f.kind.is_lock() && f.kind != Kind::MlModel) {
        asked.extend(found.says.packages.iter().map(|p| p.name.clone()).filter(|n| packages.contains_key(n)));
    }
    for (name, package) in packages {
        if package.requested || package.modules.iter().any(|m| imports.modules.contains_key(m)) {
            asked.insert(name.clone());
        }
    }
    if asked.is_empty() {
        let needed: BTreeSet<&String> = packages.values().flat_map(|p| &p.needs).collect();
        asked.extend(packages.keys().filter(|n| !needed.contains(n)).cloned());
    }
    asked.retain(|n| !TOOLS.contains(&n.as_str()));
    asked
}

fn missing(packages: &BTreeMap<String, Installed>, imports: &Imports) -> BTreeMap<String, Vec<String>> {
    let there: BTreeSet<&String> = packages.values().flat_map(|p| &p.modules).collect();
    let gone = imports.modules.iter().filter(|(module, _)| !there.contains(module));
    gone.map(|(module, places)| (package_of(module), places.clone())).collect()
}

/// The package that brings a module, as far as that is commonly known.
fn package_of(module: &str) -> String {
    OTHER_NAMES.iter().find(|(m, _)| *m == module).map_or_else(|| module.replace('_', "-"), |(_, p)| (*p).to_owned())
}

fn not_reproducible(root: &Path, package: &Installed) -> Option<String> {
    let Some(origin @ Origin::Folder { url, .. }) = &package.origin else { return None };
    // The project itself, or a folder of it, comes with the repository.
    if origin.inside(root).is_some() {
        return None;
    }
    let place = url.strip_prefix("file://").unwrap_or(url);
    Some(format!("{} {} is installed from {place}, which only this machine has", package.name, package.version))
}

/// A package as a line of requirements.
fn requirement(root: &Path, package: &Installed) -> Option<String> {
    match &package.origin {
        None => Some(format!("{}=={}", package.name, package.version)),
        Some(Origin::Vcs { url, vcs, commit }) => Some(format!("{} @ {vcs}+{url}@{commit}", package.name)),
        Some(Origin::Archive { url, hash }) => {
            let hash = hash.as_ref().map_or_else(String::new, |h| format!("#{}", h.replace(':', "=")));
            Some(format!("{} @ {url}{hash}", package.name))
        }
        Some(origin @ Origin::Folder { editable, .. }) => {
            let place = origin.inside(root)?;
            Some(if *editable { format!("-e {place}") } else { place })
        }
    }
}

fn write_down(root: &Path, format: Format, captured: &mut Captured) -> Result<()> {
    let lines: BTreeMap<String, String> =
        captured.asked.iter().filter_map(|p| Some((normal(&p.name), requirement(root, p)?))).collect();
    let python = captured.python.as_ref().and_then(|p| p.version.clone());
    let short = python.as_deref().map(|v| v.split('.').take(2).collect::<Vec<_>>().join("."));
    let mut files = Changes::default();
    match format {
        Format::Requirements => {
            files.push(root, "requirements.txt", requirements(root, &lines)?)?;
            files.push(root, "pylock.toml", pylock(root, captured, short.as_deref()))?;
        }
        Format::Conda => files.push(root, "environment.yml", conda(root, &lines, short.as_deref())?)?,
        Format::Pipfile => files.push(root, "Pipfile", pipfile(root, captured, short.as_deref())?)?,
        Format::Pyproject => files.push(root, "pyproject.toml", pyproject(root, &lines, short.as_deref())?)?,
    }
    captured.files = files;
    Ok(())
}

/// What is there keeps its place, comments and options; versions are set, and what is new comes at the end.
fn requirements(root: &Path, lines: &BTreeMap<String, String>) -> Result<String> {
    let mut left = lines.clone();
    let mut text = String::new();
    if root.join("requirements.txt").is_file() {
        let before = text_of(root, "requirements.txt")?;
        let known: BTreeMap<usize, String> = lines_of(&before).into_iter().map(|l| (l.number, l.text)).collect();
        for (number, line) in before.lines().enumerate() {
            let name = known.get(&(number + 1)).filter(|t| !t.starts_with('-') && !line.ends_with('\\')).map(|t| {
                let end = t.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(t.len());
                normal(&t[..end])
            });
            match name.and_then(|n| left.remove(&n)) {
                Some(new) => {
                    let marker = line
                        .split('#')
                        .next()
                        .and_then(|l| l.split_once(';'))
                        .map_or_else(String::new, |(_, m)| format!("; {}", m.trim()));
                    let comment = line.split_once(" #").map_or_else(String::new, |(_, c)| format!("  #{c}"));
                    let _ = writeln!(text, "{new}{marker}{comment}");
                }
                None => {
                    let _ = writeln!(text, "{line}");
                }
            }
            if let Some(t) = known.get(&(number + 1)).filter(|t| t.starts_with("-e ")) {
                left.retain(|_, new| new != t);
            }
        }
    }
    for line in left.values() {
        let _ = writeln!(text, "{line}");
    }
    Ok(text)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// PEP 751: every package of the environment, in order.
fn pylock(root: &Path, captured: &Captured, python: Option<&str>) -> String {
    let mut text = String::from("lock-version = \"1.0\"\ncreated-by = \"octostore\"\n");
    if let Some(python) = python {
        let _ = writeln!(text, "requires-python = {}", quoted(&format!("=={python}.*")));
    }
    let mut all: Vec<&Installed> = captured.asked.iter().chain(&captured.along).collect();
    all.sort_by_key(|p| normal(&p.name));
    for package in all {
        let inside = package.origin.as_ref().and_then(|o| o.inside(root));
        // What only this machine has is named as such, and helps nobody in a lock file.
        if matches!(package.origin, Some(Origin::Folder { .. })) && inside.is_none() {
            continue;
        }
        let _ = write!(text, "\n[[packages]]\nname = {}\n", quoted(&normal(&package.name)));
        match &package.origin {
            None => {
                let _ = writeln!(text, "version = {}", quoted(&package.version));
            }
            Some(Origin::Vcs { url, vcs, commit }) => {
                let _ = writeln!(
                    text,
                    "vcs = {{ type = {}, url = {}, commit-id = {} }}",
                    quoted(vcs),
                    quoted(url),
                    quoted(commit)
                );
            }
            Some(Origin::Archive { url, hash }) => {
                let hash = hash
                    .as_deref()
                    .and_then(|h| h.strip_prefix("sha256:"))
                    .map_or_else(String::new, |h| format!(", hashes = {{ sha256 = {} }}", quoted(h)));
                let _ = writeln!(text, "archive = {{ url = {}{hash} }}", quoted(url));
            }
            Some(Origin::Folder { editable, .. }) => {
                let path = quoted(&inside.unwrap_or_default());
                let _ = writeln!(text, "directory = {{ path = {path}, editable = {editable} }}");
            }
        }
    }
    text
}

fn conda(root: &Path, lines: &BTreeMap<String, String>, python: Option<&str>) -> Result<String> {
    if root.join("environment.yml").is_file() {
        // A person's own choice of channels and conda packages is not ours to write anew.
        return text_of(root, "environment.yml");
    }
    let name = root
        .canonicalize()
        .ok()
        .and_then(|r| r.file_name().map(|n| n.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "project".into());
    let mut text = format!("name: {}\nchannels:\n  - conda-forge\ndependencies:\n", serde_json::Value::String(name));
    let _ = writeln!(text, "  - python{}", python.map_or_else(String::new, |p| format!("={p}")));
    text.push_str("  - pip\n  - pip:\n");
    for line in lines.values() {
        let _ = writeln!(text, "      - {}", serde_json::Value::String(line.clone()));
    }
    Ok(text)
}

fn pipfile(root: &Path, captured: &Captured, python: Option<&str>) -> Result<String> {
    let before = if root.join("Pipfile").is_file() { text_of(root, "Pipfile")? } else { String::new() };
    // Without a source Pipenv takes the usual index.
    let mut document = edit("Pipfile", &before)?;
    if document.get("packages").is_none() {
        document["packages"] = toml_edit::Item::Table(toml_edit::Table::new());
    }
    for package in captured.asked.iter().filter(|p| p.origin.is_none()) {
        document["packages"][&package.name] = toml_edit::value(format!("=={}", package.version));
    }
    if let Some(python) = python.filter(|_| document.get("requires").is_none()) {
        document["requires"] = toml_edit::Item::Table(toml_edit::Table::new());
        document["requires"]["python_version"] = toml_edit::value(python);
    }
    Ok(document.to_string())
}

fn pyproject(root: &Path, lines: &BTreeMap<String, String>, python: Option<&str>) -> Result<String> {
    let before = if root.join("pyproject.toml").is_file() { text_of(root, "pyproject.toml")? } else { String::new() };
    let mut document = edit("pyproject.toml", &before)?;
    if document.get("project").is_none() {
        let name = root
            .canonicalize()
            .ok()
            .and_then(|r| r.file_name().map(|n| normal(&n.to_string_lossy())))
            .unwrap_or_else(|| "project".into());
        let mut project = toml_edit::Table::new();
        project["name"] = toml_edit::value(name);
        project["version"] = toml_edit::value("0.1.0");
        document["project"] = toml_edit::Item::Table(project);
    }
    if let Some(python) = python.filter(|_| document["project"].get("requires-python").is_none()) {
        document["project"]["requires-python"] = toml_edit::value(format!(">={python}"));
    }
    let mut list = toml_edit::Array::new();
    for line in lines.values().filter(|l| !l.starts_with(['-', '.'])) {
        list.push(line.as_str());
    }
    list.iter_mut().for_each(|v| v.decor_mut().set_prefix("\n    "));
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    document["project"]["dependencies"] = toml_edit::value(list);
    Ok(document.to_string())
}

fn edit(file: &str, text: &str) -> Result<toml_edit::DocumentMut> {
    text.parse().map_err(|e: toml_edit::TomlError| {
        let line = e.span().map_or(1, |s| 1 + text[..s.start.min(text.len())].matches('\n').count());
        super::read::broken(file, Some(line), e.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::detect::detect;

    fn environment(dir: &Path, packages: &[(&str, &str, bool, &str)]) {
        let site = dir.join(".venv/lib/python3.11/site-packages");
        std::fs::create_dir_all(dir.join(".venv/bin")).unwrap();
        std::fs::write(dir.join(".venv/bin/python"), "").unwrap();
        std::fs::write(dir.join(".venv/pyvenv.cfg"), "home = /usr/bin\nversion = 3.11.7\n").unwrap();
        for (name, version, requested, needs) in packages {
            let folder = site.join(format!("{name}-{version}.dist-info"));
            std::fs::create_dir_all(&folder).unwrap();
            let needs = needs.split_whitespace().map(|n| format!("Requires-Dist: {n}\n")).collect::<String>();
            std::fs::write(folder.join("METADATA"), format!("Name: {name}\nVersion: {version}\n{needs}")).unwrap();
            std::fs::write(folder.join("top_level.txt"), format!("{name}\n")).unwrap();
            if *requested {
                std::fs::write(folder.join("REQUESTED"), "").unwrap();
            }
        }
    }

    fn captured(dir: &Path, format: Format) -> Captured {
        let job = Job::new();
        capture(dir, Some(&dir.join(".venv")), format, &detect(dir, &job).unwrap(), &job).unwrap()
    }

    #[test]
    fn what_was_asked_for_is_pinned_and_what_came_along_is_only_locked() {
        let dir = tempfile::tempdir().unwrap();
        environment(
            dir.path(),
            &[("pandas", "2.2.1", true, "numpy"), ("numpy", "2.0.0", false, ""), ("pip", "24.0", false, "")],
        );
        std::fs::write(dir.path().join("train.py"), "import pandas\nimport sklearn\n").unwrap();
        let captured = captured(dir.path(), Format::Requirements);
        assert_eq!(captured.files.0[0].text, "pandas==2.2.1\n");
        assert!(captured.files.0[1].text.contains("name = \"numpy\"\nversion = \"2.0.0\""));
        assert_eq!(captured.missing.get("scikit-learn").map(|p| p[0].as_str()), Some("train.py:2"));
        assert_eq!(captured.python.as_ref().and_then(|p| p.version.as_deref()), Some("3.11.7"));
    }

    #[test]
    fn what_a_person_wrote_keeps_its_place_and_comments() {
        let dir = tempfile::tempdir().unwrap();
        environment(dir.path(), &[("pandas", "2.2.1", true, ""), ("six", "1.0", true, "")]);
        std::fs::write(
            dir.path().join("requirements.txt"),
            "# ours\n--index-url https://example.org/simple\nPandas>=2 # tables\n",
        )
        .unwrap();
        let captured = captured(dir.path(), Format::Requirements);
        assert_eq!(
            captured.files.0[0].text,
            "# ours\n--index-url https://example.org/simple\npandas==2.2.1  # tables\nsix==1.0\n"
        );
        assert!(captured.files.0[0].diff.contains("-Pandas>=2 # tables\n+pandas==2.2.1  # tables\n+six==1.0\n"));
    }

    #[test]
    fn the_other_formats_are_read_by_our_own_detector() {
        for (format, file) in
            [(Format::Conda, "environment.yml"), (Format::Pipfile, "Pipfile"), (Format::Pyproject, "pyproject.toml")]
        {
            let dir = tempfile::tempdir().unwrap();
            environment(dir.path(), &[("pandas", "2.2.1", true, "")]);
            captured(dir.path(), format).files.write(dir.path()).unwrap();
            let detected = detect(dir.path(), &Job::new()).unwrap();
            let winner = detected.winner().unwrap();
            assert_eq!(
                (winner.file.as_str(), winner.says.packages[0].versions.as_str()),
                (file, "==2.2.1"),
                "{detected:?}"
            );
            assert!(detected.python.is_some(), "{file}");
        }
    }
}
