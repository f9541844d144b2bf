package org.octostore.internal

import java.io.ByteArrayOutputStream
import java.net.URI
import java.nio.file.FileSystems
import java.nio.file.Path

/*
 * A Path of the JDK holds the bytes of a POSIX name, but shows them as text only, in the locale's encoding. Its URI has them all:
 * each byte that is not plain is percent-encoded, and the way back is exact too.
 */

private val posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")

/** The bytes of a path, as the library takes them. */
internal fun Path.toBytes(): ByteArray {
    require(fileSystem == FileSystems.getDefault()) { "the path $this is not one of the operating system's file system" }
    if (!posix) return toString().toByteArray()
    val absolute = absoluteBytes(this)
    if (isAbsolute) return absolute
    val here = absoluteBytes(Path.of(""))
    // The root folder ends with the separator itself.
    val skip = if (here.size == 1) 1 else here.size + 1
    return if (absolute.size <= here.size) ByteArray(0) else absolute.copyOfRange(skip, absolute.size)
}

/** The path with these bytes. */
internal fun pathOf(bytes: ByteArray): Path {
    if (!posix) return Path.of(String(bytes))
    return Path.of(URI("file://" + bytes.joinToString("") { encoded(it) }))
}

private fun absoluteBytes(path: Path): ByteArray {
    val bytes = decoded(path.toUri().rawPath)
    val folder = bytes.size > 1 && bytes.last() == '/'.code.toByte()
    return if (folder) bytes.copyOf(bytes.size - 1) else bytes
}

private fun decoded(text: String): ByteArray {
    val out = ByteArrayOutputStream(text.length)
    var at = 0
    while (at < text.length) {
        val escaped = text[at] == '%'
        out.write(if (escaped) text.substring(at + 1, at + 3).toInt(16) else text[at].code)
        at += if (escaped) 3 else 1
    }
    return out.toByteArray()
}

private fun encoded(byte: Byte): String {
    val c = byte.toInt().toChar()
    return if (c == '/' || c.code in 0x30..0x7a && c.isLetterOrDigit()) c.toString() else "%%%02X".format(byte)
}
