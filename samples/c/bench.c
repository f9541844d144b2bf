/*
 * Times octostore as a program sees it that links it: opening, status, history, range reads, adding.
 *
 *     bench REPOSITORY FILE [ROUNDS]
 *
 * FILE is a tracked file, relative to the top of the repository. `add` is timed with a file bench.<extension of FILE> beside it,
 * which is new in each round and is left in the index: give it a clone that may change.
 */
#define _POSIX_C_SOURCE 200809L
#include <octostore.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SMALL ((size_t)64 * 1024)
#define LARGE ((size_t)1024 * 1024)
#define ADDED ((size_t)4 * 1024 * 1024)
#define MOST_ROUNDS 1000

/* What the timed calls work on. */
typedef struct {
    octo_context *context;
    octo_repo *repo;
    octo_file *file;
    octo_bytes folder, path;
    char added[1024], added_at[4096];
    uint8_t *buffer;
    uint64_t seed;
} bench;

/* A timed call: how often, and what it moves in a round. */
typedef octo_status (*work)(bench *b, octo_error **err);
typedef struct {
    const char *name;
    work run;
    work prepare; /* not timed; may be NULL */
    size_t bytes;
} measure;

static octo_bytes text(const char *s) {
    octo_bytes b;
    b.data = (const uint8_t *)s;
    b.len = strlen(s);
    return b;
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t draw(bench *b) {
    b->seed = b->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return b->seed >> 16;
}

static octo_status open_repo(bench *b, octo_error **err) {
    octo_repo *repo = NULL;
    octo_status status = octo_repo_open(b->context, b->folder, &repo, err);
    octo_repo_free(repo);
    return status;
}

static octo_status status_of_all(bench *b, octo_error **err) {
    octo_status_list *list = NULL;
    octo_status status = octo_repo_status(b->repo, NULL, &list, err);
    octo_status_list_free(list);
    return status;
}

static octo_status list_head(bench *b, octo_error **err) {
    octo_entry_list *list = NULL;
    octo_status status = octo_repo_ls(b->repo, text("HEAD"), text(""), &list, err);
    octo_entry_list_free(list);
    return status;
}

static octo_status history(bench *b, octo_error **err) {
    octo_log_list *list = NULL;
    octo_status status = octo_repo_log(b->repo, b->path, 0, &list, err);
    octo_log_list_free(list);
    return status;
}

static octo_status open_file(bench *b, octo_error **err) {
    octo_file *file = NULL;
    octo_status status = octo_repo_open_file(b->repo, text("HEAD"), b->path, &file, err);
    octo_file_free(file);
    return status;
}

static octo_status read_range(bench *b, size_t len, octo_error **err) {
    uint64_t size = octo_file_len(b->file);
    uint64_t offset = size > len ? draw(b) % (size - len) : 0;
    size_t done = 0;
    return octo_file_read_at(b->file, offset, b->buffer, len, &done, err);
}

static octo_status read_small(bench *b, octo_error **err) { return read_range(b, SMALL, err); }
static octo_status read_large(bench *b, octo_error **err) { return read_range(b, LARGE, err); }
static octo_status file_size(bench *b, octo_error **err) {
    (void)err;
    return octo_file_len(b->file) == 0 ? OCTO_INTERNAL : OCTO_OK;
}

static octo_status write_new(bench *b, octo_error **err) {
    size_t n;
    FILE *f = fopen(b->added_at, "wb");
    (void)err;
    for (n = 0; n + 8 <= ADDED; n += 8) {
        uint64_t word = draw(b);
        memcpy(b->buffer + n, &word, 8);
    }
    if (f == NULL || fwrite(b->buffer, 1, ADDED, f) != ADDED || fclose(f) != 0) {
        perror(b->added_at);
        return OCTO_IO;
    }
    return OCTO_OK;
}

static octo_status add(bench *b, octo_error **err) {
    octo_add_report *report = NULL;
    octo_bytes path = text(b->added);
    octo_status status = octo_repo_add(b->repo, &path, 1, NULL, &report, err);
    octo_add_report_free(report);
    return status;
}

static const measure MEASURES[] = {
    {"octo_repo_open", open_repo, NULL, 0},
    {"octo_repo_status", status_of_all, NULL, 0},
    {"octo_repo_ls", list_head, NULL, 0},
    {"octo_repo_log", history, NULL, 0},
    {"octo_repo_open_file", open_file, NULL, 0},
    {"octo_file_len", file_size, NULL, 0},
    {"octo_file_read_at 64 KiB", read_small, NULL, SMALL},
    {"octo_file_read_at 1 MiB", read_large, NULL, LARGE},
    {"octo_repo_add 4 MiB", add, write_new, ADDED},
};

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, octo_status status, const octo_error *err) {
    octo_bytes message = octo_error_message(err), hint = octo_error_hint(err);
    fprintf(stderr, "%s: %s: %.*s\n%.*s\n", what, octo_status_name(status), (int)message.len, (const char *)message.data,
            (int)hint.len, (const char *)hint.data);
}

