# SPDX-License-Identifier: GPL-2.0-or-later
"""What vmatlas says that changed, held against a process that changes its
memory in known ways: each once, with the right pages, and nothing else."""

import json
import os
import re
import signal
import subprocess
from datetime import datetime, timezone

from lab import PAGE, ROOT, Lab, Tap, has_page_of_zeros, wait_state

# Where no page of zeros stands in for it, a read brings a frame of one's own.
ZERO = "zero" if has_page_of_zeros() else "anon"
# What each step changes: region, first page, pages, change, from, to.
STEPS = [
    ("nothing", []),
    ("touch", [("own", 0, 7, "touched", "untouched", "anon")]),
    ("zeros", [("own", 10, 3, "touched", "untouched", ZERO)]),
    ("write", [("own", 10, 3, "written", "zero", "anon")]
     if ZERO == "zero" else []),
    ("fork", [("own", 0, 7, "shared", "anon", "cow-shared"),
              ("own", 10, 3, "shared", "anon", "cow-shared"),
              ("moved", 0, 3, "shared", "anon", "cow-shared")]),
    ("split", [("own", 0, 4, "split", "cow-shared", "anon")]),
    ("join", [("own", 4, 3, "unshared", "cow-shared", "anon-was-shared"),
              ("own", 10, 3, "unshared", "cow-shared", "anon-was-shared"),
              ("moved", 0, 3, "unshared", "cow-shared",
               "anon-was-shared")]),
    ("free", [("own", 0, 2, "freed", "anon", "untouched")]),
    ("out", [("own", 2, 2, "swapped-out", "anon", "swap"),
             ("own", 4, 1, "swapped-out", "anon-was-shared", "swap")]),
    ("in", [("own", 2, 3, "swapped-in", "swap", "anon")]),
    ("lock", [("own", 16, 8, "touched", "untouched", "anon")]),
    ("unmap", [("own", 5, 2, "unmapped", "anon-was-shared", "hole"),
               ("own", 7, 2, "unmapped", "untouched", "hole")]),
    ("protect", [("own", 32, 8, "protected", None, None)]),
    ("shrink", [("extra", 4, 4, "shrunk", "untouched", "hole")]),
    ("grow", [("extra", 4, 2, "grown", "hole", "untouched")]),
    ("move", [("moved", 0, 3, "unmapped", "anon-was-shared", "hole"),
              ("moved", 3, 5, "unmapped", "untouched", "hole"),
              ("moved", 32, 8, "mapped", "hole", "untouched"),
              ("moved", 32, 3, "remapped", "untouched",
               "anon-was-shared")]),
    ("read", [("private", 0, 4, "touched", "not-mapped", "cow-pending"),
              ("common", 0, 4, "touched", "not-mapped", "file")]),
    ("copy", [("private", 0, 3, "split", "cow-pending", "cow-copied")]),
    ("dirty", [("common", 1, 2, "dirtied", "file", "file-dirty")]),
    ("clean", [("common", 1, 2, "cleaned", "file-dirty", "file")]),
    ("nothing", []),
]
# The whole address space is shared then, and what runs on splits.
FORKING = {"fork", "split", "join"}
PERIOD = 0.3
REGIONS = ("own", "moved", "extra", "private", "common")


class Changer:
    def __init__(self, lab):
        path = os.path.join(lab.folder, "changer-file")
        with open(path, "wb") as f:
            f.write(os.urandom(8 * PAGE))
            f.flush()
            os.fsync(f.fileno())
            # So that its pages come one by one.
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        program = os.environ.get(
            "CHANGER", os.path.join(os.path.dirname(os.environ.get(
                "ZOO", "build/release/tests/live/zoo")), "changer"))
        self.p = lab.start([program, path], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, bufsize=0)
        self.pid = self.p.pid
        words = b""
        while not words.endswith(b"\n"):
            words += self.p.stdout.read(1)
        self.at = dict(zip(REGIONS, (int(w, 16) for w in words.split())))
        # What a word needs beside what it changes is there from here on.
        for _ in range(3):
            self.do("nothing")

    def do(self, word):
        self.p.stdin.write(word.encode() + b"\n")
        if self.p.stdout.read(1) != b".":
            raise RuntimeError("%s: it ended" % word)

    def end(self):
        self.p.kill()
        self.p.wait()


