// The lean calls of the library (bindings/uniffi/src/raw.rs): plain C functions beside the generated ones.
#ifndef OCTOSTORE_RAW_H
#define OCTOSTORE_RAW_H

#include <stddef.h>
#include <stdint.h>

// Reads at `offset` until `len` bytes are at `buffer` or the file ends. Gives 0 and the number of bytes in `out`, or 1 and
// a ticket for `throwRaw`. `file` is what `FileReader.address` gave.
int32_t octostore_raw_read_at(const void *file, uint64_t offset, uint8_t *buffer, size_t len, uint64_t *out);

#endif
