// What calls give as lists: ranges of values made on the way from what the C library holds. Part of octostore.hpp.
#ifndef OCTOSTORE_LISTS_HPP
#define OCTOSTORE_LISTS_HPP

#include <octostore/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace octo {

/// A version of a file's content.
struct Pointer {
    /// The id: BLAKE3, 32 bytes.
    std::array<std::uint8_t, 32> oid{};
    /// Bytes of the file.
    std::uint64_t size = 0;

    /// The id as 64 hexadecimal digits.
    std::string hex() const {
        std::string digits;
        for (const unsigned byte : oid) {
            digits += "0123456789abcdef"[byte >> 4];
            digits += "0123456789abcdef"[byte & 15];
        }
        return digits;
    }
    friend bool operator==(const Pointer &a, const Pointer &b) noexcept { return a.oid == b.oid && a.size == b.size; }
    friend bool operator!=(const Pointer &a, const Pointer &b) noexcept { return !(a == b); }
};

/// Where the data of a tracked file stands in the work tree.
enum class State : std::uint32_t {
    /// The data is in the work tree and is what the index says.
    present = OCTO_STATE_PRESENT,
    /// Only the pointer is in the work tree; Repo::pull brings the data.
    pointer = OCTO_STATE_POINTER,
    /// The file differs from what the index says.
    modified = OCTO_STATE_MODIFIED,
    /// The file is gone from the work tree.
    deleted = OCTO_STATE_DELETED,
    /// The path is tracked by a pattern but was never added.
    untracked = OCTO_STATE_UNTRACKED,
};

/// The state as a word, such as "present".
inline const char *name(State state) noexcept {
    switch (state) {
        case State::present: return "present";
        case State::pointer: return "pointer";
        case State::modified: return "modified";
        case State::deleted: return "deleted";
        case State::untracked: return "untracked";
    }
    return "unknown";
}

/// A tracked file, as Repo::status sees it.
struct FileStatus {
    std::string_view path;
    State state = State::present;
    /// What the index holds; nothing for an untracked file.
    std::optional<Pointer> pointer;
    /// The index differs from HEAD.
    bool staged = false;
    /// The local cache holds all of the data.
    bool cached = false;
    /// This clone knows that the store holds all of the data.
    bool pushed = false;
};

/// A file of a revision, or one that was added.
struct Entry {
    std::string_view path;
    Pointer pointer;
};

/// A change of a file.
struct LogEntry {
    /// 40 hexadecimal digits.
    std::string_view commit;
    std::string_view author;
    /// The first line of the message.
    std::string_view subject;
    std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> time;
    /// Nothing where the commit deleted the data.
    std::optional<Pointer> pointer;
};

/// A piece of a file as it lies in the store.
struct Range {
    /// Where the piece begins in the file, and its bytes there.
    std::uint64_t file_offset = 0;
    std::uint64_t length = 0;
    /// The key of the object that holds it, relative to the store's URL.
    std::string_view object;
    /// Where its frame begins in the object, and the bytes of the frame.
    std::uint64_t offset = 0;
    std::uint64_t stored_length = 0;
};

/// Something that Repo::fsck found wrong.
struct Problem {
    /// The code that a call would give when it met the problem.
    Code code = Code::internal;
    std::string_view message;
    std::string_view hint;
};

