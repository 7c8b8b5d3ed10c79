# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes to be looked at, and what of the machine they need."""
import contextlib
import os
import subprocess

from line import VMATLAS

TOOLS = os.environ.get("BENCH_TOOLS") or \
    os.path.join(os.path.dirname(VMATLAS), "tests/bench")
PAGE = os.sysconf("SC_PAGE_SIZE")
GIB, MIB = 1 << 30, 1 << 20
# What a large process leaves to everybody else.
SPARE = 2 * GIB


class CannotRun(Exception):
    """This machine has not got what a row needs; the text says what."""


def number_in(path, default=None):
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return default


def available():
    with open("/proc/meminfo", encoding="ascii") as file:
        for text in file:
            if text.startswith("MemAvailable:"):
                return int(text.split()[1]) << 10
    return 0


def fitting(nbytes):
    """NBYTES, or as much as this machine can hold now, in steps of 2 MiB,
    and a note if that is less."""
    room = max(available() - SPARE, available() // 4)
    if nbytes <= room:
        return nbytes, ""
    room &= -(2 * MIB)
    return room, (f"scaled down from {nbytes / GIB:g} GiB: "
                  "too little memory is free")


@contextlib.contextmanager
def setting(path, wanted):
    """The kernel's setting PATH raised to WANTED, and put back in any case;
    yields what the kernel made of it."""
    before = number_in(path)
    if before is None:
        raise CannotRun(f"there is no {path}")
    if before >= wanted:
        yield before
        return
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write(str(wanted))
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}") from error
    try:
        yield number_in(path, 0)
    finally:
        with open(path, "w", encoding="ascii") as file:
            file.write(str(before))


def as_load():
    """If memory runs out after all, let it be the target that ends."""
    with contextlib.suppress(OSError):
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")


class Load:
    """tests/bench/load in a state, as a context manager."""

    def __init__(self, *args, cpu=None):
        self.args = [os.path.join(TOOLS, "load"), *map(str, args)]
        self.cpu = cpu
        self.child = None

    def prepare(self):
        as_load()
        if self.cpu is not None:
            os.sched_setaffinity(0, {self.cpu})

    def __enter__(self):
        # What it says when it fails goes to our standard error.
        self.child = subprocess.Popen(
            self.args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=self.prepare, bufsize=0)
        if self.child.stdout.readline() != b"ready\n":
            self.__exit__()
            raise CannotRun("not ready: " + " ".join(self.args[1:]))
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    @property
    def pid(self):
        return self.child.pid

    def ask(self):
        """A line of its answer to a line of input."""
        self.child.stdin.write(b"\n")
        return [int(word) for word in self.child.stdout.readline().split()]


def cpu_ticks(pid):
    """User and system time of a process and all of its threads."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def kib_in(path, *names):
    """Sum of the named lines of a file such as smaps_rollup, in bytes."""
    with open(path, encoding="utf-8") as file:
        return sum(int(text.split()[1]) << 10 for text in file
                   if text.split(":")[0] in names)
