/* 64 threads of mixed open, read, add, cancel and free on a few repositories, every answer checked.
 * Usage: threads FOLDER, where FOLDER is an empty folder. THREADS_CALLS says how many calls at least. */
#include "check.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define THREADS 64
#define FILES 8
#define SIZE 70000

static octo_context *context;
static octo_repo *shared;
static octo_file *shared_file;
static octo_task *shared_task;
static const char *folder;
static atomic_long calls, cancelled;
static long wanted;
static uint8_t expected[FILES][SIZE];

static void count(void) { atomic_fetch_add(&calls, 1); }
#define CALL(call) (count(), (call))

static void name_of(unsigned n, char *name) { sprintf(name, "data/%u.bin", n); }

/* A file by ranges, through a handle of its own or through one that all share. */
static void read_ranges(octo_repo *repo, unsigned *seed) {
    char name[32];
    unsigned n = next(seed) % FILES;
    octo_file *file = NULL;
    uint8_t buffer[512];
    size_t done = 0;
    name_of(n, name);
    must(CALL(octo_repo_open_file(repo, octo_text("HEAD"), octo_text(name), &file, NULL)), NULL, "open_file");
    CHECK(CALL(octo_file_len(file)) == SIZE, "its length");
    for (int i = 0; i < 20; i++) {
        size_t at = next(seed) % SIZE, len = next(seed) % sizeof buffer, left = SIZE - at;
        must(CALL(octo_file_read_at(file, at, buffer, len, &done, NULL)), NULL, "read_at");
        CHECK(done == (len < left ? len : left) && memcmp(buffer, expected[n] + at, done) == 0, "the bytes of the range");
        must(CALL(octo_file_read_at(shared_file, at, buffer, len, &done, NULL)), NULL, "read_at");
        CHECK(done == (len < left ? len : left) && memcmp(buffer, expected[0] + at, done) == 0, "the bytes of the shared file");
    }
    CALL(octo_file_free(file));
    octo_file *freed = file;
    CHECK(CALL(octo_file_read_at(freed, 0, buffer, 1, &done, NULL)) == OCTO_INVALID_ARGUMENT, "a file that was freed");
}

static void list(octo_repo *repo) {
    octo_entry_list *entries = NULL;
    octo_entry entry = OCTO_ENTRY_INIT;
    must(CALL(octo_repo_ls(repo, octo_text("HEAD"), octo_text(""), &entries, NULL)), NULL, "ls");
    CHECK(CALL(octo_entry_list_count(entries)) == FILES, "every file");
    for (size_t i = 0; CALL(octo_entry_list_get(entries, i, &entry)) == OCTO_OK; i++)
        CHECK(entry.pointer.size == SIZE && entry.path.len == strlen("data/0.bin"), "an entry");
    CALL(octo_entry_list_free(entries));
}

/* An add that somebody else cancels, or not. */
static void add(octo_repo *repo, unsigned *seed) {
    octo_job job = OCTO_JOB_INIT;
    octo_add_report *added = NULL;
    octo_error *err = NULL;
    octo_task *task = NULL;
    char name[32];
    octo_bytes path;
    name_of(next(seed) % FILES, name);
    path = octo_text(name);
    job.cancel = CALL(octo_cancel_new());
    must(CALL(octo_repo_add_start(repo, &path, 1, &job, &task, NULL)), NULL, "add_start");
    if (next(seed) % 2) CALL(octo_cancel_cancel(job.cancel));
    CALL(octo_cancel_free(job.cancel));
    bool done = false;
    while (!done) must(CALL(octo_task_wait(task, 1000, &done)), NULL, "wait");
    octo_status status = CALL(octo_task_take_add_report(task, &added, &err));
    CHECK(status == OCTO_OK || status == OCTO_CANCELLED, octo_status_name(status));
    CHECK((status == OCTO_OK) == (added != NULL) && (err == NULL) == (added != NULL), "one of both");
    if (status == OCTO_CANCELLED) cancelled++;
    CALL(octo_add_report_free(added));
    CALL(octo_error_free(err));
    if (next(seed) % 4) CALL(octo_task_free(task));
    else CALL(octo_task_free(task)), CALL(octo_task_free(task));
}

