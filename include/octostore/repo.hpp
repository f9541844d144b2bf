// Repositories: the calls. Part of octostore.hpp.
#ifndef OCTOSTORE_REPO_HPP
#define OCTOSTORE_REPO_HPP

#include <octostore/context.hpp>
#include <octostore/data.hpp>
#include <octostore/file.hpp>
#include <octostore/task.hpp>

namespace octo {

/// A git repository with data. Any thread may use it, several at once. Each long call `x` has an `x_start`, which begins it and
/// gives a Task.
template <class Policy>
class BasicRepo : public BasicRepoData<Policy> {
    template <class T>
    using Wait = detail::Waiting<Policy, T>;
    template <class T>
    using Start = detail::Starting<Policy, T>;

  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    template <class T>
    using Task = BasicTask<Policy, T>;
    using File = BasicFile<Policy>;
    using Rows = BasicRows<Policy>;
    using Path = std::filesystem::path;
    using BasicRepoData<Policy>::BasicRepoData;
    using BasicRepoData<Policy>::get;

    /// Opens the repository that `path` is in.
    template <class P>
    static Of<BasicRepo> open(const BasicContext<P> &context, const Path &path) {
        return call_open(Wait<BasicRepo>{{}}, context.get(), path);
    }
    template <class P>
    static Of<Task<BasicRepo>> open_start(const BasicContext<P> &context, const Path &path, const Job &job = {}) {
        return call_open(Start<BasicRepo>{job}, context.get(), path);
    }

    /// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store. Doing it again
    /// changes nothing.
    template <class P>
    static Of<BasicRepo> init(const BasicContext<P> &context, const Path &path, const InitOptions &options = {},
                              const Job &job = {}) {
        return call_init(Wait<BasicRepo>{job}, context.get(), path, options);
    }
    template <class P>
    static Of<Task<BasicRepo>> init_start(const BasicContext<P> &context, const Path &path, const InitOptions &options = {},
                                          const Job &job = {}) {
        return call_init(Start<BasicRepo>{job}, context.get(), path, options);
    }

    /// Clones a git repository, accepts its store, and writes the chosen data. On failure nothing is left behind.
    template <class P>
    static Of<BasicRepo> clone(const BasicContext<P> &context, std::string_view url, const Path &dir,
                               const CloneOptions &options = {}, const Job &job = {}) {
        return call_clone(Wait<BasicRepo>{job}, context.get(), url, dir, options);
    }
    template <class P>
    static Of<Task<BasicRepo>> clone_start(const BasicContext<P> &context, std::string_view url, const Path &dir,
                                           const CloneOptions &options = {}, const Job &job = {}) {
        return call_clone(Start<BasicRepo>{job}, context.get(), url, dir, options);
    }

    /// The top folder of the work tree.
    Of<Path> work_dir() const {
        detail::Handle<octo_path, octo_path_free> path;
        return detail::run<Policy>([&](octo_error **err) { return octo_repo_work_dir(get(), path.out(), err); },
                                   [&] { return detail::path(octo_path_bytes(path.get())); });
    }

