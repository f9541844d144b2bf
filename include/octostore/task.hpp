// Long calls that do not wait, and how each is made either way. Part of octostore.hpp.
#ifndef OCTOSTORE_TASK_HPP
#define OCTOSTORE_TASK_HPP

#include <octostore/outcome.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <tuple>

namespace octo {

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
            [&] { return outcome.value(); }, under_way_ ? under_way_->watch.get() : nullptr);
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
            [&](octo_error **err) { return begin(under_way.watch->raw(), under_way.task.out(), err); },
            [&] { return std::move(task); });
    }

  private:
    struct UnderWay {
        explicit UnderWay(Job job) : watch(std::make_shared<detail::Watch>(std::move(job))) {}
        /// Before the task, which calls it.
        std::shared_ptr<detail::Watch> watch;
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

}  // namespace octo

#endif
