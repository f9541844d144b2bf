//! A set of local tables, merged as it grows: where each chunk lies, here or in a store.
//!
//! Layout: `<dir>/<level>/<name>`. A new table is of level 0; eight of one level become one of the next. Small sets are
//! read into memory whole.

use super::files::{create_dir, names, publish, sync_dir};
use crate::content::ids::{ObjectId, PackId};
use crate::content::location::Location;
use crate::content::table::{Row, Table, merge, write_sorted, write_table};
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// This many tables of one level are merged into one of the next.
pub(crate) const FAN_IN: usize = 8;

/// The tables in one folder. Opened once; others' new tables are seen by [`Tables::refresh`].
pub(crate) struct Tables {
    dir: PathBuf,
    open: Vec<Open>,
}

struct Open {
    level: u32,
    name: String,
    table: Table,
}

impl Tables {
    /// Opens the tables of a folder. A damaged table is left out: what it knew is looked for elsewhere.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let mut tables = Tables { dir: dir.to_owned(), open: Vec::new() };
        tables.refresh()?;
        Ok(tables)
    }

    /// Sees tables that other processes made or merged away.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        let mut found = Vec::new();
        for level in names(&self.dir)? {
            let Ok(number) = level.parse::<u32>() else {
                continue;
            };
            for name in names(&self.dir.join(&level))? {
                if !name.starts_with('.') {
                    found.push((number, name));
                }
            }
        }
        self.open.retain(|o| found.iter().any(|f| f.0 == o.level && f.1 == o.name));
        for (level, name) in found {
            if self.open.iter().any(|o| o.level == level && o.name == name) {
                continue;
            }
            let path = self.path(level, &name);
            let Ok(bytes) = fs::read(&path) else { continue };
            if let Ok(table) = Table::parse(&path.display().to_string(), bytes.into()) {
                self.open.push(Open { level, name, table });
            }
        }
        Ok(())
    }

    fn path(&self, level: u32, name: &str) -> PathBuf {
        self.dir.join(level.to_string()).join(name)
    }

    /// Where this id lies.
    pub(crate) fn get(&self, id: &ObjectId) -> Option<Location> {
        // The youngest table first: a repack's locations are the good ones.
        self.open.iter().rev().find_map(|o| o.table.get(id))
    }

    /// Every row of every table.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.open.iter().flat_map(|o| o.table.iter())
    }

    /// Adds a table of these rows, and merges where a level is full.
    pub(crate) fn add(&mut self, mut rows: Vec<Row>) -> Result<()> {
        let name = PackId::random()?.to_string();
        let table = self.write(0, &name, |out| write_table(&mut rows, out).map(|_| ()))?;
        self.open.push(Open { level: 0, name, table });
        let mut level = 0;
        while self.open.iter().filter(|o| o.level == level).count() >= FAN_IN {
            self.merge_level(level)?;
            level += 1;
        }
        Ok(())
    }

    fn merge_level(&mut self, level: u32) -> Result<()> {
        let (full, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().partition(|o| o.level == level);
        self.open = rest;
        let young_first: Vec<_> = full.iter().rev().map(|o| o.table.clone()).collect();
        let name = PackId::random()?.to_string();
        let table = self.write(level + 1, &name, |out| write_sorted(merge(&young_first), out).map(|_| ()))?;
        self.open.push(Open { level: level + 1, name, table });
        for old in full {
            // A table that stays behind says nothing that the merged one does not say.
            let _ = fs::remove_file(self.path(old.level, &old.name));
        }
        Ok(())
    }

    /// Forgets everything that lies in these packs.
    pub(crate) fn forget(&mut self, packs: &HashSet<PackId>) -> Result<()> {
        self.refresh()?;
        for old in std::mem::take(&mut self.open) {
            if !old.table.iter().any(|r| packs.contains(&r.1.pack)) {
                self.open.push(old);
                continue;
            }
            let left: Vec<_> = old.table.iter().filter(|r| !packs.contains(&r.1.pack)).collect();
            let path = self.path(old.level, &old.name);
            if !left.is_empty() {
                let name = PackId::random()?.to_string();
                let table = self.write(old.level, &name, |out| write_sorted(left.into_iter(), out).map(|_| ()))?;
                self.open.push(Open { level: old.level, name, table });
            }
            fs::remove_file(&path).map_err(|e| Error::io(&path, "removing a table", e))?;
        }
        Ok(())
    }

    fn write(&self, level: u32, name: &str, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<Table> {
        let path = self.path(level, name);
        let dir = self.dir.join(level.to_string());
        create_dir(&dir)?;
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(|e| Error::io(&path, "writing a table", e))?;
        let temp = dir.join(format!(".{name}"));
        fs::write(&temp, &bytes).map_err(|e| Error::io(&temp, "writing a table", e))?;
        fs::File::open(&temp).and_then(|f| f.sync_data()).map_err(|e| Error::io(&temp, "writing a table", e))?;
        publish(&temp, &path)?;
        sync_dir(&dir)?;
        Table::parse(name, bytes.into())
    }
}
