//! Floating-point numbers as protobuf's Python library prints them: the shortest text that reads back the same.

/// With an exponent below 1e-4 and from 1e16 on, and otherwise always with a point.
pub(super) fn double(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = shortest(value);
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    // Python rounds ties to even and Rust does not: so the digits are taken from the same text as above.
    let decimals = digits.len().saturating_sub(usize::from(digits.starts_with('-')) + 2);
    let behind = i32::try_from(decimals).unwrap_or(0) - exponent;
    format!("{value:.*}", usize::try_from(behind).unwrap_or(0).max(1))
}

/// The fewest digits that read back the same; of two such texts the one that is rounded to even, as Python does.
fn shortest(value: f64) -> String {
    let short = format!("{value:e}");
    let digits = short.split_once('e').map_or(0, |(digits, _)| digits.bytes().filter(u8::is_ascii_digit).count());
    let even = format!("{value:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(value) { even } else { short }
}

/// A 32-bit number: the double with the fewest digits that is rounded to it.
pub(super) fn float(value: f32) -> String {
    if value.is_finite() {
        double(format!("{value}").parse().unwrap_or_else(|_| f64::from(value)))
    } else {
        double(value.into())
    }
}
