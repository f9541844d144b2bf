//! Objects that a web server gives: redirects in moderation, ranges guarded by the ETag, clear words for what it refuses.

use super::body::{Received, channel};
use super::bucket::innermost;
use super::object::{Found, Object, Opened, Origin};
use super::source::Source;
use super::stamp::Stamp;
use super::{changed, forbidden, not_found, unreachable};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use bytes::Bytes;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Response, StatusCode, redirect};
use std::ops::Range;
use std::time::Duration;
use url::Url;

const REDIRECTS: usize = 10;
/// The longest range that is held in memory when a server gives more than was asked for.
const SLACK: u64 = 1 << 20;

/// One URL.
#[derive(Clone)]
pub(super) struct Resource {
    client: Client,
    /// As the user gave it.
    url: Url,
    /// The server answers requests for ranges.
    pub ranges: bool,
}

fn client() -> Result<Client> {
    // reqwest has no TLS of its own choosing here; a provider that the program installed before stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("octostore/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .redirect(redirect::Policy::limited(REDIRECTS))
        .referer(false)
        .build()
        .map_err(|e| Error::internal(format!("no web client: {}", innermost(&e))))
}

/// Looks at a URL by asking for its first byte: that tells size and state also where a signed link allows only `GET`.
pub(super) fn find(url: &Url, source: &Source, context: &Context, job: &Job) -> Result<Found> {
    let resource = Resource { client: client()?, url: url.clone(), ranges: false };
    let shown = &source.shown;
    let first = super::body::try_again(job, || {
        let (resource, shown) = (resource.clone(), shown.clone());
        context.wait(async move {
            let response = resource.send(Some("bytes=0-0".into()), None, &shown).await?;
            Ok((response.status(), response.headers().clone()))
        })
    })?;
    let (status, headers) = first;
    let ranges = status == StatusCode::PARTIAL_CONTENT;
    let name = name_of(url, &headers);
    let stamp = stamp(status, &headers);
    Ok(Found::object(shown.clone(), name, stamp, Origin::Http(Resource { ranges, ..resource })))
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// What the answer says about the whole object.
fn stamp(status: StatusCode, headers: &HeaderMap) -> Stamp {
    let size = match status {
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => content_range(headers).and_then(|r| r.1),
        _ => text(headers, header::CONTENT_LENGTH).and_then(|n| n.parse().ok()),
    };
    let last_modified = text(headers, header::LAST_MODIFIED);
    Stamp { etag: text(headers, header::ETAG), version: None, last_modified, size }
}

/// The first byte's place and the whole length, of `bytes 5-9/100` or `bytes */100`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let value = text(headers, header::CONTENT_RANGE)?;
    let (range, whole) = value.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split('-').next().and_then(|s| s.parse().ok()).unwrap_or(0);
    Some((start, whole.parse().ok()))
}

/// A SHA-256 of the whole object that the server declares: RFC 9530, RFC 3230, and what S3 calls it.
fn digest(headers: &HeaderMap) -> Option<String> {
    let lists = ["repr-digest", "digest"].iter().filter_map(|name| text(headers, *name));
    let listed = lists.filter_map(|list| {
        list.split(',').find_map(|item| {
            let (name, value) = item.trim().split_once('=')?;
            name.eq_ignore_ascii_case("sha-256").then(|| value.trim_matches(':').to_owned())
        })
    });
    let s3 = text(headers, "x-amz-checksum-sha256");
    listed.chain(s3).find_map(|value| base64_32(&value))
}

/// 32 bytes in base64, as hexadecimal digits.
fn base64_32(text: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0u32, 0, Vec::new());
    for c in text.trim_end_matches('=').bytes() {
        bits = (bits << 6 | ALPHABET.iter().position(|a| *a == c)? as u32) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    (out.len() == 32).then(|| out.iter().map(|b| format!("{b:02x}")).collect())
}

