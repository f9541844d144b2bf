internal import OctoNative

// The calls that can take long, for programs without tasks: they block their thread, and are told apart by the token that stops them.

extension Repo {
    /// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public static func initialize(
        _ path: some FileSystemPath, store: String? = nil, program: LocalPath? = nil, context: Context? = nil,
        progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Repo {
        try initializeCall(path, store: store, program: program, context: context).wait(progress, cancel)
    }

    /// Clones a git repository, accepts its store, and writes the chosen data.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public static func clone(
        _ url: String, to folder: some FileSystemPath, data: DataChoice = .all, copyTo: String? = nil, branch: String? = nil,
        program: LocalPath? = nil, context: Context? = nil, progress: ProgressHandler? = nil, cancel: Cancel
    ) throws(OctostoreError) -> Repo {
        try cloneCall(url, to: folder, data: data, copyTo: copyTo, branch: branch, program: program, context: context).wait(
            progress, cancel)
    }

    /// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the cache and stages their pointers.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func add(_ paths: [RepoPath] = [], progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError)
        -> AddReport
    {
        try addCall(paths).wait(progress, cancel)
    }

    /// The state of every tracked file, in path order.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func status(progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError) -> [FileStatus] {
        try statusCall().wait(progress, cancel)
    }

    /// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func push(remote: String? = nil, all: Bool = false, progress: ProgressHandler? = nil, cancel: Cancel)
        throws(OctostoreError) -> PushReport
    {
        try pushCall(remote: remote, all: all).wait(progress, cancel)
    }

    /// Brings the data of the index into the cache: everything, or what patterns choose.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func fetch(_ patterns: [String] = [], only: [String] = [], progress: ProgressHandler? = nil, cancel: Cancel)
        throws(OctostoreError) -> PullReport
    {
        try fetchCall(patterns, only: only).wait(progress, cancel)
    }

    /// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func pull(_ patterns: [String] = [], only: [String] = [], progress: ProgressHandler? = nil, cancel: Cancel)
        throws(OctostoreError) -> PullReport
    {
        try pullCall(patterns, only: only).wait(progress, cancel)
    }

    /// Turns files back into pointers and frees their space; the store, asked now, must hold their data.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func drop(_ paths: [RepoPath], progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError)
        -> DropReport
    {
        try dropCall(paths).wait(progress, cancel)
    }

    /// Checks every byte against its hash: the cache and, if asked, the store. Damaged parts leave the cache.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func fsck(store: Bool = false, progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError)
        -> FsckReport
    {
        try fsckCall(store: store).wait(progress, cancel)
    }

    /// Points the repository at a store, which is made if the place is empty, and accepts it.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func setStore(_ url: String, progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError)
        -> StoreInfo
    {
        try setStoreCall(url).wait(progress, cancel)
    }

    /// Copies everything that this repository published to another store; the repository goes on using its own.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func copyStore(to url: String, progress: ProgressHandler? = nil, cancel: Cancel) throws(OctostoreError)
        -> CopyReport
    {
        try copyStoreCall(to: url).wait(progress, cancel)
    }

    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns and rows need is fetched.
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func readRows(
        _ path: RepoPath, at revision: String = "HEAD", columns: [String] = [], limit: UInt64 = 0, batchRows: UInt64 = 0,
        split: String = "", sample: String = "", selection: String = "", onError: String = "", progress: ProgressHandler? = nil,
        cancel: Cancel
    ) throws(OctostoreError) -> Rows {
        let options = OctoNative.ReadOptions(
            columns: columns, limit: limit, batchRows: batchRows, split: split, sample: sample, selection: selection,
            onError: onError)
        return try readRowsCall(path, at: revision, options: options).wait(progress, cancel)
    }

    /// Writes a stream of rows to a file in the work tree, in the format that its name says.
    @discardableResult
    @available(*, noasync, message: "await the asynchronous form, which does not block")
    public func writeRows(_ rows: some RowSource, to path: RepoPath, progress: ProgressHandler? = nil, cancel: Cancel)
        throws(OctostoreError) -> WriteReport
    {
        try writeRowsCall(rows, to: path).wait(progress, cancel)
    }
}
