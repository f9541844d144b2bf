internal import OctoNative

/// What kind of thing went wrong. The numbers are stable, the same in every language, and never used again.
///
/// Every error code there is: `allCases`.
public enum ErrorCode: Int32, CaseIterable, Hashable, Sendable {
    /// An argument is not one that the call takes.
    case invalidArgument = 1
    /// The folder is not inside a git repository.
    case notARepository = 2
    /// There is no such path, revision or object.
    case notFound = 3
    /// The thing to be made is there already.
    case alreadyExists = 4
    /// The caller cancelled the job.
    case cancelled = 5
    /// Reading or writing a local file failed.
    case io = 6
    /// The disk is full, or a quota is used up.
    case diskFull = 7
    /// The operating system refuses access to a local file.
    case permissionDenied = 8
    /// Another process holds a lock that the call needs.
    case locked = 9
    /// A pointer's text does not follow the grammar.
    case pointerInvalid = 10
    /// A pointer, pack or table is of a newer version than this library reads.
    case versionTooNew = 11
    /// Stored bytes are not what their id says.
    case corrupt = 12
    /// The data is neither here nor in the store.
    case missingData = 13
    /// The repository names no store.
    case storeNotConfigured = 14
    /// The store's URL cannot be understood.
    case storeUrlInvalid = 15
    /// The store does not answer.
    case storeUnreachable = 16
    /// The store refuses access.
    case storePermission = 17
    /// The place holds data, but not an octostore store.
    case storeForeign = 18
    /// A store URL came with a commit and nobody has accepted it in this clone.
    case storeNotAccepted = 19
    /// The store uses a feature that this library does not know.
    case storeFeature = 20
    /// The store changed under the call in a way that a retry can solve.
    case storeConflict = 21
    /// git itself failed.
    case git = 22
    /// The path is of a kind that cannot be versioned: a folder, a symlink, a device, another repository.
    case unsupportedPath = 23
    /// A file changed while it was read.
    case fileChanged = 24
    /// A configuration file cannot be understood.
    case config = 25
    /// The path is not tracked by octostore.
    case notTracked = 26
    /// The only copy of the data is here, so it is not dropped.
    case notPushed = 27
    /// The call needs a work tree and the repository is bare.
    case bareRepository = 28
    /// The call is not built into this library, or not available on this system.
    case unsupported = 29
    /// There is not enough memory for what the call needs.
    case outOfMemory = 30
    /// A data file is not in the format that its name says.
    case invalidData = 31
    /// A defect of octostore itself.
    case `internal` = 255
}

extension ErrorCode: CustomStringConvertible {
    /// Every code with its name and what it means, as the library has them.
    private static let table = Dictionary(uniqueKeysWithValues: OctoNative.codes().map { ($0.code, $0) })

    /// How many codes the library has.
    static var libraryCount: Int { table.count }

    /// The stable name, such as `store_unreachable`.
    public var name: String { Self.table[rawValue]?.name ?? "\(rawValue)" }

    /// One line about the code.
    public var summary: String { Self.table[rawValue]?.summary ?? "" }

    public var description: String { name }
}
