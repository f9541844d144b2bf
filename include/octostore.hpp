// octostore for C++17 and later: the handles, errors and lists of octostore.h as C++ objects. Header-only, all inline: there
// is no C++ ABI, a program depends on the C library alone. docs/cpp.md is the guide.
//
//     #include <octostore.hpp>
//     #include <iostream>
//
//     int main() try {
//         const auto context = octo::Context::create();
//         const auto repo = octo::Repo::open(context, ".");
//         for (const octo::FileStatus &file : repo.status())
//             std::cout << octo::name(file.state) << ' ' << file.path << '\n';
//     } catch (const octo::Error &error) {
//         std::cerr << error.message() << '\n' << error.hint() << '\n';
//         return 1;
//     }
//
// ERRORS, by choice: octo::Repo throws octo::Error; octo::expected::Repo has the same calls and gives octo::Result<T>, which
// holds a value or an Error, and needs no exceptions (with -fno-exceptions it is the only one there is).
//
// HANDLES are move-only and free themselves. One that was moved from is empty: a call on it is an error
// (Code::invalid_argument), its lists and sizes are 0. Lists and files stay usable when their repository is gone.
//
// TEXT is std::string_view in UTF-8; a PATH of the file system is a std::filesystem::path; a path inside a repository is a
// std::string_view of bytes, relative to its top, with "/" between its parts. What a list shows (string_view) lives as long
// as the list.
//
// THREADS: a context, a repository, a table, a list and an Error may be used by any thread, several at once; a File too, where
// reads wait for each other; a stream of rows by one thread at a time. Each long call `x` has an `x_start` that does not wait
// and gives an octo::Task. What a listener (progress, log) throws is caught and never crosses the C library.

#ifndef OCTOSTORE_HPP
#define OCTOSTORE_HPP

#include <octostore.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <istream>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#if defined(__has_include) && __cplusplus >= 202002L
#if __has_include(<span>)
#include <span>
#endif
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OCTO_CPP_EXCEPTIONS 1
#else
#define OCTO_CPP_EXCEPTIONS 0
#endif

namespace octo {

// ---------------------------------------------------------------------------------------------------------------- views

#if defined(__cpp_lib_span)
/// Elements that lie side by side and belong to somebody else.
template <class T>
using span = std::span<T>;
#else
/// Elements that lie side by side and belong to somebody else: the part of C++20's std::span that is needed.
template <class T>
class span {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using iterator = T *;

    constexpr span() noexcept = default;
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <std::size_t N>
    constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}
    /// From whatever has data() and size(): a vector, an array, a string, another span.
    template <class Container,
              class = std::enable_if_t<std::is_convertible_v<
                  std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))> (*)[], T (*)[]>>>
    constexpr span(Container &&container) : data_(std::data(container)), size_(std::size(container)) {}

    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &operator[](std::size_t index) const noexcept { return data_[index]; }
    constexpr span first(std::size_t count) const noexcept { return {data_, count}; }
    constexpr span subspan(std::size_t offset) const noexcept { return {data_ + offset, size_ - offset}; }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};
#endif

namespace detail {

inline octo_bytes bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

/// NULL data is how the C library is told that something is left out.
inline octo_bytes bytes(const std::optional<std::string> &text) noexcept {
    return text ? bytes(std::string_view(*text)) : octo_bytes{nullptr, 0};
}

inline std::string_view view(octo_bytes b) noexcept {
    return b.len == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(b.data), b.len);
}

inline std::string text(octo_bytes b) { return std::string(view(b)); }

/// A path as the C library takes it: its own bytes, or UTF-8 on Windows.
class PathBytes {
  public:
#if defined(_WIN32)
    explicit PathBytes(const std::filesystem::path &path) {
        const auto utf8 = path.u8string();
        text_.assign(utf8.begin(), utf8.end());
    }
#else
    explicit PathBytes(const std::filesystem::path &path) : text_(path.native()) {}
#endif
    octo_bytes raw() const noexcept { return bytes(std::string_view(text_)); }

  private:
    std::string text_;
};

inline std::filesystem::path path(octo_bytes b) {
#if defined(_WIN32)
    return std::filesystem::u8path(text(b));
#else
    return std::filesystem::path(text(b));
#endif
}

/// The owner of something that the C library made.
template <class Raw, void (*Free)(Raw *)>
class Handle {
  public:
    Handle() noexcept = default;
    /// Takes over what a C call gave.
    explicit Handle(Raw *raw) noexcept : raw_(raw) {}
    Handle(Handle &&other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
    Handle &operator=(Handle &&other) noexcept {
        Handle moved(std::move(other));
        std::swap(raw_, moved.raw_);
        return *this;
    }
    ~Handle() { Free(raw_); }

    /// The C handle, for a call that only C has; still owned here.
    Raw *get() const noexcept { return raw_; }
    /// Gives the C handle away: the caller frees it.
    Raw *release() noexcept { return std::exchange(raw_, nullptr); }
    /// Whether there is something: not after a move.
    explicit operator bool() const noexcept { return raw_ != nullptr; }

    /// Where a C call writes a new handle.
    Raw **out() noexcept {
        *this = Handle();
        return &raw_;
    }

  private:
    Raw *raw_ = nullptr;
};

template <class T, class = void>
struct is_text_range : std::false_type {};
template <class T>
struct is_text_range<T, std::void_t<decltype(std::begin(std::declval<const T &>()), std::end(std::declval<const T &>()))>>
    : std::bool_constant<
          std::is_convertible_v<decltype(*std::begin(std::declval<const T &>())), std::string_view> &&
          !std::is_convertible_v<const T &, std::string_view>> {};

}  // namespace detail

/// Texts or paths given to a call: one, several in braces, or any range of strings. It only looks at them.
class Names {
  public:
    Names() = default;
    Names(std::initializer_list<std::string_view> names) {
        for (std::string_view name : names) raw_.push_back(detail::bytes(name));
    }
    template <class Text, std::enable_if_t<std::is_convertible_v<const Text &, std::string_view>, int> = 0>
    Names(const Text &name) : raw_{detail::bytes(std::string_view(name))} {}
    template <class Range, std::enable_if_t<detail::is_text_range<Range>::value, int> = 0>
    Names(const Range &names) {
        for (auto &&name : names) raw_.push_back(detail::bytes(std::string_view(name)));
    }

    const octo_bytes *data() const noexcept { return raw_.data(); }
    std::size_t size() const noexcept { return raw_.size(); }

  private:
    std::vector<octo_bytes> raw_;
};

/// Where a read puts bytes: anything with data() and size() whose elements are bytes (vector, array, string, span).
class Buffer {
  public:
    Buffer(void *data, std::size_t size) noexcept : data_(static_cast<std::uint8_t *>(data)), size_(size) {}
    template <class Container,
              class T = std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))>,
              std::enable_if_t<sizeof(T) == 1 && !std::is_const_v<T> && std::is_trivially_copyable_v<T>, int> = 0>
    Buffer(Container &&container) noexcept : Buffer(std::data(container), std::size(container)) {}

    std::uint8_t *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

  private:
    std::uint8_t *data_;
    std::size_t size_;
};

// --------------------------------------------------------------------------------------------------------------- errors

