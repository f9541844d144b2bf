import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.apache.arrow.memory.RootAllocator
import org.octostore.FileStatus
import org.octostore.Octostore
import org.octostore.OctostoreException
import org.octostore.RepoPath
import java.nio.file.Path
import kotlin.system.exitProcess

/** Plays a user of the panel in a terminal: `Main FOLDER FILE REV`. */
fun main(args: Array<String>) {
    val (folder, file, rev) = args
    try {
        runBlocking { use(Path.of(folder), RepoPath(file), rev) }
    } catch (e: OctostoreException) {
        System.err.println("error: ${e.message}\nhelp: ${e.hint}")
        exitProcess(3)
    }
}

private suspend fun use(folder: Path, file: RepoPath, rev: String) = RootAllocator().use { allocator ->
    Octostore.open(folder).use { repo ->
        runBlocking {
            val panel = DataPanel(repo, this, allocator)
            panel.refresh().join()
            println("Files")
            panel.state.value.files.forEach { println("  ${line(it)}") }

            panel.showHistory(file).join()
            println("History of $file")
            panel.state.value.history.forEach { println("  ${it.subject}, ${it.author}, ${it.pointer?.size ?: 0} bytes") }

            panel.preview(file, rev, rows = 3).join()
            println("$file at $rev")
            panel.state.value.preview?.let { preview ->
                (listOf(preview.columns) + preview.rows).forEach { println("  ${it.joinToString(" | ")}") }
            }

            stopAPull(panel)
            panel.pull().join()
            println("Pull: ${panel.state.value.pull}")
            panel.refresh().join()
            panel.state.value.files.forEach { println("  ${line(it)}") }
            panel.showHistory(RepoPath("data/none.csv")).join()
            println("Trouble: ${panel.state.value.trouble ?: "none"}")
        }
    }
}

/** Begins a pull, and presses Stop in another thread as soon as it is seen to run. */
private suspend fun stopAPull(panel: DataPanel) {
    val seen = CompletableDeferred<Unit>()
    val watcher = kotlinx.coroutines.CoroutineScope(Dispatchers.Default).launch {
        panel.state.first { (it.pull as? Pull.Running)?.progress != null }
        seen.complete(Unit)
        panel.stop()
    }
    panel.pull().join()
    if (seen.isCompleted) watcher.join() else watcher.cancelAndJoin()
    println("Pull: ${panel.state.value.pull}")
}

private fun line(file: FileStatus): String {
    val size = file.pointer?.let { "${it.size} bytes" } ?: "never added"
    val notes = listOfNotNull("staged".takeIf { file.staged }, "cached".takeIf { file.cached }, "pushed".takeIf { file.pushed })
    return "${file.state.name.lowercase()} ${file.path} ($size) ${notes.joinToString(", ")}".trimEnd()
}
