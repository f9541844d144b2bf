package org.octostore

import com.sun.jna.Native
import com.sun.jna.Pointer
import org.octostore.internal.Handle
import org.octostore.internal.NativeFile
import org.octostore.internal.Raw
import org.octostore.internal.translated
import org.octostore.uniffi.throwRaw
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.ClosedChannelException
import java.nio.channels.NonWritableChannelException
import java.nio.channels.SeekableByteChannel

/**
 * A version of a file, read by ranges: only the chunks that are touched are fetched.
 *
 * It is a read-only channel; [inputStream] gives it as a stream. Reading blocks and may use the network, so call it where a file
 * would be read. Into a direct [ByteBuffer] the bytes are written without a copy. Any thread may call it; reads take turns.
 */
public class FileReader internal constructor(native: NativeFile) : SeekableByteChannel {
    private val handle = Handle(native, "FileReader")
    private val address = native.address().toLong()
    private val length = native.len().toLong()
    private val lock = Any()
    private val done = direct(Long.SIZE_BYTES)
    private val doneAddress = addressOf(done)
    private var position = 0L

    // For buffers on the heap, whose address the library cannot have.
    private val staging by lazy { direct(minOf(length, STAGING_BYTES).toInt()) }

    /** Bytes of the file. */
    override fun size(): Long = open { length }

    /**
     * Reads at [offset] until the buffer is full or the file ends; gives the bytes read.
     *
     * Neither the channel's position nor what lies outside of the buffer's remaining bytes changes.
     */
    public fun readAt(offset: Long, buffer: ByteBuffer): Int {
        require(offset >= 0) { "the offset $offset is negative" }
        if (buffer.isReadOnly) throw java.nio.ReadOnlyBufferException()
        return open { if (buffer.isDirect) readDirect(offset, buffer) else readStaged(offset, buffer) }
    }

    /** Reads at [offset] at most [count] bytes; fewer only at the file's end. */
    public fun readAt(offset: Long, count: Int): ByteArray {
        require(count >= 0) { "the count $count is negative" }
        val buffer = ByteBuffer.allocate(minOf(count.toLong(), maxOf(length - offset, 0)).toInt())
        readAt(offset, buffer)
        return buffer.array()
    }

    /** A new stream over the whole file, with a position of its own. Closing it leaves this channel open. */
    public fun inputStream(): InputStream = Stream()

    override fun read(dst: ByteBuffer): Int = synchronized(lock) {
        val n = open { if (dst.hasRemaining()) readAt(position, dst) else 0 }
        position += n
        if (n == 0 && dst.hasRemaining()) -1 else n
    }

    override fun position(): Long = synchronized(lock) { open { position } }

    override fun position(newPosition: Long): FileReader {
        require(newPosition >= 0) { "the position $newPosition is negative" }
        synchronized(lock) { open { position = newPosition } }
        return this
    }

    /** Not for a version of a file: throws [NonWritableChannelException]. */
    override fun write(src: ByteBuffer): Int = throw NonWritableChannelException()

    /** Not for a version of a file: throws [NonWritableChannelException]. */
    override fun truncate(size: Long): FileReader = throw NonWritableChannelException()

    override fun isOpen(): Boolean = !handle.isClosed

    /** Lets go of the file; a read that is under way ends in peace. */
    override fun close(): Unit = handle.close()

    private inline fun <T> open(call: () -> T): T {
        if (handle.isClosed) throw ClosedChannelException()
        return handle.use { call() }
    }

    private fun readDirect(offset: Long, buffer: ByteBuffer): Int {
        val n = readInto(addressOf(buffer) + buffer.position(), offset, buffer.remaining())
        buffer.position(buffer.position() + n)
        return n
    }

    private fun readStaged(offset: Long, buffer: ByteBuffer): Int = synchronized(lock) {
        var total = 0
        while (buffer.hasRemaining()) {
            staging.clear().limit(minOf(staging.capacity(), buffer.remaining()))
            val n = if (staging.hasRemaining()) readDirect(offset + total, staging) else 0
            if (n == 0) break
            buffer.put(staging.flip())
            total += n
        }
        total
    }

    private fun readInto(to: Long, offset: Long, count: Int): Int = synchronized(done) {
        val result = Raw.octostore_raw_read_at(address, offset, to, count.toLong(), doneAddress)
        // Both are of the library's memory: a number of bytes, or a ticket for the error.
        val number = done.getLong(0)
        if (result != Raw.DONE) translated { throwRaw(number.toULong()) }
        number.toInt()
    }

    private inner class Stream : InputStream() {
        private var at = 0L
        private val one = ByteArray(1)

        override fun read(): Int = if (read(one, 0, 1) < 0) -1 else one[0].toInt() and 0xff

        override fun read(to: ByteArray, offset: Int, count: Int): Int {
            val n = readAt(at, ByteBuffer.wrap(to, offset, count).slice())
            at += n
            return if (n == 0 && count > 0) -1 else n
        }

        override fun skip(count: Long): Long {
            val n = count.coerceIn(0, maxOf(length - at, 0))
            at += n
            return n
        }

        override fun available(): Int = (length - at).coerceIn(0, Int.MAX_VALUE.toLong()).toInt()
    }

    private companion object {
        const val STAGING_BYTES = 1L shl 20

        fun direct(bytes: Int): ByteBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())

        fun addressOf(buffer: ByteBuffer): Long = Pointer.nativeValue(Native.getDirectBufferPointer(buffer))
    }
}
