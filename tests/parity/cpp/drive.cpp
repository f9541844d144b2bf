// Plays the shared scenario through octostore.hpp. tests/parity/README.md says what it prints.
//
// drive SCENARIO DIR
#include "documents.hpp"

#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <sys/wait.h>
#include <unistd.h>

namespace {

template <class Map>
auto &find(Map &map, const Step &step, const std::string &what) {
    const auto found = map.find(step.need(what));
    if (found == map.end()) throw missing(what);
    return found->second;
}

std::string oid(const octo::Pointer &pointer) { return "blake3:" + pointer.hex(); }

std::string named(std::string_view path, const octo::Pointer &pointer) {
    return std::string(path) + ":" + oid(pointer) + ":" + std::to_string(pointer.size);
}

int shell(const std::string &command) {
    const pid_t child = fork();
    if (child == 0) {
        const int null = open("/dev/null", O_RDWR);
        for (int fd : {0, 1, 2}) dup2(null, fd);
        if (chdir(dir.c_str()) == 0) execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        std::_Exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void say_store(Said &said, const std::optional<octo::StoreInfo> &store) {
    if (!store) {
        said.flag("none", true);
        return;
    }
    said.word("url", store->url).flag("local_only", store->local_only).flag("accepted", store->accepted);
    const auto conditional = store->conditional_writes;
    said.word("conditional_writes", !conditional ? "unknown" : *conditional ? "true" : "false");
}

class Driver {
  public:
    void play(const Step &step, const octo::Job &job, Said &said) {
        const std::string &verb = step.verb;
        if (verb == "sh") said.word("status", std::to_string(shell(step.need("cmd"))));
        else if (verb == "version") said.word("version", octo::version());
        else if (verb == "has_feature") said.flag("yes", octo::has_feature(step.need("name")));
        else if (verb == "codes") list_codes(said);
        else if (verb == "context.new") new_context(step);
        else if (verb == "context.logged") said.flag("heard", find(contexts, step, "context").heard->load());
        else if (verb == "file.len") said.number("size", find(files, step, "file").size());
        else if (verb == "file.read_at") read_at(step, said);
        else if (verb == "table.reader") read_table(step, said);
        else if (verb == "git.filter_process") octo::filter_process(find(contexts, step, "context").context, job);
        else if (verb == "git.run_hook")
            octo::run_hook(find(contexts, step, "context").context, step.need("name"), step.texts("arg"), job);
        else if (verb == "repo.open" || verb == "repo.init" || verb == "repo.clone")
            repos.insert_or_assign(step.need("as"), make_repo(step, job));
        else repo_verb(find(repos, step, "repo"), step, job, said);
    }

  private:
    struct Logged {
        octo::Context context;
        std::shared_ptr<std::atomic<bool>> heard;
    };

    static void list_codes(Said &said) {
        std::string list;
        for (const octo::Code code : octo::codes())
            list += (list.empty() ? "" : ",") + std::to_string(static_cast<int>(code)) + ":" + octo::name(code);
        said.word("list", list);
    }

    void new_context(const Step &step) {
        auto heard = std::make_shared<std::atomic<bool>>(false);
        octo::ContextOptions options;
        options.threads = static_cast<std::size_t>(step.number("threads"));
        options.memory = step.number("memory");
        options.connections = static_cast<std::size_t>(step.number("connections"));
        if (const auto level = step.text("log")) {
            const std::map<std::string, octo::Level> levels = {
                {"error", octo::Level::error}, {"warn", octo::Level::warn}, {"info", octo::Level::info}};
            const auto found = levels.find(*level);
            options.log_level = found == levels.end() ? octo::Level::debug : found->second;
            options.on_log = [heard](const octo::LogRecord &) { *heard = true; };
        }
        contexts.insert_or_assign(step.need("as"), Logged{octo::Context::create(options), heard});
    }

    void read_at(const Step &step, Said &said) {
        std::vector<unsigned char> buffer(static_cast<std::size_t>(step.number("count")));
        const std::size_t count = find(files, step, "file").read_at(step.number("offset"), buffer);
        const std::string_view read(reinterpret_cast<const char *>(buffer.data()), count);
        said.number("count", count).word("fnv", fnv(read));
    }

    void read_table(const Step &step, Said &said) {
        std::uint64_t rows = 0, batches = 0;
        for (const octo::Batch &batch : find(tables, step, "table").stream()) {
            rows += batch.rows();
            ++batches;
        }
        said.number("rows", rows).number("batches", batches);
    }

    octo::Repo make_repo(const Step &step, const octo::Job &job) {
        const octo::Context &context = find(contexts, step, "context").context;
        const std::string path = step.need("path");
        if (step.verb == "repo.open")
            return call(step, [&] { return octo::Repo::open(context, path); },
                        [&] { return octo::Repo::open_start(context, path, job); });
        if (step.verb == "repo.init") {
            octo::InitOptions options;
            options.store = step.text("store");
            options.program = step.text("program");
            return call(step, [&] { return octo::Repo::init(context, path, options, job); },
                        [&] { return octo::Repo::init_start(context, path, options, job); });
        }
        octo::CloneOptions options;
        options.patterns = step.texts("pattern");
        options.data = step.text("data") == "none"   ? octo::Data::none
                       : options.patterns.empty() ? octo::Data::all
                                                  : octo::Data::matching;
        options.copy_to = step.text("copy_to");
        options.branch = step.text("branch");
        options.program = step.text("program");
        const std::string url = step.need("url"), folder = step.need("dir");
        return call(step, [&] { return octo::Repo::clone(context, url, folder, options, job); },
                    [&] { return octo::Repo::clone_start(context, url, folder, options, job); });
    }

    void repo_verb(const octo::Repo &repo, const Step &step, const octo::Job &job, Said &said) {
        const std::string &verb = step.verb;
        const std::string rev = step.need("rev"), path = step.need("path"), url = step.need("url");
        const std::vector<std::string> paths = step.texts("path"), patterns = step.texts("pattern"), only = step.texts("only");
        if (verb == "repo.work_dir") {
            said.word("path", repo.work_dir().string());
        } else if (verb == "repo.path_from") {
            said.word("path", repo.path_from(step.need("argument")));
        } else if (verb == "repo.track") {
            said.words("pattern", repo.track(patterns));
        } else if (verb == "repo.untrack") {
            said.words("pattern", repo.untrack(patterns));
        } else if (verb == "repo.add") {
            const auto r = call(step, [&] { return repo.add(paths, job); }, [&] { return repo.add_start(paths, job); });
            said.number("files", r.size()).number("unchanged", r.unchanged()).number("read_bytes", r.read_bytes());
            said.number("new_bytes", r.new_bytes()).number("stored_bytes", r.stored_bytes());
            for (const octo::Entry &e : r) said.word("file", named(e.path, e.pointer));
        } else if (verb == "repo.status") {
            say_status(said, call(step, [&] { return repo.status(job); }, [&] { return repo.status_start(job); }));
        } else if (verb == "repo.ls") {
            for (const octo::Entry &e : repo.ls(rev, step.need("prefix"))) said.word("file", named(e.path, e.pointer));
        } else if (verb == "repo.log") {
            for (const octo::LogEntry &c : repo.log(path, static_cast<std::size_t>(step.number("limit"))))
                said.word("change", std::to_string(c.commit.size()) + ":" + std::string(c.author) + ":" +
                                        std::to_string(c.time.time_since_epoch().count()) + ":" + std::string(c.subject) +
                                        ":" + (c.pointer ? oid(*c.pointer) : "-"));
        } else if (verb == "repo.open_file") {
            files.insert_or_assign(step.need("as"), repo.open_file(rev, path));
        } else if (verb == "repo.resolve") {
            const octo::Resolved r = repo.resolve(rev, path);
            said.word("path", path).word("oid", oid(r.pointer())).number("size", r.pointer().size);
            said.word("local", r.local().value_or("-").string()).word("store", r.store().value_or("-"));
            said.number("ranges", r.size());
            said.number("bytes", std::accumulate(r.begin(), r.end(), std::uint64_t(0), [](std::uint64_t sum, const auto &range) {
                            return sum + range.length;
                        }));
        } else if (verb == "repo.push") {
            octo::PushOptions options;
            options.remote = step.text("remote");
            options.all = step.number("all") == 1;
            const auto r = call(step, [&] { return repo.push(options, job); }, [&] { return repo.push_start(options, job); });
            said.number("files", r.files).number("packs", r.packs).number("reused_bytes", r.reused_bytes);
            said.flag("uploaded", r.uploaded_bytes > 0);
        } else if (verb == "repo.fetch") {
            if (only.empty())
                say_pull(said, call(step, [&] { return repo.fetch(paths, job); }, [&] { return repo.fetch_start(paths, job); }));
            else
                say_pull(said, call(step, [&] { return repo.fetch_with({paths, only}, job); },
                                    [&] { return repo.fetch_with_start({paths, only}, job); }));
        } else if (verb == "repo.pull") {
            if (only.empty())
                say_pull(said, call(step, [&] { return repo.pull(paths, job); }, [&] { return repo.pull_start(paths, job); }));
            else
                say_pull(said, call(step, [&] { return repo.pull_with({paths, only}, job); },
                                    [&] { return repo.pull_with_start({paths, only}, job); }));
        } else if (verb == "repo.drop") {
            const auto r = call(step, [&] { return repo.drop(paths, job); }, [&] { return repo.drop_start(paths, job); });
            said.number("files", r.files).flag("freed", r.freed_bytes > 0);
        } else if (verb == "repo.fsck") {
            octo::FsckOptions options;
            options.store = step.number("store") == 1;
            const auto r = call(step, [&] { return repo.fsck(options, job); }, [&] { return repo.fsck_start(options, job); });
            said.number("files", r.files()).number("packs", r.packs());
            for (const octo::Problem &problem : r) said.word("problem", octo::name(problem.code));
        } else if (verb == "repo.store") {
            say_store(said, repo.store());
        } else if (verb == "repo.set_store") {
            say_store(said, call(step, [&] { return repo.set_store(url, job); }, [&] { return repo.set_store_start(url, job); }));
        } else if (verb == "repo.accept_store") {
            repo.accept_store(url);
        } else if (verb == "repo.copy_store") {
            const auto r = call(step, [&] { return repo.copy_store(url, job); }, [&] { return repo.copy_store_start(url, job); });
            said.number("packs", r.packs).flag("copied", r.bytes > 0);
        } else if (verb == "repo.read_rows") {
            say_rows(said, read_rows(repo, step, job));
        } else if (verb == "table.new") {
            octo::Table table = octo::Table::create(repo.read_rows(rev, path, {}, job));
            said.number("rows", table.rows()).number("columns", table.columns());
            tables.insert_or_assign(step.need("as"), std::move(table));
        } else if (verb == "repo.write_rows") {
            const octo::Table &table = find(tables, step, "table");
            const auto r = call(step, [&] { return repo.write_rows(path, table.stream(), job); },
                                [&] { return repo.write_rows_start(path, table.stream(), job); });
            said.number("rows", r.rows).number("bytes", r.bytes);
        } else {
            say_document(said, document(repo, step, job));
        }
    }

    static void say_status(Said &said, const octo::StatusList &list) {
        for (const octo::FileStatus &f : list) {
            const std::string pointer = f.pointer ? oid(*f.pointer) + ":" + std::to_string(f.pointer->size) : "-:0";
            const std::string flags = {f.staged ? 's' : '-', f.cached ? 'c' : '-', f.pushed ? 'p' : '-'};
            said.word("file", std::string(f.path) + ":" + octo::name(f.state) + ":" + pointer + ":" + flags);
        }
    }

    static void say_pull(Said &said, const octo::PullReport &r) {
        said.number("files", r.files).number("bytes", r.bytes).flag("downloaded", r.downloaded_bytes > 0);
        said.words("kept", r.kept);
    }

    static octo::Rows read_rows(const octo::Repo &repo, const Step &step, const octo::Job &job) {
        octo::ReadOptions options;
        options.columns = step.texts("column");
        options.limit = step.number("limit");
        options.batch_rows = static_cast<std::size_t>(step.number("batch_rows"));
        options.split = step.need("split");
        options.sample = step.need("sample");
        options.selection = step.need("selection");
        options.on_error = step.need("on_error");
        const std::string rev = step.need("rev"), path = step.need("path");
        return call(step, [&] { return repo.read_rows(rev, path, options, job); },
                    [&] { return repo.read_rows_start(rev, path, options, job); });
    }

    static void say_rows(Said &said, octo::Rows rows) {
        const octo::Schema schema = rows.schema();
        std::string columns;
        for (std::size_t n = 0; n < schema.columns(); ++n) columns += (n ? "," : "") + std::string(schema.name(n));
        std::uint64_t count = 0, batches = 0;
        std::int64_t sum = 0;
        for (const octo::Batch &batch : rows) {
            count += batch.rows();
            ++batches;
            const ArrowArray &first = batch.column(0);
            const auto *valid = static_cast<const std::uint8_t *>(first.buffers[0]);
            if (schema.format(0) != "l") continue;
            for (std::int64_t at = first.offset; at < first.offset + first.length; ++at)
                if (!valid || (valid[at / 8] >> (at % 8) & 1)) sum += static_cast<const std::int64_t *>(first.buffers[1])[at];
        }
        said.number("rows", count).number("batches", batches).word("columns", columns).word("sum", std::to_string(sum));
    }

    std::map<std::string, Logged> contexts;
    std::map<std::string, octo::Repo> repos;
    std::map<std::string, octo::File> files;
    std::map<std::string, octo::Table> tables;
};

octo::Job job_of(const Step &step, const std::shared_ptr<std::atomic<bool>> &heard) {
    octo::Job job;
    if (step.number("progress") == 1) job.on_progress = [heard](const octo::Progress &) { *heard = true; };
    if (const auto when = step.text("cancel")) {
        octo::Cancel token;
        job.cancel = token;
        if (*when == "before") token.cancel();
        else
            job.on_progress = [token](const octo::Progress &p) {
                if (p.done_bytes > 0) token.cancel();
            };
    }
    return job;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::cout << "usage: drive SCENARIO DIR\n";
        return 2;
    }
    dir = argv[2];
    std::ifstream scenario(argv[1]);
    Driver driver;
    int number = 0;
    for (std::string line; std::getline(scenario, line);) {
        if (line.empty() || line[0] == '#') continue;
        const Step step(line);
        const auto heard = std::make_shared<std::atomic<bool>>(false);
        const std::string head = std::to_string(++number) + " " + step.verb;
        Said said{head};
        try {
            driver.play(step, job_of(step, heard), said);
        } catch (const octo::Error &error) {
            said.line = head;
            said.failed(error);
        }
        if (step.number("progress") == 1) said.flag("progress", *heard);
        std::cout << said.line << std::endl;
    }
    return 0;
}
