package org.octostore

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path

/** What a program sees whose native library is not that of its bindings: a program of its own, as a library is loaded once. */
class VersionTest {
    @TempDir
    lateinit var top: Path

    /** The library of this build, but for what [c] defines in its place. */
    private fun library(c: String): Path {
        val real = javaClass.classLoader.getResource("${com.sun.jna.Platform.RESOURCE_PREFIX}/${System.mapLibraryName("octostore_uniffi")}")
        val source = Files.writeString(top.resolve("other.c"), c)
        val needed = if ("nothing" in c) emptyArray() else arrayOf(Path.of(real!!.toURI()).toString())
        sh(top, "cc", "-shared", "-fPIC", "-o", System.mapLibraryName("octostore_uniffi"), "$source", *needed)
        return top
    }

    private fun run(libraries: Path): List<String> {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val classes = System.getProperty("java.class.path")
        // Newer JVMs warn on the standard error of every library that is loaded.
        val process = ProcessBuilder(java, "-cp", classes, "-Djna.library.path=$libraries", "org.octostore.VersionTestKt")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
        return String(process.inputStream.readAllBytes()).trim().lines().also { assertEquals(0, process.waitFor()) }
    }

    @Test
    fun `a library of another version is refused with both versions`() {
        val other = """
            #include <stdint.h>
            typedef struct { uint64_t capacity, len; uint8_t *data; } buffer;
            typedef struct { int32_t len; const char *data; } bytes;
            buffer ffi_octostore_uniffi_rustbuffer_from_bytes(bytes, void *);
            buffer uniffi_octostore_uniffi_fn_func_version(void *status) {
                return ffi_octostore_uniffi_rustbuffer_from_bytes((bytes){5, "9.8.7"}, status);
            }
        """.trimIndent()
        val said = run(library(other))
        assertEquals("unsupported", said[0])
        assertTrue("9.8.7" in said[1] && "version 0.1.0" in said[1], said[1])
        assertTrue("jna.library.path" in said[2])
    }

    @Test
    fun `a library made by another uniffi is refused`() {
        val said = run(library("int ffi_octostore_uniffi_uniffi_contract_version(void) { return 1; }"))
        assertEquals("unsupported", said[0])
        assertTrue("not the one of these bindings" in said[1], said[1])
    }

    @Test
    fun `a library that lacks functions is refused`() {
        val said = run(library("int main_of_nothing;"))
        assertEquals("unsupported", said[0])
        assertTrue("not the one of these bindings" in said[1], said[1])
    }

    @Test
    fun `the library of this build is taken`() {
        assertEquals(listOf("ok 0.1.0"), run(top.resolve("nothing-here")))
    }
}

/** The other program: opens a repository and tells how it went; every attempt fails alike. */
fun main() {
    try {
        println("ok ${Octostore.version}")
    } catch (e: OctostoreException) {
        check(codeOf { Octostore.hasFeature("s3") } == e.code && codeOf { Context() } == e.code)
        println("${e.code.label}\n${e.message}\n${e.hint}")
    }
}
