# SPDX-License-Identifier: GPL-2.0-or-later
"""What only the whole machine can tell: which file a slot is in, and what all
processes have together, held against AnonPages."""

import ctypes
import mmap
import os
import signal
import sys

from lab import PAGE, ROOT, Lab, Tap, read_pagemap

MADV_NOHUGEPAGE, MADV_PAGEOUT = 15, 21
HELD = 4096             # pages that a family of four has together
SWAPPED = 64


def child_of(lab, body):
    """A process of ours that tells one line and then waits for ever."""
    ready, tell = os.pipe()
    pid = os.fork()
    if not pid:
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sig, signal.SIG_DFL)
        try:
            os.close(ready)
            body(tell)
            while True:
                signal.pause()
        finally:
            os._exit(1)
    os.close(tell)

    def end():
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
    lab.undo.append(end)
    with os.fdopen(ready) as f:
        words = f.readline().split()
    if not words:
        raise RuntimeError("a process did not get ready")
    return pid, [int(w, 16) for w in words]


def pages(n):
    m = mmap.mmap(-1, n * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    m.madvise(MADV_NOHUGEPAGE)
    for i in range(n):
        m[i * PAGE:i * PAGE + 8] = b"%8d" % i
    return m, ctypes.addressof(ctypes.c_char.from_buffer(m))


def swap_areas():
    with open("/proc/swaps") as f:
        return [line.split()[0].encode().decode("unicode_escape")
                for line in f.read().splitlines()[1:]]


# ---- the name of the swap file

def swapped_process(lab):
    def body(tell):
        m, start = pages(SWAPPED)
        for _ in range(100):
            m.madvise(MADV_PAGEOUT)
            words = read_pagemap(os.getpid(), start, start + SWAPPED * PAGE)
            if all(w >> 62 == 1 for w in words):
                break
        os.write(tell, b"%x\n" % start)
        while True:
            signal.pause()
    return child_of(lab, body)


def check_names(tap, lab):
    pid, (start,) = swapped_process(lab)
    end = start + SWAPPED * PAGE
    words = read_pagemap(pid, start, end)
    slots = {start + i * PAGE: (w & 31, w >> 5 & (1 << 50) - 1)
             for i, w in enumerate(words) if w >> 62 == 1}
    if not slots:
        tap.skip("the slots' file", "nothing could be pushed out")
        return
    lines = lab.report("-r", "pages", "-p", pid, "--va",
                       "%x-%x" % (start, end))
    said, files = {}, set()
    for r in lines:
        if r["kind"] != "pages" or not r["swap"]:
            continue
        files.add(r["swap"]["file"])
        for i in range(r["pages"]):
            said[int(r["start"], 16) + i * PAGE] = (
                r["swap"]["type"], r["swap"]["offset"] + i)
    tap.check(said == slots, "the slots are pagemap's", [said, slots])
    areas = swap_areas()
    if len(areas) == 1:
        tap.check(files == set(areas), "they are in %s" % areas[0],
                  [files, areas])
    else:
        tap.check(files <= set(areas) | {None},
                  "their file is one of several, or not known",
                  [files, areas])


# ---- the sum of all

def meminfo(key):
    with open("/proc/meminfo") as f:
        for line in f:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return None


def flush_counters():
    """Each CPU hands over what it has counted; nothing is set by it."""
    try:
        with open("/proc/sys/vm/stat_refresh") as f:
            f.read()
    except OSError:
        pass


def batches():
    """Bytes that CPUs may have counted and not added up yet."""
    most, nodes = 0, set()
    with open("/proc/zoneinfo") as f:
        for line in f:
            if line.startswith("Node"):
                nodes.add(line.split()[1])
            elif "vm stats threshold:" in line:
                most = max(most, int(line.split()[-1]))
    return 2 * (most or 125) * os.cpu_count() * max(1, len(nodes)) * PAGE


def rss_anon(pid):
    """What a process that may not be read has, by a counter that is off by
    some pages for each CPU."""
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def family(lab):
    def body(tell):
        m, _ = pages(HELD)
        for _ in range(3):
            if not os.fork():
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)
                while True:
                    signal.pause()
        os.write(tell, b"1\n")
        while m:
            signal.pause()
    return child_of(lab, body)


def look(lab):
    flush_counters()
    before = meminfo("AnonPages")
    lines = lab.report("-r", "processes", "--full")
    total = [r for r in lines if r["kind"] == "sum"][0]
    flush_counters()
    moved = abs(meminfo("AnonPages") - before)
    rows = [r for r in lines if r["kind"] == "process"]
    unread = sum(rss_anon(pid) for pid in total["unread"])
    room = batches() + moved + len(total["unread"]) * 64 * os.cpu_count() * PAGE
    return total, rows, unread, room


def check_sum(tap, lab):
    family(lab)
    # Where others come and go, AnonPages moves while it is looked at.
    for _ in range(20):
        total, rows, unread, room = look(lab)
        off = total["difference"] - unread
        if abs(off) <= room < HELD * PAGE // 2:
            break
    tap.check(abs(off) <= room < HELD * PAGE // 2,
              "the sum of anonymous PSS is AnonPages: %d K of %d K left" % (
                  off >> 10, total["anon_pages"] >> 10),
              [total, unread, room])
    known = [r for r in rows if r["pss_anon"] is not None]
    added = sum(r["pss_anon"] for r in known)
    tap.check(total["processes"] == len(known) and
              added <= total["pss_anon"] <= added + len(known),
              "it is the sum of the lines", [total, added, len(known)])
    tap.check(sum(r["uss"] for r in known) == total["uss"], "and so is USS",
              [total])
    said = lab.vmatlas_run("-r", "processes", "--full").stdout.decode()
    tap.check("\nsum of " in said and "\nAnonPages of the machine: " in said,
              "people are told as well", said.splitlines()[-3:])


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("slots and sums", "it takes root to see them")
        tap.done()
        return
    try:
        check_sum(tap, lab)
        why = lab.make_swap()
        if why and not swap_areas():
            tap.skip("the slots' file", why)
        else:
            check_names(tap, lab)
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
