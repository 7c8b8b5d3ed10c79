# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon a key is answered while a process of 4 GiB is being read."""
import mmap
import os
import signal
import statistics
import time

from line import Line

BOUND_MS = 50
KEYS = 60


def available():
    with open("/proc/meminfo", encoding="ascii") as file:
        for text in file:
            if text.startswith("MemAvailable:"):
                return int(text.split()[1]) << 10
    return 0


def be_large(nbytes, advice, ready):
    memory = mmap.mmap(-1, nbytes, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(advice)
    step = 1 << 30
    for start in range(0, nbytes, step):
        end = min(start + step, nbytes)
        memory[start:end:4096] = b"x" * ((end - start + 4095) // 4096)
    os.write(ready, b"r")
    while True:
        signal.pause()


def large_process(nbytes, advice=mmap.MADV_NOHUGEPAGE):
    end, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            be_large(nbytes, advice, ready)
        finally:
            os._exit(1)
    os.close(ready)
    if os.read(end, 1) != b"r":
        raise RuntimeError("the large process did not start")
    os.close(end)
    return pid


def times(pid):
    """Milliseconds from each key to its answer's first byte, from the start
    on: the first read of a process is what takes long."""
    # Every second key is back to where it was, so each has an answer.  A
    # refresh of its own might be taken for one: there is none.
    line = Line(["-d", "3600", str(pid)])
    while True:
        part = line.read(10)
        if not part:
            raise RuntimeError("vmatlas shows nothing")
        if b"virtual" in part:
            break
    out = []
    for i in range(KEYS):
        while line.read(0):
            pass
        start = time.monotonic()
        line.type("C" if i & 1 else "c")
        if not line.read(10):
            raise RuntimeError("a key has no answer")
        out.append((time.monotonic() - start) * 1000)
        time.sleep(0.02)
    line.close()
    return sorted(out)


def rows():
    nbytes = min(4 << 30, available() // 2) & -(1 << 20)
    pid = large_process(nbytes)
    try:
        found = times(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    on = f"a process of {nbytes / (1 << 30):.1f} GiB, being read"
    for what, value in (("a key's answer, median", statistics.median(found)),
                        ("a key's answer, 99th percentile",
                         found[int(len(found) * 0.99)])):
        yield {"what": what, "on": on, "terminal": "xterm-256color",
               "measured": value, "bound": BOUND_MS, "unit": "ms"}
