// The calls of a repository on rows, statistics and schemas. Part of octostore.hpp.
#ifndef OCTOSTORE_DATA_HPP
#define OCTOSTORE_DATA_HPP

#include <octostore/task.hpp>

namespace octo {

/// The calls of a repository whose answer is a Document; a base of BasicRepo.
template <class Policy>
class BasicRepoData : public detail::Handle<octo_repo, octo_repo_free> {
    template <class T>
    using Wait = detail::Waiting<Policy, T>;
    template <class T>
    using Start = detail::Starting<Policy, T>;

  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    template <class T>
    using Task = BasicTask<Policy, T>;
    using Handle::Handle;

    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository
    /// under `to`, and stages them.
    Of<Document> import(const Names &sources, std::string_view to, const ImportOptions &options = {},
                        const Job &job = {}) const {
        return call_import(Wait<Document>{job}, sources, to, options);
    }
    Of<Task<Document>> import_start(const Names &sources, std::string_view to, const ImportOptions &options = {},
                                    const Job &job = {}) const {
        return call_import(Start<Document>{job}, sources, to, options);
    }

    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
    Of<Document> profile(std::string_view rev, std::string_view path, const ProfileOptions &options = {},
                         const Job &job = {}) const {
        return call_profile(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> profile_start(std::string_view rev, std::string_view path, const ProfileOptions &options = {},
                                     const Job &job = {}) const {
        return call_profile(Start<Document>{job}, rev, path, options);
    }

    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with
    /// suggestions.
    Of<Document> schema(std::string_view rev, std::string_view path, const SchemaOptions &options = {},
                        const Job &job = {}) const {
        return call_schema(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> schema_start(std::string_view rev, std::string_view path, const SchemaOptions &options = {},
                                    const Job &job = {}) const {
        return call_schema(Start<Document>{job}, rev, path, options);
    }

    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer
    /// is no if there are anomalies.
    Of<Document> validate(std::string_view rev, std::string_view path, const ValidateOptions &options = {},
                          const Job &job = {}) const {
        return call_validate(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> validate_start(std::string_view rev, std::string_view path, const ValidateOptions &options = {},
                                      const Job &job = {}) const {
        return call_validate(Start<Document>{job}, rev, path, options);
    }

    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design
    /// effect.
    Of<Document> sample(std::string_view rev, std::string_view path, const SampleOptions &options = {},
                        const Job &job = {}) const {
        return call_sample(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> sample_start(std::string_view rev, std::string_view path, const SampleOptions &options = {},
                                    const Job &job = {}) const {
        return call_sample(Start<Document>{job}, rev, path, options);
    }

    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or
    /// checks that recipe.
    Of<Document> split(std::string_view rev, std::string_view path, const SplitOptions &options = {},
                       const Job &job = {}) const {
        return call_split(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> split_start(std::string_view rev, std::string_view path, const SplitOptions &options = {},
                                   const Job &job = {}) const {
        return call_split(Start<Document>{job}, rev, path, options);
    }

    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with
    /// ExampleGen's names and splits, or Parquet.
    Of<Document> examples(std::string_view rev, std::string_view path, const ExamplesOptions &options = {},
                          const Job &job = {}) const {
        return call_examples(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> examples_start(std::string_view rev, std::string_view path, const ExamplesOptions &options = {},
                                      const Job &job = {}) const {
        return call_examples(Start<Document>{job}, rev, path, options);
    }

    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be
    /// recorded as a selection that reading obeys.
    Of<Document> features(const Names &paths, const FeaturesOptions &options = {}, const Job &job = {}) const {
        return call_features(Wait<Document>{job}, paths, options);
    }
    Of<Task<Document>> features_start(const Names &paths, const FeaturesOptions &options = {},
                                      const Job &job = {}) const {
        return call_features(Start<Document>{job}, paths, options);
    }

    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    Of<Document> view(std::string_view rev, std::string_view path, const ViewOptions &options = {},
                      const Job &job = {}) const {
        return call_view(Wait<Document>{job}, rev, path, options);
    }
    Of<Task<Document>> view_start(std::string_view rev, std::string_view path, const ViewOptions &options = {},
                                  const Job &job = {}) const {
        return call_view(Start<Document>{job}, rev, path, options);
    }

    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    Of<Document> diff_stats(std::string_view from, std::string_view to, const Names &paths = {},
                            const Job &job = {}) const {
        return call_diff_stats(Wait<Document>{job}, from, to, paths);
    }
    Of<Task<Document>> diff_stats_start(std::string_view from, std::string_view to, const Names &paths = {},
                                        const Job &job = {}) const {
        return call_diff_stats(Start<Document>{job}, from, to, paths);
    }

  private:
    template <class Way>
    auto call_import(const Way &way, const Names &sources, std::string_view to, const ImportOptions &options) const {
        const Names only(options.only);
        octo_import_options given = OCTO_IMPORT_OPTIONS_INIT;
        given.update = options.update ? 1 : 0;
        given.in_place = options.in_place ? 1 : 0;
        given.sample = detail::bytes(std::string_view(options.sample));
        given.profile = options.profile ? 1 : 0;
        given.commit = options.commit ? 1 : 0;
        given.on_error = detail::bytes(std::string_view(options.on_error));
        given.license = detail::bytes(std::string_view(options.license));
        given.only = only.data();
        given.only_count = only.size();
        return way(octo_repo_import, octo_repo_import_start, get(), sources.data(), sources.size(), detail::bytes(to), &given);
    }

    template <class Way>
    auto call_profile(const Way &way, std::string_view rev, std::string_view path, const ProfileOptions &options) const {
        const Names columns(options.columns);
        const Names slices(options.slices);
        octo_profile_options given = OCTO_PROFILE_OPTIONS_INIT;
        given.tfdv = options.tfdv ? 1 : 0;
        given.columns = columns.data();
        given.column_count = columns.size();
        given.weight = detail::bytes(std::string_view(options.weight));
        given.slices = slices.data();
        given.slice_count = slices.size();
        given.write = options.write ? 1 : 0;
        given.on_error = detail::bytes(std::string_view(options.on_error));
        return way(octo_repo_profile, octo_repo_profile_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_schema(const Way &way, std::string_view rev, std::string_view path, const SchemaOptions &options) const {
        const Names accept(options.accept);
        octo_schema_options given = OCTO_SCHEMA_OPTIONS_INIT;
        given.infer = options.infer ? 1 : 0;
        given.against = detail::bytes(std::string_view(options.against));
        given.accept = accept.data();
        given.accept_count = accept.size();
        given.write = options.write ? 1 : 0;
        return way(octo_repo_schema, octo_repo_schema_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_validate(const Way &way, std::string_view rev, std::string_view path, const ValidateOptions &options) const {
        octo_validate_options given = OCTO_VALIDATE_OPTIONS_INIT;
        given.schema = detail::bytes(std::string_view(options.schema));
        given.against = detail::bytes(std::string_view(options.against));
        given.serving = detail::bytes(std::string_view(options.serving));
        given.environment = detail::bytes(std::string_view(options.environment));
        given.rows = options.rows;
        return way(octo_repo_validate, octo_repo_validate_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_sample(const Way &way, std::string_view rev, std::string_view path, const SampleOptions &options) const {
        const Names key(options.key);
        octo_sample_options given = OCTO_SAMPLE_OPTIONS_INIT;
        given.fraction = options.fraction;
        given.rows = options.rows;
        given.method = detail::bytes(std::string_view(options.method));
        given.key = key.data();
        given.key_count = key.size();
        given.stratify = detail::bytes(std::string_view(options.stratify));
        given.time = detail::bytes(std::string_view(options.time));
        given.seed = options.seed;
        given.to = detail::bytes(std::string_view(options.to));
        return way(octo_repo_sample, octo_repo_sample_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_split(const Way &way, std::string_view rev, std::string_view path, const SplitOptions &options) const {
        const Names parts(options.parts);
        const Names by(options.by);
        const Names stratify(options.stratify);
        octo_split_options given = OCTO_SPLIT_OPTIONS_INIT;
        given.parts = parts.data();
        given.part_count = parts.size();
        given.by = by.data();
        given.by_count = by.size();
        given.stratify = stratify.data();
        given.stratify_count = stratify.size();
        given.time = detail::bytes(std::string_view(options.time));
        given.gap = detail::bytes(std::string_view(options.gap));
        given.folds = options.folds;
        given.buckets = options.buckets ? 1 : 0;
        given.seed = options.seed;
        given.name = detail::bytes(std::string_view(options.name));
        given.check = options.check ? 1 : 0;
        given.to = detail::bytes(std::string_view(options.to));
        return way(octo_repo_split, octo_repo_split_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_examples(const Way &way, std::string_view rev, std::string_view path, const ExamplesOptions &options) const {
        octo_examples_options given = OCTO_EXAMPLES_OPTIONS_INIT;
        given.to = detail::bytes(std::string_view(options.to));
        given.format = detail::bytes(std::string_view(options.format));
        given.split = detail::bytes(std::string_view(options.split));
        given.shards = options.shards;
        given.partition = detail::bytes(std::string_view(options.partition));
        return way(octo_repo_examples, octo_repo_examples_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_features(const Way &way, const Names &paths, const FeaturesOptions &options) const {
        octo_features_options given = OCTO_FEATURES_OPTIONS_INIT;
        given.label = detail::bytes(std::string_view(options.label));
        given.save = detail::bytes(std::string_view(options.save));
        given.rev = detail::bytes(std::string_view(options.rev));
        given.max_missing = options.max_missing;
        given.max_correlation = options.max_correlation;
        return way(octo_repo_features, octo_repo_features_start, get(), paths.data(), paths.size(), &given);
    }

    template <class Way>
    auto call_view(const Way &way, std::string_view rev, std::string_view path, const ViewOptions &options) const {
        octo_view_options given = OCTO_VIEW_OPTIONS_INIT;
        given.against = detail::bytes(std::string_view(options.against));
        return way(octo_repo_view, octo_repo_view_start, get(), detail::bytes(rev), detail::bytes(path), &given);
    }

    template <class Way>
    auto call_diff_stats(const Way &way, std::string_view from, std::string_view to, const Names &paths) const {
        return way(octo_repo_diff_stats, octo_repo_diff_stats_start, get(), detail::bytes(from), detail::bytes(to), paths.data(), paths.size());
    }
};

}  // namespace octo

#endif
