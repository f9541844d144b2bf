/* The C driver: plays the scenario through octostore.h. tests/parity/README.md says what it prints.
 *
 * drive SCENARIO DIR */
#include "documents.h"
#include "step.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What has a name in the scenario. A name that is made again is freed first. */
struct named {
    char kind, name[30];
    void *handle;
    atomic_bool heard;
};
static struct named all[200];

static struct named *find(char kind, const char *name) {
    for (size_t i = 0; i < 200; i++)
        if (all[i].kind == kind && strcmp(all[i].name, name) == 0) return &all[i];
    return NULL;
}

static void *handle(char kind, const char *name) {
    struct named *named = find(kind, name);
    return named != NULL ? named->handle : NULL;
}

static void free_named(struct named *named) {
    switch (named->kind) {
        case 'c': octo_context_free(named->handle); break;
        case 'r': octo_repo_free(named->handle); break;
        case 'f': octo_file_free(named->handle); break;
        case 't': octo_table_free(named->handle); break;
    }
    named->kind = 0;
}

static struct named *name_it(char kind, const char *name) {
    struct named *named = find(kind, name);
    if (named != NULL) free_named(named);
    for (named = all; named->kind != 0;) named++;
    named->kind = kind;
    named->handle = NULL;
    named->heard = false;
    snprintf(named->name, sizeof named->name, "%s", name);
    return named;
}

/* Progress of a step, and what cancels it. */
struct listener {
    atomic_bool heard;
    bool at_tick;
    octo_cancel *cancel;
};

static void on_progress(const octo_progress *progress, void *user_data) {
    struct listener *listener = user_data;
    if (!listener->at_tick) listener->heard = true;
    else if (progress->done_bytes > 0) octo_cancel_cancel(listener->cancel);
}

static void on_log(const octo_log_record *record, void *user_data) {
    struct named *context = user_data;
    context->heard = record->message.len > 0;
}

/* What each verb works with. */
struct play {
    struct step *step;
    octo_job job;
    const octo_context *context;
    const octo_repo *repo;
    octo_bytes rev, path;
    octo_task *task;
    bool later;
    octo_error *err;
};

/* Waits for the task that a step began. */
static bool begun(struct play *p, octo_status status) {
    return status == OCTO_OK && octo_task_wait(p->task, -1, NULL) == OCTO_OK;
}

/* The blocking call, or the one that does not block and then its taker. */
#define CALL(blocking, start, take) (p->later ? (begun(p, start) ? (take) : OCTO_INTERNAL) : (blocking))

static void say_pointer(const char *key, octo_bytes path, const char *middle, const octo_pointer *pointer, const char *end) {
    char text[4096];
    int n = snprintf(text, sizeof text, "%.*s%sblake3:", (int)path.len, (const char *)path.data, middle);
    for (int i = 0; i < 32; i++) n += snprintf(text + n, sizeof text - (size_t)n, "%02x", pointer->oid[i]);
    snprintf(text + n, sizeof text - (size_t)n, "%s", end);
    say(key, octo_text(text));
}

static void say_sized(const char *key, octo_bytes path, const char *middle, const octo_pointer *pointer, const char *flags) {
    char end[80];
    snprintf(end, sizeof end, ":%llu%s", (unsigned long long)pointer->size, flags);
    say_pointer(key, path, middle, pointer, end);
}

static octo_status new_context(struct play *p) {
    static const char *levels[] = {"", "error", "warn", "info", "debug"};
    octo_context_options options = OCTO_CONTEXT_OPTIONS_INIT;
    struct named *named = name_it('c', step_text(p->step, "as"));
    octo_context *context = NULL;
    options.threads = step_number(p->step, "threads");
    options.memory = step_number(p->step, "memory");
    options.connections = step_number(p->step, "connections");
    for (uint32_t level = 1; level <= OCTO_LOG_DEBUG; level++)
        if (strcmp(step_text(p->step, "log"), levels[level]) == 0) options.log_level = level, options.on_log = on_log;
    options.log_user_data = named;
    octo_status status = octo_context_new(&options, &context, &p->err);
    named->handle = context;
    return status;
}

