import Foundation
import Octostore

/// Draws the model's parts as text.
@MainActor
enum Terminal {
    static func draw(_ files: [FileStatus]) {
        for f in files {
            let size = f.pointer.map { ByteCountFormatter.string(fromByteCount: Int64($0.size), countStyle: .file) } ?? ""
            let where_ = [f.staged ? "staged" : nil, f.cached ? "cached" : nil, f.pushed ? "pushed" : nil].compactMap { $0 }
            line([f.state.rawValue, size, f.path.description, where_.joined(separator: " ")], widths: [9, 10, 32, 0])
        }
    }

    static func draw(_ history: [LogEntry]) {
        for e in history {
            let day = Date(timeIntervalSince1970: TimeInterval(e.time)).formatted(.iso8601.year().month().day())
            line([String(e.commit.prefix(10)), day, e.author, e.subject], widths: [10, 10, 16, 0])
        }
    }

    static func draw(_ preview: PanelModel.Preview) {
        let lines = [preview.columns] + preview.rows
        let widths = preview.columns.indices.map { n in lines.map { $0[n].count }.max() ?? 0 }
        for cells in lines { line(cells, widths: widths) }
    }

    static func draw(_ progress: JobProgress?) {
        guard let progress else { return }
        let done = progress.fraction.map { "\(Int($0 * 100))%" } ?? "\(progress.doneBytes) bytes"
        FileHandle.standardError.write(Data("\r\(progress.phase) \(done)   ".utf8))
    }

    private static func line(_ cells: [String], widths: [Int]) {
        let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
        print(padded.joined(separator: "  "))
    }
}
