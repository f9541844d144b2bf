import Foundation
internal import CArrow

/// A column of a ``RowBatch``, which it keeps alive.
public struct Column: @unchecked Sendable {
    // Reads what the batch holds, which does not change.
    private let batch: RowBatch
    private let array: UnsafePointer<ArrowArray>
    /// Its name and type.
    public let field: Field
    /// How many rows there are.
    public let count: Int
    /// Where the first row is in the buffers.
    private let first: Int

    init(batch: RowBatch, array: UnsafePointer<ArrowArray>, schema: UnsafePointer<ArrowSchema>, first: Int, count: Int) {
        self.batch = batch
        self.array = array
        field = Field(schema.pointee)
        self.count = count
        self.first = Int(array.pointee.offset) + first
    }

    /// The column's name.
    public var name: String { field.name }

    /// The column's type, as Arrow's C interface writes it: `l` is an Int64, `g` a Double, `u` text.
    public var format: String { field.format }

    /// A value of a cell.
    public enum Value: Hashable, Sendable {
        /// There is none.
        case null
        /// A truth value.
        case bool(Bool)
        /// A signed integer of any width.
        case int(Int64)
        /// An unsigned integer of any width.
        case uint(UInt64)
        /// A number of 32 or 64 bits.
        case double(Double)
        /// Text.
        case string(String)
        /// Bytes.
        case bytes([UInt8])
        /// A day or a moment.
        case date(Date)
        /// Of a type that this accessor does not read, named as Arrow's C interface writes it; see ``RowBatch/withUnsafeArrow(_:)``.
        case other(String)
    }

    /// Whether a row has no value.
    public func isNull(at row: Int) -> Bool {
        guard format != "n" else { return true }
        guard array.pointee.null_count != 0, let valid = buffer(0, of: UInt8.self) else { return false }
        let n = first + row
        return valid[n / 8] >> (n % 8) & 1 == 0
    }

    /// The numbers (or dates) as they lie in memory, if this is a column of numbers as wide as `T`.
    public func values<T: BitwiseCopyable>(of type: T.Type) -> ColumnValues<T>? {
        guard Self.widths[format] ?? Self.widths[String(format.prefix(3))] == MemoryLayout<T>.size else { return nil }
        return ColumnValues(batch: batch, start: buffer(1, of: T.self).map { $0 + first }, count: count)
    }

    /// The value of a row.
    public func value(at row: Int) -> Value {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        guard !isNull(at: row) else { return .null }
        let n = first + row
        switch format {
        case "b": return .bool(at(1, n / 8, UInt8.self) >> (n % 8) & 1 == 1)
        case "c": return .int(Int64(at(1, n, Int8.self)))
        case "s": return .int(Int64(at(1, n, Int16.self)))
        case "i": return .int(Int64(at(1, n, Int32.self)))
        case "l": return .int(at(1, n, Int64.self))
        case "C": return .uint(UInt64(at(1, n, UInt8.self)))
        case "S": return .uint(UInt64(at(1, n, UInt16.self)))
        case "I": return .uint(UInt64(at(1, n, UInt32.self)))
        case "L": return .uint(at(1, n, UInt64.self))
        case "f": return .double(Double(at(1, n, Float.self)))
        case "g": return .double(at(1, n, Double.self))
        case "u": return .string(text(slice(n, Int32.self)))
        case "U": return .string(text(slice(n, Int64.self)))
        case "z": return .bytes(Array(slice(n, Int32.self)))
        case "Z": return .bytes(Array(slice(n, Int64.self)))
        case "vu": return .string(text(view(n)))
        case "vz": return .bytes(Array(view(n)))
        case "tdD": return moment(Int64(at(1, n, Int32.self)), times: 86_400)
        case "tdm": return moment(at(1, n, Int64.self), times: 0.001)
        default: return timestamp(n) ?? .other(format)
        }
    }

    private static let widths = [
        "c": 1, "C": 1, "s": 2, "S": 2, "i": 4, "I": 4, "f": 4, "l": 8, "L": 8, "g": 8, "tdD": 4, "tdm": 8, "tss": 8, "tsm": 8,
        "tsu": 8,
        "tsn": 8,
    ]

    private func buffer<T>(_ n: Int, of type: T.Type) -> UnsafePointer<T>? {
        guard n < array.pointee.n_buffers else { return nil }
        return array.pointee.buffers[n]?.assumingMemoryBound(to: T.self)
    }

    private func at<T>(_ buffer: Int, _ n: Int, _ type: T.Type) -> T { self.buffer(buffer, of: type)![n] }

    /// The bytes of row `n` of a column with offsets of this width.
    private func slice<Offset: BinaryInteger>(_ n: Int, _ type: Offset.Type) -> UnsafeBufferPointer<UInt8> {
        let (begin, end) = (Int(at(1, n, type)), Int(at(1, n + 1, type)))
        return UnsafeBufferPointer(start: buffer(2, of: UInt8.self).map { $0 + begin }, count: end - begin)
    }

    /// The bytes of row `n` of a column of views: short ones lie in the view, long ones in a buffer that it names.
    private func view(_ n: Int) -> UnsafeBufferPointer<UInt8> {
        let view = UnsafeRawPointer(buffer(1, of: UInt8.self)!) + 16 * n
        let length = Int(view.load(as: Int32.self))
        if length <= 12 { return UnsafeBufferPointer(start: (view + 4).assumingMemoryBound(to: UInt8.self), count: length) }
        let (number, offset) = (
            Int(view.load(fromByteOffset: 8, as: Int32.self)), Int(view.load(fromByteOffset: 12, as: Int32.self))
        )
        return UnsafeBufferPointer(start: buffer(2 + number, of: UInt8.self)! + offset, count: length)
    }

    private func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func timestamp(_ n: Int) -> Value? {
        let units = ["tss": 1, "tsm": 1e-3, "tsu": 1e-6, "tsn": 1e-9]
        return units[String(format.prefix(3))].map { moment(at(1, n, Int64.self), times: $0) }
    }

    private func moment(_ number: Int64, times unit: Double) -> Value {
        .date(Date(timeIntervalSince1970: Double(number) * unit))
    }
}

extension Column.Value: CustomStringConvertible {
    /// For people to read; empty for a null.
    public var description: String {
        switch self {
        case .null: ""
        case .bool(let v): "\(v)"
        case .int(let v): "\(v)"
        case .uint(let v): "\(v)"
        case .double(let v): "\(v)"
        case .string(let v): v
        case .bytes(let v): "\(v.count) bytes"
        case .date(let v): v.formatted(.iso8601)
        case .other(let format): "(\(format))"
        }
    }
}
