# SPDX-License-Identifier: GPL-2.0-or-later
"""What frames are good for: runs, limits, alignment, mapping sizes and TLB
entries, held against pagemap as it is read here and against smaps."""

import ctypes
import mmap
import os
import signal
import sys

from lab import (PAGE, ROOT, Lab, Tap, parse_lines, read_pagemap, read_smaps,
                 wait_state)

PRESENT, PFN = 1 << 63, (1 << 55) - 1
PMD, PUD = PAGE // 8, (PAGE // 8) ** 2
HUGE = PMD * PAGE
MADV_HUGEPAGE, MADV_NOHUGEPAGE = 14, 15
MAP_FIXED, MAP_HUGETLB, MFD_HUGETLB = 0x10, 0x40000, 4
SCATTERED = 300         # pages, of which every third is left untouched

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def map_pages(nbytes, flags=0, at=None, fd=-1):
    if fd < 0:
        flags |= mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    p = libc.mmap(at, nbytes, mmap.PROT_READ | mmap.PROT_WRITE, flags, fd, 0)
    return None if p == ctypes.c_void_p(-1).value else p


def write_page(at):
    ctypes.memset(at, 1, 1)


class Holder:
    """A process with one region of each kind, stopped."""

    def __init__(self, lab, kinds=()):
        ready, self.tell = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            # What the lab undoes is not for this process to undo.
            for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(sig, signal.SIG_DFL)
            try:
                os.close(ready)
                self.hold(kinds)
            finally:
                os._exit(1)
        os.close(self.tell)
        lab.undo.append(self.end)
        with os.fdopen(ready) as f:
            words = f.readline().split()
        if len(words) != 3 or not wait_state(self.pid, "T"):
            raise RuntimeError("the holder did not get ready")
        self.scattered, self.thp, self.hugetlb = (int(w, 16) for w in words)

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def hold(self, kinds):
        # Guards on both sides, so that it is a region of its own.
        room = map_pages(4 * HUGE)
        libc.mprotect(ctypes.c_void_p(room), ctypes.c_size_t(4 * HUGE), 0)
        scattered = map_pages(SCATTERED * PAGE, MAP_FIXED, room + PAGE)
        libc.madvise(scattered, SCATTERED * PAGE, MADV_NOHUGEPAGE)
        for i in reversed(range(SCATTERED)):
            if i % 3:
                write_page(scattered + i * PAGE)
        # Two huge pages' worth, aligned, and three pages in front of them.
        room = map_pages(8 * HUGE)
        libc.mprotect(ctypes.c_void_p(room), ctypes.c_size_t(8 * HUGE), 0)
        thp = (room + 2 * HUGE) // HUGE * HUGE - 3 * PAGE
        map_pages(2 * HUGE + 3 * PAGE, MAP_FIXED, thp)
        libc.madvise(thp, 2 * HUGE + 3 * PAGE, MADV_HUGEPAGE)
        for i in range(2 * PMD + 3):
            write_page(thp + i * PAGE)
        pool = 0
        if "pool" in kinds:
            pool = map_pages(2 * HUGE, MAP_HUGETLB) or 0
            if pool:
                write_page(pool)
                write_page(pool + HUGE)
        if "memfd" in kinds:
            memfd = libc.memfd_create(b"huge", MFD_HUGETLB)
            os.ftruncate(memfd, HUGE)
            write_page(map_pages(HUGE, mmap.MAP_SHARED, fd=memfd))
        os.write(self.tell, b"%x %x %x\n" % (scattered, thp, pool))
        os.kill(os.getpid(), signal.SIGSTOP)


def best(vpn, pfn, n):
    entries = 0
    while n:
        step = next((s for s in (PUD, PMD) if vpn % s == pfn % s == 0 and
                     n >= s), 1)
        vpn, pfn, n, entries = vpn + step, pfn + step, n - step, entries + 1
    return entries


