/* Documents: what the calls on rows, statistics and schemas give, in both forms; what is refused.
 * Usage: documents FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <stddef.h>

#define INDEX octo_text("")
#define PEOPLE octo_text("data/people.csv")

static int contains(octo_bytes b, const char *what) {
    char *text = malloc(b.len + 1);
    memcpy(text, b.data, b.len);
    text[b.len] = 0;
    int found = strstr(text, what) != NULL;
    free(text);
    return found;
}

static void add(octo_repo *repo) {
    octo_error *err = NULL;
    octo_add_report *added = NULL;
    must(octo_repo_add(repo, NULL, 0, NULL, &added, &err), err, "add");
    octo_add_report_free(added);
}

/* Waits for a task and takes its document. */
static octo_document *take(octo_status begun, octo_task **task, octo_error **err, const char *what) {
    octo_document *document = NULL;
    must(begun, *err, what);
    must(octo_task_wait(*task, -1, NULL), NULL, "wait");
    octo_status status = octo_task_take_document(*task, &document, err);
    must(status, *err, what);
    octo_task_free(*task);
    CHECK(document != NULL && octo_document_json(document).len > 2, what);
    return document;
}

static octo_document *profile(octo_repo *repo, const octo_profile_options *options) {
    octo_error *err = NULL;
    octo_document *document = NULL;
    must(octo_repo_profile(repo, INDEX, PEOPLE, options, NULL, &document, &err), err, "profile");
    return document;
}

/* What is in a document, and what is not. */
static void parts(octo_repo *repo) {
    octo_profile_options options = OCTO_PROFILE_OPTIONS_INIT;
    octo_document *document = profile(repo, NULL);
    octo_bytes before = {NULL, 0};
    CHECK(octo_document_answer(document), "a call that asks nothing says yes");
    CHECK(contains(octo_document_json(document), "\"rows\":400"), "the report");
    size_t count = octo_document_part_count(document);
    CHECK(count >= 2, "its parts");
    for (size_t i = 0; i < count; i++) {
        octo_bytes name = octo_document_part_name(document, i), part = octo_document_part(document, name);
        CHECK(name.len > 0 && part.data != NULL, "a name has a part");
        if (i > 0) {
            size_t common = name.len < before.len ? name.len : before.len;
            int order = memcmp(before.data, name.data, common);
            CHECK(order < 0 || (order == 0 && before.len < name.len), "names are sorted");
        }
        before = name;
    }
    octo_bytes statistics = octo_document_part(document, octo_text("statistics.pb"));
    CHECK(statistics.len > 100, "the statistics");
    CHECK(octo_document_part(document, octo_text("no such part")).data == NULL, "no such part");
    CHECK(octo_document_part(document, octo_text("")).data == NULL, "no name");
    CHECK(octo_document_part_name(document, count).data == NULL, "a name too many");
    octo_document *again = profile(repo, &options);
    octo_bytes same = octo_document_part(again, octo_text("statistics.pb"));
    CHECK(same.len == statistics.len && memcmp(same.data, statistics.data, same.len) == 0, "the same input, the same bytes");
    octo_document_free(again);
    octo_document_free(document);
}

/* NULL, freed, and of another kind. */
static void no_document(octo_repo *repo) {
    octo_document *gone = profile(repo, NULL);
    octo_document_free(gone);
    octo_document *all[] = {NULL, gone, (octo_document *)(void *)repo};
    for (size_t i = 0; i < 3; i++) {
        CHECK(!octo_document_answer(all[i]), "no answer");
        CHECK(octo_document_json(all[i]).len == 0, "no report");
        CHECK(octo_document_part_count(all[i]) == 0, "no parts");
        CHECK(octo_document_part_name(all[i], 0).data == NULL, "no name");
        CHECK(octo_document_part(all[i], octo_text("statistics.pb")).data == NULL, "no part");
        octo_document_free(all[i]);
    }
    CHECK(octo_repo_profile(repo, INDEX, PEOPLE, NULL, NULL, NULL, NULL) == OCTO_INVALID_ARGUMENT, "nowhere to put it");
}

static void refuse(octo_repo *repo, const octo_profile_options *options, const char *why) {
    octo_error *err = NULL;
    octo_document *document = NULL;
    octo_task *task = NULL;
    CHECK(octo_repo_profile(repo, INDEX, PEOPLE, options, NULL, &document, &err) == OCTO_INVALID_ARGUMENT, why);
    CHECK(document == NULL && contains(octo_error_message(err), why), why);
    octo_error_free(err);
    CHECK(octo_repo_profile_start(repo, INDEX, PEOPLE, options, NULL, &task, NULL) == OCTO_INVALID_ARGUMENT && task == NULL, why);
}

