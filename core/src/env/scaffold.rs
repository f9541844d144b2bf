//! From a loose folder to a project: where each file goes, in the structure that cookiecutter-data-science 2 has.

use super::read::normal;
use super::texts::Changes;
use crate::error::{Code, Error, Result};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A file larger than this is data, whatever its name.
const LARGE: u64 = 5 << 20;
const DATA: [&str; 22] = [
    "csv", "tsv", "parquet", "arrow", "feather", "ipc", "jsonl", "ndjson", "avro", "tfrecord", "xlsx", "xls", "h5",
    "hdf5", "npy", "npz", "gz", "zst", "zip", "tar", "sqlite", "db",
];
const MODELS: [&str; 11] =
    ["pkl", "pickle", "joblib", "pt", "pth", "ckpt", "onnx", "safetensors", "keras", "pb", "bin"];
const FIGURES: [&str; 5] = ["png", "jpg", "jpeg", "svg", "gif"];
const REFERENCES: [&str; 4] = ["pdf", "docx", "doc", "bib"];

/// What a person chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scaffold {
    /// The project's name; the folder's when empty.
    pub name: String,
    /// The Python package's name; made from the project's when empty.
    pub module: String,
    pub author: String,
    pub description: String,
    /// `MIT`, `BSD-3-Clause`, or `none`.
    pub license: String,
    /// Change the paths that the code names.
    pub rewrite: bool,
}

/// A file that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Move {
    pub from: String,
    pub to: String,
    pub why: &'static str,
}

/// A place in code that names a file which moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reference {
    pub file: String,
    pub line: usize,
    pub names: String,
    pub now: String,
}

/// All that would be done.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    pub name: String,
    pub module: String,
    pub moves: Vec<Move>,
    pub references: Vec<Reference>,
    pub files: Changes,
    /// The project as it would be.
    pub tree: Vec<String>,
    /// Files whose text changes with the moves: where they will be, and what they will say.
    #[serde(skip)]
    pub rewritten: Vec<(String, String)>,
}

/// Plans the project of a folder; nothing is touched.
pub(crate) fn plan(root: &Path, chosen: &Scaffold) -> Result<Plan> {
    let folder = root.canonicalize().ok().and_then(|r| r.file_name().map(|n| n.to_string_lossy().into_owned()));
    let name = if chosen.name.is_empty() { folder.unwrap_or_else(|| "project".into()) } else { chosen.name.clone() };
    let module = if chosen.module.is_empty() { module_name(&name) } else { chosen.module.clone() };
    if !is_identifier(&module) {
        return Err(Error::new(Code::InvalidArgument, format!("\"{module}\" is no name for a Python package"))
            .remedy("Use letters, digits and underscores, and begin with a letter."));
    }
    let there = files_of(root)?;
    let mut moves = Vec::new();
    for (file, len) in &there {
        if let Some((to, why)) = place(file, *len, &module) {
            moves.push(Move { from: file.clone(), to, why });
        }
    }
    refuse_clashes(&moves, &there)?;
    let (references, rewritten) = references(root, &moves, &there);
    let rewritten = if chosen.rewrite { rewritten } else { Vec::new() };
    let files = new_files(root, &name, &module, chosen)?;
    let mut tree: BTreeSet<String> = files.0.iter().map(|c| c.file.clone()).collect();
    tree.extend(
        there.iter().map(|(f, _)| moves.iter().find(|m| m.from == *f).map_or_else(|| f.clone(), |m| m.to.clone())),
    );
    Ok(Plan { name, module, moves, references, files, tree: tree.into_iter().collect(), rewritten })
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn module_name(name: &str) -> String {
    let module: String = normal(name).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if module.starts_with(|c: char| c.is_ascii_alphabetic()) {
        module
    } else {
        format!("project_{}", module.trim_matches('_'))
    }
}

/// The files of the folder's top, and those of folders that are only data, with their sizes.
fn files_of(root: &Path) -> Result<Vec<(String, u64)>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(root).map_err(|e| Error::io(root, "listing", e))?;
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            files.push((name, metadata.len()));
        }
    }
    files.sort();
    Ok(files)
}

