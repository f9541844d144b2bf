/* The first story in C99: a repository, a file, two versions, a range of the old one; progress, cancelling, errors.
 * Usage: story FOLDER, where FOLDER is an empty folder. */
#include <octostore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks = 0;
/* An initial value is a constant. */
static const octo_job no_job = OCTO_JOB_INIT;

#define CHECK(condition, what)                                                      \
    do {                                                                            \
        checks++;                                                                   \
        if (!(condition)) {                                                         \
            fprintf(stderr, "FAILED %s:%d: %s\n", __FILE__, __LINE__, what);        \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

static octo_bytes text(const char *s) {
    octo_bytes b;
    b.data = (const uint8_t *)s;
    b.len = strlen(s);
    return b;
}

static int equal(octo_bytes b, const char *s) { return b.len == strlen(s) && memcmp(b.data, s, b.len) == 0; }

/* Ends the program where a call fails that must not. */
static void must(octo_status status, octo_error *err, const char *what) {
    checks++;
    if (status == OCTO_OK) return;
    octo_bytes message = octo_error_message(err), hint = octo_error_hint(err);
    fprintf(stderr, "FAILED %s: %s: %.*s (%.*s)\n", what, octo_status_name(status), (int)message.len, (const char *)message.data,
            (int)hint.len, (const char *)hint.data);
    octo_error_free(err);
    exit(1);
}

static void sh(const char *folder, const char *command) {
    char line[2048];
    snprintf(line, sizeof line, "cd '%s' && %s", folder, command);
    CHECK(system(line) == 0, command);
}

static void write_file(const char *folder, const char *name, unsigned seed, size_t len) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL, path);
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525u + 1013904223u;
        fputc((int)(seed >> 24), f);
    }
    fclose(f);
}

/* What write_file wrote at one place. */
static unsigned char byte_at(unsigned seed, size_t at) {
    for (size_t i = 0; i <= at; i++) seed = seed * 1664525u + 1013904223u;
    return (unsigned char)(seed >> 24);
}

struct watch {
    int reports;
    octo_cancel *cancel;
};

static void on_progress(const octo_progress *progress, void *user_data) {
    struct watch *watch = user_data;
    watch->reports++;
    if (watch->cancel != NULL && progress->done_bytes > 0) octo_cancel_cancel(watch->cancel);
}

static octo_repo *set_up(octo_context *context, const char *folder) {
    char url[1100];
    octo_error *err = NULL;
    octo_repo *repo = NULL;
    octo_init_options options = OCTO_INIT_OPTIONS_INIT;
    sh(folder, "git init -q -b main . && git config user.name A && git config user.email a@example.org && mkdir data");
    snprintf(url, sizeof url, "file://%s.store", folder);
    options.store = text(url);
    must(octo_repo_init(context, text(folder), &options, NULL, &repo, &err), err, "init");
    octo_bytes pattern = text("data/");
    octo_strings *new_patterns = NULL;
    must(octo_repo_track(repo, &pattern, 1, &new_patterns, &err), err, "track");
    CHECK(octo_strings_count(new_patterns) == 1 && equal(octo_strings_get(new_patterns, 0), "data/**"), "one pattern is new");
    octo_strings_free(new_patterns);
    return repo;
}

static void add(octo_repo *repo, const char *folder, unsigned seed, const char *message) {
    octo_error *err = NULL;
    octo_add_report *report = NULL;
    octo_add_totals totals = OCTO_ADD_TOTALS_INIT;
    octo_entry entry = OCTO_ENTRY_INIT;
    octo_bytes path = text("data/x.bin");
    struct watch watch = {0, NULL};
    octo_job job = OCTO_JOB_INIT;
    char commit[256];
    job.on_progress = on_progress;
    job.user_data = &watch;
    write_file(folder, "data/x.bin", seed, 300000);
    must(octo_repo_add(repo, &path, 1, &job, &report, &err), err, "add");
    CHECK(octo_add_report_totals(report, &totals) == OCTO_OK && totals.files == 1 && totals.read_bytes == 300000, "the totals");
    CHECK(octo_add_report_get(report, 0, &entry) == OCTO_OK && equal(entry.path, "data/x.bin"), "the added file");
    CHECK(entry.pointer.size == 300000, "its size");
    CHECK(octo_add_report_get(report, 1, &entry) == OCTO_INVALID_ARGUMENT, "an index that is too large");
    CHECK(watch.reports > 0, "progress was reported");
    octo_add_report_free(report);
    snprintf(commit, sizeof commit, "git add .gitattributes .octostore && git commit -qm '%s' && test -z \"$(git status --porcelain)\"", message);
    sh(folder, commit);
}

