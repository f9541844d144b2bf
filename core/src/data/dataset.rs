//! A data set: one file or many under one schema, read whole or in parts that any thread may take.

use super::folders;
use super::formats::{self, Batches, Opening, Piece, TableFile, Want};
use super::rejects::{OnError, Rejects};
use super::rows::guarded;
use super::unify::{Fit, From, Union};
use super::{BATCH_ROWS, ReadOptions, Rejected, Rows, SourceFile};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use std::sync::{Arc, OnceLock};

/// A piece of a data set that can be read on its own. Parts follow each other as the rows do.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The name of its file.
    pub name: String,
    /// The id of its file's content, where one is known.
    pub id: Option<String>,
    /// Bytes of the file that it is made of.
    pub bytes: u64,
    /// Its rows, where that is known without reading them.
    pub rows: Option<u64>,
    /// Which file of the data set it is of, and its place among that file's parts.
    pub file: usize,
    pub in_file: usize,
    piece: Piece,
}

impl Part {
    /// Rows of the file before this part, where they are known.
    pub(crate) fn first_row(&self) -> u64 {
        self.piece.first_row
    }

    /// Where in its file it is, if it is a run of whole rows of text.
    pub(crate) fn byte_range(&self) -> Option<std::ops::Range<u64>> {
        match &self.piece.span {
            formats::Span::Bytes(range) => Some(range.clone()),
            _ => None,
        }
    }
}

struct Member {
    source: SourceFile,
    table: Arc<dyn TableFile>,
    /// Where each column of the data set comes from.
    from: Vec<From>,
}

/// One file or many, under one schema: see [`unify`](super::unify) for how columns come together.
pub(crate) struct Dataset {
    name: String,
    members: Vec<Member>,
    /// The columns that are read.
    schema: SchemaRef,
    options: ReadOptions,
    on_error: OnError,
    rejects: Arc<Rejects>,
    parts: OnceLock<Vec<Part>>,
}

impl Dataset {
    /// Finds out the columns of each file. The name, for messages, is the file's, or the folder's with a `/` at its end, below
    /// which folders named `key=value` give columns.
    pub(crate) fn open(name: &str, files: Vec<SourceFile>, options: &ReadOptions, job: &Job) -> Result<Dataset> {
        let opening = Opening::of_files(files.len(), false);
        Self::open_as(name, files, options, &opening, job)
    }

    /// The same, but columns of delimited text are 64-bit integers, floats or text and nothing else, as TFDV has them.
    pub(crate) fn open_plain(name: &str, files: Vec<SourceFile>, options: &ReadOptions, job: &Job) -> Result<Dataset> {
        let opening = Opening::of_files(files.len(), true);
        Self::open_as(name, files, options, &opening, job)
    }

    pub(super) fn open_as(
        name: &str,
        files: Vec<SourceFile>,
        options: &ReadOptions,
        opening: &Opening,
        job: &Job,
    ) -> Result<Dataset> {
        let on_error = OnError::of(options)?;
        if files.is_empty() {
            return Err(Error::new(Code::NotFound, format!("{name}: there are no files to read")).with("path", name));
        }
        let files = formats::gather(files);
        let mut union = Union::default();
        let mut tables = Vec::with_capacity(files.len());
        for file in files {
            job.check()?;
            let table = formats::open(&file, opening)?;
            union.add(&file[0].name, table.schema())?;
            tables.push((file, table));
        }
        let folders: Vec<_> = tables.iter().map(|(f, _)| folders::columns(name, &f[0].name)).collect();
        let mut fields = union.fields();
        add_folder_columns(name, &mut fields, &folders)?;
        let mut all = Schema::new(fields);
        if let [(_, only)] = tables.as_slice() {
            all.metadata = only.schema().metadata().clone();
        }
        let schema =
            Arc::new(all.project(&projection(name, &all, &options.columns)?).map_err(|e| super::invalid(name, e))?);
        let members = tables.into_iter().zip(folders).map(|((mut files, table), folder)| {
            let from = schema.fields().iter().map(|f| origin(f, table.schema(), &folder)).collect();
            Member { source: files.swap_remove(0), table, from }
        });
        let members = members.collect();
        let (options, rejects, parts) = (options.clone(), Arc::default(), OnceLock::new());
        Ok(Dataset { name: name.to_owned(), members, schema, options, on_error, rejects, parts })
    }

