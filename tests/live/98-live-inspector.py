# SPDX-License-Identifier: GPL-2.0-or-later
"""The inspector: an address by its page tables, and what a page holds, held
against the process itself; and that looking changes nothing there."""

import os
import re
import subprocess

from lab import NOBODY, PAGE, ROOT, Lab, Tap, as_user, read_pagemap

PRESENT = 1 << 63
SWAPPED = 1 << 62

PROGRAM = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGES 8
#define HUGE ((uintptr_t)2 << 20)

/* Untouched pages whose first touch would wait for somebody to serve it. */
static int watch(char *p, size_t n)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .range = { (uintptr_t)p, n },
		.mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1);

	return fd >= 0 && !ioctl(fd, UFFDIO_API, &api) &&
		!ioctl(fd, UFFDIO_REGISTER, &reg);
}

int main(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE), i;
	uintptr_t at = ((uintptr_t)sbrk(0) + size - 1) & ~(size - 1), huge;
	char *p = (char *)at;

	if (brk(p + PAGES * size + 2 * HUGE))
		return 1;
	prctl(PR_SET_DUMPABLE, 1);
	for (i = 0; i < size; i++)
		p[i] = (char)(i * 7 + i / 256);
	strcpy(p + 64, "Here stands a sentence, for strings.");
	strcpy(p + size - 9, "the end.");
	/* 1: untouched; 2: the zero page; 3: swapped, if it can be; 4: there,
	 * but not to be touched by the process; 5: untouched, and watched. */
	(void)*(volatile char *)(p + 2 * size);
	memset(p + 3 * size, 'S', size);
	madvise(p + 3 * size, size, 21 /* MADV_PAGEOUT */);
	memset(p + 4 * size, 'N', size);
	mprotect(p + 4 * size, size, PROT_NONE);
	i = (size_t)watch(p + 5 * size, size);
	huge = (at + PAGES * size + HUGE - 1) & ~(HUGE - 1);
	madvise((void *)huge, HUGE, 14 /* MADV_HUGEPAGE */);
	memset((void *)huge, 'T', HUGE);
	printf("%lx %lx %d\n", (unsigned long)at, (unsigned long)huge, (int)i);
	fflush(stdout);
	pause();
	return 0;
}
"""


def build(lab):
    source = os.path.join(lab.folder, "inspected.c")
    program = os.path.join(lab.folder, "inspected")
    with open(source, "w") as f:
        f.write(PROGRAM)
    subprocess.run(["gcc", "-O1", "-static", "-o", program, source],
                   check=True)
    return program


class Target:
    def __init__(self, lab, program, user=None):
        cmd = (as_user(user) if user else []) + [program]
        self.process = lab.start(cmd, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        self.at, self.huge = int(words[0], 16), int(words[1], 16)
        self.watched = words[2] == "1"
        self.pid = self.process.pid
        with open("/proc/%d/maps" % self.pid) as f:
            heap = [line for line in f if "[heap]" in line][0]
        self.heap = int(heap.split("-")[0], 16)

    def words(self):
        return read_pagemap(self.pid, self.at, self.huge + 512 * PAGE)

    def faults(self):
        with open("/proc/%d/stat" % self.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return int(fields[7]), int(fields[9])

    def bytes(self, va):
        with open("/proc/%d/mem" % self.pid, "rb") as f:
            f.seek(va)
            return f.read(PAGE)

    def right(self, va):
        """Keys from where the cursor begins, the heap's first page."""
        return "key" + " Right" * ((va - self.heap) // PAGE)


def screens(lab, target, lines, size="80x270", user=None):
    path = os.path.join(lab.folder, "script")
    with open(path, "w") as f:
        f.write("\n".join(["wait", "key ["] + lines + ["quit", ""]))
    os.chmod(path, 0o644)
    out = lab.vmatlas_run("--script", path, "--size", size, target.pid,
                          user=user, env=dict(os.environ, LC_ALL="C.UTF-8"))
    found, name = {}, None
    for line in out.stdout.decode("utf-8", "replace").splitlines():
        word = line.split(" ", 1)
        if word[0] == "dump":
            name = word[1]
            found[name] = []
        elif line == "roles":
            name = None
        elif name:
            found[name].append(line)
    return {k: "\n".join(v) for k, v in found.items()}


def hex_of(screen):
    """The bytes that rows of a hex dump say, in order."""
    out = {}
    for m in re.finditer(r"│ ([0-9a-f]{3})  ((?:[0-9a-f]{2} +){16})", screen):
        out[int(m[1], 16)] = bytes.fromhex(m[2])
    return b"".join(out[k] for k in sorted(out))


def page_checks(tap, lab, target, user, who):
    before, faults = target.words(), target.faults()
    lines = [target.right(target.at), "key Enter", "wait", "dump facts",
             "key Tab", "dump tables", "key Tab", "wait", "dump here"]
    for name in ("untouched", "zero", "swapped", "none", "watched"):
        lines += ["key Right", "wait", "dump " + name]
    lines += ["key Left Left Left Left Left", "wait", "key Tab", "wait",
              "dump strings"]
    got = screens(lab, target, lines, user=user)
    after = target.words()
    tap.check(hex_of(got["here"]) == target.bytes(target.at),
              "%s: the bytes shown are the page's" % who,
              got["here"].splitlines()[:30])
    index = re.findall(r"(PGD|P4D|PUD|PMD|PTE) +(\d+) of", got["tables"])
    shifts = {"PTE": 12, "PMD": 21, "PUD": 30, "PGD": 39}
    if os.uname().machine == "x86_64" and "4 levels" in got["tables"]:
        tap.check({n: int(i) for n, i in index} ==
                  {n: target.at >> s & 511 for n, s in shifts.items()},
                  "%s: the address by its page tables" % who, index)
    else:
        tap.skip("%s: the address by its page tables" % who,
                 "not x86-64 with four levels")
    tap.check(" 0x%x " % target.at in got["here"] and
              " 0x%x " % (target.at + 3 * PAGE) in got["swapped"],
              "%s: the pop-up says which page it is about" % who)
    tap.check("no page is here" in got["untouched"] and
              "no page is here" in got["watched"],
              "%s: nothing to look at where nothing was touched" % who,
              [got["untouched"], got["watched"]])
    tap.check("all zeros" in got["zero"], "%s: the page of zeros" % who,
              [got["zero"]])
    tap.check(hex_of(got["none"]) == b"N" * PAGE,
              "%s: what the process itself may not read" % who)
    tap.check("Here stands a sentence, for strings." in got["strings"] and
              "the end." in got["strings"], "%s: strings" % who,
              got["strings"].splitlines()[:30])
    if before[3] & SWAPPED:
        tap.check("swapped out" in got["swapped"] and
                  hex_of(got["swapped"]) == b"",
                  "%s: a page in swap is left there" % who, [got["swapped"]])
    else:
        tap.skip("%s: a page in swap is left there" % who,
                 "it could not be swapped out")
    tap.check(before == after, "%s: its pagemap is what it was" % who,
              ["page %d: %#x, %#x" % (i, a, b) for i, (a, b) in
               enumerate(zip(before, after)) if a != b])
    tap.check(faults == target.faults(), "%s: it took no fault" % who,
              [faults, target.faults()])


def huge_checks(tap, lab, target):
    """What the walk says of a huge page; smaps says whether it is one."""
    with open("/proc/%d/smaps" % target.pid) as f:
        text = f.read()
    whole = re.search(r"AnonHugePages: +2048 kB", text) is not None
    va = target.huge + 5 * PAGE
    got = screens(lab, target, [target.right(va), "key Enter", "wait",
                                "key Tab", "dump tables"], "80x40")
    if whole and os.uname().machine == "x86_64":
        tap.check("The walk stops at the PMD" in got["tables"] and
                  "huge page of 2.0M" in got["tables"],
                  "a huge page's walk stops at the PMD", [got["tables"]])
    else:
        tap.check("The PTE entry has" in got["tables"],
                  "a small page's walk goes to the end", [got["tables"]])
    got = screens(lab, target, [target.right(target.at), "key Enter", "wait",
                                "key Tab", "dump tables"], "80x40")
    tap.check("The PTE entry has" in got["tables"],
              "a small page's walk goes to the PTE", [got["tables"]])


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("all", "needs root")
        tap.done()
        return
    reason = lab.make_swap()
    if reason:
        print("# no swap: %s" % reason)
    program = build(lab)
    target = Target(lab, program)
    page_checks(tap, lab, target, None, "root")
    huge_checks(tap, lab, target)
    page_checks(tap, lab, Target(lab, program, NOBODY), NOBODY,
                "its own user")
    tap.done()


main()
