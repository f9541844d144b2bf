package org.octostore

import org.octostore.internal.Handle
import org.octostore.internal.NativeCancel
import org.octostore.internal.NativeRepo
import org.octostore.internal.long
import org.octostore.internal.ours
import org.octostore.internal.pathOf
import org.octostore.internal.raw
import org.octostore.internal.short
import org.octostore.internal.toBytes
import org.octostore.internal.translated
import org.octostore.uniffi.Listener
import java.nio.file.Path

/**
 * A git repository with data; [Octostore] opens one.
 *
 * Any thread may call it. Paths are relative to the top of the work tree, a `rev` is whatever git understands, and `""` is the
 * index. After [close], calls throw [IllegalStateException]; those under way end in peace.
 */
public class Repo internal constructor(native: NativeRepo) : AutoCloseable {
    internal val handle = Handle(native, "Repo")

    /** The top folder of the work tree. */
    public val workDir: Path get() = handle.use { translated { pathOf(it.workDir()) } }

    /** The path in the repository that a user's argument means, which is relative to the current folder. */
    public fun pathFrom(path: Path): RepoPath = handle.use { translated { RepoPath.of(it.pathFrom(path.toBytes())) } }

    /** Tracks the files that these patterns (as in `.gitignore`) match; gives those that were not tracked before. */
    public suspend fun track(vararg patterns: String): List<String> = quick { it.track(patterns.toList()) }

    /** No longer tracks these patterns; gives those that were tracked. */
    public suspend fun untrack(vararg patterns: String): List<String> = quick { it.untrack(patterns.toList()) }

