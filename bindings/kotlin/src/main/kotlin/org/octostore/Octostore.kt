package org.octostore

import org.octostore.internal.Library
import org.octostore.internal.NativeRepo
import org.octostore.internal.long
import org.octostore.internal.patterns
import org.octostore.internal.short
import org.octostore.internal.toBytes
import org.octostore.internal.translated
import java.nio.file.Path
import org.octostore.uniffi.filterProcess as nativeFilterProcess
import org.octostore.uniffi.hasFeature as nativeHasFeature
import org.octostore.uniffi.runHook as nativeRunHook
import org.octostore.uniffi.version as nativeVersion

/**
 * The way in: opens, makes and clones repositories.
 *
 * Suspend functions may be called from any thread, also one that draws: their work is done on `Dispatchers.IO`. Cancelling the
 * coroutine stops a long call, and the coroutine goes on when it has stopped. What fails throws [OctostoreException].
 *
 * ```
 * Octostore.open(Path.of(".")).use { repo ->
 *     for (file in repo.status()) println("${file.state} ${file.path}")
 * }
 * ```
 */
public object Octostore {
    /** The version of the library. */
    @JvmStatic
    public val version: String
        get() {
            Library.ensure()
            return nativeVersion()
        }

    /** Whether the library was built with a feature: `s3`, `azure`, `gcs`, `tabular`, `env` or `runs`. */
    @JvmStatic
    public fun hasFeature(name: String): Boolean {
        Library.ensure()
        return translated { nativeHasFeature(name) }
    }

    /** Opens the repository that [path] is in. It need not be set up for octostore: such a repository has no tracked files. */
    public suspend fun open(path: Path, context: Context? = null): Repo =
        within(context) { native -> short { Repo(NativeRepo.open(native, path.toBytes())) } }

    /**
     * Makes the git repository at [path] data-aware: filter, hooks, configuration and, if named, the store.
     *
     * @param store where the data goes: `file:///folder`, `s3://bucket/prefix`, `gs://`, `az://`, or a folder's path
     * @param program the octostore program that git's filter and hooks shall call; without it, `octostore` on the `PATH`
     */
    public suspend fun init(
        path: Path,
        store: String? = null,
        program: Path? = null,
        context: Context? = null,
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Repo = within(context) { native ->
        long(progress, cancel) { listener, token ->
            Repo(NativeRepo.`init`(native, path.toBytes(), store, program?.toBytes(), listener, token))
        }
    }

    /**
     * Clones a git repository, accepts its store, and writes the chosen data.
     *
     * @param copyTo copy the data to this store and use that one from now on, in this clone only
     * @param branch the branch to check out, if not the remote's own choice
     * @param program as in [init]
     */
    public suspend fun clone(
        url: String,
        dir: Path,
        data: DataChoice = DataChoice.All,
        copyTo: String? = null,
        branch: String? = null,
        program: Path? = null,
        context: Context? = null,
        progress: ProgressListener? = null,
        cancel: Cancel? = null,
    ): Repo = within(context) { native ->
        val patterns = data.patterns()
        long(progress, cancel) { listener, token ->
            val raw = program?.toBytes()
            Repo(NativeRepo.cloneFrom(native, url, dir.toBytes(), patterns, copyTo, branch, raw, listener, token))
        }
    }

    /** Serves git's long-running filter process on standard input and output until git ends it. */
    public suspend fun filterProcess(context: Context? = null): Unit =
        within(context) { native -> short { nativeFilterProcess(native) } }

    /** Runs a hook by its name, with the arguments and standard input that git gave it. */
    public suspend fun runHook(name: String, args: List<String> = emptyList(), context: Context? = null): Unit =
        within(context) { native -> short { nativeRunHook(native, name, args) } }

    private inline fun <T> within(context: Context?, call: (org.octostore.internal.NativeContext) -> T): T {
        Library.ensure()
        return (context ?: Context.shared).handle.use(call)
    }
}
