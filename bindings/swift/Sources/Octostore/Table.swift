internal import OctoNative

/// Rows in memory. The streams made from it share its buffers: nothing is copied.
public final class Table: RowSource {
    private let native: OctoNative.Table

    /// Takes the rows of a stream into memory.
    public init(_ rows: some RowSource) throws(OctostoreError) {
        native = try translated { try rows.stream().handOver { try OctoNative.Table.importFrom(address: $0) } }
    }

    /// Takes the rows of a stream into memory, beside the calling task.
    public static func reading(_ rows: some RowSource) async throws(OctostoreError) -> Table {
        try await awaited { () throws(OctostoreError) in try Table(rows) }
    }

    /// How many rows the table has.
    public var rows: UInt64 { native.rows() }

    /// How many columns the table has.
    public var columns: UInt64 { native.columns() }

    /// The columns' names and types.
    public var schema: [Field] {
        get throws(OctostoreError) { try translated { try Field.filled(by: native.schema) } }
    }

    /// Gives the rows of the table as a stream that shares its buffers.
    public func export() throws(OctostoreError) -> ArrowStream {
        try translated {
            try ArrowStream { stream in try native.exportTo(address: UInt64(UInt(bitPattern: stream))) }
        }
    }

    public func stream() throws(OctostoreError) -> ArrowStream { try export() }
}
