// The verbs whose answer is a document.
#ifndef DOCUMENTS_HPP
#define DOCUMENTS_HPP

#include "step.hpp"

inline octo::Document document(const octo::Repo &repo, const Step &step, const octo::Job &job) {
    const std::string &verb = step.verb;
    const std::string rev = step.need("rev"), path = step.need("path");
    if (verb == "repo.import") {
        octo::ImportOptions options;
        options.update = step.number("update") == 1;
        options.in_place = step.number("in_place") == 1;
        options.sample = step.need("sample");
        options.profile = step.number("profile") == 1;
        options.commit = step.number("commit") == 1;
        options.on_error = step.need("on_error");
        options.license = step.need("license");
        options.only = step.texts("only");
        return call(step, [&] { return repo.import(step.texts("source"), step.need("to"), options, job); }, [&] { return repo.import_start(step.texts("source"), step.need("to"), options, job); });
    }
    if (verb == "repo.profile") {
        octo::ProfileOptions options;
        options.tfdv = step.number("tfdv") == 1;
        options.columns = step.texts("column");
        options.weight = step.need("weight");
        options.slices = step.texts("slice");
        options.write = step.number("write") == 1;
        options.on_error = step.need("on_error");
        return call(step, [&] { return repo.profile(rev, path, options, job); }, [&] { return repo.profile_start(rev, path, options, job); });
    }
    if (verb == "repo.schema") {
        octo::SchemaOptions options;
        options.infer = step.number("infer") == 1;
        options.against = step.need("against");
        options.accept = step.texts("accept");
        options.write = step.number("write") == 1;
        return call(step, [&] { return repo.schema(rev, path, options, job); }, [&] { return repo.schema_start(rev, path, options, job); });
    }
    if (verb == "repo.validate") {
        octo::ValidateOptions options;
        options.schema = step.need("schema");
        options.against = step.need("against");
        options.serving = step.need("serving");
        options.environment = step.need("environment");
        options.rows = step.number("rows");
        return call(step, [&] { return repo.validate(rev, path, options, job); }, [&] { return repo.validate_start(rev, path, options, job); });
    }
    if (verb == "repo.sample") {
        octo::SampleOptions options;
        options.fraction = step.fraction("fraction");
        options.rows = step.number("rows");
        options.method = step.need("method");
        options.key = step.texts("key");
        options.stratify = step.need("stratify");
        options.time = step.need("time");
        options.seed = step.number("seed");
        options.to = step.need("to");
        return call(step, [&] { return repo.sample(rev, path, options, job); }, [&] { return repo.sample_start(rev, path, options, job); });
    }
    if (verb == "repo.split") {
        octo::SplitOptions options;
        options.parts = step.texts("part");
        options.by = step.texts("by");
        options.stratify = step.texts("stratify");
        options.time = step.need("time");
        options.gap = step.need("gap");
        options.folds = step.number("folds");
        options.buckets = step.number("buckets") == 1;
        options.seed = step.number("seed");
        options.name = step.need("name");
        options.check = step.number("check") == 1;
        options.to = step.need("to");
        return call(step, [&] { return repo.split(rev, path, options, job); }, [&] { return repo.split_start(rev, path, options, job); });
    }
    if (verb == "repo.examples") {
        octo::ExamplesOptions options;
        options.to = step.need("to");
        options.format = step.need("format");
        options.split = step.need("split");
        options.shards = step.number("shards");
        options.partition = step.need("partition");
        return call(step, [&] { return repo.examples(rev, path, options, job); }, [&] { return repo.examples_start(rev, path, options, job); });
    }
    if (verb == "repo.features") {
        octo::FeaturesOptions options;
        options.label = step.need("label");
        options.save = step.need("save");
        options.rev = step.need("rev");
        options.max_missing = step.fraction("max_missing");
        options.max_correlation = step.fraction("max_correlation");
        return call(step, [&] { return repo.features(step.texts("path"), options, job); }, [&] { return repo.features_start(step.texts("path"), options, job); });
    }
    if (verb == "repo.view") {
        octo::ViewOptions options;
        options.against = step.need("against");
        return call(step, [&] { return repo.view(rev, path, options, job); }, [&] { return repo.view_start(rev, path, options, job); });
    }
    if (verb == "repo.diff_stats") {
        return call(step, [&] { return repo.diff_stats(step.need("from"), step.need("to"), step.texts("path"), job); }, [&] { return repo.diff_stats_start(step.need("from"), step.need("to"), step.texts("path"), job); });
    }
    throw missing(verb);
}

inline void say_document(Said &said, const octo::Document &document) {
    said.flag("answer", document.answer()).word("json", document.json());
    for (const octo::Part &part : document) said.word("part", std::string(part.name) + ":" + fnv(part.bytes));
}

#endif