static octo_status keep_repo(struct play *p, octo_status status, octo_repo *repo) {
    if (status == OCTO_OK) name_it('r', step_text(p->step, "as"))->handle = repo;
    return status;
}

static octo_status make_repo(struct play *p) {
    octo_repo *repo = NULL;
    octo_init_options init = OCTO_INIT_OPTIONS_INIT;
    octo_clone_options clone = OCTO_CLONE_OPTIONS_INIT;
    octo_bytes url = step_get(p->step, "url"), dir = step_get(p->step, "dir");
    octo_status status;
    if (strcmp(p->step->verb, "repo.open") == 0) {
        status = CALL(octo_repo_open(p->context, p->path, &repo, &p->err),
                      octo_repo_open_start(p->context, p->path, &p->job, &p->task, &p->err), octo_task_take_repo(p->task, &repo, &p->err));
    } else if (strcmp(p->step->verb, "repo.init") == 0) {
        init.store = step_get(p->step, "store");
        init.program = step_get(p->step, "program");
        status = CALL(octo_repo_init(p->context, p->path, &init, &p->job, &repo, &p->err),
                      octo_repo_init_start(p->context, p->path, &init, &p->job, &p->task, &p->err),
                      octo_task_take_repo(p->task, &repo, &p->err));
    } else {
        clone.pattern_count = step_list(p->step, "pattern");
        clone.patterns = p->step->list;
        clone.data = clone.pattern_count > 0 ? OCTO_DATA_MATCHING : OCTO_DATA_ALL;
        if (strcmp(step_text(p->step, "data"), "none") == 0) clone.data = OCTO_DATA_NONE;
        clone.copy_to = step_get(p->step, "copy_to");
        clone.branch = step_get(p->step, "branch");
        clone.program = step_get(p->step, "program");
        status = CALL(octo_repo_clone(p->context, url, dir, &clone, &p->job, &repo, &p->err),
                      octo_repo_clone_start(p->context, url, dir, &clone, &p->job, &p->task, &p->err),
                      octo_task_take_repo(p->task, &repo, &p->err));
    }
    return keep_repo(p, status, repo);
}

static octo_status say_path(octo_status status, octo_path *path) {
    if (status == OCTO_OK) say("path", octo_path_bytes(path));
    octo_path_free(path);
    return status;
}

static octo_status say_strings(const char *key, octo_status status, octo_strings *strings) {
    for (size_t i = 0; i < octo_strings_count(strings); i++) say(key, octo_strings_get(strings, i));
    octo_strings_free(strings);
    return status;
}

static octo_status add(struct play *p) {
    octo_add_report *report = NULL;
    octo_add_totals totals = OCTO_ADD_TOTALS_INIT;
    octo_entry entry = OCTO_ENTRY_INIT;
    size_t count = step_list(p->step, "path");
    octo_status status = CALL(octo_repo_add(p->repo, p->step->list, count, &p->job, &report, &p->err),
                              octo_repo_add_start(p->repo, p->step->list, count, &p->job, &p->task, &p->err),
                              octo_task_take_add_report(p->task, &report, &p->err));
    if (status != OCTO_OK) return status;
    octo_add_report_totals(report, &totals);
    say_number("files", totals.files);
    say_number("unchanged", totals.unchanged);
    say_number("read_bytes", totals.read_bytes);
    say_number("new_bytes", totals.new_bytes);
    say_number("stored_bytes", totals.stored_bytes);
    for (size_t i = 0; octo_add_report_get(report, i, &entry) == OCTO_OK; i++) say_sized("file", entry.path, ":", &entry.pointer, "");
    octo_add_report_free(report);
    return OCTO_OK;
}

static octo_status states(struct play *p) {
    static const char *names[] = {"present", "pointer", "modified", "deleted", "untracked"};
    octo_status_list *files = NULL;
    octo_file_status file = OCTO_FILE_STATUS_INIT;
    octo_status status = CALL(octo_repo_status(p->repo, &p->job, &files, &p->err),
                              octo_repo_status_start(p->repo, &p->job, &p->task, &p->err),
                              octo_task_take_status_list(p->task, &files, &p->err));
    for (size_t i = 0; octo_status_list_get(files, i, &file) == OCTO_OK; i++) {
        char middle[40], flags[5] = {':', file.staged ? 's' : '-', file.cached ? 'c' : '-', file.pushed ? 'p' : '-', 0};
        snprintf(middle, sizeof middle, ":%s:", names[file.state]);
        if (file.has_pointer) say_sized("file", file.path, middle, &file.pointer, flags);
        else say_text("file", "%.*s%s-:0%s", (int)file.path.len, (const char *)file.path.data, middle, flags);
    }
    octo_status_list_free(files);
    return status;
}

