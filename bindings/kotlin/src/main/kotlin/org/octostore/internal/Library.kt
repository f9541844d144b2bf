package org.octostore.internal

import com.sun.jna.Native
import org.octostore.ErrorCode
import org.octostore.OctostoreException
import org.octostore.uniffi.uniffiEnsureInitialized
import org.octostore.uniffi.version

/** The native library: out of the jar, or where `jna.library.path` says. */
internal object Library {
    private val problem: OctostoreException? = load()

    /** Fails if there is no library that these bindings can use. Every way in begins here. */
    fun ensure() {
        problem?.let { throw OctostoreException(it.code, it.message, it.hint, cause = it.cause) }
    }

    private fun load(): OctostoreException? =
        try {
            uniffiEnsureInitialized()
            Raw.register()
            version().takeIf { it != BINDINGS_VERSION }?.let { foreign("is version $it", null) }
        } catch (e: LinkageError) {
            when {
                // uniffi found another contract or other functions than these bindings were generated from.
                e is ExceptionInInitializerError -> foreign("does not have the functions of that version", e.cause ?: e)
                e.message.orEmpty().contains("looking up function") -> foreign("lacks a function of that version", e)
                else -> missing(e)
            }
        } catch (e: RuntimeException) {
            foreign("does not have the functions of that version", e)
        }

    private fun foreign(what: String, cause: Throwable?) = OctostoreException(
        ErrorCode.UNSUPPORTED,
        "the native library is not the one of these bindings, which are version $BINDINGS_VERSION: it $what",
        "Use the library that is in the jar of these bindings: look for another one in jna.library.path and for a second " +
            "octostore jar on the class path.",
        cause = cause,
    )

    private fun missing(cause: Throwable) = OctostoreException(
        ErrorCode.UNSUPPORTED,
        "there is no native library for this system: ${cause.message.orEmpty().lineSequence().first()}",
        "Use a jar that was built for ${com.sun.jna.Platform.RESOURCE_PREFIX}, or build the library and name its folder in " +
            "-Djna.library.path.",
        cause = cause,
    )
}

/**
 * The leaner road for hot calls: plain C functions of the same library by JNA's direct mapping.
 *
 * A uniffi method that gives bytes copies them three times; these write where the caller says.
 */
internal object Raw {
    const val DONE = 0

    fun register() {
        val override = System.getProperty("uniffi.component.octostore_uniffi.libraryOverride")
        Native.register(Raw::class.java, override ?: "octostore_uniffi")
    }

    /** As in `raw.rs`; all but the result are addresses and numbers of 64 bits, as every target of ours has them. */
    external fun octostore_raw_read_at(file: Long, offset: Long, buffer: Long, len: Long, out: Long): Int
}
