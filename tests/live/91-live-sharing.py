# SPDX-License-Identifier: GPL-2.0-or-later
"""What processes have in common: held against a brute-force reading of all
pagemaps of a family of processes that share in every way."""

import ctypes
import mmap
import os
import signal
import subprocess
import time
from collections import Counter

from family import FRAME, PRESENT, Family, address, fill, private
from lab import NOBODY, PAGE, ROOT, Lab, Tap, as_user, read_pagemap, read_smaps, wait_state

FILE_BIT = 1 << 61
KINDS = ("file", "shmem", "cow", "ksm", "hugetlb", "kernel", "own", "other")
KPF_KSM, KPF_HUGE, KPF_ZERO = 1 << 21, 1 << 17, 1 << 24
CLONE_VM = 0x100
KIN_PAGES = 64
HUGE = 2 << 20


def frame_flags(pfn):
    with open("/proc/kpageflags", "rb", 0) as f:
        f.seek(pfn * 8)
        return int.from_bytes(f.read(8), "little")


def mappings(pid):
    """(start, end, name) of all that has a pagemap."""
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            words = line.rstrip("\n").split(None, 5)
            start, end = (int(x, 16) for x in words[0].split("-"))
            if end < 1 << 63:
                yield start, end, words[5] if len(words) > 5 else "[anon]"


def kind_of(word, flags, name):
    """By the kernel's own bits, and names that only shared memory has."""
    if flags & KPF_HUGE:
        return "hugetlb"
    if flags & KPF_KSM:
        return "ksm"
    if not word & FILE_BIT:
        return "cow"
    if name == "[vdso]":
        return "kernel"
    if name.startswith(("/memfd:", "/SYSV", "/dev/zero")):
        return "shmem"
    return "file"


def frames_of(pid):
    """{frame: (kind, name of the region)}, each once, without zeros."""
    found = {}
    for start, end, name in mappings(pid):
        for word in read_pagemap(pid, start, end):
            pfn = word & FRAME
            if not word & PRESENT or pfn in found:
                continue
            flags = frame_flags(pfn)
            if not flags & KPF_ZERO:
                found[pfn] = kind_of(word, flags, name), name
    return found


def truth(a, b):
    """What A has in common with B: bytes by kind, and by name."""
    both = [a[pfn] for pfn in a if pfn in b]
    kinds = Counter(kind for kind, _ in both)
    names = Counter(name for _, name in both)
    return ({k: kinds[k] * PAGE for k in KINDS},
            {n: names[n] * PAGE for n in names})


def told(lab, pid, *args):
    """{pid: line} of the report."""
    return {r["pid"]: r for r in lab.report("-r", "sharing", "-p", pid, *args)
            if r["kind"] == "sharing"}


def check_pair(tap, rows, name, a, b, pid):
    kinds, names = truth(a, b)
    row = rows.get(pid, {"bytes": 0, "regions": [], **dict.fromkeys(KINDS, 0)})
    got = {k: row[k] for k in KINDS}
    notes = ["%s: %d, not %d" % (k, got[k], kinds[k]) for k in KINDS
             if got[k] != kinds[k]]
    tap.check(not notes and row["bytes"] == sum(kinds.values()),
              "%s: kinds are what pagemaps say (%d K)" %
              (name, row["bytes"] >> 10), notes + [row["bytes"]])
    # Of one name there may be several things: mapped files of this name.
    regions = Counter()
    for r in row["regions"]:
        regions[r["name"]] += r["bytes"]
    tap.check(dict(regions) == names, "%s: so are regions" % name,
              sorted(set(regions.items()) ^ set(names.items())))


def check_family(tap, lab, pids):
    """Every pair of them, both ways."""
    frames = {who: frames_of(pid) for who, pid in pids.items()}
    reports = {}
    for who, pid in pids.items():
        rows = reports[who] = told(lab, pid)
        tap.check(pid not in rows, "%s: not with itself" % who)
        for other in pids:
            if other != who:
                check_pair(tap, rows, "%s and %s" % (who, other), frames[who],
                           frames[other], pids[other])
        order = [r["bytes"] for r in rows.values()]
        tap.check(order == sorted(order, reverse=True),
                  "%s: the most in common comes first" % who, order)
        tap.check(all(r["bytes"] == sum(r[k] for k in KINDS) ==
                      sum(p["bytes"] for p in r["regions"])
                      for r in rows.values()),
                  "%s: kinds and regions add up" % who)
    for a in pids:
        for b in pids:
            if a < b:
                x, y = (r.get(pids[p], {}).get("bytes", 0)
                        for r, p in ((reports[a], b), (reports[b], a)))
                tap.check(x == y, "%s and %s have the same either way" %
                          (a, b), (x, y))
    return reports


