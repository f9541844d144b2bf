import kotlinx.coroutines.flow.last
import kotlinx.coroutines.runBlocking
import org.apache.arrow.memory.RootAllocator
import org.octostore.Cancel
import org.octostore.CallEvent
import org.octostore.Context
import org.octostore.DataChoice
import org.octostore.ErrorCode
import org.octostore.FileReader
import org.octostore.Level
import org.octostore.Octostore
import org.octostore.OctostoreException
import org.octostore.ProgressListener
import org.octostore.Repo
import org.octostore.Table
import org.octostore.progressFlow
import org.octostore.readRows
import org.octostore.writeRows
import java.io.File
import java.nio.ByteBuffer
import java.util.concurrent.atomic.AtomicBoolean

/** How a step is called: who hears of its progress, and what stops it. */
class Job(private val step: Step) {
    val heard = AtomicBoolean()
    private val token = Cancel()
    val cancel: Cancel? = token.takeIf { step.text("cancel") != null }?.also { if (step.text("cancel") == "before") it.cancel() }

    private val listener: ProgressListener? = when {
        step.text("cancel") == "tick" -> ProgressListener { if (it.doneBytes > 0) token.cancel() }
        step.number("progress") == 1L -> ProgressListener { heard.set(true) }
        else -> null
    }

    /** Makes a long call; as a flow, whose last event is what it gave, if the step asks for the non-blocking form. */
    suspend fun <T> run(call: suspend (ProgressListener?) -> T): T {
        if (step.number("async") != 1L) return call(listener)
        val flow = progressFlow { progress ->
            call { report ->
                listener?.onProgress(report)
                progress.onProgress(report)
            }
        }
        return (flow.last() as CallEvent.Done).result
    }
}

/** Plays the scenario through the Kotlin API. `tests/parity/README.md` says what it prints. */
class Driver {
    private val contexts = HashMap<String, Pair<Context, AtomicBoolean>>()
    private val repos = HashMap<String, Repo>()
    private val files = HashMap<String, FileReader>()
    private val tables = HashMap<String, Table>()
    private val allocator = RootAllocator()

    private fun context(step: Step) = contexts.getValue(step.need("context")).first

    private fun repo(step: Step) = repos.getValue(step.need("repo"))

    suspend fun play(step: Step, job: Job, said: Said) {
        when (step.verb) {
            "sh" -> said.word("status", shell(step.need("cmd"), said.dir))
            "version" -> said.word("version", Octostore.version)
            "has_feature" -> said.word("yes", Octostore.hasFeature(step.need("name")))
            "codes" -> said.word("list", ErrorCode.entries.joinToString(",") { "${it.number}:${it.label}" })
            "context.new" -> newContext(step)
            "context.logged" -> said.word("heard", contexts.getValue(step.need("context")).second.get())
            "git.filter_process" -> Octostore.filterProcess(context(step))
            "git.run_hook" -> Octostore.runHook(step.need("name"), step.texts("arg"), context(step))
            "repo.open", "repo.init", "repo.clone" -> repos[step.need("as")] = makeRepo(step, job)
            "repo.open_file" -> files[step.need("as")] = repo(step).openFile(step.repoPath("path"), step.need("rev"))
            "file.len", "file.read_at" -> file(step, said)
            "table.new", "table.reader", "repo.read_rows", "repo.write_rows" -> rows(step, job, said)
            else -> verb(repo(step), step, job, said)
        }
    }

