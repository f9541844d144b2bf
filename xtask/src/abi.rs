//! The ABI against its baseline: `tests/abi/octostore.api` has a line for every name that the header ever had.

use crate::parse::{Item, Kind, fields, items};
use crate::{Result, root};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const ABOUT: &str = "# Every name of the header: since which version, its state (stable, deprecated or removed), what it is. A line is never
# changed and never goes: what is removed stays with that state. \"cargo xtask abi --bless\" adds new names.
";

/// `kind name: declaration`, which is what must not change.
fn line(item: &Item) -> String {
    match item.kind {
        // Their fields are in octostore.layout, and handles have none.
        Kind::Handle | Kind::Struct => format!("{} {}", item.kind.name(), item.name),
        _ => format!("{} {}", item.kind.name(), item.declaration()),
    }
}

struct Known {
    since: String,
    state: String,
    what: String,
}

fn baseline(text: &str) -> Result<Vec<Known>> {
    let read = |line: &str| {
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some(since), Some(state @ ("stable" | "deprecated" | "removed")), Some(what)) => {
                Ok(Known { since: since.to_owned(), state: state.to_owned(), what: what.to_owned() })
            }
            _ => Err(format!("tests/abi/octostore.api: not a line of the table: {line}").into()),
        }
    };
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(read).collect()
}

/// What is wrong with today's header, and the lines that the baseline lacks.
fn compare(header: &str, known: &[Known]) -> (Vec<String>, Vec<String>) {
    let today = items(header);
    let now: BTreeMap<String, &Item> = today.iter().map(|i| (line(i), i)).collect();
    let mut wrong = Vec::new();
    for k in known {
        match (k.state.as_str(), now.get(&k.what)) {
            ("removed", Some(_)) => wrong.push(format!("was removed and is back: {}", k.what)),
            ("removed", None) => {}
            (_, None) => wrong.push(format!("is gone or has changed: {}", k.what)),
            (_, Some(item)) if item.since().is_some_and(|s| s != k.since) => {
                wrong.push(format!("is since {} and its comment says otherwise: {}", k.since, k.what));
            }
            _ => {}
        }
    }
    let listed = |what: &String| known.iter().any(|k| k.what == *what);
    let of_version = || env!("CARGO_PKG_VERSION").rsplit_once('.').map_or("0.1", |(minor, _)| minor).to_owned();
    let added = today.iter().filter(|i| !listed(&line(i)));
    let added = added.map(|i| format!("{} stable {}", i.since().unwrap_or_else(of_version), line(i)));
    (wrong, added.collect())
}

/// Fails if a name is gone, has changed, or is not listed.
pub(crate) fn check() -> Result<()> {
    let (wrong, added) = read()?;
    if wrong.is_empty() && added.is_empty() {
        println!("the header is what tests/abi/octostore.api says");
        return Ok(());
    }
    let added = added.iter().map(|a| format!("is new, so \"cargo xtask abi --bless\" has to list it: {a}"));
    Err(wrong.into_iter().chain(added).collect::<Vec<_>>().join("\n").into())
}

/// Lists new names. What is gone or changed stays an error: somebody has to say so by hand.
pub(crate) fn bless() -> Result<()> {
    let (wrong, added) = read()?;
    let path = root().join("tests/abi/octostore.api");
    let old = fs::read_to_string(&path).unwrap_or_else(|_| ABOUT.to_owned());
    let lines: String = added.iter().map(|a| format!("{a}\n")).collect();
    fs::write(&path, old + &lines)?;
    println!("{} names are new", added.len());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn read() -> Result<(Vec<String>, Vec<String>)> {
    let header = fs::read_to_string(root().join("include/octostore.h"))?;
    let table = fs::read_to_string(root().join("tests/abi/octostore.api")).unwrap_or_default();
    Ok(compare(&header, &baseline(&table)?))
}

/// A C program that prints the sizes and offsets of every struct of a header.
pub(crate) fn layout(header: &Path) -> Result<()> {
    println!("#include <octostore.h>\n#include <stdio.h>\n\nint main(void) {{");
    let text = fs::read_to_string(header)?;
    for item in items(&text).iter().filter(|i| i.kind == Kind::Struct) {
        let name = &item.name;
        println!("    printf(\"{name} size %zu\\n\", sizeof({name}));");
        for (_, field) in fields(item) {
            println!("    printf(\"{name}.{field} at %zu\\n\", offsetof({name}, {field}));");
        }
    }
    println!("    return 0;\n}}");
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HEADER: &str =
        "#define OCTO_A 1\n/** Does. Since 0.1. */\nint octo_f(int x);\n/** New. Since 0.1. */\nint octo_g(void);\n";

    fn compared(table: &str) -> (Vec<String>, Vec<String>) {
        compare(HEADER, &baseline(table).unwrap())
    }

    #[test]
    fn a_name_that_changed_or_went_or_is_not_listed_is_told() {
        let (wrong, added) =
            compared("0.1 stable constant OCTO_A 2\n0.1 stable function int octo_f(int x)\n0.1 stable handle octo_h\n");
        assert_eq!(wrong, ["is gone or has changed: constant OCTO_A 2", "is gone or has changed: handle octo_h"]);
        assert_eq!(added, ["0.1 stable constant OCTO_A 1", "0.1 stable function int octo_g(void)"]);
    }

    #[test]
    fn what_was_removed_stays_away_and_since_does_not_change() {
        let (wrong, _) = compared(
            "0.1 removed constant OCTO_A 1\n0.2 stable function int octo_f(int x)\n0.1 removed handle octo_h\n",
        );
        assert_eq!(
            wrong,
            [
                "was removed and is back: constant OCTO_A 1",
                "is since 0.2 and its comment says otherwise: function int octo_f(int x)"
            ]
        );
    }
}
