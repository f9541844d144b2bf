//! A recipe: what parts rows are split into and by what, in a few lines of TOML that a commit keeps.

use crate::error::{Code, Error, Result};
use serde::{Deserialize, Serialize};

/// The version of the recipe's text and of what it means.
const FORMAT: u32 = 1;
/// More parts than this are a mistake.
const MOST_PARTS: usize = 1000;

/// How rows are split. The same recipe gives the same split wherever it is applied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    pub(crate) format: u32,
    pub(crate) method: Method,
    /// Names and shares, `train=0.7`, in order.
    pub(crate) parts: Vec<String>,
    /// Rows that agree in these columns stay together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) by: Vec<String>,
    /// Each part gets the same shares of these columns' values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) stratify: Vec<String>,
    /// The parts follow each other in this column's time...
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) time: String,
    /// ...and rows so close before a cut are in no part.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) gap: String,
    #[serde(default)]
    pub(crate) seed: u64,
}

/// What decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    /// The hash of a row or of its group.
    #[default]
    Hash,
    /// Exact shares within each stratum, by hash.
    Stratified,
    Time,
    /// ExampleGen's buckets.
    Buckets,
}

/// A part and its share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) name: String,
    /// As it was written: of 1, or a whole number.
    pub(crate) weight: f64,
}

impl Recipe {
    /// A recipe of named parts, or of so many folds (`fold0`, `fold1`, ...).
    pub(crate) fn new(parts: &[String], folds: u64, buckets: bool) -> Result<Recipe> {
        let parts = match (parts.is_empty(), folds) {
            (false, 0) => parts.iter().map(|p| p.trim().to_owned()).collect(),
            (true, 0) if buckets => vec!["train=2".to_owned(), "eval=1".to_owned()],
            (true, 0) => vec!["train=0.8".to_owned(), "test=0.2".to_owned()],
            (true, 2..=1000) => (0..folds).map(|n| format!("fold{n}=1")).collect(),
            (true, _) => return Err(wrong(&format!("{folds} folds"), "A split has from 2 to 1,000 folds.")),
            (false, _) => return Err(wrong("both parts and folds", "Leave one of them out.")),
        };
        let method = if buckets { Method::Buckets } else { Method::Hash };
        Ok(Recipe { format: FORMAT, method, parts, ..Default::default() })
    }

    /// The same recipe with the method that its columns ask for, if they go together.
    pub(crate) fn settled(mut self) -> Result<Recipe> {
        let (by, stratified, timed) = (!self.by.is_empty(), !self.stratify.is_empty(), !self.time.is_empty());
        let buckets = self.method == Method::Buckets;
        if timed && (by || stratified) {
            return Err(wrong("time together with groups or strata", "Split by time alone, or leave the time out."));
        }
        if !self.gap.is_empty() && !timed {
            return Err(wrong("a gap without a column of time", "Name the column of time."));
        }
        if buckets && (timed || stratified || self.by.len() > 1 || self.seed != 0) {
            return Err(wrong(
                "ExampleGen's buckets with a time, strata, a seed or several columns",
                "Buckets are by the whole example, or by one column.",
            ));
        }
        self.method = match (buckets, timed, stratified) {
            (true, _, _) => Method::Buckets,
            (_, true, _) => Method::Time,
            (_, _, true) => Method::Stratified,
            _ => Method::Hash,
        };
        let shares = self.shares()?;
        if buckets && shares.iter().any(|s| s.weight.fract() != 0.0) {
            return Err(wrong("parts of buckets that are no whole numbers", "Write them like train=2, eval=1."));
        }
        Ok(self)
    }

    /// Whether columns decide in the types that ExampleGen gives them: numbers and text, no dates and no truth values.
    pub(crate) fn is_plain(&self) -> bool {
        self.method == Method::Buckets
    }

    /// The parts, in order.
    pub(crate) fn shares(&self) -> Result<Vec<Share>> {
        if self.parts.len() > MOST_PARTS {
            return Err(wrong(&format!("{} parts", self.parts.len()), "A split has at most 1,000 parts."));
        }
        let shares = self.parts.iter().map(|p| share(p)).collect::<Result<Vec<_>>>()?;
        for (n, share) in shares.iter().enumerate() {
            if shares[..n].iter().any(|s| s.name == share.name) {
                return Err(wrong(&format!("two parts called \"{}\"", share.name), "Give each part its own name."));
            }
        }
        let sum: f64 = shares.iter().map(|s| s.weight).sum();
        let whole = shares.iter().all(|s| s.weight.fract() == 0.0);
        if shares.is_empty() || !(whole || (sum - 1.0).abs() < 1e-9) {
            return Err(wrong(
                &format!("parts whose shares add up to {sum}"),
                "Shares add up to 1, such as train=0.7 and test=0.3, or are all whole numbers, such as train=7 and test=3.",
            ));
        }
        Ok(shares)
    }

