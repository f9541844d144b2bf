internal import OctoNative

// The calls on rows, statistics and schemas, once, for both of their forms.

extension Repo {
    func importCall(_ sources: [String], to path: RepoPath, options: ImportOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.importData(
                    sources: sources, to: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func profileCall(_ path: RepoPath, at revision: String, options: ProfileOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.profile(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func schemaCall(_ path: RepoPath, at revision: String, options: SchemaOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.schema(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func validateCall(_ path: RepoPath, at revision: String, options: ValidateOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.validate(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func sampleCall(_ path: RepoPath, at revision: String, options: SampleOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.sample(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func splitCall(_ path: RepoPath, at revision: String, options: SplitOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.split(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func examplesCall(_ path: RepoPath, at revision: String, options: ExamplesOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.examples(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func featuresCall(_ paths: [RepoPath], options: FeaturesOptions) -> LongCall<Document> {
        LongCall {
            Document(try self.native.features(paths: paths.map(\.bytes.data), options: options.native, listener: $0, cancel: $1))
        }
    }

    func viewCall(_ path: RepoPath, at revision: String, options: ViewOptions) -> LongCall<Document> {
        LongCall {
            Document(
                try self.native.view(
                    rev: revision, path: path.bytes.data, options: options.native, listener: $0, cancel: $1))
        }
    }

    func diffStatsCall(from old: String, to new: String, paths: [RepoPath]) -> LongCall<Document> {
        LongCall {
            Document(try self.native.diffStats(from: old, to: new, paths: paths.map(\.bytes.data), listener: $0, cancel: $1))
        }
    }
}
