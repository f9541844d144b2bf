//! What text looks like: the formats that have a name, times, and the shape of codes.

use std::fmt;

/// Whether a value is of a format.
type Check = fn(&str) -> bool;

/// Formats that have a name and a check.
pub(crate) const NAMED: [(&str, Check); 4] = [("email", is_email), ("uuid", is_uuid), ("ip", is_ip), ("url", is_url)];

/// Whether a value is of a format; `None` when there is no such format.
pub(crate) fn matches(format: &str, value: &str) -> Option<bool> {
    NAMED.iter().find(|(name, _)| *name == format).map(|(_, check)| check(value))
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    let local_ok =
        !local.is_empty() && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    local_ok && domain.contains('.') && domain.split('.').all(label)
}

fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn is_ip(value: &str) -> bool {
    value.parse::<std::net::IpAddr>().is_ok()
}

fn is_url(value: &str) -> bool {
    value.contains("://") && !value.contains(char::is_whitespace) && url::Url::parse(value).is_ok_and(|u| u.has_host())
}

/// The formats of dates and times that are tried, most telling first, in the words of `strptime`.
pub(super) const TIMES: [&str; 14] = [
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
];

/// Whether a value is a time of this format.
pub(crate) fn is_time(format: &str, value: &str) -> bool {
    jiff::fmt::strtime::parse(format, value).is_ok_and(|t| t.to_date().is_ok())
}

/// A run of characters of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    class: Class,
    min: usize,
    max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Upper,
    Lower,
    Literal(char),
}

impl Class {
    fn of(c: char) -> Class {
        match c {
            '0'..='9' => Class::Digit,
            'A'..='Z' => Class::Upper,
            'a'..='z' => Class::Lower,
            _ => Class::Literal(c),
        }
    }
}

/// The shape of codes: `^[A-Z]{2}-[0-9]{3,5}$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Run>);

impl Pattern {
    fn of(value: &str) -> Pattern {
        let mut runs: Vec<Run> = Vec::new();
        for class in value.chars().map(Class::of) {
            match runs.last_mut() {
                Some(run) if run.class == class => (run.min, run.max) = (run.min + 1, run.max + 1),
                _ => runs.push(Run { class, min: 1, max: 1 }),
            }
        }
        Pattern(runs)
    }

    /// The shape that all values have, if they have one that says something.
    pub(super) fn common<'v>(mut values: impl Iterator<Item = &'v str>) -> Option<Pattern> {
        let mut shape = Pattern::of(values.next()?);
        for value in values {
            let other = Pattern::of(value);
            let same = shape.0.len() == other.0.len() && shape.0.iter().zip(&other.0).all(|(a, b)| a.class == b.class);
            if !same {
                return None;
            }
            for (run, other) in shape.0.iter_mut().zip(&other.0) {
                (run.min, run.max) = (run.min.min(other.min), run.max.max(other.max));
            }
        }
        let tells = shape.0.len() >= 2 || shape.0.first().is_some_and(|r| r.min == r.max && r.min >= 3);
        (tells && shape.0.len() <= 16).then_some(shape)
    }

    /// Reads what [`Pattern`] prints; other regular expressions are not ours to check.
    pub(crate) fn parse(text: &str) -> Option<Pattern> {
        let mut rest = text.strip_prefix('^')?.strip_suffix('$')?;
        let mut runs = Vec::new();
        while !rest.is_empty() {
            let (class, after) = parse_class(rest)?;
            let (min, max, after) = parse_count(after)?;
            runs.push(Run { class, min, max });
            rest = after;
        }
        Some(Pattern(runs))
    }

    pub(crate) fn matches(&self, value: &str) -> bool {
        let other = Pattern::of(value);
        let fits = |(a, b): (&Run, &Run)| a.class == b.class && (a.min..=a.max).contains(&b.min);
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(fits)
    }
}

fn parse_class(text: &str) -> Option<(Class, &str)> {
    for (name, class) in [("[0-9]", Class::Digit), ("[A-Z]", Class::Upper), ("[a-z]", Class::Lower)] {
        if let Some(after) = text.strip_prefix(name) {
            return Some((class, after));
        }
    }
    let mut chars = text.chars();
    let first = chars.next()?;
    let literal = if first == '\\' { chars.next()? } else { first };
    if first != '\\' && SPECIAL.contains(first) {
        return None;
    }
    Some((Class::Literal(literal), chars.as_str()))
}

fn parse_count(text: &str) -> Option<(usize, usize, &str)> {
    let Some(inside) = text.strip_prefix('{') else { return Some((1, 1, text)) };
    let (counts, after) = inside.split_once('}')?;
    let (min, max) = counts.split_once(',').unwrap_or((counts, counts));
    Some((min.parse().ok()?, max.parse().ok()?, after))
}

const SPECIAL: &str = "\\.+*?()|[]{}^$";

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("^")?;
        for run in &self.0 {
            match run.class {
                Class::Digit => f.write_str("[0-9]")?,
                Class::Upper => f.write_str("[A-Z]")?,
                Class::Lower => f.write_str("[a-z]")?,
                Class::Literal(c) if SPECIAL.contains(c) => write!(f, "\\{c}")?,
                Class::Literal(c) => write!(f, "{c}")?,
            }
            match (run.min, run.max) {
                (1, 1) => {}
                (min, max) if min == max => write!(f, "{{{min}}}")?,
                (min, max) => write!(f, "{{{min},{max}}}")?,
            }
        }
        f.write_str("$")
    }
}
