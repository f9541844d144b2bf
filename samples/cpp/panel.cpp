// A data panel, as an IDE would have it beside the source: the state of the data files, the history of one, its first rows and
// the statistics of its columns at any revision, without a pull. The thread of the user interface never waits: long calls are
// tasks that the event loop watches by their descriptors, and each 20 ms it draws how far they are.
//
//     panel REPOSITORY FILE [REVISION]
#include "loop.hpp"
#include "table.hpp"

#include <csignal>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <mutex>

namespace {

/// Cells side by side, each column as wide as its widest.
void show_table(std::ostream &out, const std::vector<std::vector<std::string>> &lines) {
    std::vector<std::size_t> widths;
    for (const auto &line : lines) {
        widths.resize(std::max(widths.size(), line.size()));
        for (std::size_t n = 0; n < line.size(); ++n) widths[n] = std::max(widths[n], line[n].size());
    }
    for (const auto &line : lines) {
        std::string text = " ";
        for (std::size_t n = 0; n < line.size(); ++n) text += " " + line[n] + std::string(widths[n] - line[n].size() + 1, ' ');
        out << text.erase(text.find_last_not_of(' ') + 1) << '\n';
    }
}

std::string number(double value) {
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.10g", value);
    return digits;
}

std::string day(octo::LogEntry entry) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(entry.time);
    char text[32] = "";
    std::tm utc{};
    if (gmtime_r(&seconds, &utc)) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &utc);
    return text;
}

/// How far the reading of rows is: told from the library's threads, shown by the panel's.
class Told {
  public:
    void operator()(const octo::Progress &progress) {
        const std::lock_guard<std::mutex> lock(mutex_);
        items_ = progress.done_items;
    }
    octo::Progress progress() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return {"rows", 0, 0, items_, 0};
    }

  private:
    std::mutex mutex_;
    std::uint64_t items_ = 0;
};

int interrupted[2] = {-1, -1};

class Panel {
  public:
    Panel(std::string file, std::string revision) : file_(std::move(file)), revision_(std::move(revision)) {}

    /// Shows everything; whether all of it could be had.
    bool show(const std::string &folder) {
        stop_on_interrupt();
        octo::Task<octo::Repo> opening = octo::Repo::open_start(context_, folder, job());
        loop_.await<octo::Repo>(std::move(opening), [this](octo::Repo repo) {
            repo_ = std::move(repo);
            show_repository();
            begin_status();
            begin_history();
            begin_preview();
            begin_statistics();
        });
        loop_.run_until_done([](const octo::Progress &p) { draw(p); }, [this](const octo::Error &error) { fail(error); });
        std::cerr << '\r' << std::string(60, ' ') << '\r';
        std::cout << "\n(" << loop_.frames() << " frames drawn; the longest pause between two was "
                  << loop_.longest_pause().count() << " ms)\n";
        return good_;
    }

  private:
    octo::Job job() const {
        octo::Job job;
        job.cancel = cancel_;
        return job;
    }

    /// Ctrl-C stops the calls, each of which then leaves everything as it was.
    void stop_on_interrupt() {
        if (pipe(interrupted) != 0) return;
        std::signal(SIGINT, [](int) { (void)!write(interrupted[1], "!", 1); });
        loop_.watch(interrupted[0], [this] { cancel_.cancel(); }, {}, true);
    }

    void show_repository() {
        const auto store = repo_.store();
        std::cout << "Data of " << repo_.work_dir().string() << ", store " << (store ? store->url : "none") << "\n";
    }

    void begin_status() {
        loop_.await<octo::StatusList>(repo_.status_start(job()), [](octo::StatusList files) {
            std::vector<std::vector<std::string>> lines;
            for (const octo::FileStatus &file : files)
                lines.push_back({octo::name(file.state), file.staged ? "staged" : "", file.cached ? "cached" : "",
                                 file.pushed ? "stored" : "", file.pointer ? std::to_string(file.pointer->size) : "",
                                 std::string(file.path)});
            std::cout << "\nStatus: " << files.size() << (files.size() == 1 ? " data file\n" : " data files\n");
            show_table(std::cout, lines);
        });
    }

    void begin_history() {
        loop_.run<octo::LogList>([this] { return repo_.log(file_, 10); }, [this](octo::LogList log) {
            std::vector<std::vector<std::string>> lines;
            for (const octo::LogEntry &entry : log)
                lines.push_back({day(entry), std::string(entry.commit.substr(0, 8)), std::string(entry.author),
                                 entry.pointer ? std::to_string(entry.pointer->size) : "deleted", std::string(entry.subject)});
            std::cout << "\nHistory of " << file_ << "\n";
            show_table(std::cout, lines);
        });
    }

    void begin_preview() {
        octo::ReadOptions few;
        few.limit = 5;
        loop_.await<octo::Rows>(repo_.read_rows_start(revision_, file_, few, job()), [this](octo::Rows rows) {
            loop_.run<std::vector<std::vector<std::string>>>(
                [held = std::make_shared<octo::Rows>(std::move(rows))] { return texts_of(std::move(*held)); },
                [this](std::vector<std::vector<std::string>> lines) {
                    std::cout << "\nFirst rows of " << file_ << " at " << revision_ << "\n";
                    show_table(std::cout, lines);
                });
        });
    }

    void begin_statistics() {
        auto told = std::make_shared<Told>();
        octo::Job job = this->job();
        job.on_progress = [told](const octo::Progress &progress) { (*told)(progress); };
        // The rows are read where they are counted, so the whole call belongs on a worker.
        loop_.run<Statistics>([this, job] { return statistics_of(repo_.read_rows(revision_, file_, {}, job)); },
                              [this](Statistics found) { show_statistics(found); }, [told] { return told->progress(); });
    }

    void show_statistics(const Statistics &found) {
        std::vector<std::vector<std::string>> lines = {{"column", "type", "count", "nulls", "min", "max", "mean"}};
        for (const ColumnStatistics &column : found.columns)
            lines.push_back({column.name, type_name(column.format), std::to_string(column.count),
                             std::to_string(column.nulls), column.min(), column.max(),
                             column.numbers ? number(column.sum / static_cast<double>(column.numbers)) : ""});
        std::cout << "\nStatistics of " << file_ << " at " << revision_ << ": " << found.rows << " rows, "
                  << found.columns.size() << " columns\n";
        show_table(std::cout, lines);
    }

    static void draw(const octo::Progress &p) {
        if (p.phase.empty()) return;
        std::cerr << '\r' << p.phase << ' ' << p.done_items << (p.total_items ? " of " + std::to_string(p.total_items) : "")
                  << "     " << std::flush;
    }

    void fail(const octo::Error &error) {
        good_ = false;
        std::cout << "\n" << octo::name(error.code()) << ": " << error.message() << "\n  " << error.hint() << "\n";
    }

    const std::string file_, revision_;
    const octo::Context context_ = octo::Context::create();
    octo::Cancel cancel_;
    octo::Repo repo_;
    bool good_ = true;
    /// Last, so that what is under way ends before what it uses.
    Loop loop_;
};

}  // namespace

int main(int argc, char **argv) {
    if (argc < 3 || argc > 4) {
        std::cerr << "usage: panel REPOSITORY FILE [REVISION]\n";
        return 2;
    }
    try {
        return Panel(argv[2], argc == 4 ? argv[3] : "HEAD").show(argv[1]) ? 0 : 1;
    } catch (const octo::Error &error) {
        std::cerr << error.message() << '\n' << error.hint() << '\n';
        return 1;
    }
}
