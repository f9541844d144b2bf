import Foundation
import Octostore

@main
@MainActor
struct Panel {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch let error as OctostoreError {
            FileHandle.standardError.write(Data("panel: \(error)\n".utf8))
            exit(error.code == .cancelled ? 130 : 1)
        } catch {
            FileHandle.standardError.write(Data("panel: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ words: [String]) async throws {
        guard let folder = words.first else { return usage() }
        let model = try PanelModel(folder: folder)
        switch (words.dropFirst().first, Array(words.dropFirst(2))) {
        case (nil, _):
            try await model.refresh()
            Terminal.draw(model.files)
        case ("history"?, let rest) where rest.count == 1:
            try model.showHistory(of: RepoPath(rest[0]))
            Terminal.draw(model.history)
        case ("preview"?, let rest) where (1...3).contains(rest.count):
            let (revision, rows) = (rest.count > 1 ? rest[1] : "HEAD", rest.count > 2 ? UInt64(rest[2]) ?? 10 : 10)
            try await model.showPreview(of: RepoPath(rest[0]), at: revision, rows: rows)
            model.preview.map(Terminal.draw)
        case ("pull"?, let patterns): try await pull(model, patterns)
        default: usage()
        }
    }

    private static func pull(_ model: PanelModel, _ patterns: [String]) async throws {
        signal(SIGINT, SIG_IGN)
        let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .main)
        interrupt.setEventHandler { MainActor.assumeIsolated { model.stop() } }
        interrupt.resume()
        let report = try await model.pull(patterns) { Terminal.draw(model.progress) }
        FileHandle.standardError.write(Data("\n".utf8))
        print("\(report.files) files, \(report.bytes) bytes, \(report.kept.count) kept")
        Terminal.draw(model.files)
    }

    private static func usage() {
        FileHandle.standardError.write(
            Data("usage: panel FOLDER [history PATH | preview PATH [REVISION [ROWS]] | pull [PATTERN...]]\n".utf8))
        exit(2)
    }
}
