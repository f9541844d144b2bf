// octostore for C++17 and later: the handles, errors and lists of octostore.h as C++ objects. Header-only, all inline: there
// is no C++ ABI, a program depends on the C library alone. docs/cpp.md is the guide.
//
//     #include <octostore.hpp>
//     #include <iostream>
//
//     int main() try {
//         const auto context = octo::Context::create();
//         const auto repo = octo::Repo::open(context, ".");
//         for (const octo::FileStatus &file : repo.status())
//             std::cout << octo::name(file.state) << ' ' << file.path << '\n';
//     } catch (const octo::Error &error) {
//         std::cerr << error.message() << '\n' << error.hint() << '\n';
//         return 1;
//     }
//
// ERRORS, by choice: octo::Repo throws octo::Error; octo::expected::Repo has the same calls and gives octo::Result<T>, which
// holds a value or an Error, and needs no exceptions (with -fno-exceptions it is the only one there is).
//
// HANDLES are move-only and free themselves. One that was moved from is empty: a call on it is an error
// (Code::invalid_argument), its lists and sizes are 0. Lists and files stay usable when their repository is gone.
//
// TEXT is std::string_view in UTF-8; a PATH of the file system is a std::filesystem::path; a path inside a repository is a
// std::string_view of bytes, relative to its top, with "/" between its parts. What a list shows (string_view) lives as long
// as the list.
//
// THREADS: a context, a repository, a table, a list and an Error may be used by any thread, several at once; a File too, where
// reads wait for each other; a stream of rows by one thread at a time. Each long call `x` has an `x_start` that does not wait
// and gives an octo::Task. What a listener (progress, log) throws is caught and never crosses the C library.

#ifndef OCTOSTORE_HPP
#define OCTOSTORE_HPP

#include <octostore/arrow.hpp>
#include <octostore/context.hpp>
#include <octostore/data.hpp>
#include <octostore/documents.hpp>
#include <octostore/error.hpp>
#include <octostore/file.hpp>
#include <octostore/git.hpp>
#include <octostore/job.hpp>
#include <octostore/lists.hpp>
#include <octostore/outcome.hpp>
#include <octostore/repo.hpp>
#include <octostore/reports.hpp>
#include <octostore/result.hpp>
#include <octostore/rows.hpp>
#include <octostore/table.hpp>
#include <octostore/task.hpp>
#include <octostore/views.hpp>

namespace octo {

/// The calls that give octo::Result<T>.
namespace expected {
using Context = BasicContext<Expected>;
using Repo = BasicRepo<Expected>;
using File = BasicFile<Expected>;
using Table = BasicTable<Expected>;
using Rows = BasicRows<Expected>;
template <class T>
using Task = BasicTask<Expected, T>;
}  // namespace expected

#if OCTO_CPP_EXCEPTIONS
/// The calls that throw octo::Error.
using Context = BasicContext<Throwing>;
using Repo = BasicRepo<Throwing>;
using File = BasicFile<Throwing>;
using Table = BasicTable<Throwing>;
using Rows = BasicRows<Throwing>;
template <class T>
using Task = BasicTask<Throwing, T>;
#endif

}  // namespace octo

#endif
