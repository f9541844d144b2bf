/* A call that is cancelled at its first report, at its second, and so on to its last: each time it says so or has done all, nothing
 * is heard afterwards, and what it began can be done again.
 * Usage: ticks FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <unistd.h>

struct watch {
    int reports, stop_at;
    octo_cancel *cancel;
    atomic_bool closed;
};

static void on_progress(const octo_progress *progress, void *user_data) {
    struct watch *watch = user_data;
    (void)progress;
    CHECK(!watch->closed, "no report after the call has returned");
    if (++watch->reports == watch->stop_at) octo_cancel_cancel(watch->cancel);
}

typedef octo_status call_fn(octo_repo *repo, const octo_job *job, octo_error **err);

static octo_status call_add(octo_repo *repo, const octo_job *job, octo_error **err) {
    octo_add_report *report = NULL;
    octo_status status = octo_repo_add(repo, NULL, 0, job, &report, err);
    CHECK((status == OCTO_OK) == (report != NULL), "a report if it went well");
    octo_add_report_free(report);
    return status;
}
static octo_status call_push(octo_repo *repo, const octo_job *job, octo_error **err) {
    return octo_repo_push(repo, NULL, job, NULL, err);
}
static octo_status call_pull(octo_repo *repo, const octo_job *job, octo_error **err) {
    return octo_repo_pull(repo, NULL, 0, job, NULL, NULL, err);
}
static octo_status call_status(octo_repo *repo, const octo_job *job, octo_error **err) {
    octo_status_list *files = NULL;
    octo_status status = octo_repo_status(repo, job, &files, err);
    octo_status_list_free(files);
    return status;
}
static octo_status call_fsck(octo_repo *repo, const octo_job *job, octo_error **err) {
    octo_fsck_report *report = NULL;
    octo_fsck_options options = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_totals totals = OCTO_FSCK_TOTALS_INIT;
    options.store = 1;
    octo_status status = octo_repo_fsck(repo, &options, job, &report, err);
    if (status == OCTO_OK) CHECK(octo_fsck_report_totals(report, &totals) == OCTO_OK && totals.problems == 0, "all is well");
    octo_fsck_report_free(report);
    return status;
}

/* Each watch outlives the check that nothing more is heard. */
static void at_every_report(const char *name, octo_repo *repo, call_fn *call, const char *folder, const char *again) {
    int cancelled = 0, stop_at = 1;
    for (;; stop_at++) {
        struct watch *watch = calloc(1, sizeof *watch);
        octo_job job = OCTO_JOB_INIT;
        octo_error *err = NULL;
        CHECK(watch != NULL, "room");
        watch->stop_at = stop_at;
        watch->cancel = job.cancel = octo_cancel_new();
        job.on_progress = on_progress;
        job.user_data = watch;
        octo_status status = call(repo, &job, &err);
        watch->closed = true;
        CHECK(status == OCTO_OK || status == OCTO_CANCELLED, octo_status_name(status));
        cancelled += status == OCTO_CANCELLED;
        bool reached = watch->reports >= stop_at;
        octo_error_free(err);
        octo_cancel_free(job.cancel);
        usleep(500);
        free(watch);
        if (!reached) {
            CHECK(status == OCTO_OK, "a call that nobody stopped goes well");
            break;
        }
        if (status == OCTO_OK) sh(folder, again);
        CHECK(stop_at < 2000, "it comes to an end");
    }
    CHECK(cancelled > 0 || stop_at == 1, "some were stopped");
    printf("%s: stopped at each of %d reports, %d times in time\n", name, stop_at - 1, cancelled);
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    octo_context_options options = OCTO_CONTEXT_OPTIONS_INIT;
    octo_repo *clone = NULL;
    octo_clone_options without = OCTO_CLONE_OPTIONS_INIT;
    char dir[1100], again[2300];
    CHECK(argc == 2, "usage: ticks FOLDER");
    options.threads = 2;
    must(octo_context_new(&options, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    write_file(argv[1], "data/a.bin", 1, 1500000);
    write_file(argv[1], "data/b.bin", 2, 500000);
    at_every_report("add", repo, call_add, argv[1], "git rm -q --cached data/a.bin data/b.bin && rm -rf .git/octostore/packs .git/octostore/cache");
    at_every_report("status", repo, call_status, argv[1], "true");
    sh(argv[1], "git commit -qm data");
    snprintf(again, sizeof again, "true");
    at_every_report("push", repo, call_push, argv[1], again);
    must(call_push(repo, NULL, NULL), NULL, "push");
    at_every_report("fsck", repo, call_fsck, argv[1], "true");
    snprintf(dir, sizeof dir, "%s.clone", argv[1]);
    without.data = OCTO_DATA_NONE;
    must(octo_repo_clone(context, octo_text(argv[1]), octo_text(dir), &without, NULL, &clone, NULL), NULL, "clone");
    at_every_report("pull", clone, call_pull, dir, "true");
    snprintf(again, sizeof again, "cmp data/a.bin '%s/data/a.bin' && cmp data/b.bin '%s/data/b.bin' && test -z \"$(git status --porcelain)\"", dir, dir);
    sh(argv[1], again);
    octo_repo_free(clone);
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
