//! Statistics and schemas
//!
//! octo_repo_profile counts, octo_repo_schema says what the data should be, octo_repo_validate whether it is; octo_repo_features,
//! octo_repo_view and octo_repo_diff_stats read what was counted. Each gives an octo_document, whose parts are the messages of
//! TensorFlow Metadata and pages; it takes a job and has a _start form, see Tasks.
//!
//! ```c
//! octo_document *schema = NULL, *found = NULL;
//! octo_schema_options stored = OCTO_SCHEMA_OPTIONS_INIT;
//! stored.write = 1;
//! if (octo_repo_schema(repo, octo_text(""), octo_text("data/t.csv"), &stored, NULL, &schema, &err) == OCTO_OK &&
//!     octo_repo_validate(repo, octo_text(""), octo_text("data/t.csv"), NULL, NULL, &found, &err) == OCTO_OK)
//!     printf("%s\n", octo_document_answer(found) ? "as the schema says" : "not as the schema says");
//! octo_document_free(schema);
//! octo_document_free(found);
//! ```

use crate::args::{flag, give, options, owned_text, repo_path, repo_paths, texts, wanted};
use crate::bytes::octo_bytes;
use crate::document::octo_document;
use crate::error::{guard, octo_error, octo_status};
use crate::job::{octo_job, run};
#[cfg(not(feature = "tabular"))]
use crate::no_tables::NoTables;
use crate::repo::{octo_repo, repo_of};
use octostore::{Document, FeaturesOptions, Job, ProfileOptions, Result, SchemaOptions, ValidateOptions, ViewOptions};

/// What octo_repo_profile computes. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_PROFILE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_profile_options {
    pub struct_size: usize,
    /// 1: count as TFDV does (32-bit floats, its quantiles), to be compared with its files.
    pub tfdv: u32,
    /// Only these columns; all if there are none.
    pub columns: *const octo_bytes,
    pub column_count: usize,
    /// The column that weighs the rows.
    pub weight: octo_bytes,
    /// Also the statistics of the rows of each value of these columns.
    pub slices: *const octo_bytes,
    pub slice_count: usize,
    /// 1: also write the files beside the data, in `<path>.octo/`, and stage them.
    pub write: u32,
    /// What a row that cannot be read does: `stop` (the default), `skip` or `quarantine`.
    pub on_error: octo_bytes,
}

impl Default for octo_profile_options {
    fn default() -> Self {
        octo_profile_options {
            struct_size: size_of::<Self>(),
            tfdv: 0,
            columns: std::ptr::null(),
            column_count: 0,
            weight: octo_bytes::empty(),
            slices: std::ptr::null(),
            slice_count: 0,
            write: 0,
            on_error: octo_bytes::empty(),
        }
    }
}

/// What octo_repo_profile takes.
pub(crate) unsafe fn profile(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_profile_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = ProfileOptions {
            tfdv: flag(o.tfdv, "options.tfdv")?,
            columns: texts(o.columns, o.column_count, "options.columns")?,
            weight: owned_text(&o.weight, "options.weight")?,
            slices: texts(o.slices, o.slice_count, "options.slices")?,
            write: flag(o.write, "options.write")?,
            on_error: owned_text(&o.on_error, "options.on_error")?,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.profile(&rev, &path, &options, job))
}

/// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
/// Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may be NULL. Any thread. Errors:
/// OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_profile(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_profile_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, profile(repo, &rev, &path, options)?)?), "out") }
    })
}

/// What octo_repo_schema gives. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_SCHEMA_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_schema_options {
    pub struct_size: usize,
    /// 1: infer it from the data, whatever is stored.
    pub infer: u32,
    /// Compare with the schema of this revision, or with this `.pbtxt` file.
    pub against: octo_bytes,
    /// Accept these suggestions, by their names, or `all`.
    pub accept: *const octo_bytes,
    pub accept_count: usize,
    /// 1: write it beside the data, in `<path>.octo/schema.pbtxt`, and stage it.
    pub write: u32,
}

impl Default for octo_schema_options {
    fn default() -> Self {
        octo_schema_options {
            struct_size: size_of::<Self>(),
            infer: 0,
            against: octo_bytes::empty(),
            accept: std::ptr::null(),
            accept_count: 0,
            write: 0,
        }
    }
}

/// What octo_repo_schema takes.
pub(crate) unsafe fn schema(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_schema_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = SchemaOptions {
            infer: flag(o.infer, "options.infer")?,
            against: owned_text(&o.against, "options.against")?,
            accept: texts(o.accept, o.accept_count, "options.accept")?,
            write: flag(o.write, "options.write")?,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.schema(&rev, &path, &options, job))
}

/// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with
/// suggestions. Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may be NULL. Any
/// thread. Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO,
/// OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_schema(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_schema_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, schema(repo, &rev, &path, options)?)?), "out") }
    })
}

