// For programs that git calls. Part of octostore.hpp.
#ifndef OCTOSTORE_GIT_HPP
#define OCTOSTORE_GIT_HPP

#include <octostore/context.hpp>

namespace octo {

/// Serves git's long-running filter process on standard input and output until git ends it. For a program of yours that
/// InitOptions::program names and git calls with "filter-process".
template <class Policy>
typename Policy::template Of<void> filter_process(const BasicContext<Policy> &context, const Job &job = {}) {
    detail::Watch watch(job);
    return detail::run<Policy>([&](octo_error **err) { return octo_filter_process(context.get(), watch.raw(), err); }, [] {},
                               &watch);
}

/// Runs a hook by its name, with the arguments and standard input that git gave it. For such a program, called with "hook NAME
/// ARGUMENTS".
template <class Policy>
typename Policy::template Of<void> run_hook(const BasicContext<Policy> &context, std::string_view name,
                                            const Names &arguments = {}, const Job &job = {}) {
    detail::Watch watch(job);
    return detail::run<Policy>(
        [&](octo_error **err) {
            return octo_run_hook(context.get(), detail::bytes(name), arguments.data(), arguments.size(), watch.raw(), err);
        },
        [] {}, &watch);
}

}  // namespace octo

#endif
