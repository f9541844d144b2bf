//! What the programs and notebooks of a folder import: a scan of their lines, not a parse; strings and comments are passed
//! over, and what is imported inside functions or `try` counts too.

use crate::error::Result;
use crate::job::Job;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Folders that hold other people's code.
const NOT_OURS: [&str; 10] =
    ["node_modules", "__pycache__", "site-packages", "build", "dist", "venv", "env", "runs", "mlruns", "target"];
const DEEPEST: usize = 40;
/// Larger ones are data.
const MOST_BYTES: u64 = 32 << 20;

/// The imports of a folder.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Imports {
    /// Top-level names that are neither Python's own nor of this folder, each with the first places that import it.
    pub modules: BTreeMap<String, Vec<String>>,
    /// Files read.
    pub files: usize,
    /// Files that cannot be understood, with what is wrong.
    pub problems: Vec<String>,
}

/// Scans all `.py` and `.ipynb` files below a folder.
pub(crate) fn scan(root: &Path, job: &Job) -> Result<Imports> {
    let (mut files, mut own) = (Vec::new(), BTreeSet::new());
    list(root, 0, &mut files, &mut own);
    files.sort();
    let phase = job.phase("scan imports", 0, files.len() as u64);
    let scanned: Vec<_> = files
        .par_iter()
        .map(|file| {
            phase.advance(0, 1)?;
            Ok(one(root, file))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut imports = Imports { files: files.len(), ..Imports::default() };
    for result in scanned {
        match result {
            Ok(found) => {
                for (module, place) in found {
                    if !own.contains(&module) && !STANDARD.contains(&module.as_str()) {
                        let places = imports.modules.entry(module).or_default();
                        if places.len() < 3 {
                            places.push(place);
                        }
                    }
                }
            }
            Err(problem) => imports.problems.push(problem),
        }
    }
    Ok(imports)
}

/// The files below a folder, and the names that its own modules have.
fn list(dir: &Path, depth: usize, files: &mut Vec<PathBuf>, own: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            let other = name.starts_with('.') || NOT_OURS.contains(&name.as_str()) || path.join("pyvenv.cfg").exists();
            if !other && depth < DEEPEST {
                own.insert(name);
                list(&path, depth + 1, files, own);
            }
        } else if kind.is_file() {
            let small = entry.metadata().is_ok_and(|m| m.len() <= MOST_BYTES);
            if let Some(stem) = name.strip_suffix(".py").filter(|_| small) {
                own.insert(stem.to_owned());
                files.push(path);
            } else if name.ends_with(".ipynb") && small {
                files.push(path);
            }
        }
    }
}

type Places = Vec<(String, String)>;

fn one(root: &Path, file: &Path) -> Result<Places, String> {
    let shown = file.strip_prefix(root).unwrap_or(file).display().to_string();
    let bytes = std::fs::read(file).map_err(|e| format!("{shown}: {e}"))?;
    let text = String::from_utf8_lossy(&bytes);
    if !shown.ends_with(".ipynb") {
        return Ok(of_source(&text).into_iter().map(|(m, line)| (m, format!("{shown}:{line}"))).collect());
    }
    let notebook: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| format!("{shown}:{}: it is not a notebook: {e}", e.line()))?;
    let mut found = Vec::new();
    for (number, cell) in notebook["cells"].as_array().into_iter().flatten().enumerate() {
        if cell["cell_type"] != "code" {
            continue;
        }
        let source = match &cell["source"] {
            serde_json::Value::Array(lines) => lines.iter().filter_map(|l| l.as_str()).collect::<String>(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        found.extend(of_source(&source).into_iter().map(|(m, _)| (m, format!("{shown}:cell {}", number + 1))));
    }
    Ok(found)
}

/// The top-level names that a source text imports, with their lines.
fn of_source(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut inside: Option<&str> = None;
    for (number, line) in text.lines().enumerate() {
        let code = outside_strings(line, &mut inside);
        for statement in code.split(';') {
            let statement = statement.trim_start();
            if let Some(rest) = statement.strip_prefix("import ") {
                found.extend(rest.split(',').filter_map(top_name).map(|n| (n, number + 1)));
            } else if let Some(rest) = statement.strip_prefix("from ") {
                let (module, tail) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest, ""));
                if tail.trim_start().starts_with("import") {
                    found.extend(top_name(module).map(|n| (n, number + 1)));
                }
            }
        }
    }
    found
}