static octo_status list(struct play *p) {
    octo_entry_list *entries = NULL;
    octo_entry entry = OCTO_ENTRY_INIT;
    octo_status status = octo_repo_ls(p->repo, p->rev, step_get(p->step, "prefix"), &entries, &p->err);
    for (size_t i = 0; octo_entry_list_get(entries, i, &entry) == OCTO_OK; i++) say_sized("file", entry.path, ":", &entry.pointer, "");
    octo_entry_list_free(entries);
    return status;
}

static octo_status history(struct play *p) {
    octo_log_list *changes = NULL;
    octo_log_entry c = OCTO_LOG_ENTRY_INIT;
    octo_status status = octo_repo_log(p->repo, p->path, step_number(p->step, "limit"), &changes, &p->err);
    for (size_t i = 0; octo_log_list_get(changes, i, &c) == OCTO_OK; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%zu:%.*s:%lld:%.*s:", c.commit.len, (int)c.author.len, (const char *)c.author.data,
                 (long long)c.time, (int)c.subject.len, (const char *)c.subject.data);
        if (c.has_pointer) say_pointer("change", octo_text(text), "", &c.pointer, "");
        else say_text("change", "%s-", text);
    }
    octo_log_list_free(changes);
    return status;
}

static octo_status resolve(struct play *p) {
    octo_resolved *resolved = NULL;
    octo_pointer pointer;
    octo_range range = OCTO_RANGE_INIT;
    uint64_t bytes = 0;
    octo_status status = octo_repo_resolve(p->repo, p->rev, p->path, &resolved, &p->err);
    if (status != OCTO_OK) return status;
    octo_resolved_pointer(resolved, &pointer);
    say("path", p->path);
    say_pointer("oid", octo_text(""), "", &pointer, "");
    say_number("size", pointer.size);
    octo_bytes local = octo_resolved_local(resolved), store = octo_resolved_store(resolved);
    say("local", local.len > 0 ? local : octo_text("-"));
    say("store", store.len > 0 ? store : octo_text("-"));
    say_number("ranges", octo_resolved_range_count(resolved));
    for (size_t i = 0; octo_resolved_range_get(resolved, i, &range) == OCTO_OK; i++) bytes += range.length;
    say_number("bytes", bytes);
    octo_resolved_free(resolved);
    return OCTO_OK;
}

static octo_status push(struct play *p) {
    octo_push_options options = OCTO_PUSH_OPTIONS_INIT;
    octo_push_report r = OCTO_PUSH_REPORT_INIT;
    options.remote = step_get(p->step, "remote");
    options.all = (uint32_t)step_number(p->step, "all");
    octo_status status = CALL(octo_repo_push(p->repo, &options, &p->job, &r, &p->err),
                              octo_repo_push_start(p->repo, &options, &p->job, &p->task, &p->err),
                              octo_task_take_push_report(p->task, &r, &p->err));
    say_number("files", r.files);
    say_number("packs", r.packs);
    say_number("reused_bytes", r.reused_bytes);
    say_flag("uploaded", r.uploaded_bytes > 0);
    return status;
}

