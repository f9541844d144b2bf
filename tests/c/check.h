/* What the test programs share: checks that name their place, files with known bytes, a repository to work in. */
#ifndef CHECK_H
#define CHECK_H

#include <octostore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int checks;

#define CHECK(condition, what)                                               \
    do {                                                                     \
        checks++;                                                            \
        if (!(condition)) {                                                  \
            fprintf(stderr, "FAILED %s:%d: %s\n", __FILE__, __LINE__, what); \
            exit(1);                                                         \
        }                                                                    \
    } while (0)

static inline int equal(octo_bytes b, const char *s) { return b.len == strlen(s) && memcmp(b.data, s, b.len) == 0; }

/* Ends the program where a call fails that must not. */
static inline void must(octo_status status, octo_error *err, const char *what) {
    checks++;
    if (status == OCTO_OK) return;
    octo_bytes message = octo_error_message(err), hint = octo_error_hint(err);
    fprintf(stderr, "FAILED %s: %s: %.*s (%.*s)\n", what, octo_status_name(status), (int)message.len, (const char *)message.data,
            (int)hint.len, (const char *)hint.data);
    octo_error_free(err);
    exit(1);
}

static inline void sh(const char *folder, const char *command) {
    char line[4096];
    snprintf(line, sizeof line, "cd '%s' && %s", folder, command);
    CHECK(system(line) == 0, command);
}

static inline unsigned next(unsigned *seed) { return (*seed = *seed * 1664525u + 1013904223u) >> 8; }

static inline void write_file(const char *folder, const char *name, unsigned seed, size_t len) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL, path);
    for (size_t i = 0; i < len; i++) fputc((int)(next(&seed) >> 16 & 0xff), f);
    fclose(f);
}

/* A repository in `folder` that tracks data/, with a store beside it. */
static inline octo_repo *new_repo(octo_context *context, const char *folder) {
    char url[1100];
    octo_error *err = NULL;
    octo_repo *repo = NULL;
    octo_init_options options = OCTO_INIT_OPTIONS_INIT;
    octo_bytes pattern = octo_text("data/");
    octo_strings *fresh = NULL;
    sh(folder, "git init -q -b main . && git config user.name A && git config user.email a@example.org && mkdir data");
    snprintf(url, sizeof url, "file://%s.store", folder);
    options.store = octo_text(url);
    must(octo_repo_init(context, octo_text(folder), &options, NULL, &repo, &err), err, "init");
    must(octo_repo_track(repo, &pattern, 1, &fresh, &err), err, "track");
    octo_strings_free(fresh);
    sh(folder, "git add .gitattributes .octostore && git commit -qm begin");
    return repo;
}

/* Long forms of random tests. */
static inline int is_long(void) {
    const char *said = getenv("OCTOSTORE_LONG");
    return said != NULL && *said != 0;
}

#endif
