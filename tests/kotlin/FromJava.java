import java.nio.file.Path;
import java.util.List;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import org.octostore.FileStatus;
import org.octostore.Octostore;
import org.octostore.OctostoreException;
import org.octostore.Repo;

/** What docs/kotlin.md says of Java: a suspend function is called by runBlocking. */
final class FromJava {
    private FromJava() {}

    public static void main(String[] args) throws InterruptedException {
        try (Repo repo = BuildersKt.runBlocking(EmptyCoroutineContext.INSTANCE,
                (scope, then) -> Octostore.INSTANCE.open(Path.of(args[0]), null, then))) {
            List<FileStatus> files = BuildersKt.runBlocking(EmptyCoroutineContext.INSTANCE, (scope, then) -> repo.status(null, null, then));
            System.out.println(files.size());
            BuildersKt.runBlocking(EmptyCoroutineContext.INSTANCE, (scope, then) -> repo.ls("no-such-branch", null, then));
        } catch (Exception e) {
            System.out.println(((OctostoreException) e).getCode().getLabel());
        }
    }
}
