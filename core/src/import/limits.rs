//! How much an archive may unpack to: the defence against bombs.

use super::damaged;
use crate::error::Result;

/// The declared limits, documented in `docs/import.md`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Unpacked bytes for each byte of the archive...
    pub ratio: u64,
    /// ...once more than this was unpacked: small archives of zeros are no danger.
    pub ratio_from: u64,
    /// Members of one archive.
    pub members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { ratio: 200, ratio_from: 64 << 20, members: 20_000_000 }
    }
}

/// What was unpacked of one archive so far.
pub(crate) struct Meter<'a> {
    limits: Limits,
    url: &'a str,
    unpacked: u64,
    members: u64,
}

impl<'a> Meter<'a> {
    pub(super) fn new(limits: Limits, url: &'a str) -> Self {
        Meter { limits, url, unpacked: 0, members: 0 }
    }

    pub(super) fn member(&mut self) -> Result<()> {
        self.members += 1;
        if self.members <= self.limits.members {
            return Ok(());
        }
        Err(damaged(self.url, &format!("it has more than {} members, more than an import takes", self.limits.members)))
    }

    /// Counts unpacked bytes against the bytes of the archive that were read for them.
    pub(super) fn unpacked(&mut self, bytes: u64, read: u64) -> Result<()> {
        self.unpacked = self.unpacked.saturating_add(bytes);
        let Limits { ratio, ratio_from, .. } = self.limits;
        if self.unpacked <= ratio_from || self.unpacked <= read.saturating_mul(ratio) {
            return Ok(());
        }
        let why = format!(
            "it unpacks to more than {ratio} times its size ({} bytes out of {read}), as archives do that are made to fill a disk",
            self.unpacked
        );
        Err(damaged(self.url, &why)
            .remedy("Nothing was imported. If you trust it, unpack it yourself and import the folder."))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bomb_is_stopped_and_a_small_file_of_zeros_is_not() {
        let limits = Limits { ratio: 10, ratio_from: 1000, members: 2 };
        let mut meter = Meter::new(limits, "x.tar.gz");
        meter.unpacked(1000, 1).unwrap();
        meter.unpacked(1000, 200).unwrap();
        assert!(meter.unpacked(1, 200).unwrap_err().message().contains("10 times"));
        meter.member().unwrap();
        meter.member().unwrap();
        assert!(meter.member().unwrap_err().message().contains("members"));
    }
}
