import Octostore

// The verbs whose answer is a document.

/// FNV-1a with 64 bits.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
    hex(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, 16)
}

func documented(_ d: Document, _ said: inout Said) {
    said.word("answer", d.answer)
    said.word("json", d.json)
    for (name, part) in d.parts.sorted(by: { $0.key < $1.key }) { said.word("part", "\(name):\(fnv(part))") }
}

func document(_ repo: Repo, _ step: Step, _ call: Call) throws -> Document {
    let (path, paths, rev) = (step.repoPath("path"), step.repoPaths("path"), step.need("rev"))
    switch step.verb {
    case "repo.import":
        let (sources, to, options) = (step.texts("source"), step.repoPath("to"), importOptions(step))
        return try call.make(
            blocking: { try repo.import(sources, to: to, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.import(sources, to: to, options: options, progress: $0) })
    case "repo.profile":
        let options = profileOptions(step)
        return try call.make(
            blocking: { try repo.profile(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.profile(path, at: rev, options: options, progress: $0) })
    case "repo.schema":
        let options = schemaOptions(step)
        return try call.make(
            blocking: { try repo.schema(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.schema(path, at: rev, options: options, progress: $0) })
    case "repo.validate":
        let options = validateOptions(step)
        return try call.make(
            blocking: { try repo.validate(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.validate(path, at: rev, options: options, progress: $0) })
    case "repo.sample":
        let options = sampleOptions(step)
        return try call.make(
            blocking: { try repo.sample(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.sample(path, at: rev, options: options, progress: $0) })
    case "repo.split":
        let options = splitOptions(step)
        return try call.make(
            blocking: { try repo.split(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.split(path, at: rev, options: options, progress: $0) })
    case "repo.examples":
        let options = examplesOptions(step)
        return try call.make(
            blocking: { try repo.examples(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.examples(path, at: rev, options: options, progress: $0) })
    case "repo.view":
        let options = viewOptions(step)
        return try call.make(
            blocking: { try repo.view(path, at: rev, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.view(path, at: rev, options: options, progress: $0) })
    case "repo.features":
        let options = featuresOptions(step)
        return try call.make(
            blocking: { try repo.features(paths, options: options, progress: $0, cancel: $1) },
            awaiting: { try await repo.features(paths, options: options, progress: $0) })
    case "repo.diff_stats":
        let (old, new) = (step.need("from"), step.need("to"))
        return try call.make(
            blocking: { try repo.diffStats(from: old, to: new, paths: paths, progress: $0, cancel: $1) },
            awaiting: { try await repo.diffStats(from: old, to: new, paths: paths, progress: $0) })
    default: throw Driver.Missing(what: "no verb is called \(step.verb)")
    }
}

private func importOptions(_ step: Step) -> ImportOptions {
    ImportOptions(
        update: step.flag("update"), inPlace: step.flag("in_place"), sample: step.need("sample"), profile: step.flag("profile"),
        commit: step.flag("commit"), onError: step.need("on_error"), license: step.need("license"), only: step.texts("only"))
}

private func profileOptions(_ step: Step) -> ProfileOptions {
    ProfileOptions(
        tfdv: step.flag("tfdv"), columns: step.texts("column"), weight: step.need("weight"), slices: step.texts("slice"),
        write: step.flag("write"), onError: step.need("on_error"))
}

private func schemaOptions(_ step: Step) -> SchemaOptions {
    SchemaOptions(
        infer: step.flag("infer"), against: step.need("against"), accept: step.texts("accept"), write: step.flag("write"))
}

private func validateOptions(_ step: Step) -> ValidateOptions {
    ValidateOptions(
        schema: step.need("schema"), against: step.need("against"), serving: step.need("serving"),
        environment: step.need("environment"), rows: step.number("rows"))
}

private func sampleOptions(_ step: Step) -> SampleOptions {
    SampleOptions(
        fraction: step.fraction("fraction"), rows: step.number("rows"), method: step.need("method"), key: step.texts("key"),
        stratify: step.need("stratify"), time: step.need("time"), seed: step.number("seed"), to: step.need("to"))
}

private func splitOptions(_ step: Step) -> SplitOptions {
    SplitOptions(
        parts: step.texts("part"), by: step.texts("by"), stratify: step.texts("stratify"), time: step.need("time"),
        gap: step.need("gap"), folds: step.number("folds"), buckets: step.flag("buckets"), seed: step.number("seed"),
        name: step.need("name"), check: step.flag("check"), to: step.need("to"))
}

private func examplesOptions(_ step: Step) -> ExamplesOptions {
    ExamplesOptions(
        to: step.need("to"), format: step.need("format"), split: step.need("split"), shards: step.number("shards"),
        partition: step.need("partition"))
}

private func featuresOptions(_ step: Step) -> FeaturesOptions {
    FeaturesOptions(
        label: step.need("label"), save: step.need("save"), rev: step.need("rev"), maxMissing: step.fraction("max_missing"),
        maxCorrelation: step.fraction("max_correlation"))
}

private func viewOptions(_ step: Step) -> ViewOptions { ViewOptions(against: step.need("against")) }
