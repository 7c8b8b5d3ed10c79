# SPDX-License-Identifier: GPL-2.0-or-later
"""Who has a frame: held against a brute-force reading of all pagemaps of a
family of processes that share in every way."""

import os
import subprocess

from family import FRAME, PAGES, Family
from lab import NOBODY, PAGE, ROOT, Lab, Tap, has_page_of_zeros


def expand(lines):
    """{(frame, pid, address): line}, and those that were told twice."""
    found, twice = {}, []
    for r in lines:
        if r["kind"] != "owner":
            continue
        for i in range(r["pages"]):
            key = (int(r["pfn"], 16) + i, r["pid"],
                   int(r["va"], 16) + i * PAGE)
            if key in found:
                twice.append(key)
            found[key] = r
    return found, twice


def zero_frames(lab, pid):
    """Frames of the page of zeros, which is nobody's."""
    return {int(r["pfn"], 16) for r in lab.report("-r", "pages", "-p", pid)
            if r["kind"] == "pages" and r["state"] in ("zero", "huge-zero")}


def truth(family, wanted):
    return {(pfn, family.pids[who], va)
            for who in family.pids
            for va, pfn in family.frames(who).items() if pfn in wanted}


def in_family(family, found):
    pids = set(family.pids.values())
    return {key for key in found if key[1] in pids}


def compare(tap, name, family, found, wanted):
    expected, got = truth(family, wanted), in_family(family, found)
    tap.check(expected and got == expected, name,
              ["%d expected, %d found" % (len(expected), len(got))] +
              ["missing: %x of %d at %x" % k for k in sorted(expected - got)] +
              ["too many: %x of %d at %x" % k for k in sorted(got - expected)])


def check_process(tap, lab, family, who):
    pid = family.pids[who]
    found, twice = expand(lab.report("-r", "owners", "-p", pid))
    wanted = set(family.frames(who).values()) - zero_frames(lab, pid)
    compare(tap, "all frames of the %s have the owners that pagemaps say" %
            who, family, found, wanted)
    tap.check(not twice, "no mapping is told twice", twice)
    return found


def check_states(tap, family, found):
    """What each of them is to whoever has it."""
    start, n = family.regions["forked"]
    parent = family.pids["parent"]
    bad = []
    for i in range(n):
        rows = [r for (_, pid, va), r in found.items()
                if pid == parent and va == start + i * PAGE]
        # Written anew by the writer, still with the reader: shared.
        if len(rows) != 1 or rows[0]["state"] != "cow-shared":
            bad.append("page %d: %s" % (i, rows))
    tap.check(not bad, "pages shared by a fork say so", bad)
    bad = [r for r in found.values() if r["pid"] == parent and
           "family-file" in r["region"] and r["file_offset"] !=
           "0x%x" % (int(r["va"], 16) - family.regions["file"][0])]
    tap.check(not bad, "offsets in the file are right", bad)


def check_ranges(tap, lab, family):
    start, n = family.regions["memfd"]
    frames = family.frames("parent")
    pfn = frames[start + 40 * PAGE]
    by_pfn, _ = expand(lab.report("-r", "owners", "--pfn", "%x" % pfn))
    compare(tap, "the owners of one frame", family, by_pfn, {pfn})
    tap.check({family.pids["parent"], family.pids["stranger"]} <=
              {k[1] for k in by_pfn}, "a stranger has it too", by_pfn)
    by_pa, _ = expand(lab.report("-r", "owners", "--pa",
                                 "%x" % (pfn * PAGE + 123)))
    tap.check(set(by_pa) == set(by_pfn), "--pa is the same question",
              [by_pa])
    by_va, _ = expand(lab.report(
        "-r", "owners", "-p", family.pids["parent"],
        "--va", "%x-%x" % (start, start + n * PAGE)))
    compare(tap, "the owners of a region's frames", family, by_va,
            {frames[start + i * PAGE] for i in range(n)})
    if not has_page_of_zeros():
        tap.skip("the page of zeros is nobody's", "this kernel has none")
        return
    start, n = family.regions["zero"]
    nobody, _ = expand(lab.report(
        "-r", "owners", "-p", family.pids["parent"],
        "--va", "%x-%x" % (start, start + n * PAGE)))
    tap.check(not nobody, "the page of zeros is nobody's", nobody)


def check_replay(tap, lab, family):
    """The same from a recording, byte by byte."""
    rec = os.path.join(lab.folder, "owners.rec")
    live = lab.vmatlas_run("-r", "owners", "-p", family.pids["writer"],
                           "-n", "1", "-w", rec, "-o",
                           os.path.join(lab.folder, "owners.txt"))
    again = lab.vmatlas_run("-R", rec, "-r", "owners",
                            "-p", family.pids["writer"])
    with open(os.path.join(lab.folder, "owners.txt"), "rb") as f:
        text = f.read()
    tap.check(not live.returncode and len(text.splitlines()) > 100 and
              text == again.stdout, "a recording answers the same",
              [live.stderr, again.stderr])


def check_hidden(tap, lab, family):
    """Somebody who may not look at others is told who was not looked at."""
    r = lab.vmatlas_run("-r", "owners", "-f", "json", "-p",
                        family.pids["parent"], user=NOBODY)
    tap.check(r.returncode == 1 and str(family.pids["parent"]) in
              r.stderr.decode(), "a process that may not be read is named",
              [r])
    mine = lab.start(["setpriv", "--reuid=%d" % NOBODY, "--clear-groups",
                      "sleep", "1000"], stdin=subprocess.DEVNULL)
    r = lab.vmatlas_run("-r", "owners", "-f", "json", "--pfn", "1-100000",
                        user=NOBODY)
    said = r.stderr.decode()
    tap.check("%d " % family.pids["parent"] in said and
              "could not be read" in said and "frames: not told" in said,
              "those that could not be read are named", [said])
    mine.kill()
    mine.wait()


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("owners of frames", "frames are told to root only")
        return tap.done()
    lab = Lab()
    family = Family(lab)
    assert PAGES == family.regions["own"][1] and FRAME
    found = check_process(tap, lab, family, "parent")
    check_states(tap, family, found)
    for who in ("writer", "reader", "stranger"):
        check_process(tap, lab, family, who)
    check_ranges(tap, lab, family)
    check_replay(tap, lab, family)
    check_hidden(tap, lab, family)
    tap.done()


main()
