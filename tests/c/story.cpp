// The first story in C++11, as a C++ program would hold the C handles: each by a unique_ptr with its own free function.
// Usage: story FOLDER, where FOLDER is an empty folder.
#include <octostore.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

template <typename T, void (*Free)(T *)>
struct Deleter {
    void operator()(T *handle) const { Free(handle); }
};
template <typename T, void (*Free)(T *)>
using Handle = std::unique_ptr<T, Deleter<T, Free>>;

using Context = Handle<octo_context, octo_context_free>;
using Repo = Handle<octo_repo, octo_repo_free>;
using File = Handle<octo_file, octo_file_free>;
using Added = Handle<octo_add_report, octo_add_report_free>;
using Cancel = Handle<octo_cancel, octo_cancel_free>;
using Strings = Handle<octo_strings, octo_strings_free>;

octo_bytes bytes(const std::string &s) { return octo_bytes{reinterpret_cast<const uint8_t *>(s.data()), s.size()}; }
std::string string(octo_bytes b) { return std::string(reinterpret_cast<const char *>(b.data), b.len); }

struct Failure : std::runtime_error {
    Failure(octo_status code, const std::string &what) : std::runtime_error(what), code(code) {}
    octo_status code;
};

// Calls, and throws what went wrong.
template <typename Call>
void must(Call call) {
    octo_error *err = nullptr;
    octo_status status = call(&err);
    Handle<octo_error, octo_error_free> owned(err);
    if (status != OCTO_OK) throw Failure(status, string(octo_error_message(err)) + " | " + string(octo_error_hint(err)));
}

int checks = 0;
void check(bool condition, const std::string &what) {
    checks++;
    if (!condition) throw std::runtime_error("FAILED: " + what);
}

void sh(const std::string &folder, const std::string &command) {
    check(std::system(("cd '" + folder + "' && " + command).c_str()) == 0, command);
}

std::string content(unsigned seed, size_t len) {
    std::string out(len, '\0');
    for (auto &c : out) {
        seed = seed * 1664525u + 1013904223u;
        c = static_cast<char>(seed >> 24);
    }
    return out;
}

void write(const std::string &path, const std::string &data) { std::ofstream(path, std::ios::binary) << data; }

Added add(octo_repo *repo, const std::string &path, const octo_job *job = nullptr) {
    octo_add_report *report = nullptr;
    octo_bytes b = bytes(path);
    must([&](octo_error **err) { return octo_repo_add(repo, &b, 1, job, &report, err); });
    return Added(report);
}

struct Watch {
    int reports = 0;
    octo_cancel *cancel = nullptr;
};

void on_progress(const octo_progress *progress, void *user_data) {
    auto *watch = static_cast<Watch *>(user_data);
    watch->reports++;
    if (watch->cancel && progress->done_bytes > 0) octo_cancel_cancel(watch->cancel);
}

void tell(const std::string &folder) {
    octo_context *raw_context = nullptr;
    must([&](octo_error **err) { return octo_context_new(nullptr, &raw_context, err); });
    Context context(raw_context);

    sh(folder, "git init -q -b main . && git config user.name A && git config user.email a@example.org && mkdir data");
    octo_repo *raw_repo = nullptr;
    must([&](octo_error **err) { return octo_repo_init(context.get(), bytes(folder), nullptr, nullptr, &raw_repo, err); });
    Repo repo(raw_repo);
    octo_strings *raw_strings = nullptr;
    octo_bytes pattern = bytes("*.bin");
    must([&](octo_error **err) { return octo_repo_track(repo.get(), &pattern, 1, &raw_strings, err); });
    check(octo_strings_count(Strings(raw_strings).get()) == 1, "one pattern is new");

    Watch watch;
    octo_job job = OCTO_JOB_INIT;
    job.on_progress = on_progress;
    job.user_data = &watch;
    const std::string commit = "git add .gitattributes .octostore && git commit -qm x && test -z \"$(git status --porcelain)\"";
    const std::string first = content(1, 400000), second = content(2, 500000);
    write(folder + "/data/x.bin", first);
    add(repo.get(), "data/x.bin", &job);
    check(watch.reports > 0, "progress was reported");
    sh(folder, commit);
    write(folder + "/data/x.bin", second);
    add(repo.get(), "data/x.bin");
    sh(folder, commit);

    octo_file *raw_file = nullptr;
    must([&](octo_error **err) { return octo_repo_open_file(repo.get(), bytes("HEAD~1"), bytes("data/x.bin"), &raw_file, err); });
    File file(raw_file);
    std::vector<uint8_t> range(70000);
    size_t done = 0;
    must([&](octo_error **err) { return octo_file_read_at(file.get(), 200000, range.data(), range.size(), &done, err); });
    check(done == range.size() && std::memcmp(range.data(), first.data() + 200000, done) == 0, "a range of the old version");

    write(folder + "/data/big.bin", content(3, 20000000));
    Cancel cancel(octo_cancel_new());
    watch.cancel = job.cancel = cancel.get();
    try {
        add(repo.get(), "data/big.bin", &job);
        check(false, "the call was not cancelled");
    } catch (const Failure &failure) {
        check(failure.code == OCTO_CANCELLED, "the call was cancelled");
    }
    try {
        add(repo.get(), "data/none.bin");
        check(false, "a missing file was added");
    } catch (const Failure &failure) {
        check(failure.code == OCTO_NOT_FOUND && std::string(failure.what()).find("none.bin") != std::string::npos, failure.what());
        std::cout << "as it should be: " << failure.what() << "\n";
    }
}

}  // namespace

int main(int argc, char **argv) {
    try {
        check(argc == 2, "usage: story FOLDER");
        tell(argv[1]);
    } catch (const std::exception &e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
    std::cout << checks << " checks passed\n";
    return 0;
}
