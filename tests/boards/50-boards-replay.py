# SPDX-License-Identifier: GPL-2.0-or-later
"""Other kernels, as they answered: in each recording of the zoo every page is
named what was made, and every sum is what that kernel's smaps said.

50-boards-replay.py [FOLDER]: linux-*.rec.gz with what the zoo said beside it
in linux-*.zoo.
"""

import glob
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../live"))
from lab import (SMAPS_FIELDS, Tap, ZooSays, compare_states,  # noqa: E402
                 kib, page_table, parse_lines, parse_smaps)

VMATLAS = os.environ.get("VMATLAS", "build/release/vmatlas")
# Kinds that kernels do not have before a release; they have all others.
SINCE = {"secretmem": (5, 14), "uffd-poison": (6, 6), "folio-64k": (6, 8),
         "guard": (6, 13)}
# Figures that may be unknown: of which regions, and before which release.
ALWAYS = (99, 0)
MAY_BE_NULL = {
    # What one entry maps, by PAGEMAP_SCAN.
    "anon_huge": (lambda region, made: made == "thp", (6, 7)),
    # Who has huge pages that are mapped by a shared page table.
    "hugetlb": (lambda region, made: made == "hugetlb-shared-tables", (6, 12)),
    # Shared memory in swap, by cachestat.
    "swap": (lambda region, made: region.startswith("/"), (6, 5)),
    # The count of a page that is no RAM is told nobody.
    "pss": (lambda region, made: "/dax" in region, ALWAYS),
    # What others have in the same slots is not in a recording.
    "swap_pss": (lambda region, made: True, ALWAYS),
}
MARKS = {
    "thp": ("thp-pmd", (6, 7)),
    "thp-half-dropped": ("thp-pte", (0, 0)),
    "folio-64k": ("thp-pte", (0, 0)),
    "mlocked": ("mlocked", (0, 0)),
    "uffd-wp": ("uffd-wp", (5, 13)),
    "swapped-in": ("swapcache", (0, 0)),
    "soft-dirty": ("soft-dirty", (0, 0)),
}


def replay(path, *args):
    r = subprocess.run([VMATLAS, "-R", path, "-f", "json", *map(str, args)],
                       capture_output=True, stdin=subprocess.DEVNULL)
    return r.returncode, parse_lines(r.stdout), r.stderr.decode()


def texts_of(path):
    """{(pid, path): lines} of the texts in a recording, the last of each."""
    texts, lines = {}, []
    with open(path, encoding="utf-8") as f:
        for line in f.read().split("\n"):
            if line.startswith("\t"):
                lines.append(line[1:])
                continue
            key = dict(w.split("=", 1) for w in line.split() if "=" in w)
            lines = []
            if line.startswith("text "):
                texts[int(key.get("pid", 0)), key["path"]] = lines
            elif line.startswith("facts ") and "release" in key:
                texts[0, "release"] = key["release"]
    return texts


def compare_sums(tap, label, release, zoo, lines, smaps):
    made = {r.start: r.name for r in zoo.regions}
    ours = {int(r["start"], 16): r for r in lines if r["kind"] == "region"}
    tap.check(sorted(ours) == [r[0] for r in smaps],
              label + ": the regions of smaps")
    for field, keys in SMAPS_FIELDS.items():
        bad, seen = [], 0
        for start, _, name, kernel, _ in smaps:
            if start not in ours or not all(k in kernel for k in keys):
                continue
            want = sum(kernel[k] for k in keys)
            got = kib(field, ours[start][field])
            if got is None:
                excuse, since = MAY_BE_NULL.get(field, (None, (0, 0)))
                if release >= since or not excuse(name, made.get(start)):
                    bad.append("%x %s: unknown" % (start, name))
                continue
            seen += 1
            if got != want:
                bad.append("%x %s: vmatlas %s kB, smaps %d kB" % (
                    start, name, got, want))
        if all(k in smaps[0][3] for k in keys):
            tap.check(not bad, "%s: %s of %d regions as smaps" % (
                label, field, seen), bad)


def check_marks(tap, label, release, zoo, pages):
    for region in zoo.regions:
        mark, since = MARKS.get(region.name, (None, None))
        if not mark:
            continue
        run = pages[region.start][0]
        tap.check((mark in run["marks"]) == (release >= since),
                  "%s: the mark %s of %s" % (label, mark, region.name),
                  [run["marks"]])
        if region.name == "thp":
            tap.check("thp-pte" not in run["marks"],
                      label + ": thp is not mapped page by page",
                      [run["marks"]])
        if region.name == "soft-dirty":
            last = pages[region.end - 4096][0]
            tap.check(mark not in last["marks"],
                      label + ": not written since is not soft-dirty",
                      [last["marks"]])


def check_kinds(tap, label, release, zoo):
    for name, since in SINCE.items():
        there = any(r.name == name for r in zoo.regions)
        tap.check(there == (release >= since), "%s: %s is there since %d.%d" % (
            (label, name) + since))
    absent = [a for a in zoo.absent if a[0] not in SINCE]
    tap.check(zoo.ready and not absent, label + ": no other kind is missing",
              absent)
    tap.check(len(zoo.regions) > 50, "%s: %d regions were made" % (
        label, len(zoo.regions)))


def check_process(tap, path, label, release, zoo, who, texts):
    pid = zoo.pids[who]
    status, lines, err = replay(path, "-r", "pages", "-p", pid)
    pages, twice = page_table(lines)
    tap.check(status == 0 and pages and not twice,
              "%s %s: pages" % (label, who), [err] + twice)
    compare_states(tap, zoo, who, pages, label + " ")
    if who == "parent":
        check_marks(tap, label, release, zoo, pages)
    status, lines, err = replay(path, "-r", "regions", "-p", pid)
    compare_sums(tap, "%s %s" % (label, who), release, zoo, lines,
                 parse_smaps(texts[pid, "smaps"]))
    status, lines, err = replay(path, "-r", "audit", "-p", pid)
    lines = [r for r in lines if r["kind"] == "audit"]
    bad = [str(r) for r in lines if r["agree"] is False]
    agree = sum(r["agree"] is True for r in lines)
    tap.check(status == 0 and not bad and agree > 200,
              "%s %s: audit, %d figures agree" % (label, who, agree),
              [err] + bad)


def check_recording(tap, packed, tmp):
    label = os.path.basename(packed)[:-len(".rec.gz")]
    path = os.path.join(tmp, label + ".rec")
    with gzip.open(packed, "rb") as source, open(path, "wb") as f:
        shutil.copyfileobj(source, f)
    texts = texts_of(path)
    release = tuple(map(int, re.findall(r"\d+", texts[0, "release"])[:2]))
    with open(packed[:-len(".rec.gz")] + ".zoo") as f:
        zoo = ZooSays(f)
    check_kinds(tap, label, release, zoo)
    for who in sorted(zoo.pids):
        check_process(tap, path, label, release, zoo, who, texts)


def main():
    tap = Tap()
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else \
        os.path.join(here, "../fixtures/recordings")
    paths = sorted(glob.glob(os.path.join(folder, "linux-*.rec.gz")))
    tap.check(len(paths) > 0, "%d recordings" % len(paths))
    with tempfile.TemporaryDirectory() as tmp:
        for packed in paths:
            check_recording(tap, packed, tmp)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
