import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The same as src/Example.java with what Java itself has since version 22, and no dependency at all:
 *
 *     java --enable-native-access=ALL-UNNAMED Ffm.java FOLDER FILE
 *
 * OCTOSTORE_LIBRARY names the library. jextract writes such declarations from octostore.h; these are by hand, to be read. A
 * size_t is a long: this is for 64-bit systems.
 */
class Ffm {
    static final String[] STATES = {"present", "pointer", "modified", "deleted", "untracked"};
    static final Arena EVER = Arena.global();
    static final SymbolLookup LIB = SymbolLookup.libraryLookup(System.getenv("OCTOSTORE_LIBRARY"), EVER);

    static final StructLayout BYTES = MemoryLayout.structLayout(ADDRESS.withName("data"), JAVA_LONG.withName("len"));
    static final StructLayout POINTER =
            MemoryLayout.structLayout(MemoryLayout.sequenceLayout(32, JAVA_BYTE).withName("oid"), JAVA_LONG.withName("size"));
    static final StructLayout FILE_STATUS = MemoryLayout.structLayout(
            JAVA_LONG.withName("struct_size"), BYTES.withName("path"), JAVA_INT.withName("state"),
            JAVA_BYTE.withName("has_pointer"), JAVA_BYTE.withName("staged"), JAVA_BYTE.withName("cached"),
            JAVA_BYTE.withName("pushed"), POINTER.withName("pointer"));
    static final StructLayout LOG_ENTRY = MemoryLayout.structLayout(
            JAVA_LONG.withName("struct_size"), BYTES.withName("commit"), BYTES.withName("author"), BYTES.withName("subject"),
            JAVA_LONG.withName("time"), JAVA_BYTE.withName("has_pointer"), MemoryLayout.paddingLayout(7),
            POINTER.withName("pointer"));

    /** What went wrong. */
    static class OctoException extends Exception {
        OctoException(String text) {
            super(text);
        }
    }

    /** An octo_bytes, which is passed by value; other segments are passed by their address. */
    record Text(MemorySegment bytes) {}

    /** A call whose last two arguments, a result and an error, are added here. */
    static MemorySegment check(Arena arena, String name, Object... given) throws Throwable {
        MemorySegment out = arena.allocate(ADDRESS);
        MemorySegment err = arena.allocate(ADDRESS);
        MemoryLayout[] layouts = new MemoryLayout[given.length + 2];
        Object[] all = new Object[given.length + 2];
        for (int i = 0; i < given.length; i++) {
            all[i] = given[i] instanceof Text text ? text.bytes : given[i];
            layouts[i] = given[i] instanceof Long ? JAVA_LONG : given[i] instanceof Text ? BYTES : ADDRESS;
        }
        layouts[given.length] = layouts[given.length + 1] = ADDRESS;
        all[given.length] = out;
        all[given.length + 1] = err;
        int status = (int) function(name, FunctionDescriptor.of(JAVA_INT, layouts)).invokeWithArguments(all);
        if (status != 0) {
            throw failure(status, err.get(ADDRESS, 0));
        }
        return out.get(ADDRESS, 0);
    }

    static OctoException failure(int status, MemorySegment error) throws Throwable {
        MemorySegment name = (MemorySegment) function("octo_status_name", FunctionDescriptor.of(ADDRESS, JAVA_INT)).invoke(status);
        String code = name.reinterpret(Long.MAX_VALUE).getString(0);
        String said = code + ": " + errorText("octo_error_message", error) + " " + errorText("octo_error_hint", error);
        free("octo_error_free", error);
        return new OctoException(said);
    }