static octo_status bring(struct play *p) {
    octo_pull_report r = OCTO_PULL_REPORT_INIT;
    octo_strings *kept = NULL;
    octo_pull_options with = OCTO_PULL_OPTIONS_INIT;
    octo_bytes patterns[MANY];
    size_t count = step_list(p->step, "path");
    octo_status status;
    memcpy(patterns, p->step->list, sizeof patterns);
    with.patterns = patterns;
    with.pattern_count = count;
    with.only_count = step_list(p->step, "only");
    with.only = p->step->list;
    if (with.only_count > 0 && strcmp(p->step->verb, "repo.pull") == 0)
        status = CALL(octo_repo_pull_with(p->repo, &with, &p->job, &r, &kept, &p->err),
                      octo_repo_pull_with_start(p->repo, &with, &p->job, &p->task, &p->err),
                      octo_task_take_pull_report(p->task, &r, &kept, &p->err));
    else if (with.only_count > 0)
        status = CALL(octo_repo_fetch_with(p->repo, &with, &p->job, &r, &kept, &p->err),
                      octo_repo_fetch_with_start(p->repo, &with, &p->job, &p->task, &p->err),
                      octo_task_take_pull_report(p->task, &r, &kept, &p->err));
    else if (strcmp(p->step->verb, "repo.pull") == 0)
        status = CALL(octo_repo_pull(p->repo, patterns, count, &p->job, &r, &kept, &p->err),
                      octo_repo_pull_start(p->repo, patterns, count, &p->job, &p->task, &p->err),
                      octo_task_take_pull_report(p->task, &r, &kept, &p->err));
    else
        status = CALL(octo_repo_fetch(p->repo, patterns, count, &p->job, &r, &kept, &p->err),
                      octo_repo_fetch_start(p->repo, patterns, count, &p->job, &p->task, &p->err),
                      octo_task_take_pull_report(p->task, &r, &kept, &p->err));
    say_number("files", r.files);
    say_number("bytes", r.bytes);
    say_flag("downloaded", r.downloaded_bytes > 0);
    return say_strings("kept", status, kept);
}

static octo_status drop(struct play *p) {
    octo_drop_report r = OCTO_DROP_REPORT_INIT;
    size_t count = step_list(p->step, "path");
    octo_status status = CALL(octo_repo_drop(p->repo, p->step->list, count, &p->job, &r, &p->err),
                              octo_repo_drop_start(p->repo, p->step->list, count, &p->job, &p->task, &p->err),
                              octo_task_take_drop_report(p->task, &r, &p->err));
    say_number("files", r.files);
    say_flag("freed", r.freed_bytes > 0);
    return status;
}

static octo_status fsck(struct play *p) {
    octo_fsck_options options = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_report *report = NULL;
    octo_fsck_totals totals = OCTO_FSCK_TOTALS_INIT;
    octo_problem problem = OCTO_PROBLEM_INIT;
    options.store = (uint32_t)step_number(p->step, "store");
    octo_status status = CALL(octo_repo_fsck(p->repo, &options, &p->job, &report, &p->err),
                              octo_repo_fsck_start(p->repo, &options, &p->job, &p->task, &p->err),
                              octo_task_take_fsck_report(p->task, &report, &p->err));
    if (status != OCTO_OK) return status;
    octo_fsck_report_totals(report, &totals);
    say_number("files", totals.files);
    say_number("packs", totals.packs);
    for (size_t i = 0; octo_fsck_report_problem_get(report, i, &problem) == OCTO_OK; i++)
        say("problem", octo_text(octo_status_name(problem.code)));
    octo_fsck_report_free(report);
    return OCTO_OK;
}

static octo_status say_store(octo_status status, octo_store_info *store) {
    static const char *honoured[] = {"false", "true", "unknown"};
    if (status != OCTO_OK) return status;
    if (store == NULL) {
        say_flag("none", true);
        return OCTO_OK;
    }
    say("url", octo_store_info_url(store));
    say_flag("local_only", octo_store_info_local_only(store));
    say_flag("accepted", octo_store_info_accepted(store));
    say("conditional_writes", octo_text(honoured[octo_store_info_conditional_writes(store)]));
    octo_store_info_free(store);
    return OCTO_OK;
}

static octo_status set_store(struct play *p) {
    octo_store_info *store = NULL;
    octo_bytes url = step_get(p->step, "url");
    octo_status status = CALL(octo_repo_set_store(p->repo, url, &p->job, &p->err),
                              octo_repo_set_store_start(p->repo, url, &p->job, &p->task, &p->err),
                              octo_task_take_store_info(p->task, &store, &p->err));
    if (status == OCTO_OK && !p->later) status = octo_repo_store(p->repo, &store, &p->err);
    return say_store(status, store);
}

