import org.octostore.Document
import org.octostore.ExamplesOptions
import org.octostore.FeaturesOptions
import org.octostore.ImportOptions
import org.octostore.ProfileOptions
import org.octostore.ProgressListener
import org.octostore.Repo
import org.octostore.SampleOptions
import org.octostore.SchemaOptions
import org.octostore.SplitOptions
import org.octostore.ValidateOptions
import org.octostore.ViewOptions

/** FNV-1a with 64 bits. */
fun fnv(bytes: ByteArray): String {
    var fnv = -0x340d631b7bdddcdbL
    for (byte in bytes) fnv = (fnv xor (byte.toLong() and 0xff)) * 0x100000001b3
    return "%016x".format(fnv)
}

fun documented(said: Said, document: Document) {
    said.word("answer", document.answer)
    said.word("json", document.json)
    said.words("part", document.names.map { "$it:${fnv(document.part(it)!!)}" })
}

/** The verbs whose answer is a document. */
suspend fun document(repo: Repo, step: Step, job: Job): Document = job.run { call(repo, step, it, job) }

private suspend fun call(repo: Repo, step: Step, progress: ProgressListener?, job: Job): Document {
    val (path, rev, cancel) = Triple(step.repoPath("path"), step.need("rev"), job.cancel)
    return when (step.verb) {
        "repo.import" -> repo.import(step.texts("source"), step.repoPath("to"), import(step), progress, cancel)
        "repo.profile" -> repo.profile(path, rev, profile(step), progress, cancel)
        "repo.schema" -> repo.schema(path, rev, schema(step), progress, cancel)
        "repo.validate" -> repo.validate(path, rev, validate(step), progress, cancel)
        "repo.sample" -> repo.sample(path, rev, sample(step), progress, cancel)
        "repo.split" -> repo.split(path, rev, split(step), progress, cancel)
        "repo.examples" -> repo.examples(path, rev, examples(step), progress, cancel)
        "repo.features" -> repo.features(step.repoPaths("path"), features(step), progress, cancel)
        "repo.view" -> repo.view(path, rev, ViewOptions(step.need("against")), progress, cancel)
        "repo.diff_stats" -> repo.diffStats(step.need("from"), step.need("to"), step.repoPaths("path"), progress, cancel)
        else -> error("the driver does not know ${step.verb}")
    }
}

private fun import(step: Step) = ImportOptions(
    step.flag("update"), step.flag("in_place"), step.need("sample"), step.flag("profile"), step.flag("commit"),
    step.need("on_error"), step.need("license"), step.texts("only"),
)

private fun profile(step: Step) = ProfileOptions(
    step.flag("tfdv"), step.texts("column"), step.need("weight"), step.texts("slice"), step.flag("write"), step.need("on_error"),
)

private fun schema(step: Step) =
    SchemaOptions(step.flag("infer"), step.need("against"), step.texts("accept"), step.flag("write"))

private fun validate(step: Step) = ValidateOptions(
    step.need("schema"), step.need("against"), step.need("serving"), step.need("environment"), step.number("rows"),
)

private fun sample(step: Step) = SampleOptions(
    step.fraction("fraction"), step.number("rows"), step.need("method"), step.texts("key"), step.need("stratify"),
    step.need("time"), step.number("seed"), step.need("to"),
)

private fun split(step: Step) = SplitOptions(
    step.texts("part"), step.texts("by"), step.texts("stratify"), step.need("time"), step.need("gap"), step.number("folds"),
    step.flag("buckets"), step.number("seed"), step.need("name"), step.flag("check"), step.need("to"),
)

private fun examples(step: Step) = ExamplesOptions(
    step.need("to"), step.need("format"), step.need("split"), step.number("shards"), step.need("partition"),
)

private fun features(step: Step) = FeaturesOptions(
    step.need("label"), step.need("save"), step.need("rev"), step.fraction("max_missing"), step.fraction("max_correlation"),
)
