// The calls of ../rust/embedding.rs in C++, with the same arguments and the same lines.
#include <octostore.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t small_bytes = 64, around = 64 * 1024;

double seconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void want(bool good) {
    if (!good) throw octo::Error(octo::Code::internal, "a call gave something else than it should");
}

template <class Work>
void timed(const char *name, unsigned times, Work work) {
    const double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned n = 0; n < times; ++n) work(n);
    std::printf("%s %.12f %.12f\n", name, (seconds(CLOCK_MONOTONIC) - wall) / times,
                (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / times);
}

void peak() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) std::printf("peak %ld\n", std::strtol(line.c_str() + 6, nullptr, 10));
}

void files(const std::string &what, octo::File file, int repeats) {
    const std::uint64_t size = file.size();
    std::vector<std::uint8_t> whole(what == "range" ? size : small_bytes, 1);
    for (int i = 0; i < repeats; ++i) {
        if (what == "call") timed("len", 2000000, [&](unsigned) { want(file.size() == size); });
        if (what == "small")
            timed("small", 200000,
                  [&](unsigned n) { want(file.read_at(size / 2 + n * small_bytes % around, whole) == small_bytes); });
        if (what == "range") timed("range", 1, [&](unsigned) { want(file.read_at(0, whole) == size); });
    }
}

void tables(const octo::Table &table, int repeats) {
    for (int i = 0; i < repeats; ++i) {
        timed("table_out", 100, [&](unsigned) {
            std::uint64_t rows = 0;
            auto stream = table.stream();
            while (auto batch = stream.next()) rows += batch->rows();
            want(rows == table.rows());
        });
        timed("table_in", 100, [&](unsigned) { want(octo::Table::create(table.stream()).rows() == table.rows()); });
    }
}

}  // namespace

int main(int argc, char **argv) try {
    if (argc != 5) return 2;
    const std::string what = argv[1];
    const auto context = octo::Context::create();
    const auto repo = octo::Repo::open(context, argv[2]);
    if (what == "table")
        tables(octo::Table::create(repo.read_rows("HEAD", argv[3])), std::atoi(argv[4]));
    else
        files(what, repo.open_file("HEAD", argv[3]), std::atoi(argv[4]));
    peak();
} catch (const octo::Error &e) {
    std::cerr << e.message() << "\n";
    return 1;
}
