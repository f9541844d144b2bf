//! What was found, for people, for other programs and for build servers.

use super::anomaly::{Anomaly, Findings, Reason};
use super::rows::ExampleRow;
use crate::profile::messages::{Anomalies, Named, Schema, json};
use serde_json::{Value, json};
use std::fmt::Write;

/// So many places of a change are shown in text.
const CHANGES: usize = 12;

/// Findings, and what they are of.
pub(crate) struct Report<'a> {
    /// The data's path, and its revision if it is not the index.
    pub name: String,
    pub schema: &'a Schema,
    pub findings: &'a Findings,
    /// Of the data set.
    pub rows: u64,
    /// What a reader should know besides.
    pub note: Option<String>,
}

impl Report<'_> {
    pub(crate) fn anomalies(&self) -> Anomalies {
        self.findings.message(self.schema)
    }

    /// Each anomaly with what it is of; the data set itself comes first.
    fn all(&self) -> impl Iterator<Item = (String, &Anomaly)> {
        let dataset = self.findings.dataset.iter().map(|a| ("the data set".to_owned(), a));
        dataset.chain(self.findings.features.iter().map(|(path, a)| (path.to_string(), a)))
    }

    pub(crate) fn json(&self) -> Value {
        let features = self.findings.features.iter().map(|(path, anomaly)| {
            let mut told = anomaly_json(anomaly);
            told["feature"] = json!(path.to_string());
            told["path"] = json!(path.0);
            told
        });
        json!({
            "data": self.name,
            "rows": self.rows,
            "features": self.schema.feature.len(),
            "valid": self.findings.none(),
            "note": self.note,
            "data_missing": self.findings.data_missing,
            "anomalies": features.collect::<Vec<_>>(),
            "dataset": self.findings.dataset.as_ref().map(anomaly_json),
            "measurements": self.findings.measured.iter().map(json::to_json).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}: {}", self.name, self.verdict());
        for (name, anomaly) in self.all() {
            let _ = writeln!(out, "\n{name}: {}", anomaly.short());
            for reason in &anomaly.reasons {
                let _ = writeln!(out, "  {}  {}", reason.kind.as_text(), one_line(&reason.long));
            }
            for (kind, count) in &anomaly.broken {
                let _ = writeln!(out, "  {count} rows break {}", kind.as_text());
            }
            for row in &anomaly.rows {
                let _ = writeln!(out, "  {}", row_text(row));
            }
            for line in change_lines(anomaly) {
                let _ = writeln!(out, "  to accept: {line}");
            }
        }
        out.extend(self.note.iter().map(|note| format!("\n{}\n", one_line(note))));
        out
    }

    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("### {}: {}\n", escaped(&self.name), self.verdict());
        if self.findings.none() {
            return out;
        }
        out.push_str("\n| feature | anomaly | what | rows |\n|---|---|---|---|\n");
        for (name, anomaly) in self.all() {
            let kinds = anomaly.reasons.iter().map(|r| format!("`{}`", r.kind.as_text()));
            let kinds = kinds.collect::<Vec<_>>().join("<br>");
            let rows = anomaly.rows.iter().map(|r| escaped(&row_text(r))).collect::<Vec<_>>().join("<br>");
            let _ = writeln!(out, "| {} | {kinds} | {} | {rows} |", escaped(&name), escaped(&anomaly.long()));
        }
        let changed = self.all().filter(|(_, a)| !a.change.is_empty()).collect::<Vec<_>>();
        if !changed.is_empty() {
            out.push_str("\n<details><summary>The schema that would accept the data</summary>\n\n```diff\n");
            for (_, anomaly) in changed {
                for line in change_lines(anomaly) {
                    let _ = writeln!(out, "{}", line.replace("```", "'''"));
                }
            }
            out.push_str("```\n\n</details>\n");
        }
        out.extend(self.note.iter().map(|note| format!("\n{}\n", escaped(note))));
        out
    }

    /// A test case for each feature of the schema, and for each that is not in it.
    pub(crate) fn junit(&self) -> String {
        let known = self.schema.feature.iter().map(|f| f.name().to_owned());
        let good = known.filter(|name| self.findings.features.keys().all(|path| path.0.first() != Some(name)));
        let good: Vec<String> = good.collect();
        let failures = self.all().count() + usize::from(self.findings.data_missing);
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let suite = xml(&self.name);
        let tests = good.len() + failures;
        let _ = writeln!(out, "<testsuites tests=\"{tests}\" failures=\"{failures}\">");
        let _ = writeln!(out, "  <testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{failures}\">");
        for name in good {
            let _ = writeln!(out, "    <testcase classname=\"{suite}\" name=\"{}\"/>", xml(&name));
        }
        let mut fail = |name: &str, kind: &str, message: &str, body: &str| {
            let _ = writeln!(out, "    <testcase classname=\"{suite}\" name=\"{}\">", xml(name));
            let _ =
                writeln!(out, "      <failure type=\"{kind}\" message=\"{}\">{}</failure>", xml(message), xml(body));
            out.push_str("    </testcase>\n");
        };
        if self.findings.data_missing {
            fail("the data set", "DATA_MISSING", "There are no rows", "");
        }
        for (name, anomaly) in self.all() {
            let kinds = anomaly.reasons.iter().map(|r| r.kind.as_text()).collect::<Vec<_>>().join(" ");
            let rows = anomaly.rows.iter().map(|r| format!("\n{}", row_text(r))).collect::<String>();
            fail(&name, &kinds, anomaly.short(), &format!("{}{rows}", anomaly.long()));
        }
        out.push_str("  </testsuite>\n</testsuites>\n");
        out
    }

    fn verdict(&self) -> String {
        match self.all().count() {
            _ if self.findings.data_missing => "there are no rows to validate".to_owned(),
            0 => format!("no anomalies in {} rows", self.rows),
            1 => format!("1 anomaly in {} rows", self.rows),
            n => format!("{n} anomalies in {} rows", self.rows),
        }
    }
}