/// What kind of thing went wrong. Numbers are stable; a newer library may give ones that are not named here.
enum class Code : octo_status {
    invalid_argument = OCTO_INVALID_ARGUMENT,
    not_a_repository = OCTO_NOT_A_REPOSITORY,
    not_found = OCTO_NOT_FOUND,
    already_exists = OCTO_ALREADY_EXISTS,
    cancelled = OCTO_CANCELLED,
    io = OCTO_IO,
    disk_full = OCTO_DISK_FULL,
    permission_denied = OCTO_PERMISSION_DENIED,
    locked = OCTO_LOCKED,
    pointer_invalid = OCTO_POINTER_INVALID,
    version_too_new = OCTO_VERSION_TOO_NEW,
    corrupt = OCTO_CORRUPT,
    missing_data = OCTO_MISSING_DATA,
    store_not_configured = OCTO_STORE_NOT_CONFIGURED,
    store_url_invalid = OCTO_STORE_URL_INVALID,
    store_unreachable = OCTO_STORE_UNREACHABLE,
    store_permission = OCTO_STORE_PERMISSION,
    store_foreign = OCTO_STORE_FOREIGN,
    store_not_accepted = OCTO_STORE_NOT_ACCEPTED,
    store_feature = OCTO_STORE_FEATURE,
    store_conflict = OCTO_STORE_CONFLICT,
    git = OCTO_GIT,
    unsupported_path = OCTO_UNSUPPORTED_PATH,
    file_changed = OCTO_FILE_CHANGED,
    config = OCTO_CONFIG,
    not_tracked = OCTO_NOT_TRACKED,
    not_pushed = OCTO_NOT_PUSHED,
    bare_repository = OCTO_BARE_REPOSITORY,
    unsupported = OCTO_UNSUPPORTED,
    out_of_memory = OCTO_OUT_OF_MEMORY,
    invalid_data = OCTO_INVALID_DATA,
    internal = OCTO_INTERNAL,
};

/// The stable name of a code, such as "store_unreachable"; "unknown" for one that the library does not have.
inline const char *name(Code code) noexcept { return octo_status_name(static_cast<octo_status>(code)); }

/// One line about a code.
inline const char *summary(Code code) noexcept { return octo_status_summary(static_cast<octo_status>(code)); }

/// Every error code there is.
inline std::vector<Code> codes() {
    std::vector<Code> all;
    for (std::size_t n = 0; n < octo_status_count(); ++n)
        if (const octo_status status = octo_status_at(n); status != OCTO_OK) all.push_back(static_cast<Code>(status));
    return all;
}

/// What went wrong, where, and what to do about it. Copies share their text, and copying does not throw.
class Error : public std::exception {
  public:
    using Context = std::vector<std::pair<std::string, std::string>>;

    Error(Code code, std::string message, std::string hint = {}) : parts_(std::make_shared<Parts>()) {
        parts_->code = code;
        parts_->message = std::move(message);
        parts_->hint = std::move(hint);
        parts_->finish();
    }
    /// What a C call gave. `raw` may be NULL and stays the caller's.
    Error(octo_status status, const octo_error *raw) : parts_(std::make_shared<Parts>()) {
        parts_->code = static_cast<Code>(status);
        parts_->message = raw ? detail::text(octo_error_message(raw)) : std::string(octo_status_summary(status));
        parts_->hint = detail::text(octo_error_hint(raw));
        parts_->retryable = octo_error_retryable(raw);
        for (std::size_t n = 0; n < octo_error_context_count(raw); ++n) {
            octo_bytes key{nullptr, 0}, value{nullptr, 0};
            octo_error_context_get(raw, n, &key, &value);
            parts_->context.emplace_back(detail::text(key), detail::text(value));
        }
        parts_->finish();
    }

    Code code() const noexcept { return parts_->code; }
    /// One sentence: what is wrong with what.
    const std::string &message() const noexcept { return parts_->message; }
    /// One sentence: what to do. May be empty.
    const std::string &hint() const noexcept { return parts_->hint; }
    /// Whether the same call may work when it is tried again with nothing changed.
    bool retryable() const noexcept { return parts_->retryable; }
    /// Named facts: "path", "store", "pack", ...
    const Context &context() const noexcept { return parts_->context; }
    /// One of the facts, if the error has it.
    std::optional<std::string_view> context(std::string_view key) const noexcept {
        for (const auto &[k, value] : parts_->context)
            if (k == key) return value;
        return std::nullopt;
    }
    /// Message and hint in one line.
    const char *what() const noexcept override { return parts_->what.c_str(); }

  private:
    struct Parts {
        Code code = Code::internal;
        bool retryable = false;
        std::string message, hint, what;
        Context context;
        void finish() { what = hint.empty() ? message : message + " " + hint; }
    };
    std::shared_ptr<Parts> parts_;
};

namespace detail {

/// Throws; a program without exceptions that reads the value of a failed result ends here, saying why.
[[noreturn]] inline void raise(const Error &error) {
#if OCTO_CPP_EXCEPTIONS
    throw error;
#else
    std::fprintf(stderr, "octostore: the value of a failed call was used: %s\n", error.what());
    std::abort();
#endif
}

}  // namespace detail

/// A value, or the Error that came instead of it. Using the value of a failed one throws the Error (without exceptions: aborts).
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T &value() & { return *checked(); }
    const T &value() const & {
        if (!has_value()) detail::raise(error());
        return *std::get_if<0>(&held_);
    }
    /// By value, so that `for (auto x : call().value())` is safe.
    T value() && { return std::move(*checked()); }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T *operator->() { return checked(); }
    const T *operator->() const { return &value(); }

    T value_or(T other) && { return has_value() ? std::move(*std::get_if<0>(&held_)) : std::move(other); }

    /// What went wrong; only of a failed one.
    const Error &error() const {
        const Error *error = std::get_if<1>(&held_);
        if (!error) detail::raise(Error(Code::invalid_argument, "A call that went well has no error."));
        return *error;
    }

    /// What `next` (value -> Result) gives, or this error.
    template <class Next>
    auto and_then(Next &&next) && -> std::invoke_result_t<Next, T &&> {
        if (!has_value()) return error();
        return std::forward<Next>(next)(std::move(*std::get_if<0>(&held_)));
    }

  private:
    T *checked() {
        if (!has_value()) detail::raise(error());
        return std::get_if<0>(&held_);
    }
    std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() noexcept = default;
    Result(Error error) : error_(std::move(error)) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (error_) detail::raise(*error_);
    }
    void operator*() const { value(); }
    const Error &error() const {
        if (!error_) detail::raise(Error(Code::invalid_argument, "A call that went well has no error."));
        return *error_;
    }

  private:
    std::optional<Error> error_;
};

/// How calls give an error: by throwing it.
struct Throwing {
    template <class T>
    using Of = T;
    template <class T>
    [[noreturn]] static T fail(const Error &error) {
        detail::raise(error);
    }
};

/// How calls give an error: in a Result.
struct Expected {
    template <class T>
    using Of = Result<T>;
    template <class T>
    static Result<T> fail(const Error &error) {
        return error;
    }
};

// ------------------------------------------------------------------------------------------------- progress and cancelling

/// How far a call is.
struct Progress {
    /// What is being done: "add", "upload", "download", "write files", "verify", ...
    std::string_view phase;
    std::uint64_t done_bytes = 0;
    /// 0 if not known.
    std::uint64_t total_bytes = 0;
    /// Files, or packs.
    std::uint64_t done_items = 0;
    /// 0 if not known.
    std::uint64_t total_items = 0;
};

/// Stops calls, from any thread. Copies are the same token.
class Cancel {
  public:
    /// A token that nobody has cancelled.
    Cancel() : raw_(octo_cancel_new(), octo_cancel_free) {}
    /// Asks every job that holds this token to stop soon.
    void cancel() const noexcept { octo_cancel_cancel(raw_.get()); }
    /// Whether somebody has asked.
    bool is_cancelled() const noexcept { return octo_cancel_is_cancelled(raw_.get()); }
    /// The C token; still owned here.
    octo_cancel *get() const noexcept { return raw_.get(); }

