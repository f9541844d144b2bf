//! Which Python runs a script.

use std::path::{Path, PathBuf};

/// The one named (a program or an environment), else the active environment's, else the project's, else the first on the
/// `PATH`.
pub(crate) fn python(project: &Path, named: &str) -> PathBuf {
    if !named.is_empty() {
        return of(Path::new(named)).unwrap_or_else(|| named.into());
    }
    let active = |name: &str| std::env::var_os(name).and_then(|dir| of(Path::new(&dir)));
    active("VIRTUAL_ENV")
        .or_else(|| [".venv", "venv", "env", ".pixi/envs/default"].iter().find_map(|dir| of(&project.join(dir))))
        .or_else(|| active("CONDA_PREFIX"))
        .unwrap_or_else(|| if cfg!(windows) { "python".into() } else { "python3".into() })
}

/// The Python of an environment.
fn of(prefix: &Path) -> Option<PathBuf> {
    ["bin/python", "bin/python3", "Scripts/python.exe", "python.exe"]
        .iter()
        .map(|p| prefix.join(p))
        .find(|p| p.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_named_environment_is_its_python_and_a_name_is_itself() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("bin/python");
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "").unwrap();
        assert_eq!(python(Path::new("."), dir.path().to_str().unwrap()), program);
        assert_eq!(python(Path::new("."), "python3.12"), PathBuf::from("python3.12"));
    }
}