def check_known(tap, family, reports):
    """What the family was made to have, not what it happens to have."""
    parent, pids = reports["parent"], family.pids
    least = {("writer", "cow"): 24, ("writer", "shmem"): 48 + 24,
             ("writer", "file"): 36, ("reader", "cow"): 48,
             ("reader", "shmem"): 48 + 48, ("stranger", "shmem"): 24,
             ("stranger", "file"): 48}
    bad = [(who, kind, parent[pids[who]][kind]) for (who, kind), n in
           least.items() if parent[pids[who]][kind] < n * PAGE]
    tap.check(not bad, "each way of sharing is there", bad)
    tap.check(parent[pids["stranger"]]["cow"] == 0,
              "another program shares nothing of a fork")


class Kin:
    """Two more: what needs settings, and one address space for two."""

    def __init__(self, lab, ksm, huge):
        self.pids, out = {}, os.pipe()
        parent = os.fork()
        if not parent:
            try:
                self.be_parent(out[1], ksm, huge)
            finally:
                os._exit(1)
        os.close(out[1])
        self.pids["elder"] = parent
        lab.undo.append(self.end)
        with os.fdopen(out[0]) as f:
            for line in f:
                word = line.split()
                if word[0] == "ready":
                    break
                self.pids[word[0]] = int(word[1])
        wait_state(parent, "T")

    def end(self):
        for pid in reversed(list(self.pids.values())):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(self.pids["elder"], 0)

    def be_parent(self, out, ksm, huge):
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sig, signal.SIG_DFL)
        if huge:
            pool = mmap.mmap(-1, 2 * HUGE, mmap.MAP_SHARED |
                             mmap.MAP_ANONYMOUS | 0x40000)
            pool[0] = pool[HUGE] = 1
        if ksm:
            same = private(KIN_PAGES)
            same.madvise(12)    # MADV_MERGEABLE
            for i in range(KIN_PAGES):
                same[i * PAGE:(i + 1) * PAGE] = bytes([i + 1]) * PAGE
        pid = os.fork()
        if not pid:
            if huge:            # one of the two
                pool[HUGE] += 0
            if ksm:             # no longer the fork's, soon merged again
                for i in range(KIN_PAGES):
                    same[i * PAGE] = i + 1
            os.kill(os.getpid(), signal.SIGSTOP)
        os.write(out, b"younger %d\n" % pid)
        libc = ctypes.CDLL(None, use_errno=True)
        stack = private(16)
        fill(stack, range(16), 1)
        libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
                               ctypes.c_void_p]
        twin = libc.clone(ctypes.cast(libc.pause, ctypes.c_void_p),
                          address(stack) + 15 * PAGE, CLONE_VM |
                          signal.SIGCHLD, None)
        os.write(out, b"twin %d\nready\n" % twin)
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)


def merged(pid):
    with open("/proc/%d/ksm_stat" % pid) as f:
        for line in f:
            if line.startswith("ksm_merging_pages"):
                return int(line.split()[1])
    return 0


def check_kin(tap, lab):
    ksm, huge = lab.make_ksm(), lab.make_hugetlb()
    kin = Kin(lab, not ksm, not huge)
    wait_state(kin.pids["younger"], "T")
    if not ksm:
        for _ in range(1000):
            if merged(kin.pids["younger"]) == KIN_PAGES:
                break
            time.sleep(0.01)
        lab.write("/sys/kernel/mm/ksm/run", "0")
    frames = {who: frames_of(pid) for who, pid in kin.pids.items()}
    rows = told(lab, kin.pids["elder"])
    check_pair(tap, rows, "elder and younger", frames["elder"],
               frames["younger"], kin.pids["younger"])
    row = rows[kin.pids["younger"]]
    for why, kind, least in ((ksm, "ksm", KIN_PAGES * PAGE),
                             (huge, "hugetlb", HUGE)):
        if why:
            tap.skip(kind + " is a kind of its own", why)
        else:
            tap.check(row[kind] == least, kind + " is a kind of its own",
                      [row])
    row = rows[kin.pids["twin"]]
    tap.check(row["same_space"] is True and row["bytes"] ==
              len(frames["elder"]) * PAGE and row["own"],
              "one address space: all is in common, and it is said", [row])
    tap.check(rows[kin.pids["younger"]]["same_space"] is False,
              "a fork has an address space of its own")
    blind = told(lab, kin.pids["elder"], "--without", "kcmp")
    tap.check(blind[kin.pids["twin"]]["same_space"] is None,
              "without kcmp that is not known", [blind[kin.pids["twin"]]])


def by_file(lab, path, *args, **kw):
    """{pid: line}, and the line about the file."""
    lines = lab.report("--file", path, *args, **kw)
    return ({r["pid"]: r for r in lines if r["kind"] == "file_user"},
            [r for r in lines if r["kind"] == "file"][0])


def mapped(pid, path):
    """What smaps says of all regions of a file, and its frames."""
    sums, own, copies = Counter(), set(), set()
    for start, end, name, fields, _ in read_smaps(pid):
        if name not in (path, path + " (deleted)"):
            continue
        sums["mapped"] += (end - start)
        for key, field in (("resident", "Rss"), ("copied", "Anonymous"),
                           ("pss", "Pss")):
            sums[key] += fields[field] << 10
        for word in read_pagemap(pid, start, end):
            if word & PRESENT and not frame_flags(word & FRAME) & KPF_ZERO:
                (own if word & FILE_BIT else copies).add(word & FRAME)
    return sums, own, copies


