// What a careless program does: listeners that throw, handles that were moved from, results that failed, early ends.
#include "testing.hpp"

#include <stdexcept>

using namespace testing;

namespace {

const std::string content = noise(4, 6 << 20);

struct Project {
    std::filesystem::path folder;
    octo::Context context;
    octo::Repo repo;
};

Project new_project(const std::string &name) {
    const auto folder = new_git(name);
    auto context = octo::Context::create();
    auto repo = octo::Repo::init(context, folder);
    repo.track("*.bin");
    write(folder / "data/x.bin", content);
    return {folder, std::move(context), std::move(repo)};
}

struct Oops : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void what_a_listener_throws_ends_the_call_and_arrives() {
    auto project = new_project("throws");
    int calls = 0;
    octo::Job job;
    job.on_progress = [&](const octo::Progress &) {
        ++calls;
        throw Oops("from the listener");
    };
    std::string caught;
    try {
        project.repo.add({}, job);
    } catch (const Oops &oops) {
        caught = oops.what();
    }
    check(caught == "from the listener" && calls == 1, "the listener's own exception, and no second call of it");
    check(project.repo.ls().empty(), "the call was cancelled: nothing is staged");
    check(project.repo.add().size() == 1, "the library goes on");
    const auto silent = octo::expected::Repo(project.repo.release());
    caught.clear();
    try {
        (void)silent.fsck({}, job);
    } catch (const Oops &oops) {
        caught = oops.what();
    }
    check(calls == 2 && caught == "from the listener", "in the expected style too: it is no error of octostore");
}

void what_a_listener_throws_need_not_be_an_exception() {
    auto project = new_project("throws-int");
    octo::Job job;
    job.on_progress = [](const octo::Progress &) { throw 42; };
    int caught = 0;
    try {
        project.repo.add({}, job);
    } catch (int number) {
        caught = number;
    }
    check(caught == 42, "an int");
}

void a_moved_from_handle_is_an_error_not_a_crash() {
    auto project = new_project("moved");
    project.repo.add();
    commit(project.folder, "one");
    octo::Repo repo = std::move(project.repo);
    check(repo && !project.repo, "a move empties");
    const octo::Repo &gone = project.repo;
    using octo::Code;
    fails(Code::invalid_argument, [&] { gone.work_dir(); });
    fails(Code::invalid_argument, [&] { gone.track("x"); });
    fails(Code::invalid_argument, [&] { gone.untrack("x"); });
    fails(Code::invalid_argument, [&] { gone.add(); });
    fails(Code::invalid_argument, [&] { gone.status(); });
    fails(Code::invalid_argument, [&] { gone.ls(); });
    fails(Code::invalid_argument, [&] { gone.log("x"); });
    fails(Code::invalid_argument, [&] { gone.open_file("", "x"); });
    fails(Code::invalid_argument, [&] { gone.resolve("", "x"); });
    fails(Code::invalid_argument, [&] { gone.push(); });
    fails(Code::invalid_argument, [&] { gone.fetch(); });
    fails(Code::invalid_argument, [&] { gone.pull(); });
    fails(Code::invalid_argument, [&] { gone.drop("x"); });
    fails(Code::invalid_argument, [&] { gone.fsck(); });
    fails(Code::invalid_argument, [&] { gone.store(); });
    fails(Code::invalid_argument, [&] { gone.set_store("x"); });
    fails(Code::invalid_argument, [&] { gone.accept_store("x"); });
    fails(Code::invalid_argument, [&] { gone.copy_store("x"); });

    octo::StatusList list = repo.status();
    const octo::StatusList moved = std::move(list);
    check(moved.size() == 1 && list.empty() && list.begin() == list.end() && list[0].path.empty(), "a list");
    octo::File file = repo.open_file("HEAD", "data/x.bin");
    octo::File taken = std::move(file);
    char byte = 0;
    check(taken.size() == content.size() && file.size() == 0, "a file");
    fails(Code::invalid_argument, [&] { file.read_at(0, octo::Buffer(&byte, 1)); });
    fails(Code::invalid_argument, [&] { file.read(octo::Buffer(&byte, 1)); });
    fails(Code::invalid_argument, [&] { file.seek(0); });
    octo::FileStream in(std::move(file));
    check(!in.get(byte) && in.bad() && in.error()->code() == Code::invalid_argument, "a stream of nothing");

    taken = std::move(*&taken);
    check(taken.size() == content.size(), "a move to itself changes nothing");
    octo::File other = repo.open_file("HEAD", "data/x.bin");
    taken = std::move(other);
    check(taken.size() == content.size() && !other, "a move over another frees it");
    octo::Context context = std::move(project.context);
    fails(Code::invalid_argument, [&] { octo::Repo::open(project.context, project.folder); });
    check(octo::Repo::open(context, project.folder).status().size() == 1, "where it went it works");
}

void results_outlive_what_they_came_from() {
    octo::StatusList list;
    octo::File file;
    octo::Error error(octo::Code::internal, "");
    {
        auto project = new_project("outlive");
        project.repo.add();
        list = project.repo.status();
        file = project.repo.open_file("", "data/x.bin");
        try {
            project.repo.open_file("nonsense", "data/x.bin");
        } catch (const octo::Error &thrown) {
            error = thrown;
        }
    }
    char byte = 0;
    check(list[0].path == "data/x.bin", "a list");
    check(file.read_at(7, octo::Buffer(&byte, 1)) == 1 && byte == content[7], "a file");
    check(error.code() == octo::Code::not_found && !error.message().empty(), "an error");
}

void the_value_of_a_failed_result_is_its_error() {
    const auto context = octo::expected::Context::create();
    auto repo = octo::expected::Repo::open(*context, "/");
    using octo::Code;
    fails(Code::not_a_repository, [&] { repo.value(); });
    fails(Code::not_a_repository, [&] { *repo; });
    fails(Code::not_a_repository, [&] { (void)repo->status(); });
    fails(Code::not_a_repository, [&] { *octo::expected::Repo::open(*context, "/"); });
    fails(Code::invalid_argument, [&] { context.error(); });
    fails(Code::invalid_argument, [&] { octo::expected::Repo().accept_store("x").value(); });
}

void bad_arguments_are_errors() {
    auto project = new_project("bad");
    using octo::Code;
    fails(Code::invalid_argument, [&] { octo::Repo::open(project.context, ""); });
    fails(Code::invalid_argument, [&] { project.repo.log("../up"); });
    fails(Code::invalid_argument, [&] { project.repo.track("\xff\xfe"); });
    fails(Code::invalid_argument, [&] { project.repo.add(std::string_view("nul\0inside", 10)); });
    fails(Code::invalid_argument, [&] { octo::Repo::open(project.context, std::string("nul\0inside", 10)); });
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(what_a_listener_throws_ends_the_call_and_arrives),
                         CASE(what_a_listener_throws_need_not_be_an_exception),
                         CASE(a_moved_from_handle_is_an_error_not_a_crash), CASE(results_outlive_what_they_came_from),
                         CASE(the_value_of_a_failed_result_is_its_error), CASE(bad_arguments_are_errors)});
}
