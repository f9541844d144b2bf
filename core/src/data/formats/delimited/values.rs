//! What the text of a field can be: a number, a truth, a day, a moment.

/// A moment as text gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Seconds since 1970, in UTC if it has a zone, else as its clock showed.
    pub seconds: i64,
    pub nanos: u32,
    pub has_zone: bool,
    /// Digits of the fraction of a second.
    pub digits: u8,
}

/// Without the blanks around it.
#[inline]
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    match (text.first(), text.last()) {
        (Some(b' ' | b'\t'), _) | (_, Some(b' ' | b'\t')) => text.trim_ascii(),
        _ => text,
    }
}

/// An integer of 64 bits.
#[inline]
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    // As a negative number, so that the smallest one fits.
    let mut value = 0_i64;
    if digits.len() <= 18 {
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 - i64::from(digit);
        }
    } else {
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value.checked_mul(10)?.checked_sub(i64::from(digit))?;
        }
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// An integer of up to 38 digits.
pub(super) fn long_integer(text: &[u8]) -> Option<i128> {
    let digits = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    let significant = digits.iter().position(|b| *b != b'0').map_or(0, |n| digits.len() - n);
    if digits.is_empty() || significant > 38 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A floating-point number; `inf`, `infinity` and `nan` are numbers too, whatever their case.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

pub(super) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case(b"true") => Some(true),
        _ if text.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

/// A day as ISO 8601 writes it, in days since 1970.
pub(super) fn day(text: &[u8]) -> Option<i32> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
    let year = number(&[*y0, *y1, *y2, *y3])?;
    let (month, day) = (number(&[*m0, *m1])?, number(&[*d0, *d1])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > most {
        return None;
    }
    // Days of the civil calendar, years counted from March: http://howardhinnant.github.io/date_algorithms.html
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    i32::try_from(days).ok()
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

/// `2024-02-29 23:59`, with `T` for the blank, seconds, a fraction of up to nine digits, and `Z` or an offset.
pub(super) fn moment(text: &[u8]) -> Option<Moment> {
    let (date, time) = text.split_at_checked(10)?;
    let days = day(date)?;
    let [b' ' | b'T' | b't', h0, h1, b':', m0, m1, rest @ ..] = time else { return None };
    let (hour, minute) = (number(&[*h0, *h1])?, number(&[*m0, *m1])?);
    let (second, rest) = match rest {
        [b':', s0, s1, rest @ ..] => (number(&[*s0, *s1])?, rest),
        rest => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, digits, rest) = match rest {
        [b'.', rest @ ..] => {
            let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if count == 0 || count > 9 {
                return None;
            }
            (number(&rest[..count])? * 10_u32.pow(9 - count as u32), count as u8, &rest[count..])
        }
        rest => (0, 0, rest),
    };
    let offset = offset(rest)?;
    let seconds = i64::from(days) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    Some(Moment { seconds: seconds - offset.unwrap_or(0), nanos, has_zone: offset.is_some(), digits })
}

/// Seconds east of Greenwich; `Some(None)` where nothing is said.
fn offset(text: &[u8]) -> Option<Option<i64>> {
    let (sign, hours, minutes) = match text {
        [] => return Some(None),
        b"Z" | b"z" => return Some(Some(0)),
        [sign, h0, h1] => (sign, [*h0, *h1], [b'0', b'0']),
        [sign, h0, h1, m0, m1] | [sign, h0, h1, b':', m0, m1] => (sign, [*h0, *h1], [*m0, *m1]),
        _ => return None,
    };
    let seconds = i64::from(number(&hours)? * 3600 + number(&minutes)? * 60);
    match sign {
        b'+' => Some(Some(seconds)),
        b'-' => Some(Some(-seconds)),
        _ => None,
    }
}

impl Moment {
    pub(super) fn micros(self) -> Option<i64> {
        self.seconds.checked_mul(1_000_000)?.checked_add(i64::from(self.nanos / 1000))
    }

    pub(super) fn nanos(self) -> Option<i64> {
        self.seconds.checked_mul(1_000_000_000)?.checked_add(i64::from(self.nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_to_their_ends() {
        for n in [0, 1, -1, i64::MAX, i64::MIN, i64::MAX - 1] {
            assert_eq!(integer(n.to_string().as_bytes()), Some(n));
        }
        assert_eq!(integer(b"+00007"), Some(7));
        assert_eq!(integer(b"0000000000000000000000007"), Some(7));
        for no in ["", "-", "+", "1x", "1.", "9223372036854775808", "-9223372036854775809", " 1", "१", "--1"] {
            assert_eq!(integer(no.as_bytes()), None, "{no}");
        }
        assert_eq!(long_integer(b"99999999999999999999999999999999999999"), Some(10_i128.pow(38) - 1));
        assert_eq!(long_integer(b"100000000000000000000000000000000000000"), None);
    }

    #[test]
    fn days_and_moments_are_those_of_the_calendar() {
        assert_eq!(day(b"1970-01-01"), Some(0));
        assert_eq!(day(b"2024-02-29"), Some(19_782));
        assert_eq!(day(b"1600-03-01"), Some(-135_080));
        for no in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01", "2024-01-32", "2024/01/01"] {
            assert_eq!(day(no.as_bytes()), None, "{no}");
        }
        let at = |text: &str| moment(text.as_bytes());
        let seconds = |text: &str| at(text).map(|m| (m.seconds, m.has_zone));
        assert_eq!(seconds("2024-02-29 00:00"), Some((19_782 * 86_400, false)));
        assert_eq!(seconds("2024-02-29T01:00:30+01:00"), Some((19_782 * 86_400 + 30, true)));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some((0, true)));
        assert_eq!(at("1969-12-31 23:59:59.5").unwrap().micros(), Some(-500_000));
        assert_eq!(at("1970-01-01 00:00:00.123456789").unwrap().nanos(), Some(123_456_789));
        for no in ["2024-02-29", "2024-02-29 24:00", "2024-02-29 1:00", "2024-02-29 10:00 PM", "2024-02-29 10:00:00."] {
            assert_eq!(at(no), None, "{no}");
        }
    }
}
