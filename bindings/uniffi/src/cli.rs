//! The command line, for a package that brings it along.

use std::ffi::OsString;

/// Runs the `octostore` command and gives its exit code; the process ends after it. `program` is what git shall call.
#[uniffi::export]
pub fn run_command(args: Vec<Vec<u8>>, program: Option<Vec<u8>>) -> i32 {
    let program = program.map(|p| os_string(p).into());
    octostore_cli::run_in(args.into_iter().map(os_string), program).into()
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
