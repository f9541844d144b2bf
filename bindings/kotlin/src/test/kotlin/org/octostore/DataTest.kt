package org.octostore

import kotlinx.coroutines.runBlocking
import org.apache.arrow.memory.RootAllocator
import org.apache.arrow.vector.BigIntVector
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger

/** Data sets: in from elsewhere, profiled, held to a schema, parted, and read. */
class DataTest {
    @TempDir
    lateinit var top: Path

    private val fixture by lazy { Fixture(top.toRealPath()) }
    private val allocator = RootAllocator()
    private val people = RepoPath("data/people.csv")

    @AfterEach
    fun `every buffer was given back`() = allocator.close()

    private fun csv(city: String = "Oslo", rows: Int = 1000): ByteArray =
        (1..rows).joinToString("\n", "id,age,city,bought\n", "\n") { n ->
            "$n,${18 + n * 37 % 60},${if (n % 2 == 0) city else "Lima"},${if (n % 3 == 0) "no" else "yes"}"
        }.toByteArray()

    private fun repo() = fixture.repo().also { fixture.commit(it, "people.csv", csv()) }

    private suspend fun ids(repo: Repo, split: String = "", sample: String = "", selection: String = ""): Set<Long> {
        val found = HashSet<Long>()
        repo.readRows(people, allocator, rev = "", split = split, sample = sample, selection = selection).use { reader ->
            while (reader.loadNextBatch()) {
                val ids = reader.vectorSchemaRoot.getVector("id") as BigIntVector
                for (row in 0 until ids.valueCount) found += ids.get(row)
            }
        }
        return found
    }

    @Test
    fun `a profile is a report and the files that other programs read`() = runBlocking {
        repo().use { repo ->
            val heard = AtomicInteger()
            val profile = repo.profile(people, progress = { heard.incrementAndGet() })
            assertTrue(profile.answer && heard.get() > 0)
            assertTrue(profile.json.startsWith("{"))
            assertTrue(profile.names.containsAll(setOf("statistics.pb", "schema.pbtxt")))
            assertTrue("\"age\"" in profile.text("schema.pbtxt")!!)
            assertNull(profile.part("nothing"))
            assertArrayEquals(profile.part("statistics.pb"), repo.profile(people).part("statistics.pb"))
            assertFalse(Files.exists(fixture.work.resolve("data/people.csv.octo")), "only asked")
            val written = repo.profile(people, options = ProfileOptions(write = true))
            val file = fixture.work.resolve("data/people.csv.octo/statistics.pb")
            assertArrayEquals(Files.readAllBytes(file), written.part("statistics.pb"))
            assertNotEquals(profile, repo.profile(people, options = ProfileOptions(columns = listOf("age"))))
            assertTrue("age" in repo.view(people).text("fragment.html")!!)
        }
    }

    @Test
    fun `data that is not what its schema says gets no for an answer`() = runBlocking {
        repo().use { repo ->
            repo.profile(people, options = ProfileOptions(write = true))
            val schema = repo.schema(people, options = SchemaOptions(infer = true, write = true))
            assertTrue("\"Oslo\"" in schema.text("schema.pbtxt")!!)
            assertTrue(repo.validate(people).answer)
            git(fixture.work, "add", "-A")
            git(fixture.work, "commit", "-qm", "Profiled")
            fixture.commit(repo, "people.csv", csv(city = "Atlantis"))
            val found = repo.validate(people, options = ValidateOptions(rows = 1))
            assertFalse(found.answer)
            assertTrue("Atlantis" in found.json)
            assertTrue(repo.validate(people, rev = "HEAD~1").answer)
            repo.profile(people, options = ProfileOptions(write = true))
            assertFalse(repo.diffStats().answer)
            assertTrue(repo.diffStats("HEAD", "HEAD", listOf(people)).answer)
        }
    }

    @Test
    fun `parts are disjoint and whole, samples nested`() = runBlocking {
        repo().use { repo ->
            repo.split(people, options = SplitOptions(parts = listOf("train=0.7", "test=0.3"), seed = 1))
            assertTrue(repo.split(people, options = SplitOptions(check = true)).answer)
            val (train, test) = ids(repo, split = "train") to ids(repo, split = "test")
            assertEquals(1000, train.size + test.size)
            assertTrue((train intersect test).isEmpty() && train.size in 600..800)
            assertTrue(ids(repo, sample = "0.3").containsAll(ids(repo, sample = "0.1")))
            val sample = SampleOptions(rows = 40, seed = -1, to = "data/forty.csv")
            assertTrue("fraction" in repo.sample(people, options = sample).json)
            assertEquals(41, Files.readAllLines(fixture.work.resolve("data/forty.csv")).size)
            repo.examples(people, options = ExamplesOptions(to = "data/examples", split = "default"))
            assertTrue(Files.isDirectory(fixture.work.resolve("data/examples/Split-train")))
        }
    }

    @Test
    fun `chosen features are what is read`() = runBlocking {
        repo().use { repo ->
            repo.profile(people, options = ProfileOptions(write = true))
            assertTrue("age" in repo.features(listOf(people), FeaturesOptions(label = "bought", save = "few")).json)
            repo.readRows(people, allocator, rev = "", selection = "few").use { reader ->
                assertTrue("bought" in reader.vectorSchemaRoot.schema.fields.map { it.name })
            }
        }
    }

    @Test
    fun `what is imported is staged, and only the statistics come with a light clone`() = runBlocking {
        repo().use { repo ->
            val source = Files.write(top.resolve("more.csv"), csv(rows = 20))
            val options = ImportOptions(profile = true, commit = true, license = "CC0-1.0")
            assertTrue("\"files\":1" in repo.import(listOf("$source"), RepoPath("data/more"), options).json)
            assertEquals("", git(fixture.work, "status", "--porcelain"))
            repo.push()
            Octostore.clone("${fixture.work}", top.resolve("light"), DataChoice.None).use { light ->
                light.fetch(only = listOf("statistics"))
                light.pull(only = listOf("statistics", "schema"))
                assertTrue(light.status().filter { "more.csv" == it.path.display.substringAfterLast('/') }
                    .all { it.state == FileState.POINTER })
                assertTrue("age" in light.view(RepoPath("data/more/more.csv")).text("fragment.html")!!)
            }
        }
    }

    @Test
    fun `what is wrong is an error with a remedy`() = runBlocking {
        repo().use { repo ->
            assertEquals(ErrorCode.NOT_FOUND, codeOf { repo.profile(RepoPath("data/none.csv")) })
            assertTrue(failureOf { repo.split(people, options = SplitOptions(parts = listOf("train=-1"))) }.hint.isNotEmpty())
            assertThrows(IllegalArgumentException::class.java) {
                runBlocking { repo.sample(people, options = SampleOptions(rows = -1)) }
            }
            val cancel = Cancel().also { it.cancel() }
            assertEquals(ErrorCode.CANCELLED, codeOf { repo.profile(people, cancel = cancel) })
        }
    }
}
