internal import CArrow

/// A column's name and type.
public struct Field: Hashable, Sendable {
    /// The column's name.
    public let name: String
    /// The column's type, as Arrow's C interface writes it: `l` is an Int64, `g` a Double, `u` text.
    public let format: String
    /// Whether it may hold nulls.
    public let nullable: Bool

    init(_ schema: ArrowSchema) {
        name = schema.name.map { String(cString: $0) } ?? ""
        format = String(cString: schema.format)
        nullable = schema.flags & Int64(ARROW_FLAG_NULLABLE) != 0
    }

    /// The columns of a schema that `fill` puts at the address that it is given.
    static func filled(by fill: (UInt64) throws -> Void) throws -> [Field] {
        var schema = ArrowSchema()
        try withUnsafeMutablePointer(to: &schema) { try fill(UInt64(UInt(bitPattern: $0))) }
        defer { schema.release?(&schema) }
        return (0..<Int(schema.n_children)).compactMap { schema.children[$0].map { Field($0.pointee) } }
    }
}
