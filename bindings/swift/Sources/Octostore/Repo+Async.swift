internal import OctoNative

// The calls that can take long, as tasks await them.

extension Repo {
    /// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store.
    ///
    /// - Parameters:
    ///   - path: A folder in the repository.
    ///   - store: `file:///folder`, `s3://bucket/prefix`, `gs://`, `az://`, or a folder's path.
    ///   - program: The `octostore` program that git's filter and hooks shall call; by default the one on the `PATH`.
    ///   - context: Whose threads and limits to use; by default a common one.
    ///   - progress: Hears how far the call is.
    @discardableResult
    public static func initialize(
        _ path: some FileSystemPath, store: String? = nil, program: LocalPath? = nil, context: Context? = nil,
        progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Repo {
        try await initializeCall(path, store: store, program: program, context: context).run(progress)
    }

    /// Clones a git repository, accepts its store, and writes the chosen data.
    ///
    /// - Parameters:
    ///   - url: What `git clone` takes.
    ///   - folder: The new folder.
    ///   - data: Which data to write into the work tree.
    ///   - copyTo: A store to copy the data to; this clone alone uses it from now on.
    ///   - branch: The branch to check out, if not the remote's own choice.
    ///   - program: The `octostore` program that git's filter and hooks shall call; by default the one on the `PATH`.
    ///   - context: Whose threads and limits to use; by default a common one.
    ///   - progress: Hears how far the call is.
    @discardableResult
    public static func clone(
        _ url: String, to folder: some FileSystemPath, data: DataChoice = .all, copyTo: String? = nil, branch: String? = nil,
        program: LocalPath? = nil, context: Context? = nil, progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Repo {
        try await cloneCall(url, to: folder, data: data, copyTo: copyTo, branch: branch, program: program, context: context).run(
            progress)
    }

    /// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the cache and stages their pointers.
    @discardableResult
    public func add(_ paths: [RepoPath] = [], progress: ProgressHandler? = nil) async throws(OctostoreError) -> AddReport {
        try await addCall(paths).run(progress)
    }

    /// The state of every tracked file, in path order.
    public func status(progress: ProgressHandler? = nil) async throws(OctostoreError) -> [FileStatus] {
        try await statusCall().run(progress)
    }

    /// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
    ///
    /// - Parameters:
    ///   - remote: The git remote to push the branch to; without one, only data is pushed.
    ///   - all: The data of every local branch and tag, not only of the current branch.
    ///   - progress: Hears how far the call is.
    @discardableResult
    public func push(remote: String? = nil, all: Bool = false, progress: ProgressHandler? = nil) async throws(OctostoreError)
        -> PushReport
    {
        try await pushCall(remote: remote, all: all).run(progress)
    }

    /// Brings the data of the index into the cache: everything, or what patterns choose.
    ///
    /// - Parameters:
    ///   - patterns: Files or patterns as in `.gitignore`; all when empty.
    ///   - only: These kinds of side files (`statistics`, `schema`, `examples`, `sample`) of the chosen data instead.
    ///   - progress: Hears how far the call is.
    @discardableResult
    public func fetch(_ patterns: [String] = [], only: [String] = [], progress: ProgressHandler? = nil)
        async throws(OctostoreError) -> PullReport
    {
        try await fetchCall(patterns, only: only).run(progress)
    }

    /// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.
    ///
    /// - Parameters:
    ///   - patterns: Files or patterns as in `.gitignore`; all when empty.
    ///   - only: These kinds of side files (`statistics`, `schema`, `examples`, `sample`) of the chosen data instead.
    ///   - progress: Hears how far the call is.
    @discardableResult
    public func pull(_ patterns: [String] = [], only: [String] = [], progress: ProgressHandler? = nil)
        async throws(OctostoreError) -> PullReport
    {
        try await pullCall(patterns, only: only).run(progress)
    }

    /// Turns files back into pointers and frees their space; the store, asked now, must hold their data.
    @discardableResult
    public func drop(_ paths: [RepoPath], progress: ProgressHandler? = nil) async throws(OctostoreError) -> DropReport {
        try await dropCall(paths).run(progress)
    }

    /// Checks every byte against its hash: the cache and, if asked, the store. Damaged parts leave the cache.
    public func fsck(store: Bool = false, progress: ProgressHandler? = nil) async throws(OctostoreError) -> FsckReport {
        try await fsckCall(store: store).run(progress)
    }

    /// Points the repository at a store, which is made if the place is empty, and accepts it.
    @discardableResult
    public func setStore(_ url: String, progress: ProgressHandler? = nil) async throws(OctostoreError) -> StoreInfo {
        try await setStoreCall(url).run(progress)
    }

    /// Copies everything that this repository published to another store; the repository goes on using its own.
    @discardableResult
    public func copyStore(to url: String, progress: ProgressHandler? = nil) async throws(OctostoreError) -> CopyReport {
        try await copyStoreCall(to: url).run(progress)
    }

    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns and rows need is fetched.
    ///
    /// The file's name says its format: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.parquet`, `.arrow`, `.feather`, `.ipc`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - revision: What git calls a revision.
    ///   - columns: Only these, in the file's order; all when empty.
    ///   - limit: At most so many rows; all when 0.
    ///   - batchRows: Rows in a batch; 65,536 when 0.
    ///   - split: Only the rows of this part of a stored split: `train`, or `recipe/train`.
    ///   - sample: Only a sample of the rows, by the hash of all columns: a fraction (`0.01`).
    ///   - selection: Only the columns of this recorded selection.
    ///   - onError: What a row that cannot be read does: `stop` (the default), or `skip`.
    ///   - progress: Hears how far the reading is.
    public func readRows(
        _ path: RepoPath, at revision: String = "HEAD", columns: [String] = [], limit: UInt64 = 0, batchRows: UInt64 = 0,
        split: String = "", sample: String = "", selection: String = "", onError: String = "", progress: ProgressHandler? = nil
    ) async throws(OctostoreError) -> Rows {
        let options = OctoNative.ReadOptions(
            columns: columns, limit: limit, batchRows: batchRows, split: split, sample: sample, selection: selection,
            onError: onError)
        return try await readRowsCall(path, at: revision, options: options).run(progress)
    }

    /// Writes a stream of rows to a file in the work tree, in the format that its name says.
    ///
    /// The file is there whole or not at all; ``add(_:progress:)`` then versions it.
    @discardableResult
    public func writeRows(_ rows: some RowSource, to path: RepoPath, progress: ProgressHandler? = nil)
        async throws(OctostoreError) -> WriteReport
    {
        try await writeRowsCall(rows, to: path).run(progress)
    }
}
