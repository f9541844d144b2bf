//! The `octostore` command; all of it is in the library beside this file.

fn main() -> std::process::ExitCode {
    octostore_cli::main()
}
