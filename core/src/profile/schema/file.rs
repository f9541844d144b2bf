//! A schema's text on its way in and out: what we do not know of it stays in it.

use crate::error::{Code, Error, Result};
use crate::profile::messages::{Node, Schema, decode, text};

/// A schema as it was read, or made.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchemaFile {
    pub schema: Schema,
    read: Option<Node>,
}

impl SchemaFile {
    pub(crate) fn made(schema: Schema) -> SchemaFile {
        SchemaFile { schema, read: None }
    }

    /// Reads `schema.pbtxt`, or the bytes of a `.pb`.
    pub(crate) fn read(what: &str, bytes: &[u8]) -> Result<SchemaFile> {
        let binary = std::path::Path::new(what).extension().is_some_and(|e| e.eq_ignore_ascii_case("pb"));
        if binary {
            let schema = decode(what, bytes)?;
            return Ok(SchemaFile { schema, read: Some(text::tree_of_bytes::<Schema>(bytes)) });
        }
        let told = std::str::from_utf8(bytes).map_err(|e| {
            Error::new(Code::InvalidData, format!("{what}: byte {} is not UTF-8", e.valid_up_to()))
                .remedy("A schema is protobuf text (.pbtxt), or its bytes in a file whose name ends in .pb.")
                .with("path", what)
        })?;
        let (schema, read) = text::parse_with_tree(what, told)?;
        Ok(SchemaFile { schema, read: Some(read) })
    }

    /// What the text says that we do not know: of a newer schema, or misspelt.
    pub(crate) fn unknown(&self) -> Vec<String> {
        self.read.as_ref().map(Node::unknown).unwrap_or_default()
    }

    /// The text, with whatever a newer schema said that we do not know.
    pub(crate) fn text(&self) -> String {
        let mut tree = text::tree(&self.schema);
        if let Some(read) = &self.read {
            tree.keep_unknown(read);
        }
        text::print(&tree)
    }
}
