internal import OctoNative

// What calls give. Sizes are in bytes.

/// What git stores for a tracked file.
public struct Pointer: Hashable, Sendable {
    /// `blake3:` and 64 hexadecimal digits.
    public let oid: String
    /// Bytes of the file.
    public let size: UInt64

    init(_ p: OctoNative.Pointer) {
        oid = p.oid
        size = p.size
    }
}

/// A file of a revision, or one that was added.
public struct Entry: Hashable, Sendable {
    /// The file.
    public let path: RepoPath
    /// What git stores for it.
    public let pointer: Pointer

    init(_ e: OctoNative.Entry) {
        path = RepoPath(bytes: e.path)
        pointer = Pointer(e.pointer)
    }
}

/// What ``Repo/add(_:progress:)`` did.
public struct AddReport: Hashable, Sendable {
    /// The files that were read and staged, in path order.
    public let files: [Entry]
    /// Files whose content is staged already and that were not read.
    public let unchanged: UInt64
    /// Bytes read from files.
    public let readBytes: UInt64
    /// Bytes of chunks that were not in the local cache before.
    public let newBytes: UInt64
    /// Bytes that these new chunks take up, compressed.
    public let storedBytes: UInt64

    init(_ r: OctoNative.AddReport) {
        files = r.files.map(Entry.init)
        unchanged = r.unchanged
        readBytes = r.readBytes
        newBytes = r.newBytes
        storedBytes = r.storedBytes
    }
}

/// Where the data of a tracked file stands in the work tree.
public enum FileState: String, CaseIterable, Hashable, Sendable {
    /// The data is here and is what the index says.
    case present
    /// Only the pointer is here; ``Repo/pull(_:only:progress:)`` brings the data.
    case pointer
    /// The file differs from what the index says.
    case modified
    /// The file is gone from the work tree.
    case deleted
    /// The path is tracked by a pattern but has never been added.
    case untracked
}

/// A tracked file.
public struct FileStatus: Hashable, Sendable {
    /// The file.
    public let path: RepoPath
    /// Where its data stands in the work tree.
    public let state: FileState
    /// The pointer in the index, unless the file is untracked.
    public let pointer: Pointer?
    /// The index differs from `HEAD`: the next commit records a change.
    public let staged: Bool
    /// This clone's cache holds all of the indexed data.
    public let cached: Bool
    /// This clone knows that the store holds all of the indexed data.
    public let pushed: Bool

    init(_ s: OctoNative.FileStatus) throws {
        guard let state = FileState(rawValue: s.state) else {
            throw OctostoreError(code: .internal, message: "internal error: no file state is called \(s.state)")
        }
        self.state = state
        path = RepoPath(bytes: s.path)
        pointer = s.pointer.map(Pointer.init)
        staged = s.staged
        cached = s.cached
        pushed = s.pushed
    }
}

/// What ``Repo/push(remote:all:progress:)`` did.
public struct PushReport: Hashable, Sendable {
    /// File versions that the store now holds and that it was told of.
    public let files: UInt64
    /// Packs written to the store.
    public let packs: UInt64
    /// Bytes sent to the store, all kinds of objects together.
    public let uploadedBytes: UInt64
    /// Bytes of file content that the store held already.
    public let reusedBytes: UInt64

    init(_ r: OctoNative.PushReport) {
        files = r.files
        packs = r.packs
        uploadedBytes = r.uploadedBytes
        reusedBytes = r.reusedBytes
    }
}

/// What ``Repo/pull(_:only:progress:)`` or ``Repo/fetch(_:only:progress:)`` did.
public struct PullReport: Hashable, Sendable {
    /// Files written into the work tree (by fetch: file versions brought into the cache).
    public let files: UInt64
    /// Bytes of these files.
    public let bytes: UInt64
    /// Bytes read from the store.
    public let downloadedBytes: UInt64
    /// Files left alone because they hold changes of the user.
    public let kept: [RepoPath]

    init(_ r: OctoNative.PullReport) {
        files = r.files
        bytes = r.bytes
        downloadedBytes = r.downloadedBytes
        kept = r.kept.map { RepoPath(bytes: $0) }
    }
}

/// What ``Repo/drop(_:progress:)`` did.
public struct DropReport: Hashable, Sendable {
    /// Files turned back into pointers.
    public let files: UInt64
    /// Bytes freed in the work tree and the cache.
    public let freedBytes: UInt64

