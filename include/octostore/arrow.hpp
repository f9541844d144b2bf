// Owners of the structures of Arrow's C interfaces. Part of octostore.hpp.
#ifndef OCTOSTORE_ARROW_HPP
#define OCTOSTORE_ARROW_HPP

#include <octostore/views.hpp>

#include <algorithm>
#include <cstring>
#include <memory>

namespace octo {

namespace detail {

/// The owner of a structure of the Arrow C interfaces: released when it goes, moved as Arrow says, never copied.
template <class Raw>
class Arrow {
  public:
    Arrow() noexcept = default;
    /// Takes over what `from` holds, and marks it as released.
    explicit Arrow(Raw *from) noexcept { move_in(*from); }
    Arrow(Arrow &&other) noexcept { move_in(other.raw_); }
    Arrow &operator=(Arrow &&other) noexcept {
        Arrow moved(std::move(other));
        std::swap(raw_, moved.raw_);
        return *this;
    }
    ~Arrow() {
        if (raw_.release) raw_.release(&raw_);
    }

    /// The C structure, for a library that reads it in place; still owned here.
    Raw *get() noexcept { return &raw_; }
    const Raw *get() const noexcept { return &raw_; }
    const Raw *operator->() const noexcept { return &raw_; }
    /// Whether there is something: not after a move.
    explicit operator bool() const noexcept { return raw_.release != nullptr; }
    /// Where a C call writes a new structure.
    Raw *out() noexcept {
        *this = Arrow();
        return &raw_;
    }
    /// Moves it into a C structure that is not initialised: whoever has that one releases it.
    void move_to(Raw *to) noexcept {
        std::memcpy(to, &raw_, sizeof raw_);
        raw_ = Raw{};
    }

  private:
    void move_in(Raw &from) noexcept {
        std::memcpy(&raw_, &from, sizeof raw_);
        from.release = nullptr;
    }
    Raw raw_{};
};

/// The bytes of Arrow's metadata: a count, then keys and values, each with its length before it.
inline std::size_t metadata_size(const char *metadata) noexcept {
    if (!metadata) return 0;
    const auto number = [&](std::size_t at) {
        std::int32_t n = 0;
        std::memcpy(&n, metadata + at, sizeof n);
        return static_cast<std::size_t>(std::max<std::int32_t>(n, 0));
    };
    std::size_t at = 4;
    for (std::size_t left = 2 * number(0); left > 0; --left) at += 4 + number(at);
    return at;
}

}  // namespace detail

/// Names and types of columns: the owner of a struct ArrowSchema.
class Schema : public detail::Arrow<ArrowSchema> {
  public:
    using Arrow::Arrow;

    /// Its columns, if it is the schema of a stream.
    std::size_t columns() const noexcept { return static_cast<std::size_t>(get()->n_children); }
    std::string_view name(std::size_t column) const noexcept {
        const char *name = child(column) ? child(column)->name : nullptr;
        return name ? name : "";
    }
    /// The type of a column as Arrow's C data interface writes it: "l" for int64, "g" for double, "u" for text, ...
    std::string_view format(std::size_t column) const noexcept { return child(column) ? child(column)->format : ""; }

    /// A copy that shares nothing.
    static Schema copy(const ArrowSchema &from);

  private:
    struct Owned;
    const ArrowSchema *child(std::size_t column) const noexcept {
        return column < columns() ? get()->children[column] : nullptr;
    }
};

struct Schema::Owned {
    std::string format, name;
    std::vector<char> metadata;
    std::vector<Schema> children;
    std::vector<ArrowSchema *> pointers;
    Schema dictionary;
};

inline Schema Schema::copy(const ArrowSchema &from) {
    auto owned = std::make_unique<Owned>();
    owned->format = from.format;
    if (from.name) owned->name = from.name;
    owned->metadata.assign(from.metadata, from.metadata + detail::metadata_size(from.metadata));
    for (std::int64_t n = 0; n < from.n_children; ++n) owned->children.push_back(copy(*from.children[n]));
    for (Schema &column : owned->children) owned->pointers.push_back(column.get());
    if (from.dictionary) owned->dictionary = copy(*from.dictionary);

    ArrowSchema raw{};
    raw.format = owned->format.c_str();
    raw.name = from.name ? owned->name.c_str() : nullptr;
    raw.metadata = from.metadata ? owned->metadata.data() : nullptr;
    raw.flags = from.flags;
    raw.n_children = from.n_children;
    raw.children = owned->pointers.data();
    raw.dictionary = from.dictionary ? owned->dictionary.get() : nullptr;
    raw.private_data = owned.release();
    raw.release = [](ArrowSchema *schema) {
        delete static_cast<Owned *>(schema->private_data);
        schema->release = nullptr;
    };
    return Schema(&raw);
}

/// Some rows, side by side in memory: the owner of a struct ArrowArray whose children are the columns.
class Batch : public detail::Arrow<ArrowArray> {
  public:
    using Arrow::Arrow;
    std::size_t rows() const noexcept { return static_cast<std::size_t>(get()->length); }
    std::size_t columns() const noexcept { return static_cast<std::size_t>(get()->n_children); }
    /// A column; its buffers are where its maker wrote them.
    const ArrowArray &column(std::size_t index) const noexcept { return *get()->children[index]; }
};

}  // namespace octo

#endif
