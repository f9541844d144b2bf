internal import OctoNative

/// Owns thread pools and limits. Repositories may share one.
public final class Context: Sendable {
    let native: OctoNative.Context

    /// The context of calls that name none.
    private static let shared = Result { () throws(OctostoreError) in try Context() }

    /// The library's own of a context that a caller named or did not.
    static func native(_ context: Context?) throws(OctostoreError) -> OctoNative.Context {
        guard let context else { return try shared.get().native }
        return context.native
    }

    /// Makes a context with these limits. 0 means the default.
    ///
    /// - Parameters:
    ///   - threads: Threads for cutting, hashing and compressing; by default one for each core.
    ///   - memory: Bytes that data on its way to or from a store may take up; by default 128 MiB.
    ///   - connections: Requests under way at once; by default 8.
    public init(threads: UInt32 = 0, memory: UInt64 = 0, connections: UInt32 = 0) throws(OctostoreError) {
        native = try translated { OctoNative.Context(threads: threads, memory: memory, connections: connections) }
    }

    /// Makes a context with these limits that tells about its work.
    ///
    /// - Parameters:
    ///   - threads: Threads for cutting, hashing and compressing; by default one for each core.
    ///   - memory: Bytes that data on its way to or from a store may take up; by default 128 MiB.
    ///   - connections: Requests under way at once; by default 8.
    ///   - level: How much to tell.
    ///   - log: Hears records from any thread, never from two at once. It must not call octostore.
    public init(
        threads: UInt32 = 0, memory: UInt64 = 0, connections: UInt32 = 0, level: LogLevel,
        log: @escaping @Sendable (LogRecord) -> Void
    ) throws(OctostoreError) {
        native = try translated {
            try OctoNative.Context.withLog(
                threads: threads, memory: memory, connections: connections, level: level.rawValue, listener: LogRelay(log: log))
        }
    }
}

/// How much a log record matters.
public enum LogLevel: UInt32, CaseIterable, Comparable, Sendable {
    /// A call failed.
    case error = 1
    /// Something that its user should know although the call went well.
    case warn = 2
    /// What was done to a store or a repository.
    case info = 3
    /// Each call, and how long it took.
    case debug = 4

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// One record of the log.
public struct LogRecord: Hashable, Sendable {
    /// How much it matters.
    public let level: LogLevel
    /// What it is about: `call`, `repo` or `store`.
    public let target: String
    /// One line.
    public let message: String
}

private final class LogRelay: LogListener {
    let log: @Sendable (LogRecord) -> Void

    init(log: @escaping @Sendable (LogRecord) -> Void) { self.log = log }

    func onRecord(record: OctoNative.LogRecord) {
        log(LogRecord(level: LogLevel(rawValue: record.level) ?? .debug, target: record.target, message: record.message))
    }
}