    /// The shares as fractions that add up to 1.
    pub(crate) fn fractions(&self) -> Result<Vec<f64>> {
        let shares = self.shares()?;
        let whole = shares.iter().all(|s| s.weight.fract() == 0.0);
        let sum: f64 = if whole { shares.iter().map(|s| s.weight).sum() } else { 1.0 };
        Ok(shares.iter().map(|s| s.weight / sum).collect())
    }

    /// The names of the parts, in order.
    pub(crate) fn names(&self) -> Result<Vec<String>> {
        Ok(self.shares()?.into_iter().map(|s| s.name).collect())
    }

    pub(crate) fn to_toml(&self) -> Result<String> {
        let text = toml::to_string(self).map_err(|e| Error::internal(format!("a recipe as TOML: {e}")))?;
        Ok(format!("# How octostore splits rows: see \"octostore split\".\n{text}"))
    }

    /// Reads a recipe that is kept in `path`.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Recipe> {
        let broken = |code, why: String| {
            Error::new(code, format!("{path}: {why}"))
                .remedy("Correct the file, or restore it from an earlier commit.")
                .with("path", path)
        };
        let recipe: Recipe =
            toml::from_str(text).map_err(|e| broken(Code::Config, e.to_string().trim().replace('\n', " ")))?;
        if recipe.format > FORMAT {
            let why = format!("a recipe of format {} is newer than this octostore", recipe.format);
            return Err(broken(Code::VersionTooNew, why));
        }
        let method = recipe.method;
        let recipe = recipe.settled().map_err(|e| broken(Code::Config, e.message().to_owned()))?;
        if recipe.method != method {
            return Err(broken(Code::Config, "its method does not go with its columns".into()));
        }
        Ok(recipe)
    }
}

/// A name and a share of more than nothing.
fn share(text: &str) -> Result<Share> {
    let remedy = "A part is written like train=0.7.";
    let (name, weight) = text.split_once('=').ok_or_else(|| wrong(&format!("the part \"{text}\""), remedy))?;
    let (name, weight) = (name.trim(), weight.trim().parse().unwrap_or(f64::NAN));
    if !is_name(name) {
        return Err(wrong(
            &format!("a part called \"{name}\""),
            "A name has letters, digits, '-' and '_', and no more than 64 of them.",
        ));
    }
    if !(weight > 0.0 && weight <= 1e9) {
        return Err(wrong(&format!("the part \"{text}\", whose share is none"), remedy));
    }
    Ok(Share { name: name.to_owned(), weight })
}

/// Whether a recipe or a part may be called so: it becomes the name of a file.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

fn wrong(what: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("a split cannot have {what}")).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|p| (*p).to_owned()).collect()
    }

    #[test]
    fn a_recipe_comes_back_from_its_text() {
        let mut recipe = Recipe::new(&parts(&["train=0.7", "test = 0.3"]), 0, false).unwrap();
        (recipe.by, recipe.seed) = (vec!["customer".into()], 7);
        let recipe = recipe.settled().unwrap();
        let text = recipe.to_toml().unwrap();
        assert!(text.len() < 200, "{text}");
        assert_eq!(Recipe::parse("r.toml", &text).unwrap(), recipe);
        assert_eq!(recipe.fractions().unwrap(), [0.7, 0.3]);
        assert_eq!(Recipe::new(&[], 3, false).unwrap().names().unwrap(), ["fold0", "fold1", "fold2"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_remedy() {
        let refused = |recipe: Result<Recipe>| {
            let e = recipe.and_then(Recipe::settled).unwrap_err();
            assert!(e.code() == Code::InvalidArgument && !e.hint().is_empty(), "{e}");
        };
        for bad in [
            &["train=0.7", "test=0.2"][..],
            &["a=0.5", "a=0.5"],
            &["a"],
            &["a=x"],
            &["../a=1"],
            &["a=-1", "b=2"],
            &["a=nan"],
        ] {
            refused(Recipe::new(&parts(bad), 0, false));
        }
        refused(Recipe::new(&[], 1, false));
        refused(Recipe::new(&parts(&["a=1"]), 5, false));
        refused(Recipe::new(&parts(&["a=0.5", "b=0.5"]), 0, true));
        let plain = || Recipe::new(&[], 0, false).unwrap();
        refused(Ok(Recipe { gap: "7d".into(), ..plain() }));
        refused(Ok(Recipe { time: "t".into(), by: vec!["a".into()], ..plain() }));
        let newer = plain().to_toml().unwrap().replace("format = 1", "format = 2");
        assert_eq!(Recipe::parse("r.toml", &newer).unwrap_err().code(), Code::VersionTooNew);
        assert_eq!(Recipe::parse("r.toml", "parts = 1").unwrap_err().code(), Code::Config);
    }
}
