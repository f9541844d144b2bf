// What the calls on rows, statistics and schemas take. Text that is empty and numbers that are 0 mean the default.

internal import OctoNative

/// How ``Repo/import(_:to:options:progress:)`` brings data in.
public struct ImportOptions: Hashable, Sendable {
    /// Bring a new snapshot of sources that were imported to this place before: only what changed is read where the source can tell, and files that are gone from it are removed.
    public var update: Bool
    /// Version the objects where they are: only their place, version or ETag, size and hash are kept.
    public var inPlace: Bool
    /// Also make a sampled set: a fraction (`0.01`) or a number of rows (`10000`).
    public var sample: String
    /// Also write statistics, schema and examples of each table.
    public var profile: Bool
    /// Commit what was imported.
    public var commit: Bool
    /// What a file that cannot be imported does: `stop` (the default), `skip`, or `quarantine` (keeps it beside).
    public var onError: String
    /// The licence of the data, for the record.
    public var license: String
    /// Only members or objects that match one of these patterns (as in `.gitignore`); all when empty.
    public var only: [String]

    /// The defaults, but for what is named.
    public init(
        update: Bool = false, inPlace: Bool = false, sample: String = "", profile: Bool = false, commit: Bool = false,
        onError: String = "", license: String = "", only: [String] = []
    ) {
        self.update = update
        self.inPlace = inPlace
        self.sample = sample
        self.profile = profile
        self.commit = commit
        self.onError = onError
        self.license = license
        self.only = only
    }

    var native: OctoNative.ImportOptions {
        .init(
            update: update, inPlace: inPlace, sample: sample, profile: profile, commit: commit, onError: onError,
            license: license, only: only)
    }
}

/// What ``Repo/profile(_:at:options:progress:)`` computes.
public struct ProfileOptions: Hashable, Sendable {
    /// Count as TFDV does (32-bit floats, its quantiles), to be compared with its files.
    public var tfdv: Bool
    /// Only these columns; all when empty.
    public var columns: [String]
    /// The column that weighs the rows.
    public var weight: String
    /// Also the statistics of the rows of each value of these columns.
    public var slices: [String]
    /// Also write the files beside the data, in `<path>.octo/`, and stage them.
    public var write: Bool
    /// What a row that cannot be read does: `stop` (the default), `skip` or `quarantine`.
    public var onError: String

    /// The defaults, but for what is named.
    public init(
        tfdv: Bool = false, columns: [String] = [], weight: String = "", slices: [String] = [], write: Bool = false,
        onError: String = ""
    ) {
        self.tfdv = tfdv
        self.columns = columns
        self.weight = weight
        self.slices = slices
        self.write = write
        self.onError = onError
    }

    var native: OctoNative.ProfileOptions {
        .init(tfdv: tfdv, columns: columns, weight: weight, slices: slices, write: write, onError: onError)
    }
}

/// What ``Repo/schema(_:at:options:progress:)`` gives.
public struct SchemaOptions: Hashable, Sendable {
    /// Infer it from the data, whatever is stored.
    public var infer: Bool
    /// Compare with the schema of this revision, or with this `.pbtxt` file.
    public var against: String
    /// Accept these suggestions, by their names, or `all`.
    public var accept: [String]
    /// Write it beside the data, in `<path>.octo/schema.pbtxt`, and stage it.
    public var write: Bool

    /// The defaults, but for what is named.
    public init(infer: Bool = false, against: String = "", accept: [String] = [], write: Bool = false) {
        self.infer = infer
        self.against = against
        self.accept = accept
        self.write = write
    }

    var native: OctoNative.SchemaOptions {
        .init(infer: infer, against: against, accept: accept, write: write)
    }
}

/// What ``Repo/validate(_:at:options:progress:)`` holds the data to.
public struct ValidateOptions: Hashable, Sendable {
    /// A schema file; without one, the schema beside the data.
    public var schema: String
    /// A revision or a path whose statistics drift is measured from.
    public var against: String
    /// A path whose statistics are those of serving, for skew.
    public var serving: String
    /// The schema's environment to check in.
    public var environment: String
    /// Example rows for each anomaly; 5 when 0.
    public var rows: UInt64

    /// The defaults, but for what is named.
    public init(schema: String = "", against: String = "", serving: String = "", environment: String = "", rows: UInt64 = 0) {
        self.schema = schema
        self.against = against
        self.serving = serving
        self.environment = environment
        self.rows = rows
    }

    var native: OctoNative.ValidateOptions {
        .init(schema: schema, against: against, serving: serving, environment: environment, rows: rows)
    }
}

/// How ``Repo/sample(_:at:options:progress:)`` chooses rows.
public struct SampleOptions: Hashable, Sendable {
    /// This fraction of the rows.
    public var fraction: Double
    /// This many rows.
    public var rows: UInt64
    /// `hash` (the default with a fraction), `bottom-k` (the default with a number), `reservoir`, `blocks` or `time`.
    public var method: String
    /// The columns whose values decide; all columns when empty.
    public var key: [String]
    /// Take as large a share of each value of this column.
    public var stratify: String
    /// The time column of `time`: the newest rows are taken.
    public var time: String
    /// Another number gives another sample.
    public var seed: UInt64
    /// Write the rows to this file of the work tree; `<path>.octo/data/sample.parquet` when empty.
    public var to: String

