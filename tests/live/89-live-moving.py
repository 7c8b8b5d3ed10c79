# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes whose pages and regions move while they are read: what is said of
them still adds up, and no page is called what it cannot be."""

import json
import subprocess
import sys

from lab import PAGE, ROOT, Lab, Tap

NPAGES = 2048

# Faults a region in and throws it away, for ever.  15 is MADV_NOHUGEPAGE, 4
# MADV_DONTNEED.
FAULT = """
import ctypes, sys
n = int(sys.argv[1])
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_longlong]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
p = libc.mmap(None, n, 3, 0x22, -1, 0)
libc.madvise(p, n, 15)
print(p, flush=True)
while True:
    libc.memset(p, 1, n)
    libc.madvise(p, n, 4)
"""

# Maps files and memory and unmaps them again, hundreds of regions at a time.
STORM = """
import mmap, sys, tempfile
file = tempfile.TemporaryFile(dir=sys.argv[1])
file.truncate(20 << 12)
fd = file.fileno()
print("ready", flush=True)
while True:
    all = [mmap.mmap(fd, 16 << 12, prot=mmap.PROT_READ, offset=(i % 4) << 12)
           if i % 2 else mmap.mmap(-1, 8 << 12) for i in range(300)]
    for m in all:
        m[0]
    del all, m
"""

EXEC = ("i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; "
        "exec sh -c \"$0\" \"$0\"")

FIGURES = ("rss", "pss", "uss", "shared", "private", "anonymous", "swap",
           "ksm", "anon_huge", "hugetlb", "locked", "cached")


def judge_region(r):
    size = int(r["end"], 16) - int(r["start"], 16)
    bad = ["%s is %s of %d" % (f, r[f], size) for f in FIGURES
           if r[f] is not None and not 0 <= r[f] <= size]
    if r["states"] is not None and sum(r["states"].values()) != r["pages"]:
        bad.append("states %s of %d pages" % (r["states"], r["pages"]))
    if None not in (r["rss"], r["uss"], r["shared"]) and \
            r["uss"] + r["shared"] != r["rss"]:
        bad.append("uss and shared are not rss")
    return ["%s %s: %s" % (r["start"], r["name"], b) for b in bad]


def judge_pages(lines):
    bad, end = [], 0
    for r in lines:
        start = int(r["start"], 16)
        if r["pages"] < 1 or start < end:
            bad.append("%s: out of order, or empty" % r["start"])
        end = start + r["pages"] * PAGE
    return bad


def look(lab, pid, report, *args):
    """[lines of a refresh]; a target that is another one now has none."""
    run = lab.vmatlas_run("-b", "-f", "json", "-r", report, "-p", pid, "-n",
                          20, "-d", "0.05", *args)
    refreshes = []
    for line in run.stdout.decode().splitlines():
        record = json.loads(line)
        if record["kind"] == "snapshot":
            refreshes.append([])
        refreshes[-1].append(record)
    return refreshes


def check_sums(tap, lab, pid, what):
    bad, seen, moved, told = [], 0, 0, 0
    for lines in look(lab, pid, "regions", "--full"):
        for r in lines:
            if r["kind"] == "region":
                seen += 1
                moved += r["changed"] is True
                bad += judge_region(r)
        told += any("maps: while it was read" in s
                    for s in lines[-1].get("problems", ()))
    tap.check(not bad and seen > 100, "%s: sums of %d regions" % (what, seen),
              bad)
    bad = []
    for lines in look(lab, pid, "pages"):
        bad += judge_pages([r for r in lines if r["kind"] == "pages"])
    tap.check(not bad, "%s: runs of pages" % what, bad)
    return moved, told


def check_faults(tap, lab):
    p = lab.start([sys.executable, "-c", FAULT, str(NPAGES * PAGE)],
                  stdout=subprocess.PIPE, text=True)
    start = int(p.stdout.readline())
    check_sums(tap, lab, p.pid, "a fault/DONTNEED loop")
    seen = {}
    for lines in look(lab, p.pid, "pages", "--va", "%x-%x" % (
            start, start + NPAGES * PAGE)):
        for r in lines:
            if r["kind"] == "pages":
                seen[r["state"]] = seen.get(r["state"], 0) + r["pages"]
    # Which of its pages are there is luck; what they are is not.
    states = {"untouched", "anon", "changing"} if ROOT else \
        {"untouched", "anon", "present"}
    tap.check(sum(seen.values()) == 20 * NPAGES and set(seen) <= states,
              "a fault/DONTNEED loop: %s" % seen, [seen])
    p.kill()
    p.wait()


def check_storm(tap, lab):
    p = lab.start([sys.executable, "-c", STORM, lab.folder],
                  stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    moved, told = check_sums(tap, lab, p.pid, "a munmap storm")
    tap.check(moved and told, "a munmap storm: %d regions that moved are "
              "marked, in %d refreshes it is told" % (moved, told))
    p.kill()
    p.wait()


def check_execs(tap, lab):
    p = lab.start(["sh", "-c", EXEC, EXEC], stdin=subprocess.DEVNULL)
    check_sums(tap, lab, p.pid, "an exec storm")
    p.kill()
    p.wait()


def main():
    tap, lab = Tap(), Lab()
    check_faults(tap, lab)
    check_storm(tap, lab)
    check_execs(tap, lab)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
