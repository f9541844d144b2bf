//! Which paths are data: the block that octostore keeps in the top `.gitattributes`.

use super::git::Git;
use super::path::RepoPath;
use crate::error::{Code, Error, Result};
use crate::store::files::{read_if_there, write_atomically};
use bstr::{BString, ByteSlice};
use std::io::Write;
use std::path::Path;

const BEGIN: &str = "# >>> octostore: written by \"octostore track\"; lines of your own belong outside of this block";
const END: &str = "# <<< octostore";
const TRACKED: &str = " filter=octostore diff=octostore merge=octostore -text";
/// git's own files and the side files that people review stay text. `!` takes an attribute back to what it is without
/// any rule; `-diff` would make git call them binary.
const KEEP_TEXT: [&str; 3] = [
    "**/.git* !filter !diff !merge !text",
    "**/*.octo/** !filter !diff !merge !text",
    "**/*.octo/data/** filter=octostore diff=octostore merge=octostore -text",
];

/// Adds patterns to the block; gives those that were not in it.
pub(crate) fn track(root: &Path, patterns: &[String]) -> Result<Vec<String>> {
    let patterns: Vec<String> = patterns.iter().map(|p| normalise(root, p)).collect::<Result<_>>()?;
    edit(root, |tracked| {
        let mut new = Vec::new();
        for pattern in patterns {
            if !tracked.contains(&pattern) {
                tracked.push(pattern.clone());
                new.push(pattern);
            }
        }
        new
    })
}

/// Takes patterns out of the block; gives those that were in it.
pub(crate) fn untrack(root: &Path, patterns: &[String]) -> Result<Vec<String>> {
    let patterns: Vec<String> = patterns.iter().map(|p| normalise(root, p)).collect::<Result<_>>()?;
    edit(root, |tracked| {
        let (gone, kept) = std::mem::take(tracked).into_iter().partition(|t| patterns.contains(t));
        *tracked = kept;
        gone
    })
}

/// The pattern as the block has it: a folder means all that is in it.
fn normalise(root: &Path, pattern: &str) -> Result<String> {
    let refused = |why: &str| {
        Err(Error::new(Code::InvalidArgument, format!("pattern \"{}\": {why}", pattern.escape_default()))
            .remedy("Use a pattern as in .gitignore: data/, *.parquet, raw/**/*.csv.")
            .with("pattern", pattern))
    };
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    match pattern {
        "" | "." => return refused("it is empty"),
        p if p.starts_with('!') => {
            return refused(".gitattributes has no patterns that begin with !");
        }
        p if p.starts_with("[attr]") => return refused("[attr] defines a macro in .gitattributes"),
        p if p.contains(['\n', '\r', '\0']) => return refused("it has a line break"),
        p if p.split('/').any(|part| part == "..") => {
            return refused("it leads out of the repository");
        }
        _ => {}
    }
    let folder = pattern.ends_with('/') || root.join(pattern.trim_start_matches('/')).is_dir();
    Ok(if folder { format!("{}/**", pattern.trim_end_matches('/')) } else { pattern.to_owned() })
}

/// A pattern as a line begins with it: in quotes where git would misread it.
fn quoted(pattern: &str) -> String {
    let plain = !pattern.starts_with(['"', '#']) && !pattern.contains([' ', '\t', '\\']);
    if plain {
        pattern.to_owned()
    } else {
        format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t"))
    }
}

fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('t')) => out.push('\t'),
            (_, Some(escaped)) => out.push(escaped),
            (plain, None) => out.push(plain),
        }
    }
    out
}

/// Changes the list of patterns and rewrites the block; all other lines stay as they are, byte for byte.
fn edit<T>(root: &Path, change: impl FnOnce(&mut Vec<String>) -> T) -> Result<T> {
    let path = root.join(".gitattributes");
    if path.is_symlink() {
        return Err(Error::new(
            Code::UnsupportedPath,
            format!("{} is a symbolic link, which git does not follow", path.display()),
        )
        .remedy("Replace it by a file."));
    }
    let old = BString::from(read_if_there(&path)?.unwrap_or_default());
    let ending = if old.contains_str("\r\n") { "\r\n" } else { "\n" };
    let (before, block, after) = split(&path, &old)?;
    let lines = block.lines().filter_map(|l| l.to_str().ok());
    let mut tracked: Vec<String> =
        lines.filter(|l| !KEEP_TEXT.contains(l)).filter_map(|l| l.strip_suffix(TRACKED)).map(unquoted).collect();
    let result = change(&mut tracked);
    let mut new = before.to_vec();
    if !tracked.is_empty() {
        if !new.is_empty() && !new.ends_with(b"\n") {
            new.extend_from_slice(ending.as_bytes());
        }
        let patterns = tracked.iter().map(|t| quoted(t) + TRACKED);
        let lines =
            [BEGIN.to_owned()].into_iter().chain(patterns).chain(KEEP_TEXT.map(String::from)).chain([END.to_owned()]);
        lines.for_each(|line| new.extend_from_slice((line + ending).as_bytes()));
    }
    new.extend_from_slice(after);
    if new != old {
        let permissions = std::fs::metadata(&path).ok().map(|m| m.permissions());
        write_atomically(&path, |f| {
            match permissions {
                Some(p) => f.set_permissions(p)?,
                None => crate::store::files::open_up(f)?,
            }
            f.write_all(&new)
        })?;
    }
    Ok(result)
}

