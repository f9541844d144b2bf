// What the calls on rows, statistics and schemas take and give. Part of octostore.hpp.
#ifndef OCTOSTORE_DOCUMENTS_HPP
#define OCTOSTORE_DOCUMENTS_HPP

#include <octostore/lists.hpp>

namespace octo {

/// A document that other programs read, such as "statistics.pb" or "schema.pbtxt".
struct Part {
    std::string_view name;
    std::string_view bytes;
};

namespace detail {

inline Part part_at(const octo_document *document, std::size_t index) noexcept {
    const octo_bytes name = octo_document_part_name(document, index);
    return {view(name), view(octo_document_part(document, name))};
}

}  // namespace detail

/// What a call found out: an answer, a report as JSON, and a list of the documents that other programs read, by name.
class Document : public List<octo_document, octo_document_free, octo_document_part_count, detail::part_at> {
  public:
    using List::List;
    /// Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes.
    bool answer() const noexcept { return octo_document_answer(get()); }
    /// The report, as JSON.
    std::string_view json() const noexcept { return detail::view(octo_document_json(get())); }
    /// A part's bytes, if the document has it. Text is UTF-8.
    std::optional<std::string_view> part(std::string_view name) const noexcept {
        const octo_bytes raw = octo_document_part(get(), detail::bytes(name));
        return raw.data ? std::optional(detail::view(raw)) : std::nullopt;
    }
};

// Options. Text that is empty and numbers that are 0 mean the default.

/// What Repo::fetch_with and Repo::pull_with bring.
struct PullOptions {
    /// Only files under these paths or matching these patterns, as in .gitignore; all if there are none.
    std::vector<std::string> paths = {};
    /// Only these kinds of side files (`statistics`, `schema`, `examples`, `sample`), for the data under `paths`; the data itself
    /// if there are none.
    std::vector<std::string> only = {};
};

/// How Repo::import brings data in.
struct ImportOptions {
    /// Bring a new snapshot of sources that were imported to this place before: only what changed is read where the source
    /// can tell, and files that are gone from it are removed.
    bool update = false;
    /// Version the objects where they are: only their place, version or ETag, size and hash are kept.
    bool in_place = false;
    /// Also make a sampled set: a fraction (`0.01`) or a number of rows (`10000`).
    std::string sample = {};
    /// Also write statistics, schema and examples of each table.
    bool profile = false;
    /// Commit what was imported.
    bool commit = false;
    /// What a file that cannot be imported does: `stop` (the default), `skip`, or `quarantine` (keeps it beside).
    std::string on_error = {};
    /// The licence of the data, for the record.
    std::string license = {};
    /// Only members or objects that match one of these patterns (as in `.gitignore`); all if there are none.
    std::vector<std::string> only = {};
};

/// What Repo::profile computes.
struct ProfileOptions {
    /// Count as TFDV does (32-bit floats, its quantiles), to be compared with its files.
    bool tfdv = false;
    /// Only these columns; all if there are none.
    std::vector<std::string> columns = {};
    /// The column that weighs the rows.
    std::string weight = {};
    /// Also the statistics of the rows of each value of these columns.
    std::vector<std::string> slices = {};
    /// Also write the files beside the data, in `<path>.octo/`, and stage them.
    bool write = false;
    /// What a row that cannot be read does: `stop` (the default), `skip` or `quarantine`.
    std::string on_error = {};
};

/// What Repo::schema gives.
struct SchemaOptions {
    /// Infer it from the data, whatever is stored.
    bool infer = false;
    /// Compare with the schema of this revision, or with this `.pbtxt` file.
    std::string against = {};
    /// Accept these suggestions, by their names, or `all`.
    std::vector<std::string> accept = {};
    /// Write it beside the data, in `<path>.octo/schema.pbtxt`, and stage it.
    bool write = false;
};

/// What Repo::validate holds the data to.
struct ValidateOptions {
    /// A schema file; without one, the schema beside the data.
    std::string schema = {};
    /// A revision or a path whose statistics drift is measured from.
    std::string against = {};
    /// A path whose statistics are those of serving, for skew.
    std::string serving = {};
    /// The schema's environment to check in.
    std::string environment = {};
    /// Example rows for each anomaly; 5 when 0.
    std::uint64_t rows = 0;
};

/// How Repo::sample chooses rows.
struct SampleOptions {
    /// This fraction of the rows.
    double fraction = 0;
    /// This many rows.
    std::uint64_t rows = 0;
    /// `hash` (the default with a fraction), `bottom-k` (the default with a number), `reservoir`, `blocks` or `time`.
    std::string method = {};
    /// The columns whose values decide; all columns if there are none.
    std::vector<std::string> key = {};
    /// Take as large a share of each value of this column.
    std::string stratify = {};
    /// The time column of `time`: the newest rows are taken.
    std::string time = {};
    /// Another number gives another sample.
    std::uint64_t seed = 0;
    /// Write the rows to this file of the work tree; `<path>.octo/data/sample.parquet` when empty.
    std::string to = {};
};

/// How Repo::split parts the rows.
struct SplitOptions {
    /// Names and shares: `train=0.7`, `test=0.3`.
    std::vector<std::string> parts = {};
    /// Rows that agree in these columns stay together.
    std::vector<std::string> by = {};
    /// Each part gets the same shares of these columns' values.
    std::vector<std::string> stratify = {};
    /// The parts follow each other in this column's time.
    std::string time = {};
    /// Rows so close before a cut in time are left out: a number, or one with a unit (`7d`, `12h`).
    std::string gap = {};
    /// This many folds instead of named parts.
    std::uint64_t folds = 0;
    /// ExampleGen's buckets: the parts' shares are whole numbers of buckets.
    bool buckets = false;
    /// Another number gives another split.
    std::uint64_t seed = 0;
    /// The recipe's name; `default` when empty.
    std::string name = {};
    /// Check the split that is stored under the name: the same group or the same row in two parts is a leak.
    bool check = false;
    /// Write each part to a file in this folder of the work tree.
    std::string to = {};
};

/// How Repo::examples writes.
struct ExamplesOptions {
    /// The folder in the work tree; `<path>.octo/data/examples` when empty.
    std::string to = {};
    /// `tfrecord` (the default, gzip), or `parquet`.
    std::string format = {};
    /// The split whose parts become `Split-<name>` folders; ExampleGen's own (train 2 : eval 1) when empty.
    std::string split = {};
    /// Shards of a part; 1 when 0.
    std::uint64_t shards = 0;
    /// The column that ExampleGen's own split hashes instead of the whole example.
    std::string partition = {};
};

/// What Repo::features ranks by.
struct FeaturesOptions {
    /// The column to be predicted.
    std::string label = {};
    /// Record the columns that are left as a selection of this name.
    std::string save = {};
    /// The revision of the statistics; the index when empty.
    std::string rev = {};
    /// Columns with a larger share of missing values are left out; 0.5 when 0.
    double max_missing = 0;
    /// Of columns that are correlated more than this one is left out; 0.95 when 0.
    double max_correlation = 0;
};

/// What Repo::view shows.
struct ViewOptions {
    /// Show it beside this revision, or beside another path.
    std::string against = {};
};

}  // namespace octo

#endif
