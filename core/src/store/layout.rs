//! The names of a store's objects, and the small JSON documents among them. `docs/format.md`, "Remote layout".

use crate::content::ids::{ObjectId, PackId};
use crate::error::{Code, Error, Result};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

pub(crate) const CONFIG: &str = "v1/config";
pub(crate) const EPOCH: &str = "v1/epoch";
pub(crate) const FILES: &str = "v1/files";
pub(crate) const GC: &str = "v1/gc";
pub(crate) const ROOTS: &str = "v1/roots";

/// The version of the layout that this library writes, and the newest that it reads.
pub(crate) const VERSION: u32 = 1;
/// The features that this library knows; a store may require none other. Each later feature adds its name here.
pub(crate) const FEATURES: &[&str] = &[];
/// What `format` in `v1/config` says.
pub(crate) const FORMAT: &str = "octostore store";
/// The chunker that this library cuts files with.
pub(crate) const CHUNKER: &str = "oc1";

pub(crate) fn pack(id: PackId) -> String {
    let id = id.to_string();
    format!("v1/packs/{}/{id}", &id[..2])
}
pub(crate) fn roots(repository: &str) -> String {
    format!("{ROOTS}/{repository}")
}
pub(crate) fn root(repository: &str, name: Ulid) -> String {
    format!("{ROOTS}/{repository}/{name}")
}
pub(crate) fn lease(writer: &str) -> String {
    format!("v1/leases/{writer}")
}
pub(crate) fn files_table(level: u32, name: Ulid) -> String {
    format!("{FILES}/{level}/{name}")
}

/// A name that sorts by time.
pub(crate) fn new_name() -> Result<Ulid> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    name_at(now.as_millis() as u64)
}

/// A new name of that time.
pub(crate) fn name_at(milliseconds: u64) -> Result<Ulid> {
    Ok(Ulid::from_parts(milliseconds, u128::from_le_bytes(crate::content::ids::random_bytes()?)))
}

/// Now, for people: nothing is decided by it.
pub(crate) fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

/// `v1/config`: what the store is, and what a client must know to use it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Config {
    pub format: String,
    pub version: u32,
    /// Tells two stores at the same URL, one after the other, apart.
    pub id: String,
    pub chunker: String,
    pub required_to_read: Vec<String>,
    pub required_to_write: Vec<String>,
    pub capabilities: Capabilities,
    pub created: String,
    pub created_by: String,
}

/// What the probe found that the store can do.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Capabilities {
    /// Of several creates of one object exactly one wins.
    pub create_if_absent: bool,
    /// A replacement of an object that has changed meanwhile is refused.
    pub compare_and_swap: bool,
}

/// `v1/epoch`: counts the garbage collections.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Epoch {
    pub epoch: u64,
}

/// `v1/leases/<writer>`: somebody is pushing, having read this epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lease {
    pub epoch: u64,
    pub repository: String,
    pub writer: String,
}

/// `v1/gc/<epoch>`: packs that nobody may reuse any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Condemned {
    pub epoch: u64,
    pub packs: Vec<String>,
}

/// `v1/roots/<repository>/<ulid>`: what one push published.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Root {
    pub version: u32,
    pub repository: String,
    pub epoch: u64,
    pub time: String,
    /// The id of every file version that the push names, also of those that were there before.
    pub files: Vec<String>,
    /// The packs that the push wrote.
    pub packs: Vec<RootPack>,
    /// The packs that the push found there and relies on.
    pub reused: Vec<String>,
}

/// A pack as a root names it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct RootPack {
    pub id: String,
    pub length: u64,
    pub hash: String,
}

/// A document's bytes: one line of JSON in the order of the fields.
pub(crate) fn to_json(document: &impl Serialize) -> Result<Bytes> {
    let mut bytes = serde_json::to_vec(document).map_err(Error::internal)?;
    bytes.push(b'\n');
    Ok(bytes.into())
}

/// Reads a document; unknown fields are ignored.
pub(crate) fn from_json<T: DeserializeOwned>(store: &impl std::fmt::Display, key: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        Error::new(Code::Corrupt, format!("store {store}: {key} cannot be read: {e}"))
            .remedy("Restore the object from a backup of the bucket, or use another store.")
            .with("key", key)
    })
}

fn too_new(store: &impl std::fmt::Display, key: &str, version: u64) -> Result<()> {
    if version <= u64::from(VERSION) {
        return Ok(());
    }
    let message = format!("store {store}: {key} has layout version {version}, and this version knows {VERSION}");
    Err(Error::new(Code::VersionTooNew, message).remedy("Update octostore.").with("store", store.to_string()))
}

