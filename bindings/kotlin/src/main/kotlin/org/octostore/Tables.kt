package org.octostore

import org.apache.arrow.c.ArrowArrayStream
import org.apache.arrow.c.Data
import org.apache.arrow.memory.BufferAllocator
import org.apache.arrow.vector.ipc.ArrowReader
import org.octostore.internal.Handle
import org.octostore.internal.Library
import org.octostore.internal.NativeTable
import org.octostore.internal.RowsJob
import org.octostore.internal.RowsReader
import org.octostore.internal.stoppable
import org.octostore.internal.translated
import org.octostore.uniffi.ReadOptions

/*
 * Rows in and out, by Arrow's C stream interface: no row is copied. Only this file needs Arrow (org.apache.arrow:arrow-c-data and
 * one of its memory packages), so who reads no tables needs neither.
 */

/** What [writeRows] did. */
public data class WriteReport(
    /** Rows written. */
    val rows: Long,
    /** Bytes of the file. */
    val bytes: Long,
)

/**
 * Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns and
 * rows need is fetched.
 *
 * The file's name says its format: `.csv`, `.tsv` (with a header line; types are found out from the first rows), `.jsonl`,
 * `.ndjson`, `.parquet`, `.arrow`, `.feather`, `.ipc`. The reader fetches while it is read; whoever gets it closes it.
 *
 * @param columns the wanted columns, in this order; all if empty
 * @param limit at most this many rows; 0 for all
 * @param batchRows rows of a batch; 0 for 65,536
 * @param split only the rows of this part of a stored split: `train`, or `recipe/train`
 * @param sample only a sample of the rows, by the hash of all columns: a fraction (`0.01`)
 * @param selection only the columns of this recorded selection
 * @param onError what a row that cannot be read does: `stop` (the default), or `skip`
 * @param progress hears of it also while the reader is read
 * @param cancel also stops the reader
 */
public suspend fun Repo.readRows(
    path: RepoPath,
    allocator: BufferAllocator,
    rev: String = "HEAD",
    columns: List<String> = emptyList(),
    limit: Long = 0,
    batchRows: Long = 0,
    split: String = "",
    sample: String = "",
    selection: String = "",
    onError: String = "",
    progress: ProgressListener? = null,
    cancel: Cancel? = null,
): ArrowReader {
    require(limit >= 0 && batchRows >= 0) { "limit or batchRows is negative" }
    val options = ReadOptions(columns, limit.toULong(), batchRows.toULong(), split, sample, selection, onError)
    val job = RowsJob(progress, cancel)
    return job.closeIfFailed {
        val rows = handle.use { repo ->
            stoppable(job.token, job.listener) {
                repo.readRows(rev, path.bytes, options, job.listener, job.token)
            }
        }
        RowsReader(rows, job, allocator)
    }
}

/**
 * Writes a stream of rows to a file in the work tree, in the format that its name says.
 *
 * The file is there whole or not at all; [Repo.add] then versions it. [rows] is read to its end and closed.
 */
public suspend fun Repo.writeRows(
    path: RepoPath,
    rows: ArrowReader,
    allocator: BufferAllocator,
    progress: ProgressListener? = null,
    cancel: Cancel? = null,
): WriteReport = job(progress, cancel) { repo, listener, token ->
    exported(rows, allocator) { address ->
        val report = repo.writeRows(path.bytes, address, listener, token)
        WriteReport(report.rows.toLong(), report.bytes.toLong())
    }
}

/** Rows in memory, outside of Java's heap. Any thread may use it. */
public class Table private constructor(native: NativeTable) : AutoCloseable {
    private val handle = Handle(native, "Table")

    /** Takes the rows of a stream into memory. [rows] is read to its end and closed. */
    public constructor(rows: ArrowReader, allocator: BufferAllocator) : this(take(rows, allocator))

    /** How many rows the table has. */
    public val rows: Long get() = handle.use { it.rows().toLong() }

    /** How many columns the table has. */
    public val columns: Int get() = handle.use { it.columns().toInt() }

    /** Gives the rows of the table as a stream that shares its buffers. It stays good when the table is closed. */
    public fun reader(allocator: BufferAllocator): ArrowReader = handle.use { imported(allocator, it::exportTo) }

    /** Gives the rows of the table as a stream that shares its buffers, to whatever else takes Arrow's C stream. */
    public fun exportTo(stream: ArrowArrayStream): Unit =
        handle.use { table -> translated { table.exportTo(stream.memoryAddress().toULong()) } }

    /** Lets go of the rows. */
    override fun close(): Unit = handle.close()

    private companion object {
        fun take(rows: ArrowReader, allocator: BufferAllocator): NativeTable {
            Library.ensure()
            return translated { exported(rows, allocator) { NativeTable.importFrom(it) } }
        }
    }
}

/** The stream that [export] puts at an address, as a reader. */
private fun imported(allocator: BufferAllocator, export: (ULong) -> Unit): ArrowReader =
    ArrowArrayStream.allocateNew(allocator).use { stream ->
        translated { export(stream.memoryAddress().toULong()) }
        Data.importArrayStream(allocator, stream)
    }

/** Lends a reader to [call] as a stream at an address, which the library releases. */
private fun <T> exported(rows: ArrowReader, allocator: BufferAllocator, call: (ULong) -> T): T =
    ArrowArrayStream.allocateNew(allocator).use { stream ->
        if (rows is RowsReader) rows.moveTo(stream) else Data.exportArrayStream(allocator, rows, stream)
        call(stream.memoryAddress().toULong())
    }
