// The first story with exceptions: version data beside code, read an old version by range, push, clone without data, pull.
#include "testing.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <thread>

using namespace testing;

namespace {

const std::string first = noise(1, 400000), second = noise(2, 500000);

/// A project with two committed versions of data/x.bin and a store; what the other cases go on with.
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
    repo.track("*.bin");
    for (const auto *version : {&first, &second}) {
        write(folder / "data/x.bin", *version);
        repo.add();
        commit(folder, "a version");
    }
    return {folder, std::move(context), std::move(repo)};
}

void versions_are_added_listed_and_told() {
    const auto folder = new_git("versions");
    octo::ContextOptions limits;
    limits.threads = 2;
    limits.memory = 64 << 20;
    limits.connections = 4;
    const auto context = octo::Context::create(limits);
    const auto repo = octo::Repo::init(context, folder);
    check(std::filesystem::equivalent(repo.work_dir(), folder), "the work dir is the folder");

    const octo::Strings fresh = repo.track({"*.bin", "*.csv"});
    check(fresh.size() == 2 && fresh[0] == "*.bin" && fresh[1] == "*.csv", "two patterns are new");
    check(repo.track("*.bin").empty(), "and known the second time");
    check(repo.untrack(std::vector<std::string>{"*.csv"}).size() == 1, "one is given up");

    write(folder / "data/x.bin", first);
    const octo::StatusList before = repo.status();
    check(before.size() == 1 && before[0].state == octo::State::untracked && !before[0].pointer, "not added yet");
    int reports = 0;
    octo::Job job;
    job.on_progress = [&](const octo::Progress &p) { reports += p.phase == "add" ? 1 : 0; };
    const octo::AddReport added = repo.add("data/x.bin", job);
    check(reports > 0, "progress was told");
    check(added.size() == 1 && added[0].path == "data/x.bin" && added[0].pointer.size == first.size(), "one file was added");
    check(added.read_bytes() == first.size() && added.new_bytes() == first.size() && added.stored_bytes() > 0, "with its bytes");
    check(repo.add().unchanged() == 1, "and is not read again");
    commit(folder, "first");
    write(folder / "data/x.bin", second);
    repo.add();
    commit(folder, "second");

    const octo::LogList log = repo.log("data/x.bin");
    check(log.size() == 2 && log[0].subject == "second" && log[1].subject == "first", "the newest first");
    check(log[0].author == "A" && log[0].commit.size() == 40, "by whom");
    check(log[1].pointer == added[0].pointer && log[0].pointer != log[1].pointer, "with their pointers");
    const auto age = std::chrono::system_clock::now() - log[0].time;
    check(age < std::chrono::hours(1) && age > -std::chrono::hours(1), "a while ago");
    check(repo.log("data/x.bin", 1).size() == 1, "at most one");

    const octo::EntryList now = repo.ls(), old = repo.ls("HEAD~1", "data");
    check(now.size() == 1 && old.size() == 1, "the files of revisions");
    fails(octo::Code::not_found, [&] { repo.ls("HEAD", "other"); });
    check(old[0].pointer == added[0].pointer && old[0].pointer.hex().size() == 64, "what git stores for them");
}

void lists_are_ranges() {
    const auto folder = new_git("ranges");
    const auto repo = octo::Repo::init(octo::Context::create(), folder);
    repo.track("*.bin");
    for (const char *name : {"a", "b", "c"}) write(folder / "data" / (std::string(name) + ".bin"), name);
    repo.add();
    std::string seen;
    for (const octo::Entry &entry : repo.ls()) seen += entry.path;
    check(seen == "data/a.bindata/b.bindata/c.bin", "a loop over a call's list");
    const octo::EntryList list = repo.ls();
    check(std::accumulate(list.begin(), list.end(), std::uint64_t(0),
                          [](std::uint64_t sum, const octo::Entry &entry) { return sum + entry.pointer.size; }) == 3,
          "an algorithm");
    const auto found = std::find_if(list.begin(), list.end(), [](const octo::Entry &e) { return e.path == "data/b.bin"; });
    check(found != list.end() && found->pointer.size == 1 && found - list.begin() == 1, "an iterator's arrow and distance");
    check(list.begin()[2].path == "data/c.bin" && (--list.end())->path == "data/c.bin", "random access");
    check(list[3].path.empty() && list[3].pointer.size == 0, "one past the end is empty");
#if __cplusplus >= 202002L
    static_assert(std::random_access_iterator<octo::StatusList::iterator>);
    static_assert(std::ranges::random_access_range<octo::EntryList>);
    check(std::ranges::count_if(repo.status(), [](const octo::FileStatus &f) { return f.staged; }) == 3, "C++20 ranges");
#endif
}

