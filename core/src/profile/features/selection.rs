//! The choice as a file that reading obeys: TOML, for people to change.

use super::rank::RankedTable;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

const HEAD: &str = "# The columns to read, chosen by \"octostore features\". Reading with this selection gives these and no others;\n\
                    # move a column from one list to the other as you like.\n";

/// The text of the selection file.
pub(crate) fn selection(tables: &[RankedTable], label: Option<&str>) -> String {
    let mut document = DocumentMut::new();
    document["version"] = value(1);
    if let Some(label) = label {
        document["label"] = value(label);
    }
    let mut entries = ArrayOfTables::new();
    for table in tables {
        let mut entry = Table::new();
        entry["path"] = value(table.path.as_str());
        entry["columns"] = value(list(table.kept.iter()));
        let mut left_out = ArrayOfTables::new();
        for column in table.columns.iter().filter(|c| !c.is_kept()) {
            for reason in column.reasons.iter().filter(|r| r.drops).take(1) {
                let mut why = Table::new();
                why["column"] = value(column.name.as_str());
                why["reason"] = value(reason.kind);
                why["text"] = value(reason.text.as_str());
                left_out.push(why);
            }
        }
        if !left_out.is_empty() {
            entry["left_out"] = Item::ArrayOfTables(left_out);
        }
        entries.push(entry);
    }
    document["table"] = Item::ArrayOfTables(entries);
    format!("{HEAD}{document}")
}

/// One name a line: a change of one is a change of one line.
fn list<'a>(names: impl Iterator<Item = &'a String>) -> Array {
    let mut array: Array = names.map(String::as_str).collect();
    for item in array.iter_mut() {
        item.decor_mut().set_prefix("\n  ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
    array
}

#[cfg(test)]
mod tests {
    use super::super::Reason;
    use super::super::rank::Ranked;
    use super::*;

    #[test]
    fn the_file_reads_back_whatever_the_names() {
        let ranked = |name: &str, drops| Ranked {
            name: name.into(),
            kind: "INT",
            is_label: false,
            score: 1.0,
            relevance: None,
            reasons: vec![Reason { kind: "constant", score: 1.0, text: "every value".into(), other: None, drops }],
        };
        let name = "a \"b\"\n\u{0}é";
        let table = RankedTable {
            path: "d'.csv".into(),
            rows: 3,
            columns: vec![ranked(name, false), ranked("x", true)],
            kept: vec![name.into()],
        };
        let text = selection(&[table], Some("y"));
        let read: toml::Table = text.parse().unwrap();
        assert_eq!(read["label"].as_str(), Some("y"));
        let entry = &read["table"][0];
        assert_eq!(entry["path"].as_str(), Some("d'.csv"));
        assert_eq!(entry["columns"][0].as_str(), Some(name));
        assert_eq!(entry["left_out"][0]["column"].as_str(), Some("x"));
    }
}
