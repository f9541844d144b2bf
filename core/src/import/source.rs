//! What a user names: a path, or a URL. Credentials in it are used and never shown.

use crate::error::{Code, Error, Result};
use crate::store::Address;
use std::path::PathBuf;
use url::Url;

/// Where a source lies.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A local file or folder.
    File(PathBuf),
    /// An object that a web server gives.
    #[cfg_attr(not(feature = "_cloud"), allow(dead_code))]
    Http(Url),
    /// An object, or every object under a prefix, of a bucket.
    Bucket { root: Address, key: String },
}

/// A source as a user named it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub place: Place,
    /// Its URL for records and messages, without credentials.
    pub shown: String,
    /// It ends with a slash, so it can only be a folder or a prefix.
    pub folder: bool,
    /// The checksum that its user expects: `#sha256=` and 64 hexadecimal digits at its end.
    pub sha256: Option<String>,
}

const CHECKSUM: &str = "#sha256=";

impl Source {
    pub(crate) fn parse(text: &str) -> Result<Source> {
        let text = text.trim();
        let (text, sha256) = match text.rsplit_once(CHECKSUM) {
            Some((before, digits)) => (before, Some(checksum(text, digits)?)),
            None => (text, None),
        };
        if text.is_empty() || text.bytes().any(|b| b.is_ascii_control()) {
            return Err(invalid(&text.escape_default().to_string(), "it is empty or has control characters"));
        }
        let folder = text.ends_with('/');
        let (place, shown) = match text.split_once("://") {
            None => local(PathBuf::from(text))?,
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "file" => {
                    let url = Url::parse(text).map_err(|e| invalid(text, &e.to_string()))?;
                    local(
                        url.to_file_path().map_err(|()| invalid(text, "a file URL has an absolute path: file:///x"))?,
                    )?
                }
                "http" | "https" => {
                    // A URL that cannot be read may hold a password where nobody expects it.
                    let url = Url::parse(text).map_err(|e| invalid(&format!("{scheme}://..."), &e.to_string()))?;
                    let shown = without_credentials(&url);
                    (Place::Http(url), shown)
                }
                "s3" | "gs" | "az" => bucket(scheme, rest)?,
                _ => return Err(invalid(text, "its scheme is not one of file, http, https, s3, gs, az")),
            },
        };
        Ok(Source { place, shown, folder, sha256 })
    }
}

fn local(path: PathBuf) -> Result<(Place, String)> {
    let shown = path.display().to_string();
    let absolute = std::path::absolute(&path).map_err(|e| invalid(&shown, &e.to_string()))?;
    let path = without_detours(absolute);
    let url = file_url(&path);
    Ok((Place::File(path), url))
}

/// The path without links and `..` above its last part, so that one file has one URL. One that is not there stays as it is.
fn without_detours(path: PathBuf) -> PathBuf {
    let real = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => folder.canonicalize().map(|folder| folder.join(name)),
        _ => path.canonicalize(),
    };
    real.unwrap_or(path)
}

/// The `file://` URL of an absolute path.
pub(super) fn file_url(path: &std::path::Path) -> String {
    let url = Url::from_file_path(path).map(String::from);
    url.unwrap_or_else(|()| path.display().to_string()).trim_end_matches('/').to_owned()
}

fn bucket(scheme: &str, rest: &str) -> Result<(Place, String)> {
    let (name, key) = rest.split_once('/').unwrap_or((rest, ""));
    let scheme = scheme.to_ascii_lowercase();
    let root = Address::parse(&format!("{scheme}://{name}"))?;
    let shown = format!("{scheme}://{name}/{key}");
    Ok((Place::Bucket { root, key: key.trim_end_matches('/').to_owned() }, shown))
}

fn checksum(text: &str, digits: &str) -> Result<String> {
    let good = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if good {
        return Ok(digits.to_ascii_lowercase());
    }
    let shown = Source::parse(text.split('#').next().unwrap_or_default()).map(|s| s.shown).unwrap_or_default();
    Err(invalid(&shown, "behind #sha256= there must be 64 hexadecimal digits"))
}

fn invalid(text: &str, why: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("source \"{text}\": {why}"))
        .remedy("Name a file or folder, or a URL that begins with http(s)://, s3://, gs://, az:// or file://.")
        .with("source", text)
}

/// Parts of a parameter's name that signed links and keys have.
const SECRET: [&str; 12] =
    ["sig", "token", "key", "secret", "pass", "auth", "cred", "x-amz-", "x-goog-", "session", "jwt", "policy"];

/// The URL without user, password and fragment; and without its query when that may hold a signature or a key.
pub(super) fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let secret = |name: &str| SECRET.iter().any(|s| name.to_ascii_lowercase().contains(s));
    if url.query_pairs().any(|(name, _)| secret(&name)) {
        url.set_query(None);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn credentials_are_used_and_never_shown() {
        let shown = |text: &str| Source::parse(text).unwrap().shown;
        assert_eq!(shown("https://ada:pw@h/x.csv?page=2#top"), "https://h/x.csv?page=2");
        assert_eq!(shown("https://h/x.csv?X-Amz-Signature=abc&n=1"), "https://h/x.csv");
        assert_eq!(shown("https://h/x?sv=1&sig=abc"), "https://h/x");
        let Place::Http(url) = Source::parse("https://ada:pw@h/x.csv").unwrap().place else { unreachable!() };
        assert_eq!(url.password(), Some("pw"));
    }

    #[test]
    fn a_source_says_what_it_is() {
        let s = Source::parse("s3://bucket/a/b c/").unwrap();
        assert!(s.folder && matches!(s.place, Place::Bucket { ref key, .. } if key == "a/b c"));
        let sum = "ab".repeat(32);
        let s = Source::parse(&format!("https://h/x.tar#sha256={}", sum.to_uppercase())).unwrap();
        assert_eq!((s.shown.as_str(), s.sha256), ("https://h/x.tar", Some(sum)));
        assert_eq!(Source::parse("file:///a%20b/c").unwrap().shown, "file:///a%20b/c");
    }

    #[test]
    fn a_source_that_cannot_be_one_is_refused() {
        for bad in ["", "ftp://h/x", "http://", "s3://", "s3://user:secret@b/k", "file://host/x", "x#sha256=1", "a\0b"]
        {
            let e = Source::parse(bad).unwrap_err();
            assert!(!e.message().contains("secret"), "{e}");
            assert!(!e.hint().is_empty(), "{bad}");
        }
    }
}
