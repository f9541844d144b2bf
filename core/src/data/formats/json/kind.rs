//! The types of JSON values: one walk over a value, nothing of it kept but what its columns must hold.
//!
//! Numbers are 64-bit integers unless one has a fraction, an exponent or is too large; then all are floats. Values of several
//! kinds are text. Names keep the order in which they are first met.

use arrow::datatypes::{DataType, Field};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Kind {
    #[default]
    Nothing,
    Boolean,
    Integer,
    Float,
    Text,
    List(Box<Kind>),
    Object(Object),
    /// A list or an object in one place and something else in another.
    Conflict,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub fields: Vec<(String, Kind)>,
    places: HashMap<String, usize>,
}

impl Object {
    pub(super) fn get(&self, name: &str) -> Option<&Kind> {
        self.places.get(name).map(|place| &self.fields[*place].1)
    }

    fn entry(&mut self, name: &str) -> &mut Kind {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.places.insert(name.to_owned(), self.fields.len());
                self.fields.push((name.to_owned(), Kind::Nothing));
                self.fields.len() - 1
            }
        };
        &mut self.fields[place].1
    }
}

impl Kind {
    /// Takes in what a scalar is.
    fn see(&mut self, scalar: Kind) {
        use Kind as K;
        *self = match (std::mem::take(self), scalar) {
            (K::Nothing, scalar) => scalar,
            (K::List(_) | K::Object(_) | K::Conflict, _) => K::Conflict,
            (a, b) if a == b => a,
            (K::Integer, K::Float) | (K::Float, K::Integer) => K::Float,
            _ => K::Text,
        };
    }

    /// The type of a column of this; or the path of what has none.
    pub(super) fn data_type(&self, path: &str) -> Result<DataType, String> {
        Ok(match self {
            Kind::Nothing => DataType::Null,
            Kind::Boolean => DataType::Boolean,
            Kind::Integer => DataType::Int64,
            Kind::Float => DataType::Float64,
            Kind::Text => DataType::Utf8,
            Kind::List(inner) => {
                let inner = text_for_nothing(inner.data_type(path)?);
                DataType::List(Arc::new(Field::new("item", inner, true)))
            }
            Kind::Object(object) => DataType::Struct(object.arrow_fields(path)?.into()),
            Kind::Conflict => return Err(path.to_owned()),
        })
    }

    /// What of a value does not fit a column of this kind: its path and what is wrong.
    pub(super) fn misfit(&self, value: &Kind, path: &str) -> Option<(String, &'static str)> {
        use Kind as K;
        match (self, value) {
            (_, K::Nothing) | (K::Text, K::Boolean | K::Integer | K::Float) | (K::Float, K::Integer) => None,
            (K::List(known), K::List(inner)) => known.misfit(inner, path),
            (K::Object(known), K::Object(object)) => object.fields.iter().find_map(|(name, kind)| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match known.get(name) {
                    Some(known) => known.misfit(kind, &path),
                    None => Some((path, "the rows that were looked at have no such column")),
                }
            }),
            (K::Nothing, _) => Some((path.to_owned(), "it has a value, which no row that was looked at has")),
            (K::Integer, K::Float) => {
                Some((path.to_owned(), "it is no 64-bit integer, as the column's other values are"))
            }
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => None,
            _ => Some((path.to_owned(), "its kind is not that of the column's other values")),
        }
    }
}

impl Object {
    pub(super) fn arrow_fields(&self, path: &str) -> Result<Vec<Field>, String> {
        let nested = !path.is_empty();
        let fields = self.fields.iter().map(|(name, kind)| {
            let path = if nested { format!("{path}.{name}") } else { name.clone() };
            let kind = kind.data_type(&path)?;
            Ok(Field::new(name, if nested { text_for_nothing(kind) } else { kind }, true))
        });
        fields.collect()
    }
}

fn text_for_nothing(kind: DataType) -> DataType {
    if kind == DataType::Null { DataType::Utf8 } else { kind }
}