/// Where a file of the top folder belongs; `None` where it is.
fn place(file: &str, len: u64, module: &str) -> Option<(String, &'static str)> {
    let lower = file.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, e)| e);
    if file.starts_with('.')
        || ["setup.py", "conftest.py", "noxfile.py", "fabfile.py", "manage.py"].contains(&lower.as_str())
    {
        return None;
    }
    if lower.ends_with(".py") && (lower.starts_with("test_") || lower.ends_with("_test.py")) {
        return Some((format!("tests/{file}"), "a test"));
    }
    Some(match extension {
        // Together, so that they go on importing each other.
        "py" => (format!("{module}/{file}"), "code"),
        "ipynb" => (format!("notebooks/{file}"), "a notebook"),
        e if MODELS.contains(&e) => (format!("models/{file}"), "a model"),
        e if DATA.contains(&e) => (format!("data/raw/{file}"), "data"),
        e if FIGURES.contains(&e) => (format!("reports/figures/{file}"), "a figure"),
        e if REFERENCES.contains(&e) => (format!("references/{file}"), "a reference"),
        "json" if len > LARGE / 5 => (format!("data/raw/{file}"), "data"),
        _ if len > LARGE => (format!("data/raw/{file}"), "large"),
        _ => return None,
    })
}

fn refuse_clashes(moves: &[Move], there: &[(String, u64)]) -> Result<()> {
    let mut targets = BTreeSet::new();
    for m in moves {
        if !targets.insert(&m.to) || there.iter().any(|(f, _)| *f == m.to) {
            return Err(Error::new(Code::AlreadyExists, format!("{} would go to {}, which is taken", m.from, m.to))
                .remedy("Rename one of them first.")
                .with("path", m.from.as_str()));
        }
    }
    Ok(())
}

/// Where code names files that move, as a string of its own; and its text with the new paths.
fn references(root: &Path, moves: &[Move], there: &[(String, u64)]) -> (Vec<Reference>, Vec<(String, String)>) {
    let (mut found, mut rewritten) = (Vec::new(), Vec::new());
    for (file, _) in there.iter().filter(|(f, len)| (f.ends_with(".py") || f.ends_with(".ipynb")) && *len <= LARGE) {
        let Ok(text) = std::fs::read_to_string(root.join(file)) else { continue };
        let mut new = text.clone();
        for m in moves.iter().filter(|m| m.why != "code" && m.why != "a test") {
            for (begin, end) in [("\"", "\""), ("'", "'"), ("\\\"", "\\\""), ("\"./", "\""), ("'./", "'")] {
                let named = format!("{begin}{}{end}", m.from);
                for (number, _) in text.lines().enumerate().filter(|(_, l)| l.contains(&named)) {
                    found.push(Reference {
                        file: file.clone(),
                        line: number + 1,
                        names: m.from.clone(),
                        now: m.to.clone(),
                    });
                }
                new = new.replace(&named, &format!("{}{}{end}", begin.trim_end_matches("./"), m.to));
            }
        }
        if new != text {
            let to = moves.iter().find(|m| m.from == *file).map_or_else(|| file.clone(), |m| m.to.clone());
            rewritten.push((to, new));
        }
    }
    found.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    found.dedup();
    (found, rewritten)
}

/// The files that a project has and this folder lacks.
fn new_files(root: &Path, name: &str, module: &str, chosen: &Scaffold) -> Result<Changes> {
    let mut changes = Changes::default();
    let mut add =
        |file: &str, text: String| if root.join(file).exists() { Ok(()) } else { changes.push(root, file, text) };
    let description = if chosen.description.is_empty() {
        "What this project finds out, from which data."
    } else {
        &chosen.description
    };
    add("README.md", readme(name, module, description))?;
    add(".gitignore", GITIGNORE.into())?;
    if let Some(text) = license(&chosen.license, &chosen.author)? {
        add("LICENSE", text)?;
    }
    add(&format!("{module}/__init__.py"), String::new())?;
    add(&format!("{module}/config.py"), CONFIG.into())?;
    add("tests/test_data.py", test(module))?;
    for folder in [
        "data/external",
        "data/interim",
        "data/processed",
        "data/raw",
        "models",
        "notebooks",
        "references",
        "reports/figures",
    ] {
        add(&format!("{folder}/.gitkeep"), String::new())?;
    }
    Ok(changes)
}

const GITIGNORE: &str = "# Python\n__pycache__/\n*.py[cod]\n.venv/\nvenv/\n.ipynb_checkpoints/\n.pytest_cache/\n*.egg-info/\n\n# Secrets\n.env\n\n# Runs are shared with \"octostore runs push\"\nruns/\nmlruns/\n";

