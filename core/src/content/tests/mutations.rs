//! Every reader against damaged and hostile bytes: valid samples changed at random, half of them sealed again so that the
//! checks behind the checksums are reached too. Nothing may panic, and what a reader gives is bounded by what the format
//! allows, never by a number in the bytes. `OCTOSTORE_FUZZ_SECONDS` makes it long.

use super::super::chunker::tests::data::SplitMix64;
use super::super::frame::{self, FrameKind, MAX_RAW};
use super::super::location::decode_locations;
use super::super::manifest::Node;
use super::super::pack::Footer;
use super::super::table::Table;
use super::samples as s;
use crate::Pointer;
use std::time::{Duration, Instant};

const ROUNDS: u64 = 20_000;

fn mutate(random: &mut SplitMix64, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + 1 + random.below(12)).min(bytes.len());
        match random.below(5) {
            0 if at < end => bytes[at] ^= 1 << random.below(8),
            // Lengths, offsets and counts at their ends.
            1 => bytes[at..end].fill([0, 255][random.below(2)]),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            _ => {
                let some = random.bytes(end - at);
                bytes.splice(at..at, some).for_each(drop);
            }
        }
    }
}

fn read_frame(bytes: Vec<u8>) {
    let bytes = bytes.into();
    for kind in [FrameKind::Chunk, FrameKind::Node, FrameKind::Locations] {
        if let Ok(raw) = frame::decode(&s::leaf_id(), kind, &bytes) {
            assert!(raw.len() <= MAX_RAW);
        }
    }
}

fn read_pack(bytes: &[u8]) {
    let Ok(footer) = Footer::parse(s::PACK, bytes.len() as u64, bytes) else { return };
    let index = footer.index_offset as usize..(footer.index_offset + footer.index_len) as usize;
    if let Ok(entries) = footer.parse_index(s::PACK, &bytes[index]) {
        assert!(entries.iter().all(|e| e.offset + u64::from(e.stored_len) <= footer.index_offset));
    }
}

fn read_node(bytes: &[u8]) {
    let Ok(node) = Node::parse(&s::leaf_id(), bytes) else { return };
    assert!(node.children.len() <= 512 && node.children.iter().all(|c| c.len > 0));
    assert_eq!(node.to_bytes(), bytes, "a node has one spelling");
}

fn read_locations(bytes: &[u8]) {
    let Some(found) = decode_locations(&s::leaf(), bytes) else { return };
    assert!(found.len() == s::leaf().children.len() && found.iter().all(|l| l.1.is_possible()));
}

fn read_table(bytes: Vec<u8>) {
    let Ok(table) = Table::parse("t", bytes.into()) else { return };
    assert!(table.iter().all(|(id, at)| table.get(&id) == Some(at) && at.is_possible()));
}

fn read_pointer(bytes: &[u8]) {
    if let Ok(Some(pointer)) = Pointer::parse(bytes) {
        assert_eq!(pointer.to_bytes(), bytes, "a pointer has one spelling");
    }
}

#[test]
fn no_reader_panics_or_believes_what_cannot_be() {
    let seconds = std::env::var("OCTOSTORE_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let end = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let raw = b"a frame that gets shorter, shorter, shorter, shorter, shorter";
    let frames = [s::frame(0, 0, 5, b"bytes"), s::frame(1, 1, raw.len() as u32, &s::zstd(raw, 1))];
    let ((pack, pack_bytes), table) = (s::pack(), s::table());
    let index_at = pack.entries.last().map_or(16, |e| (e.offset + u64::from(e.stored_len)) as usize);
    let pointer = Pointer { oid: s::leaf_id().into(), size: 66 }.to_bytes();
    let mut random = SplitMix64(seconds.unwrap_or(0));
    for round in 0.. {
        if end.map_or(round >= ROUNDS, |end| Instant::now() > end) {
            break;
        }
        let sealed = random.below(2) == 1;
        let mut changed = |sample: &[u8]| {
            let mut bytes = sample.to_vec();
            mutate(&mut random, &mut bytes);
            bytes
        };
        let frame = changed(&frames[round as usize % 2]);
        read_frame(if sealed { s::sealed_frame(frame) } else { frame });
        let pack = changed(&pack_bytes);
        read_pack(&if sealed { s::sealed_pack(pack, index_at) } else { pack });
        let table = changed(&table);
        read_table(if sealed { s::sealed_table(table) } else { table });
        read_node(&changed(&s::leaf().to_bytes()));
        read_locations(&changed(&s::locations()));
        read_pointer(&changed(&pointer));
    }
}

#[test]
fn a_frame_that_unpacks_to_more_than_it_says_is_refused() {
    let bomb = s::zstd(&vec![0; 64 << 20], 1);
    for says in [0, 1, MAX_RAW as u32] {
        assert!(frame::raw(&s::frame(0, 1, says, &bomb).into()).is_err(), "{says}");
    }
}
