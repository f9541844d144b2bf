public import CArrow

/// What gives rows: ``Rows`` of a file, a ``Table`` in memory, or an ``ArrowStream`` of your own.
public protocol RowSource: Sendable {
    /// The rows as a stream.
    func stream() throws(OctostoreError) -> ArrowStream
}

/// A stream of Arrow record batches, by Arrow's C stream interface: how rows get in and out without a copy.
///
/// It owns its `ArrowArrayStream` and releases it, unless it has been moved on. One thread at a time reads it.
public final class ArrowStream: RowSource {
    private let held: Locked<ArrowArrayStream>

    /// Takes a stream over: `source` is left released, as moving is defined by Arrow.
    public init(taking source: UnsafeMutablePointer<ArrowArrayStream>) {
        held = Locked(source.pointee)
        source.pointee.release = nil
    }

    /// A stream that `fill` writes.
    init(filled fill: (UnsafeMutablePointer<ArrowArrayStream>) throws -> Void) rethrows {
        var stream = ArrowArrayStream()
        try fill(&stream)
        held = Locked(stream)
    }

    deinit {
        held.with { stream in
            withUnsafeMutablePointer(to: &stream) { $0.pointee.release?($0) }
        }
    }

    public func stream() -> ArrowStream { self }

    /// Moves the stream to `target`, whose owner releases it from now on. This object is left empty.
    public func move(to target: UnsafeMutablePointer<ArrowArrayStream>) throws(OctostoreError) {
        target.pointee = try taken()
    }

    /// The next batch, or nil at the end.
    public func next() throws(OctostoreError) -> RowBatch? {
        try translated {
            try held.with { stream in
                guard stream.release != nil else { throw Self.moved }
                return try withUnsafeMutablePointer(to: &stream) { try RowBatch.next(of: $0) }
            }
        }
    }

    /// Hands the stream's address to a call that takes it over.
    func handOver<Value>(_ call: (UInt64) throws -> Value) throws -> Value {
        var stream = try taken()
        defer { withUnsafeMutablePointer(to: &stream) { $0.pointee.release?($0) } }
        return try withUnsafeMutablePointer(to: &stream) { try call(UInt64(UInt(bitPattern: $0))) }
    }

    private func taken() throws(OctostoreError) -> ArrowArrayStream {
        try translated {
            try held.with { stream in
                guard stream.release != nil else { throw Self.moved }
                defer { stream.release = nil }
                return stream
            }
        }
    }

    private static let moved = OctostoreError(
        code: .invalidArgument, message: "the stream of rows was given away", hint: "Make another: a stream gives its rows once.")
}
