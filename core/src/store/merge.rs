//! Keeps the number of files tables small: eight of one level become one of the next.
//!
//! Any client may merge, two at once do no harm: a merged table is written before the old ones are removed, and says
//! all that they said. A reader whose listing is older finds a table gone and lists again.

use super::catalog::{name_of, parse_key};
use super::layout;
use super::remote::Listed;
use super::session::Store;
use super::tables::FAN_IN;
use crate::content::table::{merge, write_sorted};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Tables whose merge would be longer stay as they are: a client holds a merge in memory.
const MAX_MERGED: u64 = 64 << 20;

impl Store {
    /// Merges every level that is full.
    pub(super) fn merge_tables(&mut self) -> Result<()> {
        let mut levels: BTreeMap<u32, Vec<Listed>> = BTreeMap::new();
        for listed in self.list_tables()? {
            if let Some((level, _)) = parse_key(&listed.key) {
                levels.entry(level).or_default().push(listed);
            }
        }
        let full = levels
            .into_iter()
            .find(|(_, tables)| tables.len() >= FAN_IN && tables.iter().map(|t| t.len).sum::<u64>() <= MAX_MERGED);
        match full {
            Some((level, tables)) => self.merge_level(level, &tables),
            None => Ok(()),
        }
    }

    fn merge_level(&mut self, level: u32, listed: &[Listed]) -> Result<()> {
        // The listing has the youngest first, whose rows win.
        let tables = listed.iter().map(|l| self.whole_table(l)).collect::<Result<Vec<_>>>()?;
        let mut bytes = Vec::new();
        write_sorted(merge(&tables), &mut bytes).map_err(Error::internal)?;
        // As old as its youngest source: a table that was put meanwhile stays younger.
        let newest = listed.iter().filter_map(|l| parse_key(&l.key).and_then(|k| name_of(k.1))).map(|n| n.0).max();
        let name = newest.map_or_else(layout::new_name, |n| layout::name_at(n.timestamp_ms()))?;
        self.remote.put(&layout::files_table(level + 1, name), bytes)?;
        for old in listed {
            // Without the right to remove, the old tables stay; they are only superfluous.
            if self.remote.delete(&old.key).is_err() {
                break;
            }
        }
        self.tables = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::content::frame::Word;
    use crate::content::ids::{Kind, ObjectId, PackId, object_id};
    use crate::content::location::Location;
    use crate::content::table::write_table;
    use crate::context::Context;
    use crate::store::Address;

    fn put(store: &mut Store, n: u64) -> ObjectId {
        let id = object_id(Kind::Node, &n.to_le_bytes());
        let at = Location { pack: PackId([7; 16]), pack_len: 300, offset: 16 + n, stored_len: 16, word: Word(0) };
        let mut bytes = Vec::new();
        write_table(&mut vec![(id, at)], &mut bytes).unwrap();
        store.remote.put(&layout::files_table(0, layout::new_name().unwrap()), bytes).unwrap();
        store.tables = None;
        store.merge_tables().unwrap();
        id
    }

    #[test]
    fn many_pushes_leave_few_tables_and_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let address = Address::parse(dir.path().join("store").to_str().unwrap()).unwrap();
        let context = Context::default();
        let mut store = Store::open_or_create(address.clone(), dir.path(), &context).unwrap();
        let mut reader = Store::open_or_create(address, &dir.path().join("reader"), &context).unwrap();
        let mut ids = vec![put(&mut store, 0)];
        assert_eq!(reader.find_nodes(&ids).unwrap().len(), 1);
        ids.extend((1..200).map(|n| put(&mut store, n)));
        assert!(store.list_tables().unwrap().len() < 3 * FAN_IN);
        // The reader's listing is from before everything was merged away.
        let found = reader.find_nodes(&ids).unwrap();
        assert!(ids.iter().enumerate().all(|(n, id)| found[id].offset == 16 + n as u64));
    }
}
