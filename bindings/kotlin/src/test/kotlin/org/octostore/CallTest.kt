package org.octostore

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CancellationException as JavaCancellation

/** Progress, cancelling, many callers at once. */
class CallTest {
    @TempDir
    lateinit var top: Path

    private val fixture by lazy { Fixture(top.toRealPath()) }

    /** A file that takes a while to add. */
    private fun big(): Path = Files.write(fixture.work.resolve("data/big.bin"), noise(60_000_000))

    @Test
    fun `the flow tells how far the call is, and then what it gave`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val events = progressFlow { repo.add(progress = it) }.toList()
            val running = events.dropLast(1).map { (it as CallEvent.Running).progress }
            assertTrue(running.isNotEmpty() && running.all { it.doneBytes <= 60_000_000 }, "$events")
            assertEquals(running, running.sortedBy { it.doneBytes })
            val done = events.last() as CallEvent.Done
            assertEquals(60_000_000, done.result.readBytes)
        }
    }

    @Test
    fun `who stops collecting stops the call`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            assertTrue(progressFlow { repo.add(progress = it) }.first() is CallEvent.Running)
            assertEquals(FileState.UNTRACKED, repo.status().single().state, "the call ended without staging anything")
            assertEquals(1, repo.add().files.size, "and can be made again")
        }
    }

    @Test
    fun `cancelling the coroutine stops the call and waits until it has stopped`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val begun = CompletableDeferred<Unit>()
            val ticks = java.util.concurrent.atomic.AtomicInteger()
            val job = launch {
                try {
                    repo.add(progress = { ticks.incrementAndGet(); begun.complete(Unit) })
                } catch (e: CancellationException) {
                    throw e
                }
            }
            begun.await()
            job.cancelAndJoin()
            val then = ticks.get()
            assertTrue(job.isCancelled)
            assertEquals(FileState.UNTRACKED, repo.status().single().state)
            assertEquals(then, ticks.get(), "nothing is reported once the coroutine has ended")
        }
    }

    @Test
    fun `a cancelled coroutine's own error is no failure of its scope`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val call = async(Dispatchers.Default) { repo.add(progress = { Thread.sleep(1) }) }
            while (call.isActive && !Files.exists(fixture.work.resolve(".git/octostore"))) Thread.sleep(1)
            call.cancel()
            assertThrows(JavaCancellation::class.java) { runBlocking { call.await() } }
            Unit
        }
    }

    @Test
    fun `a timeout stops a call`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val begun = System.nanoTime()
            assertThrows(JavaCancellation::class.java) {
                runBlocking { withTimeout(1) { repo.add(progress = { Thread.sleep(5) }) } }
            }
            assertTrue(System.nanoTime() - begun < 30_000_000_000)
        }
    }

    @Test
    fun `a token stops a call with the library's own error`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val cancel = Cancel()
            val e = failureOf { repo.add(progress = { cancel.cancel() }, cancel = cancel) }
            assertEquals(ErrorCode.CANCELLED, e.code)
            assertTrue(cancel.isCancelled)
            assertEquals(ErrorCode.CANCELLED, codeOf { repo.add(cancel = cancel) })
        }
    }

    @Test
    fun `cancelled at each report in turn, a call stops or is done, and nothing is half done`() = runBlocking {
        fixture.repo().use { repo ->
            val content = noise(6_000_000)
            val file = Files.write(fixture.work.resolve("data/a.bin"), content)
            var stopped = 0
            while (true) {
                val (cancel, reports) = Cancel() to java.util.concurrent.atomic.AtomicInteger()
                try {
                    repo.add(progress = { if (reports.incrementAndGet() == stopped + 1) cancel.cancel() }, cancel = cancel)
                    break
                } catch (e: OctostoreException) {
                    assertEquals(ErrorCode.CANCELLED, e.code)
                    assertEquals(FileState.UNTRACKED, repo.status().single().state)
                    stopped++
                }
            }
            assertTrue(stopped > 0, "it was stopped $stopped times")
            assertArrayEquals(content, Files.readAllBytes(file))
            assertTrue(repo.fsck().problems.isEmpty())
        }
    }

    @Test
    fun `what a listener throws ends the call and comes out of it`() = runBlocking {
        fixture.repo().use { repo ->
            big()
            val mine = ArithmeticException("mine")
            val thrown = assertThrows(ArithmeticException::class.java) { runBlocking { repo.add(progress = { throw mine }) } }
            // kotlinx.coroutines may hand on a copy that tells both stacks.
            assertSame(mine, thrown.cause ?: thrown)
            assertEquals(FileState.UNTRACKED, repo.status().single().state)
        }
    }

    @Test
    fun `sixteen coroutines read, ask and add at once, and every answer is right`() = runBlocking {
        fixture.repo().use { repo ->
            val contents = List(4) { noise(300_000, it) }
            contents.forEachIndexed { n, content -> fixture.commit(repo, "f$n.bin", content) }
            withContext(Dispatchers.Default) {
                List(16) { n -> async { worker(repo, n, contents[n % 4]) } }.awaitAll()
            }
            assertEquals(4 + 4, repo.status().size)
        }
    }

    private suspend fun worker(repo: Repo, n: Int, content: ByteArray) {
        val name = RepoPath("data/f${n % 4}.bin")
        repeat(25) { round ->
            repo.openFile(name).use { file ->
                val at = (n * 7919 + round * 104_729) % 250_000
                val buffer = ByteBuffer.allocateDirect(40_000)
                assertEquals(40_000, file.readAt(at.toLong(), buffer))
                val read = ByteArray(40_000).also { buffer.flip().get(it) }
                assertArrayEquals(content.copyOfRange(at, at + 40_000), read)
            }
            if (round % 8 == 0) assertTrue(repo.status().size >= 4)
        }
        if (n < 4) {
            Files.write(fixture.work.resolve("data/new$n.bin"), noise(5000, n))
            retrying { repo.add(listOf(RepoPath("data/new$n.bin"))) }
        }
    }

    /** The index is git's: two who stage at once may meet its lock. */
    private suspend fun retrying(call: suspend () -> Unit) {
        repeat(100) {
            try {
                return call()
            } catch (e: OctostoreException) {
                if (!e.retryable) throw e
                kotlinx.coroutines.delay(20)
            }
        }
        call()
    }

    @Test
    fun `one file read by many threads gives each its bytes, also while it is closed`() = runBlocking {
        fixture.repo().use { repo ->
            val content = noise(400_000)
            fixture.commit(repo, "a.bin", content)
            val file = repo.openFile(RepoPath("data/a.bin"))
            withContext(Dispatchers.IO) {
                val readers = List(8) { n -> async { readUntilClosed(file, content, n) } }
                Thread.sleep(200)
                file.close()
                assertTrue(readers.awaitAll().sum() > 0)
            }
        }
    }

    private fun readUntilClosed(file: FileReader, content: ByteArray, n: Int): Int {
        var rounds = 0
        while (true) {
            val at = (n * 1000 + rounds * 37) % 390_000
            val bytes = try {
                file.readAt(at.toLong(), 1000)
            } catch (e: java.nio.channels.ClosedChannelException) {
                return rounds
            }
            assertArrayEquals(content.copyOfRange(at, at + 1000), bytes)
            rounds++
        }
    }
}
