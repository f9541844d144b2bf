//! The verbs whose answer is a document.

use crate::{Said, Step, missing};
use octostore::{
    Document, ExamplesOptions, FeaturesOptions, ImportOptions, Job, ProfileOptions, Repo, Result, SampleOptions,
    SchemaOptions, SplitOptions, ValidateOptions, ViewOptions,
};

/// Makes the call of a step.
pub(crate) fn call(repo: &Repo, step: &Step, job: &Job) -> Result<Document> {
    let rev = step.need("rev");
    match &*step.verb {
        "repo.import" => {
            let options = ImportOptions {
                update: step.number("update") == 1,
                in_place: step.number("in_place") == 1,
                sample: step.need("sample"),
                profile: step.number("profile") == 1,
                commit: step.number("commit") == 1,
                on_error: step.need("on_error"),
                license: step.need("license"),
                only: step.texts("only"),
            };
            repo.import(&step.texts("source"), &step.repo_path("to")?, &options, job)
        }
        "repo.profile" => repo.profile(&rev, &step.repo_path("path")?, &profile_options(step), job),
        "repo.schema" => {
            let options = SchemaOptions {
                infer: step.number("infer") == 1,
                against: step.need("against"),
                accept: step.texts("accept"),
                write: step.number("write") == 1,
            };
            repo.schema(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.validate" => {
            let options = ValidateOptions {
                schema: step.need("schema"),
                against: step.need("against"),
                serving: step.need("serving"),
                environment: step.need("environment"),
                rows: step.number("rows"),
            };
            repo.validate(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.sample" => {
            let options = SampleOptions {
                fraction: step.fraction("fraction"),
                rows: step.number("rows"),
                method: step.need("method"),
                key: step.texts("key"),
                stratify: step.need("stratify"),
                time: step.need("time"),
                seed: step.number("seed"),
                to: step.need("to"),
            };
            repo.sample(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.split" => {
            let options = SplitOptions {
                parts: step.texts("part"),
                by: step.texts("by"),
                stratify: step.texts("stratify"),
                time: step.need("time"),
                gap: step.need("gap"),
                folds: step.number("folds"),
                buckets: step.number("buckets") == 1,
                seed: step.number("seed"),
                name: step.need("name"),
                check: step.number("check") == 1,
                to: step.need("to"),
            };
            repo.split(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.examples" => {
            let options = ExamplesOptions {
                to: step.need("to"),
                format: step.need("format"),
                split: step.need("split"),
                shards: step.number("shards"),
                partition: step.need("partition"),
            };
            repo.examples(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.features" => {
            let options = FeaturesOptions {
                label: step.need("label"),
                save: step.need("save"),
                rev,
                max_missing: step.fraction("max_missing"),
                max_correlation: step.fraction("max_correlation"),
            };
            repo.features(&step.repo_paths("path")?, &options, job)
        }
        "repo.view" => {
            let options = ViewOptions { against: step.need("against") };
            repo.view(&rev, &step.repo_path("path")?, &options, job)
        }
        "repo.diff_stats" => repo.diff_stats(&step.need("from"), &step.need("to"), &step.repo_paths("path")?, job),
        other => Err(missing(other)),
    }
}

/// What a step asks of a profile.
pub(crate) fn profile_options(step: &Step) -> ProfileOptions {
    ProfileOptions {
        tfdv: step.number("tfdv") == 1,
        columns: step.texts("column"),
        weight: step.need("weight"),
        slices: step.texts("slice"),
        write: step.number("write") == 1,
        on_error: step.need("on_error"),
    }
}

/// What a document says: the answer, the report, and each part by its FNV-1a.
pub(crate) fn say(said: &mut Said, document: &Document) {
    said.flag("answer", document.answer()).word("json", document.json());
    for name in document.names() {
        let bytes = document.part(name).unwrap_or_default();
        said.word("part", format!("{name}:{:016x}", crate::fnv(bytes)));
    }
}