    static String errorText(String name, MemorySegment error) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle call = function(name, FunctionDescriptor.of(BYTES, ADDRESS));
            return text((MemorySegment) call.invokeWithArguments(arena, error), 0);
        }
    }

    static MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(LIB.find(name).orElseThrow(), type);
    }

    static void free(String name, MemorySegment handle) throws Throwable {
        function(name, FunctionDescriptor.ofVoid(ADDRESS)).invokeWithArguments(handle);
    }

    static Text bytes(Arena arena, String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment bytes = arena.allocate(BYTES);
        bytes.set(ADDRESS, 0, arena.allocateFrom(JAVA_BYTE, raw));
        bytes.set(JAVA_LONG, 8, raw.length);
        return new Text(bytes);
    }

    /** The octo_bytes at an offset as text, copied: they go with the handle that they came from. */
    static String text(MemorySegment struct, long offset) {
        long length = struct.get(JAVA_LONG, offset + 8);
        byte[] raw = struct.get(ADDRESS, offset).reinterpret(length).toArray(JAVA_BYTE);
        return new String(raw, StandardCharsets.UTF_8);
    }

    static long at(StructLayout layout, String field) {
        return layout.byteOffset(MemoryLayout.PathElement.groupElement(field));
    }

    interface Item {
        String line(MemorySegment item);
    }

    static void printList(Arena arena, String name, MemorySegment list, StructLayout layout, Item item) throws Throwable {
        long count = (long) function(name + "_count", FunctionDescriptor.of(JAVA_LONG, ADDRESS)).invoke(list);
        MethodHandle get = function(name + "_get", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
        MemorySegment room = arena.allocate(layout);
        for (long i = 0; i < count; i++) {
            room.set(JAVA_LONG, 0, layout.byteSize());
            if ((int) get.invoke(list, i, room) == 0) {
                System.out.println(item.line(room));
            }
        }
        free(name + "_free", list);
    }

    static String read(Arena arena, MemorySegment repo, String rev, String path, long offset, long count) throws Throwable {
        MemorySegment file = check(arena, "octo_repo_open_file", repo, bytes(arena, rev), bytes(arena, path));
        MemorySegment room = arena.allocate(count);
        // Its result is a number: a size_t where others write a handle.
        long done = check(arena, "octo_file_read_at", file, offset, room, count).address();
        free("octo_file_free", file);
        return new String(room.asSlice(0, done).toArray(JAVA_BYTE), StandardCharsets.UTF_8).replace("\n", "\\n");
    }

    static void use(Arena arena, MemorySegment repo, String path) throws Throwable {
        MemorySegment files = check(arena, "octo_repo_status", repo, MemorySegment.NULL);
        printList(arena, "octo_status_list", files, FILE_STATUS, f -> {
            String state = STATES[f.get(JAVA_INT, at(FILE_STATUS, "state"))];
            long size = f.get(JAVA_LONG, at(FILE_STATUS, "pointer") + at(POINTER, "size"));
            return state + " " + text(f, at(FILE_STATUS, "path")) + " " + size;
        });
        MemorySegment changes = check(arena, "octo_repo_log", repo, bytes(arena, path), 0L);
        printList(arena, "octo_log_list", changes, LOG_ENTRY,
                e -> text(e, at(LOG_ENTRY, "subject")) + ", " + text(e, at(LOG_ENTRY, "author")));
        System.out.println(read(arena, repo, "HEAD~1", path, 2, 8));
        read(arena, repo, "HEAD", "data/none.csv", 0, 1);
    }

    public static void main(String[] args) throws Throwable {
        MemorySegment version = (MemorySegment) function("octo_version", FunctionDescriptor.of(ADDRESS)).invoke();
        System.out.println("octostore " + version.reinterpret(Long.MAX_VALUE).getString(0));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = check(arena, "octo_context_new", MemorySegment.NULL);
            MemorySegment repo = check(arena, "octo_repo_open", context, bytes(arena, args[0]));
            free("octo_context_free", context);
            try {
                use(arena, repo, args[1]);
            } catch (OctoException e) {
                System.out.println(e.getMessage());
            } finally {
                free("octo_repo_free", repo);
            }
        }
    }
}
