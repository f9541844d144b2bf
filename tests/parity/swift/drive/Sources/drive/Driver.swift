import Foundation
import Octostore

/// Plays steps: every verb of the façade, through the Swift API.
final class Driver {
    private var contexts: [String: (context: Context, ears: Ears)] = [:]
    private var repos: [String: Repo] = [:]
    private var files: [String: FileReader] = [:]
    private var tables: [String: Table] = [:]

    struct Missing: Error { let what: String }

    private func find<Value>(_ step: Step, _ key: String, _ values: [String: Value]) throws -> Value {
        guard let value = values[step.need(key)] else { throw Missing(what: "the scenario has no \(key) \(step.need(key))") }
        return value
    }

    func play(_ step: Step, _ call: Call, dir: String, _ said: inout Said) throws {
        switch step.verb {
        case "sh": said.word("status", try shell(step.need("cmd"), dir))
        case "version": said.word("version", Octostore.version)
        case "has_feature": said.word("yes", hasFeature(step.need("name")))
        case "codes": said.word("list", ErrorCode.allCases.map { "\($0.rawValue):\($0.name)" }.joined(separator: ","))
        case "context.new": contexts[step.need("as")] = try context(step)
        case "context.logged": said.word("heard", try find(step, "context", contexts).ears.heard)
        case "repo.open", "repo.init", "repo.clone": repos[step.need("as")] = try repo(step, call)
        case "repo.open_file":
            let (repo, path, rev) = (try find(step, "repo", repos), step.repoPath("path"), step.need("rev"))
            files[step.need("as")] = try call.make(
                blocking: { _, _ in try repo.openFile(path, at: rev) }, awaiting: { _ in try await repo.openFile(path, at: rev) })
        case "file.len": said.word("size", try find(step, "file", files).size)
        case "file.read_at": try read(step, &said)
        case "table.new": tables[step.need("as")] = try table(step, call, &said)
        case "table.reader": try export(try find(step, "table", tables), &said)
        case "repo.write_rows":
            let (repo, table, path) = (try find(step, "repo", repos), try find(step, "table", tables), step.repoPath("path"))
            let r = try call.make(
                blocking: { try repo.writeRows(table, to: path, progress: $0, cancel: $1) },
                awaiting: { try await repo.writeRows(table, to: path, progress: $0) })
            said.word("rows", r.rows)
            said.word("bytes", r.bytes)
        case "git.filter_process": try filterProcess(context: try find(step, "context", contexts).context)
        case "git.run_hook":
            try runHook(step.need("name"), arguments: step.texts("arg"), context: try find(step, "context", contexts).context)
        default: try verb(try find(step, "repo", repos), step, call, &said)
        }
    }

    private func shell(_ command: String, _ dir: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: dir)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func context(_ step: Step) throws -> (Context, Ears) {
        let (threads, memory, connections) = (
            UInt32(step.number("threads")), step.number("memory"), UInt32(step.number("connections"))
        )
        let ears = Ears()
        guard let name = step.text("log") else {
            return (try Context(threads: threads, memory: memory, connections: connections), ears)
        }
        let level = LogLevel.allCases.first { "\($0)" == name } ?? .debug
        return (try Context(threads: threads, memory: memory, connections: connections, level: level) { _ in ears.hear() }, ears)
    }

    private func repo(_ step: Step, _ call: Call) throws -> Repo {
        let context = try find(step, "context", contexts).context
        let (path, program) = (step.local("path") ?? "", step.local("program"))
        switch step.verb {
        case "repo.open": return try Repo.open(path, context: context)
        case "repo.init":
            let store = step.text("store")
            return try call.make(
                blocking: {
                    try Repo.initialize(path, store: store, program: program, context: context, progress: $0, cancel: $1)
                },
                awaiting: { try await Repo.initialize(path, store: store, program: program, context: context, progress: $0) })
        default:
            let (url, dir, copyTo, branch) = (
                step.need("url"), step.local("dir") ?? "", step.text("copy_to"), step.text("branch")
            )
            let patterns = step.texts("pattern")
            let data: DataChoice = step.text("data") == "none" ? .none : patterns.isEmpty ? .all : .matching(patterns)
            return try call.make(
                blocking: {
                    try Repo.clone(
                        url, to: dir, data: data, copyTo: copyTo, branch: branch, program: program, context: context,
                        progress: $0,
                        cancel: $1)
                },
                awaiting: {
                    try await Repo.clone(
                        url, to: dir, data: data, copyTo: copyTo, branch: branch, program: program, context: context, progress: $0
                    )
                })
        }
    }

    private func read(_ step: Step, _ said: inout Said) throws {
        let file = try find(step, "file", files)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(step.number("count")), alignment: 1)
        defer { room.deallocate() }
        let count = try file.read(at: step.number("offset"), into: room)
        said.word("count", count)
        said.word("fnv", fnv(room.prefix(count)))
    }

    private func table(_ step: Step, _ call: Call, _ said: inout Said) throws -> Table {
        let (repo, path, rev) = (try find(step, "repo", repos), step.repoPath("path"), step.need("rev"))
        let table = try call.make(
            blocking: { try Table(repo.readRows(path, at: rev, progress: $0, cancel: $1)) },
            awaiting: { try await Table.reading(repo.readRows(path, at: rev, progress: $0)) })
        said.word("rows", table.rows)
        said.word("columns", table.columns)
        return table
    }

    private func export(_ table: Table, _ said: inout Said) throws {
        let stream = try table.export()
        var (rows, batches) = (0, 0)
        while let batch = try stream.next() {
            rows += batch.rowCount
            batches += 1
        }
        said.word("rows", rows)
        said.word("batches", batches)
    }
}
