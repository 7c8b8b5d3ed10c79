# SPDX-License-Identifier: GPL-2.0-or-later
"""What memory is spent on: the parts add up to MemTotal, and the right part
grows when memory is taken; the limits of a control group; zram."""

import os
import subprocess
import sys

from lab import NOBODY, PAGE, ROOT, Lab, Tap, parse_lines

MIB = 1 << 20
TAKEN = 192 * MIB       # far more than what else goes on meanwhile
# Takes memory of a kind, says so, and keeps it until its input ends.
TAKER = """
import mmap, os, sys
kind, size = sys.argv[1], int(sys.argv[2])
if kind == "anonymous":
    m = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
else:
    fd = os.memfd_create("taker")
    os.ftruncate(fd, size)
    m = mmap.mmap(fd, size)
for at in range(0, size, 4096):
    m[at:at + 8] = at.to_bytes(8, "little")
if len(sys.argv) > 3:
    m.madvise(21)
print("ready", flush=True)
sys.stdin.read()
"""


def meminfo():
    with open("/proc/meminfo") as f:
        return {line.split(":")[0]: line.split()[1:] for line in f}


def figures(lines):
    return {(r["group"], r["name"], r["subject"]): r for r in lines
            if r["kind"] == "memory"}


def value(lines, group, name):
    found = [r["value"] for (g, n, _), r in figures(lines).items()
             if (g, n) == (group, name)]
    return found[0] if found else None


