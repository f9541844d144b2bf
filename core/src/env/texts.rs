//! Files to be written, and how they differ from what is there.

use crate::error::Result;
use crate::store::files::{create_dir, open_up, read_if_there, write_atomically};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// One file that a step wants to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// Relative to the folder, with `/` between names.
    pub file: String,
    /// `new`, `changed` or `same`.
    pub state: &'static str,
    /// The lines that come and go, as `diff -u` shows them.
    pub diff: String,
    #[serde(skip)]
    pub text: String,
}

/// The files that a step wants to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Changes(pub Vec<Change>);

impl Changes {
    /// Compares a text with what the folder has.
    pub(crate) fn push(&mut self, root: &Path, file: &str, text: String) -> Result<()> {
        let before = read_if_there(&root.join(file))?.map(|b| String::from_utf8_lossy(&b).into_owned());
        let state = match &before {
            None => "new",
            Some(b) if *b == text => "same",
            Some(_) => "changed",
        };
        let diff =
            if state == "same" { String::new() } else { diff(file, before.as_deref().unwrap_or_default(), &text) };
        self.0.push(Change { file: file.to_owned(), state, diff, text });
        Ok(())
    }

    /// Writes what is new or changed, each file whole or not at all.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        for change in self.0.iter().filter(|c| c.state != "same") {
            let file = root.join(&change.file);
            if let Some(parent) = file.parent() {
                create_dir(parent)?;
            }
            write_atomically(&file, |f| {
                open_up(f)?;
                f.write_all(change.text.as_bytes())
            })?;
        }
        Ok(())
    }
}

/// The lines that differ, as one block: what both begin and end with is left out. Enough to be read by a person.
fn diff(file: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (gone, come) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let name = if before.is_empty() { "/dev/null".to_owned() } else { format!("a/{file}") };
    let mut text =
        format!("--- {name}\n+++ b/{file}\n@@ -{},{} +{},{} @@\n", head + 1, gone.len(), head + 1, come.len());
    for (sign, lines) in [('-', gone), ('+', come)] {
        for line in lines {
            text.push(sign);
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_only_the_lines_that_differ() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.txt"), "one\ntwo\nthree\n").unwrap();
        let mut changes = Changes::default();
        changes.push(dir.path(), "a.txt", "one\n2\nthree\n".into()).unwrap();
        changes.push(dir.path(), "b/c.txt", "new\n".into()).unwrap();
        assert_eq!(changes.0[0].diff, "--- a/a.txt\n+++ b/a.txt\n@@ -2,1 +2,1 @@\n-two\n+2\n");
        changes.write(dir.path()).unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join("b/c.txt")).unwrap(), "new\n");
    }
}