  private:
    std::shared_ptr<octo_cancel> raw_;
};

/// How a long call tells how far it is, and how it is stopped: `repo.pull({}, {.on_progress = show, .cancel = token})`.
struct Job {
    /// Called often, from any thread, never by two at once; it must be quick and must not call octostore but for
    /// Cancel::cancel. What it throws cancels the call (by its token) and is thrown to the caller when the call has ended.
    std::function<void(const Progress &)> on_progress = {};
    /// Stops the call, which fails with Code::cancelled and leaves the state as it was.
    std::optional<Cancel> cancel = {};
    /// For the `_start` calls: wakes the caller up when the task is done, from a thread of the library. What it throws is
    /// dropped: nobody is there to have it.
    std::function<void()> on_done = {};
};

namespace detail {

/// Calls a listener that nobody hears throw.
template <class Listener, class... Args>
void quietly(const Listener &listener, Args &&...args) noexcept {
#if OCTO_CPP_EXCEPTIONS
    try {
        listener(std::forward<Args>(args)...);
    } catch (...) {
    }
#else
    listener(std::forward<Args>(args)...);
#endif
}

/// A job under way: what the C library calls, and what the listener threw.
class Watch {
  public:
    explicit Watch(Job job) : job_(std::move(job)) {
        raw_.user_data = this;
        if (job_.on_done) raw_.on_done = &Watch::done;
        if (job_.on_progress) {
            raw_.on_progress = &Watch::report;
            if (!job_.cancel) job_.cancel.emplace();
        }
        if (job_.cancel) raw_.cancel = job_.cancel->get();
    }
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    const octo_job *raw() const noexcept { return &raw_; }

    /// Throws on what the listener threw, once the call has ended.
    void rethrow() {
#if OCTO_CPP_EXCEPTIONS
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
#endif
    }

  private:
    static void report(const octo_progress *p, void *self) noexcept {
        auto &watch = *static_cast<Watch *>(self);
        const Progress progress{view(p->phase), p->done_bytes, p->total_bytes, p->done_items, p->total_items};
#if OCTO_CPP_EXCEPTIONS
        if (watch.thrown_) return;
        try {
            watch.job_.on_progress(progress);
        } catch (...) {
            watch.thrown_ = std::current_exception();
            watch.job_.cancel->cancel();
        }
#else
        watch.job_.on_progress(progress);
#endif
    }

    static void done(void *self) noexcept { quietly(static_cast<Watch *>(self)->job_.on_done); }

    Job job_;
    octo_job raw_ = OCTO_JOB_INIT;
#if OCTO_CPP_EXCEPTIONS
    std::exception_ptr thrown_;
#endif
};

/// Makes a C call, and of its outcome what the policy wants.
template <class Policy, class Call, class Make>
auto run(Call &&call, Make &&make, Watch *watch = nullptr) -> typename Policy::template Of<std::invoke_result_t<Make>> {
    using T = std::invoke_result_t<Make>;
    octo_error *raw = nullptr;
    const octo_status status = call(&raw);
    const Handle<octo_error, octo_error_free> error(raw);
    if (watch) watch->rethrow();
    if (status != OCTO_OK) return Policy::template fail<T>(Error(status, error.get()));
    if constexpr (std::is_void_v<T>)
        return typename Policy::template Of<T>();
    else
        return make();
}

}  // namespace detail

// ------------------------------------------------------------------------------------------------------- options and reports

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

// ---------------------------------------------------------------------------------------------------------------- lists

/// A version of a file's content.
struct Pointer {
    /// The id: BLAKE3, 32 bytes.
    std::array<std::uint8_t, 32> oid{};
    /// Bytes of the file.
    std::uint64_t size = 0;

    /// The id as 64 hexadecimal digits.
    std::string hex() const {
        std::string digits;
        for (const unsigned byte : oid) {
            digits += "0123456789abcdef"[byte >> 4];
            digits += "0123456789abcdef"[byte & 15];
        }
        return digits;
    }
    friend bool operator==(const Pointer &a, const Pointer &b) noexcept { return a.oid == b.oid && a.size == b.size; }
    friend bool operator!=(const Pointer &a, const Pointer &b) noexcept { return !(a == b); }
};

/// Where the data of a tracked file stands in the work tree.
enum class State : std::uint32_t {
    /// The data is in the work tree and is what the index says.
    present = OCTO_STATE_PRESENT,
    /// Only the pointer is in the work tree; Repo::pull brings the data.
    pointer = OCTO_STATE_POINTER,
    /// The file differs from what the index says.
    modified = OCTO_STATE_MODIFIED,
    /// The file is gone from the work tree.
    deleted = OCTO_STATE_DELETED,
    /// The path is tracked by a pattern but was never added.
    untracked = OCTO_STATE_UNTRACKED,
};

/// The state as a word, such as "present".
inline const char *name(State state) noexcept {
    switch (state) {
        case State::present: return "present";
        case State::pointer: return "pointer";
        case State::modified: return "modified";
        case State::deleted: return "deleted";
        case State::untracked: return "untracked";
    }
    return "unknown";
}

/// A tracked file, as Repo::status sees it.
struct FileStatus {
    std::string_view path;
    State state = State::present;
    /// What the index holds; nothing for an untracked file.
    std::optional<Pointer> pointer;
    /// The index differs from HEAD.
    bool staged = false;
    /// The local cache holds all of the data.
    bool cached = false;
    /// This clone knows that the store holds all of the data.
    bool pushed = false;
};

/// A file of a revision, or one that was added.
struct Entry {
    std::string_view path;
    Pointer pointer;
};

/// A change of a file.
struct LogEntry {
    /// 40 hexadecimal digits.
    std::string_view commit;
    std::string_view author;
    /// The first line of the message.
    std::string_view subject;
    std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> time;
    /// Nothing where the commit deleted the data.
    std::optional<Pointer> pointer;
};

/// A piece of a file as it lies in the store.
struct Range {
    /// Where the piece begins in the file, and its bytes there.
    std::uint64_t file_offset = 0;
    std::uint64_t length = 0;
    /// The key of the object that holds it, relative to the store's URL.
    std::string_view object;
    /// Where its frame begins in the object, and the bytes of the frame.
    std::uint64_t offset = 0;
    std::uint64_t stored_length = 0;
};

/// Something that Repo::fsck found wrong.
struct Problem {
    /// The code that a call would give when it met the problem.
    Code code = Code::internal;
    std::string_view message;
    std::string_view hint;
};

