// Progress and cancelling of long calls, and how a call is made. Part of octostore.hpp.
#ifndef OCTOSTORE_JOB_HPP
#define OCTOSTORE_JOB_HPP

#include <octostore/result.hpp>

#include <functional>
#include <memory>

namespace octo {

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

/// A job under way: what the C library calls, and what the listener threw. A listener may end the task that it listens to: while
/// it runs, its watch stays.
class Watch : public std::enable_shared_from_this<Watch> {
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

    bool is_listening() const noexcept { return static_cast<bool>(job_.on_progress); }

    /// Throws on what the listener threw, once the call has ended.
    void rethrow() {
#if OCTO_CPP_EXCEPTIONS
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
#endif
    }

  private:
    static void report(const octo_progress *p, void *self) noexcept {
        auto &watch = *static_cast<Watch *>(self);
        const auto kept = watch.weak_from_this().lock();
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

    static void done(void *self) noexcept {
        auto &watch = *static_cast<Watch *>(self);
        const auto kept = watch.weak_from_this().lock();
        quietly(watch.job_.on_done);
    }

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

}  // namespace octo

#endif
