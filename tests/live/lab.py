# SPDX-License-Identifier: GPL-2.0-or-later
"""What the live tests share: settings that are put back however a test ends,
the zoo, vmatlas's lines, and the kernel's own files read independently."""

import atexit
import ctypes
import json
import mmap
import os
import pwd
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

PAGE = os.sysconf("SC_PAGESIZE")
NOBODY = pwd.getpwnam("nobody").pw_uid
ROOT = os.geteuid() == 0
# mkswap and swapon, whatever PATH a machine without a login has.
os.environ["PATH"] += ":/usr/sbin:/sbin"


class Tap:
    """Counts and prints; the plan comes last."""

    def __init__(self):
        self.n = 0

    def check(self, good, name, notes=()):
        self.n += 1
        for note in [] if good else list(notes)[:12]:
            print("# " + str(note))
        print("%s %d - %s" % ("ok" if good else "not ok", self.n, name),
              flush=True)
        return good

    def skip(self, name, reason):
        self.n += 1
        print("ok %d - %s # SKIP %s" % (self.n, name, reason), flush=True)

    def done(self):
        print("1..%d" % self.n, flush=True)


class Lab:
    """Undoes, last first, whatever was done, at exit and on signals."""

    def __init__(self):
        self.undo = []
        atexit.register(self.close)
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sig, lambda *_: sys.exit(1))
        # Not /tmp: a file there may live in memory.
        self.folder = tempfile.mkdtemp(prefix="vmatlas-live.", dir="/var/tmp")
        self.undo.append(lambda: shutil.rmtree(self.folder, True))
        os.chmod(self.folder, 0o755)
        # Where an unprivileged user can run it, wherever the tree lies.
        self.vmatlas = os.path.join(self.folder, "vmatlas")
        self.zoo = os.path.join(self.folder, "zoo")
        shutil.copy(os.environ.get("VMATLAS", "build/release/vmatlas"),
                    self.vmatlas)
        shutil.copy(os.environ.get("ZOO", "build/release/tests/live/zoo"),
                    self.zoo)

    def close(self):
        while self.undo:
            step = self.undo.pop()
            try:
                step()
            except OSError as e:
                print("# putting back: %s" % e, flush=True)

    def set_file(self, path, value):
        """Write VALUE to a settings file; False if that is not possible."""
        try:
            with open(path) as f:
                old = f.read().strip()
            with open(path, "w") as f:
                f.write(value)
        except OSError:
            return False
        self.undo.append(lambda: self.write(path, old))
        return True

    @staticmethod
    def write(path, value):
        with open(path, "w") as f:
            f.write(value)

    def start(self, argv, **kw):
        """A process of ours, killed at the end if it is still there."""
        p = subprocess.Popen(argv, **kw)

        def end():
            if p.poll() is None:
                p.kill()
                p.wait()
        self.undo.append(end)
        return p

    def make_swap(self):
        """Swap in a file of our own; the reason if it cannot be had."""
        path = os.path.join(self.folder, "swap")
        with open(path, "wb") as f:
            os.chmod(path, 0o600)
            for _ in range(32):
                f.write(bytes(1 << 20))
            f.flush()
            os.fsync(f.fileno())
        for cmd in (["mkswap", path], ["swapon", path]):
            r = subprocess.run(cmd, capture_output=True, text=True)
            if r.returncode:
                return r.stderr.strip() or "%s failed" % cmd[0]
        self.undo.append(lambda: subprocess.run(["swapoff", path]))
        return None

    def set_choice(self, path, value):
        """The same for a file that shows "one [two] three" for "two"."""
        try:
            with open(path) as f:
                old = [w for w in f.read().split() if w.startswith("[")]
        except OSError:
            return False
        if not old or not self.set_file(path, value):
            return False
        self.undo[-1] = lambda: self.write(path, old[0].strip("[]"))
        return True

    def make_gigantic(self):
        path = "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
        if not os.path.exists(path):
            return "no pages of 1G on this machine"
        with open(path) as f:
            have = int(f.read())
        if not self.set_file(path, str(have + 1)):
            return "the pool cannot be raised"
        with open(path) as f:
            return None if int(f.read()) > have else "no GiB in one piece"

    def make_folios(self):
        thp = "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
        return None if self.set_choice(thp, "madvise") else \
            "no folios of 64K in this kernel"

    def make_shmem(self):
        thp = "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
        return None if self.set_choice(thp, "advise") else \
            "no huge shared memory in this kernel"

    def make_hugetlb(self):
        path = "/proc/sys/vm/nr_hugepages"
        with open(path) as f:
            have = int(f.read())
        if not self.set_file(path, str(have + 8)):
            return "the pool cannot be raised"
        with open(path) as f:
            got = int(f.read())
        return None if got >= have + 8 else "no memory for the pool"

    def make_ksm(self):
        ksm = "/sys/kernel/mm/ksm/"
        if not os.path.exists(ksm + "run"):
            return "no KSM in this kernel"
        with open(ksm + "run") as f:
            was = f.read().strip()
        if not (self.set_file(ksm + "sleep_millisecs", "10") and
                self.set_file(ksm + "pages_to_scan", "5000")):
            return "KSM cannot be set up"
        if was == "0":
            # 2 parts what was merged before it stops.
            self.undo.append(lambda: self.write(ksm + "run", "0"))
            self.undo.append(lambda: self.write(ksm + "run", "2"))
        self.write(ksm + "run", "1")
        return None

    def vmatlas_run(self, *args, user=None, timeout=60, **kw):
        cmd = [self.vmatlas, *map(str, args)]
        if user:
            cmd = as_user(user) + cmd
        return subprocess.run(cmd, capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, cwd="/", **kw)

    def report(self, *args, **kw):
        """The JSON lines of a report.  Ends the test if there are none."""
        r = self.vmatlas_run("-b", "-f", "json", *args, **kw)
        lines = parse_lines(r.stdout)
        if r.returncode or not lines or lines[-1]["kind"] != "end":
            raise RuntimeError("vmatlas %s: status %d: %s" % (
                args, r.returncode, r.stderr.decode("utf-8", "replace")))
        self.stderr = r.stderr.decode("utf-8", "replace")
        return lines