/// The first part of a dotted name; relative imports have none.
fn top_name(text: &str) -> Option<String> {
    let name = text.trim().split([' ', '\t', '.', '#', '(']).next()?;
    let is_name = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (is_name && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then(|| name.to_owned())
}

/// A line without its strings and comment; strings of three quotes may go on over lines.
fn outside_strings<'a>(line: &'a str, inside: &mut Option<&'static str>) -> String {
    let (mut code, mut rest): (String, &'a str) = (String::new(), line);
    loop {
        if let Some(quote) = *inside {
            let Some(at) = rest.find(quote) else { return code };
            rest = &rest[at + quote.len()..];
            *inside = None;
        }
        let Some(at) = rest.find(['\'', '"', '#']) else {
            code.push_str(rest);
            return code;
        };
        code.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('#') {
            return code;
        }
        if let Some(quote) = ["\"\"\"", "'''"].into_iter().find(|q| rest.starts_with(q)) {
            *inside = Some(quote);
            rest = &rest[3..];
            continue;
        }
        let quote = rest.as_bytes()[0];
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find(|(_, b)| {
            let ends = *b == quote && !escaped;
            escaped = *b == b'\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else { return code };
        code.push_str("\"\"");
        rest = &rest[end + 1..];
    }
}

/// Names of packages that are not what is imported.
pub(super) const OTHER_NAMES: &[(&str, &str)] = &[
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("fitz", "PyMuPDF"),
    ("git", "GitPython"),
    ("google", "google-cloud"),
    ("jwt", "PyJWT"),
    ("magic", "python-magic"),
    ("mpl_toolkits", "matplotlib"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "Pillow"),
    ("pkg_resources", "setuptools"),
    ("pydot", "pydot"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("umap", "umap-learn"),
    ("usb", "pyusb"),
    ("yaml", "PyYAML"),
    ("zmq", "pyzmq"),
];

/// Python's own modules, of 3.9 to 3.14.
const STANDARD: &[&str] = &[
    "__future__",
    "__main__",
    "_thread",
    "abc",
    "aifc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncio",
    "asyncore",
    "atexit",
    "audioop",
    "base64",
    "bdb",
    "binascii",
    "binhex",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cgi",
    "cgitb",
    "chunk",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "crypt",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "formatter",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "imghdr",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "lib2to3",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "mailcap",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msilib",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nis",
    "nntplib",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "ossaudiodev",
    "parser",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pipes",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pyexpat",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtpd",
    "smtplib",
    "sndhdr",
    "socket",
    "socketserver",
    "spwd",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "sunau",
    "symbol",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "test",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uu",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xdrlib",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_wherever_they_stand_but_in_strings() {
        let source = "import numpy as np, os.path\nfrom sklearn.linear_model import Ridge\n\"\"\"\nimport no\n\"\"\"\nx = 'import not'; import scipy\ndef f():\n    import lazy  # import never\nfrom . import mine\nfrom x import (\n  y)\nimportant = 1\n";
        let names: Vec<_> = of_source(source).into_iter().map(|(n, l)| format!("{n}:{l}")).collect();
        assert_eq!(names, ["numpy:1", "os:1", "sklearn:2", "scipy:6", "lazy:8", "x:10"]);
    }

    #[test]
    fn a_folder_is_scanned_without_its_own_modules_and_with_its_notebooks() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("mine")).unwrap();
        std::fs::write(dir.path().join("mine/a.py"), "import helper, json, pandas\n").unwrap();
        std::fs::write(dir.path().join("helper.py"), "import mine\n").unwrap();
        let cell = r#"{"cells":[{"cell_type":"markdown","source":"import no"},{"cell_type":"code","source":["%matplotlib inline\n","import torch\n"]}]}"#;
        std::fs::write(dir.path().join("n.ipynb"), cell).unwrap();
        std::fs::write(dir.path().join("bad.ipynb"), "{").unwrap();
        let found = scan(dir.path(), &Job::new()).unwrap();
        let modules: Vec<_> = found.modules.iter().map(|(m, p)| (m.as_str(), p[0].as_str())).collect();
        assert_eq!(modules, [("pandas", "mine/a.py:1"), ("torch", "n.ipynb:cell 2")]);
        assert!(found.problems[0].starts_with("bad.ipynb:1:"), "{:?}", found.problems);
    }
}