impl<'de> DeserializeSeed<'de> for &mut Kind {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Kind {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.see(Kind::Boolean);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.see(Kind::Integer);
        Ok(())
    }

    fn visit_u64<E>(self, n: u64) -> Result<(), E> {
        self.see(if i64::try_from(n).is_ok() { Kind::Integer } else { Kind::Float });
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.see(Kind::Float);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.see(Kind::Text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut inner = match std::mem::take(self) {
            Kind::List(inner) => inner,
            Kind::Nothing => Box::default(),
            _ => {
                *self = Kind::Conflict;
                Box::default()
            }
        };
        while list.next_element_seed(&mut *inner)?.is_some() {}
        if *self != Kind::Conflict {
            *self = Kind::List(inner);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if *self == Kind::Nothing {
            *self = Kind::Object(Object::default());
        }
        let mut lost = Kind::Nothing;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match self {
                Kind::Object(object) => map.next_value_seed(object.entry(&name))?,
                _ => map.next_value_seed(&mut lost)?,
            }
        }
        if !matches!(self, Kind::Object(_)) {
            *self = Kind::Conflict;
        }
        Ok(())
    }
}

/// Takes a record in.
pub(super) fn look_at(record: &[u8], kind: &mut Kind) -> Result<(), serde_json::Error> {
    let mut from = serde_json::Deserializer::from_slice(record);
    kind.deserialize(&mut from)?;
    from.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &[&str]) -> Kind {
        let mut kind = Kind::default();
        records.iter().for_each(|r| look_at(r.as_bytes(), &mut kind).unwrap());
        kind
    }

    fn types(records: &[&str]) -> Vec<(String, DataType)> {
        let Kind::Object(object) = of(records) else { panic!("no object") };
        object.arrow_fields("").unwrap().into_iter().map(|f| (f.name().clone(), f.data_type().clone())).collect()
    }

    #[test]
    fn columns_come_in_their_order_with_the_narrowest_type() {
        let list = |kind| DataType::List(Arc::new(Field::new("item", kind, true)));
        let found = types(&[
            r#"{"z": 1, "a": null, "m": [1, 2], "b": true, "t": "x", "n": null}"#,
            r#"{"z": 2.5, "a": {"k": [{"x": 1}]}, "m": [3], "b": 0, "t": 7, "big": 18446744073709551615}"#,
        ]);
        let inner = DataType::Struct(vec![Field::new("x", DataType::Int64, true)].into());
        let wanted = [
            ("z", DataType::Float64),
            ("a", DataType::Struct(vec![Field::new("k", list(inner), true)].into())),
            ("m", list(DataType::Int64)),
            ("b", DataType::Utf8),
            ("t", DataType::Utf8),
            ("n", DataType::Null),
            ("big", DataType::Float64),
        ];
        assert_eq!(found, wanted.map(|(n, t)| (n.to_owned(), t)));
    }

    #[test]
    fn an_object_or_a_list_beside_a_number_has_no_type() {
        for other in [r#"{"a": {"b": {}}}"#, r#"{"a": {"b": [1]}}"#] {
            for records in [[r#"{"a": {"b": 1}}"#, other], [other, r#"{"a": {"b": 1}}"#]] {
                let Kind::Object(object) = of(&records) else { panic!("no object") };
                assert_eq!(object.arrow_fields(""), Err("a.b".into()));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let known = of(&[r#"{"a": 1, "o": {"x": "t"}, "n": null}"#]);
        let misfit = |record: &str| known.misfit(&of(&[record]), "").map(|m| m.0);
        assert_eq!(misfit(r#"{"a": 2, "o": {"x": 5}}"#), None);
        assert_eq!(misfit(r#"{"a": 1.5}"#), Some("a".into()));
        assert_eq!(misfit(r#"{"o": {"y": 1}}"#), Some("o.y".into()));
        assert_eq!(misfit(r#"{"o": 1}"#), Some("o".into()));
        assert_eq!(misfit(r#"{"n": 1}"#), Some("n".into()));
    }
}
