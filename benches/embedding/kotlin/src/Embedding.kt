// The calls of ../../rust/embedding.rs in Kotlin, with the same arguments and the same lines.

import com.sun.jna.Library
import com.sun.jna.Native
import com.sun.jna.Platform
import kotlinx.coroutines.runBlocking
import org.octostore.FileReader
import org.octostore.Octostore
import org.octostore.RepoPath
import java.io.File
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import java.nio.file.Path

private const val SMALL = 64
private const val AROUND = 64 * 1024
private const val CALLS = 100_000

/** A call that does nothing, of a library that is loaded anyway: what JNA itself costs. */
private object Direct {
    init {
        Native.register(Direct::class.java, Platform.C_LIBRARY_NAME)
    }

    @JvmStatic
    external fun labs(n: Long): Long
}

private interface Mapped : Library {
    fun labs(n: Long): Long
}

private val threads = ManagementFactory.getThreadMXBean()

private inline fun timed(name: String, times: Int, work: (Int) -> Unit) {
    val wall = System.nanoTime()
    // Of this thread, which does the work; the process' own CPU time is known to 10 ms only.
    val cpu = threads.currentThreadCpuTime
    for (n in 0 until times) work(n)
    val used = threads.currentThreadCpuTime - cpu
    println("$name %.12f %.12f".format((System.nanoTime() - wall) / 1e9 / times, used / 1e9 / times))
}

private fun hot(file: FileReader, repeats: Int) {
    val mapped = Native.load(Platform.C_LIBRARY_NAME, Mapped::class.java)
    val buffer = ByteBuffer.allocateDirect(SMALL)
    val middle = file.size() / 2
    var sum = 0L
    // Twice as often: the first rounds are the compiler's.
    for (round in 0 until 2 * repeats) {
        val name = { n: String -> if (round < repeats) "warm" else n }
        timed(name("jna_direct"), CALLS) { sum += Direct.labs(-1) }
        timed(name("jna_mapped"), CALLS) { sum += mapped.labs(-1) }
        timed(name("uniffi_text"), CALLS / 20) { if (Octostore.hasFeature("s3")) sum++ }
        timed(name("small"), CALLS) {
            buffer.clear()
            sum += file.readAt(middle + it.toLong() * SMALL % AROUND, buffer)
        }
        timed(name("as_array"), CALLS) { sum += file.readAt(middle + it.toLong() * SMALL % AROUND, SMALL).size }
    }
    check(sum > 0)
}

private fun range(file: FileReader, repeats: Int) {
    val size = file.size().toInt()
    val whole = ByteBuffer.allocateDirect(size)
    while (whole.hasRemaining()) whole.put(1)
    for (round in 0 until repeats) {
        timed("range", 1) {
            whole.clear()
            check(file.readAt(0, whole) == size)
        }
    }
}

fun main(args: Array<String>) {
    val (what, repository, path, repeats) = args
    runBlocking { Octostore.open(Path.of(repository)) }.use { repo ->
        runBlocking { repo.openFile(RepoPath(path)) }.use { file ->
            if (what == "small") hot(file, repeats.toInt()) else range(file, repeats.toInt())
        }
    }
    val peak = File("/proc/self/status").readLines().first { it.startsWith("VmHWM:") }
    println("peak " + peak.split(Regex("\\s+"))[1])
}
