/// A call under way whose progress is a stream.
///
/// ```swift
/// let job = Job { try await repo.pull(progress: $0) }
/// for await progress in job.progress { bar.fraction = progress.fraction }
/// let report = try await job.value
/// ```
///
/// A reader of ``progress`` who is slow misses steps, never the newest. Who does not read it at all costs nothing.
public final class Job<Value: Sendable>: Sendable {
    /// How far the call is; ends when the call ends.
    public let progress: AsyncStream<JobProgress>
    private let task: Task<Result<Value, OctostoreError>, Never>

    /// Begins a call (or several); `body` hands the function that it is given on to them.
    public init(priority: TaskPriority? = nil, _ body: @escaping @Sendable (@escaping ProgressHandler) async throws -> Value) {
        let (stream, continuation) = AsyncStream.makeStream(of: JobProgress.self, bufferingPolicy: .bufferingNewest(1))
        progress = stream
        task = Task(priority: priority) {
            defer { continuation.finish() }
            do {
                return .success(try await body { continuation.yield($0) })
            } catch {
                return .failure(OctostoreError(error))
            }
        }
    }

    /// What the call gives, as soon as it has ended. When the task that waits is cancelled, so is the call.
    public var value: Value {
        get async throws(OctostoreError) {
            try await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }.get()
        }
    }

    /// Asks the call to stop soon. ``value`` then throws ``ErrorCode/cancelled``.
    public func cancel() { task.cancel() }
}
