# SPDX-License-Identifier: GPL-2.0-or-later
"""Two processes compared, page by page: held against a brute-force reading of
the pagemaps of a family of processes that share in every way."""

import os
import re
import signal

from family import FRAME, PAGES, PRESENT, Family
from lab import (NOBODY, PAGE, ROOT, Lab, Tap, as_user, has_page_of_zeros,
                 read_pagemap)

KPF_ZERO = 1 << 24
TRIES = 5       # the kernel may move frames of what stands still


def is_zero(pfn):
    with open("/proc/kpageflags", "rb", 0) as f:
        f.seek(pfn * 8)
        return int.from_bytes(f.read(8), "little") & KPF_ZERO


def pages_of(pid):
    """{address: (frame, name of its region)}, in order, without zeros."""
    found, zeros = {}, {}
    with open("/proc/%d/maps" % pid) as f:
        lines = f.read().splitlines()
    for line in lines:
        words = line.split(None, 5)
        start, end = (int(x, 16) for x in words[0].split("-"))
        if end >= 1 << 63:
            continue        # [vsyscall] is in no pagemap
        name = words[5] if len(words) > 5 else "[anon]"
        for i, word in enumerate(read_pagemap(pid, start, end)):
            pfn = word & FRAME
            if not word & PRESENT:
                continue
            if pfn not in zeros:
                zeros[pfn] = is_zero(pfn)
            if not zeros[pfn]:
                found[start + i * PAGE] = pfn, name
    return found


class Row:
    """A region of the report, its pages one letter each."""

    def __init__(self, r):
        self.name, self.told = r["name"], r
        self.start = {"a": None, "b": None}
        if r["in"] != "b":
            self.start["a"] = int(r["start"], 16)
        if r["in"] != "a":
            self.start["b"] = int(r["start_b"], 16)
        self.letters = "".join(
            letter * int(n) for letter, n in
            re.findall(r"(\S)(\d+)", r["pages"])).replace(".", " ")
        self.sums = {"only_a": 0, "only_b": 0, "both": 0}

    def page(self, side, i):
        start = self.start[side]
        return None if start is None else start + i * PAGE

    def holds(self, side, va, name):
        start = self.start[side]
        return start is not None and self.name == name and \
            start <= va < start + len(self.letters) * PAGE


def expected_letter(row, i, a, b):
    def frame(pages, side):
        pfn, name = pages.get(row.page(side, i), (None, None))
        return pfn if name == row.name else None
    x, y = frame(a, "a"), frame(b, "b")
    if x is None or y is None:
        return " " if x is y else "a" if y is None else "b"
    return "=" if x == y else "x"


def count(rows, a, b):
    """What the rows should have; what lies in no row, or in several."""
    lost, counted = [], set()
    frames_a = {pfn for pfn, _ in a.values()}
    frames_b = {pfn for pfn, _ in b.values()}
    for side, pages in (("a", a), ("b", b)):
        for va, (pfn, name) in pages.items():
            where = [r for r in rows if r.holds(side, va, name)]
            if len(where) != 1:
                lost.append("%s %x %s: in %d rows" % (side, va, name,
                                                      len(where)))
            elif pfn not in counted:
                counted.add(pfn)
                both = pfn in frames_a and pfn in frames_b
                where[0].sums["both" if both else "only_" + side] += PAGE
    return lost


def compare(lab, x, y, *args):
    found = [r for r in lab.report("-r", "compare", "-p", x, "-p", y, *args)
             if r["kind"] == "compare"]
    return found[0]


def read_still(lab, x, y):
    """The report and the pagemaps of a moment in which nothing moved."""
    for _ in range(TRIES):
        before = pages_of(x), pages_of(y)
        told = compare(lab, x, y)
        if before == (pages_of(x), pages_of(y)):
            break
    return told, before[0], before[1]


def check_pair(tap, lab, name, x, y):
    told, a, b = read_still(lab, x, y)
    rows = [Row(r) for r in told["regions"]]
    fa = {pfn for pfn, _ in a.values()}
    fb = {pfn for pfn, _ in b.values()}
    total = {"only_a": len(fa - fb) * PAGE, "only_b": len(fb - fa) * PAGE,
             "both": len(fa & fb) * PAGE}
    bad = ["%s: %d, not %d" % (k, told[k], total[k]) for k in total
           if told[k] != total[k]]
    tap.check(not bad and total["both"], "%s: totals are what pagemaps say "
              "(both %d K)" % (name, total["both"] >> 10), bad)
    lost = count(rows, a, b)
    tap.check(not lost, "%s: every page is in one row" % name, lost)
    bad = ["%s: %s %d, not %d" % (r.name, k, r.told[k], r.sums[k])
           for r in rows for k in r.sums if r.told[k] != r.sums[k]]
    tap.check(not bad, "%s: each region has what it should" % name, bad)
    bad = ["%s page %d: %r, not %r" % (r.name, i, letter,
                                       expected_letter(r, i, a, b))
           for r in rows for i, letter in enumerate(r.letters)
           if letter != expected_letter(r, i, a, b)]
    pages = sum(len(r.letters) for r in rows)
    tap.check(not bad and pages, "%s: so has each of %d pages" %
              (name, pages), bad)
    differ = sum(r.letters.count("x") for r in rows) * PAGE
    tap.check(told["differ"] == differ ==
              sum(r.told["differ"] for r in rows),
              "%s: what differs adds up" % name, [told["differ"], differ])
    return rows


