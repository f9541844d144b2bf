package org.octostore

import org.octostore.internal.NativeCancel

/**
 * Stops calls that hold it, from any thread.
 *
 * Inside coroutines it is seldom needed: cancelling the coroutine stops its call. A call that is stopped by a token fails with
 * [ErrorCode.CANCELLED].
 */
public class Cancel {
    private val running = mutableSetOf<NativeCancel>()
    private var asked = false

    /** Whether somebody has asked. */
    public val isCancelled: Boolean get() = synchronized(this) { asked }

    /** Asks every job that holds this token to stop soon. */
    public fun cancel() {
        synchronized(this) {
            asked = true
            running.forEach { it.cancel() }
        }
    }

    /** Runs [call] so that [cancel] also cancels [token]. */
    internal inline fun <T> with(token: NativeCancel, call: () -> T): T {
        attach(token)
        try {
            return call()
        } finally {
            detach(token)
        }
    }

    internal fun attach(token: NativeCancel) = synchronized(this) {
        running += token
        if (asked) token.cancel()
    }

    internal fun detach(token: NativeCancel) = synchronized(this) {
        running -= token
        Unit
    }
}
