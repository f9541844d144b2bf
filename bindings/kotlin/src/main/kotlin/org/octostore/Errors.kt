package org.octostore

import java.io.IOException

/**
 * Every error code there is.
 *
 * Numbers and names are stable: they are those of the C header and of every other language.
 */
public enum class ErrorCode(
    /** The stable number. */
    public val number: Int,
    /** One line about the code. */
    public val summary: String,
) {
    /** An argument is not one that the call takes. */
    INVALID_ARGUMENT(1, "An argument is not one that the call takes."),
    /** The folder is not inside a git repository. */
    NOT_A_REPOSITORY(2, "The folder is not inside a git repository."),
    /** There is no such path, revision or object. */
    NOT_FOUND(3, "There is no such path, revision or object."),
    /** The thing to be made is there already. */
    ALREADY_EXISTS(4, "The thing to be made is there already."),
    /** The caller cancelled the job. */
    CANCELLED(5, "The caller cancelled the job."),
    /** Reading or writing a local file failed. */
    IO(6, "Reading or writing a local file failed."),
    /** The disk is full, or a quota is used up. */
    DISK_FULL(7, "The disk is full, or a quota is used up."),
    /** The operating system refuses access to a local file. */
    PERMISSION_DENIED(8, "The operating system refuses access to a local file."),
    /** Another process holds a lock that the call needs. */
    LOCKED(9, "Another process holds a lock that the call needs."),
    /** A pointer's text does not follow the grammar. */
    POINTER_INVALID(10, "A pointer's text does not follow the grammar."),
    /** A pointer, pack or table is of a newer version than this library reads. */
    VERSION_TOO_NEW(11, "A pointer, pack or table is of a newer version than this library reads."),
    /** Stored bytes are not what their id says. */
    CORRUPT(12, "Stored bytes are not what their id says."),
    /** The data is neither here nor in the store. */
    MISSING_DATA(13, "The data is neither here nor in the store."),
    /** The repository names no store. */
    STORE_NOT_CONFIGURED(14, "The repository names no store."),
    /** The store's URL cannot be understood. */
    STORE_URL_INVALID(15, "The store's URL cannot be understood."),
    /** The store does not answer. */
    STORE_UNREACHABLE(16, "The store does not answer."),
    /** The store refuses access. */
    STORE_PERMISSION(17, "The store refuses access."),
    /** The place holds data, but not an octostore store. */
    STORE_FOREIGN(18, "The place holds data, but not an octostore store."),
    /** A store URL came with a commit and nobody has accepted it in this clone. */
    STORE_NOT_ACCEPTED(19, "A store URL came with a commit and nobody has accepted it in this clone."),
    /** The store uses a feature that this library does not know. */
    STORE_FEATURE(20, "The store uses a feature that this library does not know."),
    /** The store changed under the call in a way that a retry can solve. */
    STORE_CONFLICT(21, "The store changed under the call in a way that a retry can solve."),
    /** git itself failed. */
    GIT(22, "git itself failed."),
    /** The path is of a kind that cannot be versioned: a folder, a symlink, a device, another repository. */
    UNSUPPORTED_PATH(23, "The path is of a kind that cannot be versioned: a folder, a symlink, a device, another repository."),
    /** A file changed while it was read. */
    FILE_CHANGED(24, "A file changed while it was read."),
    /** A configuration file cannot be understood. */
    CONFIG(25, "A configuration file cannot be understood."),
    /** The path is not tracked by octostore. */
    NOT_TRACKED(26, "The path is not tracked by octostore."),
    /** The only copy of the data is here, so it is not dropped. */
    NOT_PUSHED(27, "The only copy of the data is here, so it is not dropped."),
    /** The call needs a work tree and the repository is bare. */
    BARE_REPOSITORY(28, "The call needs a work tree and the repository is bare."),
    /** The call is not built into this library, or not available on this system. */
    UNSUPPORTED(29, "The call is not built into this library, or not available on this system."),
    /** There is not enough memory for what the call needs. */
    OUT_OF_MEMORY(30, "There is not enough memory for what the call needs."),
    /** A data file is not in the format that its name says. */
    INVALID_DATA(31, "A data file is not in the format that its name says."),
    /** A defect of octostore itself. */
    INTERNAL(255, "A defect of octostore itself.");

    /** The stable name, as the command line's `--json` shows it: `store_unreachable`. */
    public val label: String = name.lowercase()

    public companion object {
        private val byNumber = entries.associateBy { it.number }

        /** The code with this number, or null if these bindings know none. */
        @JvmStatic
        public fun of(number: Int): ErrorCode? = byNumber[number]
    }
}

/**
 * What went wrong, where, and what to do about it.
 *
 * It is an [IOException], so that streams and channels of this package fail as their readers expect.
 */
public class OctostoreException internal constructor(
    /** What kind of thing went wrong. */
    public val code: ErrorCode,
    /** One sentence: what is wrong with what. */
    override val message: String,
    /** One sentence: what to do; may be empty. */
    public val hint: String,
    /** Whether the same call may work when it is tried again. */
    public val retryable: Boolean = false,
    /** Named facts, such as `path` and `store`, in the library's order. */
    public val context: Map<String, String> = emptyMap(),
    cause: Throwable? = null,
) : IOException(message, cause) {
    /** Code, message and hint. */
    override fun toString(): String {
        val said = "${OctostoreException::class.qualifiedName} (${code.label}): $message"
        return if (hint.isEmpty()) said else "$said\n$hint"
    }
}