class Watch:
    """vmatlas, which does not run while the process does."""

    def __init__(self, lab, pid, *args):
        self.p = lab.start(
            [lab.vmatlas, "-r", "changes", "-f", "json", "-d", str(PERIOD), *args,
             str(pid)],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.raw = []

    def read(self):
        lines = []
        for raw in self.p.stdout:
            self.raw.append(raw)
            line = json.loads(raw)
            if line["kind"] == "change":
                lines.append(line)
            if line["kind"] == "snapshot":
                self.time = line["time"]
            if line["kind"] == "end":
                self.problems = line["problems"]
                return lines
        raise RuntimeError("vmatlas ended")

    def hold(self):
        """Between two refreshes: it was stopped before the next was due."""
        while True:
            self.p.send_signal(signal.SIGSTOP)
            wait_state(self.p.pid, "T")
            begun = datetime.fromisoformat(self.time.rstrip("Z") + "+00:00")
            age = datetime.now(timezone.utc) - begun
            if age.total_seconds() < 0.9 * PERIOD:
                return
            self.go()
            self.read()

    def go(self):
        self.p.send_signal(signal.SIGCONT)

    def end(self):
        self.p.kill()
        self.p.wait()


def told(changer, lines):
    """As STEPS has them, runs of frames joined; what is elsewhere by its
    address."""
    out = []
    for line in lines:
        va = int(line["va"] or "0", 16)
        name, first = "%s at %s" % (line["region"], line["va"]), 0
        for region, start in changer.at.items():
            if start <= va < start + 64 * PAGE and \
                    not 0 < first < (va - start) // PAGE:
                name, first = region, (va - start) // PAGE
        row = (name, first, line["pages"], line["change"], line["from"],
               line["to"])
        # Whether the kernel remembers that a page was never shared, or was.
        if line["change"] == "swapped-in":
            row = row[:5] + (line["to"].replace("-was-shared", ""),)
        last = out[-1] if out else None
        if last and (last[0], last[3:]) == (name, row[3:]) and \
                last[1] + last[2] == first:
            out[-1] = (name, last[1], last[2] + row[2]) + row[3:]
        else:
            out.append(row)
    return out


def step(watch, changer, word):
    watch.hold()
    changer.do(word)
    watch.go()
    return told(changer, watch.read() + watch.read())


def check_steps(tap, lab, swap):
    changer = Changer(lab)
    watch = Watch(lab, changer.pid)
    tap.check(watch.read() == [], "the first refresh is what others are "
              "compared with")
    for word, expected in STEPS:
        if swap and word in ("out", "in"):
            tap.skip(word, swap)
            continue
        lines = step(watch, changer, word)
        if word in FORKING:
            lines = [x for x in lines if x[0] in REGIONS]
        tap.check(sorted(lines) == sorted(expected),
                  "%s: each change once, and no other" % word,
                  ["told " + str(x) for x in lines if x not in expected] +
                  ["missing " + str(x) for x in expected if x not in lines])
    watch.hold()
    os.kill(changer.pid, signal.SIGSTOP)
    wait_state(changer.pid, "T")
    watch.go()
    tap.check([watch.read() for _ in range(4)] == [[]] * 4,
              "nothing is told of a process that is stopped")
    watch.end()
    changer.end()


def timeless(lines):
    return [re.sub(rb'"elapsed_ms":[0-9.]*', b"", x) for x in lines]


def check_replay(tap, lab):
    """A recording says the same, byte for byte."""
    changer = Changer(lab)
    rec = os.path.join(lab.folder, "changes.rec")
    watch = Watch(lab, changer.pid, "-w", rec)
    watch.read()
    told = [step(watch, changer, word)
            for word in ("touch", "protect", "shrink", "move")]
    watch.p.send_signal(signal.SIGINT)
    watch.raw += watch.p.stdout.readlines()
    watch.p.wait()
    changer.end()
    replayed = timeless(lab.vmatlas_run(
        "-r", "changes", "-f", "json", "-n", "1000", "-R", rec
    ).stdout.splitlines(True))
    lines = timeless(watch.raw)
    tap.check(all(told) and lines == replayed,
              "a recording tells the same changes",
              ["%r / %r" % (a, b) for a, b in zip(lines, replayed) if a != b])


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("changes", "frames are told to root only")
        return tap.done()
    swap = lab.make_swap()
    check_steps(tap, lab, swap)
    check_replay(tap, lab)
    tap.done()


main()