    init(_ r: OctoNative.DropReport) {
        files = r.files
        freedBytes = r.freedBytes
    }
}

/// What ``Repo/copyStore(to:progress:)`` did.
public struct CopyReport: Hashable, Sendable {
    /// Packs copied; those that the other store held already are not counted.
    public let packs: UInt64
    /// Bytes copied.
    public let bytes: UInt64

    init(_ r: OctoNative.CopyReport) {
        packs = r.packs
        bytes = r.bytes
    }
}

/// What ``Repo/writeRows(_:to:progress:)`` did.
public struct WriteReport: Hashable, Sendable {
    /// Rows written.
    public let rows: UInt64
    /// Bytes of the file.
    public let bytes: UInt64

    init(_ r: OctoNative.WriteReport) {
        rows = r.rows
        bytes = r.bytes
    }
}

/// A piece of a file as it lies in the store.
public struct StoredRange: Hashable, Sendable {
    /// Where the piece begins in the file.
    public let fileOffset: UInt64
    /// Bytes of the file in the piece.
    public let length: UInt64
    /// The key of the object that holds it, relative to the store's URL.
    public let object: String
    /// Where its frame begins in the object.
    public let offset: UInt64
    /// Bytes of the frame, header included.
    public let storedLength: UInt64

    init(_ r: OctoNative.StoredRange) {
        fileOffset = r.fileOffset
        length = r.length
        object = r.object
        offset = r.offset
        storedLength = r.storedLength
    }
}

/// Where the bytes of a file are.
public struct Resolved: Hashable, Sendable {
    /// The file.
    public let path: RepoPath
    /// What git stores for it.
    public let pointer: Pointer
    /// The file in the work tree, if it holds exactly these bytes.
    public let local: LocalPath?
    /// The store that holds the bytes, if one is set.
    public let store: String?
    /// The pieces in the store, in file order; empty if the store does not hold the file.
    public let ranges: [StoredRange]

    init(_ r: OctoNative.Resolved) {
        path = RepoPath(bytes: r.path)
        pointer = Pointer(r.pointer)
        local = r.local.map { LocalPath(bytes: $0) }
        store = r.store
        ranges = r.ranges.map(StoredRange.init)
    }
}

/// A change of a file.
public struct LogEntry: Hashable, Sendable {
    /// The commit, as 40 hexadecimal digits.
    public let commit: String
    /// The author's name.
    public let author: String
    /// Seconds since 1970 (UTC) of the author's date.
    public let time: Int64
    /// The first line of the commit's message.
    public let subject: String
    /// The file's pointer after the commit; nil where the commit deleted it or made it an ordinary file.
    public let pointer: Pointer?

    init(_ e: OctoNative.LogEntry) {
        commit = e.commit
        author = e.author
        time = e.time
        subject = e.subject
        pointer = e.pointer.map(Pointer.init)
    }
}

/// Something that ``Repo/fsck(store:progress:)`` found wrong.
public struct Problem: Hashable, Sendable {
    /// The code that a call would fail with when it met the problem.
    public let code: ErrorCode
    /// What is wrong with what.
    public let message: String
    /// What to do.
    public let hint: String

    init(_ p: OctoNative.Problem) {
        code = ErrorCode(rawValue: p.code) ?? .internal
        message = p.what
        hint = p.hint
    }
}

/// What ``Repo/fsck(store:progress:)`` found; no problems means that all is well.
public struct FsckReport: Hashable, Sendable {
    /// Packs read, here and in the store.
    public let packs: UInt64
    /// Bytes read and compared with their hashes.
    public let bytes: UInt64
    /// File versions whose chunks were all looked for.
    public let files: UInt64
    /// What is wrong.
    public let problems: [Problem]

    init(_ r: OctoNative.FsckReport) {
        packs = r.packs
        bytes = r.bytes
        files = r.files
        problems = r.problems.map(Problem.init)
    }
}

/// The store of a repository.
public struct StoreInfo: Hashable, Sendable {
    /// The URL.
    public let url: String
    /// Whether the URL is set for this clone only or in the committed configuration.
    public let localOnly: Bool
    /// Whether this clone's owner has accepted the URL.
    public let accepted: Bool
    /// Whether the store can be trusted with conditional writes; nil before this clone first connected to it.
    public let conditionalWrites: Bool?

    init(_ s: OctoNative.StoreInfo) {
        url = s.url
        localOnly = s.localOnly
        accepted = s.accepted
        conditionalWrites = s.conditionalWrites
    }
}
