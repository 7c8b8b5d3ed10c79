# SPDX-License-Identifier: GPL-2.0-or-later
"""Every frame of the machine: its use held against zoneinfo and buddyinfo,
its owner against what processes of ours were made to have; swap areas."""

import ctypes
import mmap
import os
import signal
import sys

from lab import PAGE, ROOT, Lab, Tap, read_pagemap

LOCKED = 64             # pages that the holder has locked, for itself
FORKED = 32             # pages that it shares with its child
SWAPPED = 200           # pages that it has pushed out
MADV_PAGEOUT = 21
# What a zone spans but does not have.
NOT_PRESENT = {"hole", "mmio", "reserved"}


def zoneinfo():
    """{(node, zone): {key: pages}}, with what CPUs keep as "cached"."""
    zones, zone = {}, None
    with open("/proc/zoneinfo") as f:
        for line in f:
            words = line.replace(",", " ").split()
            if words[0] == "Node":
                zone = zones.setdefault((int(words[1]), words[3]),
                                        {"cached": 0})
            elif words[0] in ("spanned", "present", "managed"):
                zone[words[0]] = int(words[1])
            elif words[0] == "nr_free_pages":
                zone["free"] = int(words[1])
            elif words[0] == "high:":
                # The most that a CPU may keep for itself.
                zone["cached"] += int(words[1])
    return zones


def buddyinfo():
    zones = {}
    with open("/proc/buddyinfo") as f:
        for line in f:
            words = line.replace(",", " ").split()
            zones[int(words[1]), words[3]] = sum(
                int(n) << order for order, n in enumerate(words[4:]))
    return zones


def sums(lines):
    zones = {}
    for r in lines:
        if r["kind"] == "frames" and r["zone"] is not None:
            uses = zones.setdefault((r["node"], r["zone"]), {})
            uses[r["use"]] = uses.get(r["use"], 0) + r["frames"]
    return zones


