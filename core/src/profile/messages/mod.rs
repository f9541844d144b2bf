//! TensorFlow Metadata's messages: statistics, schemas and anomalies, as bytes and in protobuf's text format.
//!
//! The structs are generated (`xtask/tfmd/generate.py`), with a [`table`] of each for whatever works on any message:
//! the text format ([`text`]) and JSON ([`json`]). What a newer schema says that we do not know lives on in a
//! [`tree`]. This room knows nothing of data. Start with [`text::to_text`] and [`text::parse`].

// Generated for whole formats: octostore does not use each field and message, and sizes and names are the formats'.
#[allow(dead_code, clippy::large_enum_variant, clippy::enum_variant_names)]
mod anomalies;
#[allow(dead_code, clippy::large_enum_variant, clippy::enum_variant_names)]
mod derived_feature;
pub(crate) mod escape;
pub(crate) mod json;
mod number;
mod parser;
#[allow(dead_code, clippy::large_enum_variant, clippy::enum_variant_names)]
mod path;
#[allow(dead_code, clippy::large_enum_variant, clippy::enum_variant_names)]
mod schema;
#[allow(dead_code, clippy::large_enum_variant, clippy::enum_variant_names)]
mod statistics;
mod table;
pub(crate) mod text;
mod tree;
mod wire;

#[allow(unused_imports)] // as above
pub(crate) use anomalies::*;
#[allow(unused_imports)]
pub(crate) use path::*;
pub(crate) use prost::Message;
#[allow(unused_imports)]
pub(crate) use schema::*;
#[allow(unused_imports)]
pub(crate) use statistics::*;
pub(crate) use table::{Described, Named};
pub(crate) use tree::{Node, Value};

use crate::error::{Code, Error, Result};

/// Reads a message from bytes; `what` names where they come from.
pub(crate) fn decode<M: Message + Default>(what: &str, bytes: &[u8]) -> Result<M> {
    M::decode(bytes).map_err(|e| {
        Error::new(Code::InvalidData, format!("{what}: {e}"))
            .remedy("The file is cut off, or not a message of TensorFlow Metadata; make it anew.")
            .with("path", what)
    })
}

#[cfg(test)]
pub(crate) mod tests;
