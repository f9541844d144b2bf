/*
 * The first call of a process: `first LIBRARY REPOSITORY` loads the library, opens the repository, and prints the phases as
 * `NAME WALL CPU`; with a third argument, it opens it once more. `first` alone does nothing: what a process costs here.
 */
#define _POSIX_C_SOURCE 200809L
#include <octostore.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void phase(const char *name) {
    static double wall, cpu;
    double now = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (name) printf("%s %.9f %.9f\n", name, now - wall, used - cpu);
    wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void peak(void) {
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) printf("peak%s", line + 6);
    if (f) fclose(f);
}

/* ISO C has no conversion from an object's pointer to a function's. */
static bool find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

int main(int argc, char **argv) {
    octo_status (*new_context)(const octo_context_options *, octo_context **, octo_error **);
    octo_status (*open)(const octo_context *, octo_bytes, octo_repo **, octo_error **);
    octo_context *context = NULL;
    octo_repo *repo = NULL, *again = NULL;
    void *library;
    if (argc < 3) return 0;
    phase(NULL);
    library = dlopen(argv[1], RTLD_NOW);
    if (library == NULL || !find(library, "octo_context_new", &new_context) || !find(library, "octo_repo_open", &open)) return 1;
    phase("load");
    if (new_context(NULL, &context, NULL) != OCTO_OK || open(context, octo_text(argv[2]), &repo, NULL) != OCTO_OK) return 1;
    phase("open");
    if (argc > 3) {
        if (open(context, octo_text(argv[2]), &again, NULL) != OCTO_OK) return 1;
        phase("again");
    }
    peak();
    return 0;
}
