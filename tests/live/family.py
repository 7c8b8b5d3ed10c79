# SPDX-License-Identifier: GPL-2.0-or-later
"""A family of processes that share in every way there is, all stopped: a
parent, two children of a fork, and one that only has files in common.  And
what a brute-force reading of their pagemaps says about them."""

import ctypes
import mmap
import os
import signal

from lab import PAGE, wait_state, read_pagemap

PAGES = 48              # of each region
PRESENT = 1 << 63
FRAME = (1 << 55) - 1
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def address(m):
    return ctypes.addressof(ctypes.c_char.from_buffer(m))


def fill(m, pages, seed):
    for i in pages:
        m[i * PAGE:i * PAGE + 16] = b"%16d" % (seed + i)


def private(n=PAGES):
    m = mmap.mmap(-1, n * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    m.madvise(15)       # MADV_NOHUGEPAGE
    return m


class Family:
    """pids: parent, writer, reader, stranger.  regions: name to (address,
    pages) in the first three.

    forked    written before the forks; the writer wrote its first half anew
    own       written by each after the forks
    shm       shared anonymous memory, all of it touched by all
    memfd     a memfd: parent all, writer the first half, stranger the last
    sysv      SysV shared memory, parent and reader
    file      a file mapped privately and read by all four; the writer wrote
              its first quarter
    zero      read but never written
    """

    def __init__(self, lab):
        self.pids, self.regions, self.lab = {}, {}, lab
        self.path = os.path.join(lab.folder, "family-file")
        with open(self.path, "wb") as f:
            for i in range(PAGES):
                f.write(b"%16d" % i + bytes(PAGE - 16))
            f.flush()
            os.fsync(f.fileno())
        out, self.tell = os.pipe()
        parent = self.fork(self.be_parent)
        lab.undo.append(self.end)
        self.pids["parent"] = parent
        with os.fdopen(out) as f:
            for line in f:
                words = line.split()
                if words[0] == "ready":
                    break
                if words[0] == "pid":
                    self.pids[words[1]] = int(words[2])
                else:
                    self.regions[words[1]] = int(words[2], 16), PAGES
            else:
                raise RuntimeError("the family did not get ready")
        for pid in self.pids.values():
            if not wait_state(pid, "T"):
                raise RuntimeError("the family did not stop")

    def fork(self, run):
        pid = os.fork()
        if pid:
            return pid
        # What the lab undoes is not for this process to undo.
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sig, signal.SIG_DFL)
        try:
            run()
        finally:
            os._exit(1)

    def end(self):
        for name in ("writer", "reader", "stranger", "parent"):
            if name in self.pids:
                os.kill(self.pids[name], signal.SIGKILL)
        if "parent" in self.pids:
            os.waitpid(self.pids["parent"], 0)

    def say(self, text):
        os.write(self.tell, text.encode() + b"\n")

    def rest(self):
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)

    def be_parent(self):
        # Ours may be led from outside this pid namespace: then it has no
        # number here.
        os.setsid()
        self.maps = {"forked": private(), "own": private(),
                     "zero": private(),
                     "shm": mmap.mmap(-1, PAGES * PAGE)}
        fd = os.memfd_create("family")
        os.ftruncate(fd, PAGES * PAGE)
        self.maps["memfd"] = mmap.mmap(fd, PAGES * PAGE)
        with open(self.path, "rb") as f:
            self.maps["file"] = mmap.mmap(f.fileno(), PAGES * PAGE,
                                          mmap.MAP_PRIVATE,
                                          mmap.PROT_READ | mmap.PROT_WRITE)
        shm = libc.shmget(0, ctypes.c_size_t(PAGES * PAGE), 0o1600)
        where = libc.shmat(shm, None, 0)
        libc.shmctl(shm, 0, None)       # IPC_RMID: gone with its last user
        for name in self.maps:
            self.say("region %s %x" % (name, address(self.maps[name])))
        self.say("region sysv %x" % where)
        ctypes.memset(where, 7, PAGES * PAGE)
        everything = range(PAGES)
        fill(self.maps["forked"], everything, 1000)
        fill(self.maps["shm"], everything, 2000)
        fill(self.maps["memfd"], everything, 3000)
        self.look("file", everything)
        self.look("zero", everything)
        self.where = where
        for name, run in (("writer", self.be_writer),
                          ("reader", self.be_reader)):
            pid = self.fork(run)
            self.say("pid %s %d" % (name, pid))
            wait_state(pid, "T")
        pid = self.fork(lambda: self.be_stranger(fd))
        self.say("pid stranger %d" % pid)
        wait_state(pid, "T")
        fill(self.maps["own"], everything, 4000)
        self.say("ready")
        self.rest()

    def look(self, name, pages):
        return sum(self.maps[name][i * PAGE] for i in pages)

    def be_writer(self):
        fill(self.maps["forked"], range(PAGES // 2), 5000)
        fill(self.maps["own"], range(PAGES), 6000)
        fill(self.maps["file"], range(PAGES // 4), 7000)
        self.look("shm", range(PAGES))
        self.look("memfd", range(PAGES // 2))
        self.rest()

    def be_reader(self):
        fill(self.maps["own"], range(PAGES), 8000)
        self.look("shm", range(PAGES))
        ctypes.string_at(self.where, PAGES * PAGE)
        self.look("file", range(PAGES))
        self.rest()

    def be_stranger(self, fd):
        """Another program, that is given nothing but the memfd."""
        os.dup2(fd, 100)
        os.set_inheritable(100, True)
        os.execv("/proc/self/exe", ["python3", "-B", "-S", "-c", STRANGER,
                                    self.path, str(PAGES * PAGE)])

    # ---- what their pagemaps say

    def frames(self, who):
        """{address: frame} of all that is present, read page by page."""
        found = {}
        pid = self.pids[who]
        with open("/proc/%d/maps" % pid) as f:
            lines = f.read().splitlines()
        for line in lines:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if end >= 1 << 63:
                continue        # [vsyscall] is in no pagemap
            for i, word in enumerate(read_pagemap(pid, start, end)):
                if word & PRESENT:
                    found[start + i * PAGE] = word & FRAME
        return found


STRANGER = """
import mmap, os, signal, sys
n = int(sys.argv[2])
m = mmap.mmap(100, n)
f = os.open(sys.argv[1], os.O_RDONLY)
p = mmap.mmap(f, n, mmap.MAP_PRIVATE, mmap.PROT_READ)
x = sum(m[i] for i in range(n // 2, n, mmap.PAGESIZE))
x += sum(p[i] for i in range(0, n, mmap.PAGESIZE))
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
"""
