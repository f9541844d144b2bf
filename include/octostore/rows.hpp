// Streams of rows. Part of octostore.hpp.
#ifndef OCTOSTORE_ROWS_HPP
#define OCTOSTORE_ROWS_HPP

#include <octostore/arrow.hpp>
#include <octostore/job.hpp>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <new>

namespace octo {

namespace detail {

/// A stream that its listener lives with: wherever the stream is moved to, the one goes with the other.
struct Watched {
    /// Before the stream, which calls it until it is released.
    Watch watch;
    Arrow<ArrowArrayStream> rows;

    explicit Watched(Job job) : watch(std::move(job)) {}

    static Arrow<ArrowArrayStream> make(std::unique_ptr<Watched> watched) {
        ArrowArrayStream raw{};
        raw.get_schema = [](ArrowArrayStream *s, ArrowSchema *out) { return of(s)->get_schema(of(s), out); };
        raw.get_next = [](ArrowArrayStream *s, ArrowArray *out) { return of(s)->get_next(of(s), out); };
        raw.get_last_error = [](ArrowArrayStream *s) { return of(s)->get_last_error(of(s)); };
        raw.release = release;
        raw.private_data = watched.release();
        return Arrow<ArrowArrayStream>(&raw);
    }

    /// The stream that is watched, or the one that is not.
    static ArrowArrayStream *inner(ArrowArrayStream *s) noexcept { return s->release == release ? of(s) : s; }

    /// The watch of a stream that has one.
    static Watch *watch_of(ArrowArrayStream *s) noexcept {
        return s->release == release ? &static_cast<Watched *>(s->private_data)->watch : nullptr;
    }

  private:
    static ArrowArrayStream *of(ArrowArrayStream *s) noexcept { return static_cast<Watched *>(s->private_data)->rows.get(); }
    static void release(ArrowArrayStream *s) {
        delete static_cast<Watched *>(s->private_data);
        s->release = nullptr;
    }
};

}  // namespace detail

/// A stream of rows, a batch at a time: the owner of a struct ArrowArrayStream, from octostore or any other library. One thread
/// at a time.
template <class Policy>
class BasicRows : public detail::Arrow<ArrowArrayStream> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Arrow::Arrow;
    /// From another family, or any owner of such a stream.
    BasicRows(detail::Arrow<ArrowArrayStream> &&other) noexcept : Arrow(std::move(other)) {}

    /// Names and types of the columns.
    Of<Schema> schema() {
        Schema schema;
        if (!*this) return Policy::template fail<Schema>(gone());
        if (const int number = get()->get_schema(get(), schema.out())) return Policy::template fail<Schema>(failed(number));
        return schema;
    }

    /// The next rows; nothing at the end.
    Of<std::optional<Batch>> next() {
        Batch batch;
        if (!*this) return Policy::template fail<std::optional<Batch>>(gone());
        const int number = get()->get_next(get(), batch.out());
        if (auto *watch = detail::Watched::watch_of(get())) watch->rethrow();
        if (number != 0)
            return Policy::template fail<std::optional<Batch>>(failed(number));
        if (!batch) return std::optional<Batch>();
        return std::optional<Batch>(std::move(batch));
    }

    /// A stream of what `next` gives until it gives nothing: for rows that are made on the way, or come from elsewhere. What
    /// `next` throws reaches whoever reads the stream as an error with its text.
    static BasicRows generate(Schema schema, std::function<std::optional<Batch>()> next) {
        ArrowArrayStream raw{};
        raw.private_data = new Generator{std::move(schema), std::move(next), {}};
        raw.get_schema = [](ArrowArrayStream *stream, ArrowSchema *out) {
            return of(stream).attempt([&](Generator &generator) { Schema::copy(*generator.schema.get()).move_to(out); });
        };
        raw.get_next = [](ArrowArrayStream *stream, ArrowArray *out) {
            return of(stream).attempt([&](Generator &generator) {
                std::optional<Batch> batch = generator.next();
                if (batch)
                    batch->move_to(out);
                else
                    *out = ArrowArray{};
            });
        };
        raw.get_last_error = [](ArrowArrayStream *stream) {
            return of(stream).error.empty() ? nullptr : of(stream).error.c_str();
        };
        raw.release = [](ArrowArrayStream *stream) {
            delete &of(stream);
            stream->release = nullptr;
        };
        return BasicRows(&raw);
    }

    /// The batches, for a loop; read on the way.
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Batch;
        using difference_type = std::ptrdiff_t;
        using reference = const Batch &;
        using pointer = const Batch *;

        iterator() noexcept = default;
        explicit iterator(BasicRows *rows) : rows_(rows) { ++*this; }
        reference operator*() const noexcept { return *batch_; }
        pointer operator->() const noexcept { return &*batch_; }
        iterator &operator++() {
            batch_ = rows_->next();
            if (!batch_) rows_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.rows_ == b.rows_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return a.rows_ != b.rows_; }

      private:
        BasicRows *rows_ = nullptr;
        std::optional<Batch> batch_;
    };
    /// Only of the family that throws: a loop has no place for a Result.
    iterator begin() {
        static_assert(std::is_same_v<Policy, Throwing>, "call next() until it gives nothing or an error");
        return iterator(this);
    }
    iterator end() const noexcept { return iterator(); }

  private:
    struct Generator {
        Schema schema;
        std::function<std::optional<Batch>()> next;
        std::string error;

        template <class Work>
        int attempt(Work &&work) noexcept {
#if OCTO_CPP_EXCEPTIONS
            try {
                work(*this);
                return 0;
            } catch (const std::bad_alloc &) {
                return ENOMEM;
            } catch (const std::exception &e) {
                return told(e.what());
            } catch (...) {
                return told("the maker of the rows failed");
            }
#else
            work(*this);
            return 0;
#endif
        }

        int told(const char *what) noexcept {
#if OCTO_CPP_EXCEPTIONS
            try {
                error = what;
            } catch (...) {
            }
#else
            error = what;
#endif
            return EIO;
        }
    };

    static Generator &of(ArrowArrayStream *stream) noexcept { return *static_cast<Generator *>(stream->private_data); }

    static Error gone() { return Error(Code::invalid_argument, "The stream is empty: it was moved from, or never filled."); }

    /// Of a stream of octostore, the error that a call would have given; of any other, what its number and text say.
    Error failed(int number) {
        octo_error *raw = nullptr;
        const octo_status status = octo_rows_error(detail::Watched::inner(get()), &raw);
        const detail::Handle<octo_error, octo_error_free> error(raw);
        if (status != OCTO_OK && status != OCTO_INVALID_ARGUMENT) return Error(status, error.get());
        const Code code = number == ECANCELED ? Code::cancelled
                          : number == ENOMEM  ? Code::out_of_memory
                          : number == EIO     ? Code::io
                                              : Code::invalid_data;
        const char *said = get()->get_last_error(get());
        return Error(code, said ? said : std::strerror(number));
    }
};

}  // namespace octo

#endif
