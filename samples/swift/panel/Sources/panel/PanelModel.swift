import Octostore

/// What the panel shows. Views read it on the main actor; the library works beside it.
@MainActor
final class PanelModel {
    private let repo: Repo
    private(set) var files: [FileStatus] = []
    private(set) var history: [LogEntry] = []
    private(set) var preview: Preview?
    /// How far the pull under way is.
    private(set) var progress: JobProgress?
    private var pulling: Job<PullReport>?

    /// The first rows of a file.
    struct Preview {
        let columns: [String]
        let rows: [[String]]
    }

    init(folder: String) throws {
        repo = try Repo.open(folder)
    }

    func refresh() async throws { files = try await repo.status() }

    func showHistory(of path: RepoPath) throws { history = try repo.log(path, limit: 50) }

    /// Only what these rows need is fetched, however large the file is.
    func showPreview(of path: RepoPath, at revision: String, rows limit: UInt64) async throws {
        let rows = try await repo.readRows(path, at: revision, limit: limit)
        var cells: [[String]] = []
        for try await batch in rows {
            let columns = batch.columns
            cells += (0..<batch.rowCount).map { row in columns.map { $0.value(at: row).description } }
        }
        preview = Preview(columns: try rows.schema.map(\.name), rows: cells)
    }

    /// Pulls; `changed` is called whenever the view has something new to draw.
    func pull(_ patterns: [String], changed: () -> Void) async throws -> PullReport {
        let job = Job { [repo] in try await repo.pull(patterns, progress: $0) }
        pulling = job
        defer { (pulling, progress) = (nil, nil) }
        for await step in job.progress {
            progress = step
            changed()
        }
        let report = try await job.value
        try await refresh()
        return report
    }

    func stop() { pulling?.cancel() }
}
