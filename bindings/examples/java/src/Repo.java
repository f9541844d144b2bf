import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A git repository with data. */
final class Repo implements AutoCloseable {
    private final Octo lib = Octo.LIB;
    private final Pointer repo;

    Repo(String folder) throws OctoException {
        Pointer context = OctoException.check((out, err) -> lib.octo_context_new(null, out, err));
        try {
            repo = OctoException.check((out, err) -> lib.octo_repo_open(context, Octo.Bytes.of(folder), out, err));
        } finally {
            lib.octo_context_free(context);
        }
    }

    /** The state of every tracked file, a line for each. */
    List<String> status() throws OctoException {
        Pointer list = OctoException.check((out, err) -> lib.octo_repo_status(repo, null, out, err));
        try {
            List<String> lines = new ArrayList<>();
            Octo.FileStatus file = new Octo.FileStatus();
            for (long i = 0; i < lib.octo_status_list_count(list).longValue(); i++) {
                lib.octo_status_list_get(list, new Octo.SizeT(i), file);
                lines.add(Octo.STATES[file.state] + " " + file.path.text() + " " + file.pointer.size);
            }
            return lines;
        } finally {
            lib.octo_status_list_free(list);
        }
    }

    /** Every change of a file, the newest first, a line for each. */
    List<String> log(String path) throws OctoException {
        Octo.SizeT all = new Octo.SizeT();
        Pointer list = OctoException.check((out, err) -> lib.octo_repo_log(repo, Octo.Bytes.of(path), all, out, err));
        try {
            List<String> lines = new ArrayList<>();
            Octo.LogEntry change = new Octo.LogEntry();
            for (long i = 0; i < lib.octo_log_list_count(list).longValue(); i++) {
                lib.octo_log_list_get(list, new Octo.SizeT(i), change);
                lines.add(change.subject.text() + ", " + change.author.text());
            }
            return lines;
        } finally {
            lib.octo_log_list_free(list);
        }
    }

    /** Bytes of a file of a revision; only what is touched is fetched. The buffer is the library's to write into: no copy. */
    ByteBuffer read(String rev, String path, long offset, int count) throws OctoException {
        Pointer file = OctoException.check(
                (out, err) -> lib.octo_repo_open_file(repo, Octo.Bytes.of(rev), Octo.Bytes.of(path), out, err));
        try {
            ByteBuffer buffer = ByteBuffer.allocateDirect(count);
            Octo.SizeT.ByReference done = new Octo.SizeT.ByReference();
            OctoException.check((out, err) -> lib.octo_file_read_at(file, offset, buffer, new Octo.SizeT(count), done, err));
            return buffer.limit(done.value());
        } finally {
            lib.octo_file_free(file);
        }
    }

    @Override
    public void close() {
        lib.octo_repo_free(repo);
    }
}