    /// The defaults, but for what is named.
    public init(
        fraction: Double = 0, rows: UInt64 = 0, method: String = "", key: [String] = [], stratify: String = "", time: String = "",
        seed: UInt64 = 0, to: String = ""
    ) {
        self.fraction = fraction
        self.rows = rows
        self.method = method
        self.key = key
        self.stratify = stratify
        self.time = time
        self.seed = seed
        self.to = to
    }

    var native: OctoNative.SampleOptions {
        .init(fraction: fraction, rows: rows, method: method, key: key, stratify: stratify, time: time, seed: seed, to: to)
    }
}

/// How ``Repo/split(_:at:options:progress:)`` parts the rows.
public struct SplitOptions: Hashable, Sendable {
    /// Names and shares: `train=0.7`, `test=0.3`.
    public var parts: [String]
    /// Rows that agree in these columns stay together.
    public var by: [String]
    /// Each part gets the same shares of these columns' values.
    public var stratify: [String]
    /// The parts follow each other in this column's time.
    public var time: String
    /// Rows so close before a cut in time are left out: a number, or one with a unit (`7d`, `12h`).
    public var gap: String
    /// This many folds instead of named parts.
    public var folds: UInt64
    /// ExampleGen's buckets: the parts' shares are whole numbers of buckets.
    public var buckets: Bool
    /// Another number gives another split.
    public var seed: UInt64
    /// The recipe's name; `default` when empty.
    public var name: String
    /// Check the split that is stored under the name: the same group or the same row in two parts is a leak.
    public var check: Bool
    /// Write each part to a file in this folder of the work tree.
    public var to: String

    /// The defaults, but for what is named.
    public init(
        parts: [String] = [], by: [String] = [], stratify: [String] = [], time: String = "", gap: String = "", folds: UInt64 = 0,
        buckets: Bool = false, seed: UInt64 = 0, name: String = "", check: Bool = false, to: String = ""
    ) {
        self.parts = parts
        self.by = by
        self.stratify = stratify
        self.time = time
        self.gap = gap
        self.folds = folds
        self.buckets = buckets
        self.seed = seed
        self.name = name
        self.check = check
        self.to = to
    }

    var native: OctoNative.SplitOptions {
        .init(
            parts: parts, by: by, stratify: stratify, time: time, gap: gap, folds: folds, buckets: buckets, seed: seed,
            name: name, check: check, to: to)
    }
}

/// How ``Repo/examples(_:at:options:progress:)`` writes.
public struct ExamplesOptions: Hashable, Sendable {
    /// The folder in the work tree; `<path>.octo/data/examples` when empty.
    public var to: String
    /// `tfrecord` (the default, gzip), or `parquet`.
    public var format: String
    /// The split whose parts become `Split-<name>` folders; ExampleGen's own (train 2 : eval 1) when empty.
    public var split: String
    /// Shards of a part; 1 when 0.
    public var shards: UInt64
    /// The column that ExampleGen's own split hashes instead of the whole example.
    public var partition: String

    /// The defaults, but for what is named.
    public init(to: String = "", format: String = "", split: String = "", shards: UInt64 = 0, partition: String = "") {
        self.to = to
        self.format = format
        self.split = split
        self.shards = shards
        self.partition = partition
    }

    var native: OctoNative.ExamplesOptions {
        .init(to: to, format: format, split: split, shards: shards, partition: partition)
    }
}

/// What ``Repo/features(_:options:progress:)`` ranks by.
public struct FeaturesOptions: Hashable, Sendable {
    /// The column to be predicted.
    public var label: String
    /// Record the columns that are left as a selection of this name.
    public var save: String
    /// The revision of the statistics; the index when empty.
    public var rev: String
    /// Columns with a larger share of missing values are left out; 0.5 when 0.
    public var maxMissing: Double
    /// Of columns that are correlated more than this one is left out; 0.95 when 0.
    public var maxCorrelation: Double

    /// The defaults, but for what is named.
    public init(label: String = "", save: String = "", rev: String = "", maxMissing: Double = 0, maxCorrelation: Double = 0) {
        self.label = label
        self.save = save
        self.rev = rev
        self.maxMissing = maxMissing
        self.maxCorrelation = maxCorrelation
    }

    var native: OctoNative.FeaturesOptions {
        .init(label: label, save: save, rev: rev, maxMissing: maxMissing, maxCorrelation: maxCorrelation)
    }
}

/// What ``Repo/view(_:at:options:progress:)`` shows.
public struct ViewOptions: Hashable, Sendable {
    /// Show it beside this revision, or beside another path.
    public var against: String

    /// The defaults, but for what is named.
    public init(against: String = "") {
        self.against = against
    }

    var native: OctoNative.ViewOptions {
        .init(against: against)
    }
}
