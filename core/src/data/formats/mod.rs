//! Each format once: what it takes to read a file of it, whole or in pieces.

use super::rejects::{OnError, Rejects};
use super::rows::guarded;
use super::{Format, SourceFile};
use crate::error::{Error, Result};
use crate::job::Job;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use std::ops::Range;
use std::sync::Arc;

mod avro;
mod delimited;
mod examples;
mod images;
mod ipc;
mod json;
mod parquet;

pub(super) use delimited::DelimitedWriter;

pub(super) type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// A file whose schema is known.
pub(super) trait TableFile: Send + Sync {
    /// All of its columns.
    fn schema(&self) -> &SchemaRef;

    /// Pieces that can be read on their own, in order. A file of text is read for that.
    fn pieces(&self, job: &Job) -> Result<Vec<Piece>>;

    /// Pieces of equal size whose rows are found when one is read, for who reads few of many; none where `pieces` costs no
    /// reading anyway, or where rows cannot be found.
    fn rough_pieces(&self) -> Option<Vec<Piece>> {
        None
    }

    /// The wanted columns of a piece, in the file's order.
    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches>;

    /// What a person should know about how it is read.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether the column is kept as codes of a dictionary.
    fn has_dictionary(&self, _column: usize) -> bool {
        false
    }
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub span: Span,
    pub bytes: u64,
    pub rows: Option<u64>,
    /// Rows of the file before it, where known.
    pub first_row: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Whole,
    /// From the beginning of a row to the end of one.
    Bytes(Range<u64>),
    /// The rows that begin in these bytes, which begin and end anywhere.
    Rough(Range<u64>),
    /// Row groups, record batches, files: whatever the format counts.
    Units(Range<usize>),
}

impl Piece {
    pub(super) fn whole(bytes: u64) -> Piece {
        Piece { span: Span::Whole, bytes, rows: None, first_row: 0 }
    }
}

/// What is to be read of a file.
#[derive(Clone)]
pub(super) struct Want {
    /// Places of columns in the file's schema, rising.
    pub columns: Vec<usize>,
    /// The type that each of these is wanted in. A file of text is read so; others give what they have.
    pub types: Vec<DataType>,
    pub batch_rows: usize,
    /// No more rows than this are needed.
    pub limit: Option<usize>,
    pub on_error: OnError,
    pub rejects: Arc<Rejects>,
    pub job: Job,
}

/// The files that are read together: all images are one, any other file is one for itself.
pub(super) fn gather(files: Vec<SourceFile>) -> Vec<Vec<SourceFile>> {
    let (images, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|f| matches!(Format::named(&f.name), Ok((Format::Image, _))));
    let images = Some(images).filter(|i| !i.is_empty());
    others.into_iter().map(|f| vec![f]).chain(images).collect()
}

/// How files are opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// Columns of text are 64-bit integers, floats or text, as TFDV has them.
    pub plain: bool,
    /// Bytes of the beginning that are looked at for types.
    pub look: usize,
}

impl Opening {
    /// Many files share what one may look at.
    pub(super) fn of_files(files: usize, plain: bool) -> Opening {
        Opening { plain, look: (LOOK_AT_ALL / files.max(1)).clamp(128 << 10, LOOK_AT_ONE) }
    }
}

const LOOK_AT_ONE: usize = 4 << 20;
const LOOK_AT_ALL: usize = 64 << 20;

/// Finds out what columns a file has.
pub(super) fn open(files: &[SourceFile], opening: &Opening) -> Result<Arc<dyn TableFile>> {
    let file = files.first().ok_or_else(|| Error::internal("no file to open"))?;
    guarded(|| {
        let table: Arc<dyn TableFile> = match Format::named(&file.name)? {
            (Format::Delimited(delimiter), packed) => {
                let fixed = Some(delimiter).filter(|d| *d != b',');
                Arc::new(delimited::Delimited::open(file, packed, fixed, opening)?)
            }
            (Format::JsonLines, packed) => Arc::new(json::Json::open(file, packed, true, opening)?),
            (Format::Json, packed) => Arc::new(json::Json::open(file, packed, false, opening)?),
            (Format::Parquet, packed) => Arc::new(parquet::Parquet::open(file, packed)?),
            (Format::Arrow, packed) => Arc::new(ipc::Ipc::open(file, packed)?),
            (Format::Avro, packed) => Arc::new(avro::Avro::open(file, packed)?),
            (Format::TfRecord, packed) => Arc::new(examples::Examples::open(file, packed, opening)?),
            (Format::Image, _) => Arc::new(images::Images::open(files)),
        };
        Ok(table)
    })
}