/// The file name: the URL's last part, or what the server calls it when the URL's is none.
fn name_of(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let last = percent_decoded(last);
    if last.contains(&b'.') {
        return last;
    }
    let disposition = text(headers, header::CONTENT_DISPOSITION).unwrap_or_default();
    let named = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="));
    let named = named.map(|n| n.trim_matches('"')).and_then(|n| n.rsplit(['/', '\\']).next());
    match named.filter(|n| !n.is_empty()) {
        Some(name) => name.as_bytes().to_vec(),
        None if last.is_empty() => b"index".to_vec(),
        None => last,
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
        let decoded = hex.filter(|_| bytes[at] == b'%').and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(decoded.unwrap_or(bytes[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    out
}

impl Resource {
    async fn send(&self, range: Option<String>, if_range: Option<&str>, shown: &str) -> Result<Response> {
        // A server that compresses on the way would give other bytes than the object's.
        let mut request = self.client.get(self.url.clone()).header(header::ACCEPT_ENCODING, "identity");
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        if let Some(etag) = if_range {
            request = request.header(header::IF_RANGE, etag);
        }
        let response = request.send().await.map_err(|e| broken(shown, e))?;
        let status = response.status();
        let fine = status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE;
        if fine { Ok(response) } else { Err(refusal(shown, status)) }
    }

    /// Opens the object from `from` on if the server can do that, or from its beginning.
    pub(super) fn open(&self, from: u64, object: &Object, context: &Context) -> Result<Opened> {
        let (me, object) = (self.clone(), object.clone());
        let etag = object.stamp.strong_etag().map(str::to_owned);
        let partly = from > 0 && self.ranges && etag.is_some();
        let (send, chunks) = channel();
        let url = object.url.clone();
        let mut response = context.wait(async move {
            let range = partly.then(|| format!("bytes={from}-"));
            me.send(range, etag.as_deref().filter(|_| partly), &object.url).await.and_then(|r| {
                unchanged(&object, &r)?;
                Ok(r)
            })
        })?;
        let start = match response.status() {
            StatusCode::PARTIAL_CONTENT => content_range(response.headers()).map_or(0, |r| r.0),
            StatusCode::RANGE_NOT_SATISFIABLE => return Err(changed(&url, "it is shorter now")),
            _ => 0,
        };
        let sha256 = digest(response.headers());
        context.spawn(async move {
            loop {
                let chunk = response.chunk().await.map_err(|e| broken(&url, e)).transpose();
                let Some(chunk) = chunk else { return };
                let failed = chunk.is_err();
                if send.send(chunk).await.is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Opened { start, chunks: Box::new(Received(chunks)), sha256 })
    }

    pub(super) fn range(&self, range: Range<u64>, object: &Object, context: &Context) -> Result<Bytes> {
        let (me, object) = (self.clone(), object.clone());
        context.wait(async move {
            let wanted = range.end - range.start;
            let asked = format!("bytes={}-{}", range.start, range.end - 1);
            let mut response = me.send(Some(asked), object.stamp.strong_etag(), &object.url).await?;
            unchanged(&object, &response)?;
            if response.status() != StatusCode::PARTIAL_CONTENT {
                return Err(changed(&object.url, "the server gives it whole where a part was asked for"));
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|e| broken(&object.url, e))? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() as u64 > wanted + SLACK {
                    break;
                }
            }
            let right = content_range(response.headers()).is_some_and(|r| r.0 == range.start);
            match right && bytes.len() as u64 == wanted {
                true => Ok(bytes.into()),
                false => Err(unreachable(&object.url, "the server gave another range than it was asked for")),
            }
        })
    }
}

fn unchanged(object: &Object, response: &Response) -> Result<()> {
    let now = stamp(response.status(), response.headers());
    object.stamp.difference(&now).map_or(Ok(()), |what| Err(changed(&object.url, &what)))
}

fn refusal(url: &str, status: StatusCode) -> Error {
    let said = format!("the server answers {status}");
    match status.as_u16() {
        404 | 410 => not_found(url, &said),
        401 | 403 | 407 => forbidden(url, &said),
        408 | 425 | 429 | 500..=599 => unreachable(url, &said),
        _ => unreachable(url, &said).retryable_if(false),
    }
}

/// An answer that did not come, or broke off.
fn broken(url: &str, e: reqwest::Error) -> Error {
    // Its own words would have the URL with all that is secret in it.
    let e = e.without_url();
    if e.is_redirect() {
        let why = format!("redirected more than {REDIRECTS} times, which looks like a loop");
        return Error::new(Code::StoreUnreachable, format!("{url}: {why}"))
            .remedy("Open the URL in a browser and name the one that it ends at.")
            .with("url", url)
            .retryable_if(false);
    }
    let what = match &e {
        e if e.is_timeout() => "the server does not answer in time",
        e if e.is_connect() => "no connection",
        _ => "the answer broke off",
    };
    unreachable(url, &format!("{what}: {}", innermost(&e)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(n, v)| (header::HeaderName::from_static(n), v.parse().unwrap())).collect()
    }

    #[test]
    fn a_declared_checksum_is_read_however_it_is_spelled() {
        let base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for list in [
            [("repr-digest", format!("md5=:x:, sha-256=:{base64}:"))],
            [("digest", format!("SHA-256={base64}"))],
            [("x-amz-checksum-sha256", base64.to_owned())],
        ] {
            let [(name, value)] = &list;
            assert_eq!(digest(&headers(&[(name, value)])).as_deref(), Some(empty), "{name}");
        }
        assert_eq!(digest(&headers(&[("digest", "sha-256=short")])), None);
    }

    #[test]
    fn a_name_comes_from_the_url_or_else_from_the_server() {
        let none = HeaderMap::new();
        let said = headers(&[("content-disposition", "attachment; filename=\"../a b.tar.gz\"")]);
        let name = |url: &str, h| String::from_utf8(name_of(&Url::parse(url).unwrap(), h)).unwrap();
        assert_eq!(name("http://h/a/b%20c.csv?x=1", &said), "b c.csv");
        assert_eq!(name("http://h/download?id=5", &said), "a b.tar.gz");
        assert_eq!(name("http://h/download", &none), "download");
        assert_eq!(name("http://h/", &none), "index");
    }
}
