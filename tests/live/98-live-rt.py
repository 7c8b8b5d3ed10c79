# SPDX-License-Identifier: GPL-2.0-or-later
"""Which pages would fault (-r rt), against the faults that come; and how deep
threads have been in their stacks (-r stacks)."""

import os
import subprocess

from lab import (PAGE, ROOT, Lab, Tap, has_page_of_zeros, parse_lines, wait_for,
                 wait_state)

PAGES = 16


class Faulter:
    """A process of tests/live/faulter.c, held still while it is looked at."""

    def __init__(self, lab, *words):
        program = os.path.join(os.path.dirname(
            os.environ.get("ZOO", "build/release/tests/live/zoo")), "faulter")
        self.file = os.path.join(lab.folder, "file")
        with open(self.file, "wb") as f:
            f.write(b"x" * PAGES * PAGE)
            f.flush()
            os.fsync(f.fileno())
        self.lab = lab
        self.p = lab.start([program, self.file, *words],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)
        self.pid = self.p.pid
        self.regions = {}
        for line in self.p.stdout:
            if line == "ready\n":
                break
            name, start, end = line.split()
            self.regions[name] = (int(start, 16), int(end, 16))

    def do(self, *words):
        self.p.stdin.write(" ".join(words) + "\n")
        self.p.stdin.flush()
        return self.p.stdout.readline().strip()

    def rt(self, *options):
        """Its lines by region's name, the total, and the exit status."""
        wait_state(self.pid, "S")
        r = self.lab.vmatlas_run("-r", "rt", "-f", "json", *options, self.pid)
        lines = parse_lines(r.stdout)
        found = {name: [] for name in self.regions}
        for line in lines:
            if line["kind"] != "rt":
                continue
            start = int(line["start"], 16)
            for name, (low, high) in self.regions.items():
                if low <= start < high:
                    found[name].append(line)
        total = [line for line in lines if line["kind"] == "rt_total"]
        return found, total[0] if total else None, r.returncode


def pages(lines, *when):
    return sum(line["pages"] for line in lines if line["when"] in when)


def check_plain(tap, lab):
    f = Faulter(lab)
    found, total, status = f.rt()
    zero = "zero" if has_page_of_zeros() else "not-locked"
    tap.check(status == 3, "rt: pages would fault: status 3", [status])
    reasons = {
        "cow-shared": {"cow-shared"}, "was-shared": {"was-shared"},
        "written": {"not-locked"}, "untouched": {"untouched"},
        "zero": {zero}, "cow-pending": {"cow-pending"},
        "not-mapped": {"not-mapped"}, "shmem": {"not-mapped"},
        "read-only": {"untouched"}, "no-access": set(),
        "file-write": {"file-write"},
    }
    for name, expected in reasons.items():
        lines = found[name]
        tap.check({line["reason"] for line in lines} == expected and
                  (not expected or
                   sum(line["pages"] for line in lines) == PAGES),
                  "rt: all pages of %s have that reason" % name, lines)
    tap.check(all(line["fault"] == "minor" for line in found["not-mapped"]),
              "rt: what the page cache has is no major fault",
              found["not-mapped"])
    tap.check(all(line["fault"] != "major" for line in found["shmem"]),
              "rt: shared memory that was never used is on no disk",
              found["shmem"])
    by_reason = total["reasons"]
    tap.check(total["on_access"] + total["on_write"] == total["faulting"] and
              by_reason["no-access"] >= PAGES and
              by_reason[zero] >= PAGES, "rt: the sums have them", [total])
    for name, lines in found.items():
        if name in ("no-access", "file-write"):
            continue
        verb = "read" if name == "read-only" else "write"
        # A fork leaves the other side's pages behind, too; the last write
        # first, as each is asked for anew.
        foretold = pages(f.rt()[0][name], "access", "write")
        got = int(f.do(verb, name))
        tap.check(got == foretold, "rt: to %s %s is %d faults, as foretold" % (
            verb, name, foretold), ["got %d" % got])
        again = pages(f.rt()[0][name], "access", "write")
        got = int(f.do(verb, name))
        tap.check(got == again == 0, "rt: then no more of %s" % name,
                  ["foretold %d, got %d" % (again, got)])


