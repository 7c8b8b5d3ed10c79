# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes as one: held against frames counted by hand from all pagemaps of
a family of processes that share in every way, and against what becomes of
these frames when the group ends."""

import os
import signal
import struct
import time

from family import FRAME, PRESENT, Family
from lab import PAGE, ROOT, Lab, Tap

ANON, ZERO, SWAPBACKED, UPTODATE = 1 << 12, 1 << 24, 1 << 14, 1 << 3
COMPOUND = 3 << 15


def words(name, pfns):
    """{frame: word} of a file of frames."""
    found = {}
    with open("/proc/" + name, "rb", buffering=0) as f:
        for pfn in pfns:
            data = os.pread(f.fileno(), 8, pfn * 8)
            found[pfn] = struct.unpack("<Q", data)[0] if data else 0
    return found


class Truth:
    """What the members WHO of the family are as one, frame by frame."""

    def __init__(self, family, who):
        self.times = {}
        for name in who:
            for pfn in family.frames(name).values():
                self.times[pfn] = self.times.get(pfn, 0) + 1
        self.flags = words("kpageflags", self.times)
        self.counts = words("kpagecount", self.times)
        zero = {p for p in self.times if self.flags[p] & ZERO}
        self.rss = set(self.times) - zero
        self.uss = {p for p in self.rss if self.counts[p] <= self.times[p]}
        self.anonymous = {p for p in self.rss if self.flags[p] & ANON}
        self.frees = self.uss & self.anonymous
        self.large = {p for p in self.frees if self.flags[p] & COMPOUND}
        self.shmem = {p for p in self.uss - self.anonymous
                      if self.flags[p] & SWAPBACKED}
        # vmatlas is a process too, and maps libraries while it reads.
        start, n = family.regions["file"]
        own_file = {pfn for name in who
                    for va, pfn in family.frames(name).items()
                    if start <= va < start + n * PAGE}
        self.libraries = {p for p in self.rss - self.anonymous - own_file
                          if not self.flags[p] & SWAPBACKED}
        self.pss, self.pss_low = self.shares(0), self.shares(1)

    def shares(self, more):
        """PSS, with so many more mappings of each library's frame."""
        return sum(PAGE * self.times[p] / max(
            self.counts[p] + more * (p in self.libraries), self.times[p])
                   for p in self.rss)


def ask(lab, family, who, *more):
    args = []
    for name in who:
        args += ["-p", family.pids[name]]
    return next(r for r in lab.report("-r", "processes", "--union", *args,
                                      *more) if r["kind"] == "group")


def faults(truth, said):
    """What SAID has wrong."""
    n = len(truth.rss)
    low, high = len(truth.uss - truth.libraries), len(truth.uss)
    # Of large folios it depends on who has the rest.
    frees = len(truth.frees - truth.large), len(truth.frees)
    bounds = {"rss": (n, n), "uss": (low, high),
              "anonymous": (len(truth.anonymous),) * 2,
              "unmaps_shmem": (len(truth.shmem),) * 2, "frees": frees}
    bad = ["%s: %d, not %d to %d" % (f, said[f], lo * PAGE, hi * PAGE)
           for f, (lo, hi) in bounds.items()
           if not lo * PAGE <= said[f] <= hi * PAGE]
    if not truth.pss_low - n <= said["pss"] <= truth.pss + n:
        bad.append("pss: %d, not %d to %d" % (said["pss"], truth.pss_low,
                                              truth.pss))
    if said["uss"] + said["shared"] != said["rss"]:
        bad.append("uss and shared are not rss: %s" % said)
    return bad


def check_group(tap, lab, family, who):
    """Other processes come and go, and share libraries with these, and we
    are the parent's parent: what was disturbed is looked at again."""
    name = " ".join(who)
    for _ in range(8):
        truth, said = Truth(family, who), ask(lab, family, who)
        bad = faults(truth, said)
        if not bad:
            break
    tap.check(not bad, "%s: every figure is the sum over its frames" % name,
              bad)
    tap.check(said["pids"] == sorted(family.pids[w] for w in who) and
              not said["unread"] and said["why"] is None and
              said["address_spaces"] == len(who) and
              said["frees"] >= 40 * PAGE, "who they are: " + name, [said])
    return truth


