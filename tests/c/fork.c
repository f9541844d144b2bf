/* A child goes on with what its parent opened; what was under way stays the parent's.
 * Usage: fork FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static int ends_well(pid_t child) {
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child, "the child ends");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void use(octo_context *context, octo_repo *repo, octo_file *file, const char *folder) {
    octo_status_list *files = NULL;
    octo_repo *again = NULL;
    octo_pull_report pulled = OCTO_PULL_REPORT_INIT;
    octo_push_report pushed = OCTO_PUSH_REPORT_INIT;
    octo_error *err = NULL;
    octo_task *task = NULL;
    uint8_t byte;
    size_t done = 0;
    must(octo_file_read_at(file, 12345, &byte, 1, &done, &err), err, "read_at");
    must(octo_repo_status(repo, NULL, &files, &err), err, "status");
    CHECK(octo_status_list_count(files) == 1, "one file");
    octo_status_list_free(files);
    must(octo_repo_open(context, octo_text(folder), &again, &err), err, "open");
    must(octo_repo_push(again, NULL, NULL, &pushed, &err), err, "push");
    must(octo_repo_pull(repo, NULL, 0, NULL, &pulled, NULL, &err), err, "pull");
    must(octo_repo_status_start(repo, NULL, &task, &err), err, "status_start");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    must(octo_task_take_status_list(task, &files, &err), err, "status");
    octo_status_list_free(files);
    octo_task_free(task);
    octo_repo_free(again);
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    octo_add_report *added = NULL;
    octo_file *file = NULL;
    octo_task *task = NULL;
    octo_bytes big = octo_text("data/big.bin");
    CHECK(argc == 2, "usage: fork FOLDER");
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    write_file(argv[1], "data/a.bin", 1, 300000);
    must(octo_repo_add(repo, NULL, 0, NULL, &added, NULL), NULL, "add");
    octo_add_report_free(added);
    sh(argv[1], "git commit -qm data");
    must(octo_repo_open_file(repo, octo_text("HEAD"), octo_text("data/a.bin"), &file, NULL), NULL, "open_file");
    use(context, repo, file, argv[1]);

    /* The parent has threads, connections, and a task under way. */
    write_file(argv[1], "data/big.bin", 2, 40000000);
    must(octo_repo_add_start(repo, &big, 1, NULL, &task, NULL), NULL, "add_start");
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0, "a child");
    if (child == 0) {
        alarm(60);
        CHECK(octo_task_wait(task, -1, NULL) == OCTO_INVALID_ARGUMENT && octo_task_fd(task) == -1, "a task of the parent");
        octo_task_free(task);
        octo_status_list *files = NULL;
        must(octo_repo_status(repo, NULL, &files, NULL), NULL, "status");
        octo_status_list_free(files);
        octo_file_free(file);
        octo_repo_free(repo);
        octo_context_free(context);
        _exit(0);
    }
    CHECK(ends_well(child), "a child that is made while a task runs");
    must(octo_task_wait(task, -1, NULL), NULL, "wait");
    must(octo_task_take_add_report(task, &added, NULL), NULL, "the parent's task goes on");
    octo_add_report_free(added);
    octo_task_free(task);
    sh(argv[1], "git rm -q -f --cached data/big.bin && rm data/big.bin");

    for (int i = 0; i < 8; i++) {
        child = fork();
        CHECK(child >= 0, "a child");
        if (child == 0) {
            alarm(60);
            use(context, repo, file, argv[1]);
            octo_file_free(file);
            octo_repo_free(repo);
            octo_context_free(context);
            _exit(0);
        }
        if (i % 2) use(context, repo, file, argv[1]);
        CHECK(ends_well(child), "a child that goes on with its parent's handles");
    }
    use(context, repo, file, argv[1]);

    /* What another process pushed is no problem for a check by one that was connected before. */
    octo_fsck_options thorough = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_report *report = NULL;
    thorough.store = 1;
    for (int i = 0; i < 2; i++) {
        must(octo_repo_fsck(repo, &thorough, NULL, &report, NULL), NULL, "fsck");
        CHECK(octo_fsck_report_problem_count(report) == 0, "all is well");
        octo_fsck_report_free(report);
        write_file(argv[1], "data/a.bin", 7u + (unsigned)i, 300000);
        sh(argv[1], "octostore add data/a.bin >/dev/null && git commit -qm more && octostore push >/dev/null");
    }
    octo_file_free(file);
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
