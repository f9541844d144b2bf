import Foundation
import Octostore
import Testing

/// Tasks: progress, cancelling, many at once.
@Suite struct TaskTests {
    @Test func progressIsAStreamThatEndsWithTheCall() async throws {
        let f = try await Fixture()
        try f.write("data/big", noise(30_000_000))
        let job = Job { [repo = f.repo] in try await repo.add(["data/big"], progress: $0) }
        var heard: [JobProgress] = []
        for await progress in job.progress { heard.append(progress) }
        let report = try await job.value
        #expect(report.readBytes == 30_000_000)
        let last = try #require(heard.last)
        #expect(last.phase == "add" && last.totalBytes == 30_000_000 && last.fraction == 1)
        #expect(zip(heard, heard.dropFirst()).allSatisfy { $0.doneBytes <= $1.doneBytes })
    }

    @Test func aCancelledTaskStopsItsCallAndLeavesNothing() async throws {
        let f = try await Fixture()
        try f.write("data/big", noise(30_000_000))
        let gate = Gate()
        let task = Task { [repo = f.repo] in
            await failure { try await repo.add(["data/big"], progress: gate.hear) }
        }
        await gate.begun()
        task.cancel()
        gate.open()
        #expect(await task.value?.code == .cancelled)
        #expect(try f.repo.ls() == [])
        try await f.repo.add(["data/big"])
        #expect(try f.repo.ls().count == 1)
    }

    @Test func aCallInACancelledTaskDoesNotBegin() async throws {
        let f = try await Fixture()
        try f.write("data/x", noise(1000))
        let job = Job { [repo = f.repo] in
            while !Task.isCancelled { await Task.yield() }
            return try await repo.add(progress: $0)
        }
        job.cancel()
        #expect(await failure { try await job.value }?.code == .cancelled)
        #expect(try f.repo.ls() == [])
    }

    @Test func aCallMayBeCancelledAtEachOfItsReports() async throws {
        let f = try await Fixture()
        try f.write("data/x", noise(6_000_000))
        var (cancelled, wanted) = (0, 1)
        while wanted < 500 {
            let (repo, cancel, count) = (f.repo, Cancel(), Counter())
            let last = wanted
            let error = await blocking {
                try repo.add(["data/x"], progress: { _ in if count.next() == last { cancel.cancel() } }, cancel: cancel)
            }
            guard let error else { break }
            #expect(error.code == .cancelled)
            #expect(try f.repo.ls() == [])
            (cancelled, wanted) = (cancelled + 1, wanted + 1)
        }
        // Stopped at each report, until one call had no more of them.
        #expect(cancelled > 0 && wanted < 500)
        #expect(try f.repo.ls().count == 1)
        #expect(try await f.repo.fsck().problems == [])
    }

    @Test func aReadInACancelledTaskIsNotMade() async throws {
        let f = try await Fixture()
        try await f.commit("data/x", noise(1000))
        let file = try await f.repo.openFile("data/x")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure { try await file.read(at: 0, count: 10) }
        }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test func whoWaitsForAJobAndIsCancelledCancelsTheJob() async throws {
        let f = try await Fixture()
        try f.write("data/big", noise(30_000_000))
        let gate = Gate()
        let job = Job { [repo = f.repo] _ in try await repo.add(["data/big"], progress: gate.hear) }
        let waiting = Task { await failure { try await job.value } }
        await gate.begun()
        waiting.cancel()
        gate.open()
        #expect(await waiting.value?.code == .cancelled)
    }

    @Test func aBlockingCallIsCancelledByItsToken() async throws {
        let f = try await Fixture()
        try f.write("data/big", noise(30_000_000))
        let (repo, cancel) = (f.repo, Cancel())
        let error = await blocking {
            try repo.add(["data/big"], progress: { if $0.doneBytes > 0 { cancel.cancel() } }, cancel: cancel)
        }
        #expect(error?.code == .cancelled && cancel.isCancelled)
        #expect(await blocking { try repo.add(cancel: cancel) }?.code == .cancelled)
        #expect(await blocking { try repo.add(cancel: Cancel()) } == nil)
    }

    @Test func sixteenTasksReadAndAskAtOnce() async throws {
        let f = try await Fixture()
        let contents = (0..<4).map { noise(700_000, seed: UInt64($0 + 1)) }
        for (n, content) in contents.enumerated() { try await f.commit("data/\(n)", content) }
        let file = try await f.repo.openFile("data/0")
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<16 {
                group.addTask { [repo = f.repo] in
                    var wrong = 0
                    for round in 0..<25 {
                        let (n, at) = ((task + round) % 4, (task * 31 + round * 7919) % 600_000)
                        let own = try await repo.openFile(RepoPath("data/\(n)"))
                        if try await own.read(at: UInt64(at), count: 90_000) != contents[n][at..<at + 90_000] { wrong += 1 }
                        if try await file.read(at: UInt64(at), count: 500) != contents[0][at..<at + 500] { wrong += 1 }
                        if round % 8 == 0, try await repo.status().count != 4 { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test func aLogHearsOfCalls() async throws {
        let f = try await Fixture()
        let heard = AsyncStream.makeStream(of: LogRecord.self)
        let context = try Context(threads: 1, memory: 64 << 20, connections: 2, level: .debug) { heard.continuation.yield($0) }
        #expect(try await Repo.open(f.work, context: context).status() == [])
        heard.continuation.finish()
        var records: [LogRecord] = []
        for await record in heard.stream { records.append(record) }
        #expect(records.contains { $0.level == .debug && $0.target == "call" && $0.message.contains("repo.status") })
    }
}

/// Counts reports, which come one at a time.
final class Counter: @unchecked Sendable {
    private var count = 0
    func next() -> Int {
        count += 1
        return count
    }
}

/// Holds a call at its first progress, so that a test cancels it on the way and not before or after.
final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    private let held = DispatchSemaphore(value: 0)

    var hear: ProgressHandler {
        { [self] progress in
            guard progress.doneBytes > 0 else { return }
            continuation.yield()
            held.wait()
            held.signal()
        }
    }

    func begun() async { for await _ in stream { return } }
    func open() { held.signal() }
}

/// The error of a blocking call, made on a thread where it may block.
func blocking(_ call: @escaping @Sendable () throws -> Any) async -> OctostoreError? {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            do {
                _ = try call()
                continuation.resume(returning: nil)
            } catch {
                continuation.resume(returning: error as? OctostoreError)
            }
        }
    }
}
