//! What a source says about the state of an object: enough to see that it changed, or that it did not.

use serde::{Deserialize, Serialize};

/// An object's state as its source tells it. Whatever the source does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Stamp {
    /// Whether both are surely of the same bytes. Without an ETag or a time in both, nothing is sure.
    pub(crate) fn same(&self, other: &Stamp) -> bool {
        if self.difference(other).is_some() {
            return false;
        }
        let both = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        let dated = both(&self.last_modified, &other.last_modified) && self.size.is_some() && self.size == other.size;
        both(&self.etag, &other.etag) || both(&self.version, &other.version) || dated
    }

    /// The first thing in which both speak and disagree.
    pub(crate) fn difference(&self, other: &Stamp) -> Option<String> {
        let text = |what: &str, a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) if a != b => Some(format!("{what} {a}, then {b}")),
            _ => None,
        };
        if let (Some(a), Some(b)) = (self.size, other.size)
            && a != b
        {
            return Some(format!("{a} bytes, then {b}"));
        }
        // The same ETag means the same bytes, whatever a mirror's clock says.
        if self.etag.is_some() && self.etag == other.etag {
            return None;
        }
        text("ETag", &self.etag, &other.etag)
            .or_else(|| text("version", &self.version, &other.version))
            .or_else(|| text("last modified", &self.last_modified, &other.last_modified))
    }

    /// An ETag that names exact bytes: only such a one may guard a range.
    #[cfg_attr(not(feature = "_cloud"), allow(dead_code))]
    pub(crate) fn strong_etag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| tag.starts_with('"'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(etag: &str, time: &str, size: u64) -> Stamp {
        let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        Stamp { etag: some(etag), version: None, last_modified: some(time), size: Some(size) }
    }

    #[test]
    fn a_state_is_the_same_only_when_the_source_says_so() {
        assert!(stamp("\"a\"", "", 1).same(&stamp("\"a\"", "mon", 1)));
        assert!(stamp("", "mon", 1).same(&stamp("", "mon", 1)));
        assert!(!stamp("", "", 1).same(&stamp("", "", 1)), "a size alone proves nothing");
        assert!(!stamp("\"a\"", "mon", 1).same(&stamp("\"b\"", "mon", 1)));
        assert!(!stamp("\"a\"", "mon", 1).same(&stamp("\"a\"", "mon", 2)));
        assert_eq!(
            stamp("\"a\"", "mon", 1).difference(&stamp("", "tue", 1)),
            Some("last modified mon, then tue".into())
        );
    }
}