def check_selectors(tap, lab, family):
    """The same group by other words, and words that do not go together."""
    pid = family.pids["parent"]
    sid = os.getsid(pid)
    by_pid = ask(lab, family, ["parent"])
    lines = lab.report("-r", "processes", "--union", "--session", sid)
    pids = next(r for r in lines if r["kind"] == "group")["pids"]
    same = [p for p in pids if os.getsid(p) != sid]
    tap.check(set(family.pids.values()) <= set(pids) and not same,
              "a session is those that the kernel says", [pids, same])
    with open("/proc/%d/cgroup" % pid) as f:
        path = f.read().splitlines()[-1].split(":", 2)[2]
    got = next(r for r in lab.report(
        "-r", "processes", "--union", "--cgroup", path, "-p", pid)
        if r["kind"] == "group")
    tap.check(got["pids"] == [pid] and got["uss"] == by_pid["uss"],
              "a control group and a number", [got])
    got = next(r for r in lab.report(
        "-r", "processes", "--union", "-u", "root", "-p", pid)
        if r["kind"] == "group")
    tap.check(got["pids"] == [pid], "a user and a number", [got])
    r = lab.vmatlas_run("-r", "processes", "--union", "-u", "nobody", "-p",
                        pid)
    tap.check(r.returncode == 1 and b"no process is chosen" in r.stderr,
              "an empty group is no answer", [r])
    r = lab.vmatlas_run("-r", "pages", "--union", "-p", pid)
    tap.check(r.returncode == 2 and b"--union" in r.stderr,
              "other reports refuse --union", [r])


def check_replay(tap, lab, family):
    rec = os.path.join(lab.folder, "group.rec")
    out = os.path.join(lab.folder, "group.txt")
    args = ["-r", "processes", "--union", "-p", family.pids["parent"],
            "-p", family.pids["writer"]]
    live = lab.vmatlas_run(*args, "-n", "1", "-w", rec, "-o", out)
    again = lab.vmatlas_run("-R", rec, *args)
    with open(out, "rb") as f:
        text = f.read()
    tap.check(not live.returncode and b"ending these frees" in text and
              text == again.stdout, "a recording answers the same",
              [live.stderr, again.stderr, text, again.stdout])


def mapped_by_others(pids):
    """All frames that processes but PIDS and kernel threads map."""
    found = set()
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in pids:
            continue
        try:
            with open("/proc/%s/maps" % name) as f:
                lines = f.read().splitlines()
            with open("/proc/%s/pagemap" % name, "rb", buffering=0) as f:
                for line in lines:
                    start, end = (int(x, 16) // PAGE
                                  for x in line.split()[0].split("-"))
                    if end - start > 1 << 20 or end >= 1 << 51:
                        continue
                    data = os.pread(f.fileno(), (end - start) * 8, start * 8)
                    found.update(w & FRAME for (w,) in struct.iter_unpack(
                        "<Q", data[:len(data) // 8 * 8]) if w & PRESENT)
        except OSError:
            continue
    return found


def wait_end(pid):
    """Its memory is gone, whether or not somebody waited for it."""
    while True:
        try:
            with open("/proc/%d/maps" % pid) as f:
                if not f.read():
                    return
        except OSError:
            return
        time.sleep(0.01)


def check_end(tap, lab, family, who):
    """What was said to be freed was nobody else's, and is free once the
    group has ended, or somebody's who came by it since."""
    name = " ".join(who)
    truth = check_group(tap, lab, family, who)
    pids = {family.pids[w] for w in who}
    others = mapped_by_others(pids)
    tap.check(not truth.frees & others, "%s: what ending them frees is "
              "nobody else's" % name, [len(truth.frees & others)])
    start, n = family.regions["file"]
    cached = {pfn for w in who for va, pfn in family.frames(w).items()
              if start <= va < start + n * PAGE} & truth.uss - truth.anonymous
    for w in who:
        os.kill(family.pids[w], signal.SIGKILL)
    for w in who:
        if w == "parent":
            os.waitpid(family.pids[w], 0)
        wait_end(family.pids.pop(w))
    kept = truth.frees
    for _ in range(20):
        counts, flags = words("kpagecount", kept), words("kpageflags", kept)
        # Still in use as such a frame, and by nobody that we can find.
        kept = {p for p in kept if flags[p] & ANON and counts[p]}
        kept -= mapped_by_others(pids) if kept else set()
        if not kept:
            break
    tap.check(not kept, "%s: what ending them frees is free then" % name,
              ["%d of %d" % (len(kept), len(truth.frees))])
    counts, flags = words("kpagecount", cached), words("kpageflags", cached)
    lost = [p for p in cached if counts[p] or not flags[p] & UPTODATE]
    tap.check(not lost, "%s: what nobody maps then is still cached" % name,
              ["%d of %d" % (len(lost), len(cached))])
    return cached


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("groups", "frames are told to root only")
        return tap.done()
    lab = Lab()
    family = Family(lab)
    for who in (["parent"], ["stranger"], ["parent", "reader"],
                ["writer", "stranger"],
                ["parent", "writer", "reader", "stranger"]):
        check_group(tap, lab, family, who)
    check_selectors(tap, lab, family)
    check_replay(tap, lab, family)
    check_end(tap, lab, family, ["writer", "reader"])
    cached = check_end(tap, lab, family, ["parent", "stranger"])
    tap.check(len(cached) > 40, "a file of theirs was in it", [len(cached)])
    tap.done()


main()
