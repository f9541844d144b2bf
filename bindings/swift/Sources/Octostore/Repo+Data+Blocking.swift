// The calls on rows, statistics and schemas, for programs without tasks.

extension Repo {
    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under `to`, and stages them.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func `import`(
        _ sources: [String], to path: RepoPath, options: ImportOptions = ImportOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try importCall(sources, to: path, options: options).wait(progress, cancel)
    }

    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func profile(
        _ path: RepoPath, at revision: String = "", options: ProfileOptions = ProfileOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try profileCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func schema(
        _ path: RepoPath, at revision: String = "", options: SchemaOptions = SchemaOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try schemaCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func validate(
        _ path: RepoPath, at revision: String = "", options: ValidateOptions = ValidateOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try validateCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func sample(
        _ path: RepoPath, at revision: String = "", options: SampleOptions = SampleOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try sampleCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func split(
        _ path: RepoPath, at revision: String = "", options: SplitOptions = SplitOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try splitCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func examples(
        _ path: RepoPath, at revision: String = "", options: ExamplesOptions = ExamplesOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try examplesCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func features(
        _ paths: [RepoPath], options: FeaturesOptions = FeaturesOptions(), progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try featuresCall(paths, options: options).wait(progress, cancel)
    }

    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func view(
        _ path: RepoPath, at revision: String = "", options: ViewOptions = ViewOptions(),
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try viewCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func diffStats(
        from old: String = "HEAD", to new: String = "", paths: [RepoPath] = [], progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Document {
        try diffStatsCall(from: old, to: new, paths: paths).wait(progress, cancel)
    }
}