static octo_status copy_store(struct play *p) {
    octo_copy_report r = OCTO_COPY_REPORT_INIT;
    octo_bytes url = step_get(p->step, "url");
    octo_status status = CALL(octo_repo_copy_store(p->repo, url, &p->job, &r, &p->err),
                              octo_repo_copy_store_start(p->repo, url, &p->job, &p->task, &p->err),
                              octo_task_take_copy_report(p->task, &r, &p->err));
    say_number("packs", r.packs);
    say_flag("copied", r.bytes > 0);
    return status;
}

static octo_status open_file(struct play *p) {
    octo_file *file = NULL;
    octo_status status = octo_repo_open_file(p->repo, p->rev, p->path, &file, &p->err);
    if (status == OCTO_OK) name_it('f', step_text(p->step, "as"))->handle = file;
    return status;
}

static octo_status read_file(struct play *p) {
    octo_file *file = handle('f', step_text(p->step, "file"));
    size_t len = step_number(p->step, "count"), done = 0;
    uint8_t *buffer = malloc(len + 1);
    uint64_t fnv = 0xcbf29ce484222325;
    octo_status status = octo_file_read_at(file, step_number(p->step, "offset"), buffer, len, &done, &p->err);
    for (size_t i = 0; i < done; i++) fnv = (fnv ^ buffer[i]) * 0x100000001b3;
    free(buffer);
    say_number("count", done);
    say_text("fnv", "%016llx", (unsigned long long)fnv);
    return status;
}

/* The sum of a column of int64, without its nulls. */
static int64_t sum_of(const struct ArrowSchema *schema, const struct ArrowArray *column) {
    int64_t sum = 0;
    if (strcmp(schema->format, "l") != 0) return 0;
    const uint8_t *valid = column->buffers[0];
    const int64_t *values = column->buffers[1];
    for (int64_t i = column->offset; i < column->offset + column->length; i++)
        if (valid == NULL || (valid[i / 8] >> (i % 8) & 1)) sum += values[i];
    return sum;
}

/* Reads a stream to its end and releases it. */
static octo_status say_rows(struct play *p, struct ArrowArrayStream *stream, bool columns) {
    struct ArrowSchema schema;
    struct ArrowArray batch;
    uint64_t rows = 0, batches = 0;
    int64_t sum = 0;
    char names[1000] = "";
    octo_status status = OCTO_OK;
    if (stream->get_schema(stream, &schema) != 0) status = octo_rows_error(stream, &p->err);
    for (int64_t i = 0; status == OCTO_OK && i < schema.n_children; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? "," : "", schema.children[i]->name);
    while (status == OCTO_OK) {
        if (stream->get_next(stream, &batch) != 0) {
            status = octo_rows_error(stream, &p->err);
            break;
        }
        if (batch.release == NULL) break;
        rows += (uint64_t)batch.length;
        batches++;
        sum += sum_of(schema.children[0], batch.children[0]);
        batch.release(&batch);
    }
    schema.release(&schema);
    stream->release(stream);
    say_number("rows", rows);
    say_number("batches", batches);
    if (columns) say_text("columns", "%s", names), say_text("sum", "%lld", (long long)sum);
    return status;
}

static octo_status read_rows(struct play *p, struct ArrowArrayStream *stream, const octo_read_options *options) {
    return CALL(octo_repo_read_rows(p->repo, p->rev, p->path, options, &p->job, stream, &p->err),
                octo_repo_read_rows_start(p->repo, p->rev, p->path, options, &p->job, &p->task, &p->err),
                octo_task_take_rows(p->task, stream, &p->err));
}

static octo_status rows(struct play *p) {
    octo_read_options options = OCTO_READ_OPTIONS_INIT;
    struct ArrowArrayStream stream;
    options.column_count = step_list(p->step, "column");
    options.columns = p->step->list;
    options.limit = step_number(p->step, "limit");
    options.batch_rows = step_number(p->step, "batch_rows");
    options.split = step_get(p->step, "split");
    options.sample = step_get(p->step, "sample");
    options.selection = step_get(p->step, "selection");
    options.on_error = step_get(p->step, "on_error");
    octo_status status = read_rows(p, &stream, &options);
    return status == OCTO_OK ? say_rows(p, &stream, true) : status;
}

