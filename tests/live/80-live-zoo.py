# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of page, made on purpose: what vmatlas says of it is held
against what was made, and its sums against smaps."""

import sys

from lab import (PAGE, ROOT, SMAPS_FIELDS, Lab, Tap, Zoo, compare_states, kib,
                 page_table, read_pagemap, read_rollup, read_smaps)

# May be unknown, never wrong: smaps asks every process for it.
MAY_BE_NULL = {"swap_pss"}


def compare_regions(tap, lab, who, pid, *args, may_be_null=MAY_BE_NULL):
    """Each region's figures against smaps."""
    label = "%s%s" % (who, " ".join(("",) + args))
    lines = lab.report("-r", "regions", "-p", pid, *args)
    ours = {int(r["start"], 16): r for r in lines if r["kind"] == "region"}
    kernel = {r[0]: r for r in read_smaps(pid)}
    tap.check(sorted(ours) == sorted(kernel), "%s: the regions of maps" % label,
              ["only one has %x" % s for s in set(ours) ^ set(kernel)])
    for field, keys in SMAPS_FIELDS.items():
        bad, seen = [], 0
        for start, (_, end, name, smaps, _) in kernel.items():
            if start not in ours or not all(k in smaps for k in keys):
                continue
            want = sum(smaps[k] for k in keys)
            got = kib(field, ours[start][field])
            if got is None and field in may_be_null:
                continue
            seen += 1
            if got != want:
                bad.append("%x-%x %s: vmatlas %s kB, smaps %s kB" % (
                    start, end, name, got, want))
        if seen or field in may_be_null:
            tap.check(not bad, "%s: %s of %d regions as smaps" % (
                label, field, seen), bad)
        else:
            tap.skip("%s: %s" % (label, field),
                     "smaps of this kernel has no %s" % keys[0])
    return lines


def compare_process(tap, lab, who, pid, *args):
    label = "%s%s" % (who, " ".join(("",) + args))
    lines = lab.report("-r", "processes", "-p", pid, *args)
    line = [r for r in lines if r["kind"] == "process" and r["pid"] == pid][0]
    rollup = read_rollup(pid)
    for field, keys in (("rss", ("Rss",)), ("pss", ("Pss",)),
                        ("pss_anon", ("Pss_Anon",)), ("swap", ("Swap",)),
                        ("uss", ("Private_Clean", "Private_Dirty")),
                        ("shared", ("Shared_Clean", "Shared_Dirty"))):
        if not all(k in rollup for k in keys):
            tap.skip("%s: process %s" % (label, field),
                     "smaps_rollup of this kernel has no %s" % keys[0])
            continue
        want = sum(rollup[k] for k in keys)
        got = line[field]
        tap.check(got is not None and got // 1024 == want,
                  "%s: process %s as smaps_rollup" % (label, field),
                  ["vmatlas %s bytes, smaps_rollup %d kB" % (got, want)])
    return line


def compare_without(tap, lab, pid):
    """On a kernel that lacks something the figures are right, or unknown."""
    for name in ("pagemap-scan", "smaps-rollup", "smaps", "kpagecount",
                 "kpageflags", "pfn", "pagemap"):
        compare_regions(tap, lab, "parent", pid, "--without", name,
                        may_be_null=set(SMAPS_FIELDS))


def report_pages(lab, pid):
    """The report, and pagemap as it was before and after: the kernel moves
    the frames of a process that stands still, to make room for huge ones."""
    regions = read_smaps(pid)
    for _ in range(5):
        before = {r: read_pagemap(pid, r[0], r[1]) for r in
                  ((r[0], r[1], r[2]) for r in regions)}
        lines = lab.report("-r", "pages", "-p", pid)
        if all(read_pagemap(pid, r[0], r[1]) == words
               for r, words in before.items()):
            break
    return lines, before


