package org.octostore

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.octostore.uniffi.codes
import java.nio.ByteBuffer
import java.nio.channels.ClosedChannelException
import java.nio.file.Files
import java.nio.file.Path

/** What goes wrong is told by code, with a message, a hint and facts; nothing crashes. */
class ErrorTest {
    @TempDir
    lateinit var top: Path

    private val fixture by lazy { Fixture(top.toRealPath()) }

    @Test
    fun `the codes are the library's, by number, name and summary`() {
        Octostore.version
        val theirs = codes().map { Triple(it.code, it.name, it.summary) }
        assertEquals(theirs, ErrorCode.entries.map { Triple(it.number, it.label, it.summary) })
        assertEquals(ErrorCode.NOT_TRACKED, ErrorCode.of(26))
        assertEquals(null, ErrorCode.of(9999))
    }

    @Test
    fun `a folder that is no repository is an error with all its parts`() = runBlocking {
        val e = failureOf { Octostore.open(Path.of("/")) }
        assertEquals(ErrorCode.NOT_A_REPOSITORY, e.code)
        assertTrue(e.message.isNotEmpty() && e.hint.isNotEmpty())
        assertFalse(e.retryable)
        assertTrue(e.toString().contains("not_a_repository") && e.toString().contains(e.hint))
    }

    @Test
    fun `each wrong argument has its code`() = runBlocking {
        fixture.repo().use { repo ->
            fixture.commit(repo, "a.bin", noise(1000))
            val nowhere = RepoPath("data/nowhere")
            assertEquals(ErrorCode.NOT_FOUND, codeOf { repo.openFile(nowhere) })
            assertEquals(ErrorCode.NOT_FOUND, codeOf { repo.ls("no-such-branch") })
            assertEquals(ErrorCode.INVALID_ARGUMENT, codeOf { repo.openFile(RepoPath("../x")) })
            assertEquals(ErrorCode.INVALID_ARGUMENT, codeOf { repo.openFile(RepoPath("data/a\u0000b")) })
            assertEquals(ErrorCode.INVALID_ARGUMENT, codeOf { repo.ls("half \ud800") })
            assertEquals(ErrorCode.STORE_URL_INVALID, codeOf { repo.setStore("gopher://x") })
            val e = failureOf { repo.add(listOf(nowhere)) }
            assertEquals("${fixture.work}/data/nowhere", e.context["path"])
            assertEquals(ErrorCode.NOT_PUSHED, codeOf { repo.drop(listOf(RepoPath("data/a.bin"))) })
        }
    }

    @Test
    fun `after close a call is an error and not a crash`() = runBlocking {
        val repo = fixture.repo()
        fixture.commit(repo, "a.bin", noise(1000))
        val file = repo.openFile(RepoPath("data/a.bin"))
        val context = Context()
        repo.close()
        repo.close()
        assertThrows(IllegalStateException::class.java) { runBlocking { repo.status() } }
        assertThrows(IllegalStateException::class.java) { repo.workDir }
        assertEquals(1000, file.readAt(0, 2000).size, "a file outlives its repository")
        file.close()
        assertFalse(file.isOpen)
        assertThrows(ClosedChannelException::class.java) { file.read(ByteBuffer.allocateDirect(10)) }
        assertThrows(ClosedChannelException::class.java) { file.size() }
        context.close()
        assertThrows(IllegalStateException::class.java) { runBlocking { Octostore.open(fixture.work, context) } }
        Unit
    }

    @Test
    fun `a context that is closed leaves its repositories usable`() = runBlocking {
        fixture.repo().close()
        val repo = Context(threads = 1, memory = 32L shl 20, connections = 2).use { Octostore.open(fixture.work, it) }
        assertEquals(emptyList<FileStatus>(), repo.status())
    }

    @Test
    fun `limits below zero are refused before anything is made`() {
        assertThrows(IllegalArgumentException::class.java) { Context(threads = -1) }
        assertThrows(IllegalArgumentException::class.java) { DataChoice.Matching().let { runBlocking { Octostore.clone("x", top, it) } } }
    }

    @Test
    fun `who asks for the log hears of calls`() = runBlocking {
        fixture.repo().close()
        val heard = mutableListOf<LogRecord>()
        val context = Context(level = Level.DEBUG) { synchronized(heard) { heard += it } }
        Octostore.open(fixture.work, context).use { it.status() }
        assertTrue(heard.any { it.level == Level.DEBUG && "repo.status" in it.message }, heard.toString())
    }

    @Test
    fun `a store URL that came with a commit has to be accepted`() = runBlocking {
        fixture.repo().use { repo ->
            fixture.commit(repo, "a.bin", noise(1000))
            repo.push()
        }
        val dir = fixture.top.resolve("plain")
        git(fixture.top, "-c", "filter.octostore.smudge=", "clone", "-q", fixture.work.toString(), dir.toString())
        Octostore.open(dir).use { clone ->
            val e = failureOf { clone.pull() }
            assertEquals(ErrorCode.STORE_NOT_ACCEPTED, e.code)
            clone.acceptStore(clone.store()!!.url)
            assertEquals(1, clone.pull().files)
        }
    }

    @Test
    fun `a repository whose store is gone says so`() = runBlocking {
        fixture.repo().use { repo ->
            fixture.commit(repo, "a.bin", noise(1000))
            repo.push()
            repo.drop(listOf(RepoPath("data/a.bin")))
            Files.walk(fixture.top.resolve("store")).sorted(Comparator.reverseOrder()).forEach(Files::delete)
            val e = failureOf { repo.pull() }
            assertTrue(e.code in setOf(ErrorCode.MISSING_DATA, ErrorCode.NOT_FOUND, ErrorCode.STORE_UNREACHABLE, ErrorCode.STORE_FOREIGN), "$e")
        }
    }
}
