//! What an import says about itself.

use crate::import::{Record, Skipped, shown};
use crate::repo::RepoPath;
use serde_json::json;

/// Counts of files, and bytes.
#[derive(Default)]
pub(super) struct Counts {
    pub files: u64,
    pub bytes: u64,
    pub read_bytes: u64,
    pub new_bytes: u64,
    pub added: u64,
    pub changed: u64,
    pub removed: u64,
    pub unchanged: u64,
    pub skipped: Vec<Skipped>,
    /// The work tree has pointers: the import was too large to be written out as well.
    pub pointers: bool,
}

impl Counts {
    pub(super) fn to_json(&self, record: &RepoPath, commit: Option<&str>) -> serde_json::Value {
        let skipped: Vec<_> = self
            .skipped
            .iter()
            .map(|s| {
                let kept = s.kept.as_ref().map(|k| shown(&k.path.0));
                json!({"name": shown(&s.name.0), "reason": s.reason, "quarantined": kept})
            })
            .collect();
        json!({
            "files": self.files,
            "bytes": self.bytes,
            "read_bytes": self.read_bytes,
            "new_bytes": self.new_bytes,
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.unchanged,
            "skipped": skipped,
            "work_tree": if self.pointers { "pointers" } else { "files" },
            "record": record.to_string(),
            "commit": commit,
        })
    }

    /// The message of the import's commit.
    pub(super) fn message(&self, to: &RepoPath, record: &Record, update: bool) -> String {
        let verb = if update { "Update" } else { "Import" };
        let first = record.sources.first().map(String::as_str).unwrap_or_default();
        let more = match record.sources.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let mut message = format!("{verb} {to} from {first}{more}\n\n");
        message += &format!(
            "{} files, {} bytes: {} added, {} changed, {} removed, {} unchanged, {} left out.\n\n",
            self.files,
            self.bytes,
            self.added,
            self.changed,
            self.removed,
            self.unchanged,
            self.skipped.len()
        );
        record.sources.iter().for_each(|s| message += &format!("Source: {s}\n"));
        if let Some(license) = &record.license {
            message += &format!("License: {}\n", license.replace('\n', " "));
        }
        message
    }
}
