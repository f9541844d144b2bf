package org.octostore

import java.nio.file.Path
import java.time.Instant

/** What git stores for a tracked file. */
public data class Pointer(
    /** `blake3:` and 64 hexadecimal digits. */
    val oid: String,
    /** Bytes of the file. */
    val size: Long,
)

/** A file of a revision, or one that was added. */
public data class Entry(
    /** The file. */
    val path: RepoPath,
    /** What git stores for it. */
    val pointer: Pointer,
)

/** What [Repo.add] did. */
public data class AddReport(
    /** The files that were read and staged, in path order. */
    val files: List<Entry>,
    /** Files whose content is staged already and that were not read. */
    val unchanged: Long,
    /** Bytes read from files. */
    val readBytes: Long,
    /** Bytes of chunks that were not in the local cache before. */
    val newBytes: Long,
    /** Bytes that these new chunks take up, compressed. */
    val storedBytes: Long,
)

/** Where the data of a tracked file stands in the work tree. */
public enum class FileState {
    /** The data is here and is what the index says. */
    PRESENT,

    /** Only the pointer is here; [Repo.pull] brings the data. */
    POINTER,

    /** The file differs from what the index says. */
    MODIFIED,

    /** The file is gone from the work tree. */
    DELETED,

    /** The path is tracked by a pattern but has never been added. */
    UNTRACKED,
}

/** A tracked file, as [Repo.status] sees it. */
public data class FileStatus(
    /** The file. */
    val path: RepoPath,
    /** Where its data stands in the work tree. */
    val state: FileState,
    /** The pointer in the index, unless the file is untracked. */
    val pointer: Pointer?,
    /** The index differs from `HEAD`: the next commit records a change. */
    val staged: Boolean,
    /** This clone's cache holds all of the indexed data. */
    val cached: Boolean,
    /** This clone knows that the store holds all of the indexed data. */
    val pushed: Boolean,
)

/** What [Repo.push] did. */
public data class PushReport(
    /** File versions that the store now holds and that it was told of. */
    val files: Long,
    /** Packs written to the store. */
    val packs: Long,
    /** Bytes sent to the store, all kinds of objects together. */
    val uploadedBytes: Long,
    /** Bytes of file content that the store held already. */
    val reusedBytes: Long,
)

/** What [Repo.pull] or [Repo.fetch] did. */
public data class PullReport(
    /** Files written into the work tree (by [Repo.fetch]: file versions brought into the cache). */
    val files: Long,
    /** Bytes of these files. */
    val bytes: Long,
    /** Bytes read from the store. */
    val downloadedBytes: Long,
    /** Files left alone because they hold changes of the user. */
    val kept: List<RepoPath>,
)

/** What [Repo.drop] did. */
public data class DropReport(
    /** Files turned back into pointers. */
    val files: Long,
    /** Bytes freed in the work tree and the cache. */
    val freedBytes: Long,
)

/** What [Repo.copyStore] did. */
public data class CopyReport(
    /** Packs copied; those that the other store held already are not counted. */
    val packs: Long,
    /** Bytes copied. */
    val bytes: Long,
)

/** A piece of a file as it lies in a store. */
public data class StoredRange(
    /** Where the piece begins in the file. */
    val fileOffset: Long,
    /** Bytes of the file in the piece. */
    val length: Long,
    /** The key of the object that holds it, relative to the store's URL. */
    val objectKey: String,
    /** Where its frame begins in the object. */
    val offset: Long,
    /** Bytes of the frame, header included. */
    val storedLength: Long,
)

/** Where the bytes of a file are, as [Repo.resolve] says. */
public data class Resolved(
    /** The file. */
    val path: RepoPath,
    /** What git stores for it. */
    val pointer: Pointer,
    /** The file in the work tree, if it holds exactly these bytes. */
    val local: Path?,
    /** The store that holds the bytes, if one is set. */
    val store: String?,
    /** The pieces in the store, in file order; empty if the store does not hold the file. */
    val ranges: List<StoredRange>,
)

/** A change of a file, as [Repo.log] tells. */
public data class LogEntry(
    /** The commit, as 40 hexadecimal digits. */
    val commit: String,
    /** The author's name. */
    val author: String,
    /** The author's date. */
    val time: Instant,
    /** The first line of the commit's message. */
    val subject: String,
    /** The file's pointer after the commit; null where the commit deleted it or made it an ordinary file. */
    val pointer: Pointer?,
)

/** Something that [Repo.fsck] found wrong. */
public data class Problem(
    /** The code that a call would fail with when it met the problem. */
    val code: ErrorCode,
    /** What is wrong with what. */
    val message: String,
    /** What to do. */
    val hint: String,
)

/** What [Repo.fsck] found. */
public data class FsckReport(
    /** Packs read, here and in the store. */
    val packs: Long,
    /** Bytes read and compared with their hashes. */
    val bytes: Long,
    /** File versions whose chunks were all looked for. */
    val files: Long,
    /** What is wrong; empty when all is well. */
    val problems: List<Problem>,
)

/** The store of a repository. */
public data class StoreInfo(
    /** The URL. */
    val url: String,
    /** Whether the URL is set for this clone only or in the committed configuration. */
    val localOnly: Boolean,
    /** Whether this clone's owner has accepted the URL. */
    val accepted: Boolean,
    /** Whether the store can be trusted with conditional writes; null before this clone first connected to it. */
    val conditionalWrites: Boolean?,
)

/** Which data a clone writes into its work tree. */
public sealed interface DataChoice {
    /** All of the checked-out branch. */
    public data object All : DataChoice

    /** None: the files stay pointers until they are pulled. */
    public data object None : DataChoice

    /** The files that match one of these patterns (as in `.gitignore`). */
    public data class Matching(
        /** The patterns. */
        val patterns: List<String>,
    ) : DataChoice {
        /** The files that match one of these patterns. */
        public constructor(vararg patterns: String) : this(patterns.toList())
    }
}