namespace detail {

inline Pointer pointer(const octo_pointer &raw) noexcept {
    Pointer pointer;
    std::copy(std::begin(raw.oid), std::end(raw.oid), pointer.oid.begin());
    pointer.size = raw.size;
    return pointer;
}

inline std::optional<Pointer> pointer(bool there, const octo_pointer &raw) noexcept {
    return there ? std::optional<Pointer>(pointer(raw)) : std::nullopt;
}

inline FileStatus status_at(const octo_status_list *list, std::size_t index) noexcept {
    octo_file_status raw = OCTO_FILE_STATUS_INIT;
    octo_status_list_get(list, index, &raw);
    const auto state = static_cast<State>(raw.state);
    return {view(raw.path), state, pointer(raw.has_pointer, raw.pointer), raw.staged, raw.cached, raw.pushed};
}

inline Entry entry_at(const octo_entry_list *list, std::size_t index) noexcept {
    octo_entry raw = OCTO_ENTRY_INIT;
    octo_entry_list_get(list, index, &raw);
    return {view(raw.path), pointer(raw.pointer)};
}

inline Entry added_at(const octo_add_report *list, std::size_t index) noexcept {
    octo_entry raw = OCTO_ENTRY_INIT;
    octo_add_report_get(list, index, &raw);
    return {view(raw.path), pointer(raw.pointer)};
}

inline LogEntry change_at(const octo_log_list *list, std::size_t index) noexcept {
    octo_log_entry raw = OCTO_LOG_ENTRY_INIT;
    octo_log_list_get(list, index, &raw);
    const decltype(LogEntry::time) time{std::chrono::seconds(raw.time)};
    return {view(raw.commit), view(raw.author), view(raw.subject), time, pointer(raw.has_pointer, raw.pointer)};
}

inline Range range_at(const octo_resolved *list, std::size_t index) noexcept {
    octo_range raw = OCTO_RANGE_INIT;
    octo_resolved_range_get(list, index, &raw);
    return {raw.file_offset, raw.length, view(raw.object), raw.offset, raw.stored_length};
}

inline Problem problem_at(const octo_fsck_report *list, std::size_t index) noexcept {
    octo_problem raw = OCTO_PROBLEM_INIT;
    octo_fsck_report_problem_get(list, index, &raw);
    return {static_cast<Code>(raw.code), view(raw.message), view(raw.hint)};
}

inline std::string_view string_at(const octo_strings *list, std::size_t index) noexcept {
    return view(octo_strings_get(list, index));
}

}  // namespace detail

/// A list that a call gave: a range of values made on the way from what the C library holds.
template <class Raw, void (*Free)(Raw *), std::size_t (*Count)(const Raw *), auto At>
class List : public detail::Handle<Raw, Free> {
  public:
    using value_type = std::invoke_result_t<decltype(At), const Raw *, std::size_t>;

    using detail::Handle<Raw, Free>::Handle;

    std::size_t size() const noexcept { return Count(this->get()); }
    bool empty() const noexcept { return size() == 0; }
    /// One of them; an empty one if there are not so many.
    value_type operator[](std::size_t index) const noexcept { return At(this->get(), index); }

    class iterator {
      public:
        /// C++17 asks references of a random access iterator; C++20 does not.
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::random_access_iterator_tag;
        using value_type = List::value_type;
        using difference_type = std::ptrdiff_t;
        using reference = value_type;
        struct pointer {
            value_type item;
            const value_type *operator->() const noexcept { return &item; }
        };

        iterator() noexcept = default;
        iterator(const Raw *list, std::size_t index) noexcept : list_(list), index_(index) {}

        value_type operator*() const noexcept { return At(list_, index_); }
        pointer operator->() const noexcept { return {**this}; }
        value_type operator[](difference_type n) const noexcept { return *(*this + n); }

        iterator &operator+=(difference_type n) noexcept {
            index_ += static_cast<std::size_t>(n);
            return *this;
        }
        iterator &operator-=(difference_type n) noexcept { return *this += -n; }
        iterator &operator++() noexcept { return *this += 1; }
        iterator &operator--() noexcept { return *this += -1; }
        iterator operator++(int) noexcept { return std::exchange(*this, *this + 1); }
        iterator operator--(int) noexcept { return std::exchange(*this, *this - 1); }

        friend iterator operator+(iterator it, difference_type n) noexcept { return it += n; }
        friend iterator operator+(difference_type n, iterator it) noexcept { return it += n; }
        friend iterator operator-(iterator it, difference_type n) noexcept { return it -= n; }
        friend difference_type operator-(const iterator &a, const iterator &b) noexcept {
            return static_cast<difference_type>(a.index_ - b.index_);
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.index_ == b.index_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return a.index_ != b.index_; }
        friend bool operator<(const iterator &a, const iterator &b) noexcept { return a.index_ < b.index_; }
        friend bool operator>(const iterator &a, const iterator &b) noexcept { return a.index_ > b.index_; }
        friend bool operator<=(const iterator &a, const iterator &b) noexcept { return a.index_ <= b.index_; }
        friend bool operator>=(const iterator &a, const iterator &b) noexcept { return a.index_ >= b.index_; }