    /// The path in the repository that a user's argument means, which is relative to the current folder.
    Of<std::string> path_from(const Path &argument) const {
        detail::Handle<octo_path, octo_path_free> path;
        const detail::PathBytes given(argument);
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_repo_path_from(get(), given.raw(), path.out(), err); },
            [&] { return detail::text(octo_path_bytes(path.get())); });
    }

    /// Tracks the files that these patterns (as in `.gitignore`) match; gives those that were not tracked before.
    Of<Strings> track(const Names &patterns) const {
        Strings fresh;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_repo_track(get(), patterns.data(), patterns.size(), fresh.out(), err);
            },
            [&] { return std::move(fresh); });
    }

    /// No longer tracks these patterns; gives those that were tracked.
    Of<Strings> untrack(const Names &patterns) const {
        Strings gone;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_repo_untrack(get(), patterns.data(), patterns.size(), gone.out(), err);
            },
            [&] { return std::move(gone); });
    }

    /// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the
    /// cache and stages their pointers. Nothing is staged unless all of them could be read.
    Of<AddReport> add(const Names &paths = {}, const Job &job = {}) const { return call_add(Wait<AddReport>{job}, paths); }
    Of<Task<AddReport>> add_start(const Names &paths = {}, const Job &job = {}) const {
        return call_add(Start<AddReport>{job}, paths);
    }

    /// The state of every tracked file, in path order.
    Of<StatusList> status(const Job &job = {}) const { return call_status(Wait<StatusList>{job}); }
    Of<Task<StatusList>> status_start(const Job &job = {}) const { return call_status(Start<StatusList>{job}); }

    /// The tracked files of a revision (empty: the index), those at or below a path if one is given.
    Of<EntryList> ls(std::string_view rev = {}, std::string_view prefix = {}) const {
        EntryList list;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_repo_ls(get(), detail::bytes(rev), detail::bytes(prefix), list.out(), err);
            },
            [&] { return std::move(list); });
    }

    /// Every change of a path, the newest first; at most `limit` of them, or all if that is 0.
    Of<LogList> log(std::string_view path, std::size_t limit = 0) const {
        LogList list;
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_repo_log(get(), detail::bytes(path), limit, list.out(), err); },
            [&] { return std::move(list); });
    }

    /// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
    Of<File> open_file(std::string_view rev, std::string_view path) const {
        File file;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_repo_open_file(get(), detail::bytes(rev), detail::bytes(path), file.out(), err);
            },
            [&] { return std::move(file); });
    }

    /// Where the bytes of a file of a revision are: a local file, or ranges in the store.
    Of<Resolved> resolve(std::string_view rev, std::string_view path) const {
        Resolved resolved;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_repo_resolve(get(), detail::bytes(rev), detail::bytes(path), resolved.out(), err);
            },
            [&] { return std::move(resolved); });
    }

    /// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
    Of<PushReport> push(const PushOptions &options = {}, const Job &job = {}) const {
        return call_push(Wait<PushReport>{job}, options);
    }
    Of<Task<PushReport>> push_start(const PushOptions &options = {}, const Job &job = {}) const {
        return call_push(Start<PushReport>{job}, options);
    }

    /// Brings the data of the index into the cache: everything, or what patterns choose.
    Of<PullReport> fetch(const Names &patterns = {}, const Job &job = {}) const {
        return call_fetch(Wait<PullReport>{job}, patterns);
    }
    Of<Task<PullReport>> fetch_start(const Names &patterns = {}, const Job &job = {}) const {
        return call_fetch(Start<PullReport>{job}, patterns);
    }

    /// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.
    Of<PullReport> pull(const Names &patterns = {}, const Job &job = {}) const {
        return call_pull(Wait<PullReport>{job}, patterns);
    }
    Of<Task<PullReport>> pull_start(const Names &patterns = {}, const Job &job = {}) const {
        return call_pull(Start<PullReport>{job}, patterns);
    }

    /// `fetch` with options: also only the statistics and schemas of data that stays where it is.
    Of<PullReport> fetch_with(const PullOptions &options, const Job &job = {}) const {
        return call_bring(Wait<PullReport>{job}, octo_repo_fetch_with, octo_repo_fetch_with_start, options);
    }
    Of<Task<PullReport>> fetch_with_start(const PullOptions &options, const Job &job = {}) const {
        return call_bring(Start<PullReport>{job}, octo_repo_fetch_with, octo_repo_fetch_with_start, options);
    }

    /// `pull` with options: also only the statistics and schemas of data that stays where it is.
    Of<PullReport> pull_with(const PullOptions &options, const Job &job = {}) const {
        return call_bring(Wait<PullReport>{job}, octo_repo_pull_with, octo_repo_pull_with_start, options);
    }
    Of<Task<PullReport>> pull_with_start(const PullOptions &options, const Job &job = {}) const {
        return call_bring(Start<PullReport>{job}, octo_repo_pull_with, octo_repo_pull_with_start, options);
    }

    /// Turns files back into pointers and frees their space; the store, asked now, must hold their data.
    Of<DropReport> drop(const Names &paths, const Job &job = {}) const { return call_drop(Wait<DropReport>{job}, paths); }
    Of<Task<DropReport>> drop_start(const Names &paths, const Job &job = {}) const {
        return call_drop(Start<DropReport>{job}, paths);
    }

    /// Checks every byte against its hash: the cache and, if asked, the store. What is wrong is in the report, and damaged
    /// chunks leave the cache, so that they can be pulled again; an error means that the check could not be done.
    Of<FsckReport> fsck(const FsckOptions &options = {}, const Job &job = {}) const {
        return call_fsck(Wait<FsckReport>{job}, options);
    }
    Of<Task<FsckReport>> fsck_start(const FsckOptions &options = {}, const Job &job = {}) const {
        return call_fsck(Start<FsckReport>{job}, options);
    }

    /// The store that this clone uses, if one is set; nothing is sent.
    Of<std::optional<StoreInfo>> store() const {
        detail::Outcome<std::optional<StoreInfo>> outcome;
        return detail::run<Policy>([&](octo_error **err) { return octo_repo_store(get(), outcome.info.out(), err); },
                                   [&] { return outcome.value(); });
    }

    /// Points the repository at a store, which is made if the place is empty, and accepts it. The committed configuration
    /// changes.
    Of<StoreInfo> set_store(std::string_view url, const Job &job = {}) const {
        return call_set_store(Wait<StoreInfo>{job}, url);
    }
    Of<Task<StoreInfo>> set_store_start(std::string_view url, const Job &job = {}) const {
        return call_set_store(Start<StoreInfo>{job}, url);
    }

    /// Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it.
    Of<void> accept_store(std::string_view url) const {
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_repo_accept_store(get(), detail::bytes(url), err); }, [] {});
    }

    /// Copies everything that this repository published to another store; the repository goes on using its own.
    Of<CopyReport> copy_store(std::string_view url, const Job &job = {}) const {
        return call_copy_store(Wait<CopyReport>{job}, url);
    }
    Of<Task<CopyReport>> copy_store_start(std::string_view url, const Job &job = {}) const {
        return call_copy_store(Start<CopyReport>{job}, url);
    }

    /// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns
    /// and rows need is fetched. The name says the format: .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather, .ipc. Batches
    /// are read when they are asked for; the job reports and cancels as long as the stream lives.
    Of<Rows> read_rows(std::string_view rev, std::string_view path, const ReadOptions &options = {},
                       const Job &job = {}) const {
        auto watched = std::make_unique<detail::Watched>(job);
        return call_read_rows(
            [&](auto call, auto, auto... args) {
                return detail::run<Policy>(
                    [&](octo_error **err) { return call(args..., watched->watch.raw(), watched->rows.out(), err); },
                    [&] { return Rows(watched->watch.is_listening() ? detail::Watched::make(std::move(watched)) : std::move(watched->rows)); },
                    &watched->watch);
            },
            rev, path, options);
    }
    /// Here the job reports and cancels as long as the task lives; the stream goes on after that.
    Of<Task<Rows>> read_rows_start(std::string_view rev, std::string_view path, const ReadOptions &options = {},
                                   const Job &job = {}) const {
        return call_read_rows(Start<Rows>{job}, rev, path, options);
    }

    /// Writes a stream of rows to a file in the work tree, in the format that its name says. The file is there whole or not at
    /// all; `add` then versions it.
    template <class P>
    Of<WriteReport> write_rows(std::string_view path, BasicRows<P> rows, const Job &job = {}) const {
        return call_write_rows(Wait<WriteReport>{job}, path, rows.get());
    }
    template <class P>
    Of<Task<WriteReport>> write_rows_start(std::string_view path, BasicRows<P> rows, const Job &job = {}) const {
        return call_write_rows(Start<WriteReport>{job}, path, rows.get());
    }

  private:
    // Each long call once: `way` waits for it or begins it.

    template <class Way>
    static auto call_open(const Way &way, octo_context *context, const Path &path) {
        const detail::PathBytes where(path);
        const auto call = [](auto c, auto p, const octo_job *, auto out, auto err) { return octo_repo_open(c, p, out, err); };
        return way(call, octo_repo_open_start, context, where.raw());
    }

    template <class Way>
    static auto call_init(const Way &way, octo_context *context, const Path &path, const InitOptions &options) {
        const detail::PathBytes where(path);
        octo_init_options given = OCTO_INIT_OPTIONS_INIT;
        given.store = detail::bytes(options.store);
        given.program = detail::bytes(options.program);
        return way(octo_repo_init, octo_repo_init_start, context, where.raw(), &given);
    }

    template <class Way>
    static auto call_clone(const Way &way, octo_context *context, std::string_view url, const Path &dir,
                           const CloneOptions &options) {
        const detail::PathBytes where(dir);
        const Names patterns(options.patterns);
        octo_clone_options given = OCTO_CLONE_OPTIONS_INIT;
        given.data = static_cast<std::uint32_t>(options.data);
        given.patterns = patterns.data();
        given.pattern_count = patterns.size();
        given.copy_to = detail::bytes(options.copy_to);
        given.branch = detail::bytes(options.branch);
        given.program = detail::bytes(options.program);
        return way(octo_repo_clone, octo_repo_clone_start, context, detail::bytes(url), where.raw(), &given);
    }

    template <class Way>
    auto call_add(const Way &way, const Names &paths) const {
        return way(octo_repo_add, octo_repo_add_start, get(), paths.data(), paths.size());
    }

    template <class Way>
    auto call_status(const Way &way) const {
        return way(octo_repo_status, octo_repo_status_start, get());
    }

    template <class Way>
    auto call_push(const Way &way, const PushOptions &options) const {
        octo_push_options given = OCTO_PUSH_OPTIONS_INIT;
        given.remote = detail::bytes(options.remote);
        given.all = options.all ? 1 : 0;
        return way(octo_repo_push, octo_repo_push_start, get(), &given);
    }

    template <class Way>
    auto call_fetch(const Way &way, const Names &patterns) const {
        return way(octo_repo_fetch, octo_repo_fetch_start, get(), patterns.data(), patterns.size());
    }

    template <class Way>
    auto call_pull(const Way &way, const Names &patterns) const {
        return way(octo_repo_pull, octo_repo_pull_start, get(), patterns.data(), patterns.size());
    }

    template <class Way, class Call, class Begin>
    auto call_bring(const Way &way, Call call, Begin begin, const PullOptions &options) const {
        const Names patterns(options.paths), only(options.only);
        octo_pull_options given = OCTO_PULL_OPTIONS_INIT;
        given.patterns = patterns.data();
        given.pattern_count = patterns.size();
        given.only = only.data();
        given.only_count = only.size();
        return way(call, begin, get(), &given);
    }

    template <class Way>
    auto call_drop(const Way &way, const Names &paths) const {
        return way(octo_repo_drop, octo_repo_drop_start, get(), paths.data(), paths.size());
    }

    template <class Way>
    auto call_fsck(const Way &way, const FsckOptions &options) const {
        octo_fsck_options given = OCTO_FSCK_OPTIONS_INIT;
        given.store = options.store ? 1 : 0;
        return way(octo_repo_fsck, octo_repo_fsck_start, get(), &given);
    }

    template <class Way>
    auto call_set_store(const Way &way, std::string_view url) const {
        // The blocking call gives nothing: what it changed is asked for.
        const auto call = [](auto repo, auto u, auto job, auto out, auto err) {
            const octo_status status = octo_repo_set_store(repo, u, job, err);
            return status == OCTO_OK ? octo_repo_store(repo, out, err) : status;
        };
        return way(call, octo_repo_set_store_start, get(), detail::bytes(url));
    }

    template <class Way>
    auto call_copy_store(const Way &way, std::string_view url) const {
        return way(octo_repo_copy_store, octo_repo_copy_store_start, get(), detail::bytes(url));
    }

    template <class Way>
    auto call_read_rows(const Way &way, std::string_view rev, std::string_view path, const ReadOptions &options) const {
        const Names columns(options.columns);
        octo_read_options given = OCTO_READ_OPTIONS_INIT;
        given.columns = columns.data();
        given.column_count = columns.size();
        given.limit = options.limit;
        given.batch_rows = options.batch_rows;
        given.split = detail::bytes(std::string_view(options.split));
        given.sample = detail::bytes(std::string_view(options.sample));
        given.selection = detail::bytes(std::string_view(options.selection));
        given.on_error = detail::bytes(std::string_view(options.on_error));
        return way(octo_repo_read_rows, octo_repo_read_rows_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_write_rows(const Way &way, std::string_view path, ArrowArrayStream *rows) const {
        const auto call = [](auto repo, auto p, auto stream, auto job, auto out, auto err) {
            return octo_repo_write_rows(repo, p, stream, job, out, err);
        };
        return way(call, octo_repo_write_rows_start, get(), detail::bytes(path), rows);
    }
};

namespace detail {

template <class Policy>
struct Outcome<BasicRepo<Policy>> : HandleOutcome<BasicRepo<Policy>, octo_task_take_repo> {};

}  // namespace detail

}  // namespace octo

#endif
