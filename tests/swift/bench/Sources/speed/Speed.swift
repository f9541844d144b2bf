// core/examples/speed.rs in Swift, and the forms that only Swift has.
//
//     speed DIR PATH TABLE

import Foundation
import Octostore

@main
struct Speed {
    static func main() async throws {
        let words = CommandLine.arguments
        let repo = try Repo.open(words[1])
        try blocking(try await repo.openFile(RepoPath(words[2])))
        let file = try await repo.openFile(RepoPath(words[2]))
        try await timed("range, as Data", 1) { _ in
            let data = try await file.read(at: 0, count: Int(file.size))
            precondition(data.count == file.size)
        }
        try await timed("range, in pieces", 1) { _ in
            var size = 0
            for try await piece in file.chunks(of: 8 << 20) { size += piece.count }
            precondition(size == file.size)
        }
        try await timed("read, awaited", 10_000) { _ = try await file.read(at: UInt64($0 % 16), count: 4096) }
        let table = try await Table.reading(repo.readRows(RepoPath(words[3])))
        precondition(table.rows == 1_000_000)
        try timedHere("table", 200) { _ in _ = try Table(table) }
    }

    /// What blocks, and is timed without a task in between.
    static func blocking(_ file: FileReader) throws {
        let cancel = Cancel()
        var seen = 0
        try timedHere("call", 1_000_000) { _ in if cancel.isCancelled { seen += 1 } }
        precondition(seen == 0)
        let small = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { small.deallocate() }
        try timedHere("read", 100_000) { _ = try file.read(at: UInt64($0 % 16), into: small) }
        let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(file.size), alignment: 16)
        defer { whole.deallocate() }
        whole.initializeMemory(as: UInt8.self, repeating: 1)
        var done = 0
        try timedHere("range", 1) { _ in done = try file.read(at: 0, into: whole) }
        precondition(done == whole.count)
    }

    static func timedHere(_ name: String, _ times: Int, _ work: (Int) throws -> Void) throws {
        let clock = ContinuousClock()
        let time = try clock.measure { for n in 0..<times { try work(n) } }
        say(name, time / times)
    }

    static func timed(_ name: String, _ times: Int, _ work: @Sendable (Int) async throws -> Void) async throws {
        let begun = ContinuousClock.now
        for n in 0..<times { try await work(n) }
        say(name, (ContinuousClock.now - begun) / times)
    }

    static func say(_ name: String, _ time: Duration) {
        let (seconds, attoseconds) = time.components
        print(name.replacingOccurrences(of: " ", with: "_"), Double(seconds) + Double(attoseconds) * 1e-18)
    }
}
