//! Where a store is: its URL, and how it is opened.

use super::remote::Backend;
use crate::error::{Code, Error, Result};
use std::path::{Path, PathBuf};
use url::Url;

/// The URL of a store in its one canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Url);

fn invalid(text: &str, why: &str) -> Error {
    Error::new(Code::StoreUrlInvalid, format!("store URL \"{text}\": {why}"))
        .remedy("Use file:///folder, s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or a folder's path.")
        .with("store", text)
}

impl Address {
    /// Reads a URL or the path of a folder (relative to the current one).
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(invalid(text, "it is empty"));
        }
        if text.bytes().any(|b| b.is_ascii_control()) || text.to_ascii_lowercase().contains("%00") {
            return Err(invalid(&text.escape_default().to_string(), "it has a character that no name can have"));
        }
        if !text.contains("://") {
            return Self::folder(Path::new(text), text);
        }
        let url = Url::parse(text).map_err(|e| invalid(text, &e.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("(hidden)", "it holds a credential, which would be committed").remedy(
                "Leave user and password out; credentials come from the environment or from files of your home folder.",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid(text, "a store URL has no ? or # part"));
        }
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) => Self::folder(&path, text),
                Err(()) => Err(invalid(text, "a file URL has three slashes and an absolute path: file:///folder")),
            },
            "s3" | "gs" | "az" if url.host_str().is_none_or(str::is_empty) => {
                Err(invalid(text, "the bucket's name is missing"))
            }
            "s3" | "gs" | "az" => {
                let clean = text.trim_end_matches('/');
                Url::parse(clean).map(Address).map_err(|e| invalid(text, &e.to_string()))
            }
            other => Err(invalid(text, &format!("\"{other}\" is not a kind of store that octostore knows"))),
        }
    }

    fn folder(path: &Path, text: &str) -> Result<Self> {
        let absolute = std::path::absolute(path).map_err(|e| invalid(text, &e.to_string()))?;
        let url = Url::from_file_path(absolute).map_err(|()| invalid(text, "the folder has no absolute path"))?;
        Url::parse(url.as_str().trim_end_matches('/')).map(Address).map_err(|e| invalid(text, &e.to_string()))
    }

    /// The folder of a `file://` store.
    pub(crate) fn local_folder(&self) -> Option<PathBuf> {
        (self.0.scheme() == "file").then(|| self.0.to_file_path().ok()).flatten()
    }

    #[cfg_attr(not(feature = "_cloud"), allow(dead_code))]
    pub(super) fn bucket(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The prefix of all keys inside the bucket or folder.
    pub(super) fn prefix(&self) -> object_store::path::Path {
        if self.0.scheme() == "file" { object_store::path::Path::default() } else { self.0.path().into() }
    }

    /// The objects of the whole bucket or folder, for who reads other data than a store's. Nothing is sent yet.
    #[cfg_attr(not(feature = "tabular"), allow(dead_code))]
    pub(crate) fn objects(&self) -> Result<std::sync::Arc<dyn object_store::ObjectStore>> {
        Ok(self.backend()?.objects)
    }

    /// Connects to the store. Nothing is sent yet.
    pub(super) fn backend(&self) -> Result<Backend> {
        match self.0.scheme() {
            "file" => super::local::open(self),
            #[cfg(feature = "s3")]
            "s3" => super::cloud::s3(self),
            #[cfg(feature = "gcs")]
            "gs" => super::cloud::gcs(self),
            #[cfg(feature = "azure")]
            "az" => super::cloud::azure(self),
            other => Err(Error::new(Code::Unsupported, format!("this library is built without {other}:// stores"))
                .with("store", self.to_string())),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_place_has_one_spelling() {
        assert_eq!(Address::parse("s3://b/p/").unwrap(), Address::parse(" s3://b/p ").unwrap());
        assert_eq!(Address::parse("/tmp/x/").unwrap().to_string(), "file:///tmp/x");
        assert_eq!(Address::parse("file:///tmp/x y").unwrap(), Address::parse("/tmp/x y").unwrap());
    }

    #[test]
    fn a_url_that_cannot_be_a_store_is_refused() {
        for bad in [
            "",
            "s3://",
            "s3:///x",
            "http://x/y",
            "file://host/x",
            "s3://user:secret@b/p",
            "s3://b/p?x=1",
            "a\0b",
            "/x/%00",
        ] {
            let e = Address::parse(bad).unwrap_err();
            assert_eq!(e.code(), Code::StoreUrlInvalid, "{bad}");
            assert!(!e.to_string().contains("secret"));
        }
    }
}