void an_old_version_is_read_by_range() {
    auto project = new_project("read");
    octo::File file = project.repo.open_file("HEAD~1", "data/x.bin");
    check(file.size() == first.size(), "its size");
    std::vector<std::uint8_t> range(70000);
    check(file.read_at(200000, range) == range.size(), "a whole range");
    check(std::equal(range.begin(), range.end(), first.begin() + 200000,
                     [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }),
          "of the old version");
    std::array<std::byte, 16> end{};
    check(file.read_at(first.size() - 10, end) == 10, "fewer at the end");
    check(file.read_at(first.size() + 10, octo::span<std::byte>(end)) == 0, "none behind it");

    std::string text(100, '\0');
    check(file.seek(-100, octo::Whence::end) == first.size() - 100, "seek from the end");
    check(file.read(text) == 100 && text == first.substr(first.size() - 100), "read from there");
    fails(octo::Code::invalid_argument, [&] { file.seek(-1); });
}

void a_file_is_a_stream() {
    auto project = new_project("stream");
    octo::FileStream in(project.repo.open_file("HEAD~1", "data/x.bin"), 1000);
    const std::string all(std::istreambuf_iterator<char>(in), {});
    check(all == first, "read to its end by small buffers");
    in.clear();
    std::string part(5000, '\0');
    in.seekg(1234).read(part.data(), 5000);
    check(in.gcount() == 5000 && part == first.substr(1234, 5000) && in.tellg() == std::streamoff(6234), "seek, read, tell");
    char one = 0;
    in.get(one);
    check(one == first[6234], "then one more byte");
    in.seekg(-5, std::ios::end);
    in.read(part.data(), 10);
    check(in.gcount() == 5 && in.eof(), "at the end");
    in.clear();
    check(!in.seekg(-5) && !in.error(), "a position before the start fails and harms nothing");
}

/// Reading data that is gone must not look like the end of the file.
void a_stream_that_fails_is_bad_and_says_why() {
    auto project = new_project("bad-stream");
    auto file = project.repo.open_file("HEAD~1", "data/x.bin");
    sh(project.folder, "find .git/octostore -type f -name '*' -path '*pack*' -exec rm -f {} +");
    octo::FileStream in(std::move(file));
    char byte = 0;
    in.get(byte);
    if (in) return check(true, "the pack was still open");
    check(in.bad() && in.error(), "bad, not at its end");
    in.clear();
    in.exceptions(std::ios::badbit);
    fails(in.error()->code(), [&] { in.get(byte); });
}

