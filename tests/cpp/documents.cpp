// Documents: what the calls on rows, statistics and schemas give; their options; both families; without waiting.
#include "testing.hpp"

#include <algorithm>
#include <vector>

using namespace testing;
using octo::Code;

namespace {

struct Project {
    std::filesystem::path folder;
    octo::Context context;
    octo::Repo repo;
};

const char *const people = "data/people.csv";

Project new_project(const std::string &name) {
    const auto folder = new_git(name);
    auto context = octo::Context::create();
    octo::InitOptions options;
    options.store = (root / (name + "-store")).string();
    auto repo = octo::Repo::init(context, folder, options);
    repo.track("data/");
    const char *const cities[] = {"Oslo", "Lima", "Rome", "Pune"};
    std::string csv = "id,age,city,bought\n";
    for (int n = 1; n <= 400; ++n) {
        const int age = 18 + n * 37 % 60;
        csv += std::to_string(n) + "," + std::to_string(age) + "," + cities[n % 4] + "," + (age > 40 ? "yes" : "no") + "\n";
    }
    write(folder / people, csv);
    repo.add();
    commit(folder, "people");
    return {folder, std::move(context), std::move(repo)};
}

bool contains(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

void a_document_has_an_answer_a_report_and_parts() {
    const auto project = new_project("parts");
    const octo::Document document = project.repo.profile("HEAD", people);
    check(document.answer() && contains(document.json(), "\"rows\":400"), document.json());
    std::vector<std::string> names;
    for (const octo::Part &part : document) {
        check(document.part(part.name) == part.bytes, part.name);
        names.emplace_back(part.name);
    }
    check(names.size() == document.size() && std::is_sorted(names.begin(), names.end()), "sorted names");
    check(document.part("statistics.pb").value().size() > 100, "the statistics");
    check(!document.part("no such part"), "no such part");
}

void a_document_that_was_moved_from_is_empty() {
    const auto project = new_project("moved");
    octo::Document document = project.repo.profile("", people);
    const octo::Document other = std::move(document);
    check(!document && !document.answer() && document.json().empty() && document.empty(), "nothing is left");
    check(!document.part("statistics.pb") && other.part("statistics.pb"), "it is there now");
    octo::Document none;
    check(none.json().empty() && none.begin() == none.end(), "one that never was");
}

void options_reach_the_call() {
    const auto project = new_project("options");
    octo::ProfileOptions options;
    options.columns = {"age", "city"};
    const octo::Document document = project.repo.profile("", people, options);
    check(contains(document.json(), "\"age\"") && !contains(document.json(), "\"bought\""), "only the columns asked for");
    options.columns = {"height"};
    fails(Code::not_found, [&] { project.repo.profile("", people, options); });
    octo::SampleOptions sample;
    sample.fraction = 2;
    fails(Code::invalid_argument, [&] { project.repo.sample("", people, sample); });
}

void every_call_gives_a_document_without_waiting() {
    const auto project = new_project("calls");
    const octo::Repo &repo = project.repo;
    write(root / "more.csv", "id,age\n1,2\n");
    octo::ImportOptions import;
    import.license = "CC0-1.0";
    check(repo.import_start((root / "more.csv").string(), "data/more.csv", import).get().answer(), "import");
    octo::ProfileOptions counting;
    counting.write = true;
    check(repo.profile_start("", people, counting).get().answer(), "profile");
    octo::SchemaOptions schema;
    schema.infer = schema.write = true;
    schema.accept = {"all"};
    check(contains(repo.schema_start("", people, schema).get().part("schema.pbtxt").value(), "name: \"age\""), "schema");
    sh(project.folder, "git add -A && git commit -qm profiled && git tag one");
    check(repo.validate_start("", people).get().answer(), "validate");
    octo::SampleOptions sample;
    sample.rows = 40;
    sample.to = "data/few.csv";
    check(repo.sample_start("", people, sample).get().answer(), "sample");
    octo::SplitOptions split;
    split.parts = {"train=0.7", "test=0.3"};
    split.by = {"city"};
    check(contains(repo.split_start("", people, split).get().json(), "train"), "split");
    octo::ReadOptions reading;
    reading.split = "train";
    std::size_t rows = 0;
    for (const octo::Batch &batch : repo.read_rows("", people, reading)) rows += batch.rows();
    check(rows > 0 && rows < 400, "the rows of one part");
    octo::ExamplesOptions examples;
    examples.to = "data/examples";
    check(repo.examples_start("", people, examples).get().answer(), "examples");
    octo::FeaturesOptions features;
    features.label = "bought";
    check(contains(repo.features_start(people, features).get().json(), "\"label\":\"bought\""), "features");
    check(contains(repo.view_start("", people).get().part("page.html").value(), "<html"), "view");
    check(repo.diff_stats_start("one", "").get().answer(), "diff_stats");
    repo.push();
    octo::PullOptions only;
    only.only = {"statistics", "schema"};
    repo.pull_with_start(only).get();
    repo.fetch_with(only);
    only.only = {"everything"};
    fails(Code::invalid_argument, [&] { repo.pull_with(only); });
}

void the_other_family_gives_results() {
    const auto project = new_project("results");
    const auto context = octo::expected::Context::create();
    const auto repo = octo::expected::Repo::open(*context, project.folder);
    const octo::Result<octo::Document> document = repo->profile("", people);
    check(document && document->answer(), "a document");
    check(!repo->profile("", "data/nobody.csv"), "an error");
    octo::expected::Task<octo::Document> task = repo->view_start("", people).value();
    check(task.get().has_value(), "a task");
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(a_document_has_an_answer_a_report_and_parts), CASE(a_document_that_was_moved_from_is_empty),
                         CASE(options_reach_the_call), CASE(every_call_gives_a_document_without_waiting),
                         CASE(the_other_family_gives_results)});
}
