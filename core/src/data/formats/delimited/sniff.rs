//! What can be told from the beginning of a text: how lines end and what separates fields.

use super::tokens::{Dialect, Step};

/// Records that are looked at for the delimiter.
const LOOKED_AT: usize = 100;
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The dialect of a text; `fixed` is a delimiter that the name says.
pub(super) fn dialect(head: &[u8], whole: bool, fixed: Option<u8>) -> Dialect {
    let newline = if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' };
    let with = |delimiter| Dialect { delimiter, quote: b'"', newline };
    if let Some(delimiter) = fixed {
        return with(delimiter);
    }
    let mut best = (with(b','), 0.0);
    for candidate in CANDIDATES.map(with) {
        let score = agreement(candidate, head, whole);
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

/// The share of records that have as many fields as the first one; 0 if that is one, which any text has.
fn agreement(dialect: Dialect, head: &[u8], whole: bool) -> f64 {
    let (mut at, mut fields, mut counts) = (0, Vec::new(), Vec::new());
    while at < head.len() && counts.len() < LOOKED_AT {
        fields.clear();
        match dialect.record(head, at, whole, &mut fields) {
            Step::Record(next) => {
                counts.push(fields.len());
                at = next;
            }
            Step::Blank(next) => at = next,
            Step::Incomplete | Step::Unclosed(_) => break,
        }
    }
    match counts.first() {
        None | Some(1) => 0.0,
        Some(first) => counts.iter().filter(|c| *c == first).count() as f64 / counts.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_all_lines_agree_on() {
        let of = |text: &str| dialect(text.as_bytes(), true, None).delimiter as char;
        assert_eq!(of("a;b\n1,5;2,5\n3;4\n"), ';');
        assert_eq!(of("a|b|c\n1|2|3\n"), '|');
        assert_eq!(of("a\tb\n1,2\t3\n"), '\t');
        assert_eq!(of("a,b\n\"x;y\",2;3\n"), ',');
        assert_eq!(of("a\n1\n2\n"), ',');
        assert_eq!(of(""), ',');
        assert_eq!(of("name;text\nx;\"a, b, c\"\ny;\"d\"\n"), ';');
        assert_eq!(dialect(b"a,b\r1,2\r", true, None).newline, b'\r');
    }
}
