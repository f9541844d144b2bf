//! Words of the filter language, and what they name.

use super::super::layout::{KeyKind, check_key};
use crate::error::{Code, Error, Result};

/// What a condition or an order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Metric(String),
    Param(String),
    Tag(String),
    Attribute(Attribute),
    Dataset(DatasetField),
}

/// What every run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    RunId,
    RunName,
    UserId,
    Status,
    ArtifactUri,
    StartTime,
    EndTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatasetField {
    Name,
    Digest,
    Context,
}

/// A word, and where it stands: in characters, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub kind: Kind,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `metrics.loss`, `AND`: as it stands.
    Plain(String),
    /// What `"` or `` ` `` enclose, after the dot if it has one: `tags."my key"`.
    Named(String, String),
    /// What `'` or `"` enclose, without them.
    Text(String),
    Number(f64),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `(`, `)`, `,`.
    Sign(&'static str),
}

const SIGNS: [&str; 9] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// An error that shows where it is.
pub(super) fn wrong(text: &str, at: usize, what: &str, remedy: &str) -> Error {
    let from = at.saturating_sub(1);
    let near: String = text.chars().skip(from).take(30).collect();
    let place = if near.is_empty() { "its end".to_owned() } else { format!("character {at}, {near:?}") };
    Error::new(Code::InvalidArgument, format!("the words {text:?} are not understood at {place}: {what}"))
        .with("at", at.to_string())
        .remedy(remedy)
}

/// The words of a text.
pub(super) fn words(text: &str) -> Result<Vec<Word>> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        let at = i + 1;
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        let kind = match c {
            '\'' | '"' => {
                let (inner, next) = enclosed(text, &chars, i)?;
                i = next;
                Kind::Text(inner)
            }
            '`' => {
                let (inner, next) = enclosed(text, &chars, i)?;
                i = next;
                // `metrics`.loss is metrics.loss.
                match chars.get(i) {
                    Some('.') => after_dot(text, &chars, inner, &mut i)?,
                    _ => Kind::Plain(inner),
                }
            }
            _ if SIGNS.iter().any(|s| s.starts_with(c)) || c == '!' => {
                let rest: String = chars[i..].iter().take(2).collect();
                let sign = SIGNS.into_iter().find(|s| rest.starts_with(s));
                let sign = sign.ok_or_else(|| wrong(text, at, "there is no such sign", COMPARE))?;
                i += sign.len();
                Kind::Sign(sign)
            }
            _ => {
                let plain = |c: &char| !c.is_whitespace() && !"'\"`=<>!(),".contains(*c);
                let start = i;
                while chars.get(i).is_some_and(plain) {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                match (word.strip_suffix('.'), chars.get(i)) {
                    (Some(entity), Some('"' | '`')) => {
                        i -= 1;
                        after_dot(text, &chars, entity.to_owned(), &mut i)?
                    }
                    _ => number(&word).map_or(Kind::Plain(word), Kind::Number),
                }
            }
        };
        words.push(Word { kind, at });
    }
    Ok(words)
}

const COMPARE: &str = "Compare with =, !=, <, <=, >, >=, LIKE, ILIKE, IN, IS NULL or IS NOT NULL.";

/// Only what begins like a number is one: `nan` and `inf` could be names.
fn number(word: &str) -> Option<f64> {
    let begins = word.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if begins { word.parse().ok() } else { None }
}

/// The key behind `entity` and the dot at `*i`.
fn after_dot(text: &str, chars: &[char], entity: String, i: &mut usize) -> Result<Kind> {
    *i += 1;
    if let Some('"' | '`') = chars.get(*i) {
        let (key, next) = enclosed(text, chars, *i)?;
        *i = next;
        return Ok(Kind::Named(entity, key));
    }
    let start = *i;
    while chars.get(*i).is_some_and(|c| !c.is_whitespace() && !"'\"`=<>!(),".contains(*c)) {
        *i += 1;
    }
    Ok(Kind::Named(entity, chars[start..*i].iter().collect()))
}

/// What stands between the quote at `from` and the next like it. `''` inside `'` is one of them.
fn enclosed(text: &str, chars: &[char], from: usize) -> Result<(String, usize)> {
    let quote = chars[from];
    let mut inner = String::new();
    let mut i = from + 1;
    loop {
        match chars.get(i) {
            Some(c) if *c == quote && chars.get(i + 1) == Some(&quote) => {
                inner.push(quote);
                i += 2;
            }
            Some(c) if *c == quote => return Ok((inner, i + 1)),
            Some(c) => {
                inner.push(*c);
                i += 1;
            }
            None => return Err(wrong(text, from + 1, "the quote has no end", &format!("Close it with {quote}."))),
        }
    }
}

/// What a word names.
pub(super) fn subject(text: &str, word: &Word) -> Result<Subject> {
    let (entity, key) = match &word.kind {
        Kind::Named(entity, key) => (entity.as_str(), key.as_str()),
        Kind::Plain(plain) => plain.split_once('.').unwrap_or(("attributes", plain)),
        // `"run name"` alone is an attribute.
        Kind::Text(name) => ("attributes", name.as_str()),
        _ => return Err(wrong(text, word.at, "a name is expected here", NAMES)),
    };
    let kind = match entity {
        "metric" | "metrics" => KeyKind::Metric,
        "parameter" | "parameters" | "param" | "params" => KeyKind::Param,
        "tag" | "tags" => KeyKind::Tag,
        "attribute" | "attributes" | "attr" | "run" => {
            let attribute =
                attribute(key).ok_or_else(|| wrong(text, word.at, &format!("a run has no {key:?}"), ATTRIBUTES))?;
            return Ok(Subject::Attribute(attribute));
        }
        "dataset" | "datasets" => {
            let field = match key {
                "name" => DatasetField::Name,
                "digest" => DatasetField::Digest,
                "context" => DatasetField::Context,
                _ => {
                    return Err(wrong(
                        text,
                        word.at,
                        "a data set has no such thing",
                        "It has name, digest and context.",
                    ));
                }
            };
            return Ok(Subject::Dataset(field));
        }
        _ => return Err(wrong(text, word.at, &format!("{entity:?} names nothing of a run"), NAMES)),
    };
    check_key(kind, key)
        .map_err(|e| wrong(text, word.at, e.message(), "Quote a name with spaces: tags.\"my key\"."))?;
    Ok(match kind {
        KeyKind::Metric => Subject::Metric(key.into()),
        KeyKind::Param => Subject::Param(key.into()),
        KeyKind::Tag => Subject::Tag(key.into()),
    })
}

const NAMES: &str = "Name metrics.KEY, params.KEY, tags.KEY, attributes.KEY or datasets.KEY.";
const ATTRIBUTES: &str = "It has run_id, run_name, user_id, status, artifact_uri, start_time and end_time; \
                          what it logged is metrics.KEY, params.KEY or tags.KEY.";

/// As MLflow names them, with the other names that it takes.
fn attribute(key: &str) -> Option<Attribute> {
    Some(match key {
        "run_id" => Attribute::RunId,
        "run_name" | "run name" | "Run name" | "Run Name" => Attribute::RunName,
        "user_id" => Attribute::UserId,
        "status" => Attribute::Status,
        "artifact_uri" => Attribute::ArtifactUri,
        "start_time" | "created" | "Created" => Attribute::StartTime,
        "end_time" => Attribute::EndTime,
        _ => return None,
    })
}

/// Whether a word is this one, in capitals or not.
pub(super) fn is(word: Option<&Word>, what: &str) -> bool {
    matches!(word, Some(Word { kind: Kind::Plain(w), .. }) if w.eq_ignore_ascii_case(what))
}