    /// The same data set, giving columns of text as arrays of a dictionary where all files keep them so: who counts values
    /// counts codes.
    #[must_use]
    pub(crate) fn with_dictionaries(mut self) -> Self {
        let kept = |column: usize, field: &FieldRef| {
            let text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary);
            text && self.members.iter().all(|m| match m.from[column] {
                From::Column(n) => m.table.has_dictionary(n),
                _ => false,
            })
        };
        let fields = self.schema.fields().iter().enumerate().map(|(n, field)| match kept(n, field) {
            true => {
                let codes = DataType::Dictionary(Box::new(DataType::Int32), Box::new(field.data_type().clone()));
                Arc::new(field.as_ref().clone().with_data_type(codes))
            }
            false => field.clone(),
        });
        let fields: Vec<_> = fields.collect();
        self.schema = Arc::new(Schema::new_with_metadata(fields, self.schema.metadata().clone()));
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The columns that are read.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The files, in the order of their rows.
    pub(crate) fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.members.iter().map(|m| &m.source)
    }

    /// Pieces that can be read on their own, in order. The first call reads files of text once to find where rows begin.
    pub(crate) fn parts(&self, job: &Job) -> Result<&[Part]> {
        if let Some(parts) = self.parts.get() {
            return Ok(parts);
        }
        let parts = self.parts_of(|table| table.pieces(job))?;
        Ok(self.parts.get_or_init(|| parts))
    }

    /// The same for who reads few of many: no file is read to find where rows begin, and the rows of a part are found when it
    /// is read. Its place among the rows is not known, then.
    pub(crate) fn rough_parts(&self, job: &Job) -> Result<Vec<Part>> {
        self.parts_of(|table| table.rough_pieces().map_or_else(|| table.pieces(job), Ok))
    }

    fn parts_of(&self, pieces: impl Fn(&dyn TableFile) -> Result<Vec<Piece>>) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        for (file, member) in self.members.iter().enumerate() {
            let pieces = pieces(member.table.as_ref())?.into_iter().enumerate();
            parts.extend(pieces.map(|(in_file, piece)| Part {
                name: member.source.name.clone(),
                id: member.source.id.clone(),
                bytes: piece.bytes,
                rows: piece.rows,
                file,
                in_file,
                piece,
            }));
        }
        Ok(parts)
    }

    /// The rows of a part.
    pub(crate) fn read(&self, part: &Part, job: &Job) -> Result<Rows> {
        let member = self.members.get(part.file).ok_or_else(|| Error::internal("a part of another data set"))?;
        let batches = batches(member, &part.piece, &self.schema, self.want(None, job))?;
        Ok(Rows::new(self.schema.clone(), batches, 0, job).counting(self.rejects.clone()))
    }

    /// All rows, or as many as the options say, in order. Files are opened when their turn comes.
    pub(crate) fn rows(&self, job: &Job) -> Result<Rows> {
        let limit = usize::try_from(self.options.limit).ok().filter(|l| *l > 0);
        let want = self.want(limit, job);
        let schema = self.schema.clone();
        let waiting: Vec<_> =
            self.members.iter().map(|m| (m.source.len, m.table.clone(), m.fit(&self.schema))).collect();
        let mut waiting = waiting.into_iter();
        let mut current: Option<Batches> = None;
        let chained = std::iter::from_fn(move || {
            loop {
                if let Some(next) = current.as_mut().and_then(Iterator::next) {
                    return Some(next);
                }
                let (len, table, fit) = waiting.next()?;
                match fitted(&table, &Piece::whole(len), fit, want.clone()) {
                    Ok(batches) => current = Some(batches),
                    Err(e) => return Some(Err(e)),
                }
            }
        });
        Ok(Rows::new(schema, chained, self.options.limit, job).counting(self.rejects.clone()))
    }

    /// Rows that were left out so far, because they could not be read.
    pub(crate) fn skipped(&self) -> u64 {
        self.rejects.count()
    }

    /// The first of them, with what was wrong.
    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        self.rejects.kept()
    }

    /// What a person should know about how the files are read: encodings that had to be guessed.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.members.iter().flat_map(|m| m.table.notes()).collect()
    }

    fn want(&self, limit: Option<usize>, job: &Job) -> Want {
        let asked = if self.options.batch_rows == 0 { BATCH_ROWS } else { self.options.batch_rows };
        Want {
            columns: Vec::new(),
            types: Vec::new(),
            batch_rows: limit.map_or(asked, |l| asked.min(l)),
            limit,
            on_error: self.on_error,
            rejects: self.rejects.clone(),
            job: job.clone(),
        }
    }
}

