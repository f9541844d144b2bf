//! The 256-bit ids: BLAKE3 in key-derivation mode, one context for each kind of thing, so that the same bytes as a
//! chunk and as a manifest node never share an id. An id is a function of content alone, never of a store or a packing.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The id written as 64 lowercase hexadecimal digits, or `None` for any other text.
            pub fn from_hex(text: &str) -> Option<Self> {
                parse_hex(text).map($name)
            }
            /// The 32 bytes.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }
    };
}

id! {
    /// The id of a chunk, of a manifest node, or of anything else that lies in a pack.
    ObjectId
}
id! {
    /// The id of a file's content: the id of the root node of its manifest.
    FileId
}

impl FileId {
    /// The id of a file without bytes.
    pub fn of_empty_file() -> Self {
        object_id(Kind::Node, &super::manifest::Node { level: 0, children: Vec::new() }.to_bytes()).into()
    }
}

impl From<FileId> for ObjectId {
    fn from(id: FileId) -> Self {
        ObjectId(id.0)
    }
}
impl From<ObjectId> for FileId {
    fn from(id: ObjectId) -> Self {
        FileId(id.0)
    }
}

/// The name of a pack: 128 random bits, drawn when the pack is begun.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PackId(pub [u8; 16]);

impl PackId {
    /// A new random name.
    pub(crate) fn random() -> crate::Result<Self> {
        random_bytes().map(PackId)
    }
    /// The name written as 32 lowercase hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        parse_hex(text).map(PackId)
    }
}
impl fmt::Display for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}
impl fmt::Debug for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

/// Random bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> crate::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| crate::Error::internal(format!("the system gives no random bytes: {e}")))?;
    Ok(bytes)
}

fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|b| write!(f, "{b:02x}"))
}

/// What an [`ObjectId`] is the id of; selects the key-derivation context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A piece of a file.
    Chunk,
    /// A manifest node.
    Node,
}

/// The id of `bytes` as a thing of this kind.
pub(crate) fn object_id(kind: Kind, bytes: &[u8]) -> ObjectId {
    let context = match kind {
        Kind::Chunk => "octostore 1 chunk",
        Kind::Node => "octostore 1 node",
    };
    ObjectId(blake3::derive_key(context, bytes))
}
