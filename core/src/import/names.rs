//! Names that come from elsewhere: which of them a repository takes, and which of them get in each other's way.

use bstr::ByteSlice;
use std::collections::HashMap;

/// A name as its source spells it, `/` between its parts.
pub(crate) type Raw<'a> = &'a [u8];

/// The longest component that file systems hold, and the longest path.
const COMPONENT: usize = 255;
const PATH: usize = 4096;

/// The name below the place that the import goes to; an empty one is that place itself. Or why it is refused.
pub(crate) fn clean(raw: Raw<'_>) -> Result<Vec<u8>, String> {
    if raw.contains(&0) {
        return Err("has a NUL byte".into());
    }
    if raw.starts_with(b"/") || raw.starts_with(b"\\") || is_drive(raw) {
        return Err("is absolute".into());
    }
    // Windows' separator too: who unpacks there must not be led out either.
    if raw.split(|b| matches!(b, b'/' | b'\\')).any(|part| part == b"..") {
        return Err("leads out of the folder (\"..\")".into());
    }
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let parts: Vec<_> = raw.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    for (n, part) in parts.iter().enumerate() {
        if let Some(fault) = fault_of(part, n + 1 == parts.len()) {
            return Err(fault.into());
        }
        if n > 0 {
            out.push(b'/');
        }
        out.extend_from_slice(part);
    }
    if out.len() > PATH { Err(format!("is longer than {PATH} bytes")) } else { Ok(out) }
}

fn fault_of(part: &[u8], last: bool) -> Option<&'static str> {
    let lower = part.to_ascii_lowercase();
    match lower.as_slice() {
        b".git" => Some("goes into git's own folder"),
        // .gitattributes and .gitignore would change what is tracked.
        l if last && l.starts_with(b".git") => Some("is a file that git itself obeys"),
        l if l.ends_with(b".octo") || l == b".octostore" => Some("is a name that octostore keeps for itself"),
        l if l.len() > COMPONENT => Some("has a part of more than 255 bytes"),
        _ => None,
    }
}

fn is_drive(raw: &[u8]) -> bool {
    matches!(raw, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// A name for a message: one line, replaced where it is not UTF-8.
pub(crate) fn shown(name: &[u8]) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.to_str_lossy().chars().map(escape).collect()
}

/// Where a link leads that stands at `from`: a name below the top, or why not.
pub(super) fn target_of(from: &[u8], target: &[u8]) -> Result<Vec<u8>, String> {
    let out = || Err(format!("is a link that leads out, to \"{}\"", shown(target)));
    if target.starts_with(b"/") || target.starts_with(b"\\") || is_drive(target) {
        return out();
    }
    let mut parts: Vec<&[u8]> = from.split(|b| *b == b'/').collect();
    parts.pop();
    for part in target.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if parts.pop().is_none() {
                    return out();
                }
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join(&b'/'))
}

/// Names that were taken so far, as a file system sees them that does not tell case apart.
#[derive(Default)]
pub(crate) struct Names {
    files: HashMap<String, Vec<u8>>,
    folders: HashMap<String, Vec<u8>>,
}

impl Names {
    /// Takes a name, or says why it cannot be taken too.
    pub(crate) fn take(&mut self, name: &[u8]) -> Result<(), String> {
        let folded = fold(name);
        if let Some(other) = self.files.get(&folded) {
            return Err(match other == name {
                true => "is there twice".into(),
                false => format!("differs from \"{}\" only in upper and lower case", shown(other)),
            });
        }
        if let Some(inside) = self.folders.get(&folded) {
            return Err(format!("is also the folder of \"{}\"", shown(inside)));
        }
        let above: Vec<String> = folded.match_indices('/').map(|(at, _)| folded[..at].to_owned()).collect();
        if let Some(file) = above.iter().find_map(|folder| self.files.get(folder)) {
            return Err(format!("has the file \"{}\" for its folder", shown(file)));
        }
        for folder in above {
            self.folders.entry(folder).or_insert_with(|| name.to_vec());
        }
        self.files.insert(folded, name.to_vec());
        Ok(())
    }

    /// Gives a name back. Folders stay: they only make a later name be refused that nobody has.
    pub(crate) fn give_back(&mut self, name: &[u8]) {
        self.files.remove(&fold(name));
    }
}

fn fold(name: &[u8]) -> String {
    // Bytes that are not UTF-8 stay apart from each other.
    match name.to_str() {
        Ok(text) => text.to_lowercase(),
        Err(_) => name.escape_ascii().to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in [
            &b"../x"[..],
            b"a/../../x",
            b"/etc/passwd",
            b"C:\\x",
            b"c:/x",
            b"..\\x",
            b"a\\..\\x",
            b"\\\\host\\x",
            b".git/config",
            b"a/.GIT/hooks/x",
            b"a/.gitattributes",
            b"x.octo/import.json",
            b"a\0b",
        ] {
            assert!(clean(bad).is_err(), "{}", shown(bad));
        }
        assert_eq!(clean(b"./a//b/./c").unwrap(), b"a/b/c");
        assert_eq!(clean(b"./").unwrap(), b"");
        assert_eq!(clean(b"a/..b/c..").unwrap(), b"a/..b/c..");
        assert_eq!(clean(b"a/\xff").unwrap(), b"a/\xff");
        assert!(clean(&[b'x'; 256]).is_err());
    }

    #[test]
    fn links_are_followed_by_their_letters() {
        assert_eq!(target_of(b"a/b/link", b"../c").unwrap(), b"a/c");
        assert_eq!(target_of(b"link", b"c/./d").unwrap(), b"c/d");
        for out in [&b"../x"[..], b"/x", b"a/../../x"] {
            assert!(target_of(b"link", out).unwrap_err().contains("leads out"));
        }
    }

    #[test]
    fn names_that_clash_are_refused() {
        let mut names = Names::default();
        names.take(b"Data/a.csv").unwrap();
        assert!(names.take(b"Data/a.csv").unwrap_err().contains("twice"));
        assert!(names.take(b"data/A.csv").unwrap_err().contains("upper and lower"));
        assert!(names.take(b"data").unwrap_err().contains("folder of"));
        assert!(names.take(b"Data/a.csv/x").unwrap_err().contains("for its folder"));
        names.take(b"Data/\xc3\xa9").unwrap();
        assert!(names.take(b"Data/\xc3\x89").is_err(), "beyond ASCII too");
        names.give_back(b"Data/a.csv");
        names.take(b"Data/A.csv").unwrap();
    }
}
