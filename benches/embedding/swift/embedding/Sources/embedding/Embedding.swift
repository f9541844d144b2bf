// The calls of ../../../../rust/embedding.rs in Swift, with the same arguments and the same lines.

import Foundation
import Octostore

@main
struct Embedding {
    static let small = 64
    static let around = 64 * 1024

    static func main() throws {
        let words = CommandLine.arguments
        let repo = try Repo.open(words[2])
        let path = try RepoPath(words[3])
        let repeats = Int(words[4]) ?? 1
        switch words[1] {
        case "small": try hot(try repo.openFile(path), repeats)
        case "range": try range(try repo.openFile(path), repeats)
        default: try tables(try Table(try repo.readRows(path, cancel: Cancel())), repeats)
        }
        peak()
    }

    static func hot(_ file: FileReader, _ repeats: Int) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: small, alignment: 16)
        defer { buffer.deallocate() }
        let cancel = Cancel()
        let middle = Int(file.size) / 2
        var seen = 0
        for _ in 0..<repeats {
            try timed("uniffi", 200_000) { _ in if cancel.isCancelled { seen += 1 } }
            try timed("small", 200_000) { seen += try file.read(at: UInt64(middle + $0 * small % around), into: buffer) - small }
            try timed("as_data", 200_000) {
                seen += try file.read(at: UInt64(middle + $0 * small % around), count: small).count - small
            }
        }
        precondition(seen == 0)
    }

    static func range(_ file: FileReader, _ repeats: Int) throws {
        let size = Int(file.size)
        let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        whole.initializeMemory(as: UInt8.self, repeating: 1)
        for _ in 0..<repeats {
            try timed("range", 1) { _ in
                let done = try file.read(at: 0, into: whole)
                precondition(done == size)
            }
        }
        whole.deallocate()
        for _ in 0..<repeats {
            try timed("fresh", 1) { _ in
                let data: Data = try file.read(at: 0, count: size)
                precondition(data.count == size)
            }
        }
    }

    static func tables(_ table: Table, _ repeats: Int) throws {
        for _ in 0..<repeats {
            try timed("table_in", 100) { _ in
                let again = try Table(table)
                precondition(again.rows == 1_000_000)
            }
        }
    }

    static func timed(_ name: String, _ times: Int, _ work: (Int) throws -> Void) rethrows {
        let wall = seconds(CLOCK_MONOTONIC)
        let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
        for n in 0..<times { try work(n) }
        print(name, (seconds(CLOCK_MONOTONIC) - wall) / Double(times), (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / Double(times))
    }

    static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func peak() {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        print("peak", line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first ?? "0")
    }
}