namespace detail {

inline Pointer pointer(const octo_pointer &raw) noexcept {
    Pointer pointer;
    std::copy(std::begin(raw.oid), std::end(raw.oid), pointer.oid.begin());
    pointer.size = raw.size;
    return pointer;
}

inline std::optional<Pointer> pointer(bool there, const octo_pointer &raw) noexcept {
    return there ? std::optional<Pointer>(pointer(raw)) : std::nullopt;
}

inline FileStatus status_at(const octo_status_list *list, std::size_t index) noexcept {
    octo_file_status raw = OCTO_FILE_STATUS_INIT;
    octo_status_list_get(list, index, &raw);
    const auto state = static_cast<State>(raw.state);
    return {view(raw.path), state, pointer(raw.has_pointer, raw.pointer), raw.staged, raw.cached, raw.pushed};
}

inline Entry entry_at(const octo_entry_list *list, std::size_t index) noexcept {
    octo_entry raw = OCTO_ENTRY_INIT;
    octo_entry_list_get(list, index, &raw);
    return {view(raw.path), pointer(raw.pointer)};
}

inline Entry added_at(const octo_add_report *list, std::size_t index) noexcept {
    octo_entry raw = OCTO_ENTRY_INIT;
    octo_add_report_get(list, index, &raw);
    return {view(raw.path), pointer(raw.pointer)};
}

inline LogEntry change_at(const octo_log_list *list, std::size_t index) noexcept {
    octo_log_entry raw = OCTO_LOG_ENTRY_INIT;
    octo_log_list_get(list, index, &raw);
    const decltype(LogEntry::time) time{std::chrono::seconds(raw.time)};
    return {view(raw.commit), view(raw.author), view(raw.subject), time, pointer(raw.has_pointer, raw.pointer)};
}

inline Range range_at(const octo_resolved *list, std::size_t index) noexcept {
    octo_range raw = OCTO_RANGE_INIT;
    octo_resolved_range_get(list, index, &raw);
    return {raw.file_offset, raw.length, view(raw.object), raw.offset, raw.stored_length};
}

inline Problem problem_at(const octo_fsck_report *list, std::size_t index) noexcept {
    octo_problem raw = OCTO_PROBLEM_INIT;
    octo_fsck_report_problem_get(list, index, &raw);
    return {static_cast<Code>(raw.code), view(raw.message), view(raw.hint)};
}

inline std::string_view string_at(const octo_strings *list, std::size_t index) noexcept {
    return view(octo_strings_get(list, index));
}

}  // namespace detail

/// A list that a call gave: a range of values made on the way from what the C library holds.
template <class Raw, void (*Free)(Raw *), std::size_t (*Count)(const Raw *), auto At>
class List : public detail::Handle<Raw, Free> {
  public:
    using value_type = std::invoke_result_t<decltype(At), const Raw *, std::size_t>;

    using detail::Handle<Raw, Free>::Handle;

    std::size_t size() const noexcept { return Count(this->get()); }
    bool empty() const noexcept { return size() == 0; }
    /// One of them; an empty one if there are not so many.
    value_type operator[](std::size_t index) const noexcept { return At(this->get(), index); }

    class iterator {
      public:
        /// C++17 asks references of a random access iterator; C++20 does not.
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::random_access_iterator_tag;
        using value_type = List::value_type;
        using difference_type = std::ptrdiff_t;
        using reference = value_type;
        struct pointer {
            value_type item;
            const value_type *operator->() const noexcept { return &item; }
        };

        iterator() noexcept = default;
        iterator(const Raw *list, std::size_t index) noexcept : list_(list), index_(index) {}

        value_type operator*() const noexcept { return At(list_, index_); }
        pointer operator->() const noexcept { return {**this}; }
        value_type operator[](difference_type n) const noexcept { return *(*this + n); }

        iterator &operator+=(difference_type n) noexcept {
            index_ += static_cast<std::size_t>(n);
            return *this;
        }
        iterator &operator-=(difference_type n) noexcept { return *this += -n; }
        iterator &operator++() noexcept { return *this += 1; }
        iterator &operator--() noexcept { return *this += -1; }
        iterator operator++(int) noexcept { return std::exchange(*this, *this + 1); }
        iterator operator--(int) noexcept { return std::exchange(*this, *this - 1); }

        friend iterator operator+(iterator it, difference_type n) noexcept { return it += n; }
        friend iterator operator+(difference_type n, iterator it) noexcept { return it += n; }
        friend iterator operator-(iterator it, difference_type n) noexcept { return it -= n; }
        friend difference_type operator-(const iterator &a, const iterator &b) noexcept {
            return static_cast<difference_type>(a.index_ - b.index_);
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.index_ == b.index_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return a.index_ != b.index_; }
        friend bool operator<(const iterator &a, const iterator &b) noexcept { return a.index_ < b.index_; }
        friend bool operator>(const iterator &a, const iterator &b) noexcept { return a.index_ > b.index_; }
        friend bool operator<=(const iterator &a, const iterator &b) noexcept { return a.index_ <= b.index_; }
        friend bool operator>=(const iterator &a, const iterator &b) noexcept { return a.index_ >= b.index_; }

      private:
        const Raw *list_ = nullptr;
        std::size_t index_ = 0;
    };
    using const_iterator = iterator;

    iterator begin() const noexcept { return {this->get(), 0}; }
    iterator end() const noexcept { return {this->get(), size()}; }
};

/// Texts or paths.
using Strings = List<octo_strings, octo_strings_free, octo_strings_count, detail::string_at>;
/// The state of tracked files.
using StatusList = List<octo_status_list, octo_status_list_free, octo_status_list_count, detail::status_at>;
/// The tracked files of a revision.
using EntryList = List<octo_entry_list, octo_entry_list_free, octo_entry_list_count, detail::entry_at>;
/// The changes of a file.
using LogList = List<octo_log_list, octo_log_list_free, octo_log_list_count, detail::change_at>;

/// What Repo::fetch or Repo::pull did.
struct PullReport {
    /// Files written; by fetch: file versions brought into the cache.
    std::uint64_t files = 0;
    /// Their bytes.
    std::uint64_t bytes = 0;
    /// Bytes read from the store.
    std::uint64_t downloaded_bytes = 0;
    /// Files left alone because they hold changes of the user.
    Strings kept = {};
};

/// What Repo::add did: a list of the files that it read and staged, and its numbers.
class AddReport : public List<octo_add_report, octo_add_report_free, octo_add_report_count, detail::added_at> {
  public:
    using List::List;
    /// Files staged already, and not read.
    std::uint64_t unchanged() const noexcept { return totals().unchanged; }
    /// Bytes read from files.
    std::uint64_t read_bytes() const noexcept { return totals().read_bytes; }
    /// Bytes of chunks that were not in the local cache before.
    std::uint64_t new_bytes() const noexcept { return totals().new_bytes; }
    /// What these take up, compressed.
    std::uint64_t stored_bytes() const noexcept { return totals().stored_bytes; }

  private:
    octo_add_totals totals() const noexcept {
        octo_add_totals raw = OCTO_ADD_TOTALS_INIT;
        octo_add_report_totals(get(), &raw);
        return raw;
    }
};

/// What Repo::fsck found: a list of problems, and what it looked at.
class FsckReport
    : public List<octo_fsck_report, octo_fsck_report_free, octo_fsck_report_problem_count, detail::problem_at> {
  public:
    using List::List;
    /// Packs read.
    std::uint64_t packs() const noexcept { return totals().packs; }
    /// Bytes compared with their hashes.
    std::uint64_t bytes() const noexcept { return totals().bytes; }
    /// File versions whose chunks were looked for.
    std::uint64_t files() const noexcept { return totals().files; }

  private:
    octo_fsck_totals totals() const noexcept {
        octo_fsck_totals raw = OCTO_FSCK_TOTALS_INIT;
        octo_fsck_report_totals(get(), &raw);
        return raw;
    }
};

/// Where the bytes of a file are: a list of pieces in the store, in file order; empty if the store does not hold it.
class Resolved : public List<octo_resolved, octo_resolved_free, octo_resolved_range_count, detail::range_at> {
  public:
    using List::List;
    /// What git stores for the file.
    Pointer pointer() const noexcept {
        octo_pointer raw{};
        octo_resolved_pointer(get(), &raw);
        return detail::pointer(raw);
    }
    /// The file in the work tree, if it holds exactly these bytes.
    std::optional<std::filesystem::path> local() const {
        const octo_bytes raw = octo_resolved_local(get());
        return raw.len == 0 ? std::nullopt : std::optional(detail::path(raw));
    }
    /// The URL of the store that was asked, if one is set.
    std::optional<std::string_view> store() const noexcept {
        const octo_bytes raw = octo_resolved_store(get());
        return raw.len == 0 ? std::nullopt : std::optional(detail::view(raw));
    }
};