fn anomaly_json(anomaly: &Anomaly) -> Value {
    let reason = |r: &Reason| json!({"type": r.kind.as_text(), "short": r.short, "description": r.long});
    let row = |r: &ExampleRow| json!({"file": r.file, "row": r.row, "value": r.value, "type": r.kind.as_text()});
    let broken = anomaly.broken.iter().map(|(kind, n)| (kind.as_text().to_owned(), json!(n)));
    json!({
        "types": anomaly.reasons.iter().map(|r| r.kind.as_text()).collect::<Vec<_>>(),
        "short": anomaly.short(),
        "description": anomaly.long(),
        "reasons": anomaly.reasons.iter().map(reason).collect::<Vec<_>>(),
        "change": anomaly.change.iter().map(crate::profile::schema::Difference::json).collect::<Vec<_>>(),
        "rows": anomaly.rows.iter().map(row).collect::<Vec<_>>(),
        "broken_rows": broken.collect::<serde_json::Map<_, _>>(),
    })
}

fn row_text(row: &ExampleRow) -> String {
    let value = row.value.as_ref().map_or("no value".to_owned(), |v| one_line(v));
    format!("{}, row {}: {value}", row.file, row.row)
}

fn change_lines(anomaly: &Anomaly) -> impl Iterator<Item = String> {
    let told = anomaly.change.iter().take(CHANGES).map(|d| match (&d.before, &d.after) {
        (Some(before), None) => format!("- {}: {before}", d.place),
        (None, Some(after)) => format!("+ {}: {after}", d.place),
        (before, after) => {
            let shown = |v: &Option<String>| v.clone().unwrap_or_default();
            format!("! {}: {} -> {}", d.place, shown(before), shown(after))
        }
    });
    let more = anomaly.change.len().saturating_sub(CHANGES);
    told.chain((more > 0).then(|| format!("  ... and {more} more")))
}

/// Text without control characters: values of the data may be anything.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// For a cell of a Markdown table.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
