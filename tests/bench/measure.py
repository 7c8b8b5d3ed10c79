# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of programs, and the rows that come of it."""
import json
import os
import statistics
import subprocess
import time

from line import VMATLAS
from targets import TOOLS


class Wrong(Exception):
    """vmatlas and the bare loop do not say the same: the row fails."""


class Size:
    """How much is done: all of it, or little (--quick)."""

    def __init__(self, quick):
        self.quick = quick
        self.rounds = 3 if quick else 7

    def pick(self, full, quick):
        return quick if self.quick else full


def row(what, on, measured, limit, unit, note=""):
    return {"what": what, "on": on, "measured": measured, "limit": limit,
            "unit": unit, "note": note}


def run(argv, stdout=subprocess.DEVNULL):
    """CPU seconds of ARGV, its wall-clock time and what it wrote."""
    start = time.monotonic()
    with subprocess.Popen(argv, stdout=stdout,
                          stderr=subprocess.DEVNULL) as child:
        out = child.stdout.read() if child.stdout else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Wrong(f"{argv[0]} ended with {child.returncode}: "
                    + " ".join(argv[1:]))
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, out


def report(*args):
    return [VMATLAS, "-r", *map(str, args)]


def bare(*args):
    return [os.path.join(TOOLS, "bare"), *map(str, args)]


def lines_of(argv):
    """The objects of a report as JSON lines."""
    out = run([*argv, "-f", "json"], subprocess.PIPE)[2]
    return [json.loads(text) for text in out.splitlines()]


def said_by(argv):
    """The numbers that a bare loop prints."""
    return [int(word, 0) for word in
            run(argv, subprocess.PIPE)[2].decode().split()]


def medians(size, *argvs, rounds=0):
    """Median CPU seconds of each, run in turns.  What they write is thrown
    away: no reader competes with them."""
    times = [[] for _ in argvs]
    for argv in argvs:
        run(argv)
    for _ in range(rounds or size.rounds):
        for argv, taken in zip(argvs, times):
            taken.append(run(argv)[0])
    return [statistics.median(taken) for taken in times]


def milliseconds(*seconds):
    """For notes: each figure of which a ratio was made."""
    return " to ".join(f"{s * 1000:.3g}" for s in seconds) + " ms"
