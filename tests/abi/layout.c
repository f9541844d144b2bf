/* Prints the sizes and offsets that programs were compiled with: tests/abi/octostore.layout is the baseline. */
#include <octostore.h>
#include <stdio.h>

#define S(t) printf("%s size %zu\n", #t, sizeof(t))
#define F(t, f) printf("%s.%s at %zu\n", #t, #f, offsetof(t, f))

int main(void) {
    S(octo_bytes); F(octo_bytes, data); F(octo_bytes, len);
    S(octo_pointer); F(octo_pointer, oid); F(octo_pointer, size);
    S(octo_progress); F(octo_progress, phase); F(octo_progress, done_bytes); F(octo_progress, total_bytes);
    F(octo_progress, done_items); F(octo_progress, total_items);
    S(octo_job); F(octo_job, on_progress); F(octo_job, cancel); F(octo_job, user_data);
    S(octo_context_options); F(octo_context_options, threads); F(octo_context_options, memory); F(octo_context_options, connections);
    S(octo_init_options); F(octo_init_options, store); F(octo_init_options, program);
    S(octo_clone_options); F(octo_clone_options, data); F(octo_clone_options, patterns); F(octo_clone_options, pattern_count);
    F(octo_clone_options, copy_to); F(octo_clone_options, branch); F(octo_clone_options, program);
    S(octo_push_options); F(octo_push_options, remote); F(octo_push_options, all);
    S(octo_fsck_options); F(octo_fsck_options, store);
    S(octo_add_totals); F(octo_add_totals, files); F(octo_add_totals, stored_bytes);
    S(octo_push_report); F(octo_push_report, files); F(octo_push_report, reused_bytes);
    S(octo_pull_report); F(octo_pull_report, files); F(octo_pull_report, kept);
    S(octo_drop_report); F(octo_drop_report, freed_bytes);
    S(octo_copy_report); F(octo_copy_report, bytes);
    S(octo_fsck_totals); F(octo_fsck_totals, problems);
    S(octo_file_status); F(octo_file_status, path); F(octo_file_status, state); F(octo_file_status, has_pointer);
    F(octo_file_status, pushed); F(octo_file_status, pointer);
    S(octo_entry); F(octo_entry, path); F(octo_entry, pointer);
    S(octo_log_entry); F(octo_log_entry, time); F(octo_log_entry, has_pointer); F(octo_log_entry, pointer);
    S(octo_range); F(octo_range, object); F(octo_range, stored_length);
    S(octo_problem); F(octo_problem, code); F(octo_problem, message); F(octo_problem, hint);
    return 0;
}
