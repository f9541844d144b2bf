"""The calls of ../rust/embedding.rs in Python, with the same arguments and the same lines."""

import sys
import time

import numpy
import pyarrow

import octostore
from octostore import _native  # the way that a plain uniffi call takes, to compare with

SMALL, AROUND, TABLES = 64, 64 * 1024, 100
CALLS = 40_000


def timed(name, times, work):
    """`work` is a loop of `times` rounds: a call of a function for each would be timed with it."""
    wall, cpu = time.perf_counter(), time.process_time()
    work(times)
    print(name, f"{(time.perf_counter() - wall) / times:.12f}", f"{(time.process_time() - cpu) / times:.12f}", flush=True)


def small(repo, path, repeats):
    raw = repo.open_file(path, buffering=0)
    buffered = repo.open_file(path)
    middle = raw.size // 2
    buffer = bytearray(SMALL)

    def readinto_at(times):
        for n in range(times):
            raw.readinto_at(middle + n * SMALL % AROUND, buffer)

    def read_at(times):
        for n in range(times):
            raw.read_at(middle + n * SMALL % AROUND, SMALL)

    def read(times):
        buffered.seek(middle)
        for _ in range(times):
            buffered.read(SMALL)

    def uniffi(times):
        native = raw._native
        for _ in range(times):
            native.len()

    def uniffi_text(times):
        for _ in range(times):
            _native.has_feature("s3")

    def nothing(times):
        for _ in range(times):
            len(buffer)

    for _ in range(repeats):
        for work in (nothing, uniffi, uniffi_text, read, readinto_at, read_at):
            timed({"readinto_at": "small"}.get(work.__name__, work.__name__), CALLS, work)


def whole(repo, path, repeats):
    file = repo.open_file(path, buffering=0)
    into = numpy.ones(file.size, numpy.uint8)

    def readinto(_):
        file.seek(0)
        assert file.readinto(into) == file.size

    def view(_):
        with memoryview(file.read_at(0, file.size)) as data:
            assert data.nbytes == file.size

    for _ in range(repeats):
        timed("range", 1, readinto)
    into = None  # gives the memory back
    for _ in range(repeats):
        timed("fresh", 1, view)


def batches(reader):
    def work(times):
        for _ in range(times):
            reader.read_next_batch()

    return work


def tables(repo, path, repeats):
    table = octostore.Table(repo.read_rows(path))
    theirs = pyarrow.table(table)
    assert theirs.num_rows == table.rows == 1_000_000
    # Small batches, so that there are many of them.
    slices = octostore.Table(pyarrow.Table.from_batches(theirs.combine_chunks().to_batches(max_chunksize=1000)))

    def out(times):
        for _ in range(times):
            pyarrow.table(table)

    def into(times):
        for _ in range(times):
            octostore.Table(theirs)

    for _ in range(repeats):
        timed("table_out", TABLES, out)
        timed("table_in", TABLES, into)
        timed("next_batch", 1000, batches(pyarrow.RecordBatchReader.from_stream(slices)))


def peak():
    with open("/proc/self/status") as status:
        print("peak", next(line.split()[1] for line in status if line.startswith("VmHWM:")))


def main():
    what, repository, path, repeats = sys.argv[1:]
    {"small": small, "range": whole, "table": tables}[what](octostore.open(repository), path, int(repeats))
    peak()


main()
