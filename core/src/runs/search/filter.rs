//! Conditions: `metrics.loss < 0.1 and params.model = 'tree'`.

use super::Fact;
use super::words::{Attribute, Kind, Subject, Word, is, subject, words, wrong};
use crate::error::{Error, Result};

/// A condition. All of a filter's have to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub subject: Subject,
    pub test: Test,
}

/// What a condition demands. Of what a run has not, nothing holds but that it is not there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Number(Sign, f64),
    Whole(Sign, i64),
    Equals(String),
    Differs(String),
    Like(Pattern),
    In(Vec<String>),
    NotIn(Vec<String>),
    IsNull,
    IsNotNull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    fn of(sign: &str) -> Option<Sign> {
        Some(match sign {
            "=" => Sign::Equal,
            "!=" => Sign::Unequal,
            "<" => Sign::Less,
            "<=" => Sign::AtMost,
            ">" => Sign::More,
            ">=" => Sign::AtLeast,
            _ => return None,
        })
    }

    fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Sign::Equal => a == b,
            Sign::Unequal => a != b,
            Sign::Less => a < b,
            Sign::AtMost => a <= b,
            Sign::More => a > b,
            Sign::AtLeast => a >= b,
        }
    }
}

impl Test {
    pub(super) fn holds(&self, fact: Option<&Fact>) -> bool {
        match (self, fact) {
            (Test::IsNull, fact) => fact.is_none(),
            (Test::IsNotNull, fact) => fact.is_some(),
            (Test::Number(sign, wanted), Some(Fact::Number(value))) => sign.holds(value, wanted),
            (Test::Number(sign, wanted), Some(Fact::Whole(value))) => sign.holds(&(*value as f64), wanted),
            (Test::Whole(sign, wanted), Some(Fact::Whole(value))) => sign.holds(value, wanted),
            (Test::Equals(wanted), Some(Fact::Text(text))) => text == wanted,
            (Test::Differs(wanted), Some(Fact::Text(text))) => text != wanted,
            (Test::Like(pattern), Some(Fact::Text(text))) => pattern.fits(text),
            (Test::In(wanted), Some(Fact::Text(text))) => wanted.contains(text),
            (Test::NotIn(wanted), Some(Fact::Text(text))) => !wanted.contains(text),
            _ => false,
        }
    }
}

/// What `LIKE` compares with: `%` is anything, `_` is one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pattern: Vec<char>,
    any_case: bool,
}

impl Pattern {
    fn new(pattern: &str, any_case: bool) -> Pattern {
        Pattern { pattern: folded(pattern, any_case), any_case }
    }

    /// Goes back to the last `%` where what follows it does not fit, so that no pattern takes longer than text times pattern.
    fn fits(&self, text: &str) -> bool {
        let text = folded(text, self.any_case);
        let (mut t, mut p) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match self.pattern.get(p) {
                Some('%') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(c) if *c == '_' || *c == text[t] => {
                    t += 1;
                    p += 1;
                }
                _ => match star {
                    Some((at, from)) => {
                        star = Some((at, from + 1));
                        (p, t) = (at + 1, from + 1);
                    }
                    None => return false,
                },
            }
        }
        self.pattern[p..].iter().all(|c| *c == '%')
    }
}

fn folded(text: &str, any_case: bool) -> Vec<char> {
    if any_case { text.chars().flat_map(char::to_lowercase).collect() } else { text.chars().collect() }
}

/// The conditions of a filter; none of an empty one.
pub(super) fn parse(text: &str) -> Result<Vec<Clause>> {
    let words = words(text)?;
    let mut parser = Parser { text, words: &words, next: 0 };
    let mut clauses = Vec::new();
    while !parser.is_done() {
        if !clauses.is_empty() && !parser.take("and") {
            let or = is(parser.peek(), "or");
            let what = if or { "MLflow's filters have no OR" } else { "AND is expected here" };
            return Err(parser.wrong(what, "Join conditions with AND; for OR, search twice."));
        }
        clauses.push(parser.clause()?);
    }
    Ok(clauses)
}

struct Parser<'a> {
    text: &'a str,
    words: &'a [Word],
    next: usize,
}

