/* Long calls that do not block: every one of them, by every way to learn that it is done.
 * Usage: tasks FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_for(octo_task *task) {
    bool done = false;
    CHECK(octo_task_wait(task, 60000, &done) == OCTO_OK && done && octo_task_poll(task), "the task is done within a minute");
}

static bool readable(int fd, int ms) {
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, ms) == 1 && (p.revents & POLLIN) != 0;
}

/* Takers of another kind, too early, twice. */
static void take_once(octo_repo *repo) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_status_list *files = NULL;
    octo_push_report pushed = OCTO_PUSH_REPORT_INIT;
    must(octo_repo_status_start(repo, NULL, &task, &err), err, "status_start");
    wait_for(task);
    CHECK(octo_task_take_push_report(task, &pushed, &err) == OCTO_INVALID_ARGUMENT, "a push report of a status");
    octo_bytes hint = octo_error_hint(err);
    CHECK(equal(hint, "Take it by octo_task_take_status_list."), "what takes it");
    octo_error_free(err);
    err = NULL;
    CHECK(octo_task_take_status_list(task, NULL, NULL) == OCTO_INVALID_ARGUMENT, "nowhere to put it");
    must(octo_task_take_status_list(task, &files, &err), err, "the outcome is still there");
    CHECK(octo_status_list_count(files) == 2, "two files");
    octo_status_list_free(files);
    files = NULL;
    CHECK(octo_task_take_status_list(task, &files, NULL) == OCTO_INVALID_ARGUMENT && files == NULL, "taken before");
    octo_task_free(task);
    CHECK(octo_task_wait(task, 0, NULL) == OCTO_INVALID_ARGUMENT && octo_task_fd(task) == -1, "a task that is freed");
}

struct heard {
    atomic_int done, progress, late;
    atomic_bool closed;
    octo_task *task;
    int pipe[2];
};

static void on_progress(const octo_progress *progress, void *user_data) {
    struct heard *heard = user_data;
    CHECK(progress->struct_size == sizeof *progress, "its size");
    heard->progress++;
    if (heard->closed) heard->late++;
}

static void on_done(void *user_data) {
    struct heard *heard = user_data;
    heard->done++;
    if (heard->closed) heard->late++;
    CHECK(heard->task == NULL || octo_task_poll(heard->task), "the task is done when its callback comes");
    if (heard->pipe[1] > 0) CHECK(write(heard->pipe[1], "x", 1) == 1, "waking up");
}

static void learn_of_the_end(octo_repo *repo) {
    octo_error *err = NULL;
    octo_add_report *added = NULL;
    octo_job job = OCTO_JOB_INIT;
    octo_progress progress = OCTO_PROGRESS_INIT;
    octo_bytes paths[2] = {octo_text("data/a.bin"), octo_text("data/b.bin")};
    struct heard heard = {0};
    char byte;
    CHECK(pipe(heard.pipe) == 0, "a pipe");
    job.on_progress = on_progress;
    job.on_done = on_done;
    job.user_data = &heard;
    must(octo_repo_add_start(repo, paths, 2, &job, &heard.task, &err), err, "add_start");
    /* Its inputs were copied. */
    paths[0] = octo_text("nothing"), paths[1] = octo_text("at all");
    job.on_done = NULL;
    int fd = octo_task_fd(heard.task);
    CHECK(fd >= 0 && fd == octo_task_fd(heard.task), "one descriptor");
    CHECK(readable(fd, 60000) && readable(fd, 0) && octo_task_poll(heard.task), "readable once it is done, and stays so");
    CHECK(read(heard.pipe[0], &byte, 1) == 1 && heard.done == 1, "the callback woke us up, once");
    CHECK(octo_task_progress(heard.task, &progress) == OCTO_OK && progress.done_bytes == progress.total_bytes, "the last report");
    CHECK(progress.total_bytes == 4000000 && equal(progress.phase, "add") && heard.progress > 0, "what was done");
    must(octo_task_take_add_report(heard.task, &added, &err), err, "add");
    octo_add_totals totals = OCTO_ADD_TOTALS_INIT;
    CHECK(octo_add_report_totals(added, &totals) == OCTO_OK && totals.files == 2, "both files");
    octo_add_report_free(added);
    octo_task_free(heard.task);
    CHECK(!readable(fd, 0), "the descriptor is closed with the task");
    close(heard.pipe[0]);
    close(heard.pipe[1]);
}

/* A job that takes long enough to be stopped. */
static octo_task *begin_long(octo_repo *repo, const octo_job *job) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_bytes path = octo_text("data/big.bin");
    must(octo_repo_add_start(repo, &path, 1, job, &task, &err), err, "add_start");
    return task;
}

