//! The choice between the codes for the first stage. They find the same marks; only their speed differs.

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;
use super::portable;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kernel {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
}

impl Kernel {
    /// The fastest that this processor runs. The standard library caches what it detects.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = Avx2::detect() {
            return Kernel::Avx2(avx2);
        }
        Kernel::Portable
    }

    /// The first marked position in `from..to`, or `to`.
    pub(super) fn first_mark(self, data: &[u8], from: usize, to: usize) -> usize {
        match self {
            Kernel::Portable => portable::first_mark(data, from, to),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2(avx2) => avx2.first_mark(data, from, to),
        }
    }
}
