package org.octostore

import kotlinx.coroutines.runBlocking
import java.nio.file.Files
import java.nio.file.Path
import kotlin.random.Random

/** The checkout that the tests run in, and the program that git calls there. */
val ROOT: Path = Path.of(System.getProperty("octostore.root")).toRealPath()
val PROGRAM: Path = Path.of(System.getProperty("octostore.program"))

/** Runs a program in a folder; gives what it printed, and fails if it failed. */
fun sh(folder: Path, vararg command: String): String {
    val process = ProcessBuilder(*command).directory(folder.toFile()).redirectErrorStream(true).start()
    process.outputStream.close()
    val output = String(process.inputStream.readAllBytes())
    check(process.waitFor() == 0) { "${command.joinToString(" ")}\n$output" }
    return output.trim()
}

fun git(folder: Path, vararg args: String): String = sh(folder, "git", *args)

/** A git repository with a tracked folder `data` and a store in a folder beside it. */
class Fixture(val top: Path) {
    val work: Path = Files.createDirectories(top.resolve("work"))
    val store: String = "file://$top/store"

    fun repo(): Repo {
        Files.createDirectories(work.resolve("data"))
        git(work, "init", "-q", "-b", "main")
        settle(work)
        return runBlocking {
            Octostore.init(work, store, program = PROGRAM).also { it.track("data/") }
        }
    }

    /** Adds a version of a file under `data` and commits it. */
    fun commit(repo: Repo, name: String, content: ByteArray, subject: String = "A version") {
        Files.write(work.resolve("data").resolve(name), content)
        runBlocking { repo.add(listOf(RepoPath("data/$name"))) }
        git(work, "add", ".gitattributes", ".octostore")
        git(work, "commit", "-qm", subject)
    }

    companion object {
        fun settle(work: Path) {
            git(work, "config", "user.name", "A")
            git(work, "config", "user.email", "a@example.org")
        }
    }
}

/** Bytes that do not compress, the same in every run. */
fun noise(size: Int, seed: Int = 1): ByteArray = Random(seed).nextBytes(size)

/** The code that a call fails with. */
inline fun codeOf(call: () -> Unit): ErrorCode = failureOf(call).code

inline fun failureOf(call: () -> Unit): OctostoreException {
    try {
        call()
    } catch (e: OctostoreException) {
        return e
    }
    throw AssertionError("the call did not fail")
}