def fitness_of(pid, start, end, limit):
    """The same figures, page by page."""
    runs, last = [], None
    for i, word in enumerate(read_pagemap(pid, start, end)):
        if not word & PRESENT:
            last = None
            continue
        pfn = word & PFN
        if last is not None and pfn == last + 1:
            runs[-1][2] += 1
        else:
            runs.append([start // PAGE + i, pfn, 1])
        last = pfn
    longest = max(runs, key=lambda r: r[2], default=None)
    return {
        "present": sum(r[2] for r in runs) * PAGE,
        "runs": len(runs),
        "longest_run": longest[2] * PAGE if longest else 0,
        "longest_run_pfn": hex(longest[1]) if longest else None,
        "alignment": (longest[1] * PAGE & -(longest[1] * PAGE))
        if longest else None,
        "below": sum((r[1] + k + 1) * PAGE <= limit
                     for r in runs for k in range(r[2])) * PAGE,
        "tlb_best": sum(best(*r) for r in runs),
    }


def rows(lines, kind="fitness"):
    return {int(r["start"], 16): r for r in lines if r["kind"] == kind}


def check_all_regions(tap, lab, pid, limit, what):
    """Every region of a stopped process, as two readers see it."""
    r = lab.vmatlas_run("-r", "fitness", "-f", "json", "--below", hex(limit),
                        str(pid))
    mine = rows(parse_lines(r.stdout))
    bad, compared = [], 0
    for start, end, name, kb, flags in read_smaps(pid):
        row = mine.pop(start)
        if row["runs"] is None:
            if name not in ("[vvar]", "[vvar_vclock]", "[vsyscall]"):
                bad.append("%s: not told" % name)
            continue
        compared += 1
        expected = fitness_of(pid, start, end, limit)
        for key, value in expected.items():
            if row[key] != value:
                bad.append("%s %x: %s %s, pagemap says %s" % (
                    name, start, key, row[key], value))
        # What smaps says of the mappings.
        pmd = sum(kb.get(key, 0) for key in (
            "AnonHugePages", "FilePmdMapped", "ShmemPmdMapped")) * 1024 // PAGE
        if "ht" in flags:
            pmd = (kb["Private_Hugetlb"] + kb["Shared_Hugetlb"]) * 1024 // PAGE
        pte = expected["present"] // PAGE - pmd
        found = row["mappings"]
        if (found.get("pte", 0), found.get("pmd", 0)) != (pte, pmd):
            bad.append("%s %x: %s, smaps says %d by PMDs of %d" % (
                name, start, found, pmd, pte + pmd))
        if row["tlb_entries"] != pte + pmd // PMD:
            bad.append("%s %x: tlb_entries %s" % (
                name, start, row["tlb_entries"]))
    above = any(row["below"] not in (None, row["present"])
                for row in rows(parse_lines(r.stdout)).values())
    if r.returncode != (3 if above else 0):
        bad.append("status %d" % r.returncode)
    tap.check(not bad and compared > 10 and not mine,
              "each region is as pagemap and smaps have it, %s" % what,
              bad or [mine])


def check_scattered(tap, row):
    tap.check(row["present"] == (SCATTERED - SCATTERED // 3) * PAGE and
              row["runs"] >= SCATTERED // 3 and
              row["longest_run"] <= 2 * PAGE and
              row["tlb_entries"] == row["tlb_best"] ==
              SCATTERED - SCATTERED // 3,
              "untouched pages break runs", [row])


def check_thp(tap, holder, row):
    huge = [kb["AnonHugePages"] for start, _, _, kb, _ in
            read_smaps(holder.pid) if start == holder.thp]
    name = "huge pages that were made for the program"
    if huge != [2 * HUGE // 1024]:
        tap.skip(name, "the kernel gave %s KiB of 4096" % huge)
        return
    tap.check(row["mappings"] == {"pte": 3, "pmd": 2 * PMD} and
              row["tlb_entries"] == 3 + 2 == row["tlb_best"] and
              row["longest_run"] >= HUGE and
              row["alignment"] >= PAGE, name, [row])


def check_hugetlb(tap, lab, holder, row):
    tap.check(row["mappings"] == {"pmd": 2 * PMD} and
              row["tlb_entries"] == row["tlb_best"] == 2 and
              row["longest_run"] in (HUGE, 2 * HUGE) and
              row["runs"] == 2 * HUGE // row["longest_run"] and
              row["alignment"] >= HUGE,
              "huge pages of the pool: runs of 512, aligned", [row])
    one = rows(lab.report("-r", "fitness", "--va", "%x-%x" % (
        holder.hugetlb + HUGE, holder.hugetlb + 2 * HUGE), str(holder.pid)))
    one = one.get(holder.hugetlb + HUGE)
    tap.check(one and one["longest_run"] == HUGE == one["present"] and
              one["tlb_entries"] == 1, "--va: the second of them", [one])


def check_memfd(tap, lab):
    """A memfd of huge pages has no name to know it by, and no other region
    here makes vmatlas read smaps."""
    found = [r for r in lab.report("-r", "regions",
                                   str(Holder(lab, ("memfd",)).pid))
             if r["kind"] == "region" and r["name"].startswith("/memfd:huge")]
    tap.check(len(found) == 1 and found[0]["page_size"] == HUGE and
              found[0]["type"] == "hugetlb" and
              found[0]["mappings"] == {"pmd": PMD} and
              found[0]["tlb_entries"] == 1,
              "a memfd of huge pages is one", found)


def check_limits(tap, lab, holder):
    """Yes and no, by the exit status, at the very byte."""
    words = [w & PFN for w in read_pagemap(
        holder.pid, holder.scattered, holder.scattered + SCATTERED * PAGE)
        if w & PRESENT]
    top = (max(words) + 1) * PAGE
    va = "%x-%x" % (holder.scattered, holder.scattered + SCATTERED * PAGE)
    found = [lab.vmatlas_run("-r", "fitness", "--va", va, "--below",
                             "%x" % limit, str(holder.pid)).returncode
             for limit in (top, top - 1)]
    tap.check(found == [0, 3], "--below answers by the exit status", found)
    r = lab.vmatlas_run("-r", "fitness", "--va", va, "--below", "1T",
                        "--without", "pfn", str(holder.pid))
    tap.check(r.returncode == 1 and b"not known" in r.stderr,
              "no frames, no answer", [r])
    r = lab.vmatlas_run("-r", "fitness", "--va", va, str(holder.pid))
    tap.check(r.returncode == 0, "without --below there is no question", [r])


def check_regions(tap, lab, holder):
    """The report of regions has the same."""
    a = rows(lab.report("-r", "regions", str(holder.pid)), "region")
    b = rows(lab.report("-r", "fitness", str(holder.pid)))
    keys = ("runs", "longest_run", "longest_run_pfn", "alignment", "below",
            "tlb_entries", "tlb_best", "mappings")
    bad = [(a[s], b[s]) for s in b if any(a[s][k] != b[s][k] for k in keys)]
    tap.check(len(a) == len(b) and not bad, "regions tells the same", bad)


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("fitness of frames", "it takes root to see frames")
        tap.done()
        return
    lab = Lab()
    why = lab.make_hugetlb()
    holder = Holder(lab, () if why else ("pool",))
    check_all_regions(tap, lab, holder.pid, 4 << 30, "below 4 GiB or not")
    # In the middle of what it has.
    words = sorted(w & PFN for w in read_pagemap(
        holder.pid, holder.thp, holder.thp + 2 * HUGE) if w & PRESENT)
    check_all_regions(tap, lab, holder.pid,
                      words[len(words) // 2] * PAGE + 1,
                      "with the limit inside a run")
    mine = rows(lab.report("-r", "fitness", str(holder.pid)))
    check_scattered(tap, mine[holder.scattered])
    check_thp(tap, holder, mine[holder.thp])
    if holder.hugetlb:
        check_hugetlb(tap, lab, holder, mine[holder.hugetlb])
        check_memfd(tap, lab)
    else:
        tap.skip("huge pages of the pool", why or "none to be had")
    check_limits(tap, lab, holder)
    check_regions(tap, lab, holder)
    lab.close()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
