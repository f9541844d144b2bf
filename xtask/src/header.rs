//! `include/octostore.h`, from the `ffi` crate: cbindgen for types and functions, and what it cannot know.

use crate::{Result, root};
use cbindgen::{Config, DocumentationStyle, Language, SortKey, Style};
use std::fs;

const ABOUT: &str = include_str!("about.h");
const END: &str = "octostore.h ends here";

/// The structs that callers own: each begins with its size.
const SIZED: &[&str] = &[
    "octo_context_options",
    "octo_job",
    "octo_init_options",
    "octo_clone_options",
    "octo_push_options",
    "octo_fsck_options",
    "octo_add_totals",
    "octo_push_report",
    "octo_pull_report",
    "octo_drop_report",
    "octo_copy_report",
    "octo_fsck_totals",
    "octo_file_status",
    "octo_entry",
    "octo_log_entry",
    "octo_range",
    "octo_problem",
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
        include_guard: Some("OCTOSTORE_H".into()),
        header: Some(ABOUT.trim().to_owned()),
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

/// A value and a function for each struct that begins with its size: all zero but for that.
fn initialisers() -> String {
    let mut text = String::from(
        "/* Initial values of the structs that begin with their size: as a function, and as a macro for definitions. */\n\
         #ifdef __cplusplus\n#define OCTO_ZERO_ {}\n#else\n#define OCTO_ZERO_ {0}\n#endif\n",
    );
    for name in SIZED {
        let macro_name = name.to_uppercase();
        text += &format!(
            "static inline {name} {name}_init(void) {{ {name} value = OCTO_ZERO_; value.struct_size = sizeof(value); return value; }}\n\
             #define {macro_name}_INIT {name}_init()\n"
        );
    }
    text + &format!("#undef OCTO_ZERO_\n\n/* {END} */")
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
