package org.octostore

// What the calls on rows, statistics and schemas take. Text that is empty and numbers that are 0 mean the default.

/** How [Repo.import] brings data in. */
public data class ImportOptions(
    /**
     * Bring a new snapshot of sources that were imported to this place before: only what changed is read where the source can
     * tell, and files that are gone from it are removed.
     */
    val update: Boolean = false,
    /** Version the objects where they are: only their place, version or ETag, size and hash are kept. */
    val inPlace: Boolean = false,
    /** Also make a sampled set: a fraction (`0.01`) or a number of rows (`10000`). */
    val sample: String = "",
    /** Also write statistics, schema and examples of each table. */
    val profile: Boolean = false,
    /** Commit what was imported. */
    val commit: Boolean = false,
    /** What a file that cannot be imported does: `stop` (the default), `skip`, or `quarantine` (keeps it beside). */
    val onError: String = "",
    /** The licence of the data, for the record. */
    val license: String = "",
    /** Only members or objects that match one of these patterns (as in `.gitignore`); all when empty. */
    val only: List<String> = emptyList(),
)

/** What [Repo.profile] computes. */
public data class ProfileOptions(
    /** Count as TFDV does (32-bit floats, its quantiles), to be compared with its files. */
    val tfdv: Boolean = false,
    /** Only these columns; all when empty. */
    val columns: List<String> = emptyList(),
    /** The column that weighs the rows. */
    val weight: String = "",
    /** Also the statistics of the rows of each value of these columns. */
    val slices: List<String> = emptyList(),
    /** Also write the files beside the data, in `<path>.octo/`, and stage them. */
    val write: Boolean = false,
    /** What a row that cannot be read does: `stop` (the default), `skip` or `quarantine`. */
    val onError: String = "",
)

/** What [Repo.schema] gives. */
public data class SchemaOptions(
    /** Infer it from the data, whatever is stored. */
    val infer: Boolean = false,
    /** Compare with the schema of this revision, or with this `.pbtxt` file. */
    val against: String = "",
    /** Accept these suggestions, by their names, or `all`. */
    val accept: List<String> = emptyList(),
    /** Write it beside the data, in `<path>.octo/schema.pbtxt`, and stage it. */
    val write: Boolean = false,
)

/** What [Repo.validate] holds the data to. */
public data class ValidateOptions(
    /** A schema file; without one, the schema beside the data. */
    val schema: String = "",
    /** A revision or a path whose statistics drift is measured from. */
    val against: String = "",
    /** A path whose statistics are those of serving, for skew. */
    val serving: String = "",
    /** The schema's environment to check in. */
    val environment: String = "",
    /** Example rows for each anomaly; 5 when 0. */
    val rows: Long = 0,
)

/** How [Repo.sample] chooses rows. */
public data class SampleOptions(
    /** This fraction of the rows. */
    val fraction: Double = 0.0,
    /** This many rows. */
    val rows: Long = 0,
    /** `hash` (the default with a fraction), `bottom-k` (the default with a number), `reservoir`, `blocks` or `time`. */
    val method: String = "",
    /** The columns whose values decide; all columns when empty. */
    val key: List<String> = emptyList(),
    /** Take as large a share of each value of this column. */
    val stratify: String = "",
    /** The time column of `time`: the newest rows are taken. */
    val time: String = "",
    /** Another number gives another sample. */
    val seed: Long = 0,
    /** Write the rows to this file of the work tree; `<path>.octo/data/sample.parquet` when empty. */
    val to: String = "",
)

/** How [Repo.split] parts the rows. */
public data class SplitOptions(
    /** Names and shares: `train=0.7`, `test=0.3`. */
    val parts: List<String> = emptyList(),
    /** Rows that agree in these columns stay together. */
    val by: List<String> = emptyList(),
    /** Each part gets the same shares of these columns' values. */
    val stratify: List<String> = emptyList(),
    /** The parts follow each other in this column's time. */
    val time: String = "",
    /** Rows so close before a cut in time are left out: a number, or one with a unit (`7d`, `12h`). */
    val gap: String = "",
    /** This many folds instead of named parts. */
    val folds: Long = 0,
    /** ExampleGen's buckets: the parts' shares are whole numbers of buckets. */
    val buckets: Boolean = false,
    /** Another number gives another split. */
    val seed: Long = 0,
    /** The recipe's name; `default` when empty. */
    val name: String = "",
    /** Check the split that is stored under the name: the same group or the same row in two parts is a leak. */
    val check: Boolean = false,
    /** Write each part to a file in this folder of the work tree. */
    val to: String = "",
)

/** How [Repo.examples] writes. */
public data class ExamplesOptions(
    /** The folder in the work tree; `<path>.octo/data/examples` when empty. */
    val to: String = "",
    /** `tfrecord` (the default, gzip), or `parquet`. */
    val format: String = "",
    /** The split whose parts become `Split-<name>` folders; ExampleGen's own (train 2 : eval 1) when empty. */
    val split: String = "",
    /** Shards of a part; 1 when 0. */
    val shards: Long = 0,
    /** The column that ExampleGen's own split hashes instead of the whole example. */
    val partition: String = "",
)

/** What [Repo.features] ranks by. */
public data class FeaturesOptions(
    /** The column to be predicted. */
    val label: String = "",
    /** Record the columns that are left as a selection of this name. */
    val save: String = "",
    /** The revision of the statistics; the index when empty. */
    val rev: String = "",
    /** Columns with a larger share of missing values are left out; 0.5 when 0. */
    val maxMissing: Double = 0.0,
    /** Of columns that are correlated more than this one is left out; 0.95 when 0. */
    val maxCorrelation: Double = 0.0,
)

/** What [Repo.view] shows. */
public data class ViewOptions(
    /** Show it beside this revision, or beside another path. */
    val against: String = "",
)