static octo_status outcome(octo_task *task) {
    octo_error *err = NULL;
    octo_add_report *added = NULL;
    wait_for(task);
    octo_status status = octo_task_take_add_report(task, &added, &err);
    CHECK(octo_error_code(err) == status, "the error says the same");
    octo_error_free(err);
    octo_add_report_free(added);
    octo_task_free(task);
    return status;
}

static void cancel(octo_repo *repo, const char *folder) {
    octo_job job = OCTO_JOB_INIT;
    octo_status_list *files = NULL;
    write_file(folder, "data/big.bin", 9, 30000000);
    octo_task *task = begin_long(repo, NULL);
    octo_add_report *early = NULL;
    CHECK(octo_task_take_add_report(task, &early, NULL) == OCTO_INVALID_ARGUMENT && early == NULL, "not done yet");
    bool done = true;
    CHECK(octo_task_wait(task, 1, &done) == OCTO_OK && !done, "a wait that ends before the task");
    octo_task_cancel(task);
    CHECK(outcome(task) == OCTO_CANCELLED, "a task that is cancelled");
    /* A token stops all that hold it; a task can be stopped alone. */
    job.cancel = octo_cancel_new();
    octo_task *first = begin_long(repo, &job), *second = begin_long(repo, &job);
    octo_task_cancel(first);
    CHECK(outcome(first) == OCTO_CANCELLED && !octo_cancel_is_cancelled(job.cancel), "one alone");
    octo_cancel_cancel(job.cancel);
    CHECK(outcome(second) == OCTO_CANCELLED, "and the other by the token");
    CHECK(outcome(begin_long(repo, &job)) == OCTO_CANCELLED, "and those that begin later");
    octo_cancel_free(job.cancel);
    CHECK(octo_repo_status_start(repo, &job, &task, NULL) == OCTO_INVALID_ARGUMENT, "a token that was freed");
    must(octo_repo_status(repo, NULL, &files, NULL), NULL, "the repository goes on");
    octo_status_list_free(files);
}

/* Freeing does not wait, and nothing is heard afterwards. */
static void free_early(octo_repo *repo) {
    struct heard heard = {0};
    octo_job job = OCTO_JOB_INIT;
    octo_add_report *added = NULL;
    octo_bytes path = octo_text("data/big.bin");
    job.on_progress = on_progress;
    job.on_done = on_done;
    job.user_data = &heard;
    for (int i = 0; i < 20; i++) {
        heard.closed = false;
        octo_task *task = begin_long(repo, &job);
        usleep((unsigned)i * 500);
        double from = now();
        octo_task_free(task);
        heard.closed = true;
        CHECK(now() - from < 2.0, "freeing does not wait for the call");
        octo_task_free(task);
        usleep(2000);
        CHECK(heard.late == 0, "no callback after the task was freed");
    }
    must(octo_repo_add(repo, &path, 1, NULL, &added, NULL), NULL, "and what it began can be done again");
    octo_add_report_free(added);
}

static octo_task *its_own;
static atomic_int freed;
static void on_done_free(void *user_data) {
    (void)user_data;
    octo_task_free(its_own);
    freed++;
}

static void free_in_the_callback(octo_repo *repo) {
    octo_job job = OCTO_JOB_INIT;
    job.on_done = on_done_free;
    must(octo_repo_status_start(repo, &job, &its_own, NULL), NULL, "status_start");
    for (int i = 0; i < 60000 && freed == 0; i++) usleep(1000);
    CHECK(freed == 1 && !octo_task_poll(its_own), "a callback may free its own task");
}

/* The same error as from the blocking call. */
static void errors(octo_context *context, octo_repo *repo) {
    octo_error *blocking = NULL, *later = NULL;
    octo_repo *none = NULL;
    octo_task *task = NULL;
    octo_drop_report dropped = OCTO_DROP_REPORT_INIT;
    octo_bytes path = octo_text("data/none.bin");
    octo_status status = octo_repo_open(context, octo_text("/"), &none, &blocking);
    must(octo_repo_open_start(context, octo_text("/"), NULL, &task, NULL), NULL, "open_start");
    wait_for(task);
    CHECK(octo_task_take_repo(task, &none, &later) == status && none == NULL, "the same status");
    octo_bytes a = octo_error_message(blocking), b = octo_error_message(later);
    CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "the same message");
    octo_error_free(blocking);
    octo_error_free(later);
    octo_task_free(task);
    must(octo_repo_drop_start(repo, &path, 1, NULL, &task, NULL), NULL, "drop_start");
    wait_for(task);
    status = octo_task_take_drop_report(task, &dropped, NULL);
    CHECK(status == octo_repo_drop(repo, &path, 1, NULL, NULL, NULL) && status != OCTO_OK, "a drop of what is not there");
    octo_task_free(task);
    CHECK(octo_repo_push_start(NULL, NULL, NULL, &task, NULL) == OCTO_INVALID_ARGUMENT, "a NULL repository");
    CHECK(octo_repo_push_start(repo, NULL, NULL, NULL, NULL) == OCTO_INVALID_ARGUMENT, "nowhere to put the task");
}

