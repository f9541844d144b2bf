// Which library this is, and its contexts: limits and logs. Part of octostore.hpp.
#ifndef OCTOSTORE_CONTEXT_HPP
#define OCTOSTORE_CONTEXT_HPP

#include <octostore/job.hpp>
#include <octostore/reports.hpp>

#include <algorithm>
#include <functional>
#include <memory>

namespace octo {

/// The version of the library. It is the one that is linked, such as "0.1.0".
inline std::string_view version() noexcept { return octo_version(); }

/// Whether the library was built with a feature: `s3`, `azure`, `gcs`, `tabular`, `env` or `runs`.
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

}  // namespace octo

#endif
