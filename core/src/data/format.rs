//! Which format a file is in, and how it is compressed: its name says so.

use crate::error::{Code, Error, Result};

/// How a table is kept in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text with a header line and this delimiter; of a `.csv` and `.txt`, the text itself may tell another one.
    Delimited(u8),
    /// A JSON object on each line.
    JsonLines,
    /// An array of JSON objects, or such objects one after another.
    Json,
    Parquet,
    /// Arrow's own: the file form, or the stream form, as its first bytes say.
    Arrow,
    Avro,
    /// Records of `tf.Example`.
    TfRecord,
    /// One image is one row.
    Image,
}

/// How a file is packed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

/// For remedies.
pub(super) const ENDINGS: &str = ".csv, .tsv, .txt, .json, .jsonl, .ndjson, .parquet, .arrow, .feather, .ipc, .avro, .tfrecord \
     (text, .avro and .tfrecord also with .gz, .zst, .bz2 or .xz behind it)";

impl Format {
    /// By the ending of the name, of a file that is not compressed as a whole: those that rows are written to.
    pub(crate) fn of(name: &str) -> Result<Format> {
        match Self::named(name)? {
            (format, Compression::None) => Ok(format),
            _ => Err(Error::new(
                Code::Unsupported,
                format!("{name}: rows are read from compressed files but not written to them"),
            )
            .remedy("Leave the last ending away, or write a .parquet file, which is compressed within.")
            .with("path", name)),
        }
    }

    /// By the endings of the name.
    pub(crate) fn named(name: &str) -> Result<(Format, Compression)> {
        let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let (stem, compression) = match file.rsplit_once('.') {
            Some((stem, "gz" | "gzip")) => (stem, Compression::Gzip),
            Some((stem, "zst" | "zstd")) => (stem, Compression::Zstd),
            Some((stem, "bz2")) => (stem, Compression::Bzip2),
            Some((stem, "xz")) => (stem, Compression::Xz),
            _ => (file.as_str(), Compression::None),
        };
        let format = match stem.rsplit_once('.').map(|n| n.1) {
            Some("csv" | "txt") => Format::Delimited(b','),
            Some("tsv" | "tab") => Format::Delimited(b'\t'),
            Some("jsonl" | "ndjson") => Format::JsonLines,
            Some("json") => Format::Json,
            Some("parquet") => Format::Parquet,
            Some("arrow" | "feather" | "ipc" | "arrows") => Format::Arrow,
            Some("avro") => Format::Avro,
            Some("png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" | "tif" | "tiff")
                if compression == Compression::None =>
            {
                Format::Image
            }
            // ExampleGen's shards have no ending of their own: data_tfrecord-00000-of-00002.gz
            _ if stem.contains("tfrecord") => Format::TfRecord,
            _ => return Err(unknown(name)),
        };
        Ok((format, compression))
    }
}

fn unknown(name: &str) -> Error {
    Error::new(Code::Unsupported, format!("{name}: its name does not end as that of a table does"))
        .remedy(format!("The names of tables end in {ENDINGS}."))
        .with("path", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_whatever_its_case() {
        let of = |name| Format::of(name).ok();
        assert_eq!(of("a/b.c/rows.CSV"), Some(Format::Delimited(b',')));
        assert_eq!(of("rows.ndjson"), Some(Format::JsonLines));
        assert_eq!(of("x.csv/rows"), None);
        assert_eq!(of("rows"), None);
        assert_eq!(of("rows.csv.gz"), None, "not to be written");
    }

    #[test]
    fn a_second_ending_is_how_it_is_packed() {
        let named = |name| Format::named(name).ok();
        assert_eq!(named("rows.csv.GZ"), Some((Format::Delimited(b','), Compression::Gzip)));
        assert_eq!(named("rows.jsonl.zst"), Some((Format::JsonLines, Compression::Zstd)));
        assert_eq!(named("data_tfrecord-00000-of-00002.gz"), Some((Format::TfRecord, Compression::Gzip)));
        assert_eq!(named("a.tfrecord"), Some((Format::TfRecord, Compression::None)));
        assert_eq!(named("rows.gz"), None);
        assert_eq!(named("a.tar.gz"), None);
    }
}
