import kotlinx.coroutines.runBlocking
import org.octostore.Octostore
import java.nio.file.Path

/** A program that reads no tables: it has to run where Arrow is not on the class path. */
fun main(args: Array<String>) = Octostore::class.java.methods.size.let {
    runBlocking { Octostore.open(Path.of(args[0])).use { repo -> println("${repo.javaClass.methods.size > 10} ${repo.status().size}") } }
}
