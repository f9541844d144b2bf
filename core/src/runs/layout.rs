//! Names: of experiments' folders, of runs, of files, and which keys MLflow accepts.

use crate::error::{Code, Error, Result};
use std::path::{Component, Path};

pub(super) const META: &str = "meta.yaml";
pub(super) const TRASH: &str = ".trash";
pub(super) const PARAMS: &str = "params";
pub(super) const METRICS: &str = "metrics";
pub(super) const TAGS: &str = "tags";
pub(super) const INPUTS: &str = "inputs";
pub(super) const OUTPUTS: &str = "outputs";
pub(super) const ARTIFACTS: &str = "artifacts";
pub(super) const DATASETS: &str = "datasets";
/// What is ours alone, inside a run.
pub(super) const OWN: &str = "octostore";
/// What MLflow keeps beside an experiment's runs.
pub(super) const BESIDE_RUNS: [&str; 4] = [TAGS, DATASETS, "traces", "models"];

/// MLflow's limits, in characters.
const LONGEST_KEY: usize = 250;
const LONGEST_EXPERIMENT: usize = 500;
pub(super) const LONGEST_PARAM: usize = 6000;
pub(super) const LONGEST_TAG: usize = 8000;
/// Characters of a folder's name, as MLflow takes them for an experiment's id.
const LONGEST_SLUG: usize = 64;
/// Characters of the hash that keeps two names apart.
const HASH: usize = 8;

/// The folder of an experiment, which is its id as well: `[a-zA-Z0-9][\w-]{0,63}`. A name that is such an id already stays as
/// it is; in others every run of other characters becomes one `-`. A name that is too long, has nothing left, or is MLflow's
/// own gets a hash of itself at its end.
pub(crate) fn experiment_slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        match is_word(c) || c == '-' {
            true => slug.push(c),
            false if slug.ends_with('-') => {}
            false => slug.push('-'),
        }
    }
    let trimmed = if slug == name { slug.as_str() } else { slug.trim_matches('-') };
    let begins = trimmed.starts_with(|c: char| c.is_ascii_alphanumeric());
    let whole = if begins { trimmed.to_owned() } else { format!("x-{}", trimmed.trim_start_matches('-')) };
    let taken = BESIDE_RUNS.contains(&whole.as_str()) || trimmed.is_empty();
    if taken || whole.chars().count() > LONGEST_SLUG { hashed_slug(name, &whole) } else { whole }
}

/// As [`experiment_slug`], with a hash of the name: for a name whose plain slug is another experiment's.
pub(super) fn hashed_slug(name: &str, slug: &str) -> String {
    let kept: String = slug.chars().take(LONGEST_SLUG - HASH - 1).collect();
    let hash = blake3::hash(name.as_bytes()).to_hex();
    format!("{}-{}", kept.trim_end_matches('-'), &hash[..HASH])
}

/// A name that MLflow takes for an experiment.
pub(super) fn check_experiment(name: &str) -> Result<()> {
    let problem = match name {
        _ if name.trim().is_empty() => "is empty",
        _ if name.chars().count() > LONGEST_EXPERIMENT => "is longer than 500 characters",
        _ if name.chars().any(char::is_control) => "has a control character",
        _ => return Ok(()),
    };
    Err(Error::new(Code::InvalidArgument, format!("the experiment's name {name:?} {problem}"))
        .remedy("Give it a name of 1 to 500 visible characters."))
}

/// A run's id: a UUID of version 7 as 32 hexadecimal digits, so that later runs sort later.
pub(super) fn new_run_id(now_ms: i64) -> Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(format!("the system gives no random bytes: {e}")))?;
    bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Whether a folder's name can be a run's id, as MLflow takes it.
pub(super) fn is_run_id(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
        && chars.all(|c| is_word(c) || c == '-')
        && name.len() <= 255
        && !BESIDE_RUNS.contains(&name)
}

/// What a key is of: MLflow says the same of all of them, people want to know which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Metric,
    Param,
    Tag,
}

impl KeyKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            KeyKind::Metric => "metric",
            KeyKind::Param => "parameter",
            KeyKind::Tag => "tag",
        }
    }
    pub(super) fn folder(self) -> &'static str {
        match self {
            KeyKind::Metric => METRICS,
            KeyKind::Param => PARAMS,
            KeyKind::Tag => TAGS,
        }
    }
}