/* Options of a wrong size, with values that are none, and of a later version. */
static void options_are_checked(octo_repo *repo) {
    struct {
        octo_profile_options known;
        size_t unknown;
    } later = {OCTO_PROFILE_OPTIONS_INIT, 0};
    octo_profile_options options = OCTO_PROFILE_OPTIONS_INIT;
    octo_bytes broken = {(const uint8_t *)"\xff", 1};
    octo_document *document = NULL;
    options.struct_size = 3;
    refuse(repo, &options, "options.struct_size is 3");
    options.struct_size = sizeof options;
    options.tfdv = 2;
    refuse(repo, &options, "options.tfdv is 2");
    options.tfdv = 0;
    options.column_count = 1;
    refuse(repo, &options, "options.columns is NULL");
    options.column_count = 0;
    options.weight = broken;
    refuse(repo, &options, "options.weight is not UTF-8");
    later.known.struct_size = sizeof later;
    document = profile(repo, &later.known);
    octo_document_free(document);
    later.unknown = 1;
    refuse(repo, &later.known, "does not know");
    /* A program that knows only the first options of reading. */
    octo_read_options old = OCTO_READ_OPTIONS_INIT;
    struct ArrowArrayStream rows;
    old.struct_size = offsetof(octo_read_options, split);
    old.selection = octo_text("behind the end");
    must(octo_repo_read_rows(repo, INDEX, PEOPLE, &old, NULL, &rows, NULL), NULL, "an older program");
    rows.release(&rows);
}

/* A task gives its document by its own taker, once. */
static void tasks(octo_repo *repo) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_document *document = NULL;
    octo_push_report pushed = OCTO_PUSH_REPORT_INIT;
    must(octo_repo_profile_start(repo, INDEX, PEOPLE, NULL, NULL, &task, &err), err, "profile_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    CHECK(octo_task_take_push_report(task, &pushed, &err) == OCTO_INVALID_ARGUMENT, "a push report of a profile");
    CHECK(equal(octo_error_hint(err), "Take it by octo_task_take_document."), "what takes it");
    octo_error_free(err);
    CHECK(octo_task_take_document(task, NULL, NULL) == OCTO_INVALID_ARGUMENT, "nowhere to put it");
    must(octo_task_take_document(task, &document, NULL), NULL, "the outcome is still there");
    octo_document *second = NULL;
    CHECK(octo_task_take_document(task, &second, NULL) == OCTO_INVALID_ARGUMENT && second == NULL, "taken before");
    octo_task_free(task);
    CHECK(octo_document_part(document, octo_text("statistics.pb")).len > 0, "a document outlives its task");
    octo_document_free(document);
    must(octo_repo_profile_start(repo, INDEX, PEOPLE, NULL, NULL, &task, NULL), NULL, "profile_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    /* A leak checker sees whether a document that nobody takes goes with its task. */
    octo_task_free(task);
}

static void cancelled(octo_repo *repo) {
    octo_job job = OCTO_JOB_INIT;
    octo_document *document = NULL;
    job.cancel = octo_cancel_new();
    octo_cancel_cancel(job.cancel);
    CHECK(octo_repo_profile(repo, INDEX, PEOPLE, NULL, &job, &document, NULL) == OCTO_CANCELLED && document == NULL, "cancelled");
    octo_cancel_free(job.cancel);
}

/* Every call without waiting. */
static void every_call(octo_repo *repo, const char *folder) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_bytes source, people = PEOPLE, shares[] = {octo_text("train=0.7"), octo_text("test=0.3")};
    octo_bytes city = octo_text("city"), all = octo_text("all");
    char outside[1100], text[1200];
    octo_document *d;

    snprintf(outside, sizeof outside, "%s.csv", folder);
    snprintf(text, sizeof text, "cp data/people.csv '%s'", outside);
    sh(folder, text);
    source = octo_text(outside);
    octo_import_options import = OCTO_IMPORT_OPTIONS_INIT;
    import.license = octo_text("CC0-1.0");
    d = take(octo_repo_import_start(repo, &source, 1, octo_text("data/more.csv"), &import, NULL, &task, &err), &task, &err, "import");
    octo_document_free(d);

    octo_profile_options counting = OCTO_PROFILE_OPTIONS_INIT;
    counting.write = 1;
    d = take(octo_repo_profile_start(repo, INDEX, PEOPLE, &counting, NULL, &task, &err), &task, &err, "profile");
    octo_document_free(d);

    octo_schema_options schema = OCTO_SCHEMA_OPTIONS_INIT;
    schema.infer = schema.write = 1;
    schema.accept = &all;
    schema.accept_count = 1;
    d = take(octo_repo_schema_start(repo, INDEX, PEOPLE, &schema, NULL, &task, &err), &task, &err, "schema");
    CHECK(contains(octo_document_part(d, octo_text("schema.pbtxt")), "name: \"age\""), "a schema");
    octo_document_free(d);
    sh(folder, "git commit -qm profiled && git tag one");

    d = take(octo_repo_validate_start(repo, INDEX, PEOPLE, NULL, NULL, &task, &err), &task, &err, "validate");
    CHECK(octo_document_answer(d), "data is as the schema says that was made of it");
    octo_document_free(d);

    octo_sample_options sample = OCTO_SAMPLE_OPTIONS_INIT;
    sample.fraction = 0.25;
    sample.to = octo_text("data/few.csv");
    d = take(octo_repo_sample_start(repo, INDEX, PEOPLE, &sample, NULL, &task, &err), &task, &err, "sample");
    octo_document_free(d);

    octo_split_options split = OCTO_SPLIT_OPTIONS_INIT;
    split.parts = shares;
    split.part_count = 2;
    split.by = &city;
    split.by_count = 1;
    d = take(octo_repo_split_start(repo, INDEX, PEOPLE, &split, NULL, &task, &err), &task, &err, "split");
    CHECK(octo_document_answer(d) && contains(octo_document_json(d), "train"), "two parts");
    octo_document_free(d);

    octo_examples_options examples = OCTO_EXAMPLES_OPTIONS_INIT;
    examples.to = octo_text("data/examples");
    d = take(octo_repo_examples_start(repo, INDEX, PEOPLE, &examples, NULL, &task, &err), &task, &err, "examples");
    octo_document_free(d);

    octo_features_options features = OCTO_FEATURES_OPTIONS_INIT;
    features.label = octo_text("bought");
    d = take(octo_repo_features_start(repo, &people, 1, &features, NULL, &task, &err), &task, &err, "features");
    CHECK(contains(octo_document_json(d), "\"label\":\"bought\""), "the label");
    octo_document_free(d);

    octo_view_options view = OCTO_VIEW_OPTIONS_INIT;
    d = take(octo_repo_view_start(repo, INDEX, PEOPLE, &view, NULL, &task, &err), &task, &err, "view");
    CHECK(contains(octo_document_part(d, octo_text("page.html")), "<html"), "a page");
    octo_document_free(d);

    d = take(octo_repo_diff_stats_start(repo, octo_text("one"), INDEX, NULL, 0, NULL, &task, &err), &task, &err, "diff_stats");
    CHECK(octo_document_answer(d), "nothing changed since");
    octo_document_free(d);
    sh(folder, "awk -F, -v OFS=, '{ if (NR > 1 && NR < 200) $2 = 99; print }' data/people.csv >t && mv t data/people.csv");
    add(repo);
    octo_document_free(profile(repo, &counting));
    must(octo_repo_diff_stats(repo, octo_text("one"), INDEX, &people, 1, NULL, &d, &err), err, "diff_stats");
    CHECK(!octo_document_answer(d), "half of the rows changed");
    octo_document_free(d);
}

