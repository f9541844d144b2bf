//! Sums of numbers, and of their squares, without any rounding: the same whatever the order.
//!
//! A number is a whole mantissa times a power of two. It is added to a fixed-point number that is wide enough for every
//! finite double (or its square), kept as 32-bit digits in 64-bit words, so that carries wait. After Neal, "Fast exact
//! summation using small and large superaccumulators" (2015).

use super::codec::{Reader, Writer};
use crate::error::Result;

/// The digits wait for their carries this often: each addition adds less than 2^32 to a word.
const ADDS: u32 = 1 << 30;

/// A fixed-point number of `N` digits whose last bit is worth 2^`LOW`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sum<const N: usize, const LOW: i32> {
    digits: [i64; N],
    adds: u32,
}

/// Room for 2^64 doubles.
pub(crate) type Plain = Sum<68, -1074>;
/// Room for 2^64 squares of doubles.
pub(crate) type Squares = Sum<136, -2148>;

impl<const N: usize, const LOW: i32> Default for Sum<N, LOW> {
    fn default() -> Self {
        Sum { digits: [0; N], adds: 0 }
    }
}

impl<const N: usize, const LOW: i32> Sum<N, LOW> {
    /// Adds `mantissa` times 2^(`shift` + `LOW`), with its sign.
    #[inline]
    fn add(&mut self, negative: bool, mantissa: u128, shift: u32) {
        let (at, off) = ((shift >> 5) as usize, shift & 31);
        let low = mantissa << off;
        let high = if off == 0 { 0 } else { (mantissa >> (128 - off)) as i64 };
        let sign = -i64::from(negative);
        let parts = [low as u32, (low >> 32) as u32, (low >> 64) as u32, (low >> 96) as u32];
        if let Some(digits) = self.digits.get_mut(at..at + 5) {
            for (digit, part) in digits.iter_mut().zip(parts) {
                *digit += (i64::from(part) ^ sign) - sign;
            }
            digits[4] += (high ^ sign) - sign;
        }
        self.count();
    }

    /// The same for mantissas of 64 bits.
    #[inline]
    fn add_short(&mut self, negative: bool, mantissa: u64, shift: u32) {
        let (at, off) = ((shift >> 5) as usize, shift & 31);
        let low = u128::from(mantissa) << off;
        let sign = -i64::from(negative);
        if let Some(digits) = self.digits.get_mut(at..at + 3) {
            for (n, digit) in digits.iter_mut().enumerate() {
                *digit += (i64::from((low >> (32 * n)) as u32) ^ sign) - sign;
            }
        }
        self.count();
    }

    #[inline]
    fn count(&mut self) {
        self.adds += 1;
        if self.adds >= ADDS {
            self.carry();
        }
    }

    /// Makes all digits but the first, which has the sign, whole digits from 0 to 2^32 - 1.
    fn carry(&mut self) {
        let mut carry = 0;
        for (n, digit) in self.digits.iter_mut().enumerate() {
            *digit += carry;
            carry = if n + 1 == N { 0 } else { *digit >> 32 };
            if n + 1 < N {
                *digit &= 0xffff_ffff;
            }
        }
        self.adds = 0;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (mine, its) in self.digits.iter_mut().zip(other.digits) {
            *mine += its;
        }
        self.carry();
    }

    /// The sum, rounded to the sum of two doubles.
    pub(crate) fn value(&self) -> Double {
        let mut exact = self.clone();
        exact.carry();
        let negative = exact.digits[N - 1] < 0;
        if negative {
            exact.digits.iter_mut().for_each(|d| *d = -*d);
            exact.carry();
        }
        let mut sum = Double::from(0.0);
        for (n, digit) in exact.digits.iter().enumerate().rev().filter(|(_, d)| **d != 0) {
            sum = sum.plus_exactly(scaled(*digit as f64, 32 * n as i32 + LOW));
        }
        if negative { Double(-sum.0, -sum.1) } else { sum }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        let mut exact = self.clone();
        exact.carry();
        let used = exact.digits.iter().filter(|d| **d != 0).count();
        w.u64(used as u64);
        for (n, digit) in exact.digits.iter().enumerate().filter(|(_, d)| **d != 0) {
            w.u64(n as u64);
            w.u64(*digit as u64);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut sum = Self::default();
        for _ in 0..r.count()? {
            let at = r.u64()? as usize;
            let digit = r.u64()? as i64;
            *sum.digits.get_mut(at).ok_or_else(|| r.broken())? = digit;
        }
        Ok(sum)
    }
}

/// `x` times 2^`exponent`, in steps that do not leave the range of doubles before the end.
fn scaled(mut x: f64, mut exponent: i32) -> f64 {
    while exponent > 1000 {
        (x, exponent) = (x * f64::exp2(1000.0), exponent - 1000);
    }
    while exponent < -1000 {
        (x, exponent) = (x * f64::exp2(-1000.0), exponent + 1000);
    }
    x * f64::exp2(f64::from(exponent))
}

/// The sum of two doubles, the second one less than the last bit of the first: 106 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Double(pub(crate) f64, pub(crate) f64);

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Double(x, 0.0)
    }
}

