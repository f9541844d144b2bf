//! Which format a file is in: its name says so.

use crate::error::{Code, Error, Result};

/// How a table is kept in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text with a header line and this delimiter.
    Delimited(u8),
    /// A JSON object on each line.
    JsonLines,
    Parquet,
    /// Arrow's own: the file form, or the stream form, as its first bytes say.
    Arrow,
}

impl Format {
    /// By the ending of the name.
    pub(crate) fn of(name: &str) -> Result<Format> {
        let ending = name.rsplit('/').next().unwrap_or(name).rsplit_once('.').map(|n| n.1.to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv") => Ok(Format::Delimited(b',')),
            Some("tsv") => Ok(Format::Delimited(b'\t')),
            Some("jsonl" | "ndjson") => Ok(Format::JsonLines),
            Some("parquet") => Ok(Format::Parquet),
            Some("arrow" | "feather" | "ipc") => Ok(Format::Arrow),
            _ => Err(Error::new(Code::Unsupported, format!("{name}: its name does not end as that of a table does"))
                .remedy("Tables are read from and written to .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather and .ipc files.")
                .with("path", name)),
        }
    }
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
    }
}