    private fun shell(command: String, dir: String): Int =
        ProcessBuilder("/bin/sh", "-c", command).directory(File(dir))
            .redirectInput(File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start().waitFor()

    private fun newContext(step: Step) {
        val heard = AtomicBoolean()
        val (threads, memory, connections) = listOf("threads", "memory", "connections").map { step.number(it) }
        val level = step.text("log")?.let { Level.valueOf(it.uppercase()) }
        val context = if (level == null) {
            Context(threads.toInt(), memory, connections.toInt())
        } else {
            Context(threads.toInt(), memory, connections.toInt(), level) { heard.set(true) }
        }
        contexts[step.need("as")] = context to heard
    }

    private suspend fun makeRepo(step: Step, job: Job): Repo {
        val context = context(step)
        return when (step.verb) {
            "repo.open" -> Octostore.open(step.path("path")!!, context)
            "repo.init" -> job.run {
                Octostore.init(step.path("path")!!, step.text("store"), step.path("program"), context, it, job.cancel)
            }
            else -> job.run {
                val (url, dir) = step.need("url") to step.path("dir")!!
                val (copyTo, branch) = step.text("copy_to") to step.text("branch")
                Octostore.clone(url, dir, data(step), copyTo, branch, step.path("program"), context, it, job.cancel)
            }
        }
    }

    private fun data(step: Step): DataChoice {
        val patterns = step.texts("pattern")
        return when {
            step.text("data") == "none" -> DataChoice.None
            patterns.isEmpty() -> DataChoice.All
            else -> DataChoice.Matching(patterns)
        }
    }

    private fun file(step: Step, said: Said) {
        val file = files.getValue(step.need("file"))
        if (step.verb == "file.len") return said.word("size", file.size())
        val buffer = ByteBuffer.allocateDirect(step.number("count").toInt())
        val n = file.readAt(step.number("offset"), buffer)
        buffer.flip()
        val bytes = ByteArray(n).also { buffer.get(it) }
        said.word("count", n)
        said.word("fnv", fnv(bytes))
    }

    private suspend fun rows(step: Step, job: Job, said: Said) {
        when (step.verb) {
            "table.new" -> {
                val rows = job.run {
                    repo(step).readRows(step.repoPath("path"), allocator, step.need("rev"), progress = it, cancel = job.cancel)
                }
                val table = Table(rows, allocator)
                tables[step.need("as")] = table
                said.word("rows", table.rows)
                said.word("columns", table.columns)
            }
            "table.reader" -> tables.getValue(step.need("table")).reader(allocator).use { reader ->
                val counts = generateSequence { if (reader.loadNextBatch()) reader.vectorSchemaRoot.rowCount else null }.toList()
                said.word("rows", counts.sum())
                said.word("batches", counts.size)
            }
            "repo.write_rows" -> {
                val table = tables.getValue(step.need("table"))
                val report = job.run {
                    repo(step).writeRows(step.repoPath("path"), table.reader(allocator), allocator, it, job.cancel)
                }
                said.word("rows", report.rows)
                said.word("bytes", report.bytes)
            }
            else -> readRows(step, job, said)
        }
    }

    private suspend fun readRows(step: Step, job: Job, said: Said) {
        val reader = job.run { progress ->
            repo(step).readRows(
                step.repoPath("path"), allocator, step.need("rev"), step.texts("column"),
                step.number("limit"), step.number("batch_rows"), step.need("split"), step.need("sample"), step.need("selection"),
                step.need("on_error"), progress, job.cancel,
            )
        }
        reader.use {
            val root = it.vectorSchemaRoot
            val columns = root.schema.fields.joinToString(",") { field -> field.name }
            var (count, batches, sum) = listOf(0L, 0L, 0L)
            while (it.loadNextBatch()) {
                count += root.rowCount
                batches++
                val first = root.getVector(0) as? org.apache.arrow.vector.BigIntVector
                if (first != null) for (row in 0 until root.rowCount) if (!first.isNull(row)) sum += first.get(row)
            }
            said.word("rows", count)
            said.word("batches", batches)
            said.word("columns", columns)
            said.word("sum", sum)
        }
    }
}

fun main(args: Array<String>) {
    val (scenario, dir) = args
    val driver = Driver()
    File(scenario).readLines().filter { it.isNotEmpty() && !it.startsWith("#") }.forEachIndexed { n, line ->
        val step = Step(line, dir)
        val said = Said(n + 1, step.verb, dir)
        val job = Job(step)
        try {
            runBlocking { driver.play(step, job, said) }
        } catch (e: OctostoreException) {
            said.restart()
            failed(said, e)
        }
        if (step.number("progress") == 1L) said.word("progress", job.heard.get())
        println(said)
    }
}

private fun failed(said: Said, e: OctostoreException) {
    said.word("error", e.code.label)
    said.word("code", e.code.number)
    said.word("retryable", e.retryable)
    said.word("message", e.message)
    said.word("hint", e.hint)
    said.words("context", e.context.map { "${it.key}:${it.value}" })
}
