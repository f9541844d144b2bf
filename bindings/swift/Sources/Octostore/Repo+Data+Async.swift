// The calls on rows, statistics and schemas, as tasks await them.

extension Repo {
    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under `to`, and stages them.
    @discardableResult
    public func `import`(
        _ sources: [String], to path: RepoPath, options: ImportOptions = ImportOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await importCall(sources, to: path, options: options).run(progress)
    }

    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
    @discardableResult
    public func profile(
        _ path: RepoPath, at revision: String = "", options: ProfileOptions = ProfileOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await profileCall(path, at: revision, options: options).run(progress)
    }

    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.
    public func schema(
        _ path: RepoPath, at revision: String = "", options: SchemaOptions = SchemaOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await schemaCall(path, at: revision, options: options).run(progress)
    }

    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.
    public func validate(
        _ path: RepoPath, at revision: String = "", options: ValidateOptions = ValidateOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await validateCall(path, at: revision, options: options).run(progress)
    }

    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.
    @discardableResult
    public func sample(
        _ path: RepoPath, at revision: String = "", options: SampleOptions = SampleOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await sampleCall(path, at: revision, options: options).run(progress)
    }

    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.
    @discardableResult
    public func split(
        _ path: RepoPath, at revision: String = "", options: SplitOptions = SplitOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await splitCall(path, at: revision, options: options).run(progress)
    }

    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.
    @discardableResult
    public func examples(
        _ path: RepoPath, at revision: String = "", options: ExamplesOptions = ExamplesOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await examplesCall(path, at: revision, options: options).run(progress)
    }

    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.
    public func features(
        _ paths: [RepoPath], options: FeaturesOptions = FeaturesOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await featuresCall(paths, options: options).run(progress)
    }

    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    public func view(
        _ path: RepoPath, at revision: String = "", options: ViewOptions = ViewOptions(), progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await viewCall(path, at: revision, options: options).run(progress)
    }

    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    public func diffStats(
        from old: String = "HEAD", to new: String = "", paths: [RepoPath] = [], progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Document {
        try await diffStatsCall(from: old, to: new, paths: paths).run(progress)
    }
}
