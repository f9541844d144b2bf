//! What a header declares: enough of C for what cbindgen writes and for our own headers.

/// What kind of thing a header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Constant,
    Handle,
    Struct,
    Type,
    Function,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Constant => "constant",
            Kind::Handle => "handle",
            Kind::Struct => "struct",
            Kind::Type => "type",
            Kind::Function => "function",
        }
    }
}

/// One declaration.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The lines of its comment, without the comment's marks.
    pub(crate) doc: Vec<String>,
    /// As it stands in the header.
    pub(crate) text: String,
}

impl Item {
    /// The declaration on one line, without comments.
    pub(crate) fn declaration(&self) -> String {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        words.join(" ").trim_start_matches("#define ").trim_end_matches(';').to_owned()
    }

    /// The version that the comment says it is since.
    pub(crate) fn since(&self) -> Option<String> {
        let doc = self.doc.join(" ");
        let (_, since) = doc.rsplit_once("Since ")?;
        Some(since.trim_end_matches('.').to_owned())
    }
}

/// Every declaration of a header whose names are ours, in its order.
pub(crate) fn items(header: &str) -> Vec<Item> {
    let mut found = Vec::new();
    let mut doc = Vec::new();
    let mut lines = header.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.starts_with("/*") {
            doc = comment(line, &mut lines);
        } else if line.starts_with("#define") {
            found.extend(constant(line, std::mem::take(&mut doc)));
        } else if line.starts_with(['#', ' ', '}']) || line.is_empty() || line.starts_with("extern ") {
            doc.clear();
        } else if line.starts_with("static inline") || line.starts_with("struct ") {
            // Code, or the structs of somebody else's interface.
            lines.by_ref().find(|l| l.starts_with('}'));
            doc.clear();
        } else {
            let text = declaration(line, &mut lines);
            found.extend(item(text, std::mem::take(&mut doc)));
        }
    }
    found
}

fn comment<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all = vec![first];
    while !all.last().is_some_and(|l| l.ends_with("*/")) {
        let Some(line) = lines.next() else { break };
        all.push(line);
    }
    let bare = |line: &&str| {
        let line = line.trim().trim_start_matches("/**").trim_start_matches("/*").trim_end_matches("*/");
        line.strip_prefix("* ").or(line.strip_prefix('*')).unwrap_or(line).trim().to_owned()
    };
    all.iter().map(bare).filter(|l| !l.is_empty()).collect()
}

fn constant(line: &str, doc: Vec<String>) -> Option<Item> {
    let mut words = line.split_whitespace().skip(1);
    let (name, _value) = (words.next()?, words.next()?);
    let of_header = ["OCTO_VERSION", "OCTO_VERSION_MAJOR", "OCTO_VERSION_MINOR", "OCTO_VERSION_PATCH"].contains(&name);
    let ours = name.starts_with("OCTO_") && !name.ends_with("_INIT") && !of_header;
    ours.then(|| Item { kind: Kind::Constant, name: name.to_owned(), doc, text: line.to_owned() })
}

/// The lines up to the end of a declaration.
fn declaration<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut text = first.to_owned();
    let ended = |text: &str| text.ends_with(';') && text.matches('{').count() == text.matches('}').count();
    while !ended(&text) {
        let Some(line) = lines.next() else { break };
        text = format!("{text}\n{}", line.trim_end());
    }
    text
}

fn item(text: String, doc: Vec<String>) -> Option<Item> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let last = |s: &str| s.trim_end().rsplit(|c: char| !is_name(c)).next().map(str::to_owned);
    let (kind, name) = if let Some(rest) = text.strip_prefix("typedef struct ") {
        let name = rest.split(|c: char| !is_name(c)).next()?.to_owned();
        (if text.contains('{') { Kind::Struct } else { Kind::Handle }, name)
    } else if text.starts_with("typedef ") {
        let name = match text.split_once("(*") {
            Some((_, rest)) => rest.split(|c: char| !is_name(c)).next()?.to_owned(),
            None => last(text.trim_end_matches(';'))?,
        };
        (Kind::Type, name)
    } else {
        (Kind::Function, last(text.split_once('(')?.0)?)
    };
    name.starts_with("octo_").then_some(Item { kind, name, doc, text })
}

/// The fields of a struct: their types and names.
pub(crate) fn fields(item: &Item) -> Vec<(String, String)> {
    let mut inside = String::new();
    let mut rest = item.text.as_str();
    while let Some((before, after)) = rest.split_once("/*") {
        inside += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    inside += rest;
    let Some((_, body)) = inside.split_once('{') else { return Vec::new() };
    let body = body.rsplit_once('}').map_or(body, |(body, _)| body);
    let field = |line: &str| {
        let line = line.trim().trim_end_matches(';');
        let (whole, array) = line.split_once('[').map_or((line, ""), |(whole, _)| (whole, "[]"));
        let at = whole.rfind(|c: char| !(c.is_alphanumeric() || c == '_'))? + 1;
        Some((format!("{}{array}", whole[..at].trim()), whole[at..].to_owned()))
    };
    body.split_inclusive(';').filter_map(|l| field(l.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "/*\n * about\n */\n#ifndef X\n#define X\n/** How many. */\n#define OCTO_N 7\n\n/**\n * A thing.\n * Since 0.2.\n */\n\
        octo_status octo_do(const octo_x *x,\n                    octo_bytes name);\n\ntypedef struct octo_x octo_x;\n\
        typedef struct octo_o {\n  size_t struct_size;\n  /** Not a; field. */\n  const octo_bytes *names;\n  uint8_t id[32];\n} octo_o;\n\
        typedef void (*octo_fn)(void *user_data);\nstatic inline int octo_i(void) {\n  return octo_j();\n}\n";

    #[test]
    fn a_header_is_read_as_its_declarations() {
        let found = items(HEADER);
        let names: Vec<_> = found.iter().map(|i| (i.kind, i.name.as_str())).collect();
        let expected = [
            (Kind::Constant, "OCTO_N"),
            (Kind::Function, "octo_do"),
            (Kind::Handle, "octo_x"),
            (Kind::Struct, "octo_o"),
            (Kind::Type, "octo_fn"),
        ];
        assert_eq!(names, expected);
        assert_eq!(found[1].since().as_deref(), Some("0.2"));
        assert_eq!(found[1].declaration(), "octo_status octo_do(const octo_x *x, octo_bytes name)");
        let fields: Vec<_> = fields(&found[3]).into_iter().map(|(_, name)| name).collect();
        assert_eq!(fields, ["struct_size", "names", "id"]);
    }
}
