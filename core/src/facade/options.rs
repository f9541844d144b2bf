//! What the calls on rows, statistics and schemas take. Text that is empty and numbers that are 0 mean the default.

/// How [`Repo::import`](crate::Repo::import) brings data in.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Bring a new snapshot of sources that were imported to this place before: only what changed is read where the source
    /// can tell, and files that are gone from it are removed.
    pub update: bool,
    /// Version the objects where they are: only their place, version or ETag, size and hash are kept.
    pub in_place: bool,
    /// Also make a sampled set: a fraction (`0.01`) or a number of rows (`10000`).
    pub sample: String,
    /// Also write statistics, schema and examples of each table.
    pub profile: bool,
    /// Commit what was imported.
    pub commit: bool,
    /// What a file that cannot be imported does: `stop` (the default), `skip`, or `quarantine` (keeps it beside).
    pub on_error: String,
    /// The licence of the data, for the record.
    pub license: String,
    /// Only members or objects that match one of these patterns (as in `.gitignore`); all when empty.
    pub only: Vec<String>,
}

/// What [`Repo::profile`](crate::Repo::profile) computes.
#[derive(Clone, Debug, Default)]
pub struct ProfileOptions {
    /// Count as TFDV does (32-bit floats, its quantiles), to be compared with its files.
    pub tfdv: bool,
    /// Only these columns; all when empty.
    pub columns: Vec<String>,
    /// The column that weighs the rows.
    pub weight: String,
    /// Also the statistics of the rows of each value of these columns.
    pub slices: Vec<String>,
    /// Also write the files beside the data, in `<path>.octo/`, and stage them.
    pub write: bool,
    /// What a row that cannot be read does: `stop` (the default), `skip` or `quarantine`.
    pub on_error: String,
}

/// What [`Repo::schema`](crate::Repo::schema) gives.
#[derive(Clone, Debug, Default)]
pub struct SchemaOptions {
    /// Infer it from the data, whatever is stored.
    pub infer: bool,
    /// Compare with the schema of this revision, or with this `.pbtxt` file.
    pub against: String,
    /// Accept these suggestions, by their names, or `all`.
    pub accept: Vec<String>,
    /// Write it beside the data, in `<path>.octo/schema.pbtxt`, and stage it.
    pub write: bool,
}

/// What [`Repo::validate`](crate::Repo::validate) holds the data to.
#[derive(Clone, Debug, Default)]
pub struct ValidateOptions {
    /// A schema file; without one, the schema beside the data.
    pub schema: String,
    /// A revision or a path whose statistics drift is measured from.
    pub against: String,
    /// A path whose statistics are those of serving, for skew.
    pub serving: String,
    /// The schema's environment to check in.
    pub environment: String,
    /// Example rows for each anomaly; 5 when 0.
    pub rows: u64,
}

/// How [`Repo::sample`](crate::Repo::sample) chooses rows.
#[derive(Clone, Debug, Default)]
pub struct SampleOptions {
    /// This fraction of the rows.
    pub fraction: f64,
    /// This many rows.
    pub rows: u64,
    /// `hash` (the default with a fraction), `bottom-k` (the default with a number), `reservoir`, `blocks` or `time`.
    pub method: String,
    /// The columns whose values decide; all columns when empty.
    pub key: Vec<String>,
    /// Take as large a share of each value of this column.
    pub stratify: String,
    /// The time column of `time`: the newest rows are taken.
    pub time: String,
    /// Another number gives another sample.
    pub seed: u64,
    /// Write the rows to this file of the work tree; `<path>.octo/data/sample.parquet` when empty.
    pub to: String,
}

/// How [`Repo::split`](crate::Repo::split) parts the rows.
#[derive(Clone, Debug, Default)]
pub struct SplitOptions {
    /// Names and shares: `train=0.7`, `test=0.3`.
    pub parts: Vec<String>,
    /// Rows that agree in these columns stay together.
    pub by: Vec<String>,
    /// Each part gets the same shares of these columns' values.
    pub stratify: Vec<String>,
    /// The parts follow each other in this column's time.
    pub time: String,
    /// Rows so close before a cut in time are left out: a number, or one with a unit (`7d`, `12h`).
    pub gap: String,
    /// This many folds instead of named parts.
    pub folds: u64,
    /// ExampleGen's buckets: the parts' shares are whole numbers of buckets.
    pub buckets: bool,
    /// Another number gives another split.
    pub seed: u64,
    /// The recipe's name; `default` when empty.
    pub name: String,
    /// Check the split that is stored under the name: the same group or the same row in two parts is a leak.
    pub check: bool,
    /// Write each part to a file in this folder of the work tree.
    pub to: String,
}

/// How [`Repo::examples`](crate::Repo::examples) writes.
#[derive(Clone, Debug, Default)]
pub struct ExamplesOptions {
    /// The folder in the work tree; `<path>.octo/data/examples` when empty.
    pub to: String,
    /// `tfrecord` (the default, gzip), or `parquet`.
    pub format: String,
    /// The split whose parts become `Split-<name>` folders; ExampleGen's own (train 2 : eval 1) when empty.
    pub split: String,
    /// Shards of a part; 1 when 0.
    pub shards: u64,
    /// The column that ExampleGen's own split hashes instead of the whole example.
    pub partition: String,
}

/// What [`Repo::features`](crate::Repo::features) ranks by.
#[derive(Clone, Debug, Default)]
pub struct FeaturesOptions {
    /// The column to be predicted.
    pub label: String,
    /// Record the columns that are left as a selection of this name.
    pub save: String,
    /// The revision of the statistics; the index when empty.
    pub rev: String,
    /// Columns with a larger share of missing values are left out; 0.5 when 0.
    pub max_missing: f64,
    /// Of columns that are correlated more than this one is left out; 0.95 when 0.
    pub max_correlation: f64,
}

/// What [`Repo::view`](crate::Repo::view) shows.
#[derive(Clone, Debug, Default)]
pub struct ViewOptions {
    /// Show it beside this revision, or beside another path.
    pub against: String,
}
