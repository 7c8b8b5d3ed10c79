# SPDX-License-Identifier: GPL-2.0-or-later
"""What only the whole machine can tell: which file a slot is in, how many
refer to it (SwapPss), and what all processes have together, held against
AnonPages."""

import ctypes
import mmap
import os
import signal
import sys

from lab import PAGE, ROOT, Lab, Tap, read_pagemap, read_smaps, wait_state

MADV_NOHUGEPAGE, MADV_PAGEOUT = 15, 21
CLONE_VM = 0x100
READ = 8                # of the swapped pages, by one of the family
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

def swapped_pages():
    m, start = pages(SWAPPED)
    for _ in range(100):
        m.madvise(MADV_PAGEOUT)
        words = read_pagemap(os.getpid(), start, start + SWAPPED * PAGE)
        if all(w >> 62 == 1 for w in words):
            break
    return m, start


def swapped_process(lab):
    def body(tell):
        _, start = swapped_pages()
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


# ---- how many refer to a slot

def swapped_family(lab):
    """A parent with two children, of which one has read some pages in again,
    and a process that lives in the parent's own address space."""
    def body(tell):
        libc = ctypes.CDLL(None)
        m, start = swapped_pages()
        turn, done = os.pipe()
        children = []
        for k in range(2):
            pid = os.fork()
            if not pid:
                libc.prctl(1, signal.SIGKILL)
                for i in range(READ if k else 0):
                    m[i * PAGE]
                os.write(done, b".")
                os.kill(os.getpid(), signal.SIGSTOP)
                os._exit(0)
            children.append(pid)
        for _ in children:
            os.read(turn, 1)
        stack, base = pages(16)
        clone = libc.clone
        clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
                          ctypes.c_void_p]
        children.append(clone(ctypes.cast(libc.pause, ctypes.c_void_p),
                              base + 15 * PAGE, CLONE_VM | signal.SIGCHLD,
                              None))
        os.write(tell, b"%x %x %x %x\n" % (start, *children))
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(len(stack) and 0)
    pid, words = child_of(lab, body)
    # It would outlive the parent.
    lab.undo.append(lambda: os.kill(words[3], signal.SIGKILL))
    for one in (pid, *words[1:3]):
        wait_state(one, "T")
    return words[0], {"parent": pid, "child": words[1], "reader": words[2],
                      "in the parent's space": words[3]}


def check_swap_pss(tap, lab):
    start, pids = swapped_family(lab)
    for who, pid in pids.items():
        kernel = {r[0]: r for r in read_smaps(pid)}
        rows = [r for r in lab.report("-r", "regions", "--full", "-p", pid)
                if r["kind"] == "region"]
        bad = ["%s %s: vmatlas %s, smaps %s kB" % (
                   r["start"], r["name"], r["swap_pss"],
                   kernel[int(r["start"], 16)][3].get("SwapPss"))
               for r in rows if r["swap_pss"] is None or
               int(r["start"], 16) not in kernel or r["swap_pss"] // 1024 !=
               kernel[int(r["start"], 16)][3].get("SwapPss")]
        tap.check(rows and not bad, "%s: SwapPss of %d regions as smaps" % (
            who, len(rows)), bad)
        here = [r for r in rows if int(r["start"], 16) <= start <
                int(r["end"], 16)]
        # A third of most slots, a half of those that the reader has read.
        share = (PAGE << 12) // 3 * (SWAPPED - READ) >> 12
        if who != "reader":
            share += PAGE // 2 * READ
        tap.check(len(here) == 1 and here[0]["swap_pss"] is not None and
                  abs(here[0]["swap_pss"] - share) <= 1,
                  "%s: its share is %d bytes" % (who, share), [here])
        lines = [r for r in lab.report("-r", "audit", "-p", pid)
                 if r["kind"] == "audit" and r["field"] == "SwapPss"]
        tap.check(lines and all(r["agree"] for r in lines),
                  "%s: the audit agrees about SwapPss" % who,
                  [r for r in lines if not r["agree"]])
    rows = lab.report("-r", "regions", "-p", pids["parent"])
    tap.check(all(r["swap_pss"] is None for r in rows
                  if r["kind"] == "region" and r["swap"]),
              "without --full SwapPss is not known")
    rows = lab.report("-r", "regions", "--full", "--without", "kcmp", "-p",
                      pids["parent"])
    tap.check(all(r["swap_pss"] is None for r in rows
                  if r["kind"] == "region" and r["swap"]) and
              any("address space" in p for p in rows[-1]["problems"]),
              "without kcmp it is not known, and why is said", [rows[-1]])
    r = lab.vmatlas_run("-r", "regions", "--full", "-p", pids["parent"],
                        "--without", "pfn")
    tap.check(r.returncode == 0, "without frames it is smaps' figure",
              [r.stderr.decode()])


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
            check_swap_pss(tap, lab)
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
