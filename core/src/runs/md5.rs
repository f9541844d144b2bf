//! MLflow names its records of data sets by MD5. Nothing is protected by it.

use md5::{Digest, Md5};

/// The digest of the parts one after the other, as 32 hexadecimal digits.
pub(super) fn hex(parts: &[&str]) -> String {
    let mut digest = Md5::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn parts_count_as_one_text() {
        assert_eq!(hex(&[""]), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&["message", " digest"]), "f96b697d7cb7938d525a2f31aaf161d0");
    }
}
