/* Tables in and out without a copy: buffers keep their addresses, and each release is called once.
 * Usage: tables FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <time.h>

#define ROWS 1000000

static int64_t *numbers;
static int streams_released, arrays_released, schemas_released, given;

static void release_array(struct ArrowArray *array) {
    arrays_released++;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema) {
    schemas_released++;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    (void)stream;
    struct ArrowSchema *child = calloc(1, sizeof *child);
    child->format = "l", child->name = "n", child->release = release_schema;
    memset(out, 0, sizeof *out);
    out->format = "+s", out->name = "", out->n_children = 1, out->release = release_schema;
    out->children = malloc(sizeof(void *));
    out->children[0] = child;
    return 0;
}

/* Two batches, the halves of `numbers`. */
static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    (void)stream;
    memset(out, 0, sizeof *out);
    if (given == 2) return 0;
    struct ArrowArray *child = calloc(1, sizeof *child);
    child->length = ROWS / 2, child->n_buffers = 2, child->release = release_array;
    child->buffers = malloc(2 * sizeof(void *));
    child->buffers[0] = NULL;
    child->buffers[1] = numbers + (size_t)given * (ROWS / 2);
    out->length = ROWS / 2, out->n_buffers = 1, out->n_children = 1, out->release = release_array;
    out->buffers = calloc(1, sizeof(void *));
    out->children = malloc(sizeof(void *));
    out->children[0] = child;
    given++;
    return 0;
}

static int fail_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    (void)stream, (void)out;
    return 5;
}

static const char *last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "the caller's own trouble";
}

static void release_stream(struct ArrowArrayStream *stream) {
    streams_released++;
    stream->release = NULL;
}