def check_locked(tap, lab):
    f = Faulter(lab, "locked")
    found, total, status = f.rt()
    tap.check(status == 0 and total["faulting"] == 0 and not total["later"],
              "rt: all is locked: nothing would fault, and status 0",
              [status, total] + [l for v in found.values() for l in v])
    tap.check(total["reasons"].get("no-access", 0) >= PAGES,
              "rt: what may not be accessed is no part of it", [total])
    tap.check(total["locked"] > 0, "rt: locked, as the kernel counts", [total])
    names = [n for n in f.regions if n not in ("no-access", "read-only")]
    got = {name: int(f.do("write", name)) for name in names}
    tap.check(not any(got.values()), "rt: and nothing faults", [got])
    f.do("fork")
    found, total, status = f.rt()
    tap.check(status == 3 and total["reasons"].get("cow-shared", 0) > 0,
              "rt: locks do not keep a fork's copies away", [status, total])
    for name in ("written", "untouched", "not-mapped"):
        foretold = pages(found[name], "access", "write")
        got = int(f.do("write", name))
        tap.check(got == foretold == PAGES,
                  "rt: locked and forked, %s faults on a write" % name,
                  ["foretold %d, got %d" % (foretold, got)])


def check_nobody(tap, lab):
    """Who may not see frames is not told that all is well."""
    f = Faulter(lab, "locked")
    found, total, status = f.rt("--without", "kpageflags")
    tap.check(status == 1 and total["untold"] > 0,
              "rt: without flags it is not known: status 1", [status, total])
    found, total, status = f.rt("--without", "pagemap")
    tap.check(status == 1 and total is None,
              "rt: without pagemap nothing is said", [status, total])


def threads(pid):
    names = {}
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, tid)) as f:
            names[f.read().strip()] = int(tid)
    return names


def waits(pid, tid):
    with open("/proc/%d/task/%d/syscall" % (pid, tid)) as f:
        return f.read() != "running\n"


def check_stacks(tap, lab):
    f = Faulter(lab)
    f.do("thread")
    wait_for(lambda: {"sh(a)llow", "deep"} <= set(threads(f.pid)),
             "its threads have their names")
    tids = threads(f.pid)
    wait_for(lambda: all(waits(f.pid, tid) for tid in tids.values()),
             "they wait")
    by_tid = {line["tid"]: line for line in lab.report("-r", "stacks", f.pid)
              if line["kind"] == "stack" and line["tid"]}
    tap.check(set(by_tid) == set(tids.values()),
              "stacks: each thread has a line", [sorted(by_tid), tids])
    for name, low in (("sh(a)llow", 40 << 10), ("deep", 400 << 10)):
        line = by_tid[tids[name]]
        tap.check(line["name"] == name and line["by"] == "sp" and
                  int(line["start"], 16) <= int(line["sp"], 16) <
                  int(line["end"], 16), "stacks: %s is where its stack "
                  "pointer is" % name, [line])
        tap.check(low <= line["used"] <= line["touched"] <= low + (64 << 10)
                  and line["headroom"] == line["limit"] - line["touched"],
                  "stacks: %s has used what it used" % name, [line])
        tap.check(line["guard"] == PAGE, "stacks: %s has a guard" % name,
                  [line])
    first = by_tid[f.pid]
    with open("/proc/%d/limits" % f.pid) as limits:
        limit = [line.split()[3] for line in limits
                 if line.startswith("Max stack size")][0]
    tap.check(first["region"] == "[stack]" and first["guard"] is None and
              str(first["limit"]) == limit.replace("unlimited", "None"),
              "stacks: the first has the limit of /proc/PID/limits",
              [first, limit])


def main():
    tap = Tap()
    lab = Lab()
    if ROOT:
        check_plain(tap, lab)
        check_locked(tap, lab)
        check_nobody(tap, lab)
    else:
        tap.skip("rt", "needs root to see frames, and to lock memory")
    check_stacks(tap, lab)
    tap.done()


main()
