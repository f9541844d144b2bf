package org.octostore.internal

import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicLong

/**
 * An object of the library that may be closed while others use it: it goes when its last user has left.
 *
 * uniffi guards its own methods like this, but not objects that are arguments, and not addresses.
 */
internal class Handle<T : AutoCloseable>(val native: T, private val what: String) : AutoCloseable {
    // How many use it, and one for being open.
    private val users = AtomicLong(1)
    private val closed = AtomicBoolean()

    inline fun <R> use(call: (T) -> R): R {
        enter()
        try {
            return call(native)
        } finally {
            leave()
        }
    }

    fun enter() {
        while (true) {
            val now = users.get()
            check(now > 0 && !closed.get()) { "this $what is closed" }
            if (users.compareAndSet(now, now + 1)) return
        }
    }

    fun leave() {
        if (users.decrementAndGet() == 0L) native.close()
    }

    val isClosed: Boolean get() = closed.get()

    override fun close() {
        if (closed.compareAndSet(false, true)) leave()
    }
}
