//! Reads protobuf's text format into a tree, by the message's table.

use super::escape;
use super::table::{Field, Kind, Many, Table};
use super::tree::{Entry, Node, Value};
use crate::error::{Code, Error, Result};

/// Messages in messages: enough for any schema, and little enough for any stack.
const MAX_DEPTH: usize = 100;

pub(super) struct Parser<'a> {
    what: &'a str,
    text: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(what: &'a str, text: &'a str) -> Parser<'a> {
        Parser { what, text: text.as_bytes(), at: 0 }
    }

    /// The whole text as one message.
    pub(super) fn message(mut self, table: &'static Table) -> Result<Node> {
        self.fields(Some(table), None, 0)
    }

    fn fields(&mut self, table: Option<&'static Table>, close: Option<u8>, depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("messages are nested too deeply"));
        }
        let mut node = Node::default();
        loop {
            match (self.peek(), close) {
                (None, None) => break,
                (None, Some(_)) => return Err(self.wrong("the text ends inside a message")),
                (Some(byte), Some(end)) if byte == end => {
                    self.at += 1;
                    break;
                }
                _ => self.field(table, depth, &mut node)?,
            }
        }
        Ok(node)
    }

    fn field(&mut self, table: Option<&'static Table>, depth: usize, node: &mut Node) -> Result<()> {
        let begin = self.at;
        let name = self.name()?;
        let field = table.and_then(|t| t.by_name(&name));
        if let (Some(f), Some(t)) = (field, table)
            && f.many == Many::One
            && node.get(f.name).is_some()
        {
            self.at = begin;
            return Err(self.wrong(&format!("\"{name}\" is there twice in {}", t.name)));
        }
        let colon = self.peek() == Some(b':');
        self.at += usize::from(colon);
        if self.peek() == Some(b'[') {
            self.at += 1;
            self.list(field, &name, depth, node)?;
        } else {
            let value = self.value(field, colon, depth)?;
            node.entries.push(Entry { name, value });
        }
        if matches!(self.peek(), Some(b',' | b';')) {
            self.at += 1;
        }
        Ok(())
    }

    fn list(&mut self, field: Option<&'static Field>, name: &str, depth: usize, node: &mut Node) -> Result<()> {
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let value = self.value(field, true, depth)?;
            node.entries.push(Entry { name: name.to_owned(), value });
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.wrong("a list goes on with \",\" or ends with \"]\"")),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, field: Option<&'static Field>, colon: bool, depth: usize) -> Result<Value> {
        let close = match self.peek() {
            Some(b'{') => Some(b'}'),
            Some(b'<') => Some(b'>'),
            _ => None,
        };
        if let Some(close) = close {
            self.at += 1;
            return match field.map(|f| &f.kind) {
                Some(Kind::Message(table)) => Ok(Value::Message(self.fields(Some(table), Some(close), depth + 1)?)),
                None => Ok(Value::UnknownMessage(self.fields(None, Some(close), depth + 1)?)),
                Some(_) => Err(self.wrong("this field is not a message")),
            };
        }
        if !colon {
            return Err(self.wrong("\":\" or \"{\" is missing after the field's name"));
        }
        match field.map(|f| &f.kind) {
            None => Ok(Value::Unknown(self.unknown()?)),
            Some(Kind::Message(_)) => Err(self.wrong("this field is a message: it needs \"{\"")),
            Some(Kind::String | Kind::Bytes) => self.string().map(Value::Bytes),
            Some(kind) => {
                let begin = self.at;
                let word = self.word();
                known(kind, &word).ok_or_else(|| {
                    self.at = begin;
                    self.wrong(&format!("\"{word}\" is not a value of this field"))
                })
            }
        }
    }

    fn unknown(&mut self) -> Result<String> {
        if matches!(self.peek(), Some(b'"' | b'\'')) { Ok(escape::quoted(&self.string()?)) } else { Ok(self.word()) }
    }

    /// Pieces of quoted text one after another are one text.
    fn string(&mut self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut pieces = 0;
        while let Some(quote @ (b'"' | b'\'')) = self.peek() {
            let begin = self.at + 1;
            let mut end = begin;
            while self.text.get(end).is_some_and(|b| *b != quote && *b != b'\n') {
                end += if self.text[end] == b'\\' { 2 } else { 1 };
            }
            if self.text.get(end) != Some(&quote) {
                return Err(self.wrong("quoted text does not end on its line"));
            }
            out.extend(escape::unescaped(&self.text[begin..end]).map_err(|why| self.wrong(why))?);
            self.at = end + 1;
            pieces += 1;
        }
        if pieces == 0 { Err(self.wrong("text in quotes is missing")) } else { Ok(out) }
    }

    fn name(&mut self) -> Result<String> {
        if self.peek() == Some(b'[') {
            let end = self.text[self.at..].iter().position(|b| *b == b']');
            let end = self.at + end.ok_or_else(|| self.wrong("\"[\" without \"]\""))? + 1;
            let name = String::from_utf8_lossy(&self.text[self.at..end]).into_owned();
            self.at = end;
            return Ok(name);
        }
        let name = self.word();
        if name.is_empty() { Err(self.wrong("a field's name is missing")) } else { Ok(name) }
    }

    fn word(&mut self) -> String {
        self.peek();
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.+-".contains(b)).count();
        self.at += length;
        String::from_utf8_lossy(&rest[..length]).into_owned()
    }

    /// The next byte that means something, past spaces and comments.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            if byte == b'#' {
                self.at += self.text[self.at..].iter().take_while(|b| **b != b'\n').count();
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return Some(byte);
            }
        }
    }

    fn wrong(&self, why: &str) -> Error {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        Error::new(Code::InvalidData, format!("{}, line {line}, column {column}: {why}", self.what))
            .remedy("Correct the text there; it is protobuf's text format.")
            .with("path", self.what)
    }
}

