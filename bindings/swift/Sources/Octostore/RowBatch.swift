public import CArrow

/// A record batch: some rows of a table, column by column, as Arrow lays them out.
public final class RowBatch: @unchecked Sendable {
    // Immutable once made, and Arrow's arrays may be read by any thread.
    private let array: UnsafeMutablePointer<ArrowArray>
    private let schema: UnsafeMutablePointer<ArrowSchema>

    /// Takes both over.
    init(array: ArrowArray, schema: ArrowSchema) {
        self.array = .allocate(capacity: 1)
        self.schema = .allocate(capacity: 1)
        self.array.initialize(to: array)
        self.schema.initialize(to: schema)
    }

    deinit {
        array.pointee.release?(array)
        schema.pointee.release?(schema)
        array.deallocate()
        schema.deallocate()
    }

    /// The next batch of a stream, or nil at its end.
    static func next(of stream: UnsafeMutablePointer<ArrowArrayStream>) throws -> RowBatch? {
        var array = ArrowArray()
        try check(stream, stream.pointee.get_next(stream, &array))
        guard array.release != nil else { return nil }
        var schema = ArrowSchema()
        do {
            try check(stream, stream.pointee.get_schema(stream, &schema))
        } catch {
            array.release?(&array)
            throw error
        }
        return RowBatch(array: array, schema: schema)
    }

    private static func check(_ stream: UnsafeMutablePointer<ArrowArrayStream>, _ status: CInt) throws {
        guard status != 0 else { return }
        let text = stream.pointee.get_last_error(stream).map { String(cString: $0) } ?? "error \(status)"
        throw OctostoreError(code: .invalidData, message: "the stream of rows failed: \(text)")
    }

    /// How many rows the batch has.
    public var rowCount: Int { Int(array.pointee.length) }

    /// Its columns, in order.
    public var columns: [Column] { (0..<Int(array.pointee.n_children)).map(column) }

    /// The column with this name.
    public subscript(name: String) -> Column? { columns.first { $0.name == name } }

    private func column(_ n: Int) -> Column {
        Column(
            batch: self, array: array.pointee.children[n]!, schema: schema.pointee.children[n]!, first: Int(array.pointee.offset),
            count: rowCount)
    }

    /// Lets `body` look at the C structs, which stay this object's.
    public func withUnsafeArrow<Result>(_ body: (UnsafePointer<ArrowArray>, UnsafePointer<ArrowSchema>) throws -> Result) rethrows
        -> Result
    {
        try body(UnsafePointer(array), UnsafePointer(schema))
    }
}
