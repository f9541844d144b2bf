//! A table: sorted ids and where their frames lie. Immutable; tables are merged like a log-structured tree.
//!
//! The same form serves the store (`files/<level>/<name>`: manifest nodes), the local cache and what is known of a
//! store. Ids are uniform, so a reader interpolates: one range of a large table holds the answer. `docs/format.md`,
//! "Table".

use super::frame::Word;
use super::ids::{ObjectId, PackId};
use super::location::Location;
use crate::error::{Code, Error, Result};
use std::io::{BufWriter, Write};
use std::ops::Range;

pub(crate) const HEADER: [u8; 16] = *b"OCTOTABL\x01\0\0\0\0\0\0\0";
const END: [u8; 8] = *b"OCTOTEND";
pub(crate) const ROW_LEN: usize = 72;
pub(crate) const FOOTER_LEN: usize = 48;
/// A files table has no more rows, so that whoever needs it whole can hold it.
pub(crate) const MAX_FILES_ROWS: usize = 1 << 20;

/// One row of a table.
pub(crate) type Row = (ObjectId, Location);

fn put_row(out: &mut Vec<u8>, (id, l): &Row) {
    out.extend_from_slice(&id.0);
    out.extend_from_slice(&l.pack.0);
    out.extend_from_slice(&l.pack_len.to_le_bytes());
    out.extend_from_slice(&l.offset.to_le_bytes());
    out.extend_from_slice(&l.stored_len.to_le_bytes());
    out.extend_from_slice(&l.word.0.to_le_bytes());
}

fn read_row(r: &[u8]) -> Option<Row> {
    let location = Location {
        pack: PackId(r.get(32..48)?.try_into().ok()?),
        pack_len: u64::from_le_bytes(r.get(48..56)?.try_into().ok()?),
        offset: u64::from_le_bytes(r.get(56..64)?.try_into().ok()?),
        stored_len: u32::from_le_bytes(r.get(64..68)?.try_into().ok()?),
        word: Word(u32::from_le_bytes(r.get(68..72)?.try_into().ok()?)),
    };
    location.is_possible().then_some((ObjectId(r.get(..32)?.try_into().ok()?), location))
}

/// How many rows a table of `len` bytes has; `None` if no table has that length.
pub(crate) fn rows_in(len: u64) -> Option<u64> {
    let rows = len.checked_sub((HEADER.len() + FOOTER_LEN) as u64)?;
    (rows % ROW_LEN as u64 == 0).then_some(rows / ROW_LEN as u64)
}

/// The bytes of a table at which these rows lie.
pub(crate) fn bytes_of(rows: &Range<u64>) -> Range<u64> {
    let at = |row: u64| HEADER.len() as u64 + row * ROW_LEN as u64;
    at(rows.start)..at(rows.end)
}

/// The rows, among `count`, that hold `id` almost surely if the table has it: ids are uniform, so its rank is within
/// a few standard deviations (each at most half the root of `count`) of its value.
pub(crate) fn window(count: u64, id: &ObjectId) -> Range<u64> {
    let mut first = [0; 8];
    first.copy_from_slice(&id.0[..8]);
    let expected = (u128::from(u64::from_be_bytes(first)) * u128::from(count)) >> 64;
    let expected = expected as u64;
    let reach = 4 * count.isqrt() + 32;
    expected.saturating_sub(reach)..count.min(expected + reach)
}

/// Looks `id` up in a run of rows.
pub(crate) enum Found {
    /// Here it is.
    Row(Location),
    /// The run would hold it, and does not.
    Absent,
    /// It is not in the run but may be before it.
    Before,
    /// It is not in the run but may be behind it.
    Behind,
}

/// Looks `id` up in these rows, a contiguous run of a table.
pub(crate) fn find(rows: &[u8], id: &ObjectId) -> Found {
    let count = rows.len() / ROW_LEN;
    let key = |n: usize| &rows[n * ROW_LEN..n * ROW_LEN + 32];
    let (mut low, mut high) = (0, count);
    while low < high {
        let mid = low.midpoint(high);
        match key(mid).cmp(&id.0[..]) {
            std::cmp::Ordering::Less => low = mid + 1,
            std::cmp::Ordering::Greater => high = mid,
            std::cmp::Ordering::Equal => {
                return read_row(&rows[mid * ROW_LEN..]).map_or(Found::Absent, |r| Found::Row(r.1));
            }
        }
    }
    match low {
        0 => Found::Before,
        n if n == count => Found::Behind,
        _ => Found::Absent,
    }
}

/// A whole table in memory. A damaged one is refused when it is read: its rows are hints, but a lookup that misses
/// because of damage would look like missing data.
#[derive(Clone)]
pub(crate) struct Table {
    bytes: bytes::Bytes,
}