/// The value of a word; an enum's name that we do not know is kept as it is.
fn known(kind: &Kind, word: &str) -> Option<Value> {
    Some(match kind {
        Kind::Double => Value::Double(decimal(word)?),
        Kind::Float => {
            Value::Float(word.trim_end_matches(['f', 'F']).parse().ok().or_else(|| Some(decimal(word)? as f32))?)
        }
        Kind::Int32 | Kind::Int64 => Value::Int(integer(word)?),
        Kind::Uint32 | Kind::Uint64 => Value::Uint(unsigned(word)?),
        Kind::Bool => Value::Bool(match word {
            "true" | "True" | "t" | "1" => true,
            "false" | "False" | "f" | "0" => false,
            _ => return None,
        }),
        Kind::Enum(names) => match names.iter().find(|(name, _)| *name == word) {
            Some((name, _)) => Value::Name(name),
            None if word.is_empty() => return None,
            None => match integer(word) {
                Some(number) => names
                    .iter()
                    .find(|(_, n)| i64::from(*n) == number)
                    .map_or(Value::Int(number), |(n, _)| Value::Name(n)),
                None => Value::Unknown(word.to_owned()),
            },
        },
        Kind::String | Kind::Bytes | Kind::Message(_) => return None,
    })
}

fn decimal(word: &str) -> Option<f64> {
    let lower = word.to_ascii_lowercase();
    let (sign, size) = lower.strip_prefix('-').map_or((1.0, lower.as_str()), |rest| (-1.0, rest));
    match size {
        "inf" | "infinity" | "inff" => Some(sign * f64::INFINITY),
        "nan" | "nanf" => Some(f64::NAN),
        _ => size.trim_end_matches('f').parse::<f64>().ok().map(|v| sign * v),
    }
}

fn unsigned(word: &str) -> Option<u64> {
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok();
    }
    match word.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u64::from_str_radix(octal, 8).ok(),
        _ => word.parse().ok(),
    }
}

fn integer(word: &str) -> Option<i64> {
    match word.strip_prefix('-') {
        Some(size) => 0_i64.checked_sub_unsigned(unsigned(size)?),
        None => i64::try_from(unsigned(word)?).ok(),
    }
}