/* One line of the table; false if a call failed. */
static bool time_it(bench *b, const measure *m, int rounds) {
    double wall[MOST_ROUNDS], cpu = 0;
    int n;
    for (n = 0; n < rounds; n++) {
        octo_error *err = NULL;
        double begun, begun_cpu;
        octo_status status = m->prepare ? m->prepare(b, &err) : OCTO_OK;
        begun = seconds(CLOCK_MONOTONIC);
        begun_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (status == OCTO_OK) status = m->run(b, &err);
        wall[n] = seconds(CLOCK_MONOTONIC) - begun;
        cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - begun_cpu;
        if (status != OCTO_OK) tell(m->name, status, err);
        octo_error_free(err);
        if (status != OCTO_OK) return false;
    }
    qsort(wall, (size_t)rounds, sizeof wall[0], ascending);
    printf("| %-24s | %6d | %12.3f | %12.3f | %12.3f |", m->name, rounds, wall[rounds / 2] * 1e3, wall[0] * 1e3, cpu / rounds * 1e3);
    if (m->bytes)
        printf(" %10.0f |\n", (double)m->bytes / wall[rounds / 2] / 1e6);
    else
        printf(" %10s |\n", "");
    return true;
}

/* Where the file for `add` is: bench.<extension> beside the one that is read. */
static bool name_added(bench *b, const char *path) {
    octo_path *top = NULL;
    octo_bytes folder;
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    int beside = slash ? (int)(slash - path + 1) : 0, named, placed;
    if (octo_repo_work_dir(b->repo, &top, NULL) != OCTO_OK) return false;
    folder = octo_path_bytes(top);
    named = snprintf(b->added, sizeof b->added, "%.*sbench%s", beside, path, dot && (!slash || dot > slash) ? dot : "");
    placed = snprintf(b->added_at, sizeof b->added_at, "%.*s/%s", (int)folder.len, (const char *)folder.data, b->added);
    octo_path_free(top);
    return named > 0 && (size_t)named < sizeof b->added && placed > 0 && (size_t)placed < sizeof b->added_at;
}

static bool measure_all(bench *b, int rounds) {
    size_t n;
    printf("octostore %s, %d rounds, a file of %" PRIu64 " bytes\n\n", octo_version(), rounds, octo_file_len(b->file));
    printf("| %-24s | %6s | %12s | %12s | %12s | %10s |\n", "call", "rounds", "median ms", "least ms", "CPU ms", "MB/s");
    printf("|--------------------------|--------|--------------|--------------|--------------|------------|\n");
    for (n = 0; n < sizeof MEASURES / sizeof MEASURES[0]; n++)
        if (!time_it(b, &MEASURES[n], rounds)) return false;
    return true;
}

int main(int argc, char **argv) {
    bench b;
    octo_error *err = NULL;
    octo_status status;
    int rounds = argc > 3 ? atoi(argv[3]) : 20;
    bool good;
    if (argc < 3 || rounds < 1 || rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: bench REPOSITORY FILE [ROUNDS, at most %d]\n", MOST_ROUNDS);
        return 2;
    }
    memset(&b, 0, sizeof b);
    b.folder = text(argv[1]);
    b.path = text(argv[2]);
    b.seed = 1;
    b.buffer = malloc(ADDED);
    status = b.buffer ? octo_context_new(NULL, &b.context, &err) : OCTO_OUT_OF_MEMORY;
    if (status == OCTO_OK) status = octo_repo_open(b.context, b.folder, &b.repo, &err);
    if (status == OCTO_OK) status = octo_repo_open_file(b.repo, text("HEAD"), b.path, &b.file, &err);
    if (status != OCTO_OK) tell("bench", status, err);
    good = status == OCTO_OK && name_added(&b, argv[2]) && measure_all(&b, rounds);
    octo_error_free(err);
    octo_file_free(b.file);
    octo_repo_free(b.repo);
    octo_context_free(b.context);
    free(b.buffer);
    return good ? 0 : 1;
}
