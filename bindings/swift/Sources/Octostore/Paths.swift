import Foundation
#if canImport(System)
    import System
#endif

/// A path in a repository: bytes, relative to the top of the work tree, with `/` between its parts.
///
/// git names files by bytes; they need not be UTF-8.
public struct RepoPath: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The bytes, as git has them.
    public let bytes: [UInt8]

    /// The path with these bytes.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// The path that this text is in UTF-8.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    public init(stringLiteral text: String) { self.init(text) }

    #if canImport(System)
        /// A relative path of the file system, taken as one in a repository.
        public init(_ path: FilePath) { bytes = path.withCString { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } }
    #endif

    /// The path as a string, unless it is not UTF-8.
    public var string: String? { String(validating: bytes, as: UTF8.self) }
}

extension RepoPath: CustomStringConvertible, Comparable {
    /// For people to read: what is not UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// git's order: by bytes.
    public static func < (a: RepoPath, b: RepoPath) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

/// A path of the file system: bytes that need not be UTF-8.
public struct LocalPath: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The bytes, as the system has them.
    public let bytes: [UInt8]

    /// The path with these bytes.
    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// The path that this text is in UTF-8.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    public init(stringLiteral text: String) { self.init(text) }

    /// The path as a URL of a file. A name that is not UTF-8 may not survive it; ``bytes`` are always right.
    public var url: URL {
        let cString = bytes.map { CChar(bitPattern: $0) } + [0]
        return URL(fileURLWithFileSystemRepresentation: cString, isDirectory: false, relativeTo: nil)
    }

    /// For people to read: what is not UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    #if canImport(System)
        /// The path as the System library has it.
        public var filePath: FilePath {
            (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) }
        }
    #endif
}

/// What names a file or folder of the file system: a `String`, a `URL`, a ``LocalPath`` or, where there is one, a `FilePath`.
public protocol FileSystemPath: Sendable {
    /// The path as the system takes it.
    var localPath: LocalPath { get }
}

extension LocalPath: FileSystemPath {
    public var localPath: LocalPath { self }
}

extension String: FileSystemPath {
    public var localPath: LocalPath { LocalPath(self) }
}

extension URL: FileSystemPath {
    /// The path of a `file:` URL; that of another URL is empty, which no call takes.
    public var localPath: LocalPath {
        guard isFileURL else { return LocalPath(bytes: []) }
        return withUnsafeFileSystemRepresentation { path in
            guard let path else { return LocalPath(bytes: []) }
            return LocalPath(bytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
        }
    }
}

#if canImport(System)
    extension FilePath: FileSystemPath {
        public var localPath: LocalPath {
            withPlatformString { LocalPath(bytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }
#endif

extension Sequence where Element == UInt8 {
    var data: Data { Data(self) }
}
