// The first story in the expected style: no call throws, and this file also builds with -fno-exceptions.
#include "testing.hpp"

using namespace testing;
using octo::expected::Context;
using octo::expected::Repo;

namespace {

const std::string content = noise(3, 300000);

struct Project {
    std::filesystem::path folder;
    Context context;
    Repo repo;
};

Project new_project(const std::string &name) {
    const auto folder = new_git(name);
    octo::InitOptions options;
    options.store = (root / (name + "-store")).string();
    auto context = Context::create();
    check(context.has_value(), "a context");
    auto repo = Repo::init(*context, folder, options);
    check(repo.has_value(), "a repository");
    check(repo->track("*.bin").has_value(), "a pattern");
    write(folder / "data/x.bin", content);
    const auto added = repo->add();
    check(added && added->size() == 1, "a file");
    commit(folder, "one");
    return {folder, *std::move(context), *std::move(repo)};
}

void a_value_or_an_error_comes_back() {
    auto project = new_project("expected");
    const auto pushed = project.repo.push();
    check(pushed && pushed->files == 1, "pushed");
    for (const octo::FileStatus &file : project.repo.status().value()) check(file.pushed, "it is known to be stored");
    const auto error = fails(octo::Code::not_found, project.repo.add("data/none.bin"));
    check(error.message().find("none.bin") != std::string::npos && !error.hint().empty(), error.message());
    fails(octo::Code::not_a_repository, Repo::open(project.context, "/"));
    fails(octo::Code::store_url_invalid, project.repo.accept_store("nonsense://x"));
    check(project.repo.set_store((root / "expected-other").string()).has_value(), "a call without a value");
    check(Repo::open(project.context, "/").has_value() == false, "has_value");
}

void results_chain() {
    auto project = new_project("chain");
    std::string bytes(100, '\0');
    const auto read = project.repo.open_file("HEAD", "data/x.bin").and_then([&](octo::expected::File file) {
        return file.read_at(500, bytes);
    });
    check(read && *read == 100 && bytes == content.substr(500, 100), "open, then read");
    const auto not_read = project.repo.open_file("HEAD", "data/y.bin").and_then([&](octo::expected::File file) {
        return file.read_at(500, bytes);
    });
    fails(octo::Code::not_found, not_read);
    check(project.repo.open_file("HEAD", "data/y.bin").and_then([](octo::expected::File f) {
        return octo::Result<std::uint64_t>(f.size());
    }).value_or(7) == 7, "another value");
}

void a_cancelled_call_leaves_all_as_it_was() {
    auto project = new_project("cancel");
    octo::Job job;
    octo::Cancel token;
    job.cancel = token;
    job.on_progress = [&](const octo::Progress &p) {
        if (p.done_bytes > 0) token.cancel();
    };
    write(project.folder / "data/big.bin", noise(9, 8 << 20));
    fails(octo::Code::cancelled, project.repo.add("data/big.bin", job));
    check(token.is_cancelled(), "the token is what stopped it");
    check(project.repo.ls()->size() == 1, "nothing was staged");
    check(project.repo.add("data/big.bin")->size() == 1, "and it can be done again");
}

void a_file_is_a_stream() {
    auto project = new_project("stream");
    octo::FileStream in(*project.repo.open_file("", "data/x.bin"));
    check(std::string(std::istreambuf_iterator<char>(in), {}) == content && !in.bad(), "the whole file");
}

void an_empty_handle_is_an_error() {
    Repo empty;
    check(!empty, "nothing is there");
    fails(octo::Code::invalid_argument, empty.status());
    fails(octo::Code::invalid_argument, Repo::open(Context(), "."));
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(a_value_or_an_error_comes_back), CASE(results_chain), CASE(a_cancelled_call_leaves_all_as_it_was),
                         CASE(a_file_is_a_stream), CASE(an_empty_handle_is_an_error)});
}
