# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of files that are not mapped in: those that the page cache has are
marked, and they are those that mincore names in the process itself."""

import os
import subprocess
import sys

from lab import PAGE, ROOT, Lab, Tap, read_pagemap

NPAGES = 5000   # more than one window of 4096
KNOWN = {1, 2, 3, 10, 40, 41, 4000, 4095, 4096, 4097, NPAGES - 1}

# Maps the file twice, touches two pages of one mapping, and tells what mincore
# says of the other one, which nobody touches, whenever it is asked.
TARGET = """
import ctypes, mmap, os, sys
path, npages, page = sys.argv[1], int(sys.argv[2]), mmap.PAGESIZE
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_longlong]
fd = os.open(path, os.O_RDONLY)
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
maps = [libc.mmap(None, npages * page, 1, 1, fd, 0) for _ in range(2)]
for m in maps:      # MADV_RANDOM: a touch brings one page
    libc.madvise(ctypes.c_void_p(m), ctypes.c_size_t(npages * page), 1)
for i in (10, 40):
    ctypes.string_at(maps[1] + i * page, 1)
print(*maps, flush=True)
vec = (ctypes.c_ubyte * npages)()
for line in sys.stdin:
    libc.mincore(ctypes.c_void_p(maps[0]), ctypes.c_size_t(npages * page), vec)
    print(*[i for i in range(npages) if vec[i] & 1], flush=True)
"""


def make_file(lab):
    path = os.path.join(lab.folder, "cached")
    with open(path, "wb") as f:
        f.write(bytes(NPAGES * PAGE))
        f.flush()
        os.fsync(f.fileno())
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
    for i in sorted(KNOWN):
        os.pread(fd, 1, i * PAGE)
    os.close(fd)
    return path


class Target:
    def __init__(self, lab, path):
        self.p = lab.start([sys.executable, "-c", TARGET, path, str(NPAGES)],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)
        self.pid = self.p.pid
        self.maps = [int(s) for s in self.p.stdout.readline().split()]

    def mapped(self, i):
        """The kernel maps what is in memory around a touched page as well."""
        words = read_pagemap(self.pid, self.maps[i],
                             self.maps[i] + NPAGES * PAGE)
        return {k for k, word in enumerate(words) if word >> 63}

    def mincore(self):
        self.p.stdin.write("?\n")
        self.p.stdin.flush()
        return {int(s) for s in self.p.stdout.readline().split()}


def marked(lines, start):
    """(pages not mapped in that are marked, all that are not mapped in)"""
    cached, absent = set(), set()
    for run in lines:
        if run["kind"] != "pages" or run["state"] != "not-mapped":
            continue
        first = (int(run["start"], 16) - start) // PAGE
        pages = {i for i in range(first, first + run["pages"])
                 if 0 <= i < NPAGES}
        absent |= pages
        if "cached" in run["marks"]:
            cached |= pages
    return cached, absent


def steady(target, look):
    """LOOK's result while what mincore says did not change around it: others
    make the kernel drop pages."""
    for _ in range(20):
        before = target.mincore()
        result = look()
        if target.mincore() == before:
            break
    return before, result


def compare_pages(tap, lab, target, *args):
    label = " ".join(("pages",) + args)
    want, lines = steady(target, lambda: lab.report("-r", "pages", "-p",
                                                    target.pid, *args))
    got, absent = marked(lines, target.maps[0])
    tap.check(got == want and len(absent) == NPAGES,
              "%s: %d of %d as mincore in the process" % (
                  label, len(want), NPAGES), sorted(got ^ want))
    got, absent = marked(lines, target.maps[1])
    mapped = target.mapped(1)
    tap.check(got == want - mapped and len(mapped) >= 2 and
              len(absent) == NPAGES - len(mapped),
              "%s: what is mapped in has no such mark" % label,
              sorted(got ^ want))
    return want


def compare_regions(tap, lab, target):
    want, lines = steady(target, lambda: lab.report("-r", "regions", "--full",
                                                    "-p", target.pid))
    regions = {int(r["start"], 16): r for r in lines if r["kind"] == "region"}
    got = [regions[m]["cached"] for m in target.maps if m in regions]
    tap.check(got == [len(want - target.mapped(i)) * PAGE for i in (0, 1)],
              "regions --full: their sums", [got, len(want)])
    lines = lab.report("-r", "regions", "-p", target.pid)
    tap.check(all(r["cached"] is None for r in lines if r["kind"] == "region"),
              "regions: without --full nobody is asked")


def compare_recorded(tap, lab, target):
    """A recording has the answers for any other report."""
    path = os.path.join(lab.folder, "recording")
    want, _ = steady(target, lambda: lab.vmatlas_run(
        "-b", "-n", 1, "-w", path, "-p", target.pid))
    got, _ = marked(lab.report("-r", "pages", "-R", path), target.maps[0])
    tap.check(got == want, "a recording has it", sorted(got ^ want))


def check_unknown(tap, lab, target):
    lines = lab.report("-r", "pages", "--without", "map-files", "-p",
                       target.pid)
    got, _ = marked(lines, target.maps[0])
    told = [p for p in lines[-1]["problems"] if p.startswith("page cache:")]
    tap.check(not got and len(told) == 1, "what is not known is said",
              [got, lines[-1]])


def check_harmless(tap, lab, target, path):
    """Nothing was read in, nothing mapped in, and the file was not used."""
    before, stat = target.mincore(), os.stat(path)
    for args in ((), ("--without", "cachestat")):
        lab.report("-r", "pages", "-p", target.pid, *args)
    after = target.mincore()
    tap.check(after <= before and os.stat(path).st_atime_ns == stat.st_atime_ns,
              "asking changes nothing", [sorted(after - before)])


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("the page cache", "it takes root to ask about mapped files")
        tap.done()
        return
    path = make_file(lab)
    target = Target(lab, path)
    want = compare_pages(tap, lab, target)
    tap.check(want <= KNOWN and len(want) > 5,
              "the pages that were read are in the page cache",
              sorted(want ^ KNOWN))
    compare_pages(tap, lab, target, "--without", "cachestat")
    compare_regions(tap, lab, target)
    compare_recorded(tap, lab, target)
    check_unknown(tap, lab, target)
    check_harmless(tap, lab, target, path)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
