/* The verbs whose answer is a document. */
#include "documents.h"

#include <stdlib.h>
#include <string.h>

struct asked {
    const octo_repo *repo;
    struct step *step;
    const octo_job *job;
    bool later;
    octo_task *task;
    octo_document *out;
    octo_error **err;
    octo_bytes rev, path;
    octo_bytes lists[3][MANY];
};

/* The values of a key, in the array of that number. */
static size_t values(struct asked *a, int number, const char *key) {
    size_t count = step_list(a->step, key);
    memcpy(a->lists[number], a->step->list, count * sizeof(octo_bytes));
    return count;
}

static octo_bytes word(struct asked *a, const char *key) { return step_get(a->step, key); }
static uint64_t number(struct asked *a, const char *key) { return step_number(a->step, key); }
static uint32_t flag(struct asked *a, const char *key) { return (uint32_t)step_number(a->step, key); }
static double fraction(struct asked *a, const char *key) { return strtod(step_text(a->step, key), NULL); }

/* The blocking call, or the one that does not block and then its taker. */
#define CALL(call, ...)                                                                        \
    (a->later ? octo_##call##_start(a->repo, __VA_ARGS__, a->job, &a->task, a->err)            \
              : octo_##call(a->repo, __VA_ARGS__, a->job, &a->out, a->err))

static octo_status import_of(struct asked *a) {
    octo_import_options o = OCTO_IMPORT_OPTIONS_INIT;
    size_t count = values(a, 0, "source");
    o.update = flag(a, "update");
    o.in_place = flag(a, "in_place");
    o.sample = word(a, "sample");
    o.profile = flag(a, "profile");
    o.commit = flag(a, "commit");
    o.on_error = word(a, "on_error");
    o.license = word(a, "license");
    o.only = a->lists[1];
    o.only_count = values(a, 1, "only");
    return CALL(repo_import, a->lists[0], count, word(a, "to"), &o);
}

static octo_status profile_of(struct asked *a) {
    octo_profile_options o = OCTO_PROFILE_OPTIONS_INIT;
    o.tfdv = flag(a, "tfdv");
    o.columns = a->lists[0];
    o.column_count = values(a, 0, "column");
    o.weight = word(a, "weight");
    o.slices = a->lists[1];
    o.slice_count = values(a, 1, "slice");
    o.write = flag(a, "write");
    o.on_error = word(a, "on_error");
    return CALL(repo_profile, a->rev, a->path, &o);
}

static octo_status schema_of(struct asked *a) {
    octo_schema_options o = OCTO_SCHEMA_OPTIONS_INIT;
    o.infer = flag(a, "infer");
    o.against = word(a, "against");
    o.accept = a->lists[0];
    o.accept_count = values(a, 0, "accept");
    o.write = flag(a, "write");
    return CALL(repo_schema, a->rev, a->path, &o);
}

static octo_status validate_of(struct asked *a) {
    octo_validate_options o = OCTO_VALIDATE_OPTIONS_INIT;
    o.schema = word(a, "schema");
    o.against = word(a, "against");
    o.serving = word(a, "serving");
    o.environment = word(a, "environment");
    o.rows = number(a, "rows");
    return CALL(repo_validate, a->rev, a->path, &o);
}

static octo_status sample_of(struct asked *a) {
    octo_sample_options o = OCTO_SAMPLE_OPTIONS_INIT;
    o.fraction = fraction(a, "fraction");
    o.rows = number(a, "rows");
    o.method = word(a, "method");
    o.key = a->lists[0];
    o.key_count = values(a, 0, "key");
    o.stratify = word(a, "stratify");
    o.time = word(a, "time");
    o.seed = number(a, "seed");
    o.to = word(a, "to");
    return CALL(repo_sample, a->rev, a->path, &o);
}

static octo_status split_of(struct asked *a) {
    octo_split_options o = OCTO_SPLIT_OPTIONS_INIT;
    o.parts = a->lists[0];
    o.part_count = values(a, 0, "part");
    o.by = a->lists[1];
    o.by_count = values(a, 1, "by");
    o.stratify = a->lists[2];
    o.stratify_count = values(a, 2, "stratify");
    o.time = word(a, "time");
    o.gap = word(a, "gap");
    o.folds = number(a, "folds");
    o.buckets = flag(a, "buckets");
    o.seed = number(a, "seed");
    o.name = word(a, "name");
    o.check = flag(a, "check");
    o.to = word(a, "to");
    return CALL(repo_split, a->rev, a->path, &o);
}

static octo_status examples_of(struct asked *a) {
    octo_examples_options o = OCTO_EXAMPLES_OPTIONS_INIT;
    o.to = word(a, "to");
    o.format = word(a, "format");
    o.split = word(a, "split");
    o.shards = number(a, "shards");
    o.partition = word(a, "partition");
    return CALL(repo_examples, a->rev, a->path, &o);
}

static octo_status features_of(struct asked *a) {
    octo_features_options o = OCTO_FEATURES_OPTIONS_INIT;
    size_t count = values(a, 0, "path");
    o.label = word(a, "label");
    o.save = word(a, "save");
    o.rev = word(a, "rev");
    o.max_missing = fraction(a, "max_missing");
    o.max_correlation = fraction(a, "max_correlation");
    return CALL(repo_features, a->lists[0], count, &o);
}

static octo_status view_of(struct asked *a) {
    octo_view_options o = OCTO_VIEW_OPTIONS_INIT;
    o.against = word(a, "against");
    return CALL(repo_view, a->rev, a->path, &o);
}

static octo_status diff_stats_of(struct asked *a) {
    size_t count = values(a, 0, "path");
    return CALL(repo_diff_stats, word(a, "from"), word(a, "to"), a->lists[0], count);
}

static const struct {
    const char *name;
    octo_status (*call)(struct asked *a);
} calls[] = {
    {"repo.import", import_of},
    {"repo.profile", profile_of},
    {"repo.schema", schema_of},
    {"repo.validate", validate_of},
    {"repo.sample", sample_of},
    {"repo.split", split_of},
    {"repo.examples", examples_of},
    {"repo.features", features_of},
    {"repo.view", view_of},
    {"repo.diff_stats", diff_stats_of},
};

static void say_document(const octo_document *document) {
    say_flag("answer", octo_document_answer(document));
    say("json", octo_document_json(document));
    for (size_t i = 0; i < octo_document_part_count(document); i++) {
        octo_bytes name = octo_document_part_name(document, i), part = octo_document_part(document, name);
        uint64_t fnv = 0xcbf29ce484222325;
        for (size_t n = 0; n < part.len; n++) fnv = (fnv ^ part.data[n]) * 0x100000001b3;
        say_text("part", "%.*s:%016llx", (int)name.len, (const char *)name.data, (unsigned long long)fnv);
    }
}

octo_status play_document(const octo_repo *repo, struct step *step, const octo_job *job, bool later, octo_error **err) {
    struct asked a = {0};
    octo_status status = OCTO_INTERNAL;
    a.repo = repo;
    a.step = step;
    a.job = job;
    a.later = later;
    a.err = err;
    a.rev = step_get(step, "rev");
    a.path = step_get(step, "path");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, step->verb) == 0) status = calls[i].call(&a);
    if (later && status == OCTO_OK) status = octo_task_wait(a.task, -1, NULL);
    if (later && status == OCTO_OK) status = octo_task_take_document(a.task, &a.out, err);
    if (status == OCTO_OK) say_document(a.out);
    octo_document_free(a.out);
    octo_task_free(a.task);
    return status;
}
