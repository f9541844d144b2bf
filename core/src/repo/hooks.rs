//! git's hooks and the configuration of the filter: how git comes to call octostore.

use super::git::Git;
use crate::error::{Code, Error, Result};
use crate::store::files::write_atomically;
use bstr::ByteSlice;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Our scripts say so in their second line; the number tells an old one from this.
const MARK: &str = "# octostore hook 1";

const PRE_PUSH: &str = r#"#!/bin/sh
# octostore hook 1: sends data to the store before git moves a branch. Your own hook, if there is one, is
# pre-push.before-octostore beside this file and runs first.
input=$(cat)
[ -z "$input" ] || input="$input
"
if [ -x "$0.before-octostore" ]; then
    printf '%s' "$input" | "$0.before-octostore" "$@" || exit $?
fi
# Hooks may be shared by repositories that know nothing of octostore.
git config filter.octostore.process >/dev/null || exit 0
[ -d "$(git rev-parse --git-common-dir)/octostore" ] || exit 0
program=$(git config octostore.program || echo octostore)
if ! command -v "$program" >/dev/null 2>&1; then
    echo "octostore: this repository keeps data with octostore, but '$program' is not installed; nothing was pushed." >&2
    echo "octostore: install it, or set its path with: git config octostore.program PATH" >&2
    exit 1
fi
printf '%s' "$input" | "$program" hook pre-push "$@"
"#;

const REFERENCE_TRANSACTION: &str = r#"#!/bin/sh
# octostore hook 1: makes data durable before a branch names it. Your own hook, if there is one, is
# reference-transaction.before-octostore beside this file and runs first.
if [ -x "$0.before-octostore" ]; then
    "$0.before-octostore" "$@" || exit $?
