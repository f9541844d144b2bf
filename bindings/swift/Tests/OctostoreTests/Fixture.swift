import Foundation
import Octostore

/// A folder with a git repository that a store in a local folder belongs to, all made by git and octostore themselves.
final class Fixture: Sendable {
    let folder: URL
    let repo: Repo

    var work: URL { folder.appendingPathComponent("work") }
    var store: String { folder.appendingPathComponent("store").path }

    init() async throws {
        folder = try temporaryFolder()
        let work = folder.appendingPathComponent("work")
        try FileManager.default.createDirectory(at: work.appendingPathComponent("data"), withIntermediateDirectories: true)
        try git(work, "init", "-q", "-b", "main")
        try git(work, "config", "user.name", "A")
        try git(work, "config", "user.email", "a@example.org")
        repo = try await Repo.initialize(work, store: folder.appendingPathComponent("store").path)
        try repo.track(["data/"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Writes a file of the work tree.
    func write(_ path: String, _ content: Data) throws { try content.write(to: work.appendingPathComponent(path)) }

    /// Adds a version of a file and commits it.
    func commit(_ path: String, _ content: Data) async throws {
        try write(path, content)
        try await repo.add([RepoPath(path)])
        try git(work, "add", "-A")
        try git(work, "commit", "-qm", "a version")
    }
}

func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("octostore-swift-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

struct GitFailed: Error { let words: [String] }

@discardableResult
func git(_ folder: URL, _ words: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + words
    process.currentDirectoryURL = folder
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw GitFailed(words: words) }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}

/// Bytes that no compressor makes smaller, the same in every run.
func noise(_ count: Int, seed: UInt64 = 1) -> Data {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var words = [UInt64](repeating: 0, count: (count + 7) / 8)
    for n in words.indices {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        words[n] = state
    }
    return words.withUnsafeBytes { Data($0.prefix(count)) }
}

/// The error of a call that must fail; nil if it did not, or not with an error of ours.
func failure<Value>(_ call: () async throws -> Value) async -> OctostoreError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? OctostoreError
    }
}
