package org.octostore

/**
 * A path relative to the top of the work tree, with `/` between its parts.
 *
 * It is bytes, as in git: a name need not be text. Two paths are equal if their bytes are.
 */
public class RepoPath private constructor(private val raw: ByteArray) : Comparable<RepoPath> {
    /** The path with this text, encoded in UTF-8. */
    public constructor(path: String) : this(path.toByteArray())

    /** The bytes, as git stores them; a copy. */
    public val bytes: ByteArray get() = raw.copyOf()

    /** The path for people: bytes that are no UTF-8 are shown as `U+FFFD`. */
    public val display: String get() = String(raw)

    /** Orders as git does: byte by byte, unsigned. */
    override fun compareTo(other: RepoPath): Int = java.util.Arrays.compareUnsigned(raw, other.raw)

    override fun equals(other: Any?): Boolean = other is RepoPath && raw.contentEquals(other.raw)

    override fun hashCode(): Int = raw.contentHashCode()

    /** As [display]. */
    override fun toString(): String = display

    public companion object {
        /** The path with these bytes. */
        @JvmStatic
        public fun of(bytes: ByteArray): RepoPath = RepoPath(bytes.copyOf())
    }
}
