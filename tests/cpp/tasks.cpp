// Calls that do not wait, and the log: futures, file descriptors, wake-ups, cancelling, listeners that throw.
#include "testing.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace testing;
using octo::Code;

namespace {

const std::string content = noise(5, 300000), big = noise(6, 24 << 20);

struct Project {
    std::filesystem::path folder;
    octo::Context context;
    octo::Repo repo;
};

Project new_project(const std::string &name) {
    const auto folder = new_git(name);
    octo::InitOptions options;
    options.store = (root / (name + "-store")).string();
    auto context = octo::Context::create();
    auto repo = octo::Repo::init(context, folder, options);
    repo.track({"*.bin", "*.csv"});
    write(folder / "data/x.bin", content);
    return {folder, std::move(context), std::move(repo)};
}

bool readable(int fd, int milliseconds) {
    pollfd one{fd, POLLIN, 0};
    return poll(&one, 1, milliseconds) == 1 && (one.revents & POLLIN) != 0;
}

void every_long_call_can_be_begun() {
    const auto folder = new_git("all");
    const auto context = octo::Context::create();
    octo::InitOptions with_store;
    with_store.store = (root / "all-store").string();
    octo::Repo repo = octo::Repo::init_start(context, folder, with_store).get();
    repo.track({"*.bin", "*.csv"});
    write(folder / "data/x.bin", content);
    write(folder / "data/t.csv", "a,b\n1,2.5\n3,4.5\n");
    octo::Task<octo::AddReport> adding = repo.add_start({"data/x.bin", "data/t.csv"});
    adding.wait();
    check(adding.done() && adding.get().size() == 2, "add");
    commit(folder, "one");
    check(repo.status_start().get().size() == 2, "status");
    check(repo.push_start().get().files == 2, "push");
    check(repo.fsck_start({}).get().empty(), "fsck");
    check(repo.copy_store_start((root / "all-copy").string()).get().packs > 0, "copy_store");
    check(repo.set_store_start((root / "all-copy").string()).get().url.find("all-copy") != std::string::npos, "set_store");
    check(repo.drop_start("data/x.bin").get().files == 1, "drop");
    check(repo.pull_start().get().files == 1, "pull");
    octo::Rows rows = repo.read_rows_start("HEAD", "data/t.csv").get();
    check(repo.write_rows_start("data/u.csv", std::move(rows)).get().rows == 2, "read_rows and write_rows");
    repo = octo::Repo::open_start(context, folder).get();
    check(repo.ls().size() == 2, "open");
    octo::CloneOptions light;
    light.data = octo::Data::none;
    const octo::Repo clone = octo::Repo::clone_start(context, folder.string(), root / "all-clone", light).get();
    check(clone.status()[0].state == octo::State::pointer, "clone");
    check(clone.fetch_start("*.bin").get().files == 1, "fetch");
}

void an_event_loop_can_watch_it() {
    auto project = new_project("fd");
    std::atomic<int> woken{0};
    octo::Job job;
    job.on_done = [&] {
        ++woken;
        throw std::runtime_error("nobody hears this");
    };
    auto task = project.repo.add_start({}, job);
    check(readable(task.fd(), 60000) && task.done(), "the descriptor is readable once it is done");
    check(readable(task.fd(), 0), "and stays so");
    for (int n = 0; n < 1000 && woken == 0; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    check(woken == 1, "on_done was called once; what it threw went nowhere");
    check(task.progress().phase == "add" && task.progress().done_bytes == content.size(), "the last report is to be had");
    check(task.wait_for(std::chrono::milliseconds(0)), "waiting for what is done takes no time");
    check(task.get().size() == 1, "the outcome");
    fails(Code::invalid_argument, [&] { task.get(); });
}

void a_running_task_is_seen_and_cancelled() {
    auto project = new_project("cancel");
    write(project.folder / "data/big.bin", big);
    auto task = project.repo.add_start("data/big.bin");
    check(!task.wait_for(std::chrono::milliseconds(0)) || task.done(), "not done at once, or so fast");
    task.cancel();
    octo::Result<int> ended(0);
    try {
        ended = static_cast<int>(task.get().size());
    } catch (const octo::Error &error) {
        ended = error;
    }
    check(ended ? *ended == 1 : ended.error().code() == Code::cancelled, "cancelled, unless it was faster");

    octo::Job job;
    octo::Cancel token;
    token.cancel();
    job.cancel = token;
    auto stopped = project.repo.add_start("data/x.bin", job);
    fails(Code::cancelled, [&] { stopped.get(); });
    check(project.repo.add("data/x.bin").size() == 1, "and nothing is in its way after that");
}

void what_a_listener_throws_arrives_by_get() {
    auto project = new_project("throws");
    octo::Job job;
    std::atomic<int> calls{0};
    job.on_progress = [&](const octo::Progress &) {
        ++calls;
        throw std::runtime_error("from the listener");
    };
    auto task = project.repo.add_start({}, job);
    std::string caught;
    try {
        task.get();
    } catch (const std::runtime_error &e) {
        caught = e.what();
    }
    check(caught == "from the listener" && calls == 1, "the listener's own exception");
    check(project.repo.ls().empty(), "nothing was staged");
}

void a_task_that_is_left_is_cancelled_and_silent() {
    auto project = new_project("left");
    write(project.folder / "data/big.bin", big);
    std::atomic<bool> gone{false}, late{false};
    for (int n = 0; n < 10; ++n) {
        gone = false;
        octo::Job job;
        job.on_progress = [&](const octo::Progress &) {
            if (gone) late = true;
        };
        job.on_done = [&] {
            if (gone) late = true;
        };
        { auto task = project.repo.add_start("data/big.bin", job); }
        gone = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    check(!late, "no listener was called after its task was gone");
    octo::Task<octo::AddReport> left;
    {
        const octo::Repo other = octo::Repo::open(project.context, project.folder);
        left = other.add_start("data/x.bin");
    }
    check(left.get().size() == 1, "a task outlives the repository that began it");
}

void a_listener_may_end_its_own_task() {
    auto project = new_project("ends-itself");
    for (int n = 0; n < 20; ++n) {
        std::mutex mutex;
        std::promise<std::string> ended;
        std::optional<octo::Task<octo::AddReport>> task;
        octo::Job job;
        job.on_done = [&, text = std::string("what the listener holds is there to its end, although the task is gone")] {
            {
                const std::lock_guard<std::mutex> lock(mutex);
                task.reset();
            }
            ended.set_value(text);
        };
        {
            const std::lock_guard<std::mutex> lock(mutex);
            task = project.repo.add_start({}, job);
        }
        check(ended.get_future().get().size() == 70, "it ran to its end");
    }
}

void a_moved_task_is_the_same_and_an_empty_one_an_error() {
    auto project = new_project("moved");
    int reports = 0;
    octo::Job job;
    job.on_progress = [&](const octo::Progress &) { ++reports; };
    auto first = project.repo.add_start({}, job);
    octo::Task<octo::AddReport> second = std::move(first);
    check(second && !first && first.fd() == -1 && !first.done() && first.progress().phase.empty(), "a move empties");
    fails(Code::invalid_argument, [&] { first.get(); });
    fails(Code::invalid_argument, [&] { first.wait(); });
    fails(Code::invalid_argument, [&] { first.wait_for(std::chrono::milliseconds(1)); });
    first.cancel();
    check(second.get().size() == 1 && reports > 0, "where it went it works, its listener too");
    second = project.repo.add_start();
    second = project.repo.add_start();
    check(second.get().unchanged() == 1, "one over another ends the other");
}

void the_error_of_a_call_arrives_by_get() {
    auto project = new_project("errors");
    auto task = project.repo.add_start("data/none.bin");
    check(fails(Code::not_found, [&] { task.get(); }).message().find("none.bin") != std::string::npos, "with its text");
    const octo::expected::Repo other(project.repo.release());
    auto started = other.add_start("data/none.bin");
    check(started.has_value(), "it was begun");
    fails(Code::not_found, started->get());
    fails(Code::invalid_argument, other.add_start("../outside"));
    fails(Code::invalid_argument, octo::expected::Repo().add_start());
}

void a_log_is_heard_until_its_context_goes() {
    const auto folder = new_git("log");
    std::mutex mutex;
    std::string heard;
    int throwing = 0;
    octo::ContextOptions options;
    options.log_level = octo::Level::debug;
    options.on_log = [&](const octo::LogRecord &record) {
        const std::lock_guard<std::mutex> lock(mutex);
        heard += std::string(record.target) + ": " + std::string(record.message) + "\n";
        ++throwing;
        throw std::runtime_error("a log stops no work");
    };
    octo::Repo repo;
    {
        octo::Context first = octo::Context::create(options);
        octo::Context context;
        context = std::move(first);
        repo = octo::Repo::init(context, folder);
        repo.status();
        check(throwing > 0 && heard.find("status") != std::string::npos, "it heard: " + heard);
    }
    const int before = throwing;
    check(repo.status().empty() && throwing == before, "the repository works on; its log is silent");
    octo::ContextOptions quiet = options;
    quiet.log_level = octo::Level::error;
    const octo::Context errors = octo::Context::create(quiet);
    const octo::Repo again = octo::Repo::open(errors, folder);
    again.status();
    check(throwing == before, "nothing but errors");
    fails(Code::not_found, [&] { again.ls("nonsense"); });
    check(throwing > before, "and those");
}

void a_forked_child_goes_on() {
    auto project = new_project("fork");
    project.repo.add();
    const pid_t child = fork();
    if (child == 0) {
        const bool good = project.repo.status().size() == 1 && project.repo.add().unchanged() == 1 &&
                          project.repo.fsck_start().get().empty();
        // Another program has the answer: what threads of the parent held is no leak of the child.
        execlp(good ? "true" : "false", "answer", nullptr);
    }
    int status = -1;
    check(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "with the same repository");
    check(project.repo.status().size() == 1, "and so does the parent");
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(every_long_call_can_be_begun), CASE(an_event_loop_can_watch_it),
                         CASE(a_running_task_is_seen_and_cancelled), CASE(what_a_listener_throws_arrives_by_get),
                         CASE(a_task_that_is_left_is_cancelled_and_silent),
                         CASE(a_listener_may_end_its_own_task), CASE(a_moved_task_is_the_same_and_an_empty_one_an_error),
                         CASE(the_error_of_a_call_arrives_by_get), CASE(a_log_is_heard_until_its_context_goes),
                         CASE(a_forked_child_goes_on)});
}
