"""One shell command, timed as the kernel saw it, and the sizes of folders."""
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


class StepFailed(Exception):
    """A command ended with an error or did not end in time; the text says which and shows its last lines."""


@dataclass
class Cost:
    """CPU counts the command and all descendants that were waited for; RSS is that of the largest of them."""
    wall: float
    cpu: float
    rss_bytes: int


# A process counts the memory of the one that it was forked from, until its exec, as its own peak: a step started by Python
# itself would never show less than Python's. GNU time is small.
TIME = "/usr/bin/time"


def run(command, folder, environment, timeout):
    """Runs `command` in bash and returns its Cost. Dirty pages of what went before are written out first."""
    if not os.path.exists(TIME):
        raise StepFailed(f"{TIME} is missing: install Debian's package `time`")
    os.sync()
    log_path, rss_path = (os.path.join(environment["HOME"], name) for name in ("step.log", "step.rss"))
    with open(log_path, "wb") as log:
        begun = time.monotonic()
        process = subprocess.Popen([TIME, "--quiet", "--format=%M", f"--output={rss_path}", "bash", "-euo", "pipefail", "-c", command],
                                   cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
        late = threading.Event()

        def stop():
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, stop)
        timer.start()
        # wait4, not Popen.wait: only it gives this child's use of resources apart from its siblings'.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        why = f"stopped after {timeout:.0f} s" if late.is_set() else f"exit {process.returncode}"
        raise StepFailed(f"{command}: {why}: {last_lines(log_path)}")
    with open(rss_path) as file:
        return Cost(wall, usage.ru_utime + usage.ru_stime, int(file.read().split()[-1]) * 1024)


def last_lines(path):
    with open(path, errors="replace") as file:
        return " / ".join(line.strip() for line in file.read()[-800:].splitlines()[-4:])


def folder_bytes(*folders, without=()):
    """Bytes of all regular files below `folders`, a hard-linked file once, those below `without` not at all."""
    seen, total = set(), 0
    for folder in folders:
        for where, names, files in os.walk(folder):
            names[:] = [name for name in names if os.path.join(where, name) not in without]
            for name in files:
                status = os.lstat(os.path.join(where, name))
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_size
    return total