def as_user(uid):
    return ["setpriv", "--reuid=%d" % uid, "--regid=%d" % uid,
            "--clear-groups", "--inh-caps=-all", "--"]


def parse_lines(data):
    return [json.loads(line) for line in data.decode("utf-8").splitlines()]


def process_state(pid):
    try:
        with open("/proc/%d/stat" % pid, "rb") as f:
            return f.read().rsplit(b")", 1)[1].split()[0].decode()
    except OSError:
        return None


def wait_state(pid, states, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process_state(pid) in states:
            return True
        time.sleep(0.01)
    return False


def wait_for(condition, what, process=None, seconds=30):
    """Until CONDITION() holds; gives up when PROCESS ends."""
    end = time.monotonic() + seconds
    while not condition():
        if process and process.poll() is not None:
            raise RuntimeError("%s: it ended" % what)
        if time.monotonic() > end:
            raise RuntimeError("%s: not in %d s" % (what, seconds))
        time.sleep(0.01)


class Region:
    def __init__(self, who, name, start, end, states):
        self.who, self.name = who, name
        self.start, self.end = int(start, 16), int(end, 16)
        self.expected = []      # for each page, the set of states allowed
        for part in states.split(","):
            names, count = part.split("*")
            self.expected += [set(names.split("|"))] * int(count)


class ZooSays:
    """What the zoo's lines say that it made."""

    def __init__(self, lines):
        self.pids, self.regions, self.absent = {}, [], []
        self.ready = False
        for line in lines:
            word = line.split()
            if word[0] == "ready":
                self.ready = True
                break
            if word[0] == "pid":
                self.pids[word[1]] = int(word[2])
            elif word[0] == "region":
                self.regions.append(Region(*word[1:]))
            elif word[0] == "absent":
                self.absent.append((word[1], " ".join(word[2:])))


class Zoo(ZooSays):
    """Runs the zoo until it has stopped itself."""

    def __init__(self, lab, words=(), user=None):
        folder = os.path.join(lab.folder, "zoo-files-%d" % (user or 0))
        os.mkdir(folder)
        if user:
            os.chown(folder, user, user)
        cmd = [lab.zoo, folder, *words]
        p = lab.start((as_user(user) if user else []) + cmd,
                      stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                      text=True, cwd="/")
        super().__init__(p.stdout)
        if not self.ready:
            raise RuntimeError("the zoo did not get ready")
        for pid in self.pids.values():
            if not wait_state(pid, "T"):
                raise RuntimeError("the zoo did not stop")


# ---- the kernel's own answers

def has_page_of_zeros():
    """Whether what is only read is one page for all, and so nobody's alone.
    Some kernels are started without: there a read brings a frame."""
    with mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as m:
        m.madvise(mmap.MADV_NOHUGEPAGE)
        m.read(1)
        at = ctypes.addressof(page := ctypes.c_char.from_buffer(m))
        word, = read_pagemap("self", at, at + PAGE)
        del page
    return not word & 1 << 56


# What vmatlas calls the figures of smaps.
SMAPS_FIELDS = {
    "rss": ("Rss",),
    "pss": ("Pss",),
    "uss": ("Private_Clean", "Private_Dirty"),
    "private": ("Private_Clean", "Private_Dirty"),
    "shared": ("Shared_Clean", "Shared_Dirty"),
    "anonymous": ("Anonymous",),
    "swap": ("Swap",),
    "swap_pss": ("SwapPss",),
    "ksm": ("KSM",),
    "anon_huge": ("AnonHugePages",),
    "hugetlb": ("Shared_Hugetlb", "Private_Hugetlb"),
    "locked": ("Locked",),
}
# The kernel prints these rounded down from parts of a byte.
ROUNDED = {"pss", "swap_pss", "locked"}


def kib(field, nbytes):
    if nbytes is None:
        return None
    if field not in ROUNDED and nbytes % 1024:
        return "%d bytes" % nbytes
    return nbytes // 1024


def parse_smaps(lines):
    """[(start, end, name, {field: kB}, set of VmFlags)]"""
    regions = []
    for line in lines:
        key, _, rest = line.partition(":")
        if " " not in key:
            if key == "VmFlags":
                regions[-1][4].update(rest.split())
            elif rest.endswith("kB"):
                regions[-1][3][key] = int(rest.split()[0])
            continue
        start, end = line.split(None, 1)[0].split("-")
        name = line.split(None, 5)[5] if len(line.split(None, 5)) > 5 else ""
        regions.append((int(start, 16), int(end, 16), name, {}, set()))
    return regions


def read_smaps(pid):
    with open("/proc/%d/smaps" % pid, "rb") as f:
        return parse_smaps(raw.decode("utf-8", "replace").rstrip("\n")
                           for raw in f)


def page_table(lines):
    """{va: (run, index of the page in it)} of the lines of pages; overlaps
    are told."""
    pages, twice = {}, []
    for run in lines:
        if run["kind"] != "pages":
            continue
        start = int(run["start"], 16)
        for i in range(run["pages"]):
            if start + i * PAGE in pages:
                twice.append("%x is in two runs" % (start + i * PAGE))
            pages[start + i * PAGE] = (run, i)
    return pages, twice


def compare_states(tap, zoo, who, pages, label=""):
    """Each page of each region that was made."""
    for region in zoo.regions:
        if region.who != who:
            continue
        bad = []
        for i, allowed in enumerate(region.expected):
            run = pages.get(region.start + i * PAGE)
            got = run[0]["state"] if run else "no run"
            if got not in allowed:
                bad.append("page %d: %s, made %s" % (
                    i, got, "|".join(sorted(allowed))))
        tap.check(not bad, "%s%s: %s is what was made" % (
            label, who, region.name), bad)


def read_rollup(pid):
    fields = {}
    with open("/proc/%d/smaps_rollup" % pid) as f:
        for line in f.read().splitlines()[1:]:
            key, rest = line.split(":")
            fields[key] = int(rest.split()[0])
    return fields


def read_pagemap(pid, start, end):
    with open("/proc/%s/pagemap" % pid, "rb", 0) as f:
        f.seek(start // PAGE * 8)
        data = b""
        while len(data) < (end - start) // PAGE * 8:
            more = f.read((end - start) // PAGE * 8 - len(data))
            if not more:
                break
            data += more
    return struct.unpack("=%dQ" % (len(data) // 8), data)