// ---------------------------------------------------------------------------------------------------------------- tables

namespace detail {

/// The owner of a structure of the Arrow C interfaces: released when it goes, moved as Arrow says, never copied.
template <class Raw>
class Arrow {
  public:
    Arrow() noexcept = default;
    /// Takes over what `from` holds, and marks it as released.
    explicit Arrow(Raw *from) noexcept { move_in(*from); }
    Arrow(Arrow &&other) noexcept { move_in(other.raw_); }
    Arrow &operator=(Arrow &&other) noexcept {
        Arrow moved(std::move(other));
        std::swap(raw_, moved.raw_);
        return *this;
    }
    ~Arrow() {
        if (raw_.release) raw_.release(&raw_);
    }

    /// The C structure, for a library that reads it in place; still owned here.
    Raw *get() noexcept { return &raw_; }
    const Raw *get() const noexcept { return &raw_; }
    const Raw *operator->() const noexcept { return &raw_; }
    /// Whether there is something: not after a move.
    explicit operator bool() const noexcept { return raw_.release != nullptr; }
    /// Where a C call writes a new structure.
    Raw *out() noexcept {
        *this = Arrow();
        return &raw_;
    }
    /// Moves it into a C structure that is not initialised: whoever has that one releases it.
    void move_to(Raw *to) noexcept {
        std::memcpy(to, &raw_, sizeof raw_);
        raw_ = Raw{};
    }

  private:
    void move_in(Raw &from) noexcept {
        std::memcpy(&raw_, &from, sizeof raw_);
        from.release = nullptr;
    }
    Raw raw_{};
};

/// The bytes of Arrow's metadata: a count, then keys and values, each with its length before it.
inline std::size_t metadata_size(const char *metadata) noexcept {
    if (!metadata) return 0;
    const auto number = [&](std::size_t at) {
        std::int32_t n = 0;
        std::memcpy(&n, metadata + at, sizeof n);
        return static_cast<std::size_t>(std::max<std::int32_t>(n, 0));
    };
    std::size_t at = 4;
    for (std::size_t left = 2 * number(0); left > 0; --left) at += 4 + number(at);
    return at;
}

}  // namespace detail

/// Names and types of columns: the owner of a struct ArrowSchema.
class Schema : public detail::Arrow<ArrowSchema> {
  public:
    using Arrow::Arrow;

    /// Its columns, if it is the schema of a stream.
    std::size_t columns() const noexcept { return static_cast<std::size_t>(get()->n_children); }
    std::string_view name(std::size_t column) const noexcept {
        const char *name = child(column) ? child(column)->name : nullptr;
        return name ? name : "";
    }
    /// The type of a column as Arrow's C data interface writes it: "l" for int64, "g" for double, "u" for text, ...
    std::string_view format(std::size_t column) const noexcept { return child(column) ? child(column)->format : ""; }

    /// A copy that shares nothing.
    static Schema copy(const ArrowSchema &from);

  private:
    struct Owned;
    const ArrowSchema *child(std::size_t column) const noexcept {
        return column < columns() ? get()->children[column] : nullptr;
    }
};

struct Schema::Owned {
    std::string format, name;
    std::vector<char> metadata;
    std::vector<Schema> children;
    std::vector<ArrowSchema *> pointers;
    Schema dictionary;
};

inline Schema Schema::copy(const ArrowSchema &from) {
    auto owned = std::make_unique<Owned>();
    owned->format = from.format;
    if (from.name) owned->name = from.name;
    owned->metadata.assign(from.metadata, from.metadata + detail::metadata_size(from.metadata));
    for (std::int64_t n = 0; n < from.n_children; ++n) owned->children.push_back(copy(*from.children[n]));
    for (Schema &column : owned->children) owned->pointers.push_back(column.get());
    if (from.dictionary) owned->dictionary = copy(*from.dictionary);

    ArrowSchema raw{};
    raw.format = owned->format.c_str();
    raw.name = from.name ? owned->name.c_str() : nullptr;
    raw.metadata = from.metadata ? owned->metadata.data() : nullptr;
    raw.flags = from.flags;
    raw.n_children = from.n_children;
    raw.children = owned->pointers.data();
    raw.dictionary = from.dictionary ? owned->dictionary.get() : nullptr;
    raw.private_data = owned.release();
    raw.release = [](ArrowSchema *schema) {
        delete static_cast<Owned *>(schema->private_data);
        schema->release = nullptr;
    };
    return Schema(&raw);
}

/// Some rows, side by side in memory: the owner of a struct ArrowArray whose children are the columns.
class Batch : public detail::Arrow<ArrowArray> {
  public:
    using Arrow::Arrow;
    std::size_t rows() const noexcept { return static_cast<std::size_t>(get()->length); }
    std::size_t columns() const noexcept { return static_cast<std::size_t>(get()->n_children); }
    /// A column; its buffers are where its maker wrote them.
    const ArrowArray &column(std::size_t index) const noexcept { return *get()->children[index]; }
};

namespace detail {

/// A stream that its listener lives with: wherever the stream is moved to, the one goes with the other.
struct Watched {
    /// Before the stream, which calls it until it is released.
    Watch watch;
    Arrow<ArrowArrayStream> rows;

    explicit Watched(Job job) : watch(std::move(job)) {}

    static Arrow<ArrowArrayStream> make(std::unique_ptr<Watched> watched) {
        ArrowArrayStream raw{};
        raw.get_schema = [](ArrowArrayStream *s, ArrowSchema *out) { return of(s)->get_schema(of(s), out); };
        raw.get_next = [](ArrowArrayStream *s, ArrowArray *out) { return of(s)->get_next(of(s), out); };
        raw.get_last_error = [](ArrowArrayStream *s) { return of(s)->get_last_error(of(s)); };
        raw.release = release;
        raw.private_data = watched.release();
        return Arrow<ArrowArrayStream>(&raw);
    }

    /// Throws on what the listener of a stream threw, if it has one.
    static void rethrow(ArrowArrayStream *s) {
        if (s->release == release) static_cast<Watched *>(s->private_data)->watch.rethrow();
    }

  private:
    static ArrowArrayStream *of(ArrowArrayStream *s) noexcept { return static_cast<Watched *>(s->private_data)->rows.get(); }
    static void release(ArrowArrayStream *s) {
        delete static_cast<Watched *>(s->private_data);
        s->release = nullptr;
    }
};

}  // namespace detail

