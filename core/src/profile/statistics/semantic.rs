//! What text means: times by their format, natural language, images. By TFDV's shares, over the values that are kept.

use super::texts::Counted;

/// Fewer values than this say nothing.
const VALUES: u64 = 100;
/// The share of the values that must agree.
const SHARE: f64 = 0.8;
/// Different values that are looked at.
const LOOKED_AT: usize = 1000;
/// Natural language is looked at so far.
const CHARS: usize = 100;

/// Formats of times as `strptime` has them; of those that fit as many values, the first is taken.
const FORMATS: &[&str] = &[
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%H:%M:%S",
    "%H:%M",
];

/// A format of times, and the share of the values that follow it.
pub(crate) fn time_format(values: &[Counted]) -> Option<(&'static str, f64)> {
    let shares = FORMATS.iter().map(|format| (*format, share(values, |text| fields(format, text).is_some())));
    let best = shares.fold(("", 0.0), |best, next| if next.1 > best.1 { next } else { best });
    (best.1 >= SHARE).then_some(best)
}

/// The share of the values that read as natural language, if most do.
pub(crate) fn natural_language(values: &[Counted]) -> Option<f64> {
    let found = share(values, |text| {
        let begin: String = text.chars().take(CHARS).collect();
        let words: Vec<usize> = begin.split_whitespace().map(|w| w.chars().count()).collect();
        let mean = words.iter().sum::<usize>() as f64 / words.len().max(1) as f64;
        words.len() >= 3 && (2.5..=8.0).contains(&mean)
    });
    (found >= SHARE).then_some(found)
}

/// Whether bytes begin as an image does.
pub(crate) fn is_image(bytes: &[u8]) -> bool {
    let begins: [&[u8]; 6] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"];
    let bmp = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    bmp || webp || begins.iter().any(|b| bytes.starts_with(b))
}

/// Whether so many of so many values are enough to say what they are.
pub(crate) fn is_most(of_kind: u64, values: u64) -> bool {
    values >= VALUES && of_kind as f64 >= SHARE * values as f64
}

/// The share of the values for which something is true; 0 of too few values.
fn share(values: &[Counted], is_true: impl Fn(&str) -> bool) -> f64 {
    let (mut of_kind, mut all) = (0, 0);
    for value in values.iter().filter(|v| v.text.is_some()).take(LOOKED_AT) {
        let text = value.text.as_ref().and_then(|t| std::str::from_utf8(t).ok());
        of_kind += if text.is_some_and(&is_true) { value.count } else { 0 };
        all += value.count;
    }
    if all < VALUES { 0.0 } else { of_kind as f64 / all as f64 }
}

/// Days since 1970 of a text that follows a format with a year, a month and a day.
pub(crate) fn day(format: &str, text: &str) -> Option<i64> {
    let [year, month, day] = fields(format, text)?;
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    jiff::civil::date(1970, 1, 1).until(date).ok().map(|span| i64::from(span.get_days()))
}

/// The year, month and day of a text that follows a format; 0 of those that the format does not have.
fn fields(format: &str, text: &str) -> Option<[u32; 3]> {
    let mut rest = text.as_bytes();
    let mut found = [0; 3];
    let mut letters = format.bytes();
    while let Some(letter) = letters.next() {
        if letter != b'%' {
            rest = rest.strip_prefix(&[letter])?;
            continue;
        }
        let field = letters.next()?;
        let (digits, most) = match field {
            b'Y' => (4, 9999),
            b'm' => (2, 12),
            b'd' => (2, 31),
            b'H' => (2, 23),
            b'f' => (6, 999_999),
            _ => (2, 59),
        };
        let there = rest.iter().take(digits).take_while(|b| b.is_ascii_digit()).count();
        let (number, after) = rest.split_at(there);
        rest = after;
        let value = number.iter().fold(0, |all, digit| all * 10 + u32::from(digit - b'0'));
        let least = u32::from(matches!(field, b'Y' | b'm' | b'd'));
        if there == 0 || (field == b'Y' && there != 4) || value > most || value < least {
            return None;
        }
        match field {
            b'Y' => found[0] = value,
            b'm' => found[1] = value,
            b'd' => found[2] = value,
            _ => {}
        }
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(texts: &[&str], count: u64) -> Vec<Counted> {
        texts.iter().map(|t| Counted { hash: 0, count, text: Some(t.as_bytes().into()) }).collect()
    }

    #[test]
    fn times_are_told_by_their_format() {
        let cases = [
            (&["2012-01-01", "2012-2-9"][..], Some("%Y-%m-%d")),
            (&["2015-01-01 01:00:00"], Some("%Y-%m-%d %H:%M:%S")),
            (&["01/31/2020", "02/01/2020"], Some("%m/%d/%Y")),
            (&["31/01/2020"], Some("%d/%m/%Y")),
            (&["12", "2012-01-01x", "2012-13-01"], None),
        ];
        for (texts, wanted) in cases {
            assert_eq!(time_format(&counted(texts, 100)).map(|f| f.0), wanted, "{texts:?}");
        }
        assert_eq!(time_format(&counted(&["2012-01-01"], 99)), None);
        assert_eq!(day("%Y-%m-%d", "1970-02-01"), Some(31));
        assert_eq!(day("%H:%M", "10:10"), None);
    }

    #[test]
    fn language_is_told_by_its_words_and_images_by_their_first_bytes() {
        assert!(natural_language(&counted(&["the quick brown fox", "a word more or less"], 60)).is_some());
        assert!(natural_language(&counted(&["Cash", "Credit Card"], 60)).is_none());
        assert!(is_image(b"GIF89a..") && is_image(b"\xff\xd8\xff\xe0") && !is_image(b"BMW is a car"));
    }
}
