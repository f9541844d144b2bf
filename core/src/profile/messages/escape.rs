//! Quoted text, as protobuf's text format has it: ASCII, the rest in octal.

use std::fmt::Write;

/// The text in double quotes.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for &byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'"' | b'\'' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}

/// What is written between quotes, or why it cannot be read.
pub(super) fn unescaped(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let kind = *text.get(at).ok_or("a backslash at the end of the text")?;
        at += 1;
        let simple = match kind {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'\\' | b'\'' | b'"' | b'?' => kind,
            b'0'..=b'7' => {
                let value = digits(text, at - 1, 3, 8, &mut at);
                u8::try_from(value).map_err(|_| "an octal escape above \\377")?
            }
            b'x' | b'X' => {
                let begin = at;
                let value = digits(text, begin, 2, 16, &mut at);
                if at == begin {
                    return Err("\\x without digits");
                }
                u8::try_from(value).map_err(|_| "a hexadecimal escape above \\xff")?
            }
            b'u' | b'U' => {
                let (begin, count) = (at, if kind == b'u' { 4 } else { 8 });
                let value = digits(text, begin, count, 16, &mut at);
                let c = char::from_u32(value).filter(|_| at == begin + count).ok_or("a \\u that is no character")?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return Err("an escape that the text format does not have"),
        };
        out.push(simple);
    }
    Ok(out)
}

/// The number that at most `count` digits make; moves `at` behind them.
fn digits(text: &[u8], begin: usize, count: usize, base: u32, at: &mut usize) -> u32 {
    let mut value = 0_u32;
    *at = begin;
    while *at < begin + count
        && let Some(digit) = text.get(*at).and_then(|b| char::from(*b).to_digit(base))
    {
        value = value.saturating_mul(base).saturating_add(digit);
        *at += 1;
    }
    value
}
