package org.octostore

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.time.Instant

/** Story 1: data beside code, pushed, cloned, changed on a branch, read at any version. */
class StoryTest {
    @TempDir
    lateinit var top: Path

    private val train = RepoPath("data/train.bin")

    @Test
    fun `what one pushes another clones, changes, and reads at any version`() = runBlocking {
        val fixture = Fixture(top.toRealPath())
        val (first, second) = noise(3_000_000, 1) to noise(3_000_000, 2)
        val remote = fixture.top.resolve("remote.git")
        fixture.repo().use { mine ->
            publish(mine, fixture, first, remote)
            cloneAndChange(fixture, remote, first, second)
            git(fixture.work, "pull", "-q", "origin", "summers")
            readBothVersions(mine, first, second)
            dropAndPull(mine, fixture)
            assertTrue(mine.fsck(store = true).problems.isEmpty())
        }
    }

    private suspend fun publish(mine: Repo, fixture: Fixture, content: ByteArray, remote: Path) {
        fixture.commit(mine, "train.bin", content, "First data")
        val before = mine.status().single()
        assertEquals(FileStatus(train, FileState.PRESENT, before.pointer, staged = false, cached = true, pushed = false), before)
        assertEquals(content.size.toLong(), before.pointer?.size)
        git(fixture.top, "clone", "-q", "--bare", fixture.work.toString(), remote.toString())
        git(fixture.work, "remote", "add", "origin", remote.toString())
        val pushed = mine.push(remote = "origin")
        assertEquals(1, pushed.files)
        assertTrue(pushed.uploadedBytes > content.size / 2)
        assertTrue(mine.status().single().pushed)
        assertEquals(0, mine.push(all = true).uploadedBytes)
    }

    private suspend fun cloneAndChange(fixture: Fixture, remote: Path, first: ByteArray, second: ByteArray) {
        val dir = fixture.top.resolve("hers")
        Octostore.clone("$remote", dir, DataChoice.Matching("data/"), program = PROGRAM).use { hers ->
            assertEquals(dir, hers.workDir)
            assertArrayEquals(first, Files.readAllBytes(dir.resolve("data/train.bin")))
            Fixture.settle(dir)
            git(dir, "switch", "-qc", "summers")
            Files.write(dir.resolve("data/train.bin"), second)
            assertEquals(FileState.MODIFIED, hers.status().single().state)
            assertEquals(listOf(train), hers.add(listOf(RepoPath("data"))).files.map { it.path })
            git(dir, "commit", "-qam", "Only summers")
            hers.push(remote = "origin")
        }
    }

    private suspend fun readBothVersions(mine: Repo, first: ByteArray, second: ByteArray) {
        mine.openFile(train).use { file -> assertArrayEquals(second.copyOfRange(1000, 1200), file.readAt(1000, 200)) }
        mine.openFile(train, rev = "HEAD~1").use { file -> assertArrayEquals(first, file.inputStream().readAllBytes()) }
        val log = mine.log(train)
        assertEquals(listOf("Only summers", "First data"), log.map { it.subject })
        assertTrue(Duration.between(log[0].time, Instant.now()).abs() < Duration.ofHours(1))
        assertEquals(1, mine.log(train, limit = 1).size)
        assertEquals(listOf(log[1].pointer), mine.ls("HEAD~1", prefix = RepoPath("data")).map { it.pointer })
        val old = mine.resolve(train, rev = "HEAD~1")
        assertEquals(first.size.toLong(), old.ranges.sumOf { it.length })
        assertNull(old.local)
    }

    private suspend fun dropAndPull(mine: Repo, fixture: Fixture) {
        assertEquals(mine.workDir.resolve("data/train.bin"), mine.resolve(train, rev = "").local)
        assertEquals(1, mine.drop(listOf(train)).files)
        assertEquals(FileState.POINTER, mine.status().single().state)
        assertEquals(1, mine.fetch(listOf("*.bin")).files)
        val pulled = mine.pull(listOf("data/"))
        assertEquals(PullReport(1, 3_000_000, 0, emptyList()), pulled)
        val copied = mine.copyStore("file://${fixture.top}/third")
        assertTrue(copied.packs > 0 && copied.bytes > 0)
        assertFalse(mine.store()!!.localOnly)
    }

    @Test
    fun `a clone may keep the data in a store of its own`() = runBlocking {
        val fixture = Fixture(top.toRealPath())
        fixture.repo().use { repo ->
            fixture.commit(repo, "train.bin", noise(100_000))
            git(fixture.work, "branch", "other")
            repo.push(all = true)
        }
        val (url, dir, copy) = Triple("${fixture.work}", fixture.top.resolve("hers"), "file://${fixture.top}/her-store")
        Octostore.clone(url, dir, DataChoice.None, copyTo = copy, branch = "other", program = PROGRAM).use { hers ->
            assertEquals("other", git(dir, "branch", "--show-current"))
            assertEquals(FileState.POINTER, hers.status().single().state)
            assertEquals(StoreInfo(copy, localOnly = true, accepted = true, conditionalWrites = true), hers.store())
            Files.move(fixture.top.resolve("store"), fixture.top.resolve("elsewhere"))
            assertEquals(1, hers.pull().files)
        }
    }

    @Test
    fun `patterns and paths are what git says`() = runBlocking {
        val fixture = Fixture(top.toRealPath())
        fixture.repo().use { repo ->
            assertEquals(listOf("*.parquet"), repo.track("data/", "*.parquet"))
            assertEquals(listOf("*.parquet"), repo.untrack("*.parquet"))
            assertEquals(RepoPath("data/x"), repo.pathFrom(fixture.work.resolve("data/x")))
            assertEquals(fixture.work, repo.workDir)
        }
    }
}