/// A stream of rows, a batch at a time: the owner of a struct ArrowArrayStream, from octostore or any other library. One thread
/// at a time.
template <class Policy>
class BasicRows : public detail::Arrow<ArrowArrayStream> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Arrow::Arrow;
    /// From another family, or any owner of such a stream.
    BasicRows(detail::Arrow<ArrowArrayStream> &&other) noexcept : Arrow(std::move(other)) {}

    /// Names and types of the columns.
    Of<Schema> schema() {
        Schema schema;
        if (!*this) return Policy::template fail<Schema>(gone());
        if (const int number = get()->get_schema(get(), schema.out())) return Policy::template fail<Schema>(failed(number));
        return schema;
    }

    /// The next rows; nothing at the end.
    Of<std::optional<Batch>> next() {
        Batch batch;
        if (!*this) return Policy::template fail<std::optional<Batch>>(gone());
        const int number = get()->get_next(get(), batch.out());
        detail::Watched::rethrow(get());
        if (number != 0)
            return Policy::template fail<std::optional<Batch>>(failed(number));
        if (!batch) return std::optional<Batch>();
        return std::optional<Batch>(std::move(batch));
    }

    /// A stream of what `next` gives until it gives nothing: for rows that are made on the way, or come from elsewhere. What
    /// `next` throws reaches whoever reads the stream as an error with its text.
    static BasicRows generate(Schema schema, std::function<std::optional<Batch>()> next) {
        ArrowArrayStream raw{};
        raw.private_data = new Generator{std::move(schema), std::move(next), {}};
        raw.get_schema = [](ArrowArrayStream *stream, ArrowSchema *out) {
            return of(stream).attempt([&](Generator &generator) { Schema::copy(*generator.schema.get()).move_to(out); });
        };
        raw.get_next = [](ArrowArrayStream *stream, ArrowArray *out) {
            return of(stream).attempt([&](Generator &generator) {
                std::optional<Batch> batch = generator.next();
                if (batch)
                    batch->move_to(out);
                else
                    *out = ArrowArray{};
            });
        };
        raw.get_last_error = [](ArrowArrayStream *stream) {
            return of(stream).error.empty() ? nullptr : of(stream).error.c_str();
        };
        raw.release = [](ArrowArrayStream *stream) {
            delete &of(stream);
            stream->release = nullptr;
        };
        return BasicRows(&raw);
    }

    /// The batches, for a loop; read on the way.
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Batch;
        using difference_type = std::ptrdiff_t;
        using reference = const Batch &;
        using pointer = const Batch *;

        iterator() noexcept = default;
        explicit iterator(BasicRows *rows) : rows_(rows) { ++*this; }
        reference operator*() const noexcept { return *batch_; }
        pointer operator->() const noexcept { return &*batch_; }
        iterator &operator++() {
            batch_ = rows_->next();
            if (!batch_) rows_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.rows_ == b.rows_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return a.rows_ != b.rows_; }

      private:
        BasicRows *rows_ = nullptr;
        std::optional<Batch> batch_;
    };
    /// Only of the family that throws: a loop has no place for a Result.
    iterator begin() {
        static_assert(std::is_same_v<Policy, Throwing>, "call next() until it gives nothing or an error");
        return iterator(this);
    }
    iterator end() const noexcept { return iterator(); }

  private:
    struct Generator {
        Schema schema;
        std::function<std::optional<Batch>()> next;
        std::string error;

        template <class Work>
        int attempt(Work &&work) noexcept {
#if OCTO_CPP_EXCEPTIONS
            try {
                work(*this);
                return 0;
            } catch (const std::bad_alloc &) {
                return ENOMEM;
            } catch (const std::exception &e) {
                return told(e.what());
            } catch (...) {
                return told("the maker of the rows failed");
            }
#else
            work(*this);
            return 0;
#endif
        }

        int told(const char *what) noexcept {
#if OCTO_CPP_EXCEPTIONS
            try {
                error = what;
            } catch (...) {
            }
#else
            error = what;
#endif
            return EIO;
        }
    };

    static Generator &of(ArrowArrayStream *stream) noexcept { return *static_cast<Generator *>(stream->private_data); }

    static Error gone() { return Error(Code::invalid_argument, "The stream is empty: it was moved from, or never filled."); }

    Error failed(int number) {
        const char *said = get()->get_last_error(get());
        const Code code = number == ECANCELED ? Code::cancelled
                          : number == ENOMEM  ? Code::out_of_memory
                          : number == EIO     ? Code::io
                                              : Code::invalid_data;
        return Error(code, said ? said : std::strerror(number));
    }
};

// -------------------------------------------------------------------------------------------------------------- reading

/// From where File::seek counts.
enum class Whence : std::uint32_t { start = OCTO_SEEK_SET, current = OCTO_SEEK_CUR, end = OCTO_SEEK_END };

/// A version of a file, open for reading. Any thread may use it; reads wait for each other.
template <class Policy>
class BasicFile : public detail::Handle<octo_file, octo_file_free> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Handle::Handle;

    /// Bytes of the file; 0 for an empty handle.
    std::uint64_t size() const noexcept { return octo_file_len(get()); }

    /// Reads at `offset` until the buffer is full or the file ends; gives the bytes read. Fewer than asked come only at the
    /// file's end. Only the chunks that are touched are fetched. The position of `read` does not move.
    Of<std::size_t> read_at(std::uint64_t offset, Buffer into) {
        std::size_t done = 0;
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_file_read_at(get(), offset, into.data(), into.size(), &done, err); },
            [&] { return done; });
    }

    /// Reads on from the position, which moves. As `read_at` else.
    Of<std::size_t> read(Buffer into) {
        std::size_t done = 0;
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_file_read(get(), into.data(), into.size(), &done, err); },
            [&] { return done; });
    }

    /// Moves the position and gives it.
    Of<std::uint64_t> seek(std::int64_t offset, Whence whence = Whence::start) {
        std::uint64_t position = 0;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_file_seek(get(), offset, static_cast<std::uint32_t>(whence), &position, err);
            },
            [&] { return position; });
    }
};

namespace detail {

/// The buffer between a File and what reads it as a stream.
class FileBuf : public std::streambuf {
  public:
    FileBuf(octo_file *file, std::size_t buffer) : file_(file), buffer_(std::max<std::size_t>(buffer, 1)) {}

    const std::optional<Error> &error() const noexcept { return error_; }
    void failing(std::ios *stream) noexcept { stream_ = stream; }

  protected:
    int_type underflow() override {
        if (gptr() == egptr()) show(take(file_.read(Buffer(buffer_))));
        return gptr() == egptr() ? traits_type::eof() : traits_type::to_int_type(*gptr());
    }

    /// What the buffer holds, then large pieces without a copy.
    std::streamsize xsgetn(char *into, std::streamsize count) override {
        std::streamsize done = std::min<std::streamsize>(count, egptr() - gptr());
        std::copy_n(gptr(), done, into);
        gbump(static_cast<int>(done));
        while (count - done >= static_cast<std::streamsize>(buffer_.size())) {
            const auto got = take(file_.read(Buffer(into + done, static_cast<std::size_t>(count - done))));
            if (got == 0) return done;
            done += static_cast<std::streamsize>(got);
        }
        return count == done ? done : done + std::streambuf::xsgetn(into + done, count - done);
    }

    pos_type seekoff(off_type offset, std::ios_base::seekdir way, std::ios_base::openmode) override {
        if (way == std::ios_base::cur) offset -= egptr() - gptr();
        const Whence whence = way == std::ios_base::beg   ? Whence::start
                              : way == std::ios_base::cur ? Whence::current
                                                          : Whence::end;
        const auto position = file_.seek(offset, whence);
        if (!position) return pos_type(off_type(-1));
        show(0);
        return pos_type(static_cast<off_type>(*position));
    }

    pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
        return seekoff(off_type(position), std::ios_base::beg, mode);
    }

  private:
    void show(std::size_t count) noexcept { setg(buffer_.data(), buffer_.data(), buffer_.data() + count); }

    /// A failed read must not look like the end of the file: it makes the stream bad.
    std::size_t take(Result<std::size_t> &&got) {
        if (got) return *got;
        error_ = got.error();
#if OCTO_CPP_EXCEPTIONS
        throw *error_;
#else
        if (stream_) stream_->setstate(std::ios_base::badbit);
        return 0;
#endif
    }

    BasicFile<Expected> file_;
    std::vector<char> buffer_;
    std::optional<Error> error_;
    std::ios *stream_ = nullptr;
};

