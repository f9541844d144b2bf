//! The bytes of a file that is compressed as a whole, as a stream: nothing is unpacked to disk or kept.

use super::format::Compression;
use super::{Source, SourceFile, from_arrow};
use crate::error::{Code, Error, Result};
use std::io::{BufReader, Read};

/// What is read at once.
pub(super) const BUFFER: usize = 256 << 10;
/// What a file of xz may ask for; `xz -9` needs 65 MiB.
const XZ_KIB: u32 = 512 << 10;

/// The unpacked bytes from the beginning.
pub(super) fn stream(file: &SourceFile, compression: Compression) -> Result<Box<dyn Read + Send>> {
    let packed = BufReader::with_capacity(BUFFER, file.open()?);
    Ok(match compression {
        Compression::None => Box::new(packed),
        // Files of several members are common: gzip and bzip2 in parallel write them, and so does appending.
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(packed);
            Box::new(decoder.map_err(|e| from_arrow(&file.name, e.into()))?)
        }
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, XZ_KIB)),
    })
}

/// The file itself, for a format that reads here and there.
pub(super) fn seekable(file: &SourceFile, compression: Compression) -> Result<Box<dyn Source>> {
    if compression == Compression::None {
        return file.open();
    }
    Err(Error::new(
        Code::Unsupported,
        format!("{}: this format is read here and there, which a packed file does not allow", file.name),
    )
    .remedy("Unpack it; such files are compressed within.")
    .with("path", file.name.as_str()))
}

/// Up to `most` bytes of the beginning.
pub(super) fn head(file: &SourceFile, compression: Compression, most: usize) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut from = stream(file, compression)?.take(most as u64);
    from.read_to_end(&mut head).map_err(|e| from_arrow(&file.name, e.into()))?;
    Ok(head)
}
