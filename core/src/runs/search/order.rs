//! Orders: `metrics.loss DESC`.

use super::Fact;
use super::words::{Subject, Word, is, subject, words, wrong};
use crate::error::Result;
use std::cmp::Ordering;

/// What to order by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub subject: Subject,
    pub descending: bool,
}

impl Order {
    /// As MLflow does: what has no value comes last whatever the direction, and before it what is no number.
    pub(super) fn compare(&self, a: Option<&Fact>, b: Option<&Fact>) -> Ordering {
        let rank = |fact: Option<&Fact>| match fact {
            None => 2,
            Some(Fact::Number(n)) if n.is_nan() => 1,
            Some(_) => 0,
        };
        let by_value = || {
            let order = match (a, b) {
                (Some(Fact::Text(a)), Some(Fact::Text(b))) => a.cmp(b),
                // -0.0 and 0.0 are the same here, as they are to MLflow.
                (Some(Fact::Number(a)), Some(Fact::Number(b))) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
                (Some(Fact::Whole(a)), Some(Fact::Whole(b))) => a.cmp(b),
                _ => Ordering::Equal,
            };
            if self.descending { order.reverse() } else { order }
        };
        rank(a).cmp(&rank(b)).then_with(by_value)
    }
}

/// One thing to order by, with a direction or without.
pub(super) fn parse(text: &str) -> Result<Order> {
    const REMEDY: &str = "Write it as metrics.loss ASC or metrics.loss DESC.";
    let words = words(text)?;
    let end = text.chars().count() + 1;
    let at = |i: usize| words.get(i).map_or(end, |w: &Word| w.at);
    let Some(first) = words.first() else {
        return Err(wrong(text, 1, "there is nothing to order by", REMEDY));
    };
    let subject = subject(text, first)?;
    if let Subject::Dataset(_) = subject {
        return Err(wrong(text, first.at, "runs are not ordered by data sets", REMEDY));
    }
    let descending = is(words.get(1), "desc");
    if words.len() > 1 && !descending && !is(words.get(1), "asc") {
        return Err(wrong(text, at(1), "ASC or DESC is expected here", REMEDY));
    }
    if words.len() > 2 {
        return Err(wrong(text, at(2), "there is more than one thing to order by", "Give each of its own."));
    }
    Ok(Order { subject, descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_read() {
        assert!(parse("metrics.`a b` desc").unwrap().descending);
        assert!(!parse("start_time").unwrap().descending);
        for wrong in ["", "metrics.a up", "metrics.a DESC params.b", "datasets.name", "x"] {
            assert!(parse(wrong).unwrap_err().message().contains("not understood at"), "{wrong}");
        }
    }

    #[test]
    fn what_is_missing_comes_last_and_what_is_no_number_before_it() {
        for (text, wanted) in [("metrics.a", [1.0, 3.0]), ("metrics.a DESC", [3.0, 1.0])] {
            let order = parse(text).unwrap();
            let mut facts = [None, Some(Fact::Number(3.0)), Some(Fact::Number(f64::NAN)), Some(Fact::Number(1.0))];
            facts.sort_by(|a, b| order.compare(a.as_ref(), b.as_ref()));
            let numbers: Vec<f64> =
                facts[..2].iter().flatten().map(|f| if let Fact::Number(n) = f { *n } else { 0.0 }).collect();
            assert_eq!(numbers, wanted);
            assert!(matches!(facts[2], Some(Fact::Number(n)) if n.is_nan()) && facts[3].is_none());
        }
    }
}
