//! `include/octostore.h`, from the `ffi` crate: cbindgen for types and functions, and what it cannot know.

use crate::{Result, root};
use cbindgen::{Config, DocumentationStyle, Language, SortKey, Style};
use std::fs;

const ABOUT: &str = include_str!("about.h");

/// The structs that callers own, and what follows their size: `0` a number or pointer, `b` an octo_bytes, `p` an octo_pointer.
const SIZED: &[(&str, &str)] = &[
    ("octo_context_options", "000"),
    ("octo_job", "000"),
    ("octo_init_options", "bb"),
    ("octo_clone_options", "000bbb"),
    ("octo_push_options", "b0"),
    ("octo_fsck_options", "0"),
    ("octo_add_totals", "00000"),
    ("octo_push_report", "0000"),
    ("octo_pull_report", "0000"),
    ("octo_drop_report", "00"),
    ("octo_copy_report", "00"),
    ("octo_fsck_totals", "0000"),
    ("octo_file_status", "b00000p"),
    ("octo_entry", "bp"),
    ("octo_log_entry", "bbb00p"),
    ("octo_range", "00b00"),
    ("octo_problem", "0bb"),
];

fn generate() -> Result<String> {
    let version = env!("CARGO_PKG_VERSION");
    let parts: Vec<&str> = version.split('.').collect();
    let macros = format!(
        "/* The version of the library that this header came with. */\n#define OCTO_VERSION \"{version}\"\n\
         #define OCTO_VERSION_MAJOR {}\n#define OCTO_VERSION_MINOR {}\n#define OCTO_VERSION_PATCH {}",
        parts[0], parts[1], parts[2]
    );
    let mut config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        header: Some(format!("{}\n\n#ifndef OCTOSTORE_H\n#define OCTOSTORE_H", ABOUT.trim())),
        after_includes: Some(format!("\n{macros}\n")),
        no_includes: true,
        sys_includes: vec!["stdbool.h".into(), "stddef.h".into(), "stdint.h".into()],
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        sort_by: SortKey::None,
        trailer: Some(initialisers()),
        line_length: 110,
        ..Config::default()
    };
    config.function.sort_by = Some(SortKey::None);
    config.constant.sort_by = Some(SortKey::None);
    config.enumeration.prefix_with_name = true;
    let bindings = cbindgen::Builder::new().with_crate(root().join("ffi")).with_config(config).generate()?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    Ok(String::from_utf8(text)?)
}

/// A value for each struct that begins with its size, all zero but for that: for any definition, static ones too.
fn initialisers() -> String {
    let mut text = String::from("/* Initial values of the structs that begin with their size. */\n");
    for (name, fields) in SIZED {
        let zero = |field| match field {
            'b' => ", {0, 0}",
            'p' => ", {{0}, 0}",
            _ => ", 0",
        };
        let zeros: String = fields.chars().map(zero).collect();
        text += &format!("#define {}_INIT {{sizeof({name}){zeros}}}\n", name.to_uppercase());
    }
    text + "\n#endif /* OCTOSTORE_H */"
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
