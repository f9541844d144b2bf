//! Logarithm and exponential by additions, multiplications and divisions only: every machine gets the same bits, which
//! the ones of the system's library do not promise.

use std::f64::consts::{LN_2, SQRT_2};

/// The natural logarithm of a positive, normal number.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i32 - 1023;
    let mut mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if mantissa > SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), and its argument is below 0.172.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for n in (0..12).rev() {
        sum = sum * square + 1.0 / f64::from(2 * n + 1);
    }
    f64::from(exponent) * LN_2 + 2.0 * s * sum
}

/// e to the power of a number that is not positive.
pub(super) fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    let twos = (x / LN_2).floor();
    let rest = x - twos * LN_2;
    let mut sum = 1.0;
    for n in (1..=20).rev() {
        sum = 1.0 + sum * rest / f64::from(n);
    }
    sum * f64::from_bits(((twos as i64 + 1023) as u64) << 52)
}

/// The logarithm of 1 - w, also for a w that 1 - w would swallow.
pub(super) fn ln_less(w: f64) -> f64 {
    if w > 1e-3 {
        return ln(1.0 - w);
    }
    let mut sum = 0.0;
    for n in (1..=8).rev() {
        sum = sum * w + 1.0 / f64::from(n);
    }
    -w * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_library() {
        let mut x = 1e-12;
        while x < 1.0 {
            assert!((ln(x) - x.ln()).abs() <= 1e-14 * x.ln().abs().max(1e-2), "ln {x}");
            let y = -x * 600.0;
            assert!((exp(y) - y.exp()).abs() <= 1e-13 * y.exp(), "exp {y}");
            assert!((ln_less(x) - (-x).ln_1p()).abs() <= 1e-13 * (-x).ln_1p().abs(), "ln(1-{x})");
            x *= 1.37;
        }
    }
}
