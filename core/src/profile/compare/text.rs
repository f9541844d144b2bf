//! The differences, for people: lines of plain text, and Markdown for a pull request.

use super::changes::{Change, Figure, TableDiff};
use super::distance::Distance;
use crate::profile::summary::figures::{count, number, percent};
use std::fmt::Write;

/// Columns that are written out; of wider tables the most drifted ones.
const SHOWN: usize = 50;
const LONG: usize = 60;

/// Lines of text, the first with the path.
pub(crate) fn plain(path: &str, diff: &TableDiff, schema: &[String]) -> String {
    let mut out = format!("{}: {}\n", visible(path), headline(diff));
    for (name, kind) in &diff.new {
        let _ = writeln!(out, "  + {} ({kind})", visible(name));
    }
    for (name, kind) in &diff.gone {
        let _ = writeln!(out, "  - {} ({kind})", visible(name));
    }
    for column in diff.columns.iter().take(SHOWN) {
        let parts = column.changes.iter().filter(|c| is_told(c)).map(change).chain(measures(&column.distance));
        let _ = writeln!(out, "  ~ {}: {}", visible(&column.name), parts.collect::<Vec<_>>().join(", "));
    }
    rest(&mut out, "  ", diff);
    for line in schema {
        let _ = writeln!(out, "  schema: {}", visible(line));
    }
    out
}

/// A section of Markdown with a table.
pub(crate) fn markdown(path: &str, diff: &TableDiff, schema: &[String]) -> String {
    let mut out = format!("### {}\n\n{}\n", code(path), headline(diff));
    let names = |columns: &[(String, &str)]| {
        columns.iter().map(|(n, kind)| format!("{} ({kind})", code(n))).collect::<Vec<_>>().join(", ")
    };
    if !diff.new.is_empty() {
        let _ = writeln!(out, "\nNew columns: {}", names(&diff.new));
    }
    if !diff.gone.is_empty() {
        let _ = writeln!(out, "\nColumns that are gone: {}", names(&diff.gone));
    }
    if !diff.columns.is_empty() {
        out += "\n| column | changes | L∞ | Jensen-Shannon | quantile shift |\n|---|---|---:|---:|---:|\n";
    }
    for column in diff.columns.iter().take(SHOWN) {
        let changes: Vec<String> = column.changes.iter().filter(|c| is_told(c)).map(|c| escaped(&change(c))).collect();
        let d = &column.distance;
        let figure = |value: Option<f64>| value.map_or(String::new(), number);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&column.name),
            changes.join("; "),
            figure(d.l_infinity),
            figure(d.jensen_shannon),
            figure(d.quantile_shift)
        );
    }
    rest(&mut out, "\n", diff);
    if !schema.is_empty() {
        out += "\nSchema:\n\n";
        for line in schema {
            let _ = writeln!(out, "- {}", escaped(line));
        }
    }
    out
}

fn rest(out: &mut String, indent: &str, diff: &TableDiff) {
    if diff.columns.len() > SHOWN {
        let _ =
            writeln!(out, "{indent}... and {} more columns that differ", count((diff.columns.len() - SHOWN) as u64));
    }
}

fn headline(diff: &TableDiff) -> String {
    let rows = match diff.rows {
        (a, b) if a == b => format!("{} rows as before", count(a)),
        (a, b) => format!("{} → {} rows", count(a), count(b)),
    };
    let counts = [(diff.new.len(), "new"), (diff.gone.len(), "gone"), (diff.columns.len(), "changed")];
    let columns: Vec<String> =
        counts.iter().filter(|c| c.0 > 0).map(|(n, what)| format!("{} {what}", count(*n as u64))).collect();
    match columns.is_empty() {
        true => format!("{rows}, columns alike"),
        false => format!("{rows}, columns: {}", columns.join(", ")),
    }
}

/// A share says it already.
fn is_told(change: &Change) -> bool {
    change.what != "present"
}

fn change(change: &Change) -> String {
    format!("{} {} → {}", change.what, figure(&change.from), figure(&change.to))
}

fn figure(figure: &Figure) -> String {
    match figure {
        Figure::None => "none".to_owned(),
        Figure::Count(n) => count(*n),
        Figure::Estimate(n, error) => format!("≈{} (±{})", count(*n), percent(*error)),
        Figure::Number(n) => number(*n),
        Figure::Share(s) => percent(*s),
        Figure::Text(text) => format!("\"{}\"", visible(text)),
    }
}

fn measures(d: &Distance) -> impl Iterator<Item = String> {
    let bound = if d.lower_bound { "≥ " } else { "" };
    let measure = move |name: &str, value: Option<f64>| {
        value.filter(|v| *v > 0.0).map(|v| format!("{name} {bound}{}", number(v)))
    };
    [
        measure("L∞", d.l_infinity),
        measure("Jensen-Shannon", d.jensen_shannon),
        measure("quantile shift", d.quantile_shift),
    ]
    .into_iter()
    .flatten()
}

/// A name or value of somebody's data as one short line that cannot steer a terminal.
fn visible(text: &str) -> String {
    let mut out: String = text.chars().take(LONG).flat_map(shown).collect();
    if text.chars().nth(LONG).is_some() {
        out.push('…');
    }
    out
}

fn shown(c: char) -> Vec<char> {
    match is_invisible(c) {
        true => c.escape_unicode().collect(),
        false => vec![c],
    }
}

/// Characters that move the cursor, hide, or turn the direction of what follows.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible_line(text) {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn visible_line(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(shown)
}

/// A name in a code span, which a table can hold.
fn code(name: &str) -> String {
    let name = visible(name);
    match name.contains(['`', '|']) {
        true => escaped(&name),
        false => format!("`{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::summary::Table;
    use crate::profile::summary::testing::texts;

    fn diff() -> TableDiff {
        let table = |rows, columns| Table { rows, columns, ..Table::default() };
        let from = table(4, vec![texts("a|b", &[("x", 3), ("<b>\u{202e}", 1)])]);
        let to = table(4, vec![texts("a|b", &[("<b>\u{202e}", 3), ("x", 1)]), texts("`n`", &[("y", 4)])]);
        TableDiff::between(&from, &to)
    }

    #[test]
    fn text_names_figures_and_distances() {
        let text = plain("d.csv", &diff(), &["x: type INT → FLOAT".into()]);
        assert!(text.starts_with("d.csv: 4 rows as before, columns: 1 new, 1 changed\n  + `n` (STRING)\n"), "{text}");
        assert!(text.contains("top value \"x\" → \"<b>\\u{202e}\""), "{text}");
        assert!(text.contains("L∞ 0.5"), "{text}");
        assert!(text.ends_with("  schema: x: type INT → FLOAT\n"), "{text}");
    }

    #[test]
    fn markdown_is_not_broken_by_names_and_values() {
        let text = markdown("d.csv", &diff(), &["*x*".into()]);
        assert!(text.contains("| a\\|b |"), "{text}");
        assert!(!text.contains("<b>") && !text.contains('\u{202e}'), "{text}");
        assert!(text.contains("- \\*x\\*"), "{text}");
    }
}
