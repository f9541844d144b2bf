package org.octostore.internal

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import org.octostore.Cancel
import org.octostore.ErrorCode
import org.octostore.OctostoreException
import org.octostore.Progress
import org.octostore.ProgressListener
import org.octostore.uniffi.Failure
import org.octostore.uniffi.InternalException
import org.octostore.uniffi.Listener
import java.nio.charset.CharacterCodingException
import java.util.concurrent.atomic.AtomicBoolean

/** Makes a call of the library; its errors become ours. */
internal inline fun <T> translated(call: () -> T): T =
    try {
        call()
    } catch (e: Failure.Failed) {
        throw e.toException()
    } catch (e: InternalException) {
        throw OctostoreException(
            ErrorCode.INTERNAL,
            "internal error: ${e.message}",
            "This is a defect of octostore; please report it with this line.",
            cause = e,
        )
    } catch (e: CharacterCodingException) {
        throw OctostoreException(
            ErrorCode.INVALID_ARGUMENT,
            "a text holds half of a surrogate pair",
            "Give text that UTF-8 can hold.",
            cause = e,
        )
    }

internal fun Failure.Failed.toException(): OctostoreException =
    OctostoreException(ErrorCode.of(code) ?: ErrorCode.INTERNAL, what, hint, retryable, keys.zip(values).toMap(), this)

/** A call that touches the disk for a moment, away from the caller's thread. */
internal suspend inline fun <T> short(crossinline call: () -> T): T = withContext(Dispatchers.IO) { translated(call) }

/** A long call, away from the caller's thread. Whoever cancels the coroutine stops the call and gets on when it has stopped. */
internal suspend fun <T> long(
    progress: ProgressListener?,
    cancel: Cancel?,
    call: (Listener?, NativeCancel) -> T,
): T = NativeCancel().use { token ->
    val listener = progress?.let { Forwarding(it, token) }
    val work = { call(listener, token) }
    stoppable(token, listener) { if (cancel == null) work() else cancel.with(token, work) }
}

/** Works where blocking is allowed; the coroutine's cancellation cancels [token]. */
internal suspend fun <T> stoppable(token: NativeCancel, listener: Forwarding?, work: () -> T): T = coroutineScope {
    val running = AtomicBoolean(true)
    // Unconfined: hears of the cancellation in the thread that cancels, whatever the caller's own thread is busy with.
    val watcher = launch(Dispatchers.Unconfined) {
        suspendCancellableCoroutine<Unit> { it.invokeOnCancellation { if (running.get()) token.cancel() } }
    }
    try {
        withContext(Dispatchers.IO) { run(listener) { translated(work) } }
    } finally {
        running.set(false)
        watcher.cancel()
    }
}

/** What the listener threw comes first; what a cancelled coroutine's call failed with is the cause of the cancellation. */
private fun <T> CoroutineScope.run(listener: Forwarding?, work: () -> T): T {
    val result = runCatching(work)
    listener?.raised?.let { throw it }
    val failure = result.exceptionOrNull()
    if (failure is OctostoreException && failure.code == ErrorCode.CANCELLED && !isActive) {
        throw CancellationException(failure.message).apply { initCause(failure) }
    }
    return result.getOrThrow()
}

/** Hands progress on; what the user's listener throws ends the call. */
internal class Forwarding(private val to: ProgressListener, private val token: NativeCancel) : Listener {
    @Volatile
    var raised: Throwable? = null

    override fun onProgress(progress: org.octostore.uniffi.Progress) {
        if (raised != null) return
        try {
            val p = progress
            to.onProgress(
                Progress(p.phase, p.doneBytes.toLong(), p.totalBytes.toLong(), p.doneItems.toLong(), p.totalItems.toLong()),
            )
        } catch (e: Throwable) {
            raised = e
            token.cancel()
        }
    }
}