impl Parser<'_> {
    fn is_done(&self) -> bool {
        self.next == self.words.len()
    }
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.next)
    }
    /// Steps over a word, if it is this one.
    fn take(&mut self, what: &str) -> bool {
        let found = is(self.peek(), what);
        self.next += usize::from(found);
        found
    }
    /// An error at the word that is next.
    fn wrong(&self, what: &str, remedy: &str) -> Error {
        let end = self.text.chars().count() + 1;
        wrong(self.text, self.peek().map_or(end, |w| w.at), what, remedy)
    }

    fn clause(&mut self) -> Result<Clause> {
        let Some(word) = self.peek() else {
            return Err(self.wrong("a condition is expected here", "Write one like metrics.loss < 0.1."));
        };
        let subject = subject(self.text, word)?;
        self.next += 1;
        let test = self.test(&subject)?;
        Ok(Clause { subject, test })
    }

    fn test(&mut self, subject: &Subject) -> Result<Test> {
        if self.take("is") {
            let not = self.take("not");
            if !self.take("null") {
                return Err(self.wrong("NULL is expected here", "Write IS NULL or IS NOT NULL."));
            }
            if !matches!(subject, Subject::Param(_) | Subject::Tag(_)) {
                self.next -= 1;
                return Err(self.wrong(
                    "only parameters and tags can be NULL",
                    "Every run has the others, or nothing to compare.",
                ));
            }
            return Ok(if not { Test::IsNotNull } else { Test::IsNull });
        }
        match subject {
            Subject::Metric(_) | Subject::Attribute(Attribute::StartTime | Attribute::EndTime) => self.numeric(subject),
            _ => self.textual(subject),
        }
    }

    fn numeric(&mut self, subject: &Subject) -> Result<Test> {
        let sign = match self.peek().map(|w| &w.kind) {
            Some(Kind::Sign(sign)) => Sign::of(sign),
            _ => None,
        };
        let sign = sign.ok_or_else(|| {
            self.wrong("a comparison is expected here", "Numbers compare with =, !=, <, <=, > and >=.")
        })?;
        self.next += 1;
        let number = match self.peek().map(|w| &w.kind) {
            Some(Kind::Number(n)) => Some(*n),
            _ => None,
        };
        let number = number.ok_or_else(|| {
            self.wrong(
                "a number is expected here",
                "Metrics and times are compared with a number without quotes: metrics.loss < 0.5",
            )
        })?;
        self.next += 1;
        // Milliseconds are far below where whole floats have gaps.
        let is_whole = matches!(subject, Subject::Attribute(_)) && number.fract() == 0.0 && number.abs() < 9e15;
        Ok(if is_whole { Test::Whole(sign, number as i64) } else { Test::Number(sign, number) })
    }

    fn textual(&mut self, subject: &Subject) -> Result<Test> {
        const SIGNS: &str = "Texts compare with =, !=, LIKE and ILIKE; run_id and data sets also with IN and NOT IN.";
        if self.take("like") {
            return Ok(Test::Like(Pattern::new(&self.string()?, false)));
        }
        if self.take("ilike") {
            return Ok(Test::Like(Pattern::new(&self.string()?, true)));
        }
        let start = self.next;
        let not = self.take("not");
        if self.take("in") {
            if !matches!(subject, Subject::Attribute(Attribute::RunId) | Subject::Dataset(_)) {
                self.next = start;
                return Err(self.wrong("IN is for run_id and data sets", SIGNS));
            }
            let list = self.list()?;
            return Ok(if not { Test::NotIn(list) } else { Test::In(list) });
        }
        self.next = start;
        match self.peek().map(|w| &w.kind) {
            Some(Kind::Sign("=")) => {
                self.next += 1;
                Ok(Test::Equals(self.string()?))
            }
            Some(Kind::Sign("!=")) => {
                self.next += 1;
                Ok(Test::Differs(self.string()?))
            }
            _ => Err(self.wrong("a comparison of texts is expected here", SIGNS)),
        }
    }

    fn string(&mut self) -> Result<String> {
        match self.peek().map(|w| &w.kind) {
            Some(Kind::Text(text)) => {
                let text = text.clone();
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.wrong(
                "a text in quotes is expected here",
                "Write it as 'text'; parameters and tags are always texts.",
            )),
        }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Word { kind: Kind::Sign(s), .. }) if *s == sign);
        self.next += usize::from(found);
        found
    }

    fn list(&mut self) -> Result<Vec<String>> {
        const LIST: &str = "Write a list as ('a', 'b').";
        if !self.sign("(") {
            return Err(self.wrong("a list is expected here", LIST));
        }
        let mut list = vec![self.string()?];
        while self.sign(",") {
            // One comma may stand at the end, as in Python.
            if self.sign(")") {
                return Ok(list);
            }
            list.push(self.string()?);
        }
        if self.sign(")") { Ok(list) } else { Err(self.wrong("the list has no end", LIST)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Clause {
        let clauses = parse(text).unwrap();
        assert_eq!(clauses.len(), 1, "{text}");
        clauses.into_iter().next().unwrap()
    }

    #[test]
    fn conditions_are_read_as_mlflow_reads_them() {
        let metric = |key: &str, sign, n| Clause { subject: Subject::Metric(key.into()), test: Test::Number(sign, n) };
        assert_eq!(one("metrics.loss < 0.1"), metric("loss", Sign::Less, 0.1));
        assert_eq!(one("metric.loss>=-1e-3"), metric("loss", Sign::AtLeast, -0.001));
        assert_eq!(one("metrics.`val/loss` != 3"), metric("val/loss", Sign::Unequal, 3.0));
        assert_eq!(one("`metrics`.a = 3"), metric("a", Sign::Equal, 3.0));
        assert_eq!(one("metrics.a.b <= 3"), metric("a.b", Sign::AtMost, 3.0));
        let tag = Subject::Tag("my key".into());
        assert_eq!(one("tags.\"my key\" = 'it''s'"), Clause { subject: tag, test: Test::Equals("it's".into()) });
        assert_eq!(one("params.x is not null").test, Test::IsNotNull);
        assert_eq!(one("status = \"RUNNING\"").subject, Subject::Attribute(Attribute::Status));
        assert_eq!(one("attributes.start_time > 1700000000000").test, Test::Whole(Sign::More, 1_700_000_000_000));
        assert_eq!(one("attr.`Run name` LIKE 'a%'").subject, Subject::Attribute(Attribute::RunName));
        assert_eq!(one("run_id NOT IN ('a', \"b\")").test, Test::NotIn(vec!["a".into(), "b".into()]));
        assert_eq!(parse("params.a = '1' AND metrics.b > 2 and dataset.name = 'x'").unwrap().len(), 3);
        assert_eq!(parse("  ").unwrap(), vec![]);
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_is() {
        for (text, place, what) in [
            ("metrics.loss < '1'", "character 16", "a number"),
            ("params.x = 1", "character 12", "in quotes"),
            ("params.x = '1' OR params.y = '2'", "character 16", "no OR"),
            ("params.x = '1' params.y = '2'", "character 16", "AND"),
            ("params.x", "its end", "a comparison"),
            ("params.x = 'a", "character 12", "no end"),
            ("loss < 1", "character 1,", "no \"loss\""),
            ("thing.loss < 1", "character 1,", "names nothing"),
            ("metrics.x LIKE 'a'", "character 11", "a comparison"),
            ("metrics.x IS NULL", "character 14", "NULL"),
            ("params.x IN ('a')", "character 10", "IN is for"),
            ("run_id IN ('a'", "its end", "no end"),
            ("metrics.x ! 3", "character 11", "no such sign"),
            ("metrics.../x > 3", "character 1,", "name"),
            ("params.a = 'b' and", "its end", "a condition"),
            ("größe = 'é' ", "character 1,", "no \"größe\""),
        ] {
            let e = parse(text).unwrap_err();
            assert_eq!(e.code(), crate::error::Code::InvalidArgument);
            assert!(e.message().contains(place) && e.message().contains(what) && !e.hint().is_empty(), "{text}: {e}");
        }
    }

    #[test]
    fn like_knows_any_and_one() {
        let fits = |pattern: &str, text: &str| Pattern::new(pattern, false).fits(text);
        assert!(fits("a%", "abc") && fits("%c", "abc") && fits("a_c", "abc") && fits("%b%", "abc") && fits("%", ""));
        assert!(!fits("a_", "abc") && !fits("A%", "abc") && !fits("", "a") && !fits("b%", "abc"));
        assert!(fits("%a%b%c", "xxaxxbxxbxxc") && !fits("%a%b%c", "xxaxxbxxbxx"));
        assert!(Pattern::new("GRÖ_E", true).fits("größe"));
        // No pattern takes for ever.
        assert!(!fits(&"%a".repeat(50), &"a".repeat(49)));
    }

    #[test]
    fn of_what_is_not_there_nothing_holds() {
        for test in ["params.x != 'a'", "params.x LIKE '%'", "metrics.x != 3", "end_time > 0"] {
            assert!(!one(test).test.holds(None), "{test}");
        }
        assert!(one("params.x IS NULL").test.holds(None));
        assert!(!one("metrics.x = 1").test.holds(Some(&Fact::Number(f64::NAN))));
    }
}