/* Every other call in its form that does not block. */
static void every_call(octo_context *context, octo_repo *repo, const char *folder) {
    octo_error *err = NULL;
    octo_task *task = NULL;
    octo_repo *again = NULL, *clone = NULL;
    octo_push_report pushed = OCTO_PUSH_REPORT_INIT;
    octo_pull_report pulled = OCTO_PULL_REPORT_INIT;
    octo_drop_report dropped = OCTO_DROP_REPORT_INIT;
    octo_copy_report copied = OCTO_COPY_REPORT_INIT;
    octo_fsck_options thorough = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_report *checked = NULL;
    octo_fsck_totals totals = OCTO_FSCK_TOTALS_INIT;
    octo_strings *kept = NULL;
    octo_store_info *store = NULL;
    octo_clone_options options = OCTO_CLONE_OPTIONS_INIT;
    octo_bytes path = octo_text("data/a.bin");
    char url[1200], dir[1200];
    sh(folder, "git add -A && git commit -qm data");
#define TASK(begin, take)                \
    must(begin, err, #begin);            \
    wait_for(task);                      \
    must(take, err, #take);              \
    octo_task_free(task)
    TASK(octo_repo_init_start(context, octo_text(folder), NULL, NULL, &task, &err), octo_task_take_repo(task, &again, &err));
    TASK(octo_repo_push_start(again, NULL, NULL, &task, &err), octo_task_take_push_report(task, &pushed, &err));
    CHECK(pushed.files == 3, "three files were sent");
    octo_repo_free(again);
    snprintf(dir, sizeof dir, "%s.clone", folder);
    options.data = OCTO_DATA_NONE;
    TASK(octo_repo_clone_start(context, octo_text(folder), octo_text(dir), &options, NULL, &task, &err),
         octo_task_take_repo(task, &clone, &err));
    TASK(octo_repo_fetch_start(clone, &path, 1, NULL, &task, &err), octo_task_take_pull_report(task, &pulled, NULL, &err));
    CHECK(pulled.files == 1 && pulled.downloaded_bytes > 1000000, "one file was fetched");
    TASK(octo_repo_pull_start(clone, NULL, 0, NULL, &task, &err), octo_task_take_pull_report(task, &pulled, &kept, &err));
    CHECK(pulled.files == 3 && octo_strings_count(kept) == 0, "three files were pulled");
    octo_strings_free(kept);
    TASK(octo_repo_drop_start(clone, &path, 1, NULL, &task, &err), octo_task_take_drop_report(task, &dropped, &err));
    CHECK(dropped.files == 1, "one was dropped");
    thorough.store = 1;
    TASK(octo_repo_fsck_start(clone, &thorough, NULL, &task, &err), octo_task_take_fsck_report(task, &checked, &err));
    CHECK(octo_fsck_report_totals(checked, &totals) == OCTO_OK && totals.problems == 0 && totals.packs > 0, "all is well");
    octo_fsck_report_free(checked);
    snprintf(url, sizeof url, "file://%s.copy", folder);
    TASK(octo_repo_copy_store_start(repo, octo_text(url), NULL, &task, &err), octo_task_take_copy_report(task, &copied, &err));
    CHECK(copied.packs > 0, "packs were copied");
    TASK(octo_repo_set_store_start(repo, octo_text(url), NULL, &task, &err), octo_task_take_store_info(task, &store, &err));
    CHECK(equal(octo_store_info_url(store), url) && octo_store_info_accepted(store), "the new store");
    octo_store_info_free(store);
    octo_repo_free(clone);
}

/* A repository that is freed at once stays alive for its tasks. */
static void many(octo_context *context, const char *folder) {
    octo_task *tasks[64];
    octo_status_list *files = NULL;
    octo_repo *repo = NULL;
    must(octo_repo_open(context, octo_text(folder), &repo, NULL), NULL, "open");
    for (int i = 0; i < 64; i++) must(octo_repo_status_start(repo, NULL, &tasks[i], NULL), NULL, "status_start");
    octo_repo_free(repo);
    for (int i = 0; i < 64; i++) {
        wait_for(tasks[i]);
        must(octo_task_take_status_list(tasks[i], &files, NULL), NULL, "status");
        CHECK(octo_status_list_count(files) == 3, "three files");
        octo_status_list_free(files);
        octo_task_free(tasks[i]);
    }
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    CHECK(argc == 2, "usage: tasks FOLDER");
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    write_file(argv[1], "data/a.bin", 1, 2000000);
    write_file(argv[1], "data/b.bin", 2, 2000000);
    take_once(repo);
    learn_of_the_end(repo);
    cancel(repo, argv[1]);
    free_early(repo);
    free_in_the_callback(repo);
    errors(context, repo);
    every_call(context, repo, argv[1]);
    many(context, argv[1]);
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
