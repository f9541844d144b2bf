/* The calls of ../rust/embedding.rs in C, with the same arguments and the same lines. */
#define _POSIX_C_SOURCE 200809L
#include <octostore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SMALL = 64, AROUND = 64 * 1024, CALLS = 2000000, READS = 200000, TABLES = 100 };

typedef struct {
    octo_file *file;
    octo_table *table;
    uint8_t *whole;
    uint64_t size;
} bench;

typedef bool (*work)(bench *b, unsigned n);

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(bool good, const char *what, octo_error *err) {
    octo_bytes message = octo_error_message(err);
    if (good) return;
    fprintf(stderr, "%s: %.*s\n", what, (int)message.len, (const char *)message.data);
    exit(1);
}

/* Each work has a loop of its own, made by this: a call by a pointer would be timed with what it calls. */
#define TIMED(name, times, expression)                                                              \
    do {                                                                                            \
        double wall_ = seconds(CLOCK_MONOTONIC), cpu_ = seconds(CLOCK_PROCESS_CPUTIME_ID);          \
        unsigned n, bad_ = 0;                                                                       \
        for (n = 0; n < (times); n++) bad_ += !(expression);                                        \
        check(bad_ == 0, name, NULL);                                                               \
        printf("%s %.12f %.12f\n", name, (seconds(CLOCK_MONOTONIC) - wall_) / (times),              \
               (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_) / (times));                               \
    } while (0)

static bool read_range(bench *b, uint64_t offset, void *into, size_t size) {
    size_t done = 0;
    return octo_file_read_at(b->file, offset, into, size, &done, NULL) == OCTO_OK && done == size;
}

static bool fresh(bench *b) {
    void *whole = calloc(1, b->size);
    bool good = whole != NULL && read_range(b, 0, whole, b->size);
    free(whole);
    return good;
}

/* What a program does that takes a table over: the schema and all batches. */
static bool table_out(bench *b) {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    bool good = octo_table_export(b->table, &stream, NULL) == OCTO_OK && stream.get_schema(&stream, &schema) == 0;
    if (!good) return false;
    schema.release(&schema);
    while ((good = stream.get_next(&stream, &array) == 0) && array.release) array.release(&array);
    stream.release(&stream);
    return good;
}

static bool table_in(bench *b) {
    struct ArrowArrayStream stream;
    octo_table *again = NULL;
    bool good = octo_table_export(b->table, &stream, NULL) == OCTO_OK && octo_table_import(&stream, &again, NULL) == OCTO_OK;
    octo_table_free(again);
    return good;
}

static void measure(bench *b, char what, int repeats) {
    uint8_t small[SMALL];
    int i;
    if (what == 'r') memset(b->whole = malloc(b->size), 1, b->size);
    for (i = 0; i < repeats; i++) {
        if (what == 'c') TIMED("len", CALLS, octo_file_len(b->file) != 0);
        if (what == 'c') TIMED("version", CALLS, octo_version() != NULL);
        if (what == 's') TIMED("small", READS, read_range(b, b->size / 2 + (uint64_t)n * SMALL % AROUND, small, SMALL));
        if (what == 'r') TIMED("range", 1, read_range(b, 0, b->whole, b->size));
        if (what == 't') TIMED("table_out", TABLES, table_out(b));
        if (what == 't') TIMED("table_in", TABLES, table_in(b));
    }
    free(b->whole);
    for (i = 0; what == 'r' && i < repeats; i++) TIMED("fresh", 1, fresh(b));
}

static void peak(void) {
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) printf("peak %ld\n", strtol(line + 6, NULL, 10));
    if (f) fclose(f);
}

int main(int argc, char **argv) {
    bench b;
    octo_context *context = NULL;
    octo_repo *repo = NULL;
    octo_error *err = NULL;
    if (argc != 5) return 2;
    memset(&b, 0, sizeof b);
    check(octo_context_new(NULL, &context, &err) == OCTO_OK, "context", err);
    check(octo_repo_open(context, octo_text(argv[2]), &repo, &err) == OCTO_OK, "open", err);
    if (argv[1][0] == 't') {
        struct ArrowArrayStream rows;
        check(octo_repo_read_rows(repo, octo_text("HEAD"), octo_text(argv[3]), NULL, NULL, &rows, &err) == OCTO_OK, "rows", err);
        check(octo_table_import(&rows, &b.table, &err) == OCTO_OK, "import", err);
    } else {
        check(octo_repo_open_file(repo, octo_text("HEAD"), octo_text(argv[3]), &b.file, &err) == OCTO_OK, "file", err);
        b.size = octo_file_len(b.file);
    }
    measure(&b, argv[1][0], atoi(argv[4]));
    peak();
    octo_table_free(b.table);
    octo_file_free(b.file);
    octo_repo_free(repo);
    octo_context_free(context);
    return 0;
}