def check_file(tap, lab, pids, name, path, shown=None):
    """All its users are in PIDS: so it is told in full."""
    rows, line = by_file(lab, path)
    own, copies, notes = set(), set(), []
    for pid in pids:
        sums, a, b = mapped(pid, shown or path)
        own, copies = own | a, copies | b
        if not sums:
            notes += ["%d does not map it" % pid] if pid in rows else []
            continue
        row = rows.get(pid, {})
        # Pss is a sum of regions, each rounded down to K in smaps.
        notes += ["%s of %d: %s, smaps %s" % (k, pid, row.get(k), n)
                  for k, n in sums.items() if row.get(k) is None or
                  not 0 <= row[k] - n < (4096 if k == "pss" else 1)]
    tap.check(not notes and set(rows) <= set(pids) and rows,
              name + ": each user has what smaps says", notes + [rows])
    tap.check((line["users"], line["resident"], line["copied"]) ==
              (len(rows), len(own) * PAGE, len(copies) * PAGE),
              name + ": in all, each frame once",
              [line, len(own) * PAGE, len(copies) * PAGE])
    return line


def check_files(tap, lab, family):
    pids = sorted(family.pids.values())
    line = check_file(tap, lab, pids, "a file", family.path)
    st = os.stat(family.path)
    tap.check((line["major"], line["minor"], line["inode"], line["copied"]) ==
              (os.major(st.st_dev), os.minor(st.st_dev), st.st_ino,
               12 * PAGE), "it is the file that the path leads to", [line])
    link = os.path.join(lab.folder, "another-name")
    os.link(family.path, link)
    check_file(tap, lab, pids, "by another name", link, family.path)
    check_file(tap, lab, pids, "a memfd by its name", "/memfd:family")
    check_file(tap, lab, pids, "as maps shows it", "/memfd:family (deleted)",
               "/memfd:family")
    # Another file takes its name: then there are two.
    os.rename(family.path, family.path + ".old")
    with open(family.path, "wb") as f:
        f.write(bytes(PAGE))
    os.unlink(family.path + ".old")
    os.unlink(link)
    rows, line = by_file(lab, family.path)
    tap.check(not rows, "a new file of that name has no users yet", [rows])
    check_file(tap, lab, pids, "a deleted file", family.path +
               ".old (deleted)")
    libc = [r for pid in pids for r in mappings(pid) if "libc.so" in r[2]]
    rows, line = by_file(lab, libc[0][2])
    # vmatlas has it too: shares are not what they are without it.
    bad = [(k, pid, row[k], n) for pid, row in rows.items() if pid in pids
           for k, n in mapped(pid, libc[0][2])[0].items()
           if k != "pss" and row[k] != n]
    tap.check(set(pids) <= set(rows) and not bad,
              "a library, with whoever else has it", bad)


def check_replay(tap, lab, family):
    rec, out = (os.path.join(lab.folder, n) for n in ("s.rec", "s.txt"))
    pid = family.pids["writer"]
    live = lab.vmatlas_run("-r", "sharing", "-p", pid, "-n", "1", "-w", rec,
                           "-o", out)
    again = lab.vmatlas_run("-R", rec, "-r", "sharing", "-p", pid)
    # Others come and go.
    pids = [str(pid).encode() for pid in family.pids.values()]
    with open(out, "rb") as f:
        before, after = ([line for line in text.splitlines()
                          if line.split()[0] in pids]
                         for text in (f.read(), again.stdout))
    tap.check(not live.returncode and len(before) == 3 and before == after,
              "a recording answers the same",
              [live.stderr, again.stderr, *before, *after])


def check_hidden(tap, lab, family):
    mine = lab.start(as_user(NOBODY) + ["sleep", "1000"],
                     stdin=subprocess.DEVNULL)
    for _ in range(1000):
        with open("/proc/%d/comm" % mine.pid) as f:
            if f.read() == "sleep\n":
                break
        time.sleep(0.01)
    r = lab.vmatlas_run("-r", "sharing", "-p", mine.pid, user=NOBODY)
    said = r.stderr.decode()
    tap.check("%d " % family.pids["parent"] in said and
              "could not be read" in said and "frames: not told" in said,
              "those that could not be read are named", [said])
    mine.kill()
    mine.wait()


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("what processes have in common",
                 "frames are told to root only")
        return tap.done()
    lab = Lab()
    family = Family(lab)
    reports = check_family(tap, lab, family.pids)
    check_known(tap, family, reports)
    check_replay(tap, lab, family)
    check_hidden(tap, lab, family)
    check_files(tap, lab, family)
    check_kin(tap, lab)
    tap.done()


main()
