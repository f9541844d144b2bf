//! protobuf's text format, as its own libraries print it.

use super::parser::Parser;
use super::tree::{Node, Value};
use super::{Described, escape, number, wire};
use crate::error::{Code, Error, Result};

/// A message in text.
pub(crate) fn to_text<M: Described>(message: &M) -> String {
    print(&tree(message))
}

/// A message's tree.
pub(crate) fn tree<M: Described>(message: &M) -> Node {
    tree_of_bytes::<M>(&message.encode_to_vec())
}

/// The tree of a message's bytes, with the fields that our table does not know.
pub(crate) fn tree_of_bytes<M: Described>(bytes: &[u8]) -> Node {
    wire::read(M::table(), bytes)
}

/// A tree in text.
pub(crate) fn print(node: &Node) -> String {
    let mut out = String::new();
    print_into(node, 0, &mut out);
    out
}

fn print_into(node: &Node, depth: usize, out: &mut String) {
    for entry in &node.entries {
        out.extend(std::iter::repeat_n("  ", depth));
        out.push_str(&entry.name);
        if let Value::Message(inside) | Value::UnknownMessage(inside) = &entry.value {
            out.push_str(" {\n");
            print_into(inside, depth + 1, out);
            out.extend(std::iter::repeat_n("  ", depth));
            out.push_str("}\n");
            continue;
        }
        out.push_str(": ");
        out.push_str(&value(&entry.value));
        out.push('\n');
    }
}

/// A value that is not a message, in text.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Double(v) => number::double(*v),
        Value::Float(v) => number::float(*v),
        Value::Int(v) => v.to_string(),
        Value::Uint(v) => v.to_string(),
        Value::Bool(v) => v.to_string(),
        Value::Bytes(v) => escape::quoted(v),
        Value::Name(name) => (*name).to_owned(),
        Value::Unknown(text) => text.clone(),
        Value::Message(_) | Value::UnknownMessage(_) => String::new(),
    }
}

/// Reads any message from text; `what` names where it comes from. What is not known of it is left out.
pub(crate) fn parse<M: Described>(what: &str, text: &str) -> Result<M> {
    Ok(parse_with_tree(what, text)?.0)
}

/// Reads a message, with the tree of all that the text says.
pub(crate) fn parse_with_tree<M: Described>(what: &str, text: &str) -> Result<(M, Node)> {
    let node = Parser::new(what, text).message(M::table())?;
    let message = M::decode(wire::write(M::table(), &node).as_slice()).map_err(|e| {
        Error::new(Code::InvalidData, format!("{what}: {e}")).remedy("Correct the text there.").with("path", what)
    })?;
    Ok((message, node))
}

/// Reads a schema from text.
#[cfg(test)]
pub(crate) fn parse_schema(what: &str, text: &str) -> Result<super::Schema> {
    parse(what, text)
}