void data_is_pushed_cloned_and_pulled() {
    auto project = new_project("push");
    sh(root, "git init -q --bare -b main push-remote.git");
    sh(project.folder, "git remote add origin ../push-remote.git");
    octo::PushOptions options;
    options.remote = "origin";
    options.all = true;
    const octo::PushReport pushed = project.repo.push(options);
    check(pushed.files == 2 && pushed.packs > 0 && pushed.uploaded_bytes > 0, "both versions were sent");
    const auto store = project.repo.store();
    check(store && store->accepted && !store->local_only && store->conditional_writes.has_value(), "the store is known");

    octo::CloneOptions light;
    light.data = octo::Data::none;
    light.branch = "main";
    const auto clone =
        octo::Repo::clone(project.context, (root / "push-remote.git").string(), root / "push-clone", light);
    check(clone.status()[0].state == octo::State::pointer, "a clone without data");
    const octo::PullReport fetched = clone.fetch("data/");
    check(fetched.files == 1 && fetched.downloaded_bytes > 0, "into the cache");
    const octo::PullReport pulled = clone.pull({"*.bin"});
    check(pulled.files == 1 && pulled.bytes == second.size() && pulled.kept.empty(), "into the work tree");
    check(read(root / "push-clone/data/x.bin") == second, "it is the file");
    check(clone.resolve("HEAD", "data/x.bin").local() == root / "push-clone/data/x.bin", "and is found there");
    const octo::Resolved resolved = clone.resolve("HEAD~1", "data/x.bin");
    std::uint64_t length = 0;
    for (const octo::Range &range : resolved) length += range.length;
    check(resolved.pointer().size == first.size() && !resolved.local() && length == first.size(), "the other in the store");
    check(resolved.store() && resolved.store()->find("push-store") != std::string_view::npos, "which it names");
    const octo::DropReport dropped = clone.drop({"data/x.bin"});
    check(dropped.files == 1 && dropped.freed_bytes > 0, "dropped again");

    octo::CloneOptions matching;
    matching.data = octo::Data::matching;
    matching.patterns = {"data/"};
    matching.copy_to = (root / "push-copy").string();
    const auto copy =
        octo::Repo::clone(project.context, (root / "push-remote.git").string(), root / "push-copied", matching);
    check(copy.store()->local_only, "a clone with a store of its own");
    check(copy.status()[0].state == octo::State::present, "and the data that matched");

    octo::FsckOptions deep;
    deep.store = true;
    const octo::FsckReport report = project.repo.fsck(deep);
    check(report.empty() && report.packs() > 0 && report.bytes() > 0 && report.files() > 0, "all is well");
    check(project.repo.copy_store((root / "push-other").string()).packs > 0, "the store is copied");
    project.repo.set_store((root / "push-other").string());
    project.repo.accept_store((root / "push-third").string());
    check(project.repo.store()->url.find("push-other") != std::string::npos, "and can be moved to");
}

void an_error_says_what_where_and_what_to_do() {
    auto project = new_project("errors");
    const auto error = fails(octo::Code::not_found, [&] { project.repo.add("data/none.bin"); });
    check(error.message().find("none.bin") != std::string::npos, "what");
    check(!error.hint().empty() && std::string(error.what()) == error.message() + " " + error.hint(), "and what to do");
    check(error.context("path") && !error.context("nonsense") && !error.context().empty(), "and where");
    check(!error.retryable(), "and that trying again is of no use");
    const octo::Error copy = error;
    check(copy.what() == error.what(), "a copy shares its text");
    check(std::string(octo::name(copy.code())) == "not_found" && octo::summary(copy.code())[0] != '\0', "it has a name");
    fails(octo::Code::not_a_repository, [&] { octo::Repo::open(project.context, "/"); });
}

void one_repository_serves_many_threads() {
    auto project = new_project("threads");
    std::vector<std::thread> threads;
    std::vector<int> good(8, 0);
    for (std::size_t n = 0; n < good.size(); ++n) {
        threads.emplace_back([&, n] {
            for (int round = 0; round < 20; ++round) {
                std::string bytes(1000, '\0');
                const bool old = (n + static_cast<std::size_t>(round)) % 2 == 0;
                project.repo.open_file(old ? "HEAD~1" : "HEAD", "data/x.bin").read_at(n * 1000, bytes);
                good[n] += bytes == (old ? first : second).substr(n * 1000, 1000) ? 1 : 0;
                good[n] += project.repo.status().size() == 1 ? 1 : 0;
            }
        });
    }
    for (auto &thread : threads) thread.join();
    check(std::all_of(good.begin(), good.end(), [](int n) { return n == 40; }), "each answer was right");
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(versions_are_added_listed_and_told), CASE(lists_are_ranges), CASE(an_old_version_is_read_by_range),
                         CASE(a_file_is_a_stream), CASE(a_stream_that_fails_is_bad_and_says_why),
                         CASE(data_is_pushed_cloned_and_pulled), CASE(an_error_says_what_where_and_what_to_do),
                         CASE(one_repository_serves_many_threads)});
}
