// The event loop of a user interface, small: it waits for descriptors, never for work. A real panel has its toolkit's loop
// (QSocketNotifier, g_unix_fd_add, ...) in this place.
#ifndef PANEL_LOOP_HPP
#define PANEL_LOOP_HPP

#include <octostore.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <poll.h>
#include <unistd.h>

class Loop {
  public:
    using Clock = std::chrono::steady_clock;

    /// Calls `then` with what the task gave, once it is done. What the task fails with goes to `failed`.
    template <class T>
    void await(octo::Task<T> task, std::function<void(T)> then) {
        auto held = std::make_shared<octo::Task<T>>(std::move(task));
        watch(held->fd(), [held, then] { then(held->get()); }, [held] { return held->progress(); });
    }

    /// Does `work` on a thread of its own, for calls that have no task, and calls `then` here with what it gave.
    template <class T>
    void run(std::function<T()> work, std::function<void(T)> then, std::function<octo::Progress()> progress = {}) {
        struct Worker {
            int ends[2] = {-1, -1};
            std::future<T> result;
            ~Worker() {
                if (result.valid()) result.wait();
                close(ends[0]);
                close(ends[1]);
            }
        };
        auto worker = std::make_shared<Worker>();
        if (pipe(worker->ends) != 0) throw std::runtime_error("no pipe is to be had");
        worker->result = std::async(std::launch::async, [work = std::move(work), end = worker->ends[1]] {
            // Whatever becomes of the work, the loop hears of it.
            struct Bell {
                int end;
                ~Bell() { (void)!write(end, "!", 1); }
            } bell{end};
            return work();
        });
        watch(worker->ends[0], [worker, then] { then(worker->result.get()); }, std::move(progress));
    }

    /// Calls `then` when the descriptor is readable, once; `progress` says how far it is until then.
    void watch(int fd, std::function<void()> then, std::function<octo::Progress()> progress = {}, bool background = false) {
        watched_.push_back({fd, std::move(then), std::move(progress), background});
    }

    /// Runs until nothing is under way, and draws a frame each 20 ms.
    void run_until_done(const std::function<void(const octo::Progress &)> &draw, const std::function<void(const octo::Error &)> &failed) {
        auto drawn = Clock::now();
        while (under_way()) {
            turn(failed);
            const auto now = Clock::now();
            if (now - drawn < frame) continue;
            longest_ = std::max(longest_, now - drawn);
            drawn = now;
            ++frames_;
            for (const Watched &w : watched_)
                if (w.progress) draw(w.progress());
        }
    }

    unsigned frames() const { return frames_; }
    std::chrono::milliseconds longest_pause() const { return std::chrono::duration_cast<std::chrono::milliseconds>(longest_); }

  private:
    struct Watched {
        int fd;
        std::function<void()> then;
        std::function<octo::Progress()> progress;
        /// The loop does not wait for it to end.
        bool background;
    };
    static constexpr std::chrono::milliseconds frame{20};

    bool under_way() const {
        return std::any_of(watched_.begin(), watched_.end(), [](const Watched &w) { return !w.background; });
    }

    /// One wait, at most until the next frame, and what became ready.
    void turn(const std::function<void(const octo::Error &)> &failed) {
        std::vector<pollfd> fds;
        for (const Watched &w : watched_) fds.push_back({w.fd, POLLIN, 0});
        if (poll(fds.data(), static_cast<nfds_t>(fds.size()), static_cast<int>(frame.count())) <= 0) return;
        std::list<Watched> ready;
        std::size_t n = 0;
        for (auto w = watched_.begin(); w != watched_.end(); ++n) {
            const auto next = std::next(w);
            if (fds[n].revents != 0) ready.splice(ready.end(), watched_, w);
            w = next;
        }
        for (Watched &w : ready) {
            try {
                w.then();
            } catch (const octo::Error &error) {
                failed(error);
            }
        }
    }

    std::list<Watched> watched_;
    unsigned frames_ = 0;
    Clock::duration longest_{};
};

#endif
