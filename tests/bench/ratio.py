# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of reports, as ratios to a bare loop of the same system calls; the
medians of interleaved runs."""
import json
import mmap
import os
import signal
import statistics
import subprocess
import time

from answer import large_process, available
from line import VMATLAS

BARE = os.path.join(os.path.dirname(VMATLAS), "tests/bench/bare")
RUNS = 5
# What, how its pages are, bound.
KINDS = (("4 KiB pages", mmap.MADV_NOHUGEPAGE, 1.15),
         ("THP", mmap.MADV_HUGEPAGE, 1.5))


def cost(argv):
    """CPU seconds of ARGV, its wall-clock time and what it wrote."""
    start = time.monotonic()
    with subprocess.Popen(argv, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as child:
        out = child.stdout.read()
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return (usage.ru_utime + usage.ru_stime, time.monotonic() - start, out)


def rss_of(report):
    return sum(row["rss"] for row in map(json.loads, report.splitlines())
               if row["kind"] == "region")


def regions(what, advice, bound):
    nbytes = min(4 << 30, available() // 2) & -(1 << 21)
    pid = large_process(nbytes, advice)
    try:
        ours, bare = [], []
        for _ in range(RUNS):
            cpu, _, out = cost([VMATLAS, "-r", "regions", "-f", "json",
                                str(pid)])
            ours.append(cpu)
            least, _, present = cost([BARE, str(pid)])
            bare.append(least)
            # Both have seen the same pages, but for what no Rss counts.
            if abs(rss_of(out) - int(present)) > 64 << 10:
                raise RuntimeError(f"{rss_of(out)} bytes present, by the "
                                   f"bare loop {int(present)}")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return {"what": "regions, CPU to bare pagemap",
            "on": f"{nbytes / (1 << 30):.1f} GiB of {what}",
            "measured": statistics.median(ours) / statistics.median(bare),
            "bound": bound, "unit": "ratio"}


def start(what, args, bound):
    times = [cost([VMATLAS, *args])[1] * 1000 for _ in range(4 * RUNS)]
    return {"what": f"start of {what}", "on": "", "unit": "ms",
            "measured": statistics.median(times), "bound": bound}


def rows():
    for kind in KINDS:
        yield regions(*kind)
    yield start("--version", ["--version"], 3)
    with subprocess.Popen(["sh", "-c", "read x"], stdin=subprocess.PIPE) as sh:
        yield start("regions of a shell", ["-r", "regions", str(sh.pid)], 15)
        sh.stdin.close()
