//! Data sets
//!
//! octo_repo_import brings data in from where it is, octo_repo_sample takes some of its rows, octo_repo_split parts them, and
//! octo_repo_examples writes them for training. Each gives an octo_document, takes a job and has a _start form, see Tasks.
//!
//! ```c
//! octo_document *found = NULL;
//! octo_bytes source = octo_text("data/t.csv"), parts[] = {octo_text("train=0.7"), octo_text("test=0.3")};
//! octo_import_options how = OCTO_IMPORT_OPTIONS_INIT;
//! octo_split_options split = OCTO_SPLIT_OPTIONS_INIT;
//! how.license = octo_text("CC0-1.0");
//! if (octo_repo_import(repo, &source, 1, octo_text("data/again.csv"), &how, NULL, &found, &err) == OCTO_OK)
//!     printf("%.*s\n", (int)octo_document_json(found).len, (const char *)octo_document_json(found).data);
//! octo_document_free(found);
//! found = NULL;
//! split.parts = parts;
//! split.part_count = 2;
//! if (err == NULL && octo_repo_split(repo, octo_text(""), octo_text("data/again.csv"), &split, NULL, &found, &err) == OCTO_OK)
//!     printf("%zu parts of the document\n", octo_document_part_count(found));
//! octo_document_free(found);
//! ```

use crate::args::{flag, give, options, owned_text, repo_path, texts, wanted};
use crate::bytes::octo_bytes;
use crate::document::octo_document;
use crate::error::{guard, octo_error, octo_status};
use crate::job::{octo_job, run};
#[cfg(not(feature = "tabular"))]
use crate::no_tables::NoTables;
use crate::repo::{octo_repo, repo_of};
use octostore::{Document, ExamplesOptions, ImportOptions, Job, Result, SampleOptions, SplitOptions};

/// How octo_repo_import brings data in. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_IMPORT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_import_options {
    pub struct_size: usize,
    /// 1: bring a new snapshot of sources that were imported to this place before: only what changed is read where the
    /// source can tell, and files that are gone from it are removed.
    pub update: u32,
    /// 1: version the objects where they are: only their place, version or ETag, size and hash are kept.
    pub in_place: u32,
    /// Also make a sampled set: a fraction (`0.01`) or a number of rows (`10000`).
    pub sample: octo_bytes,
    /// 1: also write statistics, schema and examples of each table.
    pub profile: u32,
    /// 1: commit what was imported.
    pub commit: u32,
    /// What a file that cannot be imported does: `stop` (the default), `skip`, or `quarantine` (keeps it beside).
    pub on_error: octo_bytes,
    /// The licence of the data, for the record.
    pub license: octo_bytes,
    /// Only members or objects that match one of these patterns (as in `.gitignore`); all if there are none.
    pub only: *const octo_bytes,
    pub only_count: usize,
}

impl Default for octo_import_options {
    fn default() -> Self {
        octo_import_options {
            struct_size: size_of::<Self>(),
            update: 0,
            in_place: 0,
            sample: octo_bytes::empty(),
            profile: 0,
            commit: 0,
            on_error: octo_bytes::empty(),
            license: octo_bytes::empty(),
            only: std::ptr::null(),
            only_count: 0,
        }
    }
}

/// What octo_repo_import takes.
pub(crate) unsafe fn import(
    repo: *const octo_repo,
    sources: *const octo_bytes,
    count: usize,
    to: &octo_bytes,
    given: *const octo_import_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, sources, to, options) = unsafe {
        let o = options(given, "options")?;
        let options = ImportOptions {
            update: flag(o.update, "options.update")?,
            in_place: flag(o.in_place, "options.in_place")?,
            sample: owned_text(&o.sample, "options.sample")?,
            profile: flag(o.profile, "options.profile")?,
            commit: flag(o.commit, "options.commit")?,
            on_error: owned_text(&o.on_error, "options.on_error")?,
            license: owned_text(&o.license, "options.license")?,
            only: texts(o.only, o.only_count, "options.only")?,
        };
        (repo_of(repo)?, texts(sources, count, "sources")?, repo_path(to, "to")?, options)
    };
    Ok(move |job: &Job| repo.import(&sources, &to, &options, job))
}

/// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository
/// under `to`, and stages them. Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may be
/// NULL. Any thread. Errors: OCTO_NOT_FOUND, OCTO_ALREADY_EXISTS, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT,
/// OCTO_FILE_CHANGED, OCTO_STORE_..., OCTO_DISK_FULL, OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_import(
    repo: *const octo_repo,
    sources: *const octo_bytes,
    count: usize,
    to: octo_bytes,
    options: *const octo_import_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, import(repo, sources, count, &to, options)?)?), "out") }
    })
}

/// How octo_repo_sample chooses rows. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_SAMPLE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_sample_options {
    pub struct_size: usize,
    /// This fraction of the rows.
    pub fraction: f64,
    /// This many rows.
    pub rows: u64,
    /// `hash` (the default with a fraction), `bottom-k` (the default with a number), `reservoir`, `blocks` or `time`.
    pub method: octo_bytes,
    /// The columns whose values decide; all columns if there are none.
    pub key: *const octo_bytes,
    pub key_count: usize,
    /// Take as large a share of each value of this column.
    pub stratify: octo_bytes,
    /// The time column of `time`: the newest rows are taken.
    pub time: octo_bytes,
    /// Another number gives another sample.
    pub seed: u64,
    /// Write the rows to this file of the work tree; `<path>.octo/data/sample.parquet` when empty.
    pub to: octo_bytes,
}

