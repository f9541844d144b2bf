/* Little memory: a call says so, or the process ends as the header says; the repository is whole either way.
 * Usage: memory FOLDER, where FOLDER is an empty folder. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int refused;

/* A status that a call may have for want of memory. */
static void either(octo_status status, octo_error *err, const char *what) {
    octo_bytes message = octo_error_message(err);
    if (status != OCTO_OK) {
        fprintf(stderr, "%s: %s: %.*s\n", what, octo_status_name(status), (int)message.len, (const char *)message.data);
        refused++;
    }
    CHECK(err == NULL || message.len > 0, "an error says what is wrong");
    octo_error_free(err);
}

static void work(octo_repo *repo, const char *folder) {
    octo_error *err = NULL;
    octo_add_report *added = NULL;
    octo_status_list *files = NULL;
    octo_task *task = NULL;
    octo_file *file = NULL;
    octo_table *table = NULL;
    struct ArrowArrayStream rows;
    static uint8_t buffer[1 << 20];
    size_t done = 0;
    (void)folder;
#define EITHER(call) err = NULL, either(call, err, #call)
    EITHER(octo_repo_add(repo, NULL, 0, NULL, &added, &err));
    octo_add_report_free(added);
    EITHER(octo_repo_status_start(repo, NULL, &task, &err));
    if (task != NULL) octo_task_wait(task, -1, NULL), EITHER(octo_task_take_status_list(task, &files, &err));
    octo_status_list_free(files);
    octo_task_free(task);
    EITHER(octo_repo_open_file(repo, octo_text(""), octo_text("data/a.bin"), &file, &err));
    if (file != NULL) EITHER(octo_file_read_at(file, 0, buffer, sizeof buffer, &done, &err));
    octo_file_free(file);
    err = NULL;
    octo_status status = octo_repo_read_rows(repo, octo_text(""), octo_text("data/t.csv"), NULL, NULL, &rows, &err);
    either(status, err, "read_rows");
    if (status == OCTO_OK) EITHER(octo_table_import(&rows, &table, &err));
    octo_table_free(table);
    EITHER(octo_repo_push(repo, NULL, NULL, NULL, &err));
}

/* The memory of its own that this process has now, in bytes. */
static rlim_t data_size(void) {
    unsigned long kib = 0;
    char line[200];
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && kib == 0 && fgets(line, sizeof line, f) != NULL) sscanf(line, "VmData: %lu", &kib);
    CHECK(kib > 0, "VmData");
    fclose(f);
    return (rlim_t)kib << 10;
}

int main(int argc, char **argv) {
    octo_context *context = NULL;
    octo_fsck_report *report = NULL;
    octo_fsck_options thorough = OCTO_FSCK_OPTIONS_INIT;
    octo_fsck_totals totals = OCTO_FSCK_TOTALS_INIT;
    octo_add_report *added = NULL;
    int whole = 0, said = 0, ended = 0;
    CHECK(argc == 2, "usage: memory FOLDER");
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    write_file(argv[1], "data/a.bin", 1, 3000000);
    sh(argv[1], "awk 'BEGIN { print \"n,s\"; for (i = 0; i < 200000; i++) print i \",some text \" i }' > data/t.csv");
    must(octo_repo_add(repo, NULL, 0, NULL, &added, NULL), NULL, "add");
    octo_add_report_free(added);
    sh(argv[1], "git commit -qm data");
    fflush(stdout);
    for (rlim_t more = 64 << 10; more < (rlim_t)2 << 30; more *= 2) {
        pid_t child = fork();
        CHECK(child >= 0, "a child");
        if (child == 0) {
            char changed[1200];
            snprintf(changed, sizeof changed, "%s/data/a.bin", argv[1]);
            write_file(argv[1], "data/a.bin", (unsigned)more, 3000000);
            int quiet = open(getenv("SAID") ? getenv("SAID") : "/dev/null", O_WRONLY | O_APPEND);
            dup2(quiet, 2);
            struct rlimit limit = {data_size() + more, data_size() + more};
            CHECK(setrlimit(RLIMIT_DATA, &limit) == 0, "a limit");
            alarm(120);
            work(repo, argv[1]);
            _exit(refused > 0 ? 3 : 0);
        }
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child, "the child ends");
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) whole++;
        else if (WIFEXITED(status) && WEXITSTATUS(status) == 3) said++;
        else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) ended++;
        else {
            fprintf(stderr, "with %lu bytes more: status %x\n", (unsigned long)more, (unsigned)status);
            CHECK(0, "neither a status nor the end that the header tells of");
        }
        thorough.store = 1;
        must(octo_repo_fsck(repo, &thorough, NULL, &report, NULL), NULL, "fsck");
        octo_problem problem = OCTO_PROBLEM_INIT;
        if (octo_fsck_report_problem_get(report, 0, &problem) == OCTO_OK)
            fprintf(stderr, "with %lu bytes more: %.*s\n", (unsigned long)more, (int)problem.message.len, (const char *)problem.message.data);
        CHECK(octo_fsck_report_totals(report, &totals) == OCTO_OK && totals.problems == 0, "the repository is whole");
        octo_fsck_report_free(report);
        sh(argv[1], "git fsck --no-dangling 2>/dev/null >&2 && rm -f .git/index.lock");
    }
    printf("%d with enough memory, %d said that there is too little, %d ended\n", whole, said, ended);
    CHECK(whole > 0 && said + ended > 0, "the limits went from too little to enough");
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
