package org.octostore.internal

import org.octostore.AddReport
import org.octostore.CopyReport
import org.octostore.DataChoice
import org.octostore.DropReport
import org.octostore.Entry
import org.octostore.ErrorCode
import org.octostore.FileState
import org.octostore.FileStatus
import org.octostore.FsckReport
import org.octostore.LogEntry
import org.octostore.Pointer
import org.octostore.Problem
import org.octostore.PullReport
import org.octostore.PushReport
import org.octostore.RepoPath
import org.octostore.Resolved
import org.octostore.StoreInfo
import org.octostore.StoredRange
import java.time.Instant
import org.octostore.uniffi.AddReport as NativeAddReport
import org.octostore.uniffi.CopyReport as NativeCopyReport
import org.octostore.uniffi.DropReport as NativeDropReport
import org.octostore.uniffi.Entry as NativeEntry
import org.octostore.uniffi.FileStatus as NativeFileStatus
import org.octostore.uniffi.FsckReport as NativeFsckReport
import org.octostore.uniffi.LogEntry as NativeLogEntry
import org.octostore.uniffi.DataPointer as NativePointer
import org.octostore.uniffi.PullReport as NativePullReport
import org.octostore.uniffi.PushReport as NativePushReport
import org.octostore.uniffi.Resolved as NativeResolved
import org.octostore.uniffi.StoreInfo as NativeStoreInfo

// The generated records as ours: paths, times and states have types, sizes are Long.

internal fun NativePointer.ours() = Pointer(oid, size.toLong())

internal fun NativeEntry.ours() = Entry(RepoPath.of(path), pointer.ours())

internal fun NativeAddReport.ours() =
    AddReport(files.map { it.ours() }, unchanged.toLong(), readBytes.toLong(), newBytes.toLong(), storedBytes.toLong())

internal fun NativeFileStatus.ours() =
    FileStatus(RepoPath.of(path), FileState.valueOf(state.uppercase()), pointer?.ours(), staged, cached, pushed)

internal fun NativePushReport.ours() =
    PushReport(files.toLong(), packs.toLong(), uploadedBytes.toLong(), reusedBytes.toLong())

internal fun NativePullReport.ours() =
    PullReport(files.toLong(), bytes.toLong(), downloadedBytes.toLong(), kept.map { RepoPath.of(it) })

internal fun NativeDropReport.ours() = DropReport(files.toLong(), freedBytes.toLong())

internal fun NativeCopyReport.ours() = CopyReport(packs.toLong(), bytes.toLong())

internal fun NativeLogEntry.ours() = LogEntry(commit, author, Instant.ofEpochSecond(time), subject, pointer?.ours())

internal fun NativeStoreInfo.ours() = StoreInfo(url, localOnly, accepted, conditionalWrites)

internal fun NativeResolved.ours() = Resolved(
    RepoPath.of(path),
    pointer.ours(),
    local?.let { pathOf(it) },
    store,
    ranges.map {
        StoredRange(it.fileOffset.toLong(), it.length.toLong(), it.`object`, it.offset.toLong(), it.storedLength.toLong())
    },
)

internal fun NativeFsckReport.ours() = FsckReport(
    packs.toLong(),
    bytes.toLong(),
    files.toLong(),
    problems.map { Problem(ErrorCode.of(it.code) ?: ErrorCode.INTERNAL, it.what, it.hint) },
)

/** As the library takes it: null for all, no patterns for none. */
internal fun DataChoice.patterns(): List<String>? = when (this) {
    DataChoice.All -> null
    DataChoice.None -> emptyList()
    is DataChoice.Matching -> patterns.also { require(it.isNotEmpty()) { "DataChoice.Matching has no pattern" } }
}

internal fun List<RepoPath>.raw() = map { it.bytes }
