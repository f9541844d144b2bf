/// The numbers of a column as they lie in memory, nulls included. Nothing is copied: this keeps the batch alive that holds them.
public struct ColumnValues<Element: BitwiseCopyable>: RandomAccessCollection, @unchecked Sendable {
    // What the batch holds does not change.
    @usableFromInline let batch: RowBatch
    @usableFromInline let start: UnsafePointer<Element>?
    public let count: Int

    init(batch: RowBatch, start: UnsafePointer<Element>?, count: Int) {
        self.batch = batch
        self.start = start
        self.count = start == nil ? 0 : count
    }

    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { count }

    @inlinable public subscript(row: Int) -> Element {
        precondition(row >= 0 && row < count, "there is no such row")
        return withUnsafeBufferPointer { $0[row] }
    }

    /// Lets `body` read the memory itself, which is good until it returns.
    @inlinable public func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows
        -> Result
    {
        try withExtendedLifetime(batch) { try body(UnsafeBufferPointer(start: start, count: count)) }
    }

    @inlinable public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try withUnsafeBufferPointer(body)
    }
}