    /**
     * Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the
     * cache and stages their pointers.
     */
    public suspend fun add(
        paths: List<RepoPath> = emptyList(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): AddReport = job(progress, cancel) { repo, listener, token -> repo.add(paths.raw(), listener, token).ours() }

    /** The state of every tracked file, in path order. */
    public suspend fun status(progress: ProgressListener? = null, cancel: Cancel? = null): List<FileStatus> =
        job(progress, cancel) { repo, listener, token -> repo.status(listener, token).map { it.ours() } }

    /** The tracked files of a revision (empty: the index), those at or below a path if one is given. */
    public suspend fun ls(rev: String = "", prefix: RepoPath? = null): List<Entry> =
        quick { repo -> repo.ls(rev, prefix?.bytes).map { it.ours() } }

    /** Every change of a path, the newest first; at most [limit] of them, or all if that is 0. */
    public suspend fun log(path: RepoPath, limit: Long = 0): List<LogEntry> =
        quick { repo -> repo.log(path.bytes, limit.toULong()).map { it.ours() } }

    /** Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched. */
    public suspend fun openFile(path: RepoPath, rev: String = "HEAD"): FileReader =
        quick { FileReader(it.openFile(rev, path.bytes)) }

    /** Where the bytes of a file of a revision are: a local file, or ranges in the store. */
    public suspend fun resolve(path: RepoPath, rev: String = "HEAD"): Resolved = quick { it.resolve(rev, path.bytes).ours() }

    /**
     * Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
     *
     * @param all the data of every local branch and tag, not only of the current branch
     */
    public suspend fun push(
        remote: String? = null,
        all: Boolean = false,
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): PushReport = job(progress, cancel) { repo, listener, token -> repo.push(remote, all, listener, token).ours() }

    /**
     * Brings the data of the index into the cache: everything, or what patterns choose.
     *
     * @param only these kinds of side files (`statistics`, `schema`, `examples`, `sample`) of the chosen data instead
     */
    public suspend fun fetch(
        patterns: List<String> = emptyList(),
        only: List<String> = emptyList(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): PullReport = job(progress, cancel) { repo, listener, token -> repo.fetch(patterns, only, listener, token).ours() }

    /**
     * Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.
     *
     * @param only these kinds of side files (`statistics`, `schema`, `examples`, `sample`) of the chosen data instead
     */
    public suspend fun pull(
        patterns: List<String> = emptyList(),
        only: List<String> = emptyList(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): PullReport = job(progress, cancel) { repo, listener, token -> repo.pull(patterns, only, listener, token).ours() }

    /** Turns files back into pointers and frees their space; the store, asked now, must hold their data. */
    public suspend fun drop(
        paths: List<RepoPath>,
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): DropReport = job(progress, cancel) { repo, listener, token -> repo.dropData(paths.raw(), listener, token).ours() }

    /** Checks every byte against its hash: the cache and, if asked, the store. Damaged parts leave the cache. */
    public suspend fun fsck(
        store: Boolean = false,
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): FsckReport = job(progress, cancel) { repo, listener, token -> repo.fsck(store, listener, token).ours() }

    /** The store that this clone uses, if one is set; nothing is sent. */
    public suspend fun store(): StoreInfo? = quick { it.store()?.ours() }

    /** Points the repository at a store, which is made if the place is empty, and accepts it. */
    public suspend fun setStore(url: String, progress: ProgressListener? = null, cancel: Cancel? = null): StoreInfo =
        job(progress, cancel) { repo, listener, token -> repo.setStore(url, listener, token).ours() }

    /** Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it. */
    public suspend fun acceptStore(url: String): Unit = quick { it.acceptStore(url) }

    /** Copies everything that this repository published to another store; the repository goes on using its own. */
    public suspend fun copyStore(toUrl: String, progress: ProgressListener? = null, cancel: Cancel? = null): CopyReport =
        job(progress, cancel) { repo, listener, token -> repo.copyStore(toUrl, listener, token).ours() }

    /**
     * Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under
     * `to`, and stages them.
     */
    public suspend fun import(
        sources: List<String>,
        to: RepoPath,
        options: ImportOptions = ImportOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.importData(sources, to.bytes, options.raw(), listener, token).ours()
    }

    /** Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows. */
    public suspend fun profile(
        path: RepoPath,
        rev: String = "",
        options: ProfileOptions = ProfileOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.profile(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with
     * suggestions.
     */
    public suspend fun schema(
        path: RepoPath,
        rev: String = "",
        options: SchemaOptions = SchemaOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.schema(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is
     * no if there are anomalies.
     */
    public suspend fun validate(
        path: RepoPath,
        rev: String = "",
        options: ValidateOptions = ValidateOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.validate(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design
     * effect.
     */
    public suspend fun sample(
        path: RepoPath,
        rev: String = "",
        options: SampleOptions = SampleOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.sample(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or
     * checks that recipe.
     */
    public suspend fun split(
        path: RepoPath,
        rev: String = "",
        options: SplitOptions = SplitOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.split(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with
     * ExampleGen's names and splits, or Parquet.
     */
    public suspend fun examples(
        path: RepoPath,
        rev: String = "",
        options: ExamplesOptions = ExamplesOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.examples(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /**
     * Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded
     * as a selection that reading obeys.
     */
    public suspend fun features(
        paths: List<RepoPath>,
        options: FeaturesOptions = FeaturesOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.features(paths.raw(), options.raw(), listener, token).ours()
    }

    /** A self-contained page that shows the statistics of a file or folder of a revision (empty: the index). */
    public suspend fun view(
        path: RepoPath,
        rev: String = "",
        options: ViewOptions = ViewOptions(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.view(rev, path.bytes, options.raw(), listener, token).ours()
    }

    /** Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ. */
    public suspend fun diffStats(
        from: String = "HEAD",
        to: String = "",
        paths: List<RepoPath> = emptyList(),
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Document = job(progress, cancel) { repo, listener, token ->
        repo.diffStats(from, to, paths.raw(), listener, token).ours()
    }

    /** Lets go of the repository. */
    override fun close(): Unit = handle.close()

    private suspend inline fun <T> quick(crossinline call: (NativeRepo) -> T): T = handle.use { short { call(it) } }

    internal suspend fun <T> job(
        progress: ProgressListener?,
        cancel: Cancel?,
        call: (NativeRepo, Listener?, NativeCancel) -> T,
    ): T = handle.use { repo -> long(progress, cancel) { listener, token -> call(repo, listener, token) } }
}
