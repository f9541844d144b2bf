//! Seeded inputs.

pub(in crate::content) struct SplitMix64(pub(in crate::content) u64);

impl SplitMix64 {
    pub(in crate::content) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(in crate::content) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(in crate::content) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).collect();
        bytes.truncate(length);
        bytes
    }
}

pub(in crate::content) fn random(seed: u64, length: usize) -> Vec<u8> {
    SplitMix64(seed).bytes(length)
}

pub(in crate::content) fn repeated(period: &[u8], length: usize) -> Vec<u8> {
    period.iter().copied().cycle().take(length).collect()
}

pub(super) fn csv(seed: u64, length: usize) -> Vec<u8> {
    let mut random = SplitMix64(seed);
    let mut text = String::new();
    for row in 0.. {
        if text.len() >= length {
            break;
        }
        let (price, customer) = (random.below(1_000_000) as f64 / 100.0, random.below(50_000));
        let state = ["open", "paid", "late"][random.below(3)];
        text += &format!("{row},{price:.2},customer-{customer},2024-{:02}-{:02},{state}\n", row % 12 + 1, row % 28 + 1);
    }
    text.truncate(length);
    text.into_bytes()
}

/// One of each shape that data has: noise, text, zeros, periods of many lengths, and numbers in binary columns.
pub(super) fn any_shape(random: &mut SplitMix64, length: usize) -> Vec<u8> {
    match random.below(6) {
        0 => random.bytes(length),
        1 => csv(random.next(), length),
        2 => vec![0; length],
        3 => {
            let period = 1 + random.below(40);
            repeated(&random.bytes(period), length)
        }
        4 => {
            let period = 1 + random.below(5000);
            repeated(&random.bytes(period), length)
        }
        _ => (0..length as u32).map(|i| if i % 4 == 0 { (i / 4) as u8 } else { 0 }).collect(),
    }
}

/// Overwrites, removes, inserts or repeats a few ranges.
pub(super) fn mutate(random: &mut SplitMix64, data: &mut Vec<u8>) {
    for _ in 0..random.below(6) {
        let at = random.below(data.len() + 1);
        let end = (at + random.below(300)).min(data.len());
        match random.below(4) {
            0 => random.bytes(end - at).into_iter().zip(&mut data[at..end]).for_each(|(new, old)| *old = new),
            1 => drop(data.drain(at..end)),
            2 => data.splice(at..at, random.bytes(end - at)).for_each(drop),
            _ => {
                let range = data[at..end].repeat(3);
                data.splice(at..at, range).for_each(drop);
            }
        }
    }
}
