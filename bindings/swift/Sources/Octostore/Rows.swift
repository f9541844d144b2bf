internal import CArrow
internal import OctoNative

/// The rows of a file, a batch at a time, read when they are asked for.
///
/// ```swift
/// for try await batch in try await repo.readRows("data/train.parquet", columns: ["id", "label"]) {
///     let ids = batch["id"]?.values(of: Int64.self)
/// }
/// ```
///
/// Its errors carry codes; those of the ``stream()`` that the rows can be moved to are texts, as Arrow has them.
public final class Rows: RowSource, AsyncSequence {
    public typealias Element = RowBatch
    private let native: OctoNative.Rows

    init(_ native: OctoNative.Rows) { self.native = native }

    /// The next batch, or nil at the end.
    public func next() throws(OctostoreError) -> RowBatch? {
        try translated {
            var array = ArrowArray()
            guard try withUnsafeMutablePointer(to: &array, { try native.next(address: UInt64(UInt(bitPattern: $0))) }) else {
                return nil
            }
            var schema = ArrowSchema()
            do {
                try withUnsafeMutablePointer(to: &schema) { try native.schema(address: UInt64(UInt(bitPattern: $0))) }
            } catch {
                array.release?(&array)
                throw error
            }
            return RowBatch(array: array, schema: schema)
        }
    }

    /// The columns that the batches have, known before the first is read.
    public var schema: [Field] {
        get throws(OctostoreError) { try translated { try Field.filled(by: native.schema) } }
    }

    /// The rows that have not been read yet, as a stream; this object then gives none.
    public func stream() throws(OctostoreError) -> ArrowStream {
        try translated {
            try ArrowStream { stream in try native.exportTo(address: UInt64(UInt(bitPattern: stream))) }
        }
    }

    /// Ends the stream and what it holds open.
    public func close() { native.close() }

    public func makeAsyncIterator() -> Iterator { Iterator(rows: self) }

    /// Where a reader of the batches is.
    public struct Iterator: AsyncIteratorProtocol {
        let rows: Rows

        public func next() async throws -> RowBatch? {
            return try await awaited { [rows] () throws(OctostoreError) in try rows.next() }
        }
    }
}