def compare_entries(tap, who, pages, entries):
    """Frames and slots against pagemap, read here."""
    bad, seen = [], 0
    for (start, _, name), words in entries.items():
        for i, entry in enumerate(words):
            va = start + i * PAGE
            run, at = pages.get(va, (None, 0))
            pfn = slot = None
            if entry >> 63:
                pfn = entry & (1 << 55) - 1
            elif entry >> 62 & 1 and not entry >> 58 & 1:
                slot = (entry & 31, entry >> 5 & (1 << 50) - 1)
            if run is None:
                if pfn is not None or slot is not None:
                    bad.append("%x %s: in no run" % (va, name))
                continue
            got = int(run["pfn"], 16) + at if run["pfn"] else None
            got_slot = run.get("swap") and (run["swap"]["type"],
                                            run["swap"]["offset"] + at)
            seen += pfn is not None or slot is not None
            if run["state"] in ("pfnmap", "guard", "wp-marker"):
                continue
            if got != pfn or (run["state"] == "swap" and got_slot != slot):
                bad.append("%x %s %s: vmatlas %s %s, pagemap %s %s" % (
                    va, name, run["state"], got, got_slot, pfn, slot))
    tap.check(not bad and seen > 100,
              "%s: frames and slots of %d pages as pagemap" % (who, seen), bad)


def compare_state_counts(tap, who, regions, pages):
    """What --full counts in a region is what the runs of pages add up to."""
    bad = []
    for r in regions:
        if r["kind"] != "region":
            continue
        if r["states"] is None:
            bad.append("%s: no states with --full" % r["start"])
            continue
        count = {}
        for va in range(int(r["start"], 16), int(r["end"], 16), PAGE):
            if va in pages:
                state = pages[va][0]["state"]
                count[state] = count.get(state, 0) + 1
        said = {k: v for k, v in r["states"].items() if v}
        # A report of pages may leave out what cannot hold any.
        if said != count:
            bad.append("%s %s: counted %s, pages %s" % (
                r["start"], r["name"], said, count))
    tap.check(not bad, "%s: states of regions add up" % who, bad)


def compare_audit(tap, lab, zoo, who, pid):
    """Every figure; who shares a huge page by sharing its page table is only
    told apart by the entries, as the count is 1."""
    lines = [r for r in lab.report("-r", "audit", "-p", pid)
             if r["kind"] == "audit"]
    bad = ["%s %s %s: vmatlas %s, kernel %s" % (
        r["start"], r["name"], r["field"], r["vmatlas"], r["kernel"])
        for r in lines if r["agree"] is False]
    tap.check(not bad and len(lines) > 100, "%s: audit" % who, bad)
    for region in zoo.regions:
        if region.who != who or region.name != "hugetlb-shared-tables":
            continue
        shared = [r["vmatlas"] for r in lines if r["start"] and
                  int(r["start"], 16) == region.start and
                  r["field"] == "Shared_Hugetlb"]
        tap.check(shared == [2 << 20], "%s: a page table that is shared" % who,
                  shared)


def check_marks(tap, zoo, pages):
    for name, mark in (("thp", "thp-pmd"), ("thp-half-dropped", "thp-pte"),
                       ("folio-64k", "thp-pte"),
                       ("folio-half", "thp-pte"),
                       ("shmem-huge", "thp-pmd"),
                       ("file-untouched", "cached"), ("mlocked", "mlocked"), ("uffd-wp", "uffd-wp"),
                       ("swapped-in", "swapcache")):
        region = [r for r in zoo.regions if r.name == name]
        if not region:
            continue
        run = pages.get(region[0].start)
        tap.check(run is not None and mark in run[0]["marks"],
                  "%s has the mark %s" % (name, mark),
                  [run and run[0]["marks"]])


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("known pages", "it takes root to see frames and flags")
        tap.done()
        return
    words = ["mounts"]
    for word, make in (("swap", lab.make_swap), ("hugetlb", lab.make_hugetlb),
                       ("gigantic", lab.make_gigantic), ("ksm", lab.make_ksm),
                       ("folios", lab.make_folios),
                       ("shmem", lab.make_shmem)):
        reason = make()
        if reason:
            tap.skip(word, reason)
        else:
            words.append(word)
    zoo = Zoo(lab, words)
    for name, reason in zoo.absent:
        tap.skip(name, reason)
    for who, pid in sorted(zoo.pids.items()):
        compare_regions(tap, lab, who, pid)
        full = compare_regions(tap, lab, who, pid, "--full")
        compare_process(tap, lab, who, pid)
        compare_process(tap, lab, who, pid, "--full")
        lines, entries = report_pages(lab, pid)
        pages, twice = page_table(lines)
        tap.check(not twice, "%s: no page is in two runs" % who, twice)
        compare_states(tap, zoo, who, pages)
        compare_entries(tap, who, pages, entries)
        compare_state_counts(tap, who, full, pages)
        compare_audit(tap, lab, zoo, who, pid)
        if who == "parent":
            check_marks(tap, zoo, pages)
            compare_without(tap, lab, pid)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
