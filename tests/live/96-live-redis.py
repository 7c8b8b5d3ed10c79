# SPDX-License-Identifier: GPL-2.0-or-later
"""Redis during a background save: its own figure for the memory that was
copied meanwhile, the kernel's, and what a comparison of all frames before and
after says, held against the ledger of copy on write.

Redis's figure (INFO persistence, current_cow_size) is the Private_Dirty of
all smaps of the child that saves, which it adds up itself about once a second.
Values are small, so that the child does not give them back once they are
saved (it does with those bigger than half a page)."""

import time

from lab import PAGE, ROOT, Lab, Tap, read_smaps, wait_for
from ledger import Watch
from servers import (ALONE, ANON, EXCLUSIVE, FRAME, ZERO, Redis, children_of,
                     common, go_on, read_frame_words, read_words,
                     redis_program, stop)

KEYS, VALUE = 130000, 1500      # about 200 MB
APART = 60                      # keys that are never in one page
FIRST, SECOND, THIRD = 1500, 300, 200   # keys written, one after another


def keys(first, n):
    return range(1 + first * APART, 1 + (first + n) * APART, APART)


class Save:
    """A server in the middle of a background save."""

    def __init__(self, lab):
        self.redis = Redis(lab, "--rdb-key-save-delay", "400",
                           "--rdbcompression", "no")
        self.redis.fill(KEYS, VALUE)
        self.parent = self.redis.pid
        self.watch = Watch(lab, self.parent)
        self.watch.read()
        self.redis.command("BGSAVE")
        wait_for(lambda: children_of(self.parent), "Redis forks")
        self.child, = children_of(self.parent)

    def stop(self):
        stop([self.parent, self.child])
        return self.watch.read_new()

    def go_on(self):
        go_on([self.parent, self.child])

    def figure(self):
        """Redis's own, computed after this was called."""
        begin = time.monotonic()

        def is_new():
            self.info = self.redis.info("persistence")
            # The age is in whole seconds.
            return int(self.info["current_cow_size"]) and \
                time.monotonic() - begin >= \
                int(self.info["current_cow_size_age"]) + 1
        wait_for(is_new, "Redis says what was copied")
        return int(self.info["current_cow_size"])


def private_dirty(pid):
    """{region: bytes}, as the kernel says."""
    return {r[0]: r[3].get("Private_Dirty", 0) * 1024 for r in read_smaps(pid)}


def total(rows, field):
    return sum(r[field] for r in rows.values())


def copies(lab, pid):
    """{region: bytes} of its own memory that nobody else has, and the rows:
    what the others copied away, and what was copied or made here."""
    cow = {int(r["start"], 16): r for r in lab.report("-r", "cow", "-p", pid)
           if r["kind"] == "cow"}
    own = {}
    for r in lab.report("-r", "regions", "--full", "-p", pid):
        if r["kind"] == "region":
            start = int(r["start"], 16)
            states = r["states"]
            own[start] = states.get("anon", 0) * PAGE
            if start in cow:
                own[start] += cow[start]["was_shared"] + cow[start]["copied"]
    return own, cow


def check_child(tap, lab, save, before):
    """Stopped: nothing may differ by a page."""
    kernel = private_dirty(save.child)
    # What was a file's is another state.
    words = read_words(save.child, lambda name, inode: not inode)
    own, cow = copies(lab, save.child)
    bad = ["%x: %d, smaps %d" % (start, own.get(start, 0), kernel[start])
           for start in kernel if own.get(start, 0) != kernel[start]]
    tap.check(cow and not bad, "the child's ledger is its Private_Dirty, "
              "region by region", bad)
    # A frame that it had from the fork, that nobody else has now, and that
    # it has not written to since.
    kept = {w & FRAME for va, w in words.items() if w & ALONE and
            before.get(va, 0) & FRAME == w & FRAME}
    flags = read_frame_words("kpageflags", kept)
    kept = [pfn for pfn in kept if flags[pfn] & ANON and
            not flags[pfn] & EXCLUSIVE]
    tap.check(len(kept) >= FIRST and
              total(cow, "was_shared") == len(kept) * PAGE,
              "what the server copied away is what the child has left",
              [total(cow, "was_shared"), len(kept) * PAGE])
    return sum(kernel.values())


def check_parent(tap, save, before, rows, split_before):
    """What moved to another frame was copied: nothing else moves it here."""
    after = read_words(save.parent)
    moved = sum(va in after and after[va] & FRAME != w & FRAME
                for va, w in before.items())
    split = total(rows, "split") - split_before
    tap.check(split == moved * PAGE, "what the server copied is what has "
              "another frame", [split, moved * PAGE])
    # A value, what points to it, and what the server needs to be asked.
    tap.check(FIRST <= moved < 2 * FIRST, "that is what was written",
              [moved])
    tap.check(total(rows, "shared") > KEYS * VALUE / 2,
              "what is not written is shared still", [total(rows, "shared")])


def check_compare(tap, lab, save):
    """Both processes side by side."""
    a, b = ({w & FRAME for w in read_words(pid).values()}
            for pid in (save.parent, save.child))
    zero = {pfn for pfn, flags in
            read_frame_words("kpageflags", a | b).items() if flags & ZERO}
    want = len(a - b - zero), len(b - a - zero), len(a & b - zero)
    got = common(lab, save.parent, save.child)
    tap.check(got == want, "what the server and its child have, each alone "
              "and both", [got, want])
    tap.check(got[0] > FIRST and got[1] > FIRST and got[2] > 10 * FIRST,
              "most is in common, and each has what was written", [got])


def main():
    tap = Tap()
    if not ROOT or not redis_program():
        tap.skip("Redis during a save", "frames are told to root only"
                 if not ROOT else "there is no redis-server")
        return tap.done()
    lab = Lab()
    save = Save(lab)
    split_before = total(save.stop(), "split")
    before = read_words(save.parent)
    forked = read_words(save.child)
    save.go_on()
    save.redis.write(keys(0, FIRST))
    rows = save.stop()
    check_parent(tap, save, before, rows, split_before)
    low = check_child(tap, lab, save, forked)
    check_compare(tap, lab, save)
    save.go_on()
    save.redis.write(keys(FIRST, SECOND))
    said = save.figure()
    save.redis.write(keys(FIRST + SECOND, THIRD))
    save.stop()
    high = check_child(tap, lab, save, forked)
    tap.check(low + SECOND * PAGE <= said <= high - THIRD * PAGE,
              "Redis's own figure lies between the ledger before and after",
              [low, said, high])
    tap.check(high - low < 2 * (SECOND + THIRD) * PAGE,
              "and the two are close", [low, said, high])
    save.watch.end()
    tap.done()


main()
