//! The static library that people link: one object whose only global names are ours.
//!
//! As cargo makes it, `liboctostore_c.a` has thousands of objects and the global names of all that is in it: a program with a zstd of
//! its own would get two of it, or the wrong one. Linking the objects into one (`ld -r`) lets every name but `octo_*` become local.

use crate::Result;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

fn run(program: &str, variable: &str, arguments: &[&OsStr]) -> Result<()> {
    let program = std::env::var(variable).unwrap_or_else(|_| program.to_owned());
    match Command::new(&program).args(arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} failed: {status}").into()),
        Err(e) => Err(format!("{program} cannot be run: {e}; install binutils, or name it by {variable}").into()),
    }
}

/// Makes `to` of what cargo built. Other linkers than GNU's have other ways: there the library stays as it is.
pub(crate) fn make(built: &Path, functions: &[String], to: &Path) -> Result<()> {
    if !cfg!(target_os = "linux") {
        fs::copy(built, to)?;
        return Ok(());
    }
    let (object, keep) = (to.with_extension("o"), to.with_extension("keep"));
    fs::write(&keep, functions.iter().map(|f| format!("{f}\n")).collect::<String>())?;
    // Groups are dissolved, or another Rust library's would take the place of ours when both are linked.
    let mut link: Vec<&OsStr> = ["-r", "--gc-sections", "--force-group-allocation"].map(OsStr::new).to_vec();
    functions.iter().for_each(|f| link.extend([OsStr::new("-u"), OsStr::new(f)]));
    link.extend([built.as_os_str(), OsStr::new("-o"), object.as_os_str()]);
    run("ld", "LD", &link)?;
    let names = format!("--keep-global-symbols={}", keep.display());
    let strip = ["--strip-debug", "--discard-all", "--remove-section=.llvmbc", "--remove-section=.llvmcmd", &names];
    let mut strip: Vec<&OsStr> = strip.map(OsStr::new).to_vec();
    strip.push(object.as_os_str());
    run("objcopy", "OBJCOPY", &strip)?;
    // An archive that is there would keep its old members.
    let _ = fs::remove_file(to);
    run("ar", "AR", &[OsStr::new("rcs"), to.as_os_str(), object.as_os_str()])?;
    fs::remove_file(object)?;
    fs::remove_file(keep)?;
    Ok(())
}
