//! Which files of a folder are its table, and what the folders' names say: `year=2024/month=5/part-0.parquet`.

use super::format::Format;
use crate::error::{Code, Error, Result};

/// What Hive names the folder of rows without a value.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// The names that are files of the table, of all names below a folder: those of tables; else, of a folder without any, the
/// images. Side files (`*.octo/`) and names that begin with `.` or `_` are left out.
pub(crate) fn table_files<'a>(folder: &str, names: impl Iterator<Item = &'a str>) -> Result<Vec<&'a str>> {
    let (mut tables, mut images) = (Vec::new(), Vec::new());
    for name in names {
        let below = name.strip_prefix(folder).unwrap_or(name);
        if below.split('/').any(|part| part.ends_with(".octo") || part.starts_with(['.', '_'])) {
            continue;
        }
        match Format::named(name) {
            Ok((Format::Image, _)) => images.push(name),
            Ok(_) => tables.push(name),
            Err(_) => {}
        }
    }
    let mut found = if tables.is_empty() { images } else { tables };
    if found.is_empty() {
        return Err(Error::new(Code::NotFound, format!("{folder}: there is no table and no image in it"))
            .remedy(format!("A table's name ends in one of {}.", super::format::ENDINGS))
            .with("path", folder));
    }
    found.sort_unstable();
    Ok(found)
}

/// The columns that the folders of `name` below `root` give, outermost first; no value where Hive's word for that stands.
pub(super) fn columns(root: &str, name: &str) -> Vec<(String, Option<String>)> {
    let below = name.strip_prefix(root).unwrap_or(name);
    let Some((folders, _)) = below.rsplit_once('/') else { return Vec::new() };
    let pairs = folders.split('/').filter_map(|folder| folder.split_once('='));
    pairs
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (decoded(key), Some(value).filter(|v| *v != NO_VALUE).map(decoded)))
        .collect()
}

/// `%2F` and its like are what Hive writes for characters that names of folders cannot have.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_columns_as_hive_writes_them() {
        let value = |v: &str| Some(v.to_owned());
        let found = columns("data/", "data/year=2024/city=S%C3%A3o%2FPaulo/x=__HIVE_DEFAULT_PARTITION__/part.parquet");
        let wanted = vec![("year".into(), value("2024")), ("city".into(), value("São/Paulo")), ("x".into(), None)];
        assert_eq!(found, wanted);
        assert_eq!(columns("data/", "data/a=1.csv"), [], "a file's name is not a folder's");
    }

    #[test]
    fn side_files_and_hidden_ones_are_no_part_of_the_table() {
        let names =
            ["d/b.csv", "d/a.parquet", "d/a.parquet.octo/data/sample.parquet", "d/_SUCCESS.csv", "d/x.png", "d/n.md"];
        assert_eq!(table_files("d/", names.into_iter()).unwrap(), ["d/a.parquet", "d/b.csv"]);
        assert_eq!(table_files("i/", ["i/cat/1.png", "i/2.JPG"].into_iter()).unwrap(), ["i/2.JPG", "i/cat/1.png"]);
        assert_eq!(table_files("e/", ["e/n.md"].into_iter()).unwrap_err().code(), Code::NotFound);
    }
}
