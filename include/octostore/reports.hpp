// What calls take and give, but for lists. Part of octostore.hpp.
#ifndef OCTOSTORE_REPORTS_HPP
#define OCTOSTORE_REPORTS_HPP

#include <octostore/views.hpp>

#include <functional>

namespace octo {

/// How much a log tells: each level has those before it.
enum class Level : std::uint32_t {
    none = 0,
    /// A call failed.
    error = OCTO_LOG_ERROR,
    /// Something that its user should know although the call went well.
    warn = OCTO_LOG_WARN,
    /// What was done to a store or a repository.
    info = OCTO_LOG_INFO,
    /// Each call, and how long it took.
    debug = OCTO_LOG_DEBUG,
};

/// One record of the log.
struct LogRecord {
    Level level = Level::none;
    /// What it is about: "call", "repo" or "store".
    std::string_view target;
    /// One line.
    std::string_view message;
};

/// Limits of a context, and its log; 0 means the default.
struct ContextOptions {
    /// Threads for cutting, hashing and compressing; by default one for each core.
    std::size_t threads = 0;
    /// Bytes that data on its way to or from a store may take up; by default 128 MiB.
    std::uint64_t memory = 0;
    /// Requests under way at once; by default 8.
    std::size_t connections = 0;
    /// What on_log hears.
    Level log_level = Level::none;
    /// Called from any thread, never by two at once, and not after the context is gone. It must be quick and must not call
    /// octostore. What it throws is dropped: a log stops no work.
    std::function<void(const LogRecord &)> on_log = {};
};

/// How Repo::init sets a repository up.
struct InitOptions {
    /// Where the data goes: a folder's path, file:///folder, s3://, gs:// or az://.
    std::optional<std::string> store = {};
    /// The octostore program that git's filter and hooks shall call; without it, "octostore" on the PATH.
    std::optional<std::string> program = {};
};

/// Which data Repo::clone writes into the new work tree.
enum class Data : std::uint32_t { all = OCTO_DATA_ALL, none = OCTO_DATA_NONE, matching = OCTO_DATA_MATCHING };

/// How Repo::clone works.
struct CloneOptions {
    Data data = Data::all;
    /// For Data::matching: patterns as in .gitignore.
    std::vector<std::string> patterns = {};
    /// Copy the data to this store and use it from now on in this clone.
    std::optional<std::string> copy_to = {};
    /// The branch to check out; without it, the remote's own choice.
    std::optional<std::string> branch = {};
    /// As in InitOptions.
    std::optional<std::string> program = {};
};

/// What Repo::push uploads.
struct PushOptions {
    /// The git remote to push the branch to once its data is in the store; without it, only data is pushed.
    std::optional<std::string> remote = {};
    /// Every branch and tag, not only the current branch.
    bool all = false;
};

/// What Repo::push did.
struct PushReport {
    /// File versions that the store now holds and was told of.
    std::uint64_t files = 0;
    /// Packs written to the store.
    std::uint64_t packs = 0;
    /// Bytes sent to the store.
    std::uint64_t uploaded_bytes = 0;
    /// Bytes of file content that the store held already.
    std::uint64_t reused_bytes = 0;
};

/// What Repo::drop did.
struct DropReport {
    /// Files turned back into pointers.
    std::uint64_t files = 0;
    /// Bytes freed in the work tree and the cache.
    std::uint64_t freed_bytes = 0;
};

/// What Repo::fsck checks.
struct FsckOptions {
    /// The store too, byte for byte, not only the cache.
    bool store = false;
};

/// What Repo::copy_store did.
struct CopyReport {
    /// Packs copied.
    std::uint64_t packs = 0;
    /// Bytes copied.
    std::uint64_t bytes = 0;
};

/// Which rows Repo::read_rows reads.
struct ReadOptions {
    /// Only these columns, in the file's order; all if there are none.
    std::vector<std::string> columns = {};
    /// At most so many rows; 0: all.
    std::uint64_t limit = 0;
    /// Rows in a batch; 0: 65,536.
    std::size_t batch_rows = 0;
    /// Only the rows of this part of a stored split: `train`, or `recipe/train`.
    std::string split = {};
    /// Only a sample of the rows, by the hash of all columns: a fraction (`0.01`).
    std::string sample = {};
    /// Only the columns of this recorded selection.
    std::string selection = {};
    /// What a row that cannot be read does: `stop` (the default), or `skip`.
    std::string on_error = {};
};

/// What Repo::write_rows did.
struct WriteReport {
    /// Rows written.
    std::uint64_t rows = 0;
    /// Bytes of the file.
    std::uint64_t bytes = 0;
};

/// The store of a repository.
struct StoreInfo {
    std::string url;
    /// Whether the URL is set for this clone only.
    bool local_only = false;
    /// Whether this clone's owner has accepted the URL.
    bool accepted = false;
    /// Whether the store honours conditional writes; nothing before this clone first connected to it.
    std::optional<bool> conditional_writes = {};
};

}  // namespace octo

#endif
