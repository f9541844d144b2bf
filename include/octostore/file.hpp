// Versions of files, open for reading: by ranges, and as streams. Part of octostore.hpp.
#ifndef OCTOSTORE_FILE_HPP
#define OCTOSTORE_FILE_HPP

#include <octostore/result.hpp>
#include <octostore/job.hpp>

#include <algorithm>
#include <ios>
#include <istream>
#include <streambuf>

namespace octo {

/// From where File::seek counts.
enum class Whence : std::uint32_t { start = OCTO_SEEK_SET, current = OCTO_SEEK_CUR, end = OCTO_SEEK_END };

/// A version of a file, open for reading. Any thread may use it; reads wait for each other.
template <class Policy>
class BasicFile : public detail::Handle<octo_file, octo_file_free> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Handle::Handle;

    /// Bytes of the file; 0 for an empty handle.
    std::uint64_t size() const noexcept { return octo_file_len(get()); }

    /// Reads at `offset` until the buffer is full or the file ends; gives the bytes read. Fewer than asked come only at the
    /// file's end. Only the chunks that are touched are fetched. The position of `read` does not move.
    Of<std::size_t> read_at(std::uint64_t offset, Buffer into) {
        std::size_t done = 0;
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_file_read_at(get(), offset, into.data(), into.size(), &done, err); },
            [&] { return done; });
    }

    /// Reads on from the position, which moves. As `read_at` else.
    Of<std::size_t> read(Buffer into) {
        std::size_t done = 0;
        return detail::run<Policy>(
            [&](octo_error **err) { return octo_file_read(get(), into.data(), into.size(), &done, err); },
            [&] { return done; });
    }

    /// Moves the position and gives it.
    Of<std::uint64_t> seek(std::int64_t offset, Whence whence = Whence::start) {
        std::uint64_t position = 0;
        return detail::run<Policy>(
            [&](octo_error **err) {
                return octo_file_seek(get(), offset, static_cast<std::uint32_t>(whence), &position, err);
            },
            [&] { return position; });
    }
};

namespace detail {

/// The buffer between a File and what reads it as a stream.
class FileBuf : public std::streambuf {
  public:
    FileBuf(octo_file *file, std::size_t buffer) : file_(file), buffer_(std::max<std::size_t>(buffer, 1)) {}

    const std::optional<Error> &error() const noexcept { return error_; }
    void failing(std::ios *stream) noexcept { stream_ = stream; }

  protected:
    int_type underflow() override {
        if (gptr() == egptr()) show(take(file_.read(Buffer(buffer_))));
        return gptr() == egptr() ? traits_type::eof() : traits_type::to_int_type(*gptr());
    }

    /// What the buffer holds, then large pieces without a copy.
    std::streamsize xsgetn(char *into, std::streamsize count) override {
        std::streamsize done = std::min<std::streamsize>(count, egptr() - gptr());
        std::copy_n(gptr(), done, into);
        gbump(static_cast<int>(done));
        while (count - done >= static_cast<std::streamsize>(buffer_.size())) {
            const auto got = take(file_.read(Buffer(into + done, static_cast<std::size_t>(count - done))));
            if (got == 0) return done;
            done += static_cast<std::streamsize>(got);
        }
        return count == done ? done : done + std::streambuf::xsgetn(into + done, count - done);
    }

    pos_type seekoff(off_type offset, std::ios_base::seekdir way, std::ios_base::openmode) override {
        if (way == std::ios_base::cur) offset -= egptr() - gptr();
        const Whence whence = way == std::ios_base::beg   ? Whence::start
                              : way == std::ios_base::cur ? Whence::current
                                                          : Whence::end;
        const auto position = file_.seek(offset, whence);
        if (!position) return pos_type(off_type(-1));
        show(0);
        return pos_type(static_cast<off_type>(*position));
    }

    pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
        return seekoff(off_type(position), std::ios_base::beg, mode);
    }

  private:
    void show(std::size_t count) noexcept { setg(buffer_.data(), buffer_.data(), buffer_.data() + count); }

    /// A failed read must not look like the end of the file: it makes the stream bad.
    std::size_t take(Result<std::size_t> &&got) {
        if (got) return *got;
        error_ = got.error();
#if OCTO_CPP_EXCEPTIONS
        throw *error_;
#else
        if (stream_) stream_->setstate(std::ios_base::badbit);
        return 0;
#endif
    }

    BasicFile<Expected> file_;
    std::vector<char> buffer_;
    std::optional<Error> error_;
    std::ios *stream_ = nullptr;
};

/// A base of the stream, so that it is there before std::istream is.
struct FileBufOwner {
    FileBuf buf;
};

}  // namespace detail

/// A File as a std::istream, for whatever reads one: `octo::FileStream in(repo.open_file("v1", "data/rain.csv"))`. A read that
/// fails makes the stream bad, and `error` says why; with `in.exceptions(std::ios::badbit)` the octo::Error is thrown.
class FileStream : private detail::FileBufOwner, public std::istream {
  public:
    /// Takes the file over; `buffer` is the bytes that are read at once.
    template <class Policy>
    explicit FileStream(BasicFile<Policy> file, std::size_t buffer = 64 * 1024)
        : FileBufOwner{{file.release(), buffer}}, std::istream(&this->buf) {
        this->buf.failing(this);
    }

    /// Why the stream is bad.
    const std::optional<Error> &error() const noexcept { return this->buf.error(); }
};

}  // namespace octo

#endif
