import Foundation
internal import OctoNative
internal import octostore_uniffiFFI

/// A version of a file, read by ranges: only the chunks that are touched are fetched.
///
/// ```swift
/// let file = try await repo.openFile("data/train.csv", at: "v1")
/// let head = try await file.read(at: 0, count: 4096)
/// for try await piece in file.chunks() { hash.update(data: piece) }
/// ```
///
/// Any thread may read; reads of one object happen one after the other. A read that has begun is finished even if its task is
/// cancelled: read in pieces what may have to stop.
public final class FileReader: Sendable {
    /// The library's object until ``close()``, and where it is.
    private let open: Locked<(native: OctoNative.FileReader, address: UInt)?>
    /// Bytes of the file.
    public let size: UInt64

    init(_ native: OctoNative.FileReader) {
        size = native.len()
        open = Locked((native, UInt(native.address())))
    }

    /// Reads at `offset` until the buffer is full or the file ends; gives the bytes read.
    ///
    /// Nothing is copied on the way: the library writes where you say.
    public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(OctostoreError) -> Int {
        guard let (native, address) = open.with({ $0 }) else { throw Self.closed }
        // Its address is good as long as the object is.
        return try withExtendedLifetime(native) { () throws(OctostoreError) in
            guard let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
            var result: UInt64 = 0
            let bytes = start.assumingMemoryBound(to: UInt8.self)
            if octostore_raw_read_at(UnsafeRawPointer(bitPattern: address), offset, bytes, buffer.count, &result) == 0 {
                return Int(result)
            }
            try translated { try throwRaw(ticket: result) }
            return 0
        }
    }

    /// At most `count` bytes from `offset`; fewer only at the file's end.
    public func read(at offset: UInt64, count: Int) throws(OctostoreError) -> Data {
        let wanted = Int(min(UInt64(max(count, 0)), size - min(offset, size)))
        guard let start = malloc(max(wanted, 1)) else {
            throw OctostoreError(
                code: .outOfMemory, message: "there is no memory for \(wanted) bytes", hint: "Read the file in smaller pieces.")
        }
        do {
            let done = try read(at: offset, into: UnsafeMutableRawBufferPointer(start: start, count: wanted))
            return Data(bytesNoCopy: start, count: done, deallocator: .free)
        } catch {
            free(start)
            throw error
        }
    }

    /// At most `count` bytes from `offset`; fewer only at the file's end.
    public func read(at offset: UInt64, count: Int) async throws(OctostoreError) -> Data {
        try await awaited { () throws(OctostoreError) in try self.read(at: offset, count: count) }
    }

    /// The bytes of a range, or of the whole file, in pieces of at most `size` bytes.
    public func chunks(of size: Int = 1 << 20, in range: Range<UInt64>? = nil) -> Chunks {
        Chunks(file: self, size: max(size, 1), range: (range ?? 0..<self.size).clamped(to: 0..<self.size))
    }

    /// Frees what the file holds. Whoever reads it afterwards gets ``ErrorCode/invalidArgument``.
    public func close() { open.with { $0 = nil } }

    private static let closed = OctostoreError(
        code: .invalidArgument, message: "the file is closed", hint: "Open it again with openFile.")

    /// Pieces of a file, in order.
    public struct Chunks: AsyncSequence, Sendable {
        public typealias Element = Data
        let file: FileReader
        let size: Int
        let range: Range<UInt64>

        public func makeAsyncIterator() -> Iterator { Iterator(chunks: self, at: range.lowerBound) }

        /// Where a reader of the pieces is.
        public struct Iterator: AsyncIteratorProtocol {
            let chunks: Chunks
            var at: UInt64

            public mutating func next() async throws -> Data? {
                let count = Swift.min(UInt64(chunks.size), chunks.range.upperBound - at)
                guard count > 0 else { return nil }
                let piece = try await chunks.file.read(at: at, count: Int(count))
                at += UInt64(piece.count)
                return piece.isEmpty ? nil : piece
            }
        }
    }
}
