import Foundation
internal import OctoNative

/// A git repository with data. Any thread and any task may call it.
///
/// Calls that can take long exist twice: asynchronous, stopped when their task is cancelled, and blocking, for programs without
/// tasks, with a ``Cancel`` token that stops them. Paths are relative to the top of the work tree; a revision is anything that git
/// understands, and the empty one is the index.
public final class Repo: Sendable {
    let native: OctoNative.Repo

    init(_ native: OctoNative.Repo) { self.native = native }

    /// Opens the repository that `path` is in.
    public static func open(_ path: some FileSystemPath = ".", context: Context? = nil) throws(OctostoreError) -> Repo {
        try translated { Repo(try OctoNative.Repo.open(context: Context.native(context), path: path.localPath.bytes.data)) }
    }

    /// The top folder of the work tree.
    public var workDir: LocalPath {
        get throws(OctostoreError) { try translated { LocalPath(bytes: try native.workDir()) } }
    }

    /// The path in the repository that a user's argument means, which is relative to the current folder.
    public func pathFrom(_ path: some FileSystemPath) throws(OctostoreError) -> RepoPath {
        try translated { RepoPath(bytes: try native.pathFrom(path: path.localPath.bytes.data)) }
    }

    /// Tracks the files that these patterns (as in `.gitignore`) match; gives those that were not tracked before.
    @discardableResult
    public func track(_ patterns: [String]) throws(OctostoreError) -> [String] {
        try translated { try native.track(patterns: patterns) }
    }

    /// No longer tracks these patterns; gives those that were tracked.
    @discardableResult
    public func untrack(_ patterns: [String]) throws(OctostoreError) -> [String] {
        try translated { try native.untrack(patterns: patterns) }
    }

    /// The tracked files of a revision (empty: the index), those at or below a path if one is given.
    public func ls(at revision: String = "", prefix: RepoPath? = nil) throws(OctostoreError) -> [Entry] {
        try translated { try native.ls(rev: revision, prefix: prefix?.bytes.data).map(Entry.init) }
    }

    /// Every change of a path, the newest first; at most `limit` of them, or all if that is 0.
    public func log(_ path: RepoPath, limit: UInt64 = 0) throws(OctostoreError) -> [LogEntry] {
        try translated { try native.log(path: path.bytes.data, limit: limit).map(LogEntry.init) }
    }

    /// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
    ///
    /// It may ask the store, and so take a while, when the file is not in the cache.
    public func openFile(_ path: RepoPath, at revision: String = "HEAD") throws(OctostoreError) -> FileReader {
        try translated { FileReader(try native.openFile(rev: revision, path: path.bytes.data)) }
    }

    /// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
    public func openFile(_ path: RepoPath, at revision: String = "HEAD") async throws(OctostoreError) -> FileReader {
        try await awaited { () throws(OctostoreError) in try self.openFile(path, at: revision) }
    }

    /// Where the bytes of a file of a revision are: a local file, or ranges in the store.
    ///
    /// It may ask the store, and so take a while.
    public func resolve(_ path: RepoPath, at revision: String = "HEAD") throws(OctostoreError) -> Resolved {
        try translated { Resolved(try native.resolve(rev: revision, path: path.bytes.data)) }
    }

    /// Where the bytes of a file of a revision are: a local file, or ranges in the store.
    public func resolve(_ path: RepoPath, at revision: String = "HEAD") async throws(OctostoreError) -> Resolved {
        try await awaited { () throws(OctostoreError) in try self.resolve(path, at: revision) }
    }

    /// The store that this clone uses, if one is set; nothing is sent.
    public var store: StoreInfo? {
        get throws(OctostoreError) { try translated { try native.store().map(StoreInfo.init) } }
    }

    /// Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it.
    public func acceptStore(_ url: String) throws(OctostoreError) {
        try translated { try native.acceptStore(url: url) }
    }
}
