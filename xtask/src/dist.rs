//! The library that people link: `liboctostore.so` with a soname and versioned symbols, exporting `octo_*` and nothing else;
//! `liboctostore.a`, as clean; the headers for C and C++; a pkg-config file and a CMake package.
//!
//! rustc's own shared object exports symbols of its dependencies and has no soname; relinking the static library with a
//! version script has neither fault.

use crate::parse::{Kind, items};
use crate::{Result, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Symbols get this version; it changes with the ABI.
const SYMBOL_VERSION: &str = "OCTO_0";
const SONAME: &str = "liboctostore.so.0";
/// An environment variable: another static library than the one of `cargo build --release`, such as a smaller one with other features.
const STATIC_LIBRARY: &str = "OCTOSTORE_STATIC_LIBRARY";

/// What CMake's find_package(octostore) reads; the version goes into the second.
const CMAKE: [(&str, &str); 2] = [
    ("octostoreConfig.cmake", include_str!("octostoreConfig.cmake")),
    ("octostoreConfigVersion.cmake", include_str!("octostoreConfigVersion.cmake")),
];

/// Every function that the header declares.
fn functions(header: &str) -> Vec<String> {
    let functions = items(header).into_iter().filter(|i| i.kind == Kind::Function);
    let mut names: Vec<String> = functions.map(|i| i.name).collect();
    names.sort();
    names
}

/// The header for C++ and its parts.
fn copy_cpp(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from.join("octostore.hpp"), to.join("octostore.hpp"))?;
    fs::create_dir_all(to.join("octostore"))?;
    for part in fs::read_dir(from.join("octostore"))? {
        let part = part?;
        fs::copy(part.path(), to.join("octostore").join(part.file_name()))?;
    }
    Ok(())
}

/// Makes the library in `dir`. The static library must have been built: `cargo build --release -p octostore-ffi`.
pub(crate) fn make(dir: &Path) -> Result<()> {
    let root = root();
    let built =
        std::env::var_os(STATIC_LIBRARY).map_or_else(|| root.join("target/release/liboctostore_c.a"), PathBuf::from);
    if !built.exists() {
        return Err(format!("{} is missing: run cargo build --release -p octostore-ffi", built.display()).into());
    }
    let (lib, include) = (dir.join("lib"), dir.join("include"));
    fs::create_dir_all(lib.join("pkgconfig"))?;
    fs::create_dir_all(&include)?;
    let header = fs::read_to_string(root.join("include/octostore.h"))?;
    fs::write(include.join("octostore.h"), &header)?;
    copy_cpp(&root.join("include"), &include)?;
    let functions = functions(&header);
    crate::static_library::make(&built, &functions, &lib.join("liboctostore.a"))?;
    let script = lib.join("octostore.map");
    let exported: String = functions.iter().map(|f| format!("    {f};\n")).collect();
    fs::write(&script, format!("{SYMBOL_VERSION} {{\n  global:\n{exported}  local:\n    *;\n}};\n"))?;
    let version = env!("CARGO_PKG_VERSION");
    let shared = lib.join(format!("liboctostore.so.{version}"));
    let mut link = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    link.args(["-shared", "-o"]).arg(&shared).arg(format!("-Wl,--version-script={}", script.display()));
    link.args([format!("-Wl,-soname,{SONAME}"), "-Wl,--gc-sections".into(), "-Wl,-s".into()]);
    link.args(functions.iter().map(|f| format!("-Wl,-u,{f}"))).arg(&built);
    link.args(["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]);
    if !link.status()?.success() {
        return Err("linking liboctostore.so failed".into());
    }
    for name in [SONAME, "liboctostore.so"] {
        let link = lib.join(name);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(format!("liboctostore.so.{version}"), link)?;
    }
    let prefix = dir.canonicalize()?;
    let pc = format!(
        "prefix={}\nlibdir=${{prefix}}/lib\nincludedir=${{prefix}}/include\n\nName: octostore\n\
         Description: the git experience for data\nVersion: {version}\nLibs: -L${{libdir}} -loctostore\n\
         Libs.private: -lgcc_s -lutil -lrt -lpthread -lm -ldl\nCflags: -I${{includedir}}\n",
        prefix.display()
    );
    fs::write(lib.join("pkgconfig/octostore.pc"), pc)?;
    let cmake = lib.join("cmake/octostore");
    fs::create_dir_all(&cmake)?;
    for (name, text) in CMAKE {
        fs::write(cmake.join(name), text.replace("@VERSION@", version))?;
    }
    println!("{} functions in {}", functions.len(), shared.display());
    Ok(())
}