/// A base of the stream, so that it is there before std::istream is.
struct FileBufOwner {
    FileBuf buf;
};

}  // namespace detail

/// A File as a std::istream, for whatever reads one: `octo::FileStream in(repo.open_file("v1", "data/rain.csv"))`. A read that
/// fails makes the stream bad, and `error` says why; with `in.exceptions(std::ios::badbit)` the octo::Error is thrown.
class FileStream : private detail::FileBufOwner, public std::istream {
  public:
    /// Takes the file over; `buffer` is the bytes that are read at once.
    template <class Policy>
    explicit FileStream(BasicFile<Policy> file, std::size_t buffer = 64 * 1024)
        : FileBufOwner{{file.release(), buffer}}, std::istream(&this->buf) {
        this->buf.failing(this);
    }

    /// Why the stream is bad.
    const std::optional<Error> &error() const noexcept { return this->buf.error(); }
};

// -------------------------------------------------------------------------------------------------------------- the library

/// The version of the library. It is the one that is linked, such as "0.1.0".
inline std::string_view version() noexcept { return octo_version(); }

/// Whether the library was built with a feature: `s3`, `azure`, `gcs` or `tabular`.
inline bool has_feature(std::string_view feature) noexcept { return octo_has_feature(detail::bytes(feature)); }

namespace detail {

/// Why the library that is linked cannot serve this header, if so: it has another ABI, or is older.
inline std::optional<Error> unfit_library() {
    unsigned version[3] = {0, 0, 0}, part = 0;
    for (const char *c = octo_version(); *c != '\0' && part < 3; ++c) {
        if (*c >= '0' && *c <= '9')
            version[part] = version[part] * 10 + static_cast<unsigned>(*c - '0');
        else if (*c == '.')
            ++part;
        else
            break;
    }
    constexpr unsigned header[3] = {OCTO_VERSION_MAJOR, OCTO_VERSION_MINOR, OCTO_VERSION_PATCH};
    const bool older = std::lexicographical_compare(version, version + 3, header, header + 3);
    if (!older && octo_abi_version() == OCTO_ABI_VERSION) return std::nullopt;
    return Error(Code::unsupported,
                 std::string("the octostore library is version ") + octo_version() + " with ABI " +
                     std::to_string(octo_abi_version()) + (older ? ", older than" : ", which does not fit") +
                     " octostore.hpp " OCTO_VERSION " with ABI " + std::to_string(OCTO_ABI_VERSION),
                 "Link the library that came with the header, or a newer one of the same ABI.");
}

/// What hears a context's log. A base of the context, so that it outlives the C handle.
struct LogOwner {
    std::unique_ptr<std::function<void(const LogRecord &)>> listener;

    static void write(const octo_log_record *r, void *listener) noexcept {
        const LogRecord record{static_cast<Level>(r->level), view(r->target), view(r->message)};
        quietly(*static_cast<std::function<void(const LogRecord &)> *>(listener), record);
    }
};

}  // namespace detail

/// Owns thread pools and memory limits; several repositories may share one. A child process made by fork may use it.
template <class Policy>
class BasicContext : private detail::LogOwner, public detail::Handle<octo_context, octo_context_free> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Handle::Handle;

    /// Makes a context with these limits. Fails if the library is older than this header.
    static Of<BasicContext> create(const ContextOptions &options = {}) {
        if (auto unfit = detail::unfit_library()) return Policy::template fail<BasicContext>(*unfit);
        BasicContext context;
        octo_context_options given = OCTO_CONTEXT_OPTIONS_INIT;
        given.threads = options.threads;
        given.memory = options.memory;
        given.connections = options.connections;
        if (options.on_log && options.log_level != Level::none) {
            context.listener = std::make_unique<std::function<void(const LogRecord &)>>(options.on_log);
            given.log_level = static_cast<std::uint32_t>(options.log_level);
            given.on_log = &LogOwner::write;
            given.log_user_data = context.listener.get();
        }
        return detail::run<Policy>([&](octo_error **err) { return octo_context_new(&given, context.out(), err); },
                                   [&] { return std::move(context); });
    }

    BasicContext(BasicContext &&) noexcept = default;
    /// The C handle goes before the listener that it calls.
    BasicContext &operator=(BasicContext &&other) noexcept {
        Handle::operator=(std::move(other));
        listener = std::move(other.listener);
        return *this;
    }
    /// A context stays with its listener.
    octo_context *release() = delete;
};

// ---------------------------------------------------------------------------------------------------------------- tasks

namespace detail {

/// What a long call gives: where C writes it, how C takes it from a task, and what becomes of it.
template <class T>
struct Outcome;

template <class T, octo_status (*Take)(const octo_task *, decltype(T().out()), octo_error **)>
struct HandleOutcome {
    T given;
    auto outs() { return std::tuple(given.out()); }
    T value() { return std::move(given); }
    static constexpr auto take = Take;
};

template <>
struct Outcome<AddReport> : HandleOutcome<AddReport, octo_task_take_add_report> {};
template <>
struct Outcome<StatusList> : HandleOutcome<StatusList, octo_task_take_status_list> {};
template <>
struct Outcome<FsckReport> : HandleOutcome<FsckReport, octo_task_take_fsck_report> {};
template <class Policy>
struct Outcome<BasicRows<Policy>> : HandleOutcome<BasicRows<Policy>, octo_task_take_rows> {};

template <>
struct Outcome<PushReport> {
    octo_push_report raw = OCTO_PUSH_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    PushReport value() const { return {raw.files, raw.packs, raw.uploaded_bytes, raw.reused_bytes}; }
    static constexpr auto take = octo_task_take_push_report;
};

template <>
struct Outcome<PullReport> {
    octo_pull_report raw = OCTO_PULL_REPORT_INIT;
    Strings kept;
    auto outs() { return std::tuple(&raw, kept.out()); }
    PullReport value() { return {raw.files, raw.bytes, raw.downloaded_bytes, std::move(kept)}; }
    static constexpr auto take = octo_task_take_pull_report;
};

template <>
struct Outcome<DropReport> {
    octo_drop_report raw = OCTO_DROP_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    DropReport value() const { return {raw.files, raw.freed_bytes}; }
    static constexpr auto take = octo_task_take_drop_report;
};

template <>
struct Outcome<CopyReport> {
    octo_copy_report raw = OCTO_COPY_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    CopyReport value() const { return {raw.packs, raw.bytes}; }
    static constexpr auto take = octo_task_take_copy_report;
};

template <>
struct Outcome<WriteReport> {
    octo_write_report raw = OCTO_WRITE_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    WriteReport value() const { return {raw.rows, raw.bytes}; }
    static constexpr auto take = octo_task_take_write_report;
};

template <>
struct Outcome<std::optional<StoreInfo>> {
    Handle<octo_store_info, octo_store_info_free> info;
    auto outs() { return std::tuple(info.out()); }
    std::optional<StoreInfo> value() const {
        if (!info) return std::nullopt;
        StoreInfo store;
        store.url = text(octo_store_info_url(info.get()));
        store.local_only = octo_store_info_local_only(info.get());
        store.accepted = octo_store_info_accepted(info.get());
        const std::uint32_t conditional = octo_store_info_conditional_writes(info.get());
        if (conditional != OCTO_UNKNOWN) store.conditional_writes = conditional == OCTO_YES;
        return store;
    }
    static constexpr auto take = octo_task_take_store_info;
};

template <>
struct Outcome<StoreInfo> : Outcome<std::optional<StoreInfo>> {
    StoreInfo value() const { return Outcome<std::optional<StoreInfo>>::value().value_or(StoreInfo()); }
};

}  // namespace detail