/* A task that is freed at once. */
static void begin_and_free(octo_repo *repo) {
    octo_task *task = NULL;
    must(CALL(octo_repo_status_start(repo, NULL, &task, NULL)), NULL, "status_start");
    CALL(octo_task_free(task));
    CHECK(!CALL(octo_task_poll(task)), "a task that was freed");
}

static void open_and_free(unsigned *seed) {
    octo_context *mine = NULL;
    octo_repo *repo = NULL;
    octo_path *dir = NULL;
    if (next(seed) % 4 == 0) must(CALL(octo_context_new(NULL, &mine, NULL)), NULL, "context_new");
    must(CALL(octo_repo_open(mine != NULL ? mine : context, octo_text(folder), &repo, NULL)), NULL, "open");
    CALL(octo_context_free(mine));
    must(CALL(octo_repo_work_dir(repo, &dir, NULL)), NULL, "work_dir");
    CHECK(equal(CALL(octo_path_bytes(dir)), folder), "its folder");
    CALL(octo_path_free(dir));
    list(repo);
    CALL(octo_repo_free(repo));
    CHECK(CALL(octo_repo_work_dir(repo, &dir, NULL)) == OCTO_INVALID_ARGUMENT, "a repository that was freed");
}

/* Everybody cancels, polls and looks at the same task. */
static void look_at_the_shared_task(void) {
    octo_progress progress = OCTO_PROGRESS_INIT;
    CHECK(CALL(octo_task_fd(shared_task)) >= 0, "its descriptor");
    must(CALL(octo_task_progress(shared_task, &progress)), NULL, "progress");
    CALL(octo_task_cancel(shared_task));
    must(CALL(octo_task_wait(shared_task, -1, NULL)), NULL, "wait");
    CHECK(CALL(octo_task_poll(shared_task)), "done");
}

static void *work(void *number) {
    unsigned seed = 77u * (unsigned)(size_t)number + 1;
    while (calls < wanted) {
        unsigned what = next(&seed) % 32;
        if (what < 22) read_ranges(shared, &seed);
        else if (what < 26) list(shared);
        else if (what < 27) add(shared, &seed);
        else if (what < 28) begin_and_free(shared);
        else if (what < 30) look_at_the_shared_task();
        else open_and_free(&seed);
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    octo_add_report *added = NULL;
    char name[32];
    CHECK(argc == 2, "usage: threads FOLDER");
    folder = argv[1];
    wanted = getenv("THREADS_CALLS") != NULL ? atol(getenv("THREADS_CALLS")) : is_long() ? 120000 : 10000;
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    shared = new_repo(context, folder);
    for (unsigned n = 0; n < FILES; n++) {
        char path[1100];
        name_of(n, name);
        write_file(folder, name, n + 1, SIZE);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *f = fopen(path, "rb");
        CHECK(f != NULL && fread(expected[n], 1, SIZE, f) == SIZE, "reading it back");
        fclose(f);
    }
    must(octo_repo_add(shared, NULL, 0, NULL, &added, NULL), NULL, "add");
    octo_add_report_free(added);
    sh(folder, "git commit -qm data");
    must(octo_repo_open_file(shared, octo_text("HEAD"), octo_text("data/0.bin"), &shared_file, NULL), NULL, "open_file");
    must(octo_repo_status_start(shared, NULL, &shared_task, NULL), NULL, "status_start");
    for (size_t i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0, "a thread");
    for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    sh(folder, "test -z \"$(git status --porcelain)\"");
    octo_task_free(shared_task);
    octo_file_free(shared_file);
    octo_repo_free(shared);
    octo_context_free(context);
    printf("%ld calls of %d threads, %ld of them cancelled; %d checks passed\n", calls, THREADS, cancelled, checks);
    return 0;
}