      private:
        const Raw *list_ = nullptr;
        std::size_t index_ = 0;
    };
    using const_iterator = iterator;

    iterator begin() const noexcept { return {this->get(), 0}; }
    iterator end() const noexcept { return {this->get(), size()}; }
};

/// Texts or paths.
using Strings = List<octo_strings, octo_strings_free, octo_strings_count, detail::string_at>;
/// The state of tracked files.
using StatusList = List<octo_status_list, octo_status_list_free, octo_status_list_count, detail::status_at>;
/// The tracked files of a revision.
using EntryList = List<octo_entry_list, octo_entry_list_free, octo_entry_list_count, detail::entry_at>;
/// The changes of a file.
using LogList = List<octo_log_list, octo_log_list_free, octo_log_list_count, detail::change_at>;

/// What Repo::fetch or Repo::pull did.
struct PullReport {
    /// Files written; by fetch: file versions brought into the cache.
    std::uint64_t files = 0;
    /// Their bytes.
    std::uint64_t bytes = 0;
    /// Bytes read from the store.
    std::uint64_t downloaded_bytes = 0;
    /// Files left alone because they hold changes of the user.
    Strings kept = {};
};

/// What Repo::add did: a list of the files that it read and staged, and its numbers.
class AddReport : public List<octo_add_report, octo_add_report_free, octo_add_report_count, detail::added_at> {
  public:
    using List::List;
    /// Files staged already, and not read.
    std::uint64_t unchanged() const noexcept { return totals().unchanged; }
    /// Bytes read from files.
    std::uint64_t read_bytes() const noexcept { return totals().read_bytes; }
    /// Bytes of chunks that were not in the local cache before.
    std::uint64_t new_bytes() const noexcept { return totals().new_bytes; }
    /// What these take up, compressed.
    std::uint64_t stored_bytes() const noexcept { return totals().stored_bytes; }

  private:
    octo_add_totals totals() const noexcept {
        octo_add_totals raw = OCTO_ADD_TOTALS_INIT;
        octo_add_report_totals(get(), &raw);
        return raw;
    }
};

/// What Repo::fsck found: a list of problems, and what it looked at.
class FsckReport
    : public List<octo_fsck_report, octo_fsck_report_free, octo_fsck_report_problem_count, detail::problem_at> {
  public:
    using List::List;
    /// Packs read.
    std::uint64_t packs() const noexcept { return totals().packs; }
    /// Bytes compared with their hashes.
    std::uint64_t bytes() const noexcept { return totals().bytes; }
    /// File versions whose chunks were looked for.
    std::uint64_t files() const noexcept { return totals().files; }

  private:
    octo_fsck_totals totals() const noexcept {
        octo_fsck_totals raw = OCTO_FSCK_TOTALS_INIT;
        octo_fsck_report_totals(get(), &raw);
        return raw;
    }
};

/// Where the bytes of a file are: a list of pieces in the store, in file order; empty if the store does not hold it.
class Resolved : public List<octo_resolved, octo_resolved_free, octo_resolved_range_count, detail::range_at> {
  public:
    using List::List;
    /// What git stores for the file.
    Pointer pointer() const noexcept {
        octo_pointer raw{};
        octo_resolved_pointer(get(), &raw);
        return detail::pointer(raw);
    }
    /// The file in the work tree, if it holds exactly these bytes.
    std::optional<std::filesystem::path> local() const {
        const octo_bytes raw = octo_resolved_local(get());
        return raw.len == 0 ? std::nullopt : std::optional(detail::path(raw));
    }
    /// The URL of the store that was asked, if one is set.
    std::optional<std::string_view> store() const noexcept {
        const octo_bytes raw = octo_resolved_store(get());
        return raw.len == 0 ? std::nullopt : std::optional(detail::view(raw));
    }
};

}  // namespace octo

#endif
