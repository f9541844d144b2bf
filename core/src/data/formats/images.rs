//! A folder of images as a table: a row for each, without decoding any pixel.

use super::{Batches, Piece, Span, TableFile, Want};
use crate::data::unpacked::BUFFER;
use crate::data::{SourceFile, from_arrow, invalid};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::io::{BufReader, Read};
use std::ops::Range;
use std::sync::Arc;

/// What a part or a batch has at most, unless one image has more.
const BYTES: u64 = 16 << 20;
const ROWS: usize = 1024;

/// The columns. An image that cannot be understood has no format, width and height, but its bytes.
const COLUMNS: [(&str, DataType); 7] = [
    ("path", DataType::Utf8),
    ("label", DataType::Utf8),
    ("format", DataType::Utf8),
    ("width", DataType::Int64),
    ("height", DataType::Int64),
    ("size", DataType::Int64),
    ("bytes", DataType::Binary),
];

pub(super) struct Images {
    files: Arc<[SourceFile]>,
    schema: SchemaRef,
}

impl Images {
    pub(super) fn open(files: &[SourceFile]) -> Self {
        let fields = COLUMNS.into_iter().map(|(name, kind)| Field::new(name, kind, true)).collect::<Vec<_>>();
        Images { files: files.into(), schema: Arc::new(Schema::new(fields)) }
    }
}

impl TableFile for Images {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        let runs = runs(&self.files, 0..self.files.len(), ROWS).into_iter();
        Ok(runs
            .map(|run| Piece {
                bytes: self.files[run.clone()].iter().map(|f| f.len).sum(),
                rows: Some(run.len() as u64),
                first_row: run.start as u64,
                span: Span::Units(run),
            })
            .collect())
    }

    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches> {
        let all = match &piece.span {
            Span::Units(run) => run.clone(),
            _ => 0..self.files.len(),
        };
        let runs = runs(&self.files, all, want.batch_rows.clamp(1, ROWS));
        let (files, schema, want) = (self.files.clone(), self.schema.clone(), want.clone());
        Ok(Box::new(runs.into_iter().map(move |run| {
            want.job.check()?;
            let rows = run.len();
            let images = Look::at(&files[run], want.columns.contains(&6))?;
            let columns = want.columns.iter().map(|c| images.column(*c)).collect();
            let schema = schema.project(&want.columns).map_err(|e| invalid("images", e))?;
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            RecordBatch::try_new_with_options(Arc::new(schema), columns, &options).map_err(|e| invalid("images", e))
        })))
    }
}

/// Runs of files that are read together.
fn runs(files: &[SourceFile], all: Range<usize>, most: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for n in all {
        match runs.last_mut() {
            Some(run) if run.len() < most && bytes + files[n].len <= BYTES => run.end = n + 1,
            _ => {
                bytes = 0;
                runs.push(n..n + 1);
            }
        }
        bytes += files[n].len;
    }
    runs
}

/// What is seen of some images.
struct Look<'a> {
    files: &'a [SourceFile],
    sizes: Vec<Option<(&'static str, i64, i64)>>,
    bytes: Vec<Vec<u8>>,
}

impl<'a> Look<'a> {
    fn at(files: &'a [SourceFile], with_bytes: bool) -> Result<Self> {
        let mut look = Look { files, sizes: Vec::new(), bytes: Vec::new() };
        for file in files {
            let mut source = BufReader::with_capacity(BUFFER.min(16 << 10), file.open()?);
            if with_bytes {
                let mut bytes = Vec::new();
                source.read_to_end(&mut bytes).map_err(|e| from_arrow(&file.name, e.into()))?;
                look.sizes.push(size(std::io::Cursor::new(&bytes)));
                look.bytes.push(bytes);
            } else {
                look.sizes.push(size(source));
            }
        }
        Ok(look)
    }

    fn column(&self, column: usize) -> ArrayRef {
        let names = self.files.iter().map(|f| f.name.as_str());
        let sizes = self.sizes.iter();
        match column {
            0 => Arc::new(names.map(Some).collect::<StringArray>()),
            1 => Arc::new(names.map(label).collect::<StringArray>()),
            2 => Arc::new(sizes.map(|s| s.map(|s| s.0)).collect::<StringArray>()),
            3 => Arc::new(sizes.map(|s| s.map(|s| s.1)).collect::<Int64Array>()),
            4 => Arc::new(sizes.map(|s| s.map(|s| s.2)).collect::<Int64Array>()),
            5 => Arc::new(self.files.iter().map(|f| i64::try_from(f.len).ok()).collect::<Int64Array>()),
            _ => Arc::new(self.bytes.iter().map(|b| Some(b.as_slice())).collect::<BinaryArray>()),
        }
    }
}

/// The name of the folder that an image is in.
fn label(name: &str) -> Option<&str> {
    let folder = name.rsplit_once('/')?.0;
    Some(folder.rsplit_once('/').map_or(folder, |f| f.1)).filter(|f| !f.is_empty())
}

fn size(mut from: impl std::io::BufRead + std::io::Seek) -> Option<(&'static str, i64, i64)> {
    use imagesize::ImageType as T;
    let kind = imagesize::reader_type(&mut from).ok()?;
    let name = match kind {
        T::Jpeg => "jpeg",
        T::Png => "png",
        T::Gif => "gif",
        T::Bmp => "bmp",
        T::Webp => "webp",
        T::Tiff => "tiff",
        _ => "other",
    };
    from.rewind().ok()?;
    let size = kind.reader_size(&mut from).ok()?;
    Some((name, i64::try_from(size.width).ok()?, i64::try_from(size.height).ok()?))
}