static octo_status new_table(struct play *p) {
    struct ArrowArrayStream stream;
    octo_table *table = NULL;
    octo_status status = read_rows(p, &stream, NULL);
    if (status == OCTO_OK) status = octo_table_import(&stream, &table, &p->err);
    if (status != OCTO_OK) return status;
    say_number("rows", octo_table_rows(table));
    say_number("columns", octo_table_columns(table));
    name_it('t', step_text(p->step, "as"))->handle = table;
    return OCTO_OK;
}

static octo_status read_table(struct play *p) {
    struct ArrowArrayStream stream;
    octo_status status = octo_table_export(handle('t', step_text(p->step, "table")), &stream, &p->err);
    return status == OCTO_OK ? say_rows(p, &stream, false) : status;
}

static octo_status write_rows(struct play *p) {
    octo_write_report r = OCTO_WRITE_REPORT_INIT;
    struct ArrowArrayStream stream;
    octo_status status = octo_table_export(handle('t', step_text(p->step, "table")), &stream, &p->err);
    if (status == OCTO_OK)
        status = CALL(octo_repo_write_rows(p->repo, p->path, &stream, &p->job, &r, &p->err),
                      octo_repo_write_rows_start(p->repo, p->path, &stream, &p->job, &p->task, &p->err),
                      octo_task_take_write_report(p->task, &r, &p->err));
    say_number("rows", r.rows);
    say_number("bytes", r.bytes);
    return status;
}

/* git.filter_process writes to standard output, which is ours. */
static octo_status filter_process(struct play *p) {
    fflush(stdout);
    int ours = dup(1), none = open("/dev/null", O_WRONLY);
    dup2(none, 1);
    octo_status status = octo_filter_process(p->context, &p->job, &p->err);
    dup2(ours, 1);
    close(ours);
    close(none);
    return status;
}

static octo_status run_hook(struct play *p) {
    size_t count = step_list(p->step, "arg");
    return octo_run_hook(p->context, step_get(p->step, "name"), p->step->list, count, &p->job, &p->err);
}

static octo_status path_from(struct play *p) {
    octo_path *path = NULL;
    octo_status status = octo_repo_path_from(p->repo, step_get(p->step, "argument"), &path, &p->err);
    return say_path(status, path);
}

static octo_status work_dir(struct play *p) {
    octo_path *path = NULL;
    octo_status status = octo_repo_work_dir(p->repo, &path, &p->err);
    return say_path(status, path);
}

static octo_status track(struct play *p) {
    octo_strings *fresh = NULL;
    size_t count = step_list(p->step, "pattern");
    octo_status status = octo_repo_track(p->repo, p->step->list, count, &fresh, &p->err);
    return say_strings("pattern", status, fresh);
}

static octo_status untrack(struct play *p) {
    octo_strings *gone = NULL;
    size_t count = step_list(p->step, "pattern");
    octo_status status = octo_repo_untrack(p->repo, p->step->list, count, &gone, &p->err);
    return say_strings("pattern", status, gone);
}

static octo_status store(struct play *p) {
    octo_store_info *info = NULL;
    octo_status status = octo_repo_store(p->repo, &info, &p->err);
    return say_store(status, info);
}

static octo_status accept_store(struct play *p) { return octo_repo_accept_store(p->repo, step_get(p->step, "url"), &p->err); }

static octo_status document(struct play *p) { return play_document(p->repo, p->step, &p->job, p->later, &p->err); }

static const char *dir_of_all;

static octo_status shell(struct play *p) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int none = open("/dev/null", O_RDWR);
        dup2(none, 0), dup2(none, 1), dup2(none, 2);
        if (chdir(dir_of_all) != 0) _exit(126);
        execl("/bin/sh", "sh", "-c", step_text(p->step, "cmd"), (char *)NULL);
        _exit(127);
    }
    int status = -1;
    waitpid(child, &status, 0);
    say_text("status", "%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return OCTO_OK;
}

static octo_status version(struct play *p) {
    (void)p;
    say("version", octo_text(octo_version()));
    return OCTO_OK;
}

