# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of the real world in folders of their own, run by nobody, ended
whatever happens; and what a brute-force reading of all their pages says."""

import glob
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

from lab import NOBODY, PAGE, process_state, read_pagemap, wait_for

PRESENT, ALONE, FILE = 1 << 63, 1 << 56, 1 << 61
FRAME = (1 << 55) - 1
ANON, SWAPBACKED, ZERO, EXCLUSIVE = 1 << 12, 1 << 14, 1 << 24, 1 << 34


def read_maps(pid):
    """[(start, end, rights, inode, name)] of what pagemap knows."""
    with open("/proc/%d/maps" % pid) as f:
        lines = [line.split(None, 5) for line in f.read().splitlines()]
    rows = [[int(x, 16) for x in words[0].split("-")] +
            [words[1], int(words[4]), words[5] if len(words) > 5 else ""]
            for words in lines]
    return [row for row in rows if row[1] < 1 << 63]    # not [vsyscall]


def read_words(pid, wanted=lambda name, inode: True):
    """{address: pagemap entry} of all that is present, page by page."""
    found = {}
    for start, end, _, inode, name in read_maps(pid):
        if not wanted(name, inode):
            continue
        for i, word in enumerate(read_pagemap(pid, start, end)):
            if word & PRESENT:
                found[start + i * PAGE] = word
    return found


def read_frame_words(name, frames):
    """{frame: word} of /proc/kpageflags or kpagecount, 1024 at a time."""
    found = {}
    with open("/proc/" + name, "rb", 0) as f:
        for base in sorted({pfn >> 10 << 10 for pfn in frames}):
            f.seek(base * 8)
            data = f.read(1024 * 8)
            words = struct.unpack("=%dQ" % (len(data) // 8), data)
            found.update((base + i, w) for i, w in enumerate(words)
                         if base + i in frames)
    return found


def common(lab, a, b):
    """Pages of two processes as compare says: only A, only B, both."""
    r = next(r for r in lab.report("-r", "compare", "-p", a, "-p", b)
             if r["kind"] == "compare")
    assert (r["a"], r["b"]) == (a, b)
    return tuple(r[key] // PAGE for key in ("only_a", "only_b", "both"))


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(word) for word in f.read().split()]


def wait_stopped(pid):
    """All of its threads, not just the first."""
    def stopped():
        states = []
        for path in glob.glob("/proc/%d/task/*/stat" % pid):
            with open(path, "rb") as f:
                states.append(f.read().rsplit(b")", 1)[1].split()[0])
        return states and all(s in (b"T", b"Z") for s in states)
    wait_for(stopped, "process %d stops" % pid)


def stop(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        wait_stopped(pid)


def go_on(pids):
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


class Server:
    """A server program as nobody in a folder of its own.

    Stopped or not, it and its children are killed when the lab closes."""

    def __init__(self, lab, name):
        self.folder = os.path.join(lab.folder, name)
        os.mkdir(self.folder, 0o700)
        os.chown(self.folder, NOBODY, NOBODY)
        self.lab = lab

    def start(self, argv, **kw):
        # A group of its own: what it forks is ended with it.
        self.p = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.folder, user=NOBODY,
            group=NOBODY, extra_groups=[], start_new_session=True, **kw)
        self.pid = self.p.pid
        self.lab.undo.append(self.end)

    def end(self):
        # Servers put their children into sessions of their own.
        pids = [self.pid]
        try:
            pids += children_of(self.pid)
        except OSError:
            pass
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.p.wait()
        wait_for(lambda: all(process_state(pid) in (None, "Z")
                             for pid in pids), "the server ends")


# ---- Redis

def redis_program():
    """One file is the server and the tool that checks its files, and goes by
    the name it is called with: Debian's redis-tools has it without the
    service that redis-server would start."""
    return shutil.which("redis-server") or shutil.which("redis-check-rdb")


class Redis(Server):
    def __init__(self, lab, *options):
        super().__init__(lab, "redis")
        path = os.path.join(self.folder, "socket")
        self.start(["redis-server", "--port", "0", "--unixsocket", path,
                    "--dir", self.folder, "--save", "",
                    *options],
                   executable=redis_program())
        self.socket = socket.socket(socket.AF_UNIX)
        wait_for(lambda: not self.socket.connect_ex(path), "Redis answers",
                 self.p)
        self.socket.settimeout(60)
        self.stream = self.socket.makefile("rwb", 0)

    def command(self, *words):
        parts = [str(word).encode() for word in words]
        self.stream.write(b"*%d\r\n" % len(parts) + b"".join(
            b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        line = self.stream.readline().decode().rstrip()
        if line.startswith("-"):
            raise RuntimeError("Redis: %s: %s" % (words, line))
        if not line.startswith("$") or line == "$-1":
            return line[1:]
        left, data = int(line[1:]) + 2, b""
        while len(data) < left:
            data += self.stream.read(left - len(data))
        return data[:-2].decode()

    def fill(self, nkeys, nbytes):
        self.command("EVAL", "for i = 1, ARGV[1] do redis.call('SET', "
                     "'key:' .. i, string.rep('x', ARGV[2])) end return 1",
                     0, nkeys, nbytes)

    def write(self, keys):
        """Change the first byte of each."""
        for key in keys:
            self.command("SETRANGE", "key:%d" % key, 0, "y")

    def info(self, section):
        lines = self.command("INFO", section).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


# ---- PostgreSQL

def postgres_programs():
    """The folder of the newest that is installed, or None."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    found.sort(key=lambda path: int(path.split("/")[-3].split(".")[0]))
    return os.path.dirname(found[-1]) if found else None


class Postgres(Server):
    def __init__(self, lab, *settings):
        super().__init__(lab, "postgres")
        self.programs = postgres_programs()
        data = os.path.join(self.folder, "data")
        # Where the server says which SysV segment it has.
        self.lock = os.path.join(data, "postmaster.pid")
        subprocess.run([self.programs + "/initdb", "--no-sync", "-A", "trust",
                        "-U", "nobody", "--locale=C", "-E", "UTF8", data],
                       check=True, timeout=60, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, cwd=self.folder,
                       user=NOBODY, group=NOBODY, extra_groups=[])
        options = ["listen_addresses=", "fsync=off", "autovacuum=off",
                   "unix_socket_directories=" + self.folder, *settings]
        self.start([self.programs + "/postgres", "-D", data] +
                   [word for o in options for word in ("-c", o)])
        self.clients = []
        wait_for(lambda: not subprocess.run(
            [self.programs + "/pg_isready", "-q", "-h", self.folder]
        ).returncode, "PostgreSQL answers", self.p)

    def connect(self):
        """Another connection, whose backend stays until the end."""
        p = self.lab.start(
            [self.programs + "/psql", "-qAtX", "-h", self.folder, "-U",
             "nobody", "-d", "postgres"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.clients.append(p)
        return p

    @staticmethod
    def ask(client, query):
        """The first line of the answer to QUERY."""
        client.stdin.write(query + ";\n")
        client.stdin.flush()
        return client.stdout.readline().strip()

    def end(self):
        """Killed it would leave shared memory behind: SysV's and posix's."""
        try:
            go_on([self.pid] + children_of(self.pid))
            self.p.send_signal(signal.SIGQUIT)      # at once
            self.p.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            with open(self.lock) as f:
                segment = f.read().splitlines()[6].split()[1]
            subprocess.run(["ipcrm", "-m", segment])
        super().end()