/// What is before the block, in it, and behind it.
fn split<'a>(path: &Path, text: &'a [u8]) -> Result<(&'a [u8], &'a [u8], &'a [u8])> {
    let begins = text.find_iter(BEGIN).count();
    let ends = text.find_iter(END).count();
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        return if begins + ends == 0 { Ok((text, b"", b"")) } else { Err(broken_block(path)) };
    };
    if begins != 1 || ends != 1 || end < begin {
        return Err(broken_block(path));
    }
    let end = end + END.len();
    let line_end = text[end..].find_byte(b'\n').map_or(text.len(), |n| end + n + 1);
    Ok((&text[..begin], &text[begin..end], &text[line_end..]))
}

fn broken_block(path: &Path) -> Error {
    Error::new(
        Code::Config,
        format!("{}: octostore's block is not whole: its first or last line is missing or there twice", path.display()),
    )
    .remedy(
        "Remove the block's lines (those with filter=octostore and the two markers), then track the patterns again.",
    )
    .with("path", path.display().to_string())
}

/// Whether each path has octostore's filter, as git itself answers.
pub(crate) fn are_tracked(git: &Git, paths: &[RepoPath]) -> Result<Vec<bool>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut input = Vec::new();
    for path in paths {
        input.extend_from_slice(path.as_bytes());
        input.push(0);
    }
    let output = git.run(&["check-attr", "-z", "--stdin", "filter"], Some(&input))?;
    let fields: Vec<_> = output.split(|b| *b == 0).collect();
    let tracked: Vec<bool> = fields.chunks_exact(3).map(|f| f[2] == b"octostore").collect();
    if tracked.len() == paths.len() {
        return Ok(tracked);
    }
    Err(Error::new(Code::Git, "git check-attr did not answer for every path"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::repo::testing::Fixture;

    fn patterns(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn git_agrees_on_what_is_tracked() {
        let f = Fixture::new();
        f.write(".gitattributes", "*.txt eol=lf");
        std::fs::create_dir(f.path("dir")).unwrap();
        let new =
            track(f.root(), &patterns(&["data/", "*.csv", "dir", "with space/**", "#odd", "./raw/*.bin"])).unwrap();
        assert_eq!(new, patterns(&["data/**", "*.csv", "dir/**", "with space/**", "#odd", "raw/*.bin"]));
        assert!(track(f.root(), &patterns(&["data/", "with space/**"])).unwrap().is_empty());
        let cases = [
            ("data/a", true),
            ("data/sub/b.txt", true),
            ("x/data/a", false),
            ("deep/er/x.csv", true),
            ("dir/z", true),
            ("with space/a", true),
            ("#odd", true),
            ("raw/a.bin", true),
            ("raw/sub/a.bin", false),
            ("readme", false),
            ("data/.gitignore", false),
            ("data/.gitattributes", false),
            ("data/a.octo/statistics.json", false),
            ("data/a.octo/data/sample.parquet", true),
        ];
        let paths: Vec<_> = cases.iter().map(|c| RepoPath::from_bytes(c.0.as_bytes()).unwrap()).collect();
        let tracked = are_tracked(&f.git(), &paths).unwrap();
        for ((path, wanted), is) in cases.iter().zip(tracked) {
            assert_eq!(*wanted, is, "{path}");
        }
        // git's own files and side files stay text that git diffs line by line.
        let diff = f.run(&["check-attr", "diff", "text", "--", "data/.gitignore", "data/a.octo/schema.pbtxt"]);
        assert_eq!(diff.matches("unspecified").count(), 4, "{diff}");
        assert!(f.read(".gitattributes").starts_with("*.txt eol=lf\n"));
    }

    #[test]
    fn untracking_everything_leaves_the_file_as_it_was() {
        let f = Fixture::new();
        f.write(".gitattributes", "*.txt eol=lf\r\n");
        track(f.root(), &patterns(&["*.csv"])).unwrap();
        assert_eq!(untrack(f.root(), &patterns(&["*.csv", "*.none"])).unwrap(), patterns(&["*.csv"]));
        assert_eq!(f.read(".gitattributes"), "*.txt eol=lf\r\n");
    }

    #[test]
    fn patterns_that_git_would_misread_are_refused() {
        let f = Fixture::new();
        for bad in ["", ".", "!x", "a\nb", "../x"] {
            assert!(track(f.root(), &patterns(&[bad])).is_err(), "{bad:?}");
        }
        assert!(!f.path(".gitattributes").exists());
    }
}
