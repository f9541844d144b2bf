//! The frozen arithmetic of `oc1`. Two stages: a cheap *mark* on 8 bytes that SIMD finds (1 position in 512), then a hash
//! of 64 bytes for marked positions only.

/// Bytes before a position that the second stage reads.
pub(super) const WINDOW: usize = 64;
/// Bytes before a position that the first stage reads.
pub(super) const MARK_SPAN: usize = 8;

pub(super) const C1: u32 = 0x9E37_79B1;
pub(super) const C2: u32 = 0x85EB_CA77;
/// The smallest of the offsets that mark the fewest of the 65,536 two-byte periods (120), among those that mark no run of
/// a single byte value. `tests/offset.rs` proves it.
pub(super) const K: u32 = 0x087E_AB30;
pub(super) const MARK_LIMIT: u32 = 1 << 23;

/// One position in `4 * AVG` passes this and the mark.
pub(super) const STRICT: u64 = 1 << 55;
/// One position in `AVG / 4` passes this and the mark.
pub(super) const LOOSE: u64 = 1 << 59;

/// The first stage; `early` and `late` are the little-endian words that end 4 and 0 bytes before the position.
#[inline(always)]
pub(super) fn is_mark(early: u32, late: u32) -> bool {
    early.wrapping_mul(C1).wrapping_add(late.wrapping_mul(C2)).wrapping_add(K) < MARK_LIMIT
}

/// The first stage at one position.
#[inline(always)]
pub(super) fn is_marked(data: &[u8], at: usize) -> bool {
    let both = le64(&data[at - MARK_SPAN..at]);
    is_mark(both as u32, (both >> 32) as u32)
}

/// The bytes that decide about a position.
#[inline(always)]
pub(super) fn window(data: &[u8], at: usize) -> &[u8] {
    &data[at - WINDOW..at]
}

/// The second stage: a multiply-fold hash of [`WINDOW`] bytes.
#[inline(always)]
pub(super) fn fold_hash(window: &[u8]) -> u64 {
    const SALT: [u64; 8] = [
        0xA076_1D64_78BD_642F,
        0xE703_7ED1_A0B4_28DB,
        0x8EBC_6AF0_9C88_C6E3,
        0x5899_65CC_7537_4CC3,
        0x1D8E_4E27_C47D_124F,
        0xEB44_ACCA_B455_D165,
        0x9C6E_6877_736C_46E3,
        0xA0B4_28DB_E703_7ED1,
    ];
    let salted = |word: usize| le64(&window[word * 8..word * 8 + 8]) ^ SALT[word];
    let sum = fold(salted(0), salted(1))
        ^ fold(salted(2), salted(3))
        ^ fold(salted(4), salted(5))
        ^ fold(salted(6), salted(7));
    fold(sum, 0x9E37_79B9_7F4A_7C15)
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn le64(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_le_bytes(word)
}
