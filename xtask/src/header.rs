//! `include/octostore.h`, from the `ffi` crate: cbindgen translates types and functions, and this puts them in the order of a
//! manual: a group for each module, with the module's own text and example at its head, and initial values after their structs.

use crate::parse::{Item, Kind, fields, items};
use crate::{Result, root};
use cbindgen::{Config, DocumentationStyle, Language, SortKey, Style};
use std::collections::HashMap;
use std::fs;

const ABOUT: &str = include_str!("about.h");
const ARROW: &str = include_str!("arrow.h");
const TEXT: &str = include_str!("text.h");

/// The modules of `ffi/src` that are groups of the header, in the order of reading.
const GROUPS: &[&str] = &[
    "bytes",
    "version",
    "error",
    "job",
    "log",
    "context",
    "repo",
    "stage",
    "read",
    "transfer",
    "store",
    "table",
    "document",
    "data",
    "profile",
    "task",
    "begin",
    "begin_documents",
    "take",
    "git",
];

/// What cbindgen makes of the crate.
fn translated() -> Result<Vec<Item>> {
    let mut config = Config {
        language: Language::C,
        style: Style::Both,
        no_includes: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        sort_by: SortKey::None,
        line_length: 110,
        ..Config::default()
    };
    config.function.sort_by = Some(SortKey::None);
    config.constant.sort_by = Some(SortKey::None);
    let bindings = cbindgen::Builder::new().with_crate(root().join("ffi")).with_config(config).generate()?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    // Our types have their typedefs; those of Arrow are structs only.
    let text =
        String::from_utf8(text)?.replace("typedef struct octo_", "typedef octo_").replace("struct octo_", "octo_");
    let text =
        text.replace("typedef octo_", "typedef struct octo_").replace("struct ArrowArrayStream", "ArrowArrayStream");
    Ok(items(&text.replace("ArrowArrayStream *", "struct ArrowArrayStream *")))
}

/// The header.
pub(crate) fn generate() -> Result<String> {
    let mut found: HashMap<String, Item> = translated()?.into_iter().map(|i| (i.name.clone(), i)).collect();
    let mut text = beginning();
    for group in GROUPS {
        let source = fs::read_to_string(root().join(format!("ffi/src/{group}.rs")))?;
        text += &banner(&source)?;
        if *group == "table" {
            text += &format!("\n{}\n", ARROW.trim());
        }
        let mut constants = false;
        for name in names(&source) {
            let Some(item) = found.remove(name) else { continue };
            // Constants stand together.
            if !(constants && item.kind == Kind::Constant) {
                text += "\n";
            }
            constants = item.kind == Kind::Constant;
            text += &written(&item);
            if name == "octo_bytes" {
                text += &format!("\n{}\n", TEXT.trim());
            }
        }
    }
    if let Some(name) = found.keys().next() {
        return Err(format!("{name} is in no group: xtask/src/header.rs lists the modules").into());
    }
    Ok(text + "\n#ifdef __cplusplus\n} /* extern \"C\" */\n#endif\n\n#endif /* OCTOSTORE_H */\n")
}

fn beginning() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut parts = version.split('.');
    let mut part = || parts.next().unwrap_or("0");
    format!(
        "{}\n\n#ifndef OCTOSTORE_H\n#define OCTOSTORE_H\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n\
         /* The version of the library that this header came with. */\n#define OCTO_VERSION \"{version}\"\n\
         #define OCTO_VERSION_MAJOR {}\n#define OCTO_VERSION_MINOR {}\n#define OCTO_VERSION_PATCH {}\n\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n",
        ABOUT.trim(),
        part(),
        part(),
        part()
    )
}

/// The head of a group: its module's text.
fn banner(source: &str) -> Result<String> {
    let mut doc = source.lines().map_while(|l| l.strip_prefix("//!")).map(|l| l.strip_prefix(' ').unwrap_or(l));
    let title = doc.next().ok_or("a module without a text")?.to_uppercase();
    let mut text = format!("\n/* {}\n * {title}\n", "=".repeat(120));
    let mut in_code = false;
    for line in doc {
        if line.contains("/*") || line.contains("*/") {
            return Err(format!("a comment in a comment: {line}").into());
        }
        match line {
            "```c" => in_code = true,
            "```" => in_code = false,
            "" => text += " *\n",
            code if in_code => text += &format!(" *     {code}\n"),
            words => text += &format!(" * {words}\n"),
        }
    }
    Ok(text + &format!(" * {} */\n", "=".repeat(120)))
}

/// The names that a module declares, in its order.
fn names(source: &str) -> impl Iterator<Item = &str> {
    let begins = ["pub const ", "pub struct ", "pub type ", "pub unsafe extern \"C\" fn ", "pub extern \"C\" fn "];
    source.lines().filter_map(move |line| {
        let rest = begins.iter().find_map(|b| line.strip_prefix(b))?;
        rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
    })
}

/// An item with its comment, and what belongs to it.
fn written(item: &Item) -> String {
    let doc = match &item.doc[..] {
        [] => String::new(),
        [line] => format!("/** {line} */\n"),
        lines => format!("/**\n{} */\n", lines.iter().map(|l| format!(" * {l}\n")).collect::<String>()),
    };
    let mut text = format!("{doc}{}\n", compact(&item.text));
    let fields = fields(item);
    if fields.first().is_some_and(|(_, name)| name == "struct_size") {
        let zero = |(kind, _): &(String, String)| match kind.as_str() {
            "octo_bytes" => ", {0, 0}",
            "octo_pointer" => ", {{0}, 0}",
            _ => ", 0",
        };
        let zeros: String = fields.iter().skip(1).map(zero).collect();
        text += &format!("#define {}_INIT {{sizeof({}){zeros}}}\n", item.name.to_uppercase(), item.name);
    }
    text
}

/// Comments of one line stand on one line, with the field that they are about.
fn compact(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        match lines[at..] {
            ["  /**", words, "   */", ..] => {
                out.push(format!("  /** {} */", words.trim().trim_start_matches("* ")));
                at += 3;
            }
            _ => {
                out.push(lines[at].to_owned());
                at += 1;
            }
        }
    }
    out.join("\n")
}

/// Writes the header.
pub(crate) fn write() -> Result<()> {
    let path = root().join("include/octostore.h");
    fs::write(&path, generate()?)?;
    println!("wrote {}", path.display());
    Ok(())
}

/// Fails if the header in the tree is not what would be written.
pub(crate) fn check() -> Result<()> {
    let there = fs::read_to_string(root().join("include/octostore.h"))?;
    let fresh = generate()?;
    if there == fresh {
        println!("include/octostore.h is fresh");
        return Ok(());
    }
    let differs = there.lines().zip(fresh.lines()).enumerate().find(|(_, (a, b))| a != b);
    let place = differs.map_or("one is longer".to_owned(), |(n, (a, b))| format!("line {}:\n- {a}\n+ {b}", n + 1));
    Err(format!("include/octostore.h is stale: run \"cargo xtask header\" and commit it; {place}").into())
}
