import Foundation
import Octostore

/// How a step makes its long call: blocking or in a task, heard or not, cancelled before, on the way or not at all.
final class Call: Sendable {
    private let step: (isAsync: Bool, wantsProgress: Bool, cancel: String?)
    private let token = Cancel()
    private let ears = Ears()

    init(_ step: Step) {
        self.step = (step.isAsync, step.wantsProgress, step.text("cancel"))
        if self.step.cancel == "before" { token.cancel() }
    }

    var heard: Bool { ears.heard }

    /// The result of one of the two forms of a call.
    func make<Value: Sendable>(
        blocking: (ProgressHandler?, Cancel) throws -> Value,
        awaiting: @escaping @Sendable (ProgressHandler?) async throws -> Value
    ) throws -> Value {
        guard step.isAsync else { return try blocking(handler { [token] in token.cancel() }, token) }
        return try waitFor { [self] in
            let reach = Reach()
            let job = Job { [self] _ in
                // Neither before the job can be cancelled nor, where that is the step, before it was.
                while !reach.isKnown || (step.cancel == "before" && !Task.isCancelled) { await Task.yield() }
                return try await awaiting(handler(reach.cancel))
            }
            reach.know(job.cancel)
            if step.cancel == "before" { job.cancel() }
            return try await job.value
        }
    }

    private func handler(_ cancel: @escaping @Sendable () -> Void) -> ProgressHandler? {
        if step.cancel == "tick" { return { if $0.doneBytes > 0 { cancel() } } }
        guard step.wantsProgress else { return nil }
        return { [ears] _ in ears.hear() }
    }
}

/// What an asynchronous function gives, waited for by a thread that is nobody's.
func waitFor<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let box = Box<Value>()
    Task.detached {
        do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
        done.signal()
    }
    done.wait()
    return try box.result!.get()
}

/// Written before the signal, read after it.
private final class Box<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
}

/// Whether anything was heard. Reports come one at a time, and end before the call does.
final class Ears: @unchecked Sendable {
    private(set) var heard = false
    func hear() { heard = true }
}

/// Cancels a job from within what the job calls.
private final class Reach: @unchecked Sendable {
    private let lock = NSLock()
    private var known: (@Sendable () -> Void)?

    var isKnown: Bool { lock.withLock { known != nil } }
    func know(_ cancel: @escaping @Sendable () -> Void) { lock.withLock { known = cancel } }
    func cancel() { lock.withLock { known }?() }
}