const CONFIG: &str = "\"\"\"Where things are, from wherever a program is started.\"\"\"\nfrom pathlib import Path\n\nPROJECT = Path(__file__).resolve().parents[1]\nDATA = PROJECT / \"data\"\nRAW, INTERIM, PROCESSED, EXTERNAL = (DATA / name for name in (\"raw\", \"interim\", \"processed\", \"external\"))\nMODELS = PROJECT / \"models\"\nFIGURES = PROJECT / \"reports\" / \"figures\"\n";

fn readme(name: &str, module: &str, description: &str) -> String {
    format!(
        "# {name}\n\n{description}\n\n## Begin\n\n    pip install octostore\n    git clone URL && cd {name}\n    octostore up\n\n## What is where\n\n| folder | what |\n|---|---|\n| `data/raw` | the data as it came; never changed |\n| `data/interim`, `data/processed` | what is made from it |\n| `data/external` | from others |\n| `{module}` | the code |\n| `notebooks` | notebooks |\n| `models` | trained models |\n| `reports/figures` | figures |\n| `references` | papers, manuals |\n| `runs` | what was run, with its parameters and results |\n"
    )
}

fn test(module: &str) -> String {
    format!(
        "\"\"\"The data that the code reads is there.\"\"\"\nfrom {module} import config\n\n\ndef test_the_raw_data_is_there():\n    assert any(config.RAW.iterdir()), \"run: octostore pull\"\n"
    )
}

fn license(name: &str, author: &str) -> Result<Option<String>> {
    let author = if author.is_empty() { "the authors" } else { author };
    let year = jiff::Zoned::now().year();
    let head = format!("Copyright (c) {year} {author}\n\n");
    Ok(Some(match name {
        "" | "none" => return Ok(None),
        "MIT" => format!("MIT License\n\n{head}{MIT}"),
        "BSD-3-Clause" => format!("BSD 3-Clause License\n\n{head}{BSD}"),
        other => {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("there is no text here for the licence \"{other}\""),
            )
            .remedy("Use MIT, BSD-3-Clause or none, and add another licence's text yourself."));
        }
    }))
}

const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the \"Software\"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
";

const BSD: &str = "Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its
   contributors may be used to endorse or promote products derived from
   this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_folder_gets_a_place_for_each_file_and_its_code_is_read_for_paths() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("My Study");
        std::fs::create_dir(&root).unwrap();
        for (file, text) in [
            ("train.py", "import helper\nopen('sales.csv')\n"),
            ("helper.py", ""),
            ("sales.csv", "a\n"),
            ("explore.ipynb", "{\"cells\": [\"pd.read_csv(\\\"sales.csv\\\")\"]}"),
            ("model.pkl", ""),
            ("README.md", "ours\n"),
            ("test_x.py", ""),
        ] {
            std::fs::write(root.join(file), text).unwrap();
        }
        let plan = plan(&root, &Scaffold { license: "MIT".into(), rewrite: true, ..Default::default() }).unwrap();
        let moves: Vec<_> = plan.moves.iter().map(|m| (m.from.as_str(), m.to.as_str())).collect();
        let expected = [
            ("explore.ipynb", "notebooks/explore.ipynb"),
            ("helper.py", "my_study/helper.py"),
            ("model.pkl", "models/model.pkl"),
            ("sales.csv", "data/raw/sales.csv"),
            ("test_x.py", "tests/test_x.py"),
            ("train.py", "my_study/train.py"),
        ];
        assert_eq!(moves, expected);
        let places: Vec<_> = plan.references.iter().map(|r| (r.file.as_str(), r.line)).collect();
        assert_eq!(places, [("explore.ipynb", 1), ("train.py", 2)]);
        assert!(
            plan.rewritten.iter().any(|(f, t)| f == "my_study/train.py" && t.contains("open('data/raw/sales.csv')"))
        );
        assert!(plan.files.0.iter().all(|c| c.file != "README.md" && c.state == "new"));
        assert!(plan.tree.contains(&"LICENSE".to_owned()));
    }

    #[test]
    fn names_that_python_cannot_import_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let e = plan(dir.path(), &Scaffold { module: "1x".into(), ..Default::default() }).unwrap_err();
        assert!(e.message().contains("is no name for a Python package"));
        assert_eq!(module_name("2024 Über-Study"), "project_2024__ber_study");
    }
}
