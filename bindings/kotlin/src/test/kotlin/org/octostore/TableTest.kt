package org.octostore

import kotlinx.coroutines.runBlocking
import org.apache.arrow.memory.RootAllocator
import org.apache.arrow.vector.BigIntVector
import org.apache.arrow.vector.ipc.ArrowReader
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** Rows in and out by Arrow, nothing copied, nothing leaked. */
class TableTest {
    @TempDir
    lateinit var top: Path

    private val fixture by lazy { Fixture(top.toRealPath()) }
    private val allocator = RootAllocator()
    private val rows = RepoPath("data/rows.csv")

    @AfterEach
    fun `every buffer was given back`() = allocator.close()

    private fun repo() = fixture.repo().also { repo ->
        val text = (1..10_000).joinToString("\n", prefix = "n,name\n", postfix = "\n") { "$it,name $it" }
        fixture.commit(repo, "rows.csv", text.toByteArray())
    }

    private fun sum(reader: ArrowReader): Pair<Int, Long> {
        var (count, sum) = 0 to 0L
        while (reader.loadNextBatch()) {
            val numbers = reader.vectorSchemaRoot.getVector("n") as BigIntVector
            count += numbers.valueCount
            for (row in 0 until numbers.valueCount) sum += numbers.get(row)
        }
        return count to sum
    }

    @Test
    fun `rows of a revision come as batches`() = runBlocking {
        repo().use { repo ->
            repo.readRows(rows, allocator).use { assertEquals(10_000 to 50_005_000L, sum(it)) }
            repo.readRows(rows, allocator, rev = "", columns = listOf("n"), limit = 100, batchRows = 30).use { reader ->
                assertEquals(listOf("n"), reader.vectorSchemaRoot.schema.fields.map { it.name })
                assertTrue(reader.loadNextBatch())
                assertEquals(30, reader.vectorSchemaRoot.rowCount)
            }
        }
    }

    @Test
    fun `a table in memory shares its buffers with every reader`() = runBlocking {
        repo().use { repo ->
            val table = Table(repo.readRows(rows, allocator), allocator)
            assertEquals(10_000, table.rows)
            assertEquals(2, table.columns)
            val (first, second) = List(2) { table.reader(allocator) }
            val addresses = listOf(first, second).map { reader ->
                assertTrue(reader.loadNextBatch())
                reader.vectorSchemaRoot.getVector("n").dataBuffer.memoryAddress()
            }
            assertEquals(addresses[0], addresses[1])
            table.close()
            assertThrows(IllegalStateException::class.java) { table.rows }
            assertEquals(1, (first.vectorSchemaRoot.getVector("n") as BigIntVector).get(0), "buffers live as long as readers")
            first.close()
            second.close()
        }
    }

    @Test
    fun `what is written is what is read`() = runBlocking {
        repo().use { repo ->
            val copy = RepoPath("data/copy.parquet")
            val written = repo.writeRows(copy, repo.readRows(rows, allocator), allocator)
            assertEquals(10_000, written.rows)
            repo.add(listOf(copy))
            repo.readRows(copy, allocator, rev = "", columns = listOf("n")).use { assertEquals(10_000 to 50_005_000L, sum(it)) }
        }
    }

    @Test
    fun `a file that is no table is an error with a code`() = runBlocking {
        repo().use { repo ->
            fixture.commit(repo, "bad.parquet", noise(1000))
            assertEquals(ErrorCode.INVALID_DATA, codeOf { repo.readRows(RepoPath("data/bad.parquet"), allocator) })
            val unknown = failureOf { repo.readRows(rows, allocator, columns = listOf("nowhere")) }
            assertFalse(unknown.hint.isEmpty())
        }
    }
}
