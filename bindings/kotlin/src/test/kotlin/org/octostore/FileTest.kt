package org.octostore

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.octostore.internal.pathOf
import org.octostore.internal.toBytes
import java.nio.ByteBuffer
import java.nio.ReadOnlyBufferException
import java.nio.channels.NonWritableChannelException
import java.nio.file.Files
import java.nio.file.Path

/** Files as channels and streams; names that are not text. */
class FileTest {
    @TempDir
    lateinit var top: Path

    private val fixture by lazy { Fixture(top.toRealPath()) }
    private val content = noise(2_500_000)

    private fun <T> file(use: (FileReader) -> T): T = fixture.repo().use { repo ->
        fixture.commit(repo, "a.bin", content)
        runBlocking { repo.openFile(RepoPath("data/a.bin")) }.use(use)
    }

    @Test
    fun `it is a channel and a stream like any other`() = file { file ->
        assertEquals(content.size.toLong(), file.size())
        assertArrayEquals(content, file.inputStream().readAllBytes())
        file.position(content.size - 5L)
        val buffer = ByteBuffer.allocate(10)
        assertEquals(5, file.read(buffer))
        assertEquals(-1, file.read(buffer))
        assertEquals(content.size.toLong(), file.position())
        val stream = file.inputStream()
        stream.skip(100)
        assertEquals(content[100].toInt() and 0xff, stream.read())
        assertEquals(content.size - 101, stream.available())
        assertThrows(NonWritableChannelException::class.java) { file.write(buffer) }
        assertThrows(NonWritableChannelException::class.java) { file.truncate(0) }
        Unit
    }

    @Test
    fun `a read fills the remaining bytes of a direct buffer and nothing else`() = file { file ->
        val buffer = ByteBuffer.allocateDirect(1000)
        repeat(1000) { buffer.put(7) }
        buffer.position(100).limit(300)
        assertEquals(200, file.readAt(5000, buffer))
        assertEquals(300, buffer.position())
        val whole = ByteArray(1000).also { buffer.clear().get(it) }
        assertArrayEquals(content.copyOfRange(5000, 5200), whole.copyOfRange(100, 300))
        assertTrue((whole.take(100) + whole.drop(300)).all { it == 7.toByte() })
        val slice = buffer.position(400).limit(600).slice()
        assertEquals(200, file.readAt(0, slice))
        assertEquals(content[0], buffer.get(400))
    }

    @Test
    fun `at and beyond the end there are fewer bytes or none`() = file { file ->
        assertEquals(10, file.readAt(content.size - 10L, 100).size)
        assertEquals(0, file.readAt(content.size.toLong(), 100).size)
        assertEquals(0, file.readAt(Long.MAX_VALUE, 100).size)
        assertEquals(0, file.readAt(Long.MAX_VALUE, ByteBuffer.allocateDirect(10)))
        assertThrows(IllegalArgumentException::class.java) { file.readAt(-1, 1) }
        assertThrows(IllegalArgumentException::class.java) { file.readAt(0, -1) }
        assertThrows(ReadOnlyBufferException::class.java) { file.readAt(0, ByteBuffer.allocate(1).asReadOnlyBuffer()) }
        Unit
    }

    @Test
    fun `a name that is not UTF-8 is kept byte for byte`() = runBlocking {
        val raw = "data/caf".toByteArray() + 0xe9.toByte() + ".bin".toByteArray()
        val path = RepoPath.of(raw)
        assertEquals("data/caf\uFFFD.bin", path.display)
        fixture.repo().use { repo ->
            val file = pathOf(fixture.work.toBytes() + '/'.code.toByte() + raw)
            sh(fixture.work, "sh", "-c", "printf content > \"$(printf 'data/caf\\351.bin')\"")
            assertTrue(Files.exists(file))
            assertEquals(path, repo.pathFrom(file))
            assertEquals(listOf(path), repo.add(listOf(path)).files.map { it.path })
            assertEquals(listOf(path), repo.status().map { it.path })
            git(fixture.work, "commit", "-qam", "A name")
            repo.openFile(path).use { assertEquals("content", String(it.readAt(0, 100))) }
            assertEquals(file, repo.resolve(path).local)
        }
    }

    @Test
    fun `paths go to bytes and back`() {
        for (name in listOf("/", "/a b%41+~", "/é/日本", "/tmp")) assertEquals(Path.of(name), pathOf(Path.of(name).toBytes()), name)
        assertArrayEquals("data/x".toByteArray(), Path.of("data/x").toBytes())
        assertArrayEquals("../x".toByteArray(), Path.of("../x").toBytes())
        assertTrue(RepoPath("a") < RepoPath("b") && RepoPath("a") < RepoPath.of(byteArrayOf(-1)))
        assertEquals(setOf(RepoPath("a")), setOf(RepoPath.of("a".toByteArray()), RepoPath("a")))
    }
}