static void read_old_version(octo_repo *repo) {
    octo_error *err = NULL;
    octo_file *file = NULL;
    uint8_t buffer[1000];
    size_t done = 0;
    uint64_t position = 0;
    must(octo_repo_open_file(repo, text("HEAD~1"), text("data/x.bin"), &file, &err), err, "open_file");
    CHECK(octo_file_len(file) == 300000, "the length");
    must(octo_file_read_at(file, 123456, buffer, sizeof buffer, &done, &err), err, "read_at");
    CHECK(done == sizeof buffer, "all of the range");
    CHECK(buffer[0] == byte_at(1, 123456) && buffer[999] == byte_at(1, 124455), "bytes of the old version");
    must(octo_file_seek(file, -10, OCTO_SEEK_END, &position, &err), err, "seek");
    must(octo_file_read(file, buffer, sizeof buffer, &done, &err), err, "read");
    CHECK(position == 299990 && done == 10, "the end of the file");
    octo_file_free(file);
}

static void list(octo_repo *repo) {
    octo_error *err = NULL;
    octo_status_list *status = NULL;
    octo_file_status file = OCTO_FILE_STATUS_INIT;
    octo_log_list *log = NULL;
    octo_log_entry change = OCTO_LOG_ENTRY_INIT;
    octo_entry_list *entries = NULL;
    must(octo_repo_status(repo, &no_job, &status, &err), err, "status");
    CHECK(octo_status_list_count(status) == 1 && octo_status_list_get(status, 0, &file) == OCTO_OK, "one file");
    CHECK(file.state == OCTO_STATE_PRESENT && file.cached && !file.pushed && !file.staged && file.has_pointer, "its state");
    octo_status_list_free(status);
    must(octo_repo_log(repo, text("data/x.bin"), 0, &log, &err), err, "log");
    CHECK(octo_log_list_count(log) == 2 && octo_log_list_get(log, 0, &change) == OCTO_OK, "two changes");
    CHECK(equal(change.subject, "second") && change.commit.len == 40, "the newest first");
    octo_log_list_free(log);
    must(octo_repo_ls(repo, text("HEAD"), text(""), &entries, &err), err, "ls");
    CHECK(octo_entry_list_count(entries) == 1, "one file in HEAD");
    octo_entry_list_free(entries);
}

static void push_and_check(octo_repo *repo) {
    octo_error *err = NULL;
    octo_push_report pushed = OCTO_PUSH_REPORT_INIT;
    octo_fsck_options options = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_report *report = NULL;
    octo_fsck_totals totals = OCTO_FSCK_TOTALS_INIT;
    octo_resolved *resolved = NULL;
    octo_range range = OCTO_RANGE_INIT;
    octo_store_info *store = NULL;
    must(octo_repo_push(repo, NULL, NULL, &pushed, &err), err, "push");
    CHECK(pushed.files == 2 && pushed.uploaded_bytes > 600000, "two versions were sent");
    options.store = 1;
    must(octo_repo_fsck(repo, &options, NULL, &report, &err), err, "fsck");
    CHECK(octo_fsck_report_totals(report, &totals) == OCTO_OK && totals.problems == 0 && totals.packs > 1, "all is well");
    octo_fsck_report_free(report);
    must(octo_repo_resolve(repo, text("HEAD"), text("data/x.bin"), &resolved, &err), err, "resolve");
    CHECK(octo_resolved_range_count(resolved) > 1 && octo_resolved_range_get(resolved, 1, &range) == OCTO_OK, "ranges");
    CHECK(range.file_offset > 0 && range.object.len > 0 && octo_resolved_local(resolved).len > 0, "a range and the local file");
    octo_resolved_free(resolved);
    must(octo_repo_store(repo, &store, &err), err, "store");
    CHECK(octo_store_info_accepted(store) && octo_store_info_conditional_writes(store) == OCTO_YES, "the store");
    octo_store_info_free(store);
}

static void clone_and_drop(octo_context *context, const char *folder) {
    octo_error *err = NULL;
    octo_repo *clone = NULL;
    octo_clone_options options = OCTO_CLONE_OPTIONS_INIT;
    octo_pull_report pulled = OCTO_PULL_REPORT_INIT;
    octo_drop_report dropped = OCTO_DROP_REPORT_INIT;
    octo_bytes path = text("data/x.bin");
    char dir[1100], compare[2300];
    snprintf(dir, sizeof dir, "%s.clone", folder);
    options.data = OCTO_DATA_NONE;
    must(octo_repo_clone(context, text(folder), text(dir), &options, NULL, &clone, &err), err, "clone");
    octo_strings *kept = NULL;
    must(octo_repo_pull(clone, NULL, 0, NULL, &pulled, &kept, &err), err, "pull");
    CHECK(octo_strings_count(kept) == 0, "no file was left alone");
    octo_strings_free(kept);
    CHECK(pulled.files == 1 && pulled.bytes == 300000, "one file was pulled");
    snprintf(compare, sizeof compare, "cmp data/x.bin '%s/data/x.bin'", dir);
    sh(folder, compare);
    must(octo_repo_drop(clone, &path, 1, NULL, &dropped, &err), err, "drop");
    CHECK(dropped.files == 1 && dropped.freed_bytes >= 300000, "the space is free");
    octo_repo_free(clone);
}

