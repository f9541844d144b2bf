//! What is known of a path without its data: the statistics and schema beside it, at a revision.

use super::{ProfileOptions, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::profile::summary::Table;
use crate::repo::{RepoPath, revs};

pub(super) const STATISTICS: &str = "statistics.pb";
const REPORT: &str = "statistics.json";
const BESIDE: &[u8] = b".octo/statistics.pb";

impl Repo {
    /// The statistics that are stored beside a path; none where there are none.
    pub(super) fn stored_statistics(&self, rev: &str, path: &RepoPath) -> Result<Option<Table>> {
        let Some(bytes) = self.read_beside(rev, path, STATISTICS)? else { return Ok(None) };
        let mut table = Table::read_whole(&bytes, &format!("{path}.octo/{STATISTICS}"))?;
        if let Some(report) = self.read_beside(rev, path, REPORT)? {
            table.add_report(&report);
        }
        Ok(Some(table))
    }

    /// The stored statistics, if they are of this very data, or else those that are computed now.
    pub(super) fn statistics(&self, rev: &str, path: &RepoPath, job: &Job) -> Result<Table> {
        if let Some(table) = self.stored_statistics(rev, path)?
            && !self.is_stale(rev, path)?
        {
            return Ok(table);
        }
        let profile = self.profiled(rev, path, &ProfileOptions::default(), job)?;
        let mut table = Table::read_whole(profile.part(STATISTICS).unwrap_or_default(), &path.to_string())?;
        table.add_report(profile.json().as_bytes());
        Ok(table)
    }

    /// The paths that have statistics beside them at a revision, sorted; those at or below `within`, if it is not empty.
    pub(super) fn paths_with_statistics(&self, rev: &str, within: &[RepoPath]) -> Result<Vec<RepoPath>> {
        let mut files = match rev {
            "" => self.git().list_files(&[], "--cached --others")?,
            rev => revs::files_of(self.git(), rev)?,
        };
        files.sort();
        files.dedup();
        let paths = files.iter().filter_map(|f| f.as_bytes().strip_suffix(BESIDE)).map(RepoPath::from_bytes);
        let wanted = |path: &RepoPath| within.is_empty() || within.iter().any(|w| path.is_in(w));
        paths.filter(|p| p.as_ref().map_or(true, wanted)).collect()
    }

    /// What `against` means: a revision of the same path, another path of the same revision, or `REV:PATH`.
    pub(super) fn against(&self, rev: &str, path: &RepoPath, against: &str) -> Result<(String, RepoPath)> {
        if self.is_revision(against) {
            return Ok((against.to_owned(), path.clone()));
        }
        if let Some((other_rev, other)) = against.split_once(':').filter(|(r, _)| r.is_empty() || self.is_revision(r)) {
            return Ok((other_rev.to_owned(), RepoPath::from_bytes(other.as_bytes())?));
        }
        Ok((rev.to_owned(), RepoPath::from_bytes(against.trim_end_matches('/').as_bytes())?))
    }

    fn is_revision(&self, text: &str) -> bool {
        let tree = format!("{text}^{{commit}}");
        !text.is_empty()
            && self.git().run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &tree], None).is_ok()
    }
}

/// The error of a path that has nothing beside it.
pub(super) fn not_profiled(rev: &str, path: &RepoPath) -> Error {
    let place = if rev.is_empty() { String::new() } else { format!(" at \"{rev}\"") };
    Error::new(Code::NotFound, format!("{path}: no statistics are beside it{place}"))
        .remedy(format!("Run \"octostore profile {path} --write\" and commit what it writes."))
        .with("path", path.to_string())
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
