package org.octostore

/**
 * What a call found out: a report as JSON, and with it the documents that other programs read, by name.
 *
 * ```
 * val profile = repo.profile(RepoPath("data/train.csv"))
 * Files.write(Path.of("train.pb"), profile.part("statistics.pb")!!)
 * ```
 */
public class Document internal constructor(
    /** Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes. */
    public val answer: Boolean,
    /** The report, as JSON. */
    public val json: String,
    private val parts: Map<String, ByteArray>,
) {
    /** The names of the parts, sorted. */
    public val names: Set<String> = parts.keys.toSortedSet()

    /** A part's bytes, if the document has it. */
    public fun part(name: String): ByteArray? = parts[name]?.clone()

    /** A part that is text, if the document has it. */
    public fun text(name: String): String? = parts[name]?.decodeToString()

    override fun equals(other: Any?): Boolean =
        other is Document && answer == other.answer && json == other.json && names == other.names &&
            parts.all { (name, bytes) -> bytes.contentEquals(other.parts[name]) }

    override fun hashCode(): Int = 31 * json.hashCode() + names.hashCode()

    override fun toString(): String = "Document(answer=$answer, parts=$names)"
}
