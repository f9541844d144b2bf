//! A message as a tree of named values: between the bytes, the text and the JSON of it.
//!
//! A tree holds what its table does not know as well (fields and enum values of a newer schema.proto), as they were
//! written. [`Node::keep_unknown`] carries them over from the text that was read to the text that is written.

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub entries: Vec<Entry>,
}

/// A field; a repeated one has an entry for each value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub name: String,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Message(Node),
    Double(f64),
    Float(f32),
    Int(i64),
    Uint(u64),
    Bool(bool),
    /// Of kind string or bytes.
    Bytes(Vec<u8>),
    /// The name of an enum's value.
    Name(&'static str),
    /// What our table does not know, as it is written in text.
    Unknown(String),
    /// A message that our table does not know.
    UnknownMessage(Node),
}

impl Node {
    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|e| e.name == name).map(|e| &e.value)
    }

    /// Adds what nobody here knew of `read`, where the same message is still there. Messages are the same by their name
    /// or key, others by their place.
    pub(crate) fn keep_unknown(&mut self, read: &Node) {
        let ours = std::mem::take(&mut self.entries);
        let mut kept: Vec<Entry> = Vec::with_capacity(ours.len());
        for (at, mut entry) in ours.iter().cloned().enumerate() {
            if let Value::Message(node) = &mut entry.value
                && let Some(before) = read.same_message(&entry.name, node, nth(&ours, at))
            {
                node.keep_unknown(before);
            }
            kept.push(entry);
        }
        for entry in &read.entries {
            let unknown = matches!(entry.value, Value::Unknown(_) | Value::UnknownMessage(_));
            if unknown && !ours.iter().any(|e| e.name == entry.name) {
                kept.push(entry.clone());
            }
        }
        self.entries = kept;
    }

    /// The fields that our tables do not know, by their way from the top: `feature[id].typo`.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let mut found = Vec::new();
        for Entry { name, value } in &self.entries {
            match value {
                Value::Unknown(_) | Value::UnknownMessage(_) => found.push(name.clone()),
                Value::Message(node) => {
                    let which = match node.identity() {
                        Some(Value::Bytes(id)) => format!("[{}]", String::from_utf8_lossy(id)),
                        _ => String::new(),
                    };
                    found.extend(node.unknown().into_iter().map(|inner| format!("{name}{which}.{inner}")));
                }
                _ => {}
            }
        }
        found
    }

    fn same_message(&self, name: &str, node: &Node, nth: usize) -> Option<&Node> {
        let named = || {
            self.entries.iter().filter(|e| e.name == name).filter_map(|e| match &e.value {
                Value::Message(node) => Some(node),
                _ => None,
            })
        };
        match node.identity() {
            Some(identity) => named().find(|n| n.identity() == Some(identity)),
            None => named().nth(nth),
        }
    }

    fn identity(&self) -> Option<&Value> {
        self.get("name").or_else(|| self.get("key")).or_else(|| self.get("path"))
    }
}

/// Which one of its name an entry is.
fn nth(entries: &[Entry], at: usize) -> usize {
    entries[..at].iter().filter(|e| e.name == entries[at].name).count()
}
