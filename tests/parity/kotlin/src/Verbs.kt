import org.octostore.Pointer
import org.octostore.PullReport
import org.octostore.Repo
import org.octostore.RepoPath
import org.octostore.StoreInfo

private fun named(path: RepoPath, pointer: Pointer) = path.bytes + ":${pointer.oid}:${pointer.size}".toByteArray()

private fun flag(on: Boolean, letter: Char) = if (on) letter else '-'

private fun store(said: Said, store: StoreInfo?) {
    if (store == null) return said.word("none", true)
    said.word("url", store.url)
    said.word("local_only", store.localOnly)
    said.word("accepted", store.accepted)
    said.word("conditional_writes", store.conditionalWrites ?: "unknown")
}

private fun pulled(said: Said, r: PullReport) {
    said.word("files", r.files)
    said.word("bytes", r.bytes)
    said.word("downloaded", r.downloadedBytes > 0)
    said.words("kept", r.kept.map { it.bytes })
}

/** The verbs of a repository. */
suspend fun verb(repo: Repo, step: Step, job: Job, said: Said) {
    val path = step.repoPath("path")
    val cancel = job.cancel
    when (step.verb) {
        "repo.work_dir" -> said.word("path", repo.workDir)
        "repo.path_from" -> said.word("path", repo.pathFrom(step.path("argument")!!).bytes)
        "repo.track" -> said.words("pattern", repo.track(*step.texts("pattern").toTypedArray()))
        "repo.untrack" -> said.words("pattern", repo.untrack(*step.texts("pattern").toTypedArray()))
        "repo.add" -> {
            val r = job.run { repo.add(step.repoPaths("path"), it, cancel) }
            said.word("files", r.files.size)
            said.word("unchanged", r.unchanged)
            said.word("read_bytes", r.readBytes)
            said.word("new_bytes", r.newBytes)
            said.word("stored_bytes", r.storedBytes)
            said.words("file", r.files.map { named(it.path, it.pointer) })
        }
        "repo.status" -> for (f in job.run { repo.status(it, cancel) }) {
            val pointer = f.pointer?.let { "${it.oid}:${it.size}" } ?: "-:0"
            val flags = "${flag(f.staged, 's')}${flag(f.cached, 'c')}${flag(f.pushed, 'p')}"
            said.word("file", f.path.bytes + ":${f.state.name.lowercase()}:$pointer:$flags".toByteArray())
        }
        "repo.ls" -> {
            val prefix = step.bytes("prefix")?.let { RepoPath.of(it) }
            said.words("file", repo.ls(step.need("rev"), prefix).map { named(it.path, it.pointer) })
        }
        "repo.log" -> for (c in repo.log(path, step.number("limit"))) {
            val oid = c.pointer?.oid ?: "-"
            said.word("change", "${c.commit.length}:${c.author}:${c.time.epochSecond}:${c.subject}:$oid")
        }
        "repo.resolve" -> {
            val r = repo.resolve(path, step.need("rev"))
            said.word("path", r.path.bytes)
            said.word("oid", r.pointer.oid)
            said.word("size", r.pointer.size)
            said.word("local", r.local ?: "-")
            said.word("store", r.store ?: "-")
            said.word("ranges", r.ranges.size)
            said.word("bytes", r.ranges.sumOf { it.length })
        }
        "repo.push" -> {
            val r = job.run { repo.push(step.text("remote"), step.number("all") == 1L, it, cancel) }
            said.word("files", r.files)
            said.word("packs", r.packs)
            said.word("reused_bytes", r.reusedBytes)
            said.word("uploaded", r.uploadedBytes > 0)
        }
        "repo.fetch" -> pulled(said, job.run { repo.fetch(step.texts("path"), step.texts("only"), it, cancel) })
        "repo.pull" -> pulled(said, job.run { repo.pull(step.texts("path"), step.texts("only"), it, cancel) })
        "repo.drop" -> {
            val r = job.run { repo.drop(step.repoPaths("path"), it, cancel) }
            said.word("files", r.files)
            said.word("freed", r.freedBytes > 0)
        }
        "repo.fsck" -> {
            val r = job.run { repo.fsck(step.number("store") == 1L, it, cancel) }
            said.word("files", r.files)
            said.word("packs", r.packs)
            said.words("problem", r.problems.map { it.code.label })
        }
        "repo.store" -> store(said, repo.store())
        "repo.set_store" -> store(said, job.run { repo.setStore(step.need("url"), it, cancel) })
        "repo.accept_store" -> repo.acceptStore(step.need("url"))
        "repo.copy_store" -> {
            val r = job.run { repo.copyStore(step.need("url"), it, cancel) }
            said.word("packs", r.packs)
            said.word("copied", r.bytes > 0)
        }
        else -> documented(said, document(repo, step, job))
    }
}
