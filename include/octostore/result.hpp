// A value or an error, and the two ways in which calls give one. Part of octostore.hpp.
#ifndef OCTOSTORE_RESULT_HPP
#define OCTOSTORE_RESULT_HPP

#include <octostore/error.hpp>

#include <variant>

namespace octo {

/// A value, or the Error that came instead of it. Using the value of a failed one throws the Error (without exceptions: aborts).
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T &value() & { return *checked(); }
    const T &value() const & {
        if (!has_value()) detail::raise(error());
        return *std::get_if<0>(&held_);
    }
    /// By value, so that `for (auto x : call().value())` is safe.
    T value() && { return std::move(*checked()); }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T *operator->() { return checked(); }
    const T *operator->() const { return &value(); }

    T value_or(T other) && { return has_value() ? std::move(*std::get_if<0>(&held_)) : std::move(other); }

    /// What went wrong; only of a failed one.
    const Error &error() const {
        const Error *error = std::get_if<1>(&held_);
        if (!error) detail::raise(Error(Code::invalid_argument, "A call that went well has no error."));
        return *error;
    }

    /// What `next` (value -> Result) gives, or this error.
    template <class Next>
    auto and_then(Next &&next) && -> std::invoke_result_t<Next, T &&> {
        if (!has_value()) return error();
        return std::forward<Next>(next)(std::move(*std::get_if<0>(&held_)));
    }

  private:
    T *checked() {
        if (!has_value()) detail::raise(error());
        return std::get_if<0>(&held_);
    }
    std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() noexcept = default;
    Result(Error error) : error_(std::move(error)) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (error_) detail::raise(*error_);
    }
    void operator*() const { value(); }
    const Error &error() const {
        if (!error_) detail::raise(Error(Code::invalid_argument, "A call that went well has no error."));
        return *error_;
    }

  private:
    std::optional<Error> error_;
};

/// How calls give an error: by throwing it.
struct Throwing {
    template <class T>
    using Of = T;
    template <class T>
    [[noreturn]] static T fail(const Error &error) {
        detail::raise(error);
    }
};

/// How calls give an error: in a Result.
struct Expected {
    template <class T>
    using Of = Result<T>;
    template <class T>
    static Result<T> fail(const Error &error) {
        return error;
    }
};

}  // namespace octo

#endif