/// A long call under way, begun by one of the `_start` calls: a future that can also be polled, watched by a file descriptor and
/// cancelled. Destroying one that is not done cancels it and does not wait; no listener is called after that.
template <class Policy, class T>
class BasicTask {
  public:
    template <class U>
    using Of = typename Policy::template Of<U>;

    BasicTask() noexcept = default;

    /// Whether it is done. It does not wait.
    bool done() const noexcept { return octo_task_poll(raw()); }

    /// Waits until it is done.
    Of<void> wait() const {
        return detail::run<Policy>([&](octo_error **) { return octo_task_wait(raw(), -1, nullptr); }, [] {});
    }

    /// Waits at most so long, and says whether it is done.
    Of<bool> wait_for(std::chrono::milliseconds most) const {
        bool is_done = false;
        const auto ms = std::max<std::int64_t>(most.count(), 0);
        return detail::run<Policy>([&](octo_error **) { return octo_task_wait(raw(), ms, &is_done); },
                                   [&] { return is_done; });
    }

    /// Waits, and gives what the call gave: once.
    Of<T> get() {
        detail::Outcome<T> outcome;
        return detail::run<Policy>(
            [&](octo_error **err) {
                const octo_status waited = octo_task_wait(raw(), -1, nullptr);
                if (waited != OCTO_OK) return waited;
                return std::apply([&](auto... outs) { return outcome.take(raw(), outs..., err); }, outcome.outs());
            },
            [&] { return outcome.value(); }, under_way_ ? &under_way_->watch : nullptr);
    }

    /// Asks it to stop soon: it then fails with Code::cancelled, unless it is done before.
    void cancel() const noexcept { octo_task_cancel(raw()); }

    /// A file descriptor that is readable once it is done, for poll, epoll or an event loop; it goes with the task. -1 if there
    /// are none to poll here.
    int fd() const noexcept { return octo_task_fd(raw()); }

    /// How far it is, by the latest report. The phase lives as long as the task.
    Progress progress() const noexcept {
        octo_progress p = OCTO_PROGRESS_INIT;
        octo_task_progress(raw(), &p);
        return {detail::view(p.phase), p.done_bytes, p.total_bytes, p.done_items, p.total_items};
    }

    /// Whether there is a call: not after a move.
    explicit operator bool() const noexcept { return raw() != nullptr; }

    /// Begins a call; for the `_start` functions.
    template <class Begin>
    static Of<BasicTask> begin(const Job &job, Begin &&begin) {
        BasicTask task;
        task.under_way_ = std::make_unique<UnderWay>(job);
        UnderWay &under_way = *task.under_way_;
        return detail::run<Policy>(
            [&](octo_error **err) { return begin(under_way.watch.raw(), under_way.task.out(), err); },
            [&] { return std::move(task); });
    }

  private:
    struct UnderWay {
        explicit UnderWay(Job job) : watch(std::move(job)) {}
        /// Before the task, which calls it.
        detail::Watch watch;
        detail::Handle<octo_task, octo_task_free> task;
    };

    octo_task *raw() const noexcept { return under_way_ ? under_way_->task.get() : nullptr; }

    std::unique_ptr<UnderWay> under_way_;
};

namespace detail {

/// The way of a long call that waits.
template <class Policy, class T>
struct Waiting {
    const Job &job;

    template <class Call, class Start, class... Args>
    auto operator()(Call call, Start, Args... args) const {
        Outcome<T> outcome;
        Watch watch(job);
        return run<Policy>(
            [&](octo_error **err) {
                return std::apply([&](auto... outs) { return call(args..., watch.raw(), outs..., err); }, outcome.outs());
            },
            [&] { return outcome.value(); }, &watch);
    }
};

/// The way of a long call that is begun.
template <class Policy, class T>
struct Starting {
    const Job &job;

    template <class Call, class Start, class... Args>
    auto operator()(Call, Start start, Args... args) const {
        return BasicTask<Policy, T>::begin(
            job, [&](const octo_job *with, octo_task **out, octo_error **err) { return start(args..., with, out, err); });
    }
};

}  // namespace detail

// ---------------------------------------------------------------------------------------------------------- repositories

/// A git repository with data. Any thread may use it, several at once. Each long call `x` has an `x_start`, which begins it and
/// gives a Task.
template <class Policy>
class BasicRepo : public detail::Handle<octo_repo, octo_repo_free> {
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
    using Handle::Handle;

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
                    [&] { return Rows(job.on_progress ? detail::Watched::make(std::move(watched)) : std::move(watched->rows)); },
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

/// Rows in memory. Any thread may use it.
template <class Policy>
class BasicTable : public detail::Handle<octo_table, octo_table_free> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Handle::Handle;

    /// Takes the rows of a stream into memory. The buffers stay where the stream's maker wrote them.
    template <class P>
    static Of<BasicTable> create(BasicRows<P> rows) {
        BasicTable table;
        return detail::run<Policy>([&](octo_error **err) { return octo_table_import(rows.get(), table.out(), err); },
                                   [&] { return std::move(table); });
    }

    /// How many rows the table has.
    std::uint64_t rows() const noexcept { return octo_table_rows(get()); }

    /// How many columns the table has.
    std::size_t columns() const noexcept { return octo_table_columns(get()); }

    /// Gives the rows of the table as a stream that shares its buffers. It may outlive the table.
    Of<BasicRows<Policy>> stream() const {
        BasicRows<Policy> rows;
        return detail::run<Policy>([&](octo_error **err) { return octo_table_export(get(), rows.out(), err); },
                                   [&] { return std::move(rows); });
    }
};

// ------------------------------------------------------------------------------------------------- programs that git calls

/// Serves git's long-running filter process on standard input and output until git ends it. For a program of yours that
/// InitOptions::program names and git calls with "filter-process".
template <class Policy>
typename Policy::template Of<void> filter_process(const BasicContext<Policy> &context, const Job &job = {}) {
    detail::Watch watch(job);
    return detail::run<Policy>([&](octo_error **err) { return octo_filter_process(context.get(), watch.raw(), err); }, [] {},
                               &watch);
}

/// Runs a hook by its name, with the arguments and standard input that git gave it. For such a program, called with "hook NAME
/// ARGUMENTS".
template <class Policy>
typename Policy::template Of<void> run_hook(const BasicContext<Policy> &context, std::string_view name,
                                            const Names &arguments = {}, const Job &job = {}) {
    detail::Watch watch(job);
    return detail::run<Policy>(
        [&](octo_error **err) {
            return octo_run_hook(context.get(), detail::bytes(name), arguments.data(), arguments.size(), watch.raw(), err);
        },
        [] {}, &watch);
}

// -------------------------------------------------------------------------------------------------------- the two families

/// The calls that give octo::Result<T>.
namespace expected {
using Context = BasicContext<Expected>;
using Repo = BasicRepo<Expected>;
using File = BasicFile<Expected>;
using Table = BasicTable<Expected>;
using Rows = BasicRows<Expected>;
template <class T>
using Task = BasicTask<Expected, T>;
}  // namespace expected

#if OCTO_CPP_EXCEPTIONS
/// The calls that throw octo::Error.
using Context = BasicContext<Throwing>;
using Repo = BasicRepo<Throwing>;
using File = BasicFile<Throwing>;
using Table = BasicTable<Throwing>;
using Rows = BasicRows<Throwing>;
template <class T>
using Task = BasicTask<Throwing, T>;
#endif

}  // namespace octo

#endif  // OCTOSTORE_HPP
