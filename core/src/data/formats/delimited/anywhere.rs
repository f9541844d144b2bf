//! Where a record begins, as far as a text that is cut anywhere tells it.
//!
//! Whether a cut lies within quotes cannot be seen at the cut. Both are tried: what follows is read as records from either,
//! and the one whose records are as wide as they should be is believed. The same place gives the same answer whoever asks, so
//! blocks that meet at a place share no record and lose none.

use super::tokens::{Dialect, Step};

/// Records that a guess is held to.
const LOOKED_AT: usize = 50;

/// The beginning of the first record behind the first byte of `text`; none if the text is too short to tell. `last` says
/// that nothing follows the text.
pub(super) fn record_begins(dialect: Dialect, text: &[u8], last: bool, width: usize) -> Option<usize> {
    let doubled = text.get(..2) == Some(&[dialect.quote; 2]);
    // The first byte may be the one of two quotes that are one in the text.
    let within = if doubled { inside(dialect, text, 2, last) } else { None };
    let guesses = [outside(dialect, text, last), inside(dialect, text, 1, last), within].into_iter().flatten();
    let held = guesses.filter_map(|begin| Some((score(dialect, text, begin, last, width)?, begin)));
    // Of guesses that are as good the first, outside of quotes, is the likelier one.
    held.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, begin)| begin)
}

/// If the place is outside of quotes: behind the record that it is in.
fn outside(dialect: Dialect, text: &[u8], last: bool) -> Option<usize> {
    // A quote opens where a field begins, and nowhere else.
    let ends = |b: &u8| *b == dialect.newline || *b == dialect.delimiter;
    let end = text.iter().position(ends)?;
    if text[end] == dialect.newline { Some(end + 1) } else { behind(dialect, text, end + 1, last) }
}

/// If the place is inside of quotes: behind the record that the next closing quote belongs to.
fn inside(dialect: Dialect, text: &[u8], mut at: usize, last: bool) -> Option<usize> {
    while let Some(found) = text.get(at..)?.iter().position(|b| *b == dialect.quote) {
        let quote = at + found;
        match text.get(quote + 1) {
            // Two of them are one in the text.
            Some(next) if *next == dialect.quote => at = quote + 2,
            Some(next) if *next == dialect.newline => return Some(quote + 2),
            Some(b'\r') if text.get(quote + 2) == Some(&dialect.newline) => return Some(quote + 3),
            Some(next) if *next == dialect.delimiter => return behind(dialect, text, quote + 2, last),
            _ => at = quote + 1,
        }
    }
    None
}

/// Behind the record whose next field begins at `at`.
fn behind(dialect: Dialect, text: &[u8], at: usize, last: bool) -> Option<usize> {
    match dialect.record(text, at, last, &mut Vec::new()) {
        Step::Record(next) | Step::Blank(next) => Some(next),
        Step::Incomplete | Step::Unclosed(_) => None,
    }
}

/// How many records from here on are as they should be, less three times those that are not: of another width, or with a quote
/// that quotes nothing. None without a single record.
fn score(dialect: Dialect, text: &[u8], begin: usize, last: bool, width: usize) -> Option<i64> {
    let (mut fields, mut at) = (Vec::new(), begin);
    let (mut score, mut seen) = (0, 0);
    while at < text.len() && seen < LOOKED_AT {
        fields.clear();
        match dialect.record(text, at, last, &mut fields) {
            Step::Record(next) => {
                let stray = fields.iter().any(|f| !f.is_quoted() && f.raw(text).contains(&dialect.quote));
                score += if fields.len() == width && !stray { 1 } else { -3 };
                (at, seen) = (next, seen + 1);
            }
            Step::Blank(next) => at = next,
            Step::Incomplete | Step::Unclosed(_) => break,
        }
    }
    // The end of the file is as good a beginning as any.
    (seen > 0 || (last && begin == text.len())).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Dialect = Dialect { delimiter: b',', quote: b'"', newline: b'\n' };

    /// Where records begin.
    fn begins(text: &[u8]) -> Vec<usize> {
        let (mut found, mut at) = (vec![0], 0);
        while at < text.len() {
            match CSV.record(text, at, true, &mut Vec::new()) {
                Step::Record(next) | Step::Blank(next) => at = next,
                Step::Incomplete | Step::Unclosed(_) => break,
            }
            found.push(at);
        }
        found
    }

    #[test]
    fn every_cut_finds_the_record_that_a_reader_of_the_whole_would_find() {
        let row = |n: usize| match n % 4 {
            0 => format!("{n},\"two\nlines, {n}\",x\n"),
            1 => format!("{n},\"she said \"\"no\"\"\n\",\"y\"\n"),
            2 => format!("{n},plain,\"z\"\r\n"),
            _ => format!("{n},,\n"),
        };
        let text: String = (0..40).map(row).collect();
        let text = text.as_bytes();
        let begins = begins(text);
        // Near the end there is too little to tell by.
        for cut in 0..text.len() - 100 {
            let expected = begins.iter().find(|b| **b > cut).copied();
            assert_eq!(record_begins(CSV, &text[cut..], true, 3).map(|n| n + cut), expected, "cut at {cut}");
        }
    }
}
