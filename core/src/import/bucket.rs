//! Objects and prefixes of buckets, with the credentials that the vendors' own tools use.

use super::body::{Received, channel};
use super::object::{Found, Object, Opened, Origin};
use super::source::Source;
use super::stamp::Stamp;
use super::{changed, forbidden, not_found, unreachable};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::store::{Address, without_credentials};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use std::ops::Range;
use std::sync::Arc;

/// One object of a bucket.
#[derive(Clone)]
pub(super) struct Resource {
    objects: Arc<dyn ObjectStore>,
    key: Key,
}

fn stamp(meta: &ObjectMeta) -> Stamp {
    let last_modified = (meta.last_modified.timestamp() > 0).then(|| meta.last_modified.to_rfc3339());
    Stamp { etag: meta.e_tag.clone(), version: meta.version.clone(), last_modified, size: Some(meta.size) }
}

/// The object of this key; or, if there is none, every object below it.
pub(super) fn find(root: &Address, key: &str, source: &Source, context: &Context) -> Result<Vec<Found>> {
    let objects = root.objects()?;
    let shown = source.shown.clone();
    let wrong = |e: object_store::path::Error| not_found(&source.shown, &format!("no object has such a name: {e}"));
    let key = Key::parse(key).map_err(wrong)?;
    let (root, folder) = (root.to_string(), source.folder || key.as_ref().is_empty());
    context.wait(async move {
        if !folder {
            match objects.head(&key).await {
                Ok(meta) => {
                    let name = key.filename().unwrap_or_default().as_bytes().to_vec();
                    let origin = Origin::Bucket(Resource { objects: objects.clone(), key });
                    return Ok(vec![Found::object(shown, name, stamp(&meta), origin)]);
                }
                Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(in_words(&shown, &e)),
            }
        }
        let mut listing = objects.list(Some(&key));
        let mut found = Vec::new();
        while let Some(meta) = listing.try_next().await.map_err(|e| in_words(&shown, &e))? {
            // Consoles make empty objects that stand for folders.
            if meta.size == 0 && (meta.location == key || meta.location.as_ref().ends_with('/')) {
                continue;
            }
            let Some(below) = meta.location.prefix_match(&key) else { continue };
            let name = below.map(|p| p.as_ref().to_owned()).collect::<Vec<_>>().join("/").into_bytes();
            let url = format!("{root}/{}", meta.location);
            let origin = Origin::Bucket(Resource { objects: objects.clone(), key: meta.location.clone() });
            found.push(Found::object(url, name, stamp(&meta), origin).listed());
        }
        if found.is_empty() { Err(not_found(&shown, "there is no such object, and none below it")) } else { Ok(found) }
    })
}

impl Resource {
    async fn get(&self, range: Option<GetRange>, object: &Object) -> Result<object_store::GetResult> {
        let options = GetOptions {
            if_match: object.stamp.etag.clone(),
            version: object.stamp.version.clone(),
            range,
            ..GetOptions::default()
        };
        let got = self.objects.get_opts(&self.key, options).await.map_err(|e| match e {
            object_store::Error::Precondition { .. } => changed(&object.url, "its ETag is another one"),
            e => in_words(&object.url, &e),
        })?;
        match object.stamp.difference(&stamp(&got.meta)) {
            Some(what) => Err(changed(&object.url, &what)),
            None => Ok(got),
        }
    }

    pub(super) fn open(&self, from: u64, object: &Object, context: &Context) -> Result<Opened> {
        let (me, object) = (self.clone(), object.clone());
        let (send, chunks) = channel();
        context.spawn(async move {
            let range = (from > 0).then_some(GetRange::Offset(from));
            let read = async {
                let mut stream = me.get(range, &object).await?.into_stream();
                while let Some(chunk) = stream.try_next().await.map_err(|e| in_words(&object.url, &e))? {
                    if send.send(Ok(chunk)).await.is_err() {
                        break;
                    }
                }
                Ok::<_, Error>(())
            };
            if let Err(e) = read.await {
                // Nobody waits for it any more if this fails.
                let _ = send.send(Err(e)).await;
            }
        })?;
        Ok(Opened { start: from, chunks: Box::new(Received(chunks)), sha256: None })
    }

    pub(super) fn range(&self, range: Range<u64>, object: &Object, context: &Context) -> Result<Bytes> {
        let (me, object) = (self.clone(), object.clone());
        context.wait(async move {
            let wanted = range.end - range.start;
            let got = me.get(Some(GetRange::Bounded(range)), &object).await?;
            let bytes = got.bytes().await.map_err(|e| in_words(&object.url, &e))?;
            if bytes.len() as u64 == wanted { Ok(bytes) } else { Err(changed(&object.url, "it ends early")) }
        })
    }
}

/// What a bucket says, about one object or prefix.
fn in_words(url: &str, e: &object_store::Error) -> Error {
    use object_store::Error as E;
    match e {
        E::NotFound { .. } => not_found(url, "there is no such object"),
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => forbidden(url, "the bucket refuses access"),
        e => {
            if without_credentials(&e.to_string()) {
                return forbidden(url, "no credentials were found");
            }
            let why = innermost(e);
            if why.to_lowercase().contains("nosuchbucket") {
                return not_found(url, "the bucket does not exist");
            }
            unreachable(url, &format!("the bucket does not answer: {why}"))
        }
    }
}

/// The deepest cause, which says most, in one line.
pub(super) fn innermost(e: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = e;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}