impl Double {
    fn two_sum(a: f64, b: f64) -> Double {
        let sum = a + b;
        if !sum.is_finite() {
            return Double(sum, 0.0);
        }
        let of_b = sum - a;
        Double(sum, (a - (sum - of_b)) + (b - of_b))
    }
    fn two_product(a: f64, b: f64) -> Double {
        let product = a * b;
        if !product.is_finite() {
            return Double(product, 0.0);
        }
        Double(product, a.mul_add(b, -product))
    }
    fn plus_exactly(self, x: f64) -> Double {
        let sum = Self::two_sum(self.0, x);
        Self::two_sum(sum.0, sum.1 + self.1)
    }
    pub(crate) fn minus(self, other: Double) -> Double {
        let sum = Self::two_sum(self.0, -other.0);
        Self::two_sum(sum.0, sum.1 + (self.1 - other.1))
    }
    pub(crate) fn times(self, other: Double) -> Double {
        let product = Self::two_product(self.0, other.0);
        Self::two_sum(product.0, product.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

/// Count, sum and sum of squares of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    count: u64,
    sum: Plain,
    squares: Squares,
}

impl Moments {
    /// Adds a finite number so many times.
    pub(crate) fn add_times(&mut self, x: f64, times: u64) {
        let (negative, mantissa, shift) = parts(x);
        self.add_parts(negative, mantissa, shift, times);
    }
    /// Adds a whole number so many times.
    pub(crate) fn add_whole(&mut self, negative: bool, magnitude: u64, times: u64) {
        self.add_parts(negative, magnitude, 1074, times);
    }
    /// Adds a finite number once.
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        let (negative, mantissa, shift) = parts(x);
        self.sum.add_short(negative, mantissa, shift);
        self.squares.add(false, u128::from(mantissa) * u128::from(mantissa), 2 * shift);
        self.count += 1;
    }
    /// Adds a whole number once.
    #[inline]
    pub(crate) fn add_one_whole(&mut self, negative: bool, magnitude: u64) {
        self.sum.add_short(negative, magnitude, 1074);
        self.squares.add(false, u128::from(magnitude) * u128::from(magnitude), 2148);
        self.count += 1;
    }

    fn add_parts(&mut self, negative: bool, mantissa: u64, shift: u32, times: u64) {
        self.sum.add(negative, u128::from(mantissa) * u128::from(times), shift);
        // A square has up to 128 bits; times 64 bits more it is added in two pieces.
        let square = u128::from(mantissa) * u128::from(mantissa);
        let half = |x: u128| (x & u128::from(u64::MAX)) * u128::from(times);
        self.squares.add(false, half(square), 2 * shift);
        self.squares.add(false, half(square >> 64), 2 * shift + 64);
        self.count += times;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    /// Mean and population standard deviation; of nothing, zeros.
    pub(crate) fn mean_and_deviation(&self) -> (f64, f64) {
        if self.count == 0 {
            return (0.0, 0.0);
        }
        let n = self.count as f64;
        let (sum, squares) = (self.sum.value(), self.squares.value());
        let mean = sum.0 / n;
        // (n * sum of squares - square of the sum) / n^2, in 106 bits: nothing cancels that matters.
        let spread = squares.times(Double::from(n)).minus(sum.times(sum));
        (mean, if spread.0.is_finite() { spread.0.max(0.0).sqrt() / n } else { (squares.0 / n).sqrt() })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.count);
        self.sum.write(w);
        self.squares.write(w);
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Moments { count: r.u64()?, sum: Sum::read(r)?, squares: Sum::read(r)? })
    }
}

/// A finite double as sign, mantissa and shift: the mantissa times 2^(shift - 1074).
#[inline]
fn parts(x: f64) -> (bool, u64, u32) {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as u32;
    let fraction = bits & ((1 << 52) - 1);
    let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    (bits >> 63 == 1, mantissa, exponent.max(1) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_numbers_does_not_matter() {
        let numbers = [1e308, 1.0, -1e308, 3e-320, 0.1, -7.25e15, f64::MIN_POSITIVE, 1e-9, -0.1, 12345.678];
        let mut forward = Moments::default();
        let mut backward = Moments::default();
        numbers.iter().for_each(|x| forward.add(*x));
        numbers.iter().rev().for_each(|x| backward.add_times(*x, 1));
        forward.sum.carry();
        backward.sum.carry();
        forward.squares.carry();
        backward.squares.carry();
        assert_eq!(forward, backward);
        let few: f64 = forward.sum.value().0;
        assert_eq!(few, 1.0 + 12345.678 - 7.25e15 + 1e-9);
    }

    #[test]
    fn a_small_spread_around_a_large_mean_is_found() {
        let mut m = Moments::default();
        (0..1000).for_each(|n| m.add(1e9 + f64::from(n % 2)));
        let (mean, deviation) = m.mean_and_deviation();
        assert_eq!((mean, deviation), (1e9 + 0.5, 0.5));
        let mut halves = [Moments::default(), Moments::default()];
        halves[0].add_times(1e9, 500);
        halves[1].add_whole(false, 1_000_000_001, 500);
        let [mut a, b] = halves;
        a.merge(&b);
        assert_eq!(a.mean_and_deviation(), (mean, deviation));
    }

    #[test]
    fn extremes_neither_overflow_nor_vanish() {
        let mut m = Moments::default();
        m.add_whole(true, 1 << 63, 3);
        m.add_whole(false, (1 << 63) - 1, 3);
        assert_eq!(m.mean_and_deviation(), (-0.5, 9.223_372_036_854_776e18));
        let mut m = Moments::default();
        [f64::MAX, f64::MIN].iter().for_each(|x| m.add(*x));
        assert_eq!(m.mean_and_deviation().0, 0.0);
    }

    #[test]
    fn a_sum_outlives_being_stored() {
        let mut m = Moments::default();
        [-1.5, 2e100, 3.0].iter().for_each(|x| m.add(*x));
        let mut w = Writer::default();
        m.write(&mut w);
        let bytes = w.into_bytes();
        let again = Moments::read(&mut Reader::new(&bytes)).map(|m| m.mean_and_deviation());
        assert_eq!(again.ok(), Some(m.mean_and_deviation()));
    }
}
