//! Avro object container files.

use super::{Batches, Piece, TableFile, Want};
use crate::data::format::Compression;
use crate::data::unpacked::{BUFFER, stream};
use crate::data::{SourceFile, from_arrow};
use crate::error::Result;
use crate::job::Job;
use arrow::datatypes::SchemaRef;
use arrow_avro::reader::{Reader, ReaderBuilder};
use std::io::{BufReader, Read};

pub(super) struct Avro {
    file: SourceFile,
    compression: Compression,
    schema: SchemaRef,
}

impl Avro {
    pub(super) fn open(file: &SourceFile, compression: Compression) -> Result<Self> {
        let schema = reader(file, compression, ReaderBuilder::new())?.schema();
        Ok(Avro { file: file.clone(), compression, schema })
    }
}

type From = BufReader<Box<dyn Read + Send>>;

fn reader(file: &SourceFile, compression: Compression, builder: ReaderBuilder) -> Result<Reader<From>> {
    let from = BufReader::with_capacity(BUFFER, stream(file, compression)?);
    builder.build(from).map_err(|e| from_arrow(&file.name, e))
}

impl TableFile for Avro {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        Ok(vec![Piece::whole(self.file.len)])
    }

    fn read(&self, _: &Piece, want: &Want) -> Result<Batches> {
        let builder = ReaderBuilder::new().with_batch_size(want.batch_rows).with_projection(want.columns.clone());
        let (name, reader) = (self.file.name.clone(), reader(&self.file, self.compression, builder)?);
        Ok(Box::new(reader.map(move |batch| batch.map_err(|e| from_arrow(&name, e)))))
    }
}