impl Default for octo_sample_options {
    fn default() -> Self {
        octo_sample_options {
            struct_size: size_of::<Self>(),
            fraction: 0.0,
            rows: 0,
            method: octo_bytes::empty(),
            key: std::ptr::null(),
            key_count: 0,
            stratify: octo_bytes::empty(),
            time: octo_bytes::empty(),
            seed: 0,
            to: octo_bytes::empty(),
        }
    }
}

/// What octo_repo_sample takes.
pub(crate) unsafe fn sample(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_sample_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = SampleOptions {
            fraction: o.fraction,
            rows: o.rows,
            method: owned_text(&o.method, "options.method")?,
            key: texts(o.key, o.key_count, "options.key")?,
            stratify: owned_text(&o.stratify, "options.stratify")?,
            time: owned_text(&o.time, "options.time")?,
            seed: o.seed,
            to: owned_text(&o.to, "options.to")?,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.sample(&rev, &path, &options, job))
}

/// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design
/// effect. Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may be NULL. Any thread.
/// Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO,
/// OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_sample(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_sample_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, sample(repo, &rev, &path, options)?)?), "out") }
    })
}

/// How octo_repo_split parts the rows. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_SPLIT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_split_options {
    pub struct_size: usize,
    /// Names and shares: `train=0.7`, `test=0.3`.
    pub parts: *const octo_bytes,
    pub part_count: usize,
    /// Rows that agree in these columns stay together.
    pub by: *const octo_bytes,
    pub by_count: usize,
    /// Each part gets the same shares of these columns' values.
    pub stratify: *const octo_bytes,
    pub stratify_count: usize,
    /// The parts follow each other in this column's time.
    pub time: octo_bytes,
    /// Rows so close before a cut in time are left out: a number, or one with a unit (`7d`, `12h`).
    pub gap: octo_bytes,
    /// This many folds instead of named parts.
    pub folds: u64,
    /// 1: ExampleGen's buckets: the parts' shares are whole numbers of buckets.
    pub buckets: u32,
    /// Another number gives another split.
    pub seed: u64,
    /// The recipe's name; `default` when empty.
    pub name: octo_bytes,
    /// 1: check the split that is stored under the name: the same group or the same row in two parts is a leak.
    pub check: u32,
    /// Write each part to a file in this folder of the work tree.
    pub to: octo_bytes,
}

impl Default for octo_split_options {
    fn default() -> Self {
        octo_split_options {
            struct_size: size_of::<Self>(),
            parts: std::ptr::null(),
            part_count: 0,
            by: std::ptr::null(),
            by_count: 0,
            stratify: std::ptr::null(),
            stratify_count: 0,
            time: octo_bytes::empty(),
            gap: octo_bytes::empty(),
            folds: 0,
            buckets: 0,
            seed: 0,
            name: octo_bytes::empty(),
            check: 0,
            to: octo_bytes::empty(),
        }
    }
}

/// What octo_repo_split takes.
pub(crate) unsafe fn split(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_split_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = SplitOptions {
            parts: texts(o.parts, o.part_count, "options.parts")?,
            by: texts(o.by, o.by_count, "options.by")?,
            stratify: texts(o.stratify, o.stratify_count, "options.stratify")?,
            time: owned_text(&o.time, "options.time")?,
            gap: owned_text(&o.gap, "options.gap")?,
            folds: o.folds,
            buckets: flag(o.buckets, "options.buckets")?,
            seed: o.seed,
            name: owned_text(&o.name, "options.name")?,
            check: flag(o.check, "options.check")?,
            to: owned_text(&o.to, "options.to")?,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.split(&rev, &path, &options, job))
}

/// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or
/// checks that recipe. Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may be NULL.
/// Any thread. Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO,
/// OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_split(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_split_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, split(repo, &rev, &path, options)?)?), "out") }
    })
}

/// How octo_repo_examples writes. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_EXAMPLES_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_examples_options {
    pub struct_size: usize,
    /// The folder in the work tree; `<path>.octo/data/examples` when empty.
    pub to: octo_bytes,
    /// `tfrecord` (the default, gzip), or `parquet`.
    pub format: octo_bytes,
    /// The split whose parts become `Split-<name>` folders; ExampleGen's own (train 2 : eval 1) when empty.
    pub split: octo_bytes,
    /// Shards of a part; 1 when 0.
    pub shards: u64,
    /// The column that ExampleGen's own split hashes instead of the whole example.
    pub partition: octo_bytes,
}

impl Default for octo_examples_options {
    fn default() -> Self {
        octo_examples_options {
            struct_size: size_of::<Self>(),
            to: octo_bytes::empty(),
            format: octo_bytes::empty(),
            split: octo_bytes::empty(),
            shards: 0,
            partition: octo_bytes::empty(),
        }
    }
}

/// What octo_repo_examples takes.
pub(crate) unsafe fn examples(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_examples_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = ExamplesOptions {
            to: owned_text(&o.to, "options.to")?,
            format: owned_text(&o.format, "options.format")?,
            split: owned_text(&o.split, "options.split")?,
            shards: o.shards,
            partition: owned_text(&o.partition, "options.partition")?,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.examples(&rev, &path, &options, job))
}

/// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with
/// ExampleGen's names and splits, or Parquet. Writes `*out`, which the caller frees with octo_document_free. `options`
/// and `job` may be NULL. Any thread. Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_...,
/// OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_examples(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_examples_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, examples(repo, &rev, &path, options)?)?), "out") }
    })
}