def take(lab, *words):
    p = lab.start([sys.executable, "-c", TAKER, *map(str, words)],
                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    return p


def end(p):
    p.stdin.close()
    p.wait()


def check_sum(tap, lines, who):
    ram = [r for r in lines if r["kind"] == "memory" and r["group"] == "ram"]
    total = value(lines, "total", "total")
    known = [r["value"] for r in ram if r["value"] is not None]
    tap.check(total and sum(known) == total and len(known) >= 14,
              "%s: the parts add up to MemTotal" % who,
              ["%s: %s" % (r["name"], r["value"]) for r in ram])
    kernel = int(meminfo()["MemTotal"][0]) << 10
    tap.check(total == kernel, "%s: MemTotal is the kernel's" % who,
              [total, kernel])
    names = {r["name"] for r in lines if r.get("group") == "meminfo"}
    tap.check(names == set(meminfo()), "%s: every line of meminfo is there" %
              who, sorted(names ^ set(meminfo())))


def check_growth(tap, lab):
    for kind, part in (("anonymous", "anonymous"), ("memfd", "shmem")):
        before = lab.report("-r", "memory")
        p = take(lab, kind, TAKEN)
        after = lab.report("-r", "memory")
        end(p)
        grown = value(after, "ram", part) - value(before, "ram", part)
        tap.check(TAKEN * 2 // 3 < grown < TAKEN * 3 // 2,
                  "%s grows by what was taken" % part, [grown])
        check_sum(tap, after, "with %s taken" % kind)
    before = lab.report("-r", "memory")
    why = lab.make_hugetlb() if ROOT else "not root"
    if why:
        tap.skip("hugetlb grows by the pool", why)
        return
    after = lab.report("-r", "memory")
    grown = value(after, "ram", "hugetlb") - value(before, "ram", "hugetlb")
    size = int(meminfo()["Hugepagesize"][0]) << 10
    # Whoever else raises it meanwhile only adds to that.
    tap.check(grown >= 4 * size, "hugetlb grows by the pool", [grown])
    pools = [r for r in after if r.get("group") == "hugetlb" and
             r["name"] == "pool" and r["subject"] == "%dkB" % (size >> 10)]
    tap.check(len(pools) == 1 and pools[0]["value"] >= 4,
              "the pool is named by its size", pools)


def check_process(tap, lab):
    p = take(lab, "anonymous", TAKEN)
    lines = lab.report("-r", "memory", "-p", p.pid)
    with open("/proc/%d/status" % p.pid) as f:
        status = {line.split(":")[0]: line.split()[1:] for line in f}
    for name, key in (("rss-anonymous", "RssAnon"), ("rss", "VmRSS"),
                      ("swap", "VmSwap"), ("page-tables", "VmPTE")):
        kernel = int(status[key][0]) << 10
        tap.check(value(lines, "process", name) == kernel,
                  "%s of a process is the kernel's" % name,
                  [value(lines, "process", name), kernel])
    tap.check(all(r["pid"] == p.pid for r in lines if r["kind"] == "memory"),
              "each line says whose it is")
    end(p)


def check_rates(tap, lab):
    r = lab.vmatlas_run("-b", "-f", "json", "-r", "memory", "-n", 2, "-d",
                        "0.3")
    lines = parse_lines(r.stdout)
    rates = [r["rate"] for r in lines if r["kind"] == "memory" and
             r["group"] == "events" and r["name"] == "faults"]
    tap.check(len(rates) == 2 and rates[0] is None and rates[1] > 0,
              "the second refresh knows how fast faults come", rates)


def check_nobody(tap, lab):
    if not ROOT:
        tap.skip("what nobody sees", "not root")
        return
    lines = lab.report("-r", "memory", user=NOBODY)
    rest = {r["name"]: r["value"] for r in lines if r.get("group") == "outside"}
    tap.check(rest["kernel-code"] is None and rest["in-no-zone"] is None,
              "nobody may not see where the kernel lies", [rest])


def check_cgroup(tap, lab):
    root = "/sys/fs/cgroup/memory"
    name = "vmatlas live %d \x1b[31m" % os.getpid()
    group = os.path.join(root, name)
    if not ROOT or not os.path.exists(root + "/memory.limit_in_bytes"):
        tap.skip("a control group's limit", "no cgroup v1 to make groups in")
        return
    os.mkdir(group)
    lab.undo.append(lambda: os.rmdir(group))
    lab.write(group + "/memory.limit_in_bytes", str(64 * MIB))
    p = take(lab, "anonymous", MIB)
    lab.write(group + "/cgroup.procs", str(p.pid))
    run = lab.vmatlas_run("-b", "-f", "json", "-r", "memory", "-p", p.pid)
    lines = parse_lines(run.stdout)
    tap.check(value(lines, "cgroup", "limit") == 64 * MIB and
              value(lines, "cgroup", "limit-in-effect") == 64 * MIB and
              value(lines, "cgroup", "version") == 1,
              "the limit of a control group",
              [r for r in lines if r.get("group") == "cgroup"][:4])
    subject = [r["subject"] for r in lines if r.get("group") == "cgroup"][0]
    tap.check("\\x1b" in subject and b"\x1b" not in run.stdout,
              "its name is escaped", [subject])
    end(p)


def zram_device():
    """A zram device that nobody uses, or None."""
    try:
        with open("/sys/block/zram0/disksize") as f:
            return "zram0" if int(f.read()) == 0 else None
    except OSError:
        return None


def check_zram(tap, lab):
    name = zram_device()
    dev = name and "/dev/" + name
    if not ROOT or not dev or not os.path.exists(dev):
        tap.skip("zram", "no zram device that is free")
        return
    try:
        lab.write("/sys/block/%s/disksize" % name, str(64 * MIB))
    except OSError as e:
        tap.skip("zram", str(e))
        return
    lab.undo.append(lambda: lab.write("/sys/block/%s/reset" % name, "1"))
    for cmd in (["mkswap", dev], ["swapon", dev]):
        r = subprocess.run(cmd, capture_output=True, text=True)
        if r.returncode:
            tap.skip("zram", r.stderr.strip())
            return
    lab.undo.append(lambda: subprocess.run(["swapoff", dev]))
    before = lab.report("-r", "memory")
    p = take(lab, "anonymous", 32 * MIB, "out")
    lines = lab.report("-r", "memory")
    end(p)
    per_page = value(lines, "zram", "ram-per-page")
    tap.check(value(lines, "zram", "stored") > 16 * MIB and
              0 < per_page < PAGE,
              "a page in zram costs less than a page",
              [r for r in lines if r.get("group") == "zram"])
    tap.check(value(lines, "ram", "compressed") >
              value(before, "ram", "compressed") or
              value(lines, "ram", "compressed") is None,
              "what zram takes is a part of RAM",
              [value(before, "ram", "compressed"),
               value(lines, "ram", "compressed")])


def main():
    tap = Tap()
    lab = Lab()
    try:
        check_sum(tap, lab.report("-r", "memory"), "at first")
        check_growth(tap, lab)
        check_process(tap, lab)
        check_rates(tap, lab)
        check_nobody(tap, lab)
        check_cgroup(tap, lab)
        check_zram(tap, lab)
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