/// What octo_repo_validate holds the data to. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_VALIDATE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_validate_options {
    pub struct_size: usize,
    /// A schema file; without one, the schema beside the data.
    pub schema: octo_bytes,
    /// A revision or a path whose statistics drift is measured from.
    pub against: octo_bytes,
    /// A path whose statistics are those of serving, for skew.
    pub serving: octo_bytes,
    /// The schema's environment to check in.
    pub environment: octo_bytes,
    /// Example rows for each anomaly; 5 when 0.
    pub rows: u64,
}

impl Default for octo_validate_options {
    fn default() -> Self {
        octo_validate_options {
            struct_size: size_of::<Self>(),
            schema: octo_bytes::empty(),
            against: octo_bytes::empty(),
            serving: octo_bytes::empty(),
            environment: octo_bytes::empty(),
            rows: 0,
        }
    }
}

/// What octo_repo_validate takes.
pub(crate) unsafe fn validate(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_validate_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = ValidateOptions {
            schema: owned_text(&o.schema, "options.schema")?,
            against: owned_text(&o.against, "options.against")?,
            serving: owned_text(&o.serving, "options.serving")?,
            environment: owned_text(&o.environment, "options.environment")?,
            rows: o.rows,
        };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.validate(&rev, &path, &options, job))
}

/// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer
/// is no if there are anomalies. Writes `*out`, which the caller frees with octo_document_free. `options` and `job` may
/// be NULL. Any thread. Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED,
/// OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_validate(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_validate_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, validate(repo, &rev, &path, options)?)?), "out") }
    })
}

/// What octo_repo_features ranks by. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_FEATURES_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_features_options {
    pub struct_size: usize,
    /// The column to be predicted.
    pub label: octo_bytes,
    /// Record the columns that are left as a selection of this name.
    pub save: octo_bytes,
    /// The revision of the statistics; the index when empty.
    pub rev: octo_bytes,
    /// Columns with a larger share of missing values are left out; 0.5 when 0.
    pub max_missing: f64,
    /// Of columns that are correlated more than this one is left out; 0.95 when 0.
    pub max_correlation: f64,
}

impl Default for octo_features_options {
    fn default() -> Self {
        octo_features_options {
            struct_size: size_of::<Self>(),
            label: octo_bytes::empty(),
            save: octo_bytes::empty(),
            rev: octo_bytes::empty(),
            max_missing: 0.0,
            max_correlation: 0.0,
        }
    }
}

/// What octo_repo_features takes.
pub(crate) unsafe fn features(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    given: *const octo_features_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, paths, options) = unsafe {
        let o = options(given, "options")?;
        let options = FeaturesOptions {
            label: owned_text(&o.label, "options.label")?,
            save: owned_text(&o.save, "options.save")?,
            rev: owned_text(&o.rev, "options.rev")?,
            max_missing: o.max_missing,
            max_correlation: o.max_correlation,
        };
        (repo_of(repo)?, repo_paths(paths, count, "paths")?, options)
    };
    Ok(move |job: &Job| repo.features(&paths, &options, job))
}

/// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be
/// recorded as a selection that reading obeys. Writes `*out`, which the caller frees with octo_document_free. `options`
/// and `job` may be NULL. Any thread. Errors: OCTO_NOT_FOUND, OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_...,
/// OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_features(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    options: *const octo_features_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, features(repo, paths, count, options)?)?), "out") }
    })
}

/// What octo_repo_view shows. Text that is empty and numbers that are 0 mean the default. Begin with
/// OCTO_VIEW_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_view_options {
    pub struct_size: usize,
    /// Show it beside this revision, or beside another path.
    pub against: octo_bytes,
}

impl Default for octo_view_options {
    fn default() -> Self {
        octo_view_options { struct_size: size_of::<Self>(), against: octo_bytes::empty() }
    }
}

/// What octo_repo_view takes.
pub(crate) unsafe fn view(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_view_options,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let options = ViewOptions { against: owned_text(&o.against, "options.against")? };
        (repo_of(repo)?, owned_text(rev, "rev")?, repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| repo.view(&rev, &path, &options, job))
}

/// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index). Writes `*out`,
/// which the caller frees with octo_document_free. `options` and `job` may be NULL. Any thread. Errors: OCTO_NOT_FOUND,
/// OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_view(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_view_options,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, view(repo, &rev, &path, options)?)?), "out") }
    })
}

/// What octo_repo_diff_stats takes.
pub(crate) unsafe fn diff_stats(
    repo: *const octo_repo,
    from: &octo_bytes,
    to: &octo_bytes,
    paths: *const octo_bytes,
    count: usize,
) -> Result<impl FnOnce(&Job) -> Result<Document> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, from, to, paths) = unsafe {
        (repo_of(repo)?, owned_text(from, "from")?, owned_text(to, "to")?, repo_paths(paths, count, "paths")?)
    };
    Ok(move |job: &Job| repo.diff_stats(&from, &to, &paths, job))
}

/// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ. Writes
/// `*out`, which the caller frees with octo_document_free. `job` may be NULL. Any thread. Errors: OCTO_NOT_FOUND,
/// OCTO_INVALID_DATA, OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_diff_stats(
    repo: *const octo_repo,
    from: octo_bytes,
    to: octo_bytes,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(run(job, diff_stats(repo, &from, &to, paths, count)?)?), "out") }
    })
}
