/* A program with a zstd and a Rust runtime's name of its own: the library uses what it brought, and the program what it has.
 * Usage: clash FOLDER, where FOLDER is an empty folder. */
#include "check.h"

static int called;

size_t ZSTD_compress(void *to, size_t room, const void *from, size_t len, int level);
size_t ZSTD_compress(void *to, size_t room, const void *from, size_t len, int level) {
    (void)to, (void)room, (void)from, (void)len, (void)level;
    return (size_t)++called;
}
size_t ZSTD_decompress(void *to, size_t room, const void *from, size_t len);
size_t ZSTD_decompress(void *to, size_t room, const void *from, size_t len) {
    (void)to, (void)room, (void)from, (void)len;
    return (size_t)++called;
}
void *ZSTD_createCCtx(void);
void *ZSTD_createCCtx(void) { return called++, (void *)0; }
size_t ZSTD_compressCCtx(void);
size_t ZSTD_compressCCtx(void) { return (size_t)++called; }
size_t ZSTD_compress2(void);
size_t ZSTD_compress2(void) { return (size_t)++called; }
void rust_eh_personality(void);
void rust_eh_personality(void) { abort(); }
void rust_begin_unwind(void);
void rust_begin_unwind(void) { abort(); }

int main(int argc, char **argv) {
    octo_context *context = NULL;
    octo_add_report *added = NULL;
    octo_add_totals totals = OCTO_ADD_TOTALS_INIT;
    octo_file *file = NULL;
    char byte;
    size_t done = 0;
    CHECK(argc == 2, "usage: clash FOLDER");
    must(octo_context_new(NULL, &context, NULL), NULL, "context_new");
    octo_repo *repo = new_repo(context, argv[1]);
    sh(argv[1], "yes 'the same line again' | head -c 3000000 > data/a.txt");
    must(octo_repo_add(repo, NULL, 0, NULL, &added, NULL), NULL, "add");
    CHECK(octo_add_report_totals(added, &totals) == OCTO_OK && totals.stored_bytes < totals.new_bytes / 10, "it was compressed");
    octo_add_report_free(added);
    must(octo_repo_open_file(repo, octo_text(""), octo_text("data/a.txt"), &file, NULL), NULL, "open_file");
    must(octo_file_read_at(file, 4, (uint8_t *)&byte, 1, &done, NULL), NULL, "read_at");
    CHECK(byte == 's' && called == 0, "and read back, with nothing of ours");
    CHECK(ZSTD_compress(NULL, 0, NULL, 0, 0) == 1, "which is still there");
    octo_file_free(file);
    octo_repo_free(repo);
    octo_context_free(context);
    printf("%d checks passed\n", checks);
    return 0;
}
