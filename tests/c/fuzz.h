/* The values that the generated half of the fuzz program (cargo xtask fuzz) passes: right ones, NULL, handles that were freed or are
 * of another kind, text that is not UTF-8, paths with NUL, structs of every size. Each struct and array is its own allocation, so
 * that a sanitizer sees every byte that is read or written beyond it.
 * Usage: fuzz [SEED] FOLDER, where FOLDER is an empty folder. FUZZ_ROUNDS says how many calls, FUZZ_SHOW shows them. */
#ifndef FUZZ_H
#define FUZZ_H

#include "check.h"

#include <unistd.h>

#define KEPT 24

struct call {
    const char *name;
    void (*run)(void);
};
extern const struct call calls[];
extern const size_t call_count;
void free_handle(int kind, void *handle);
void refuse_nothing(void);

static unsigned seed = 1;
static const char *folder;
/* Live handles; freed ones stay in `gone` for a while. */
static void *live[HANDLES][KEPT], *gone[HANDLES][KEPT];
static octo_bytes *array;
static uint8_t buffer[4096];
static void *trash[64];
static size_t thrown;
static int refused, went_well;
static atomic_int heard;

static inline unsigned pick(unsigned below) { return next(&seed) % below; }

/* An allocation of exactly this size that lives until the call is over. */
static inline void *for_this_call(size_t size) {
    void *p = calloc(1, size > 0 ? size : 1);
    CHECK(thrown < 64, "room");
    trash[thrown++] = p;
    return p;
}

static inline octo_bytes exactly(const char *s, size_t len) {
    octo_bytes b = {NULL, len};
    uint8_t *copy = for_this_call(len);
    memcpy(copy, s, len);
    b.data = copy;
    return b;
}

static inline octo_bytes some_bytes(void) {
    static const char *texts[] = {"data/", "data/a.bin", "data/t.csv", "data/none", "HEAD", "HEAD~1", "main", "*", "..", "data/../x", ".git/config",
                                  "/", "", "data/t.parquet", "file:///nowhere/at/all", "s3", "-x", "data/\n", "a*b[", "\\", "!data/"};
    octo_bytes none = {NULL, 0}, liar = {NULL, 7};
    char here[1200];
    switch (pick(16)) {
        case 0: return none;
        case 1: return liar;
        case 2: return exactly("caf\xe9", 4);
        case 3: return exactly("data/\0x", 7);
        case 4: return exactly("\xff\xfe\0\x80", 4);
        case 5: snprintf(here, sizeof here, "%s", folder); return exactly(here, strlen(here));
        case 6: snprintf(here, sizeof here, "%s/data/a.bin", folder); return exactly(here, strlen(here));
        default: {
            const char *text = texts[pick(sizeof texts / sizeof *texts)];
            return exactly(text, strlen(text));
        }
    }
}

static inline size_t some_array(void) {
    size_t count = pick(4);
    array = for_this_call(count * sizeof *array);
    for (size_t i = 0; i < count; i++) array[i] = some_bytes();
    return count;
}

static inline size_t some_sources(void) {
    static const char *texts[] = {"data/t.csv", "data/none", "file:///nowhere/at/all", "", "data/\n", "gopher://hole", "s3://"};
    size_t count = pick(4);
    array = for_this_call(count * sizeof *array);
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[pick(sizeof texts / sizeof *texts)];
        array[i] = exactly(text, strlen(text));
    }
    return count;
}

static inline uint64_t some_number(void) {
    switch (pick(6)) {
        case 0: return UINT64_MAX;
        case 1: return (uint64_t)INT64_MAX;
        case 2: return 1u << 31;
        default: return pick(5);
    }
}

static inline size_t some_size(void) { return pick(12) == 0 ? SIZE_MAX : pick(5); }

static inline void *some_handle(int kind) {
    unsigned n = pick(KEPT);
    switch (pick(12)) {
        case 0: return NULL;
        case 1: return gone[kind][n];
        case 2: return live[pick(HANDLES)][n];
        case 3: return gone[pick(HANDLES)][n];
    }
    for (unsigned i = 0; i < KEPT; i++)
        if (live[kind][(n + i) % KEPT] != NULL) return live[kind][(n + i) % KEPT];
    return NULL;
}

static inline void let_go(int kind, unsigned n) {
    free_handle(kind, live[kind][n]);
    if (live[kind][n] != NULL) gone[kind][n] = live[kind][n];
    live[kind][n] = NULL;
}

/* A handle that a call gave: another one makes room for it. */
static inline void keep(int kind, void *handle) {
    if (handle == NULL) return;
    unsigned n = 1 + pick(KEPT - 1);
    let_go(kind, n);
    live[kind][n] = handle;
}