static void cancel_in_the_middle(octo_repo *repo, const char *folder) {
    octo_error *err = NULL;
    octo_add_report *report = NULL;
    octo_bytes path = text("data/big.bin");
    struct watch watch = {0, octo_cancel_new()};
    octo_job job = OCTO_JOB_INIT;
    write_file(folder, "data/big.bin", 9, 20000000);
    job.on_progress = on_progress;
    job.user_data = &watch;
    job.cancel = watch.cancel;
    octo_status status = octo_repo_add(repo, &path, 1, &job, &report, &err);
    CHECK(status == OCTO_CANCELLED && octo_error_code(err) == OCTO_CANCELLED, "the call was cancelled");
    CHECK(report == NULL && octo_cancel_is_cancelled(watch.cancel), "and wrote no handle");
    octo_error_free(err);
    octo_cancel_free(watch.cancel);
    sh(folder, "test -z \"$(git ls-files data/big.bin)\" && rm data/big.bin");
}

static void errors(octo_context *context, octo_repo *repo) {
    octo_error *err = NULL;
    octo_repo *none = NULL;
    octo_bytes key, value;
    octo_job job = OCTO_JOB_INIT;
    octo_status_list *status = NULL;
    octo_status code = octo_repo_open(context, text("/"), &none, &err);
    CHECK(code == OCTO_NOT_A_REPOSITORY && none == NULL, "no repository there");
    octo_bytes message = octo_error_message(err), hint = octo_error_hint(err);
    printf("as it should be: %.*s | %.*s\n", (int)message.len, (const char *)message.data, (int)hint.len, (const char *)hint.data);
    CHECK(message.len > 10 && hint.len > 10 && !octo_error_retryable(err), "message and hint");
    CHECK(octo_error_context_count(err) > 0 && octo_error_context_get(err, 0, &key, &value), "facts");
    CHECK(equal(key, "path") && equal(value, "/"), "the path");
    octo_error_free(err);
    CHECK(octo_repo_open(NULL, text("."), &none, NULL) == OCTO_INVALID_ARGUMENT, "a NULL context, and nobody wants the error");
    job.struct_size = 3;
    err = NULL;
    octo_bytes pattern = text("never/");
    CHECK(octo_repo_track(repo, &pattern, 1, NULL, NULL) == OCTO_INVALID_ARGUMENT, "nowhere to put the handle");
    octo_strings *gone = NULL;
    must(octo_repo_untrack(repo, &pattern, 1, &gone, NULL), NULL, "untrack");
    CHECK(octo_strings_count(gone) == 0, "and nothing was done");
    octo_strings_free(gone);
    octo_push_options wrong = OCTO_PUSH_OPTIONS_INIT;
    wrong.all = 7;
    CHECK(octo_repo_push(repo, &wrong, NULL, NULL, NULL) == OCTO_INVALID_ARGUMENT, "a flag that is neither 0 nor 1");
    CHECK(octo_repo_status(repo, &job, &status, &err) == OCTO_INVALID_ARGUMENT, "a struct without its size");
    octo_error_free(err);
    struct {
        octo_job job;
        uint64_t from_the_future;
    } newer = {OCTO_JOB_INIT, 0};
    newer.job.struct_size = sizeof newer;
    must(octo_repo_status(repo, &newer.job, &status, NULL), NULL, "a newer struct with nothing new in it");
    octo_status_list_free(status);
    newer.from_the_future = 1;
    CHECK(octo_repo_status(repo, &newer.job, &status, NULL) == OCTO_INVALID_ARGUMENT, "an option that this library does not know");
    CHECK(strcmp(octo_status_name(OCTO_NOT_TRACKED), "not_tracked") == 0 && strcmp(octo_status_name(77), "unknown") == 0, "names");
}

int main(int argc, char **argv) {
    octo_error *err = NULL;
    octo_context *context = NULL;
    octo_context_options options = OCTO_CONTEXT_OPTIONS_INIT;
    CHECK(argc == 2, "usage: story FOLDER");
    CHECK(octo_abi_version() == OCTO_ABI_VERSION && strcmp(octo_version(), OCTO_VERSION) == 0, "header and library agree");
    CHECK(octo_has_feature(text("s3")) && !octo_has_feature(text("teleport")), "features");
    options.threads = 2;
    must(octo_context_new(&options, &context, &err), err, "context_new");
    octo_repo *repo = set_up(context, argv[1]);
    add(repo, argv[1], 1, "first");
    add(repo, argv[1], 2, "second");
    read_old_version(repo);
    list(repo);
    push_and_check(repo);
    clone_and_drop(context, argv[1]);
    cancel_in_the_middle(repo, argv[1]);
    errors(context, repo);
    octo_repo_free(repo);
    octo_context_free(context);
    octo_repo_free(NULL);
    octo_context_free(NULL);
    octo_error_free(NULL);
    printf("%d checks passed\n", checks);
    return 0;
}
