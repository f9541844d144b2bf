// What went wrong: codes, and the error that carries one. Part of octostore.hpp.
#ifndef OCTOSTORE_ERROR_HPP
#define OCTOSTORE_ERROR_HPP

#include <octostore/views.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

namespace octo {

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

}  // namespace octo

#endif