/* A struct whose size is right, too small, or larger with zeros or with something in what is beyond. */
static inline void *struct_of(size_t right) {
    static const size_t wrong[] = {0, 1, 8, 65536, 65537, SIZE_MAX};
    if (pick(8) == 0) {
        size_t *s = for_this_call(right);
        size_t said = wrong[pick(6)];
        *s = said <= right || said > 65536 ? said : right;
        return s;
    }
    size_t more = pick(4) == 0 ? 8 * pick(5) : 0;
    unsigned char *s = for_this_call(right + more);
    *(size_t *)s = right + more;
    if (more > 0 && pick(2)) s[right + pick((unsigned)more)] = 1;
    return s;
}

static inline void hear_progress(const octo_progress *progress, void *user_data) {
    (void)user_data;
    heard += (int)progress->phase.len;
}
static inline void hear_done(void *user_data) {
    (void)user_data;
    heard++;
}
static inline void hear_log(const octo_log_record *record, void *user_data) {
    (void)user_data;
    heard += (int)record->message.len;
}

/* A stream of the library's own, or one that is no stream any more. */
static struct ArrowArrayStream streams[4];
static inline struct ArrowArrayStream *some_stream(void) { return pick(8) ? &streams[pick(4)] : NULL; }
static inline struct ArrowArrayStream *some_stream_out(void) {
    if (pick(8) == 0) return NULL;
    struct ArrowArrayStream *stream = &streams[pick(4)];
    if (stream->release != NULL) stream->release(stream);
    memset(stream, 0, sizeof *stream);
    return stream;
}

/* Whatever a call gives can be read to its last byte. */
static inline void read_bytes(octo_bytes b) {
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < b.len; i++) sum = (uint8_t)(sum + b.data[i]);
}

static inline void finish(octo_status status, octo_error *err) {
    CHECK(status != OCTO_INTERNAL, "no panic");
    CHECK(strcmp(octo_status_name(status), "unknown") != 0, "a status that has a name");
    CHECK(err == NULL || octo_error_code(err) == status, "the error has the status");
    CHECK(err == NULL || octo_error_message(err).len > 0, "an error says what is wrong");
    if (status == OCTO_OK) went_well++; else refused++;
    if (err != NULL) {
        read_bytes(octo_error_message(err));
        read_bytes(octo_error_hint(err));
        octo_error_free(err);
        octo_error_free(err);
        CHECK(octo_error_code(err) == OCTO_OK, "an error that was freed says nothing");
    }
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    octo_add_report *added = NULL;
    int rounds = getenv("FUZZ_ROUNDS") != NULL ? atoi(getenv("FUZZ_ROUNDS")) : is_long() ? 100000 : 4000;
    CHECK(argc == 2 || argc == 3, "usage: fuzz [SEED] FOLDER");
    if (argc == 3) seed = (unsigned)strtoul(argv[1], NULL, 10);
    else if (is_long()) seed = (unsigned)getpid();
    folder = argv[argc - 1];
    printf("seed %u, %zu functions\n", seed, call_count);
    fflush(stdout);
    refuse_nothing();
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, folder);
    write_file(folder, "data/a.bin", 1, 100000);
    sh(folder, "printf 'n,s\\n1,a\\n2,b\\n' > data/t.csv");
    must(octo_repo_add(repo, NULL, 0, NULL, &added, NULL), NULL, "add");
    octo_add_report_free(added);
    sh(folder, "git commit -qm data");
    CHECK(chdir(folder) == 0, "going there");
    live[CONTEXT][0] = context;
    live[REPO][0] = repo;
    for (int round = 0; round < rounds; round++) {
        const struct call *call = &calls[pick((unsigned)call_count)];
        if (getenv("FUZZ_SHOW") != NULL) fprintf(stderr, "%d %s\n", round, call->name);
        if (pick(8) == 0) {
            int kind = (int)pick(HANDLES);
            unsigned n = 1 + pick(KEPT - 1);
            let_go(kind, n);
            free_handle(kind, gone[kind][n]);
            free_handle((int)pick(HANDLES), gone[kind][n]);
        }
        call->run();
        while (thrown > 0) free(trash[--thrown]);
    }
    for (int i = 0; i < 4; i++)
        if (streams[i].release != NULL) streams[i].release(&streams[i]);
    for (int kind = 0; kind < HANDLES; kind++)
        for (unsigned n = 0; n < KEPT; n++) let_go(kind, n);
    printf("%d calls went well, %d were refused\n", went_well, refused);
    CHECK(went_well > rounds / 10 && refused > rounds / 10, "both kinds of calls were made");
    printf("%d checks passed\n", checks);
    return 0;
}

#endif
