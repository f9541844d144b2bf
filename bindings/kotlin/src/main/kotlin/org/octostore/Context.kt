package org.octostore

import org.octostore.internal.Handle
import org.octostore.internal.Library
import org.octostore.internal.NativeContext
import org.octostore.internal.translated
import org.octostore.uniffi.LogListener as NativeLogListener

/** How much a log record matters; a listener hears its level and those before it. */
public enum class Level {
    /** A call failed. */
    ERROR,

    /** Something that its user should know although the call went well. */
    WARN,

    /** What was done to a store or a repository. */
    INFO,

    /** Each call, and how long it took. */
    DEBUG,
}

/** What the library tells about its work. */
public data class LogRecord(
    /** How much it matters. */
    val level: Level,
    /** What it is about: `call`, `repo` or `store`. */
    val target: String,
    /** What happened. */
    val message: String,
)

/** Hears log records: from any thread, never from two at once. It must not call octostore; what it throws is dropped. */
public fun interface LogListener {
    /** The library tells this. */
    public fun onRecord(record: LogRecord)
}

/**
 * Owns thread pools and memory limits; repositories may share one. 0 means the default.
 *
 * Repositories that were opened with it stay usable when it is closed; an unused one is closed by the garbage collector.
 */
public class Context private constructor(native: NativeContext) : AutoCloseable {
    internal val handle = Handle(native, "Context")

    /**
     * Makes a context with these limits.
     *
     * @param threads threads for cutting, hashing and compressing; by default one for each core
     * @param memory bytes that data on its way to or from a store may take up; by default 128 MiB
     * @param connections requests under way at once; by default 8
     * @param level the least important level that [log] hears
     * @param log hears of the library's work
     */
    @JvmOverloads
    public constructor(
        threads: Int = 0,
        memory: Long = 0,
        connections: Int = 0,
        level: Level = Level.INFO,
        log: LogListener? = null,
    ) : this(make(threads, memory, connections, level, log))

    /** Lets go of it. */
    override fun close(): Unit = handle.close()

    internal companion object {
        /** The context of those who name none. */
        val shared: Context by lazy { Context() }

        private fun make(threads: Int, memory: Long, connections: Int, level: Level, log: LogListener?): NativeContext {
            require(threads >= 0 && memory >= 0 && connections >= 0) { "a limit of a context is negative" }
            Library.ensure()
            if (log == null) return NativeContext(threads.toUInt(), memory.toULong(), connections.toUInt())
            val number = level.ordinal.toUInt() + 1u
            return translated {
                NativeContext.withLog(threads.toUInt(), memory.toULong(), connections.toUInt(), number, forwarding(log))
            }
        }

        private fun forwarding(log: LogListener) = object : NativeLogListener {
            override fun onRecord(record: org.octostore.uniffi.LogRecord) {
                val level = Level.entries.getOrElse(record.level.toInt() - 1) { Level.DEBUG }
                runCatching { log.onRecord(LogRecord(level, record.target, record.message)) }
            }
        }
    }
}
