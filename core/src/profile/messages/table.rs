//! What is known of a message besides its struct: the numbers, names and kinds of its fields.

/// A message's fields, in the order of their numbers.
pub(crate) struct Table {
    /// The full name, for error messages.
    pub name: &'static str,
    pub fields: &'static [Field],
}

pub(crate) struct Field {
    pub number: u32,
    pub name: &'static str,
    pub kind: Kind,
    pub many: Many,
}

pub(crate) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Bool,
    String,
    Bytes,
    Enum(&'static [(&'static str, i32)]),
    Message(&'static Table),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Many {
    One,
    Repeated,
    Packed,
    Map,
}

/// A message whose table is known.
pub(crate) trait Described: prost::Message + Default {
    fn table() -> &'static Table;
}

impl Table {
    pub(crate) fn by_name(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
    pub(crate) fn by_number(&self, number: u32) -> Option<&'static Field> {
        self.fields.binary_search_by_key(&number, |f| f.number).ok().map(|at| &self.fields[at])
    }
}

/// An enum whose values have names in the `.proto` files.
pub(crate) trait Named: Copy {
    fn as_text(self) -> &'static str;
}

/// The name of an enum's value.
pub(super) fn name_of(names: &'static [(&'static str, i32)], number: i32) -> &'static str {
    names.iter().find(|(_, n)| *n == number).map_or("", |(name, _)| name)
}