impl Root {
    /// Reads a root. A name in it that is no name is damage: what it stands for must not be taken for unneeded.
    pub(crate) fn read(store: &impl std::fmt::Display, key: &str, bytes: &[u8]) -> Result<Self> {
        let root: Root = from_json(store, key, bytes)?;
        too_new(store, key, u64::from(root.version))?;
        let pack = |id: &String| PackId::from_hex(id).is_some();
        let hash = |id: &String| ObjectId::from_hex(id).is_some();
        let whole = root.files.iter().all(hash)
            && root.reused.iter().all(pack)
            && root.packs.iter().all(|p| pack(&p.id) && hash(&p.hash));
        if whole {
            return Ok(root);
        }
        Err(no_name(store, key))
    }
}

/// The error for a document with a damaged name in it.
pub(crate) fn no_name(store: &impl std::fmt::Display, key: &str) -> Error {
    Error::new(Code::Corrupt, format!("store {store}: {key} has a name that is none"))
        .remedy("Restore the object from a backup of the bucket.")
        .with("key", key)
}

/// What a client is about to do to a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// What every version of `v1/config` begins with; it decides whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

impl Config {
    /// Reads `v1/config`.
    pub(crate) fn read(store: &impl std::fmt::Display, bytes: &[u8]) -> Result<Self> {
        let head: Head = from_json(store, CONFIG, bytes)?;
        if head.format != FORMAT {
            let message = format!("store {store} is not an octostore store: its {CONFIG} says \"{}\"", head.format);
            return Err(Error::new(Code::StoreForeign, message)
                .remedy("Check the URL.")
                .with("store", store.to_string()));
        }
        too_new(store, CONFIG, head.version)?;
        from_json(store, CONFIG, bytes)
    }

    /// Refuses a store that needs a client who knows more than this one.
    pub(crate) fn check(&self, store: &impl std::fmt::Display, access: Access) -> Result<()> {
        if access == Access::Write && self.chunker != CHUNKER {
            let message = format!("store {store} takes chunker \"{}\", which this version does not know", self.chunker);
            return Err(Error::new(Code::VersionTooNew, message).remedy("Update octostore."));
        }
        let writing = if access == Access::Write { self.required_to_write.as_slice() } else { &[] };
        let unknown = self.required_to_read.iter().chain(writing).find(|f| !FEATURES.contains(&f.as_str()));
        let Some(feature) = unknown else {
            return Ok(());
        };
        let doing = if self.required_to_read.contains(feature) { "read" } else { "write to" };
        Err(Error::new(
            Code::StoreFeature,
            format!("to {doing} store {store} takes the feature \"{feature}\", which this version does not know"),
        )
        .remedy(format!("Update octostore to a version that knows \"{feature}\" (this is {}).", crate::VERSION))
        .with("store", store.to_string())
        .with("feature", feature))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = r#"{"format":"octostore store","version":1,"id":"00","chunker":"oc1","required_to_read":[],
        "required_to_write":[],"capabilities":{"create_if_absent":true,"compare_and_swap":true},"created":"","created_by":""}"#;

    fn code(from: &str, to: &str, access: Access) -> Option<Code> {
        let text = GOOD.replace(from, to);
        let config = Config::read(&"s", text.as_bytes());
        config.and_then(|c| c.check(&"s", access)).err().map(|e| e.code())
    }

    #[test]
    fn a_store_that_needs_another_client_is_refused_and_one_with_more_fields_is_not() {
        assert_eq!(code("", "", Access::Write), None);
        assert_eq!(code("\"id\"", "\"color\":{\"new\":[1]},\"id\"", Access::Write), None);
        assert_eq!(code("octostore store", "tar", Access::Read), Some(Code::StoreForeign));
        assert_eq!(code("oc1", "oc2", Access::Read), None);
        assert_eq!(code("oc1", "oc2", Access::Write), Some(Code::VersionTooNew));
        assert_eq!(
            code("\"version\":1,\"id\":\"00\",", "\"version\":99999999999,", Access::Read),
            Some(Code::VersionTooNew)
        );
    }

    #[test]
    fn a_root_with_a_damaged_name_is_refused() {
        let root = |pack: &str, version: u32| {
            let text = format!(
                r#"{{"version":{version},"repository":"","epoch":0,"time":"","files":[],"packs":[],"reused":["{pack}"]}}"#
            );
            Root::read(&"s", "k", text.as_bytes()).map(|_| ()).map_err(|e| e.code())
        };
        assert_eq!(root("000102030405060708090a0b0c0d0e0f", 1), Ok(()));
        assert_eq!(root("../../../../etc/passwd", 1), Err(Code::Corrupt));
        assert_eq!(root("000102030405060708090a0b0c0d0e0f", 2), Err(Code::VersionTooNew));
    }
}
