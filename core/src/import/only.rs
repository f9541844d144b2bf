//! Which names an import is about: patterns as in `.gitignore`.

use super::names::shown;
use crate::error::{Code, Error, Result};
use bstr::ByteSlice;
use gix::glob::pattern::Case;
use gix::glob::{Pattern, wildmatch::Mode};

/// A name passes if one of the patterns matches it or a folder that it is in; all names pass when there is none.
#[derive(Clone, Default)]
pub(crate) struct Only(Vec<Pattern>);

impl Only {
    pub(crate) fn parse(patterns: &[String]) -> Result<Only> {
        let parsed = patterns.iter().map(|text| {
            gix::glob::parse(text).filter(|p| !p.is_negative()).ok_or_else(|| {
                Error::new(Code::InvalidArgument, format!("pattern \"{}\" matches nothing", shown(text.as_bytes())))
                    .remedy("Use a pattern as in .gitignore: images/, *.parquet, 2024/**/*.csv.")
            })
        });
        Ok(Only(parsed.collect::<Result<_>>()?))
    }

    pub(crate) fn all(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn passes(&self, name: &[u8]) -> bool {
        self.all() || self.0.iter().any(|p| matches(p, name))
    }
}

fn matches(pattern: &Pattern, name: &[u8]) -> bool {
    let ends = name.find_iter(b"/").map(|at| (at, true)).chain([(name.len(), false)]);
    ends.into_iter().any(|(end, is_dir)| {
        let path = name[..end].as_bstr();
        let base = path.rfind_byte(b'/').map(|at| at + 1);
        pattern.matches_repo_relative_path(path, base, Some(is_dir), Case::Sensitive, Mode::NO_MATCH_SLASH_LITERAL)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        let passes = |pattern: &str, name: &str| Only::parse(&[pattern.into()]).unwrap().passes(name.as_bytes());
        assert!(passes("*.csv", "a/b/c.csv"));
        assert!(!passes("*.csv", "a/b/c.csv.gz"));
        assert!(passes("images/", "x/images/1.png"));
        assert!(!passes("images/", "images"));
        assert!(passes("/a/*.csv", "a/x.csv"));
        assert!(!passes("/a/*.csv", "a/b/x.csv"));
        assert!(passes("a/**/x", "a/b/c/x"));
        assert!(passes("2024", "2024/01/x"));
        assert!(Only::default().passes(b"anything"));
        assert!(Only::parse(&["".into()]).is_err() && Only::parse(&["!x".into()]).is_err());
    }
}