fi
[ "$1" = prepared ] || exit 0
staging="${0%/*}/../octostore/staging"
[ -d "${0%/*}/../octostore" ] || staging="$(git rev-parse --git-common-dir)/octostore/staging"
for file in "$staging"/*; do
    [ -e "$file" ] || exit 0
    program=$(git config octostore.program || echo octostore)
    command -v "$program" >/dev/null 2>&1 || exit 0
    exec "$program" hook reference-transaction "$@" </dev/null
done
exit 0
"#;

const HOOKS: [(&str, &str); 2] = [("pre-push", PRE_PUSH), ("reference-transaction", REFERENCE_TRANSACTION)];

/// One line of what git tells a pre-push hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefUpdate {
    /// `None`: the ref is being deleted.
    pub local: Option<gix::ObjectId>,
    /// `None`: the remote does not have the ref.
    pub remote: Option<gix::ObjectId>,
}

/// Reads git's lines `<local ref> <local id> <remote ref> <remote id>`.
pub(crate) fn parse_pre_push(input: &mut dyn Read) -> Result<Vec<RefUpdate>> {
    let mut text = Vec::new();
    input.read_to_end(&mut text).map_err(|e| Error::new(Code::Io, format!("reading from git: {e}")))?;
    let wrong = || {
        Error::new(Code::InvalidArgument, "git's lines to the pre-push hook were not understood")
            .remedy("This hook is called by git, with lines of four words.")
    };
    let id = |hex: &[u8]| gix::ObjectId::from_hex(hex).map(|id| (!id.is_null()).then_some(id)).map_err(|_| wrong());
    let lines = text.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    lines
        .map(|line| {
            let words: Vec<_> = line.split(|b| *b == b' ').collect();
            let [_, local, _, remote] = words[..] else {
                return Err(wrong());
            };
            Ok(RefUpdate { local: id(local)?, remote: id(remote)? })
        })
        .collect()
}

/// Tells git's configuration of this repository about the filter. `program` is the command to call, else `octostore`
/// as found on the path.
pub(crate) fn configure_filter(git: &Git, program: Option<&Path>) -> Result<()> {
    if let Some(program) = program {
        let program = program.to_str().ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("{}: the program's path is not UTF-8", program.display()))
        })?;
        git.config_set("octostore.program", program)?;
    }
    let program = git.config_get("octostore.program")?.unwrap_or_else(|| "octostore".into());
    let quoted = format!("'{}'", program.replace('\'', "'\\''"));
    git.config_set("filter.octostore.process", &format!("{quoted} filter-process"))?;
    // Without it, git takes a failed filter for none and stores the data itself, and maps whole files into memory.
    git.config_set("filter.octostore.required", "true")?;
    git.config_set("merge.octostore.name", "octostore: data is not merged line by line; choose a side")?;
    git.config_set("merge.octostore.driver", "false")
}

fn folder(git: &Git) -> Result<PathBuf> {
    let path = git.run(&["rev-parse", "--git-path", "hooks"], None)?;
    let path = path.strip_suffix(b"\n").unwrap_or(&path).to_path_lossy().into_owned();
    let base = git.work_dir().unwrap_or(git.git_dir());
    Ok(base.join(path))
}

/// Installs our hooks; a hook of the user's stays and runs before ours.
pub(crate) fn install(git: &Git) -> Result<()> {
    let folder = folder(git)?;
    for (name, script) in HOOKS {
        let path = folder.join(name);
        let there = crate::store::files::read_if_there(&path)?;
        let ours = there.as_deref().is_some_and(|s| String::from_utf8_lossy(s).contains(MARK));
        if there.as_deref() == Some(script.as_bytes()) {
            continue;
        }
        if there.is_some() && !ours {
            let kept = folder.join(format!("{name}.before-octostore"));
            if kept.exists() {
                return Err(Error::new(
                    Code::AlreadyExists,
                    format!("{} and {} both exist", path.display(), kept.display()),
                )
                .remedy(
                    "Join the two hooks into the second file and remove the first, then run the same command again.",
                )
                .with("path", path.display().to_string()));
            }
            std::fs::rename(&path, &kept).map_err(|e| Error::io(&path, "keeping a hook", e))?;
        }
        write_atomically(&path, |f| {
            executable(f)?;
            f.write_all(script.as_bytes())
        })?;
    }
    Ok(())
}

fn executable(file: &std::fs::File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o755))?;
    }
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::repo::testing::Fixture;

    #[test]
    fn a_hook_of_the_user_stays_and_runs_first() {
        let f = Fixture::new();
        f.write(".git/hooks/pre-push", "#!/bin/sh\ncat > seen\nexit 7\n");
        executable(&std::fs::File::open(f.path(".git/hooks/pre-push")).unwrap()).unwrap();
        f.run(&["init", "-q", "--bare", "remote.git"]);
        install(&f.git()).unwrap();
        install(&f.git()).unwrap();
        f.run(&["commit", "-q", "--allow-empty", "-m", "x"]);
        let push = std::process::Command::new("git")
            .args(["push", "remote.git", "main"])
            .current_dir(f.root())
            .output()
            .unwrap();
        assert!(!push.status.success());
        assert!(f.read("seen").starts_with("refs/heads/main "));
    }

    #[test]
    fn a_push_without_the_program_is_refused_and_says_why() {
        let f = Fixture::new();
        f.run(&["init", "-q", "--bare", "remote.git"]);
        std::fs::create_dir(f.path(".git/octostore")).unwrap();
        configure_filter(&f.git(), Some(Path::new("/nowhere/octostore"))).unwrap();
        install(&f.git()).unwrap();
        f.run(&["commit", "-q", "--allow-empty", "-m", "x"]);
        let push = std::process::Command::new("git")
            .args(["push", "remote.git", "main"])
            .current_dir(f.root())
            .output()
            .unwrap();
        assert!(!push.status.success());
        assert!(String::from_utf8_lossy(&push.stderr).contains("/nowhere/octostore' is not installed"));
    }

    #[test]
    fn gits_lines_are_read() {
        let (a, zero) = ("a".repeat(40), "0".repeat(40));
        let mut text = format!("refs/heads/x {a} refs/heads/y {zero}\n(delete) {zero} refs/heads/z {a}\n");
        let updates = parse_pre_push(&mut text.as_bytes()).unwrap();
        assert_eq!(updates.len(), 2);
        assert!(updates[0].local.is_some() && updates[0].remote.is_none() && updates[1].local.is_none());
        text.push_str("three words here\n");
        assert!(parse_pre_push(&mut text.as_bytes()).is_err());
    }
}
