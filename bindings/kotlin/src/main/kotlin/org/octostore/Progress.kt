package org.octostore

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.flow.conflate

/** How far a call is; totals are 0 where they are not known. */
public data class Progress(
    /** What is being done: `add`, `upload`, `download`, `write files`, `verify`, ... */
    val phase: String,
    /** Bytes done in this phase. */
    val doneBytes: Long,
    /** Bytes in all. */
    val totalBytes: Long,
    /** Files, or packs, done in this phase. */
    val doneItems: Long,
    /** Files, or packs, in all. */
    val totalItems: Long,
)

/**
 * Hears of the progress of a long call.
 *
 * It is called often, from a thread of the library, never by two at once. It must be quick and must not call octostore but for
 * [Cancel.cancel]. What it throws ends the call and is thrown by it.
 */
public fun interface ProgressListener {
    /** The call is this far. */
    public fun onProgress(progress: Progress)
}

/** What a [progressFlow] emits: how far the call is, and at the end what it gave. */
public sealed interface CallEvent<out T> {
    /** The call goes on. */
    public data class Running(
        /** How far it is. */
        val progress: Progress,
    ) : CallEvent<Nothing>

    /** The call is done; nothing follows. */
    public data class Done<out T>(
        /** What it gave. */
        val result: T,
    ) : CallEvent<T>
}

/**
 * A long call as a cold flow of its progress.
 *
 * The call begins when the flow is collected, and stops when the collector does. A slow collector gets the newest progress and
 * holds nothing up; [CallEvent.Done] is never left out.
 *
 * ```
 * progressFlow { repo.pull(progress = it) }.collect { event ->
 *     when (event) {
 *         is CallEvent.Running -> bar.set(event.progress.doneBytes)
 *         is CallEvent.Done -> println("${event.result.files} files")
 *     }
 * }
 * ```
 */
public fun <T> progressFlow(call: suspend (ProgressListener) -> T): Flow<CallEvent<T>> = channelFlow<CallEvent<T>> {
    send(CallEvent.Done(call { trySend(CallEvent.Running(it)) }))
}.conflate()