impl Member {
    fn fit(&self, schema: &SchemaRef) -> Fit {
        Fit { file: self.source.name.clone(), schema: schema.clone(), from: self.from.clone() }
    }
}

fn batches(member: &Member, piece: &Piece, schema: &SchemaRef, want: Want) -> Result<Batches> {
    fitted(&member.table, piece, member.fit(schema), want)
}

/// Reads what the data set wants of a file, and makes it fit.
fn fitted(table: &Arc<dyn TableFile>, piece: &Piece, mut fit: Fit, mut want: Want) -> Result<Batches> {
    let mut wanted: Vec<(usize, usize)> = Vec::new();
    for (to, from) in fit.from.iter().enumerate() {
        if let From::Column(n) = from {
            wanted.push((*n, to));
        }
    }
    wanted.sort_unstable();
    for (place, (column, to)) in wanted.iter().enumerate() {
        want.columns.push(*column);
        want.types.push(fit.schema.field(*to).data_type().clone());
        fit.from[*to] = From::Column(place);
    }
    let batches = guarded(|| table.read(piece, &want))?;
    Ok(Box::new(batches.map(move |batch| fit.batch(&batch?))))
}

fn origin(field: &Field, schema: &Schema, folder: &[(String, Option<String>)]) -> From {
    if let Some((_, value)) = folder.iter().find(|(name, _)| name == field.name()) {
        return From::Folder(value.clone());
    }
    schema.index_of(field.name()).map_or(From::Missing, From::Column)
}

/// Columns of folders come last. They are integers where all of their values are.
fn add_folder_columns(name: &str, fields: &mut Vec<FieldRef>, folders: &[Vec<(String, Option<String>)>]) -> Result<()> {
    let mut found: Vec<(&String, bool)> = Vec::new();
    for (column, value) in folders.iter().flatten() {
        let integer = value.as_ref().is_none_or(|v| v.parse::<i64>().is_ok());
        match found.iter_mut().find(|f| f.0 == column) {
            Some((_, all)) => *all &= integer,
            None => found.push((column, integer)),
        }
    }
    for (column, integer) in found {
        if fields.iter().any(|f| f.name() == column) {
            return Err(Error::new(
                Code::InvalidData,
                format!("{name}: column \"{column}\" is in the files, and in the names of their folders"),
            )
            .remedy("Rename the folders or the column.")
            .with("path", name)
            .with("column", column.as_str()));
        }
        let kind = if integer { DataType::Int64 } else { DataType::Utf8 };
        fields.push(Arc::new(Field::new(column, kind, true)));
    }
    Ok(())
}

/// The places of the wanted columns, in the data set's order.
pub(super) fn projection(name: &str, schema: &Schema, wanted: &[String]) -> Result<Vec<usize>> {
    if let Some(missing) = wanted.iter().find(|w| schema.index_of(w).is_err()) {
        let there: Vec<_> = schema.fields().iter().take(50).map(|f| f.name().as_str()).collect();
        return Err(Error::new(Code::NotFound, format!("{name}: there is no column \"{missing}\""))
            .remedy(format!("Its columns are: {}.", there.join(", ")))
            .with("path", name)
            .with("column", missing.as_str()));
    }
    let fields = schema.fields().iter().enumerate();
    Ok(fields.filter(|(_, f)| wanted.is_empty() || wanted.contains(f.name())).map(|(n, _)| n).collect())
}