def letters_at(rows, start):
    for r in rows:
        if r.start["a"] is not None and r.start["a"] <= start < \
                r.start["a"] + len(r.letters) * PAGE:
            i = (start - r.start["a"]) // PAGE
            return r.letters[i:i + PAGES]
    return None


def check_known(tap, family, rows, who, known):
    """What the family was made to have, not what it happens to have."""
    bad = []
    for name, expected in known.items():
        got = letters_at(rows, family.regions[name][0])
        if not re.fullmatch(expected, got):
            bad.append("%s: %r, not %r" % (name, got, expected))
    tap.check(not bad, "%s: each way of sharing looks as it was made" % who,
              bad)


def check_swapped(tap, lab, family):
    x, y = family.pids["parent"], family.pids["writer"]
    there, back = compare(lab, x, y), compare(lab, y, x)
    tap.check(there["both"] == back["both"] and
              there["only_a"] == back["only_b"] and
              there["only_b"] == back["only_a"],
              "the other way round it is the same",
              [{k: r[k] for k in ("only_a", "only_b", "both")}
               for r in (there, back)])


def check_replay(tap, lab, family):
    """The same from a recording: of the report, and of both processes."""
    pids = ["-p", family.pids["parent"], "-p", family.pids["writer"]]
    text = os.path.join(lab.folder, "compare.txt")
    for name, words in (("the report", ["-r", "compare", "-o", text]),
                        ("both processes", ["-b"])):
        rec = os.path.join(lab.folder, "compare.rec")
        live = lab.vmatlas_run("-n", "1", "-w", rec, *words, *pids)
        again = lab.vmatlas_run("-R", rec, "-r", "compare", *pids)
        with open(text, "rb") as f:
            expected = f.read()
        tap.check(not live.returncode and len(expected.splitlines()) > 20 and
                  expected == again.stdout,
                  "a recording of %s answers the same" % name,
                  [live.stderr, again.stderr, len(again.stdout)])


def check_refused(tap, lab, family):
    """Who cannot be compared is named; nothing is printed as 0."""
    parent, writer = family.pids["parent"], family.pids["writer"]
    r = lab.vmatlas_run("-r", "compare", parent, writer, user=NOBODY)
    said = r.stderr.decode()
    tap.check(r.returncode == 1 and not r.stdout and
              "%d: not permitted" % parent in said and
              "%d: not permitted" % writer in said,
              "those that may not be read are named", [r])
    r = lab.vmatlas_run("-r", "compare", parent, 2)
    tap.check(r.returncode == 1 and "2: it has no address space" in
              r.stderr.decode(), "a kernel thread has no memory", [r])
    mine = [lab.start([*as_user(NOBODY), "sleep", "1000"]) for _ in range(2)]
    for p in mine:
        while os.readlink("/proc/%d/exe" % p.pid).endswith("setpriv"):
            os.sched_yield()
    r = lab.vmatlas_run("-r", "compare", "-f", "json",
                        *(p.pid for p in mine), user=NOBODY)
    tap.check(b'"only_a":null,"only_b":null,"both":null' in r.stdout and
              b'"complete":false' in r.stdout and
              "frames: not told" in r.stderr.decode(),
              "where frames are not told, no figure is", [r])
    for p in mine:
        p.kill()
        p.wait()


def check_end(tap, lab, family):
    """One of the two ends between two refreshes."""
    reader = family.pids["reader"]
    p = lab.start([lab.vmatlas, "-r", "compare", "-f", "csv", "-d", "0.1",
                   str(family.pids["parent"]), str(reader)], stdout=-1,
                  stderr=-1)
    p.stdout.readline()
    os.kill(reader, signal.SIGKILL)
    os.kill(family.pids["parent"], signal.SIGCONT)
    _, said = p.communicate(timeout=60)
    tap.check(p.returncode == 0 and ("%d: it has ended" % reader) in
              said.decode(), "the end of one is said", [p.returncode, said])


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("two processes compared", "frames are told to root only")
        return tap.done()
    lab = Lab()
    family = Family(lab)
    # A fault maps pages around it, too, that the page cache has.
    n, half, quarter = PAGES, PAGES // 2, PAGES // 4
    # Nobody's, or what reading brought before the fork.
    zero = " {%d}" % n if has_page_of_zeros() else "={%d}" % n
    known = {
        "writer": {"forked": "x{%d}={%d}" % (half, half), "own": "x{%d}" % n,
                   "zero": zero, "shm": "={%d}" % n,
                   "memfd": "={%d}[=a]{%d}" % (half, half),
                   "sysv": "a{%d}" % n,
                   "file": "x{%d}[=a]{%d}" % (quarter, n - quarter)},
        "reader": {"forked": "={%d}" % n, "own": "x{%d}" % n,
                   "zero": zero, "shm": "={%d}" % n,
                   "memfd": "a{%d}" % n, "sysv": "={%d}" % n,
                   "file": "={%d}" % n},
        "stranger": {"memfd": "[=a]{%d}={%d}" % (half, half),
                     "file": "={%d}" % n},
    }
    parent = family.pids["parent"]
    for who in ("writer", "reader", "stranger"):
        rows = check_pair(tap, lab, "parent and " + who, parent,
                          family.pids[who])
        check_known(tap, family, rows, who, known[who])
    check_pair(tap, lab, "stranger and writer", family.pids["stranger"],
               family.pids["writer"])
    check_swapped(tap, lab, family)
    check_replay(tap, lab, family)
    check_refused(tap, lab, family)
    check_end(tap, lab, family)
    tap.done()


main()
