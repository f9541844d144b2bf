//! Bytes to chunks to packs, and back.
//!
//! This room cuts bytes into chunks, names them by hash, compresses them, writes them into packs and describes a file
//! as a tree of chunk ids. It knows neither git nor the network. Start with `ingest` for the way in and `manifest` for
//! the shape of a file.

pub mod ids;