def check_sums(tap, what, zones, before, after):
    """Every frame has a use (untyped, which says nothing, is one), so that
    the uses amount to what is present."""
    bad = []
    for key, kernel in before.items():
        if not kernel["spanned"]:
            continue
        uses = zones.get(key, {})
        present = sum(n for use, n in uses.items() if use not in NOT_PRESENT)
        if present != kernel["present"]:
            bad.append("%s: %d frames, present %d: %s" % (
                key, present, kernel["present"], uses))
        if sum(uses.values()) != kernel["spanned"]:
            bad.append("%s: %d in all, spanned %d" % (
                key, sum(uses.values()), kernel["spanned"]))
        if None in uses:
            bad.append("%s: %d not read" % (key, uses[None]))
    tap.check(not bad, "%s: the uses of each zone are its present frames" %
              what, bad)
    bad = []
    for key, kernel in before.items():
        if not kernel["spanned"]:
            continue
        # BUDDY frames and nr_free_pages are the same but for what moves
        # while we read: to and from the lists of CPUs, and 1 % of the zone
        # or 64 MiB, since the machine runs on.
        margin = (kernel["cached"] + kernel["managed"] // 100 +
                  (64 << 20) // PAGE)
        free = zones.get(key, {}).get("free", 0)
        low = min(kernel["free"], after[key]["free"]) - margin
        high = max(kernel["free"], after[key]["free"]) + margin
        if not low <= free <= high:
            bad.append("%s: %d free, the kernel says %d, then %d (+-%d)" % (
                key, free, kernel["free"], after[key]["free"], margin))
    tap.check(not bad, "%s: free frames are the allocator's" % what, bad)


def check_machine(tap, lab):
    before, buddy = zoneinfo(), buddyinfo()
    lines = lab.report("-r", "frames")
    after = zoneinfo()
    tap.check(lines[-1]["complete"] and not lines[-1]["problems"],
              "every frame was read", [lines[-1]])
    check_sums(tap, "frames", sums(lines), before, after)
    # A zone in which nobody allocates is exact.
    still = [k for k in buddy if before[k]["spanned"] and
             before[k]["free"] == after[k]["free"]]
    bad = ["%s: %d, buddyinfo %d" % (k, sums(lines)[k].get("free", 0),
                                     buddy[k])
           for k in still if before[k]["managed"] == before[k]["free"] and
           sums(lines)[k].get("free", 0) != buddy[k]]
    tap.check(not bad, "free frames of zones at rest are buddyinfo's", bad)
    rows = [r for r in lines if r["kind"] == "frames"]
    bad, at = [], 0
    for r in rows:
        pfn = int(r["pfn"], 16)
        if pfn < at:
            bad.append("%s comes after %#x" % (r, at))
        at = pfn + r["frames"]
    tap.check(not bad, "each frame once, in order", bad)
    tap.check(all(r["owner"] is None for r in rows),
              "without a process nobody is an owner")
    zones = {(r["node"], r["zone"]): r["uses"]
             for r in lab.report("-r", "zones", "--full")
             if r["kind"] == "zone"}
    check_sums(tap, "zones --full", zones, before, zoneinfo())
    bad = [r for r in lab.report("-r", "zones")
           if r["kind"] == "zone" and r["uses"] is not None]
    tap.check(not bad, "without --full uses are not known", bad)


class Holder:
    """A process with pages that only it has, and some that its child has too.

    Both stop; huge pages are kept out, so that each frame is for itself."""

    def __init__(self, lab):
        ready, self.tell = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            # What the lab undoes is not for this process to undo.
            for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(sig, signal.SIG_DFL)
            try:
                os.close(ready)
                self.hold()
            finally:
                os._exit(1)
        os.close(self.tell)
        lab.undo.append(self.end)
        with os.fdopen(ready) as f:
            words = f.readline().split()
        if len(words) != 4:
            raise RuntimeError("the holder did not get ready")
        self.locked, self.forked, self.swapped = (
            int(w, 16) for w in words[:3])
        self.child = int(words[3])

    def end(self):
        for pid in (getattr(self, "child", None), self.pid):
            if pid:
                os.kill(pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def hold(self):
        libc = ctypes.CDLL(None, use_errno=True)
        maps, starts = [], []
        for n in (LOCKED, FORKED, SWAPPED):
            m = mmap.mmap(-1, n * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            m.madvise(15)       # MADV_NOHUGEPAGE
            for i in range(n):
                m[i * PAGE:i * PAGE + 8] = b"%8d" % (i + len(maps) * 1000)
            start = ctypes.addressof(ctypes.c_char.from_buffer(m))
            maps.append(m)
            starts.append(start)
        child = os.fork()
        if not child:
            while True:
                signal.pause()
        # Copied: from here on they are its own, and cannot be pushed out.
        libc.mlock(ctypes.c_void_p(starts[0]), ctypes.c_size_t(LOCKED * PAGE))
        for k, n in ((0, LOCKED), (2, SWAPPED)):
            for i in range(n):
                maps[k][i * PAGE:i * PAGE + 8] = b"%8d" % (i + 7777)
        libc.madvise(ctypes.c_void_p(starts[2]),
                     ctypes.c_size_t(SWAPPED * PAGE), MADV_PAGEOUT)
        os.write(self.tell, b"%x %x %x %d\n" % (*starts, child))
        while True:
            signal.pause()


def frame_table(lines):
    table = {}
    for r in lines:
        if r["kind"] == "frames" and r["owner"] in ("mine", "shared"):
            for i in range(r["frames"]):
                table[int(r["pfn"], 16) + i] = r
    return table


def check_owned(tap, what, pid, start, n, table, owner):
    words = read_pagemap(pid, start, start + n * PAGE)
    bad = []
    for i, word in enumerate(words):
        r = table.get(word & (1 << 55) - 1)
        if not word >> 63:
            bad.append("page %d has no frame" % i)
        elif not r or (r["use"], r["owner"]) != ("anon", owner):
            bad.append("page %d: %s" % (i, r))
    tap.check(len(words) == n and not bad, what, bad)


def check_owners(tap, lab, holder):
    lines = lab.report("-r", "frames", "-p", holder.pid)
    table = frame_table(lines)
    check_owned(tap, "locked pages are the holder's alone", holder.pid,
                holder.locked, LOCKED, table, "mine")
    check_owned(tap, "forked pages are shared", holder.pid, holder.forked,
                FORKED, table, "shared")
    mlocked = [r for r in table.values() if "mlocked" in (r["flags"] or ())]
    tap.check(len(mlocked) >= LOCKED, "locked frames say so", [len(mlocked)])
    owners = {r["owner"] for r in lines if r["kind"] == "frames"}
    tap.check({"other", "none"} <= owners, "others have frames as well",
              [owners])
    bad = [r for r in lines if r["kind"] == "frames" and
           r["use"] in ("free", "slab", "zero") and r["owner"] != "none"]
    tap.check(not bad, "free frames are nobody's", bad)
    word, = read_pagemap(holder.pid, holder.locked, holder.locked + PAGE)
    pfn = word & (1 << 55) - 1
    rows = [r for r in lab.report("-r", "frames", "-p", holder.pid,
                                  "--pfn", "%x" % pfn)
            if r["kind"] == "frames"]
    tap.check(len(rows) == 1 and int(rows[0]["pfn"], 16) == pfn and
              rows[0]["frames"] == 1 and rows[0]["owner"] == "mine" and
              rows[0]["pid"] == holder.pid, "one frame by --pfn", rows)


def vm_swap(pid):
    with open("/proc/%d/status" % pid) as f:
        for line in f:
            if line.startswith("VmSwap:"):
                return int(line.split()[1]) * 1024
    return None


def kernel_swaps():
    rows = []
    with open("/proc/swaps") as f:
        for line in f.read().splitlines()[1:]:
            name, medium, size, used, priority = line.split()
            rows.append((name.encode().decode("unicode_escape"), medium,
                         int(size) * 1024, int(used) * 1024, int(priority)))
    return rows


def said_swaps(lines):
    return [(r["file"], r["medium"], r["size"], r["used"], r["priority"])
            for r in lines if r["kind"] == "swap"]


def check_swap(tap, lab, holder):
    before = kernel_swaps()
    lines = lab.report("-r", "swap", "-p", holder.pid)
    said, after = said_swaps(lines), kernel_swaps()
    if before == after:
        tap.check(said == before, "swap areas are /proc/swaps", [said, before])
    else:
        tap.check([s[:3] for s in said] == [b[:3] for b in before],
                  "swap areas are /proc/swaps, but for what moved",
                  [said, before])
    rows = [r for r in lines if r["kind"] == "swap"]
    swap = vm_swap(holder.pid)
    if len(rows) == 1:
        tap.check(rows[0]["mine"] == swap,
                  "mine is VmSwap: %s bytes" % swap, [rows, swap])
        tap.check(rows[0]["type"] is not None if swap else True,
                  "the type is known from an entry", rows)
    else:
        known = [r["mine"] for r in rows if r["mine"] is not None]
        tap.check(len(known) < len(rows) or sum(known) == swap,
                  "mine adds up to VmSwap, or is not known", [rows, swap])
    bad = [r for r in lab.report("-r", "swap") if r["kind"] == "swap" and
           (r["mine"] is not None or r["pid"] is not None)]
    tap.check(not bad, "without a process nothing is mine", bad)


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("frames", "it takes root to see them")
        tap.done()
        return
    try:
        check_machine(tap, lab)
        why = lab.make_swap()
        holder = Holder(lab)
        check_owners(tap, lab, holder)
        if why and not kernel_swaps():
            tap.skip("swap areas", why)
        elif not vm_swap(holder.pid):
            tap.skip("swap areas", "nothing could be pushed out")
        else:
            check_swap(tap, lab, holder)
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
