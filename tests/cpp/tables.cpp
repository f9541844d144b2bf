// Tables in and out by Arrow's C interfaces: values, types, zero copies by address, streams made in C++, listeners and errors.
#include "testing.hpp"

#include <atomic>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace testing;
using octo::Code;

namespace {

struct Project {
    std::filesystem::path folder;
    octo::Context context;
    octo::Repo repo;
};

Project new_project(const std::string &name) {
    const auto folder = new_git(name);
    auto context = octo::Context::create();
    auto repo = octo::Repo::init(context, folder);
    repo.track("data/");
    return {folder, std::move(context), std::move(repo)};
}

void add_csv(const Project &project, int rows) {
    std::string csv = "n,half,word\n";
    for (int n = 1; n <= rows; ++n)
        csv += std::to_string(n) + "," + std::to_string(n) + ".5,w" + std::to_string(n % 10) + "\n";
    write(project.folder / "data/t.csv", csv);
    project.repo.add();
    commit(project.folder, "rows");
}

template <class T>
const T *values(const ArrowArray &column) {
    return static_cast<const T *>(column.buffers[1]) + column.offset;
}

// ---- a table of this program: a column of int64 and one of double, whose memory it can point to

struct Column {
    std::vector<std::int64_t> whole;
    std::vector<double> real;
    const void *buffers[2] = {nullptr, nullptr};
};

std::atomic<int> columns_alive{0};

template <class T>
ArrowArray array_of(std::vector<T> values) {
    auto *owner = new Column;
    ++columns_alive;
    ArrowArray raw{};
    raw.length = static_cast<std::int64_t>(values.size());
    if constexpr (std::is_same_v<T, double>) {
        owner->real = std::move(values);
        owner->buffers[1] = owner->real.data();
    } else {
        owner->whole = std::move(values);
        owner->buffers[1] = owner->whole.data();
    }
    raw.n_buffers = 2;
    raw.buffers = owner->buffers;
    raw.private_data = owner;
    raw.release = [](ArrowArray *array) {
        delete static_cast<Column *>(array->private_data);
        --columns_alive;
        array->release = nullptr;
    };
    return raw;
}

struct Parent {
    std::vector<ArrowArray> columns;
    std::vector<ArrowArray *> pointers;
    const void *none[1] = {nullptr};
};

octo::Batch batch_of(std::vector<std::int64_t> whole, std::vector<double> real) {
    auto *parent = new Parent;
    const auto length = static_cast<std::int64_t>(whole.size());
    parent->columns = {array_of(std::move(whole)), array_of(std::move(real))};
    for (ArrowArray &column : parent->columns) parent->pointers.push_back(&column);
    ArrowArray raw{};
    raw.length = length;
    raw.n_buffers = 1;
    raw.buffers = parent->none;
    raw.n_children = 2;
    raw.children = parent->pointers.data();
    raw.private_data = parent;
    raw.release = [](ArrowArray *array) {
        auto *p = static_cast<Parent *>(array->private_data);
        for (ArrowArray &column : p->columns)
            if (column.release) column.release(&column);
        delete p;
        array->release = nullptr;
    };
    return octo::Batch(&raw);
}

octo::Schema schema_of_two() {
    ArrowSchema whole{}, real{}, both{};
    ArrowSchema *children[] = {&whole, &real};
    const auto nothing = [](ArrowSchema *schema) { schema->release = nullptr; };
    whole.format = "l";
    whole.name = "n";
    whole.flags = ARROW_FLAG_NULLABLE;
    real.format = "g";
    real.name = "x";
    both.format = "+s";
    both.n_children = 2;
    both.children = children;
    whole.release = real.release = both.release = nothing;
    return octo::Schema::copy(both);
}

// ---- the cases

void rows_of_any_revision_come_without_a_pull() {
    auto project = new_project("read");
    add_csv(project, 1000);
    octo::Rows rows = project.repo.read_rows("HEAD", "data/t.csv");
    const octo::Schema schema = rows.schema();
    check(schema.columns() == 3 && schema.name(0) == "n" && schema.format(0) == "l" && schema.format(1) == "g", "typed");
    check(schema.name(7).empty() && schema.format(7).empty(), "no seventh column");
    std::size_t count = 0;
    std::int64_t sum = 0;
    double real = 0;
    for (const octo::Batch &batch : rows) {
        count += batch.rows();
        for (std::size_t n = 0; n < batch.rows(); ++n) {
            sum += values<std::int64_t>(batch.column(0))[n];
            real += values<double>(batch.column(1))[n];
        }
    }
    check(count == 1000 && sum == 500500 && real == 501000.0, "all of them");
    check(!rows.next(), "and no more");

    octo::ReadOptions options;
    options.columns = {"half"};
    options.limit = 250;
    options.batch_rows = 100;
    std::vector<std::size_t> sizes;
    for (const octo::Batch &batch : project.repo.read_rows("", "data/t.csv", options)) {
        check(batch.columns() == 1, "one column");
        sizes.push_back(batch.rows());
    }
    check(sizes == std::vector<std::size_t>{100, 100, 50}, "in batches, up to the limit");
}

void a_table_keeps_the_buffers_where_they_are() {
    std::vector<std::int64_t> whole = {1, 2, 3};
    std::vector<double> real = {0.5, 1.5, 2.5};
    const void *whole_at = whole.data(), *real_at = real.data();
    bool given = false;
    octo::Rows rows = octo::Rows::generate(schema_of_two(), [&]() -> std::optional<octo::Batch> {
        if (std::exchange(given, true)) return std::nullopt;
        return batch_of(std::move(whole), std::move(real));
    });
    octo::Rows first, second;
    {
        const octo::Table table = octo::Table::create(std::move(rows));
        check(table.rows() == 3 && table.columns() == 2, "rows and columns");
        first = table.stream();
        second = table.stream();
    }
    for (octo::Rows *stream : {&first, &second}) {
        const std::optional<octo::Batch> batch = stream->next();
        check(batch && batch->rows() == 3, "the rows");
        check(batch->column(0).buffers[1] == whole_at && batch->column(1).buffers[1] == real_at,
              "in and out through the library, each buffer is where this program wrote it");
        check(columns_alive == 2, "held, and held once");
    }
    first = octo::Rows();
    second = octo::Rows();
    check(columns_alive == 0, "and let go with the last one");
}

void rows_made_here_are_written_and_read_back() {
    auto project = new_project("write");
    for (const char *name : {"data/t.parquet", "data/t.arrow", "data/t.csv", "data/t.jsonl"}) {
        std::int64_t next = 0;
        auto rows = octo::Rows::generate(schema_of_two(), [&]() -> std::optional<octo::Batch> {
            if (next == 3000) return std::nullopt;
            std::vector<std::int64_t> whole;
            std::vector<double> real;
            for (int n = 0; n < 1000; ++n) {
                whole.push_back(++next);
                real.push_back(static_cast<double>(next) / 4);
            }
            return batch_of(std::move(whole), std::move(real));
        });
        const octo::WriteReport written = project.repo.write_rows(name, std::move(rows));
        check(written.rows == 3000 && written.bytes == std::filesystem::file_size(project.folder / name), name);
        project.repo.add();
        const octo::Table table = octo::Table::create(project.repo.read_rows("", name));
        double sum = 0;
        for (const octo::Batch &batch : table.stream())
            for (std::size_t n = 0; n < batch.rows(); ++n) sum += values<double>(batch.column(1))[n];
        check(table.rows() == 3000 && sum == 3000.0 * 3001 / 8, std::string(name) + " holds the same");
    }
    check(columns_alive == 0, "nothing is kept");
}

void a_stream_made_here_that_fails_writes_nothing() {
    auto project = new_project("fails");
    auto rows = octo::Rows::generate(schema_of_two(), []() -> std::optional<octo::Batch> {
        throw std::runtime_error("the sensor is unplugged");
    });
    try {
        project.repo.write_rows("data/t.parquet", std::move(rows));
        check(false, "it was written");
    } catch (const octo::Error &error) {
        check(error.message().find("the sensor is unplugged") != std::string::npos, error.message());
    }
    check(std::filesystem::is_empty(project.folder / "data"), "no file, no piece of one");
}

void a_listener_goes_where_its_stream_goes() {
    auto project = new_project("listener");
    add_csv(project, 20000);
    int reports = 0;
    octo::Job job;
    job.on_progress = [&, alive = std::make_shared<int>(7)](const octo::Progress &) {
        check(*alive == 7, "the listener is there");
        ++reports;
    };
    octo::ReadOptions options;
    options.batch_rows = 1000;
    ArrowArrayStream raw{};
    {
        octo::Rows rows = project.repo.read_rows("HEAD", "data/t.csv", options, job);
        octo::Rows moved = std::move(rows);
        fails(Code::invalid_argument, [&] { rows.next(); });
        fails(Code::invalid_argument, [&] { rows.schema(); });
        moved.move_to(&raw);
        fails(Code::invalid_argument, [&] { moved.next(); });
    }
    job.on_progress = nullptr;
    const octo::Table table = octo::Table::create(octo::Rows(&raw));
    check(table.rows() == 20000 && reports > 0 && raw.release == nullptr, "through C and back");
}

void what_a_listener_throws_ends_the_stream() {
    auto project = new_project("throws");
    add_csv(project, 200000);
    int reports = 0;
    octo::Job job;
    job.on_progress = [&](const octo::Progress &p) {
        if (p.phase == "read rows" && ++reports == 3) throw std::runtime_error("from the listener");
    };
    octo::ReadOptions options;
    options.batch_rows = 1000;
    std::string caught;
    try {
        for (const octo::Batch &batch : project.repo.read_rows("HEAD", "data/t.csv", options, job)) check(batch.rows() > 0, "rows");
    } catch (const std::runtime_error &e) {
        caught = e.what();
    }
    check(caught == "from the listener", "the listener's own exception, got: " + caught);
}

void a_stream_can_be_cancelled_on_the_way() {
    auto project = new_project("stop");
    add_csv(project, 200000);
    octo::Job job;
    octo::Cancel token;
    job.cancel = token;
    octo::ReadOptions options;
    options.batch_rows = 1000;
    octo::Rows rows = project.repo.read_rows("HEAD", "data/t.csv", options, job);
    check(rows.next()->rows() == 1000, "it begins");
    token.cancel();
    const auto error = fails(Code::cancelled, [&] {
        while (rows.next()) {
        }
    });
    check(error.message() == "cancelled" && !error.hint().empty(), error.what());
}

void what_fails_on_the_way_is_the_same_error_as_of_a_call() {
    auto project = new_project("later");
    std::string csv = "n\n";
    for (int n = 0; n < 100000; ++n) csv += std::to_string(n) + "\n";
    write(project.folder / "data/t.csv", csv + "not a number\n");
    project.repo.add();
    octo::expected::Rows rows = project.repo.read_rows("", "data/t.csv");
    octo::Result<std::optional<octo::Batch>> last = std::optional<octo::Batch>();
    do last = rows.next();
    while (last && *last);
    const auto error = fails(Code::invalid_data, last);
    check(error.message().find("t.csv") != std::string::npos && !error.hint().empty(), error.what());
}

void bad_tables_are_errors() {
    auto project = new_project("bad");
    add_csv(project, 10);
    octo::ReadOptions options;
    options.columns = {"height"};
    fails(Code::not_found, [&] { project.repo.read_rows("HEAD", "data/t.csv", options); });
    fails(Code::not_found, [&] { project.repo.read_rows("HEAD", "data/none.csv"); });
    fails(Code::invalid_argument, [&] { octo::Table::create(octo::Rows()); });
    fails(Code::invalid_argument, [&] { project.repo.write_rows("data/u.csv", octo::Rows()); });
    write(project.folder / "data/broken.parquet", "this is no table");
    project.repo.add();
    fails(Code::invalid_data, [&] { project.repo.read_rows("", "data/broken.parquet"); });
    octo::Table empty;
    check(empty.rows() == 0 && empty.columns() == 0, "an empty handle has none");
    fails(Code::invalid_argument, [&] { empty.stream(); });
    octo::expected::Rows none;
    fails(Code::invalid_argument, none.next());
    fails(Code::invalid_argument, octo::expected::Table::create(std::move(none)));
}

void a_schema_is_copied_whole() {
    ArrowSchema index{}, words{};
    const char metadata[] = "\1\0\0\0\4\0\0\0unit\2\0\0\0mm";
    words.format = "u";
    index.format = "c";
    index.name = "colour";
    index.metadata = metadata;
    index.dictionary = &words;
    octo::Schema copy = octo::Schema::copy(index);
    octo::Schema again = octo::Schema::copy(*copy.get());
    copy = octo::Schema();
    check(std::string(again->name) == "colour" && again->dictionary && std::string(again->dictionary->format) == "u", "names");
    check(std::string_view(again->metadata, sizeof metadata - 1) == std::string_view(metadata, sizeof metadata - 1), "metadata");
}

}  // namespace

int main(int argc, char **argv) {
    return testing::run(argc, argv,
                        {CASE(rows_of_any_revision_come_without_a_pull), CASE(a_table_keeps_the_buffers_where_they_are),
                         CASE(rows_made_here_are_written_and_read_back), CASE(a_stream_made_here_that_fails_writes_nothing),
                         CASE(a_listener_goes_where_its_stream_goes), CASE(what_a_listener_throws_ends_the_stream),
                         CASE(a_stream_can_be_cancelled_on_the_way),
                         CASE(what_fails_on_the_way_is_the_same_error_as_of_a_call),
                         CASE(bad_tables_are_errors), CASE(a_schema_is_copied_whole)});
}
