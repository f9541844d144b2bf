//! `tf.Example` and `tf.SequenceExample`, to and from bytes.

use super::wire::{Field, Fields, put_bytes, put_varint, varint};

/// The values of a feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values<'a> {
    /// A feature without a kind: a value that is missing.
    None,
    Bytes(Vec<&'a [u8]>),
    Float(Vec<f32>),
    Int64(Vec<i64>),
}

impl Values<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Values::None => 0,
            Values::Bytes(v) => v.len(),
            Values::Float(v) => v.len(),
            Values::Int64(v) => v.len(),
        }
    }
}

/// An example as it is read: its features, and the lists of a sequence example, in the order of the bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Example<'a> {
    pub features: Vec<(&'a str, Values<'a>)>,
    pub lists: Vec<(&'a str, Vec<Values<'a>>)>,
}

/// The example of these bytes; none where they are no such message.
pub(crate) fn decode(bytes: &[u8]) -> Option<Example<'_>> {
    let mut example = Example::default();
    let mut fields = Fields(bytes);
    while let Some((number, field)) = fields.next().ok()? {
        match (number, field) {
            (1, Field::Bytes(features)) => each_entry(features, |name, value| {
                example.features.push((name, feature(value)?));
                Some(())
            })?,
            (2, Field::Bytes(lists)) => each_entry(lists, |name, value| {
                example.lists.push((name, feature_list(value)?));
                Some(())
            })?,
            _ => {}
        }
    }
    Some(example)
}

/// The entries of a message whose first field is a map from text to messages.
fn each_entry<'a>(map: &'a [u8], mut take: impl FnMut(&'a str, &'a [u8]) -> Option<()>) -> Option<()> {
    let mut entries = Fields(map);
    while let Some((number, entry)) = entries.next().ok()? {
        let (1, Field::Bytes(entry)) = (number, entry) else { continue };
        let (mut key, mut value) = ("", &[][..]);
        let mut fields = Fields(entry);
        while let Some(field) = fields.next().ok()? {
            match field {
                (1, Field::Bytes(bytes)) => key = std::str::from_utf8(bytes).ok()?,
                (2, Field::Bytes(bytes)) => value = bytes,
                _ => {}
            }
        }
        take(key, value)?;
    }
    Some(())
}

fn feature_list(bytes: &[u8]) -> Option<Vec<Values<'_>>> {
    let mut values = Vec::new();
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next().ok()? {
        if let (1, Field::Bytes(one)) = field {
            values.push(feature(one)?);
        }
    }
    Some(values)
}

fn feature(bytes: &[u8]) -> Option<Values<'_>> {
    let mut values = Values::None;
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next().ok()? {
        // The last kind counts, as in any choice of a protocol buffer.
        match field {
            (1, Field::Bytes(list)) => values = Values::Bytes(byte_strings(list)?),
            (2, Field::Bytes(list)) => values = Values::Float(floats(list)?),
            (3, Field::Bytes(list)) => values = Values::Int64(integers(list)?),
            _ => {}
        }
    }
    Some(values)
}

fn byte_strings(list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut values = Vec::new();
    let mut fields = Fields(list);
    while let Some(field) = fields.next().ok()? {
        if let (1, Field::Bytes(value)) = field {
            values.push(value);
        }
    }
    Some(values)
}

fn floats(list: &[u8]) -> Option<Vec<f32>> {
    let mut values = Vec::new();
    let mut fields = Fields(list);
    while let Some(field) = fields.next().ok()? {
        match field {
            (1, Field::Fixed32(one)) => values.push(f32::from_le_bytes(one)),
            (1, Field::Bytes(packed)) if packed.len() % 4 == 0 => {
                let numbers = packed.chunks_exact(4).filter_map(|b| b.try_into().ok());
                values.extend(numbers.map(f32::from_le_bytes));
            }
            (1, _) => return None,
            _ => {}
        }
    }
    Some(values)
}

fn integers(list: &[u8]) -> Option<Vec<i64>> {
    let mut values = Vec::new();
    let mut fields = Fields(list);
    while let Some(field) = fields.next().ok()? {
        match field {
            (1, Field::Varint(one)) => values.push(one as i64),
            (1, Field::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    values.push(varint(&mut packed)? as i64);
                }
            }
            (1, _) => return None,
            _ => {}
        }
    }
    Some(values)
}

/// The bytes of an example with these features, which are written in the order of their names: the same features always have
/// the same bytes, those of TensorFlow's deterministic form.
pub(crate) fn encode(features: &[(&str, Values<'_>)]) -> Vec<u8> {
    let mut sorted: Vec<_> = features.iter().collect();
    sorted.sort_by_key(|f| f.0);
    let (mut all, mut entry, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for (name, values) in sorted {
        value.clear();
        put_feature(&mut value, values);
        entry.clear();
        put_bytes(&mut entry, 1, name.as_bytes());
        put_bytes(&mut entry, 2, &value);
        put_bytes(&mut all, 1, &entry);
    }
    let mut example = Vec::with_capacity(all.len() + 6);
    put_bytes(&mut example, 1, &all);
    example
}

/// The bytes of one feature.
pub(crate) fn put_feature(to: &mut Vec<u8>, values: &Values<'_>) {
    let mut list = Vec::new();
    let number = match values {
        Values::None => return,
        Values::Bytes(values) => {
            values.iter().for_each(|v| put_bytes(&mut list, 1, v));
            1
        }
        Values::Float(values) => {
            let packed: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            put_packed(&mut list, &packed);
            2
        }
        Values::Int64(values) => {
            let mut packed = Vec::new();
            values.iter().for_each(|v| put_varint(&mut packed, *v as u64));
            put_packed(&mut list, &packed);
            3
        }
    };
    put_bytes(to, number, &list);
}

/// A list of no numbers has no field for them.
fn put_packed(to: &mut Vec<u8>, packed: &[u8]) {
    if !packed.is_empty() {
        put_bytes(to, 1, packed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_read_as_it_was_written() {
        let features = vec![
            ("b", Values::Bytes(vec![b"x", b"", b"yz"])),
            ("a", Values::Int64(vec![0, -1, i64::MAX, 300])),
            ("c", Values::Float(vec![0.5, -1e30])),
            ("none", Values::None),
            ("empty", Values::Int64(vec![])),
        ];
        let bytes = encode(&features);
        let read = decode(&bytes).unwrap().features;
        let mut sorted = features.clone();
        sorted.sort_by_key(|f| f.0);
        assert_eq!(read, sorted);
        // protoc --encode of feature { key: "a" value { int64_list { value: 1 } } }
        let small = encode(&[("a", Values::Int64(vec![1]))]);
        assert_eq!(small, b"\x0a\x0c\x0a\x0a\x0a\x01a\x12\x05\x1a\x03\x0a\x01\x01");
    }

    #[test]
    fn no_bytes_make_it_fail_otherwise_than_by_saying_so() {
        let bytes = encode(&[("a", Values::Int64(vec![1, 2])), ("b", Values::Bytes(vec![b"text"]))]);
        for cut in 0..bytes.len() {
            let _ = decode(&bytes[..cut]);
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[cut] ^= 1 << bit;
                let _ = decode(&changed);
            }
        }
        assert_eq!(decode(&[0xff; 20]), None);
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None, "cut");
    }
}
