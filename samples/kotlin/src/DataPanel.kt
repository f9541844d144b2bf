import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.apache.arrow.memory.BufferAllocator
import org.octostore.CallEvent
import org.octostore.FileStatus
import org.octostore.LogEntry
import org.octostore.OctostoreException
import org.octostore.Progress
import org.octostore.Repo
import org.octostore.RepoPath
import org.octostore.progressFlow
import org.octostore.readRows

/** What the panel shows. An IDE draws it whenever it changes. */
data class PanelState(
    val files: List<FileStatus> = emptyList(),
    val history: List<LogEntry> = emptyList(),
    val preview: Preview? = null,
    val pull: Pull = Pull.Idle,
    /** What went wrong last, and what to do about it. */
    val trouble: String? = null,
)

/** The first rows of a file. */
data class Preview(val columns: List<String>, val rows: List<List<String>>)

/** Where the pull is. */
sealed interface Pull {
    data object Idle : Pull

    data class Running(val progress: Progress?) : Pull

    data object Stopped : Pull

    data class Done(val files: Long, val bytes: Long) : Pull
}

/**
 * The model of a tool window: its calls return at once, and what they find out arrives in [state].
 *
 * All of it may run in the thread that draws: octostore does its work elsewhere.
 */
class DataPanel(private val repo: Repo, private val scope: CoroutineScope, private val allocator: BufferAllocator) {
    private val shown = MutableStateFlow(PanelState())
    private var pulling: Job? = null

    val state: StateFlow<PanelState> = shown.asStateFlow()

    fun refresh(): Job = launch { repo.status().let { files -> shown.update { it.copy(files = files) } } }

    fun showHistory(file: RepoPath): Job =
        launch { repo.log(file, limit = 50).let { changes -> shown.update { it.copy(history = changes) } } }

    /** Shows the first rows of a file at a revision; its data need not be here. */
    fun preview(file: RepoPath, rev: String, rows: Long): Job = launch {
        val preview = repo.readRows(file, allocator, rev, limit = rows).use { reader ->
            val lines = mutableListOf<List<String>>()
            val root = reader.vectorSchemaRoot
            while (reader.loadNextBatch()) {
                for (row in 0 until root.rowCount) lines += root.fieldVectors.map { it.getObject(row)?.toString() ?: "" }
            }
            Preview(root.schema.fields.map { it.name }, lines)
        }
        shown.update { it.copy(preview = preview) }
    }

    fun pull(): Job = launch {
        shown.update { it.copy(pull = Pull.Running(null)) }
        try {
            progressFlow { repo.pull(progress = it) }.collect { event ->
                val pull = when (event) {
                    is CallEvent.Running -> Pull.Running(event.progress)
                    is CallEvent.Done -> Pull.Done(event.result.files, event.result.bytes)
                }
                shown.update { it.copy(pull = pull) }
            }
        } catch (e: CancellationException) {
            shown.update { it.copy(pull = Pull.Stopped) }
            throw e
        }
    }.also { pulling = it }

    /** Stops the pull; when this returns, nothing writes into the work tree any more. */
    suspend fun stop() {
        pulling?.cancelAndJoin()
    }

    private fun launch(work: suspend () -> Unit): Job = scope.launch {
        try {
            work()
        } catch (e: OctostoreException) {
            shown.update { it.copy(trouble = "${e.message} ${e.hint}".trim()) }
        }
    }
}
