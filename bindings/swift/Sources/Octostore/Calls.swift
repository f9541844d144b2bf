import Dispatch
internal import OctoNative

/// How far a call is. Totals are 0 where they are not known.
public struct JobProgress: Hashable, Sendable {
    /// What is being done: `add`, `upload`, `download`, `write files`, `verify`.
    public let phase: String
    /// Bytes done in this phase.
    public let doneBytes: UInt64
    /// Bytes in all, or 0.
    public let totalBytes: UInt64
    /// Files (or packs) done in this phase.
    public let doneItems: UInt64
    /// Files (or packs) in all, or 0.
    public let totalItems: UInt64

    /// The part of this phase that is done, from 0 to 1, if its size is known.
    public var fraction: Double? {
        if totalBytes > 0 { return min(1, Double(doneBytes) / Double(totalBytes)) }
        return totalItems > 0 ? min(1, Double(doneItems) / Double(totalItems)) : nil
    }
}

/// Hears of progress: often, from a thread of the library, never from two at once. It must be quick.
public typealias ProgressHandler = @Sendable (JobProgress) -> Void

/// Stops calls that hold it, from any thread. Only blocking calls need one: asynchronous ones stop when their task is cancelled.
public final class Cancel: Sendable {
    let native = OctoNative.Cancel()

    /// A token that nobody has cancelled.
    public init() {}

    /// Asks every job that holds this token to stop soon. It then throws ``ErrorCode/cancelled``.
    public func cancel() { native.cancel() }

    /// Whether somebody has asked.
    public var isCancelled: Bool { native.isCancelled() }
}

/// A call that takes long, ready to be made in one of two ways.
struct LongCall<Value: Sendable>: Sendable {
    let body: @Sendable (Listener?, OctoNative.Cancel) throws -> Value

    /// Makes it on this thread.
    func wait(_ progress: ProgressHandler?, _ cancel: Cancel) throws(OctostoreError) -> Value {
        try translated { try body(progress.map(ProgressRelay.init), cancel.native) }
    }

    /// Makes it on a thread of its own; the end of the task ends the call.
    func run(_ progress: ProgressHandler?) async throws(OctostoreError) -> Value {
        try checkLibrary()
        let cancel = Cancel()
        return try await withTaskCancellationHandler {
            await result(of: { () throws(OctostoreError) in try wait(progress, cancel) })
        } onCancel: {
            cancel.cancel()
        }.get()
    }
}

/// What a short call gives, made where it may block, unless the task was cancelled.
func awaited<Value: Sendable>(_ body: @escaping @Sendable () throws(OctostoreError) -> Value) async throws(OctostoreError)
    -> Value
{
    guard !Task.isCancelled else {
        throw OctostoreError(code: .cancelled, message: "cancelled", hint: "Make the same call again.")
    }
    return try await result(of: body).get()
}

/// The library's calls block, which Swift's own threads must not.
private let threads = DispatchQueue(label: "octostore", attributes: .concurrent)

private func result<Value: Sendable>(
    of body: @escaping @Sendable () throws(OctostoreError) -> Value
) async -> Result<Value, OctostoreError> {
    await withCheckedContinuation { continuation in
        threads.async {
            continuation.resume(returning: Result(catching: body))
        }
    }
}

private final class ProgressRelay: Listener {
    let handler: ProgressHandler

    init(handler: @escaping ProgressHandler) { self.handler = handler }

    func onProgress(progress p: OctoNative.Progress) {
        handler(
            JobProgress(
                phase: p.phase, doneBytes: p.doneBytes, totalBytes: p.totalBytes, doneItems: p.doneItems, totalItems: p.totalItems
            ))
    }
}
