//! Pages that show what statistics say: one file, with nothing to fetch and nothing to install.
//!
//! Pure: statistics in, HTML out. It knows no data, files or git. Everything that comes from the data passes through
//! [`html::Html`], which escapes it. Start with [`page`].

mod card;
mod chart;
mod fragment;
mod html;
mod overview;
mod page;
mod summary;
#[cfg(test)]
mod tests;

pub(crate) use fragment::fragment;
pub(crate) use page::page;
pub(crate) use summary::summary;

use crate::profile::compare::{Distance, distance};
use crate::profile::summary::{Column, Concern, Table, concerns};

/// A table and what it is called.
pub(crate) struct Subject {
    pub name: String,
    pub table: Table,
}

/// What a page shows: a table, alone or beside another one.
pub(crate) struct View {
    pub subject: Subject,
    pub against: Option<Subject>,
    pub rows: Vec<Row>,
}

/// A column of either table, or of both.
pub(crate) struct Row {
    pub column: Option<usize>,
    pub other: Option<usize>,
    pub concerns: Vec<Concern>,
    pub distance: Option<Distance>,
}

impl View {
    /// Brings the columns of both tables together; those that only the other one has come last.
    pub(crate) fn new(subject: Subject, against: Option<Subject>) -> View {
        let mut rows: Vec<Row> = Vec::new();
        let others = against.as_ref().map(|a| a.table.by_name()).unwrap_or_default();
        for (i, column) in subject.table.columns.iter().enumerate() {
            let other = others.get(column.name.as_str()).copied();
            let pair = against.as_ref().zip(other).map(|(a, o)| distance(&a.table.columns[o], column));
            rows.push(Row { column: Some(i), other, concerns: concerns(column), distance: pair });
        }
        let ours = subject.table.by_name();
        let only = |c: &Column| !ours.contains_key(c.name.as_str());
        for (i, column) in against.iter().flat_map(|a| a.table.columns.iter().enumerate()) {
            if only(column) {
                rows.push(Row { column: None, other: Some(i), concerns: Vec::new(), distance: None });
            }
        }
        View { subject, against, rows }
    }

    fn column(&self, row: &Row) -> Option<&Column> {
        row.column.map(|i| &self.subject.table.columns[i])
    }
    fn other(&self, row: &Row) -> Option<&Column> {
        row.other.and_then(|i| self.against.as_ref().map(|a| &a.table.columns[i]))
    }
    /// The column, or the other table's where this one lacks it.
    fn either(&self, row: &Row) -> Option<&Column> {
        self.column(row).or_else(|| self.other(row))
    }
    fn is_comparison(&self) -> bool {
        self.against.is_some()
    }
}
