# SPDX-License-Identifier: GPL-2.0-or-later
"""The audit: vmatlas and the kernel agree about processes that stand still."""

import subprocess
import sys

from lab import PAGE, Lab, Tap, Zoo

# Shared memory in swap: pagemap shows nothing of it.  MADV_PAGEOUT is 21.
HIDDEN = """
import mmap, os, sys, time
fd = os.memfd_create("hidden")
os.ftruncate(fd, 64 << 12)
m = mmap.mmap(fd, 64 << 12)
for i in range(32):
    m[i << 12] = 1
m.madvise(21)
print("ready", flush=True)
time.sleep(1000)
"""


def hidden_swap(lab, tap):
    """Swapped shared memory: counted by cachestat, not taken from smaps."""
    why = lab.make_swap()
    if why:
        tap.skip("shared memory in swap", why)
        return
    p = lab.start([sys.executable, "-c", HIDDEN], stdout=subprocess.PIPE,
                  stdin=subprocess.DEVNULL, text=True)
    p.stdout.readline()
    line = [r for r in lab.report("-r", "audit", "-p", p.pid)
            if r["kind"] == "audit" and "memfd:hidden" in str(r["name"])
            and r["field"] == "Swap"]
    tap.check(len(line) == 1 and line[0]["agree"] is True and
              line[0]["vmatlas"] == line[0]["kernel"] >= 16 * PAGE,
              "shared memory in swap", [str(line)])
    # Without cachestat the figure is the kernel's, so nothing is compared.
    line = [r for r in lab.report("-r", "audit", "--without", "cachestat",
                                  "-p", p.pid)
            if r["kind"] == "audit" and "memfd:hidden" in str(r["name"])
            and r["field"] == "Swap"]
    tap.check(len(line) == 1 and line[0]["agree"] is None and
              "shared memory" in line[0]["reason"],
              "without cachestat it is left out of the audit", [str(line)])



def main():
    tap = Tap()
    lab = Lab()
    try:
        zoo = Zoo(lab)
        for who, pid in zoo.pids.items():
            lines = [r for r in lab.report("-r", "audit", "-p", pid)
                     if r["kind"] == "audit"]
            bad = ["%s %s %s: vmatlas %s, kernel %s, %s" %
                   (r["start"], r["name"], r["field"], r["vmatlas"],
                    r["kernel"], r["reason"])
                   for r in lines if r["agree"] is False]
            agreed = [r for r in lines if r["agree"]]
            tap.check(not bad and len(agreed) > 100,
                      "%s: %d figures agree" % (who, len(agreed)), bad)
            files = {r["file"] for r in agreed}
            tap.check(files == {"smaps", "smaps_rollup", "status"},
                      "%s: all files were compared" % who, sorted(files))
            fields = {r["field"] for r in agreed}
            want = {"Rss", "Pss", "Shared", "Private", "Anonymous", "Swap"}
            tap.check(want <= fields, "%s: all sums were compared" % who,
                      sorted(want - fields))
        hidden_swap(lab, tap)
        # Those that run move; a difference that stays is none of that.
        for _ in range(4):
            r = lab.vmatlas_run("-r", "audit", timeout=120)
            said = r.stdout.decode()
            if r.returncode == 0:
                break
        tap.check(said.count("figures agree") > 1,
                  "all processes of the machine", [r.stderr.decode()])
        tap.check(r.returncode == 0 and " NO " not in said,
                  "nothing differs in any of them",
                  [line for line in said.splitlines() if " NO " in line])
        r = lab.vmatlas_run("-r", "audit", "--without", "pfn", "-p",
                            zoo.pids["parent"])
        tap.check(b" 1 figures agree, 0 differ" in r.stdout,
                  "without frames no figure is held against itself",
                  r.stdout.decode().splitlines()[-1:])
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    main()
