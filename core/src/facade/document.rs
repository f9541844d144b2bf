//! What the calls give whose answer is a document.

use std::collections::BTreeMap;

/// What a call found out: a report as JSON, and with it the documents that other programs read, by name.
///
/// ```no_run
/// # use octostore::{Context, Job, ProfileOptions, Repo, RepoPath};
/// # let repo = Repo::open(".", &Context::default())?;
/// let profile = repo.profile("", &RepoPath::from_bytes(b"data/train.csv")?, &ProfileOptions::default(), &Job::new())?;
/// println!("{}", profile.json());
/// println!("{} bytes of statistics", profile.part("statistics.pb").unwrap_or_default().len());
/// # Ok::<(), octostore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    answer: bool,
    json: String,
    parts: BTreeMap<&'static str, Vec<u8>>,
}

#[cfg(any(feature = "tabular", feature = "env", feature = "runs"))]
impl Document {
    pub(crate) fn new(json: &serde_json::Value) -> Document {
        Document { answer: true, json: json.to_string(), parts: BTreeMap::new() }
    }
    /// With the answer to what was asked: `false` where the command line exits with 1.
    pub(crate) fn answering(mut self, answer: bool) -> Document {
        self.answer = answer;
        self
    }
    pub(crate) fn with(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Document {
        self.parts.insert(name, bytes.into());
        self
    }
}

impl Document {
    /// Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes.
    pub fn answer(&self) -> bool {
        self.answer
    }
    /// The report, as JSON.
    pub fn json(&self) -> &str {
        &self.json
    }
    /// The names of the parts, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.parts.keys().copied()
    }
    /// A part's bytes, if the document has it. Text is UTF-8.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.get(name).map(Vec::as_slice)
    }
}
