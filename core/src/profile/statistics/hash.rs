//! 64-bit hashes of cells and rows. They are kept in stored states, so they never change: the same on every machine.

/// Odd numbers with as many ones as zeros, as the multiply-and-fold hashes use them.
const P: [u64; 4] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3];

/// What a cell without a value counts as in the hash of its row.
pub(crate) const NULL: u64 = 0x1d8e_4e27_c47d_124f;

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// The hash of a number's bits.
#[inline]
pub(crate) fn number(x: u64) -> u64 {
    fold(fold(x ^ P[0], P[1] ^ 8) ^ P[2], P[3])
}

/// A hash that depends on two, in their order.
#[inline]
pub(crate) fn pair(a: u64, b: u64) -> u64 {
    fold(a.rotate_left(23) ^ P[0], b ^ P[1])
}

#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[inline]
fn four(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, |b| u64::from(u32::from_le_bytes(b)))
}

/// The hash of bytes.
#[inline]
pub(crate) fn bytes(b: &[u8]) -> u64 {
    let len = b.len();
    let (low, high, state) = match len {
        0 => (0, 0, P[0]),
        1..=3 => ((u64::from(b[0]) << 16) | (u64::from(b[len >> 1]) << 8) | u64::from(b[len - 1]), 0, P[0]),
        4..=8 => (four(b, 0), four(b, len - 4), P[0]),
        9..=16 => (eight(b, 0), eight(b, len - 8), P[0]),
        _ => {
            let mut state = P[0];
            let mut at = 0;
            while len - at > 16 {
                state = fold(eight(b, at) ^ P[1], eight(b, at + 8) ^ state);
                at += 16;
            }
            (eight(b, len - 16), eight(b, len - 8), state)
        }
    };
    fold(fold(low ^ P[1], high ^ state) ^ P[2], P[3] ^ len as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_spread_and_stay_what_they_are() {
        let text: Vec<u8> = (0..=255).collect();
        let mut all: Vec<u64> = (0..=256).map(|n| bytes(&text[..n])).chain((0..1000).map(number)).collect();
        let ones: u32 = all.iter().map(|h| h.count_ones()).sum();
        assert!((f64::from(ones) / all.len() as f64 - 32.0).abs() < 0.5);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 1257);
        assert_ne!(pair(1, 2), pair(2, 1));
    }
}
