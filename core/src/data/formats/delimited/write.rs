//! Delimited text out of rows: missing values are empty, empty text is `""`, so that a reader can tell them apart.

use arrow::array::{Array, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::fmt::Write as _;
use std::io::Write;

/// Writes batches as lines, after one with the names of the columns.
pub(crate) struct DelimitedWriter<W> {
    to: W,
    delimiter: u8,
    begun: bool,
}

impl<W: Write> DelimitedWriter<W> {
    pub(crate) fn new(to: W, delimiter: u8) -> Self {
        DelimitedWriter { to, delimiter, begun: false }
    }

    /// Writes the rows of a batch; the names before the first one's, even if that has no rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let mut line = Vec::new();
        if !self.begun {
            self.begun = true;
            for (place, field) in batch.schema_ref().fields().iter().enumerate() {
                self.separate(place, &mut line);
                // A name that is empty must not make its line look like one without anything.
                self.text(field.name(), &mut line);
            }
            self.end(&mut line)?;
        }
        let options = FormatOptions::default();
        let columns = batch.columns().iter().map(|column| {
            let data_type = column.data_type();
            if data_type.is_nested() {
                return Err(ArrowError::CsvError(format!(
                    "a column of type {data_type} has no form in delimited text"
                )));
            }
            Ok((column.logical_nulls(), ArrayFormatter::try_new(column, &options)?))
        });
        let columns: Vec<(Option<NullBuffer>, ArrayFormatter<'_>)> = columns.collect::<Result<_, _>>()?;
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for (place, (missing, values)) in columns.iter().enumerate() {
                self.separate(place, &mut line);
                if missing.as_ref().is_some_and(|m| m.is_null(row)) {
                    continue;
                }
                text.clear();
                write!(text, "{}", values.value(row))
                    .map_err(|_| ArrowError::CsvError(format!("row {row}: a value has no form as text")))?;
                self.text(&text, &mut line);
            }
            self.end(&mut line)?;
        }
        Ok(())
    }

    fn separate(&self, place: usize, line: &mut Vec<u8>) {
        if place > 0 {
            line.push(self.delimiter);
        }
    }

    fn text(&self, text: &str, line: &mut Vec<u8>) {
        let special = |b: u8| b == self.delimiter || matches!(b, b'"' | b'\n' | b'\r');
        if !text.is_empty() && !text.bytes().any(special) {
            return line.extend_from_slice(text.as_bytes());
        }
        line.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                line.push(b'"');
            }
            line.push(byte);
        }
        line.push(b'"');
    }

    fn end(&mut self, line: &mut Vec<u8>) -> Result<(), ArrowError> {
        // Of a single column a missing value cannot be told from a line without anything, which is no row.
        if line.is_empty() {
            line.extend_from_slice(b"\"\"");
        }
        line.push(b'\n');
        self.to.write_all(line)?;
        line.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Date32Array, Float64Array, ListArray, StringArray};
    use arrow::datatypes::Int32Type;
    use std::sync::Arc;

    #[test]
    fn missing_and_empty_stay_apart_and_quotes_are_where_they_must_be() {
        let texts = StringArray::from(vec![Some("a"), None, Some(""), Some("x, \"y\""), Some("two\nlines")]);
        let days = Date32Array::from(vec![Some(20_787), None, Some(0), None, None]);
        let floats = Float64Array::from(vec![Some(1.5), None, Some(f64::NAN), None, Some(-2.0)]);
        let columns: Vec<(&str, ArrayRef, bool)> =
            vec![("t,", Arc::new(texts), true), ("day", Arc::new(days), true), ("x", Arc::new(floats), true)];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let mut out = Vec::new();
        let mut writer = DelimitedWriter::new(&mut out, b',');
        writer.write(&batch.slice(0, 0)).unwrap();
        writer.write(&batch).unwrap();
        let expected =
            "\"t,\",day,x\na,2026-11-30,1.5\n,,\n\"\",1970-01-01,NaN\n\"x, \"\"y\"\"\",,\n\"two\nlines\",,-2.0\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_list_has_no_form() {
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]);
        let batch = RecordBatch::try_from_iter([("l", Arc::new(lists) as ArrayRef)]).unwrap();
        assert!(DelimitedWriter::new(Vec::new(), b',').write(&batch).is_err());
    }
}
