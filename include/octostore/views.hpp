// Views of text, paths and bytes, and the owner of a C handle. Part of octostore.hpp.
#ifndef OCTOSTORE_VIEWS_HPP
#define OCTOSTORE_VIEWS_HPP

#include <octostore.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__has_include) && __cplusplus >= 202002L
#if __has_include(<span>)
#include <span>
#endif
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OCTO_CPP_EXCEPTIONS 1
#else
#define OCTO_CPP_EXCEPTIONS 0
#endif

namespace octo {

#if defined(__cpp_lib_span)
/// Elements that lie side by side and belong to somebody else.
template <class T>
using span = std::span<T>;
#else
/// Elements that lie side by side and belong to somebody else: the part of C++20's std::span that is needed.
template <class T>
class span {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using iterator = T *;

    constexpr span() noexcept = default;
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <std::size_t N>
    constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}
    /// From whatever has data() and size(): a vector, an array, a string, another span.
    template <class Container,
              class = std::enable_if_t<std::is_convertible_v<
                  std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))> (*)[], T (*)[]>>>
    constexpr span(Container &&container) : data_(std::data(container)), size_(std::size(container)) {}

    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &operator[](std::size_t index) const noexcept { return data_[index]; }
    constexpr span first(std::size_t count) const noexcept { return {data_, count}; }
    constexpr span subspan(std::size_t offset) const noexcept { return {data_ + offset, size_ - offset}; }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};
#endif

namespace detail {

inline octo_bytes bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

/// NULL data is how the C library is told that something is left out.
inline octo_bytes bytes(const std::optional<std::string> &text) noexcept {
    return text ? bytes(std::string_view(*text)) : octo_bytes{nullptr, 0};
}

inline std::string_view view(octo_bytes b) noexcept {
    return b.len == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(b.data), b.len);
}

inline std::string text(octo_bytes b) { return std::string(view(b)); }

/// A path as the C library takes it: its own bytes, or UTF-8 on Windows.
class PathBytes {
  public:
#if defined(_WIN32)
    explicit PathBytes(const std::filesystem::path &path) {
        const auto utf8 = path.u8string();
        text_.assign(utf8.begin(), utf8.end());
    }
#else
    explicit PathBytes(const std::filesystem::path &path) : text_(path.native()) {}
#endif
    octo_bytes raw() const noexcept { return bytes(std::string_view(text_)); }

  private:
    std::string text_;
};

inline std::filesystem::path path(octo_bytes b) {
#if defined(_WIN32)
    return std::filesystem::u8path(text(b));
#else
    return std::filesystem::path(text(b));
#endif
}

/// The owner of something that the C library made.
template <class Raw, void (*Free)(Raw *)>
class Handle {
  public:
    Handle() noexcept = default;
    /// Takes over what a C call gave.
    explicit Handle(Raw *raw) noexcept : raw_(raw) {}
    Handle(Handle &&other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
    Handle &operator=(Handle &&other) noexcept {
        Handle moved(std::move(other));
        std::swap(raw_, moved.raw_);
        return *this;
    }
    ~Handle() { Free(raw_); }

    /// The C handle, for a call that only C has; still owned here.
    Raw *get() const noexcept { return raw_; }
    /// Gives the C handle away: the caller frees it.
    Raw *release() noexcept { return std::exchange(raw_, nullptr); }
    /// Whether there is something: not after a move.
    explicit operator bool() const noexcept { return raw_ != nullptr; }

    /// Where a C call writes a new handle.
    Raw **out() noexcept {
        *this = Handle();
        return &raw_;
    }

  private:
    Raw *raw_ = nullptr;
};

template <class T, class = void>
struct is_text_range : std::false_type {};
template <class T>
struct is_text_range<T, std::void_t<decltype(std::begin(std::declval<const T &>()), std::end(std::declval<const T &>()))>>
    : std::bool_constant<
          std::is_convertible_v<decltype(*std::begin(std::declval<const T &>())), std::string_view> &&
          !std::is_convertible_v<const T &, std::string_view>> {};

}  // namespace detail

/// Texts or paths given to a call: one, several in braces, or any range of strings. It only looks at them.
class Names {
  public:
    Names() = default;
    Names(std::initializer_list<std::string_view> names) {
        for (std::string_view name : names) raw_.push_back(detail::bytes(name));
    }
    template <class Text, std::enable_if_t<std::is_convertible_v<const Text &, std::string_view>, int> = 0>
    Names(const Text &name) : raw_{detail::bytes(std::string_view(name))} {}
    template <class Range, std::enable_if_t<detail::is_text_range<Range>::value, int> = 0>
    Names(const Range &names) {
        for (auto &&name : names) raw_.push_back(detail::bytes(std::string_view(name)));
    }

    const octo_bytes *data() const noexcept { return raw_.data(); }
    std::size_t size() const noexcept { return raw_.size(); }

  private:
    std::vector<octo_bytes> raw_;
};

/// Where a read puts bytes: anything with data() and size() whose elements are bytes (vector, array, string, span).
class Buffer {
  public:
    Buffer(void *data, std::size_t size) noexcept : data_(static_cast<std::uint8_t *>(data)), size_(size) {}
    template <class Container,
              class T = std::remove_pointer_t<decltype(std::data(std::declval<Container &>()))>,
              std::enable_if_t<sizeof(T) == 1 && !std::is_const_v<T> && std::is_trivially_copyable_v<T>, int> = 0>
    Buffer(Container &&container) noexcept : Buffer(std::data(container), std::size(container)) {}

    std::uint8_t *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

  private:
    std::uint8_t *data_;
    std::size_t size_;
};

}  // namespace octo

#endif
