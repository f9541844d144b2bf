package org.octostore.internal

import org.apache.arrow.c.ArrowArray
import org.apache.arrow.c.ArrowArrayStream
import org.apache.arrow.c.ArrowSchema
import org.apache.arrow.c.CDataDictionaryProvider
import org.apache.arrow.c.Data
import org.apache.arrow.memory.BufferAllocator
import org.apache.arrow.vector.dictionary.Dictionary
import org.apache.arrow.vector.ipc.ArrowReader
import org.apache.arrow.vector.types.pojo.Schema
import org.octostore.Cancel
import org.octostore.ProgressListener
import org.octostore.uniffi.Rows

/** The progress and the token of rows, which outlive the call that opened them. */
internal class RowsJob(progress: ProgressListener?, private val cancel: Cancel?) : AutoCloseable {
    val token = NativeCancel()
    val listener = progress?.let { Forwarding(it, token) }

    init {
        cancel?.attach(token)
    }

    inline fun <T> closeIfFailed(call: () -> T): T =
        try {
            call()
        } catch (e: Throwable) {
            close()
            throw e
        }

    override fun close() {
        cancel?.detach(token)
        token.close()
    }
}

/** Rows as batches of Arrow. Unlike a reader of a C stream, which knows only texts, it throws the library's own errors. */
internal class RowsReader(private val rows: Rows, private val job: RowsJob, allocator: BufferAllocator) :
    ArrowReader(allocator) {
    private val dictionaries = CDataDictionaryProvider()

    override fun readSchema(): Schema = ArrowSchema.allocateNew(allocator).use { schema ->
        translated { rows.schema(schema.memoryAddress().toULong()) }
        Data.importSchema(allocator, schema, dictionaries)
    }

    override fun loadNextBatch(): Boolean {
        ensureInitialized()
        return ArrowArray.allocateNew(allocator).use { batch ->
            next(batch).also { if (it) Data.importIntoVectorSchemaRoot(allocator, batch, vectorSchemaRoot, dictionaries) }
        }
    }

    /** Moves what is left to a stream of the library itself, which then need not come back here for each batch. */
    fun moveTo(stream: ArrowArrayStream) {
        translated { rows.exportTo(stream.memoryAddress().toULong()) }
        close()
    }

    private fun next(batch: ArrowArray): Boolean {
        val result = runCatching { translated { rows.next(batch.memoryAddress().toULong()) } }
        job.listener?.raised?.let { throw it }
        return result.getOrThrow()
    }

    override fun getDictionaryVectors(): Map<Long, Dictionary> =
        dictionaries.dictionaryIds.associateWith { dictionaries.lookup(it) }

    override fun lookup(id: Long): Dictionary? = dictionaries.lookup(id)

    override fun bytesRead(): Long = 0

    override fun closeReadSource() {
        rows.end()
        rows.close()
        job.close()
        dictionaries.close()
    }
}
