//! An id is a function of the file's bytes: not of what else is stored, nor of how. And repeats do not make a tree deep.

use super::super::chunker::tests::data::{random, repeated};
use super::super::frame::{self, Frame, FrameKind};
use super::super::ids::{FileId, ObjectId};
use super::super::ingest::{ChunkSink, Stored, encode_small, ingest};
use super::super::manifest::Node;
use super::samples::{frame as stored_frame, zstd};
use crate::error::Result;
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// Keeps stored frames by id.
#[derive(Default)]
struct Memory(Mutex<HashMap<ObjectId, (FrameKind, Bytes)>>);

impl ChunkSink for Memory {
    fn has(&self, id: &ObjectId) -> bool {
        self.0.lock().unwrap().contains_key(id)
    }
    fn put(&self, frames: Vec<Frame>) -> Result<Stored> {
        for f in frames {
            let stored = [&f.header[..], &f.body].concat().into();
            self.0.lock().unwrap().insert(f.id, (f.word.kind().unwrap(), stored));
        }
        Ok(Stored::default())
    }
}

impl Memory {
    fn file(&self, id: FileId) -> Vec<u8> {
        self.bytes(id.into())
    }
    fn bytes(&self, id: ObjectId) -> Vec<u8> {
        let (kind, stored) = self.0.lock().unwrap()[&id].clone();
        let raw = frame::decode(&id, kind, &stored).unwrap();
        match kind {
            FrameKind::Node => Node::parse(&id, &raw).unwrap().children.iter().flat_map(|c| self.bytes(c.id)).collect(),
            _ => raw.into(),
        }
    }
    /// Every frame anew at another level, as a repack may do.
    fn repacked(&self, level: i32) -> Memory {
        let again = |(id, (kind, stored)): (&ObjectId, &(FrameKind, Bytes))| {
            let raw = frame::decode(id, *kind, stored).unwrap();
            (*id, (*kind, stored_frame(*kind as u8, 1, raw.len() as u32, &zstd(&raw, level)).into()))
        };
        Memory(Mutex::new(self.0.lock().unwrap().iter().map(again).collect()))
    }
}

fn take_in(data: &[u8], sink: &dyn ChunkSink) -> FileId {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let mut rest = data;
    let mut read = |buffer: &mut [u8]| Ok(std::io::Read::read(&mut rest, buffer).unwrap());
    ingest(&mut read, sink, &pool, &|_| Ok(())).unwrap().id
}

#[test]
fn a_file_has_one_id_alone_among_a_thousand_others_and_repacked_at_another_level() {
    let text: Vec<u8> = (0..200_000u32).flat_map(|n| format!("{n},{}\n", n.wrapping_mul(77)).into_bytes()).collect();
    let alone = Memory::default();
    let id = take_in(&text, &alone);
    let crowded = Memory::default();
    for seed in 0..1000 {
        let other = Bytes::from([&random(seed, 3000)[..], &text[..70_000]].concat());
        let (frames, _) = encode_small(&other, &crowded).unwrap();
        crowded.put(frames).unwrap();
    }
    assert_eq!(take_in(&text, &crowded), id);
    let repacked = alone.repacked(19);
    assert!(repacked.file(id) == text);
    assert_eq!(take_in(&repacked.file(id), &Memory::default()), id);
}

/// Keeps nothing but what it needs to know: ids, and the highest level of a node.
#[derive(Default)]
struct HashOnly(Mutex<(HashSet<ObjectId>, u8)>);

impl ChunkSink for HashOnly {
    fn has(&self, id: &ObjectId) -> bool {
        self.0.lock().unwrap().0.contains(id)
    }
    fn put(&self, frames: Vec<Frame>) -> Result<Stored> {
        let mut state = self.0.lock().unwrap();
        for f in frames {
            if f.word.kind()? == FrameKind::Node {
                let raw = frame::raw(&[&f.header[..], &f.body].concat().into())?;
                state.1 = state.1.max(raw[0]);
            }
            state.0.insert(f.id);
        }
        Ok(Stored::default())
    }
}

fn depth_of_repeats(period: &[u8], len: u64) -> u8 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let block = repeated(period, period.len() * (1_usize << 20).div_ceil(period.len()));
    let mut at = 0;
    let mut read = |buffer: &mut [u8]| {
        let from = (at % block.len() as u64) as usize;
        let n = buffer.len().min(block.len() - from).min((len - at) as usize);
        buffer[..n].copy_from_slice(&block[from..from + n]);
        at += n as u64;
        Ok(n)
    };
    let sink = HashOnly::default();
    assert_eq!(ingest(&mut read, &sink, &pool, &|_| Ok(())).unwrap().size, len);
    let state = sink.0.lock().unwrap();
    assert!(state.0.len() < 2000, "{} objects", state.0.len());
    state.1 + 1
}

fn repeats_are_shallow(len: u64) {
    for period in [&b"\0"[..], b"2024-01-01,open,17.50\n", &random(3, 16 << 10)] {
        let depth = depth_of_repeats(period, len);
        assert!((1..=4).contains(&depth), "{depth} levels of period {}", period.len());
    }
}

#[test]
fn a_quarter_of_a_gibibyte_of_repeats_is_a_shallow_tree() {
    repeats_are_shallow(256 << 20);
}

#[test]
#[ignore = "long: ingests 15 GiB"]
fn five_gibibytes_of_repeats_are_a_shallow_tree() {
    repeats_are_shallow(5 << 30);
}
