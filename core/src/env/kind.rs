//! The kinds of files that describe an environment, and which of them wins.

use serde::Serialize;

/// A kind of environment description, in the order in which they win: what was locked before what was only asked for, and
/// both before what somebody's tool wrote down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    PixiLock,
    UvLock,
    PoetryLock,
    PipfileLock,
    Pylock,
    CondaLock,
    Pixi,
    CondaEnvironment,
    CondaExplicit,
    Pipfile,
    Pyproject,
    Requirements,
    SetupPy,
    SetupCfg,
    MlProject,
    PythonEnv,
    CondaYaml,
    MlModel,
    JuliaProject,
    Renv,
    RDescription,
    Devcontainer,
    Dockerfile,
    Binder,
    PythonVersion,
}

/// What makes the environment that a kind describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Manager {
    Pip,
    Uv,
    Poetry,
    Pipenv,
    Pixi,
    Conda,
    Julia,
    R,
    Container,
    None,
}

impl Kind {
    /// The kind of a file by its path below the project's folder, with `/` between names.
    pub(super) fn of(path: &str) -> Option<Kind> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let here = folder.is_empty();
        let lower = name.to_ascii_lowercase();
        Some(match lower.as_str() {
            "pixi.lock" if here => Kind::PixiLock,
            "uv.lock" if here => Kind::UvLock,
            "poetry.lock" if here => Kind::PoetryLock,
            "pipfile.lock" if here => Kind::PipfileLock,
            "pylock.toml" if here => Kind::Pylock,
            _ if here && lower.starts_with("pylock.") && lower.ends_with(".toml") => Kind::Pylock,
            "conda-lock.yml" | "conda-lock.yaml" if here => Kind::CondaLock,
            "pixi.toml" if here => Kind::Pixi,
            "environment.yml" | "environment.yaml" if here => Kind::CondaEnvironment,
            "pipfile" if here => Kind::Pipfile,
            "pyproject.toml" if here => Kind::Pyproject,
            _ if here && is_requirements(&lower) => Kind::Requirements,
            _ if folder == "requirements" && lower.ends_with(".txt") => Kind::Requirements,
            "setup.py" if here => Kind::SetupPy,
            "setup.cfg" if here => Kind::SetupCfg,
            "mlproject" if here => Kind::MlProject,
            "python_env.yaml" => Kind::PythonEnv,
            "conda.yaml" | "conda.yml" => Kind::CondaYaml,
            "mlmodel" => Kind::MlModel,
            "project.toml" | "juliaproject.toml" if here => Kind::JuliaProject,
            "renv.lock" if here => Kind::Renv,
            "description" if here && name == "DESCRIPTION" => Kind::RDescription,
            ".devcontainer.json" if here => Kind::Devcontainer,
            "devcontainer.json" if folder == ".devcontainer" || folder.starts_with(".devcontainer/") => {
                Kind::Devcontainer
            }
            "dockerfile" | "containerfile" if here => Kind::Dockerfile,
            _ if folder == "binder" || folder == ".binder" => Kind::Binder,
            ".python-version" if here => Kind::PythonVersion,
            "runtime.txt" if here => Kind::PythonVersion,
            _ => return None,
        })
    }

    /// Whether the file says exactly which versions there are.
    pub(super) fn is_lock(self) -> bool {
        self <= Kind::CondaLock || self == Kind::Renv || self == Kind::CondaExplicit
    }

    /// Whether an environment can be made from the file at all.
    pub(super) fn makes(self) -> bool {
        !matches!(self, Kind::Devcontainer | Kind::Dockerfile | Kind::Binder | Kind::PythonVersion | Kind::MlModel)
    }

    pub(super) fn manager(self) -> Manager {
        match self {
            Kind::PixiLock | Kind::Pixi => Manager::Pixi,
            Kind::UvLock => Manager::Uv,
            Kind::PoetryLock => Manager::Poetry,
            Kind::PipfileLock | Kind::Pipfile => Manager::Pipenv,
            Kind::CondaLock | Kind::CondaEnvironment | Kind::CondaExplicit | Kind::CondaYaml => Manager::Conda,
            Kind::Pylock
            | Kind::Pyproject
            | Kind::Requirements
            | Kind::SetupPy
            | Kind::SetupCfg
            | Kind::MlProject
            | Kind::PythonEnv => Manager::Pip,
            Kind::JuliaProject => Manager::Julia,
            Kind::Renv | Kind::RDescription => Manager::R,
            Kind::Devcontainer | Kind::Dockerfile | Kind::Binder => Manager::Container,
            Kind::MlModel | Kind::PythonVersion => Manager::None,
        }
    }

    /// The kind, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::PixiLock => "pixi's lock file",
            Kind::UvLock => "uv's lock file",
            Kind::PoetryLock => "poetry's lock file",
            Kind::PipfileLock => "Pipenv's lock file",
            Kind::Pylock => "a standard lock file (PEP 751)",
            Kind::CondaLock => "conda-lock's lock file",
            Kind::Pixi => "pixi's manifest",
            Kind::CondaEnvironment => "a conda environment",
            Kind::CondaExplicit => "an explicit list of conda packages",
            Kind::Pipfile => "Pipenv's manifest",
            Kind::Pyproject => "a Python project",
            Kind::Requirements => "a list of requirements",
            Kind::SetupPy => "a setuptools script",
            Kind::SetupCfg => "a setuptools configuration",
            Kind::MlProject => "an MLflow project",
            Kind::PythonEnv => "an MLflow virtual environment",
            Kind::CondaYaml => "an MLflow conda environment",
            Kind::MlModel => "an MLflow model",
            Kind::JuliaProject => "a Julia project",
            Kind::Renv => "renv's lock file for R",
            Kind::RDescription => "an R package's description",
            Kind::Devcontainer => "a dev container",
            Kind::Dockerfile => "a container image's recipe",
            Kind::Binder => "a Binder configuration",
            Kind::PythonVersion => "a choice of Python",
        }
    }
}

/// `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`.
fn is_requirements(lower: &str) -> bool {
    let stem = lower.strip_suffix(".txt").or_else(|| lower.strip_suffix(".in"));
    stem.is_some_and(|s| s.starts_with("requirements") || s.ends_with("requirements"))
}
