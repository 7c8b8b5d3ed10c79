# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger of copy on write, held against the frames that pagemap tells
before and after a known number of writes."""

import mmap
import os
import signal

from family import FRAME, PRESENT, address, fill, private
from lab import PAGE, ROOT, Lab, Tap, read_pagemap
from ledger import Watch

FORKED, FILE = 64, 32           # pages
WRITES = (11, 5, 7)             # by the child to both, by the parent


class Pair:
    """A parent that writes when it is told to, and so does its child."""

    def __init__(self, lab):
        path = os.path.join(lab.folder, "cow-file")
        with open(path, "wb") as f:
            f.write(os.urandom(FILE * PAGE))
        self.pipes = [os.pipe() for _ in range(4)]
        self.parent = os.fork()
        if not self.parent:
            for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(sig, signal.SIG_DFL)
            try:
                self.be_parent(path)
            finally:
                os._exit(1)
        lab.undo.append(self.end)
        words = os.read(self.pipes[0][0], 100).split()
        self.child = int(words[0])
        self.forked, self.file = int(words[1], 16), int(words[2], 16)

    def be_parent(self, path):
        forked = private(FORKED)
        fill(forked, range(FORKED), 1)
        with open(path, "rb") as f:
            mapped = mmap.mmap(f.fileno(), FILE * PAGE, mmap.MAP_PRIVATE,
                               mmap.PROT_READ | mmap.PROT_WRITE)
        child = os.fork()
        if not child:
            sum(mapped[i * PAGE] for i in range(FILE))
            os.write(self.pipes[0][1], b"%d %x %x" % (
                os.getpid(), address(forked), address(mapped)))
            os.read(self.pipes[1][0], 1)
            fill(forked, range(WRITES[0]), 100)
            fill(mapped, range(WRITES[1]), 100)
            os.write(self.pipes[0][1], b".")
            signal.pause()
        os.read(self.pipes[2][0], 1)
        fill(forked, range(20, 20 + WRITES[2]), 200)
        os.write(self.pipes[0][1], b".")
        signal.pause()

    def write(self, who):
        os.write(self.pipes[1 if who == "child" else 2][1], b".")
        os.read(self.pipes[0][0], 1)

    def frames(self, pid):
        return [[w & FRAME if w & PRESENT else None
                 for w in read_pagemap(pid, start, start + n * PAGE)]
                for start, n in ((self.forked, FORKED), (self.file, FILE))]

    def end(self):
        for pid in (self.child, self.parent):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(self.parent, 0)


def moved(before, after):
    return [sum(a is not None and a != b for a, b in zip(x, y))
            for x, y in zip(before, after)]


def check_child(tap, lab, pair):
    watch = Watch(lab, pair.child)
    rows = watch.read()
    tap.check(rows[pair.forked]["shared"] == FORKED * PAGE and
              rows[pair.forked]["split"] == 0 and
              rows[pair.forked]["split_since_last"] is None,
              "before anybody writes all is shared", [rows[pair.forked]])
    tap.check(rows[pair.file]["pending"] == FILE * PAGE and
              rows[pair.file]["copied"] == 0,
              "a file that was read is pending", [rows[pair.file]])
    watch.read()
    before = pair.frames(pair.child)
    pair.write("child")
    after = pair.frames(pair.child)
    tap.check(moved(before, after) == [WRITES[0], WRITES[1]],
              "the child copied what it wrote", [moved(before, after)])
    seen = watch.until(pair.forked, WRITES[0] * PAGE)
    row, file = seen[-1][pair.forked], seen[-1][pair.file]
    tap.check(row["split"] == WRITES[0] * PAGE and
              row["shared"] == (FORKED - WRITES[0]) * PAGE,
              "what it wrote has split", [row])
    tap.check(sum(r[pair.forked]["split_since_last"] for r in seen) ==
              WRITES[0] * PAGE, "each split is told in one refresh",
              [r[pair.forked] for r in seen])
    tap.check(file["copied"] == file["split"] == WRITES[1] * PAGE and
              file["pending"] == (FILE - WRITES[1]) * PAGE,
              "pages of the file are copied", [file])
    row = watch.read()[pair.forked]
    tap.check(row["split_since_last"] == 0 and
              row["split"] == WRITES[0] * PAGE,
              "a split is new once", [row])
    watch.end()


def check_parent(tap, lab, pair):
    """What the parent copies is the child's alone then."""
    watch, child = Watch(lab, pair.parent), Watch(lab, pair.child)
    first = child.read()[pair.forked]
    watch.read()
    watch.read()
    pair.write("parent")
    row = watch.until(pair.forked, WRITES[2] * PAGE)[-1][pair.forked]
    tap.check(row["split"] == WRITES[2] * PAGE,
              "what the parent wrote has split", [row])
    for _ in range(20):
        last = child.read()[pair.forked]
        if last["was_shared"] != first["was_shared"]:
            break
    tap.check(last["was_shared"] - first["was_shared"] ==
              WRITES[2] * PAGE and last["split"] == 0,
              "the child has the rest to itself, and copied nothing",
              [first, last])
    watch.end()
    child.end()


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("the ledger of copy on write", "frames are told to root only")
        return tap.done()
    lab = Lab()
    pair = Pair(lab)
    check_child(tap, lab, pair)
    check_parent(tap, lab, pair)
    tap.done()


main()
