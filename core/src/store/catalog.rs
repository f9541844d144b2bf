//! Finds manifest nodes in a store from nothing but their ids: one listing of the files tables, one range of each.

use super::files::{read_if_there, write_atomically};
use super::layout::{self, FILES};
use super::remote::Listed;
use super::session::Store;
use crate::content::ids::ObjectId;
use crate::content::location::Location;
use crate::content::table::{
    FOOTER_LEN, Found, HEADER, MAX_FILES_ROWS, ROW_LEN, Row, Table, bytes_of, find, rows_in, window, write_table,
};
use crate::error::{Code, Error, Result};
use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use ulid::Ulid;

/// A table up to this length is fetched whole; so is a longer one when many ids are looked for.
const WHOLE: u64 = 1 << 20;
const MANY: usize = 16;
/// No table is longer, and none that is gets read: memory is not the store's to spend.
const LONGEST: u64 = (HEADER.len() + FOOTER_LEN + MAX_FILES_ROWS * ROW_LEN) as u64;

/// Level and name of a files table, from its key. Other keys are not ours, and never become a file's name here.
pub(super) fn parse_key(key: &str) -> Option<(u32, &str)> {
    let (level, name) = key.strip_prefix(FILES)?.strip_prefix('/')?.split_once('/')?;
    let canonical = level.parse().ok().filter(|n: &u32| n.to_string() == level);
    Some((canonical?, name_of(name)?.1))
}

/// The time of a table's name, and the name.
pub(super) fn name_of(name: &str) -> Option<(Ulid, &str)> {
    Ulid::from_string(name).ok().filter(|ulid| ulid.to_string() == name).map(|ulid| (ulid, name))
}

impl Store {
    /// Publishes where these nodes lie, in as many tables as it takes. The rows must not be sorted: each table's ids are
    /// to be uniform.
    pub(super) fn put_tables(&mut self, rows: &[Row]) -> Result<u64> {
        let mut written = 0;
        for some in rows.chunks(MAX_FILES_ROWS) {
            let mut bytes = Vec::new();
            written += write_table(&mut some.to_vec(), &mut bytes).map_err(Error::internal)?;
            self.remote.put(&layout::files_table(0, layout::new_name()?), bytes)?;
        }
        self.tables = None;
        Ok(written)
    }

    /// Where these nodes lie in the store; those that it does not have are left out.
    pub(crate) fn find_nodes(&mut self, ids: &[ObjectId]) -> Result<HashMap<ObjectId, Location>> {
        let mut found = HashMap::new();
        let listed_before = self.tables.is_some();
        self.look_in_tables(ids, &mut found)?;
        if found.len() < ids.len() && listed_before {
            // Somebody may have pushed since the tables were listed.
            self.tables = None;
            self.look_in_tables(ids, &mut found)?;
        }
        found.retain(|_, at| !self.known.gone().contains(&at.pack));
        Ok(found)
    }

    fn look_in_tables(&mut self, ids: &[ObjectId], found: &mut HashMap<ObjectId, Location>) -> Result<()> {
        let mut relisted = false;
        let mut next = 0;
        let mut tables = self.list_tables()?;
        while next < tables.len() {
            let left: Vec<_> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
            if left.is_empty() {
                break;
            }
            match self.look_in(&tables[next], &left) {
                Ok(rows) => found.extend(rows),
                // Merged away since it was listed: its rows are in a table that a new listing shows.
                Err(e) if e.code() == Code::MissingData && !relisted => {
                    (relisted, next, self.tables) = (true, 0, None);
                    tables = self.list_tables()?;
                    continue;
                }
                Err(e) => return Err(e),
            }
            next += 1;
        }
        Ok(())
    }

    /// Lists the tables anew: another process may have pushed since they were listed.
    pub(super) fn relist_tables(&mut self) -> Result<Vec<Listed>> {
        self.tables = None;
        self.list_tables()
    }

    /// The files tables, the youngest first.
    pub(super) fn list_tables(&mut self) -> Result<Vec<Listed>> {
        if self.tables.is_none() {
            let mut listed = self.remote.list(FILES, usize::MAX)?;
            listed.retain(|l| parse_key(&l.key).is_some());
            listed.sort_by(|a, b| parse_key(&b.key).map(|k| k.1).cmp(&parse_key(&a.key).map(|k| k.1)));
            self.tables = Some(listed);
        }
        Ok(self.tables.clone().unwrap_or_default())
    }

    fn look_in(&self, listed: &Listed, ids: &[ObjectId]) -> Result<Vec<(ObjectId, Location)>> {
        if listed.len <= WHOLE || ids.len() > MANY || self.cached_table(listed).exists() {
            let table = self.whole_table(listed)?;
            return Ok(ids.iter().filter_map(|id| Some((*id, table.get(id)?))).collect());
        }
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.look_for_one(listed, id)?.map(|l| (*id, l)));
        }
        Ok(rows)
    }

    fn look_for_one(&self, listed: &Listed, id: &ObjectId) -> Result<Option<Location>> {
        let Some(count) = rows_in(listed.len) else {
            return Ok(None);
        };
        let run = self.remote.read_range(&listed.key, bytes_of(&window(count, id)))?;
        match find(&run, id) {
            Found::Row(location) => Ok(Some(location)),
            Found::Absent => Ok(None),
            Found::Before | Found::Behind => Ok(self.whole_table(listed)?.get(id)),
        }
    }

    fn cached_table(&self, listed: &Listed) -> PathBuf {
        let name = parse_key(&listed.key).map_or("", |k| k.1);
        self.known.dir().join("files").join(name)
    }

    /// A whole table's bytes.
    pub(super) fn table_bytes(&self, listed: &Listed) -> Result<bytes::Bytes> {
        if listed.len > LONGEST {
            let message =
                format!("store {}: table {} has more rows than any may have", self.remote.address(), listed.key);
            return Err(Error::new(Code::Corrupt, message)
                .remedy("Run \"octostore fsck --store\".")
                .with("key", listed.key.as_str()));
        }
        self.remote.read_range(&listed.key, 0..listed.len)
    }

    /// Downloads a table, or reads the copy that was kept: tables never change.
    pub(super) fn whole_table(&self, listed: &Listed) -> Result<Table> {
        let path = self.cached_table(listed);
        if let Some(kept) = read_if_there(&path)?
            && let Ok(table) = Table::parse(&listed.key, kept.into())
        {
            return Ok(table);
        }
        let bytes = self.table_bytes(listed)?;
        let table = Table::parse(&listed.key, bytes.clone())?;
        write_atomically(&path, |f| f.write_all(&bytes))?;
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_level_and_a_ulid_make_a_files_table() {
        let ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        assert_eq!(parse_key(&format!("v1/files/10/{ulid}")), Some((10, ulid)));
        for odd in ["v1/files/0/x", "v1/files/0/../../config", "v1/files/0", "v1/packs/ab/cd"] {
            assert_eq!(parse_key(odd), None, "{odd}");
        }
        for odd in ["+1", "01", "-1", "", "4294967296"] {
            assert_eq!(parse_key(&format!("v1/files/{odd}/{ulid}")), None, "{odd}");
        }
        assert_eq!(parse_key(&format!("v1/files/0/{}", ulid.to_lowercase())), None);
        assert_eq!(parse_key(&format!("v1/files/0/{ulid}/{ulid}")), None);
    }
}
