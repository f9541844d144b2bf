//! Bytes to chunks to packs, and back.
//!
//! This room cuts bytes into chunks, names them by hash, compresses them, writes them into packs and describes a file
//! as a tree of chunk ids. It knows neither git nor the network. Start with `ingest` for the way in and `manifest` for
//! the shape of a file; `docs/format.md` specifies every byte.

pub(crate) mod chunker;
pub(crate) mod frame;
pub(crate) mod ids;
pub(crate) mod ingest;
pub(crate) mod location;
pub(crate) mod manifest;
pub(crate) mod pack;
pub(crate) mod table;

#[cfg(test)]
mod tests;
