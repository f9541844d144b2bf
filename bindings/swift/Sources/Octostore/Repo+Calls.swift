internal import OctoNative

// The calls that can take long, once, for both of their forms.

extension Repo {
    static func initializeCall(_ path: some FileSystemPath, store: String?, program: LocalPath?, context: Context?) -> LongCall<
        Repo
    > {
        let path = path.localPath.bytes.data
        return LongCall {
            Repo(
                try OctoNative.Repo.`init`(
                    context: Context.native(context), path: path, store: store, program: program?.bytes.data, listener: $0,
                    cancel: $1))
        }
    }

    static func cloneCall(
        _ url: String, to folder: some FileSystemPath, data: DataChoice, copyTo: String?, branch: String?, program: LocalPath?,
        context: Context?
    ) -> LongCall<Repo> {
        let folder = folder.localPath.bytes.data
        return LongCall {
            Repo(
                try OctoNative.Repo.cloneFrom(
                    context: Context.native(context), url: url, dir: folder, data: data.patterns, copyTo: copyTo, branch: branch,
                    program: program?.bytes.data, listener: $0, cancel: $1))
        }
    }

    func addCall(_ paths: [RepoPath]) -> LongCall<AddReport> {
        LongCall { AddReport(try self.native.add(paths: paths.map(\.bytes.data), listener: $0, cancel: $1)) }
    }

    func statusCall() -> LongCall<[FileStatus]> {
        LongCall { try self.native.status(listener: $0, cancel: $1).map(FileStatus.init) }
    }

    func pushCall(remote: String?, all: Bool) -> LongCall<PushReport> {
        LongCall { PushReport(try self.native.push(remote: remote, all: all, listener: $0, cancel: $1)) }
    }

    func fetchCall(_ patterns: [String], only: [String]) -> LongCall<PullReport> {
        LongCall { PullReport(try self.native.fetch(paths: patterns, only: only, listener: $0, cancel: $1)) }
    }

    func pullCall(_ patterns: [String], only: [String]) -> LongCall<PullReport> {
        LongCall { PullReport(try self.native.pull(paths: patterns, only: only, listener: $0, cancel: $1)) }
    }

    func dropCall(_ paths: [RepoPath]) -> LongCall<DropReport> {
        LongCall { DropReport(try self.native.dropData(paths: paths.map(\.bytes.data), listener: $0, cancel: $1)) }
    }

    func fsckCall(store: Bool) -> LongCall<FsckReport> {
        LongCall { FsckReport(try self.native.fsck(store: store, listener: $0, cancel: $1)) }
    }

    func setStoreCall(_ url: String) -> LongCall<StoreInfo> {
        LongCall { StoreInfo(try self.native.setStore(url: url, listener: $0, cancel: $1)) }
    }

    func copyStoreCall(to url: String) -> LongCall<CopyReport> {
        LongCall { CopyReport(try self.native.copyStore(toUrl: url, listener: $0, cancel: $1)) }
    }

    func readRowsCall(_ path: RepoPath, at revision: String, options: OctoNative.ReadOptions) -> LongCall<Rows> {
        LongCall {
            Rows(
                try self.native.readRows(rev: revision, path: path.bytes.data, options: options, listener: $0, cancel: $1))
        }
    }

    func writeRowsCall(_ rows: some RowSource, to path: RepoPath) -> LongCall<WriteReport> {
        LongCall { listener, cancel in
            WriteReport(
                try rows.stream().handOver { address in
                    try self.native.writeRows(path: path.bytes.data, address: address, listener: listener, cancel: cancel)
                })
        }
    }
}
