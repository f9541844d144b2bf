import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What the example needs of octostore.h, in JNA's words. */
interface Octo extends Library {
    int ABI_VERSION = 0;
    String[] STATES = {"present", "pointer", "modified", "deleted", "untracked"};
    Octo LIB = Native.load("octostore", Octo.class);

    int octo_abi_version();
    String octo_version();
    String octo_status_name(int status);

    Bytes.ByValue octo_error_message(Pointer error);
    Bytes.ByValue octo_error_hint(Pointer error);
    void octo_error_free(Pointer error);

    int octo_context_new(Pointer options, PointerByReference out, PointerByReference err);
    void octo_context_free(Pointer context);
    int octo_repo_open(Pointer context, Bytes.ByValue path, PointerByReference out, PointerByReference err);
    void octo_repo_free(Pointer repo);

    int octo_repo_status(Pointer repo, Pointer job, PointerByReference out, PointerByReference err);
    SizeT octo_status_list_count(Pointer list);
    int octo_status_list_get(Pointer list, SizeT index, FileStatus out);
    void octo_status_list_free(Pointer list);

    int octo_repo_log(Pointer repo, Bytes.ByValue path, SizeT limit, PointerByReference out, PointerByReference err);
    SizeT octo_log_list_count(Pointer list);
    int octo_log_list_get(Pointer list, SizeT index, LogEntry out);
    void octo_log_list_free(Pointer list);

    int octo_repo_open_file(Pointer repo, Bytes.ByValue rev, Bytes.ByValue path, PointerByReference out, PointerByReference err);
    long octo_file_len(Pointer file);
    int octo_file_read_at(Pointer file, long offset, ByteBuffer data, SizeT len, SizeT.ByReference done, PointerByReference err);
    void octo_file_free(Pointer file);

    /** A number as wide as C's size_t. */
    class SizeT extends IntegerType {
        private static final long serialVersionUID = 1L;

        public SizeT() {
            this(0);
        }

        SizeT(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }

        /** Room for one. */
        public static class ByReference extends com.sun.jna.ptr.ByReference {
            public ByReference() {
                super(Native.SIZE_T_SIZE);
            }

            int value() {
                return Native.SIZE_T_SIZE == 8 ? (int) getPointer().getLong(0) : getPointer().getInt(0);
            }
        }
    }

    /** octo_bytes. */
    @FieldOrder({"data", "len"})
    class Bytes extends Structure {
        public Pointer data;
        public SizeT len = new SizeT();

        /** As it is passed and returned. */
        public static class ByValue extends Bytes implements Structure.ByValue {}

        static ByValue of(String text) {
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            ByValue bytes = new ByValue();
            if (raw.length > 0) {
                com.sun.jna.Memory memory = new com.sun.jna.Memory(raw.length);
                memory.write(0, raw, 0, raw.length);
                bytes.data = memory;
                bytes.len = new SizeT(raw.length);
            }
            return bytes;
        }

        /** The text, copied: the bytes go with the handle that they came from. */
        String text() {
            return data == null ? "" : new String(data.getByteArray(0, len.intValue()), StandardCharsets.UTF_8);
        }
    }

    /** octo_pointer. */
    @FieldOrder({"oid", "size"})
    class FilePointer extends Structure {
        public byte[] oid = new byte[32];
        public long size;
    }

    /** octo_file_status. */
    @FieldOrder({"struct_size", "path", "state", "has_pointer", "staged", "cached", "pushed", "pointer"})
    class FileStatus extends Structure {
        public SizeT struct_size = new SizeT();
        public Bytes path;
        public int state;
        public byte has_pointer;
        public byte staged;
        public byte cached;
        public byte pushed;
        public FilePointer pointer;

        FileStatus() {
            struct_size = new SizeT(size());
        }
    }

    /** octo_log_entry. */
    @FieldOrder({"struct_size", "commit", "author", "subject", "time", "has_pointer", "pointer"})
    class LogEntry extends Structure {
        public SizeT struct_size = new SizeT();
        public Bytes commit;
        public Bytes author;
        public Bytes subject;
        public long time;
        public byte has_pointer;
        public FilePointer pointer;

        LogEntry() {
            struct_size = new SizeT(size());
        }
    }
}