static octo_status has_feature(struct play *p) {
    say_flag("yes", octo_has_feature(step_get(p->step, "name")));
    return OCTO_OK;
}

static octo_status codes(struct play *p) {
    char text[4000] = "";
    (void)p;
    for (size_t i = 0; i < octo_status_count(); i++) {
        octo_status code = octo_status_at(i);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d:%s", i > 0 ? "," : "", (int)code, octo_status_name(code));
    }
    say("list", octo_text(text));
    return OCTO_OK;
}

static octo_status logged(struct play *p) {
    struct named *context = find('c', step_text(p->step, "context"));
    say_flag("heard", context != NULL && context->heard);
    return OCTO_OK;
}

static octo_status file_len(struct play *p) {
    say_number("size", octo_file_len(handle('f', step_text(p->step, "file"))));
    return OCTO_OK;
}

static const struct {
    const char *name;
    octo_status (*play)(struct play *p);
} verbs[] = {
    {"sh", shell}, {"version", version}, {"has_feature", has_feature}, {"codes", codes}, {"context.new", new_context},
    {"context.logged", logged}, {"repo.open", make_repo}, {"repo.init", make_repo}, {"repo.clone", make_repo},
    {"repo.work_dir", work_dir}, {"repo.path_from", path_from}, {"repo.track", track}, {"repo.untrack", untrack},
    {"repo.add", add}, {"repo.status", states}, {"repo.ls", list}, {"repo.log", history}, {"repo.open_file", open_file},
    {"file.len", file_len}, {"file.read_at", read_file}, {"repo.resolve", resolve}, {"repo.push", push}, {"repo.fetch", bring},
    {"repo.pull", bring}, {"repo.drop", drop}, {"repo.fsck", fsck}, {"repo.store", store}, {"repo.set_store", set_store},
    {"repo.accept_store", accept_store}, {"repo.copy_store", copy_store}, {"repo.read_rows", rows}, {"repo.write_rows", write_rows},
    {"table.new", new_table}, {"table.reader", read_table}, {"git.filter_process", filter_process}, {"git.run_hook", run_hook},
    {"repo.import", document}, {"repo.profile", document}, {"repo.schema", document}, {"repo.validate", document},
    {"repo.sample", document}, {"repo.split", document}, {"repo.examples", document}, {"repo.features", document},
    {"repo.view", document}, {"repo.diff_stats", document},
};

static void play(struct step *step, int number) {
    struct listener listener = {false, strcmp(step_text(step, "cancel"), "tick") == 0, octo_cancel_new()};
    struct play p = {0};
    octo_status status = OCTO_INTERNAL;
    p.step = step;
    p.job = (octo_job)OCTO_JOB_INIT;
    p.context = handle('c', step_text(step, "context"));
    p.repo = handle('r', step_text(step, "repo"));
    p.rev = step_get(step, "rev");
    p.path = step_get(step, "path");
    p.later = step_number(step, "async") == 1;
    p.job.user_data = &listener;
    p.job.cancel = listener.cancel;
    bool progress = step_number(step, "progress") == 1;
    if (progress || listener.at_tick) p.job.on_progress = on_progress;
    if (strcmp(step_text(step, "cancel"), "before") == 0) octo_cancel_cancel(listener.cancel);
    say_begin(number, step->verb, dir_of_all);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, step->verb) == 0) status = verbs[i].play(&p);
    octo_task_free(p.task);
    octo_cancel_free(listener.cancel);
    if (status != OCTO_OK) say_error(p.err);
    if (progress) say_flag("progress", listener.heard);
    say_end();
}

int main(int argc, char **argv) {
    static char line[16384];
    int number = 0;
    if (argc != 3) return 2;
    FILE *scenario = fopen(argv[1], "r");
    if (scenario == NULL) return 2;
    dir_of_all = argv[2];
    while (fgets(line, sizeof line, scenario) != NULL) {
        struct step step;
        if (line[0] == '#' || line[0] == '\n') continue;
        step_parse(&step, line, argv[2]);
        play(&step, ++number);
        step_free(&step);
    }
    fclose(scenario);
    for (size_t i = 0; i < 200; i++)
        if (all[i].kind != 0) free_named(&all[i]);
    return 0;
}