impl Table {
    /// Reads a table and checks its hash.
    pub(crate) fn parse(name: &str, bytes: bytes::Bytes) -> Result<Table> {
        let damaged = |how: &str| {
            Error::new(Code::Corrupt, format!("table {name} is damaged: {how}"))
                .remedy("It can be made anew from the packs: run \"octostore fsck\".")
                .with("table", name)
        };
        if bytes.len() >= 12 && bytes[..8] == HEADER[..8] && bytes[..12] != HEADER[..12] {
            return Err(Error::new(Code::VersionTooNew, format!("table {name} is of a newer format"))
                .remedy("Update octostore."));
        }
        let rows = rows_in(bytes.len() as u64).ok_or_else(|| damaged("its length fits no number of rows"))?;
        let footer = &bytes[bytes.len() - FOOTER_LEN..];
        if bytes[..16] != HEADER || footer[40..] != END || footer[..8] != rows.to_le_bytes() {
            return Err(damaged("its header or footer is wrong"));
        }
        if blake3::derive_key("octostore 1 table", &bytes[..bytes.len() - 40]) != footer[8..40] {
            return Err(damaged("it does not fit its hash"));
        }
        let table = Table { bytes };
        if !table.rows().chunks_exact(ROW_LEN).is_sorted_by(|a, b| a[..32] < b[..32]) {
            return Err(damaged("its rows are not in order"));
        }
        if table.iter().count() != table.len() {
            return Err(damaged("a row points to where no frame can be"));
        }
        Ok(table)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows().len() / ROW_LEN
    }

    fn rows(&self) -> &[u8] {
        &self.bytes[HEADER.len()..self.bytes.len() - FOOTER_LEN]
    }

    /// Where `id` lies, if the table knows.
    pub(crate) fn get(&self, id: &ObjectId) -> Option<Location> {
        let window = window(self.len() as u64, id);
        let run = &self.rows()[window.start as usize * ROW_LEN..window.end as usize * ROW_LEN];
        match find(run, id) {
            Found::Row(location) => Some(location),
            Found::Absent => None,
            // The ids were not uniform after all.
            Found::Before | Found::Behind => match find(self.rows(), id) {
                Found::Row(location) => Some(location),
                _ => None,
            },
        }
    }

    /// All rows in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows().chunks_exact(ROW_LEN).filter_map(read_row)
    }
}

/// Writes a table of these rows; of rows with the same id the first one stays.
pub(crate) fn write_table(rows: &mut Vec<Row>, out: impl Write) -> std::io::Result<u64> {
    rows.sort_by_key(|a| a.0);
    rows.dedup_by(|b, a| a.0 == b.0);
    write_sorted(rows.iter().copied(), out)
}

/// Writes a table of rows that are sorted and have no id twice; gives its length.
pub(crate) fn write_sorted(rows: impl Iterator<Item = Row>, out: impl Write) -> std::io::Result<u64> {
    let mut out = BufWriter::with_capacity(1 << 18, out);
    let mut hasher = blake3::Hasher::new_derive_key("octostore 1 table");
    let mut count = 0u64;
    let mut row_bytes = Vec::with_capacity(ROW_LEN);
    hasher.update(&HEADER);
    out.write_all(&HEADER)?;
    for row in rows {
        row_bytes.clear();
        put_row(&mut row_bytes, &row);
        hasher.update(&row_bytes);
        out.write_all(&row_bytes)?;
        count += 1;
    }
    hasher.update(&count.to_le_bytes());
    out.write_all(&count.to_le_bytes())?;
    out.write_all(hasher.finalize().as_bytes())?;
    out.write_all(&END)?;
    out.flush()?;
    Ok(count * ROW_LEN as u64 + (HEADER.len() + FOOTER_LEN) as u64)
}

/// Merges sorted tables; of rows with the same id the one of the earlier table stays.
pub(crate) fn merge(tables: &[Table]) -> impl Iterator<Item = Row> + '_ {
    let mut heads: Vec<_> = tables.iter().map(|t| t.iter().peekable()).collect();
    std::iter::from_fn(move || {
        let next = heads.iter_mut().filter_map(|h| h.peek().map(|r| r.0)).min()?;
        let mut found = None;
        for head in &mut heads {
            if let Some(row) = head.next_if(|r| r.0 == next) {
                found = found.or(Some(row));
            }
        }
        found
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::ids::{Kind, object_id};
    use super::*;

    fn rows(range: Range<u64>) -> Vec<Row> {
        let row = |n: u64| {
            let location = Location {
                pack: PackId([n as u8; 16]),
                pack_len: 1 << 20,
                offset: 16 + n,
                stored_len: 16,
                word: Word(n as u32),
            };
            (object_id(Kind::Chunk, &n.to_le_bytes()), location)
        };
        range.map(row).collect()
    }

    fn table(range: Range<u64>) -> Table {
        let mut out = Vec::new();
        write_table(&mut rows(range), &mut out).unwrap();
        Table::parse("t", out.into()).unwrap()
    }

    #[test]
    fn a_table_finds_what_it_has_and_nothing_else() {
        for n in [0, 1, 2, 100, 20_000] {
            let table = table(0..n);
            assert_eq!(table.len() as u64, n);
            assert!(rows(0..n).iter().all(|r| table.get(&r.0) == Some(r.1)));
            assert!(rows(n..n + 500).iter().all(|r| table.get(&r.0).is_none()));
            assert!(table.get(&ObjectId([0; 32])).is_none() && table.get(&ObjectId([255; 32])).is_none());
        }
    }

    #[test]
    fn merged_tables_hold_the_rows_of_all() {
        let merged: Vec<_> = merge(&[table(0..50), table(25..75), table(0..0)]).collect();
        assert_eq!(merged, table(0..75).iter().collect::<Vec<_>>());
    }

    #[test]
    fn every_flipped_byte_of_a_table_is_found() {
        let mut good = Vec::new();
        write_table(&mut rows(0..3), &mut good).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(Table::parse("t", bad.into()).is_err(), "byte {at}");
        }
        assert!(Table::parse("t", good[..good.len() - 1].to_vec().into()).is_err());
    }
}
