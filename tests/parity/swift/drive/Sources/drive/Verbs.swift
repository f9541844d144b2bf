import Octostore

// The verbs of a repository.

func verb(_ repo: Repo, _ step: Step, _ call: Call, _ said: inout Said) throws {
    let (path, rev, patterns, url) = (step.repoPath("path"), step.need("rev"), step.texts("path"), step.need("url"))
    let only = step.texts("only")
    switch step.verb {
    case "repo.work_dir": said.word("path", try repo.workDir.bytes)
    case "repo.path_from": said.word("path", try repo.pathFrom(step.local("argument") ?? "").bytes)
    case "repo.track": said.words("pattern", try repo.track(step.texts("pattern")))
    case "repo.untrack": said.words("pattern", try repo.untrack(step.texts("pattern")))
    case "repo.add": try add(repo, step.repoPaths("path"), call, &said)
    case "repo.status":
        let files = try call.make(
            blocking: { try repo.status(progress: $0, cancel: $1) }, awaiting: { try await repo.status(progress: $0) })
        for f in files {
            let flags = (f.staged ? "s" : "-") + (f.cached ? "c" : "-") + (f.pushed ? "p" : "-")
            let pointer = f.pointer.map { "\($0.oid):\($0.size)" } ?? "-:0"
            said.word("file", f.path.bytes + Array(":\(f.state):\(pointer):\(flags)".utf8))
        }
    case "repo.ls":
        entries(try repo.ls(at: rev, prefix: step.bytes("prefix").map { RepoPath(bytes: $0) }), &said)
    case "repo.log":
        for c in try repo.log(path, limit: step.number("limit")) {
            said.word("change", "\(c.commit.count):\(c.author):\(c.time):\(c.subject):\(c.pointer?.oid ?? "-")")
        }
    case "repo.resolve":
        let r = try call.make(
            blocking: { _, _ in try repo.resolve(path, at: rev) }, awaiting: { _ in try await repo.resolve(path, at: rev) })
        said.word("path", r.path.bytes)
        said.word("oid", r.pointer.oid)
        said.word("size", r.pointer.size)
        said.word("local", r.local?.bytes ?? Array("-".utf8))
        said.word("store", r.store ?? "-")
        said.word("ranges", r.ranges.count)
        said.word("bytes", r.ranges.map(\.length).reduce(0, +))
    case "repo.push":
        let (remote, all) = (step.text("remote"), step.number("all") == 1)
        let r = try call.make(
            blocking: { try repo.push(remote: remote, all: all, progress: $0, cancel: $1) },
            awaiting: { try await repo.push(remote: remote, all: all, progress: $0) })
        said.word("files", r.files)
        said.word("packs", r.packs)
        said.word("reused_bytes", r.reusedBytes)
        said.word("uploaded", r.uploadedBytes > 0)
    case "repo.fetch":
        pulled(
            try call.make(
                blocking: { try repo.fetch(patterns, only: only, progress: $0, cancel: $1) },
                awaiting: { try await repo.fetch(patterns, only: only, progress: $0) }), &said)
    case "repo.pull":
        pulled(
            try call.make(
                blocking: { try repo.pull(patterns, only: only, progress: $0, cancel: $1) },
                awaiting: { try await repo.pull(patterns, only: only, progress: $0) }), &said)
    case "repo.drop":
        let paths = step.repoPaths("path")
        let r = try call.make(
            blocking: { try repo.drop(paths, progress: $0, cancel: $1) }, awaiting: { try await repo.drop(paths, progress: $0) })
        said.word("files", r.files)
        said.word("freed", r.freedBytes > 0)
    case "repo.fsck":
        let store = step.number("store") == 1
        let r = try call.make(
            blocking: { try repo.fsck(store: store, progress: $0, cancel: $1) },
            awaiting: { try await repo.fsck(store: store, progress: $0) })
        said.word("files", r.files)
        said.word("packs", r.packs)
        said.words("problem", r.problems.map(\.code.name))
    case "repo.store": store(try repo.store, &said)
    case "repo.set_store":
        store(
            try call.make(
                blocking: { try repo.setStore(url, progress: $0, cancel: $1) },
                awaiting: { try await repo.setStore(url, progress: $0) }), &said)
    case "repo.accept_store": try repo.acceptStore(url)
    case "repo.copy_store":
        let r = try call.make(
            blocking: { try repo.copyStore(to: url, progress: $0, cancel: $1) },
            awaiting: { try await repo.copyStore(to: url, progress: $0) })
        said.word("packs", r.packs)
        said.word("copied", r.bytes > 0)
    case "repo.read_rows": try rows(repo, step, call, &said)
    default: documented(try document(repo, step, call), &said)
    }
}

private func add(_ repo: Repo, _ paths: [RepoPath], _ call: Call, _ said: inout Said) throws {
    let r = try call.make(
        blocking: { try repo.add(paths, progress: $0, cancel: $1) }, awaiting: { try await repo.add(paths, progress: $0) })
    said.word("files", r.files.count)
    said.word("unchanged", r.unchanged)
    said.word("read_bytes", r.readBytes)
    said.word("new_bytes", r.newBytes)
    said.word("stored_bytes", r.storedBytes)
    entries(r.files, &said)
}

private func entries(_ entries: [Entry], _ said: inout Said) {
    for e in entries { said.word("file", e.path.bytes + Array(":\(e.pointer.oid):\(e.pointer.size)".utf8)) }
}

private func pulled(_ r: PullReport, _ said: inout Said) {
    said.word("files", r.files)
    said.word("bytes", r.bytes)
    said.word("downloaded", r.downloadedBytes > 0)
    for path in r.kept { said.word("kept", path.bytes) }
}

private func store(_ store: StoreInfo?, _ said: inout Said) {
    guard let store else { return said.word("none", true) }
    said.word("url", store.url)
    said.word("local_only", store.localOnly)
    said.word("accepted", store.accepted)
    said.word("conditional_writes", store.conditionalWrites.map { "\($0)" } ?? "unknown")
}

private func rows(_ repo: Repo, _ step: Step, _ call: Call, _ said: inout Said) throws {
    let (path, rev, columns) = (step.repoPath("path"), step.need("rev"), step.texts("column"))
    let (limit, batchRows) = (step.number("limit"), step.number("batch_rows"))
    let (split, sample) = (step.need("split"), step.need("sample"))
    let (selection, onError) = (step.need("selection"), step.need("on_error"))
    let rows = try call.make(
        blocking: {
            try repo.readRows(
                path, at: rev, columns: columns, limit: limit, batchRows: batchRows, split: split, sample: sample,
                selection: selection, onError: onError, progress: $0, cancel: $1)
        },
        awaiting: {
            try await repo.readRows(
                path, at: rev, columns: columns, limit: limit, batchRows: batchRows, split: split, sample: sample,
                selection: selection, onError: onError, progress: $0)
        })
    let names = try rows.schema.map(\.name)
    var (count, batches, sum) = (0, 0, Int64(0))
    while let batch = try rows.next() {
        count += batch.rowCount
        batches += 1
        sum += batch.columns.first?.values(of: Int64.self)?.reduce(0, +) ?? 0
    }
    said.word("rows", count)
    said.word("batches", batches)
    said.word("columns", names.joined(separator: ","))
    said.word("sum", sum)
}
