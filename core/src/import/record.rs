//! Where every byte came from: `<to>.octo/import.json`, committed with the data.

use super::stamp::Stamp;
use crate::content::ids::FileId;
use crate::error::{Code, Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const VERSION: u32 = 1;

/// An import, as it is recorded: the same import gives the same text, but for the times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    version: u32,
    /// What the user named, without credentials.
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// By URL.
    pub objects: Vec<ObjectRecord>,
}

/// One object of a source and the files that came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub url: String,
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The checksum that was given with it and found right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The archive's format, if the files are its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// When it was read.
    pub time: String,
    /// By path.
    pub files: Vec<FileRecord>,
    /// What was left out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A file that was not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Skipped {
    /// As its source spells it.
    pub name: Name,
    pub reason: String,
    /// Its bytes in quarantine, below `<to>.octo/data/quarantine/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<FileRecord>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileRecord {
    /// Below the folder that the import went to; the file itself if it went to a file.
    pub path: Name,
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub id: FileId,
    pub size: u64,
}

/// A name of any bytes. As JSON a string, or `{"hex": ...}` if it is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Spelled {
    Text(String),
    Bytes { hex: String },
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Spelled::Bytes { hex: self.0.iter().map(|b| format!("{b:02x}")).collect() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Spelled::deserialize(deserializer)? {
            Spelled::Text(text) => Ok(Name(text.into_bytes())),
            Spelled::Bytes { hex } => {
                let wrong = || serde::de::Error::custom("hex is not hexadecimal digits");
                let pair =
                    |at: usize| hex.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).ok_or_else(wrong);
                (0..hex.len()).step_by(2).map(pair).collect::<std::result::Result<_, _>>().map(Name)
            }
        }
    }
}

const ALGORITHM: &str = "blake3:";

fn write_id<S: Serializer>(id: &FileId, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{ALGORITHM}{id}"))
}

fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<FileId, D::Error> {
    let text = String::deserialize(deserializer)?;
    let id = text.strip_prefix(ALGORITHM).and_then(FileId::from_hex);
    id.ok_or_else(|| serde::de::Error::custom("an id is blake3: and 64 hexadecimal digits"))
}

impl Record {
    pub(crate) fn new(sources: Vec<String>, only: &[String], license: Option<String>) -> Record {
        Record { version: VERSION, sources, only: only.to_vec(), license, objects: Vec::new() }
    }

    /// Reads a record; `place` names it in errors.
    pub(crate) fn parse(bytes: &[u8], place: &str) -> Result<Record> {
        let wrong = |why: String| {
            Error::new(Code::InvalidData, format!("{place}: the record of an import cannot be read: {why}"))
                .remedy("Restore it with \"git checkout\", or remove it to import anew.")
                .with("path", place)
        };
        let record: Record = serde_json::from_slice(bytes).map_err(|e| wrong(e.to_string()))?;
        if record.version != VERSION {
            return Err(Error::new(
                Code::VersionTooNew,
                format!("{place}: the record is of version {}, and this octostore reads {VERSION}", record.version),
            )
            .remedy("Use a newer octostore."));
        }
        Ok(record)
    }

    /// The text that is committed: sorted, one object or file a few lines.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut sorted = self.clone();
        sorted.objects.sort_by(|a, b| a.url.cmp(&b.url));
        for object in &mut sorted.objects {
            object.files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        let mut text = serde_json::to_vec_pretty(&sorted).map_err(Error::internal)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Every file, wherever it came from.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileRecord> {
        self.objects.iter().flat_map(|o| &o.files)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let file = |name: &[u8]| FileRecord { path: Name(name.into()), id: FileId([7; 32]), size: 3 };
        let object = |url: &str| ObjectRecord {
            url: url.into(),
            stamp: Stamp { etag: Some("\"e\"".into()), size: Some(9), ..Stamp::default() },
            sha256: None,
            archive: Some("zip".into()),
            time: "2026-01-01T00:00:00Z".into(),
            files: vec![file(b"b\xff"), file(b"a")],
            skipped: vec![Skipped { name: Name(b"../x".into()), reason: "leads out".into(), kept: None }],
        };
        let mut record = Record::new(vec!["https://h/".into()], &[], Some("CC0-1.0".into()));
        record.objects = vec![object("https://h/2"), object("https://h/1")];
        let text = record.to_bytes().unwrap();
        let read = Record::parse(&text, "x").unwrap();
        assert_eq!(read.to_bytes().unwrap(), text);
        assert_eq!(read.objects[0].url, "https://h/1");
        assert_eq!(read.objects[0].files[1].path.0, b"b\xff");
        for bad in ["", "{}", "{\"version\":2,\"sources\":[],\"objects\":[]}"] {
            assert!(!Record::parse(bad.as_bytes(), "x.json").unwrap_err().hint().is_empty());
        }
    }
}
