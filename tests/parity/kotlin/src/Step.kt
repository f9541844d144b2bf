import org.octostore.RepoPath
import java.io.ByteArrayOutputStream
import java.nio.file.Path

/** A step of the scenario: a verb and its words, whose values are bytes. */
class Step(line: String, dir: String) {
    val verb: String = line.substringBefore(' ')
    private val words = line.split(' ').drop(1).map { word ->
        word.substringBefore('=') to decode(word.substringAfter('=', "").replace("\$DIR", dir))
    }

    fun bytes(key: String): ByteArray? = words.firstOrNull { it.first == key }?.second

    fun text(key: String): String? = bytes(key)?.let { String(it) }

    fun need(key: String): String = text(key).orEmpty()

    fun number(key: String): Long = text(key)?.toLongOrNull() ?: 0

    fun fraction(key: String): Double = text(key)?.toDoubleOrNull() ?: 0.0

    fun flag(key: String): Boolean = number(key) == 1L

    fun texts(key: String): List<String> = words.filter { it.first == key }.map { String(it.second) }

    fun path(key: String): Path? = text(key)?.let { Path.of(it) }

    fun repoPath(key: String): RepoPath = RepoPath.of(bytes(key) ?: ByteArray(0))

    fun repoPaths(key: String): List<RepoPath> = words.filter { it.first == key }.map { RepoPath.of(it.second) }
}

private fun decode(text: String): ByteArray {
    val raw = text.toByteArray()
    val out = ByteArrayOutputStream()
    var at = 0
    while (at < raw.size) {
        val escaped = raw[at] == '%'.code.toByte() && at + 2 < raw.size
        out.write(if (escaped) String(raw, at + 1, 2).toInt(16) else raw[at].toInt())
        at += if (escaped) 3 else 1
    }
    return out.toByteArray()
}

/** The line that a step prints. */
class Said(private val number: Int, private val verb: String, val dir: String) {
    private var line = StringBuilder("$number $verb")

    override fun toString(): String = line.toString()

    fun restart() {
        line = StringBuilder("$number $verb")
    }

    fun word(key: String, value: Any) {
        val bytes = value as? ByteArray ?: value.toString().toByteArray()
        val place = dir.toByteArray()
        line.append(' ').append(key).append('=')
        var at = 0
        while (at < bytes.size) {
            if (bytes.startsWith(place, at)) {
                line.append("\$DIR")
                at += place.size
                continue
            }
            val b = bytes[at++].toInt() and 0xff
            if (b in '!'.code..'~'.code && b != '%'.code) line.append(b.toChar()) else line.append("%%%02X".format(b))
        }
    }

    fun words(key: String, values: Iterable<Any>) = values.forEach { word(key, it) }
}

private fun ByteArray.startsWith(prefix: ByteArray, at: Int): Boolean =
    at + prefix.size <= size && prefix.indices.all { this[at + it] == prefix[it] }