static struct ArrowArrayStream ours(void) {
    struct ArrowArrayStream stream = {get_schema, get_next, last_error, release_stream, NULL};
    given = streams_released = arrays_released = schemas_released = 0;
    return stream;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* In and out again: the same addresses. */
static void cross(void) {
    octo_error *err = NULL;
    octo_table *table = NULL;
    struct ArrowArrayStream in = ours(), out;
    struct ArrowArray array;
    struct ArrowSchema schema;
    double from = now();
    must(octo_table_import(&in, &table, &err), err, "import");
    double imported = now();
    CHECK(in.release == NULL && in.private_data == NULL, "the stream was taken over");
    CHECK(octo_table_rows(table) == ROWS && octo_table_columns(table) == 1, "rows and columns");
    double before = now();
    must(octo_table_export(table, &out, &err), err, "export");
    octo_table_free(table);
    CHECK(out.get_schema(&out, &schema) == 0 && strcmp(schema.children[0]->name, "n") == 0, "the schema");
    schema.release(&schema);
    for (size_t batch = 0; batch < 2; batch++) {
        CHECK(out.get_next(&out, &array) == 0 && array.release != NULL && array.length == ROWS / 2, "a batch");
        const int64_t *values = array.children[0]->buffers[1];
        CHECK(values + array.children[0]->offset == numbers + batch * (ROWS / 2), "the buffer is ours, where it was");
        array.release(&array);
    }
    CHECK(out.get_next(&out, &array) == 0 && array.release == NULL, "the end");
    out.release(&out);
    double after = now();
    printf("| a table of 1 M rows into the library | %.0f us |\n| and out of it | %.0f us |\n", imported - from, after - before);
    /* Each batch and its column, the schema and its column: once. */
    CHECK(streams_released == 1 && arrays_released == 4 && schemas_released == 2, "each release was called once");
}

static void broken_streams(void) {
    octo_error *err = NULL;
    octo_table *table = NULL;
    struct ArrowArrayStream in = ours();
    in.get_next = fail_next;
    octo_status status = octo_table_import(&in, &table, &err);
    octo_bytes message = octo_error_message(err);
    CHECK(status == OCTO_INVALID_DATA && table == NULL && in.release == NULL && streams_released == 1, "a stream that fails");
    CHECK(message.len > 20, "says why");
    printf("as it should be: %.*s\n", (int)message.len, (const char *)message.data);
    octo_error_free(err);
    CHECK(octo_table_import(&in, &table, NULL) == OCTO_INVALID_ARGUMENT, "a stream that was taken over");
    CHECK(octo_table_import(NULL, &table, NULL) == OCTO_INVALID_ARGUMENT, "no stream");
    in = ours();
    CHECK(octo_table_import(&in, NULL, NULL) == OCTO_INVALID_ARGUMENT && in.release != NULL, "a refused argument leaves it alone");
    CHECK(octo_repo_write_rows(NULL, octo_text("data/t.parquet"), &in, NULL, NULL, NULL) == OCTO_INVALID_ARGUMENT, "no repository");
    CHECK(in.release != NULL && streams_released == 0, "and again");
    in.release(&in);
}

static octo_table *read_table(octo_repo *repo, const char *rev, const char *path, const octo_read_options *options) {
    octo_error *err = NULL;
    octo_table *table = NULL;
    struct ArrowArrayStream rows;
    must(octo_repo_read_rows(repo, octo_text(rev), octo_text(path), options, NULL, &rows, &err), err, path);
    must(octo_table_import(&rows, &table, &err), err, "import");
    return table;
}

static void files(octo_repo *repo, const char *folder) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_write_report written = OCTO_WRITE_REPORT_INIT;
    octo_read_options options = OCTO_READ_OPTIONS_INIT;
    octo_bytes column = octo_text("n");
    octo_add_report *added = NULL;
    struct ArrowArrayStream in = ours(), out;
    must(octo_repo_write_rows(repo, octo_text("data/t.parquet"), &in, NULL, &written, &err), err, "write_rows");
    CHECK(written.rows == ROWS && written.bytes > 0 && in.release == NULL && streams_released == 1, "all rows");
    in = ours();
    must(octo_repo_write_rows_start(repo, octo_text("data/t.csv"), &in, NULL, &task, &err), err, "write_rows_start");
    CHECK(in.release == NULL, "the stream was taken over at once");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    must(octo_task_take_write_report(task, &written, &err), err, "write_rows");
    CHECK(written.rows == ROWS && streams_released == 1, "all rows");
    octo_task_free(task);
    must(octo_repo_add(repo, NULL, 0, NULL, &added, &err), err, "add");
    octo_add_report_free(added);
    sh(folder, "git commit -qm tables");
    octo_table *all = read_table(repo, "HEAD", "data/t.csv", NULL);
    CHECK(octo_table_rows(all) == ROWS && octo_table_columns(all) == 1, "every row came back");
    octo_table_free(all);
    options.limit = 1000, options.batch_rows = 300, options.columns = &column, options.column_count = 1;
    octo_table *some = read_table(repo, "HEAD", "data/t.parquet", &options);
    CHECK(octo_table_rows(some) == 1000, "as many as were wanted");
    octo_table_free(some);
    must(octo_repo_read_rows_start(repo, octo_text(""), octo_text("data/t.parquet"), &options, NULL, &task, &err), err, "read_rows_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    must(octo_task_take_rows(task, &out, &err), err, "read_rows");
    octo_task_free(task);
    struct ArrowArray array;
    CHECK(out.get_next(&out, &array) == 0 && array.length == 300, "a stream outlives its task");
    const int64_t *values = array.children[0]->buffers[1];
    CHECK(values[array.children[0]->offset + 7] == numbers[7], "and has the values");
    array.release(&array);
    out.release(&out);
    must(octo_repo_read_rows_start(repo, octo_text(""), octo_text("data/t.csv"), NULL, NULL, &task, &err), err, "read_rows_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    /* A leak checker sees whether a stream that nobody takes goes with its task. */
    octo_task_free(task);
    column = octo_text("no such column");
    CHECK(octo_repo_read_rows(repo, octo_text("HEAD"), octo_text("data/t.parquet"), &options, NULL, &out, &err) != OCTO_OK, "no such column");
    octo_error_free(err);
}

/* Cancelling reaches a stream that is being read, and its callbacks end with it. */
static void cancel(octo_repo *repo) {
    octo_job job = OCTO_JOB_INIT;
    octo_read_options options = OCTO_READ_OPTIONS_INIT;
    struct ArrowArrayStream rows;
    struct ArrowArray array;
    options.batch_rows = 1000;
    job.cancel = octo_cancel_new();
    must(octo_repo_read_rows(repo, octo_text("HEAD"), octo_text("data/t.parquet"), &options, &job, &rows, NULL), NULL, "read_rows");
    CHECK(rows.get_next(&rows, &array) == 0 && array.length == 1000, "a batch");
    array.release(&array);
    octo_cancel_cancel(job.cancel);
    octo_cancel_free(job.cancel);
    CHECK(rows.get_next(&rows, &array) != 0, "no batch after cancelling");
    const char *why = rows.get_last_error(&rows);
    CHECK(why != NULL && strstr(why, "cancelled") != NULL, "and why");
    rows.release(&rows);
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    CHECK(argc == 2, "usage: tables FOLDER");
    numbers = malloc(ROWS * sizeof *numbers);
    for (int64_t i = 0; i < ROWS; i++) numbers[i] = i * i;
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    cross();
    broken_streams();
    files(repo, argv[1]);
    cancel(repo);
    octo_repo_free(repo);
    octo_context_free(context);
    free(numbers);
    printf("%d checks passed\n", checks);
    return 0;
}