/// Whether MLflow takes a key, and would find the file that it names. `/` makes folders.
pub(crate) fn check_key(kind: KeyKind, key: &str) -> Result<()> {
    let strange = |c: &char| !(is_word(*c) || matches!(c, '/' | '.' | '-' | ' ') || (*c == ':' && !cfg!(windows)));
    let problem = if key.is_empty() {
        "is empty".to_owned()
    } else if key.chars().count() > LONGEST_KEY {
        format!("is longer than {LONGEST_KEY} characters")
    } else if let Some(c) = key.chars().find(strange) {
        format!("has the character {c:?}")
    } else if key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "would name another file: it has an empty part, \".\" or \"..\" between slashes".to_owned()
    } else if key.split('/').any(|part| part.len() > 255) {
        "has a part of more than 255 bytes between slashes".to_owned()
    } else {
        return Ok(());
    };
    let shown: String = key.chars().take(60).collect();
    Err(Error::new(Code::InvalidArgument, format!("the {}'s name {shown:?} {problem}", kind.name()))
        .with("key", key)
        .remedy("Use letters, digits, _ - . : spaces and single slashes, at most 250 characters, as MLflow does."))
}

/// The parts of a path inside a run's artifacts; nothing may lead out of them.
pub(super) fn check_artifact(to: &str) -> Result<()> {
    let inside = Path::new(to).components().all(|c| matches!(c, Component::Normal(_)));
    if inside && !to.is_empty() && !to.contains(['\0', '\\']) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, format!("{to:?} is not a place among a run's artifacts"))
        .remedy("Give a relative path without \"..\", such as plots/loss.png."))
}

/// What Python calls a letter, a digit or `_` (`\w`), less what the two languages may see differently: marks, scripts whose
/// vowels are marks, letters in circles, those newer than a Python may know, and what is beyond the first plane.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let apart = matches!(u32::from(c), 0x0300..=0x036F | 0x0860..=0x0DFF | 0x0F00..=0x109F | 0x1700..=0x1CFF
        | 0x24B6..=0x24E9 | 0x2C2F | 0x2C5F | 0xA7C0..=0xA7F4 | 0xA800..=0xABFF | 0x10000..);
    // `escape_debug` writes out what attaches to the character before it.
    c.is_alphanumeric() && !apart && c.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_mlflow_takes_as_an_id_is_the_folder() {
        for name in ["churn", "größe", "A_b-9", "7", "a--b"] {
            assert_eq!(experiment_slug(name), name);
        }
    }

    #[test]
    fn other_names_become_ids() {
        assert_eq!(experiment_slug("my model v1.2"), "my-model-v1-2");
        assert_eq!(experiment_slug("/Users/ada@x.org/churn"), "Users-ada-x-org-churn");
        assert_eq!(experiment_slug("Ölpreis"), "x-Ölpreis");
        assert_eq!(experiment_slug("模型"), "x-模型");
        assert_eq!(experiment_slug("_private"), "x-_private");
        for (name, begins) in [("models", "models-"), ("tags", "tags-"), ("!!!", "x-"), ("🦀", "x-")] {
            let slug = experiment_slug(name);
            assert!(slug.starts_with(begins) && slug.len() >= begins.len() + HASH, "{name}: {slug}");
        }
        let long = experiment_slug(&"模".repeat(400));
        assert_eq!(long.chars().count(), 64);
        assert!(long.len() <= 255);
        assert_ne!(long, experiment_slug(&"模".repeat(401)));
    }

    #[test]
    fn later_runs_have_later_ids() {
        let ids: Vec<String> = (1..4).map(|ms| new_run_id(ms << 32).unwrap()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 32 && is_run_id(id)), "{ids:?}");
        assert_eq!(&ids[0][12..13], "7");
    }

    #[test]
    fn keys_are_what_mlflow_takes() {
        let longest = "k".repeat(250);
        for key in ["loss", "val/loss", "a b", "a.b", "x:y", "..a", ".hidden", "größe", &longest] {
            check_key(KeyKind::Metric, key).unwrap();
        }
        let too_long = "k".repeat(251);
        for key in
            ["", "../x", "a/../b", "/a", "a/", "a//b", ".", "..", "a\nb", "a\"b", "a\\b", "क्ष", "a\u{301}", &too_long]
        {
            let e = check_key(KeyKind::Param, key).unwrap_err();
            assert_eq!(e.code(), Code::InvalidArgument);
            assert!(e.message().starts_with("the parameter's name"), "{e}");
        }
    }

    #[test]
    fn artifacts_stay_inside() {
        check_artifact("plots/loss.png").unwrap();
        for to in ["", "../x", "/x", "a/../../b", "."] {
            assert!(check_artifact(to).is_err(), "{to}");
        }
    }
}
