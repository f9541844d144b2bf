//! A file that is read as one piece.

use super::{Batches, Piece, TableFile, Want};
use crate::data::{ReadOptions, SourceFile, read};
use crate::error::Result;
use crate::job::Job;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchReader;

pub(super) struct Streamed {
    file: SourceFile,
    schema: SchemaRef,
}

impl Streamed {
    pub(super) fn open(file: &SourceFile, job: &Job) -> Result<Self> {
        let schema = read::rows(&file.name, file.open()?, file.len, &ReadOptions::default(), job)?.schema();
        Ok(Streamed { file: file.clone(), schema })
    }
}

impl TableFile for Streamed {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        Ok(vec![Piece::whole(self.file.len)])
    }

    fn read(&self, _: &Piece, want: &Want) -> Result<Batches> {
        let columns = want.columns.iter().map(|c| self.schema.field(*c).name().clone()).collect();
        let options = ReadOptions { columns, batch_rows: want.batch_rows, ..Default::default() };
        let rows = read::rows(&self.file.name, self.file.open()?, self.file.len, &options, &want.job)?;
        let name = self.file.name.clone();
        Ok(Box::new(rows.map(move |b| b.map_err(|e| crate::data::from_arrow(&name, e)))))
    }
}