/* Bringing only what was counted. */
static void only_statistics(octo_repo *repo) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_bytes kinds[] = {octo_text("statistics"), octo_text("schema")}, unknown = octo_text("everything");
    octo_pull_options options = OCTO_PULL_OPTIONS_INIT;
    octo_pull_report report = OCTO_PULL_REPORT_INIT;
    must(octo_repo_push(repo, NULL, NULL, NULL, &err), err, "push");
    must(octo_repo_fetch_with(repo, NULL, NULL, &report, NULL, &err), err, "fetch_with");
    options.only = kinds;
    options.only_count = 2;
    must(octo_repo_pull_with(repo, &options, NULL, &report, NULL, &err), err, "pull_with");
    must(octo_repo_pull_with_start(repo, &options, NULL, &task, &err), err, "pull_with_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    must(octo_task_take_pull_report(task, &report, NULL, &err), err, "pull_with");
    octo_task_free(task);
    must(octo_repo_fetch_with_start(repo, &options, NULL, &task, &err), err, "fetch_with_start");
    octo_task_free(task);
    options.only = &unknown;
    options.only_count = 1;
    CHECK(octo_repo_pull_with(repo, &options, NULL, &report, NULL, &err) == OCTO_INVALID_ARGUMENT, "no such kind");
    octo_error_free(err);
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    CHECK(argc == 2, "usage: documents FOLDER");
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    sh(argv[1], "awk 'BEGIN { split(\"Oslo Lima Rome Pune\", c, \" \"); print \"id,age,city,bought\"; for (i = 1; i <= 400; i++) {"
                " a = 18 + (i * 37) % 60; print i \",\" a \",\" c[1 + i % 4] \",\" (a > 40 ? \"yes\" : \"no\") } }' >data/people.csv");
    add(repo);
    sh(argv[1], "git commit -qm people");
    parts(repo);
    no_document(repo);
    options_are_checked(repo);
    tasks(repo);
    cancelled(repo);
    every_call(repo, argv[1]);
    only_statistics(repo);
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
