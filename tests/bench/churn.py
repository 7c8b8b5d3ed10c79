# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the target notices: its mmap+munmap, watched and not."""
import contextlib
import os
import statistics
import time

from line import Line
from measure import report, row, run
from targets import GIB, MIB, Load, fitting

NOTHING, REGIONS, FIRST, STEADY = range(4)
KINDS = {
    REGIONS: "regions again and again",
    FIRST: "the first read of the atlas",
    STEADY: "the atlas later on",
}


@contextlib.contextmanager
def away_from(cpu):
    """We and what we start on the other processors, where there are any: what
    the target is to lose is its lock, not its processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before - {cpu} or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def sample(load, seconds, work):
    """Median and 99th percentile, ms, of what the target did meanwhile."""
    load.ask()
    work(time.monotonic() + seconds)
    return [ns / 1e6 for ns in load.ask()]


def idle(end):
    time.sleep(max(end - time.monotonic(), 0))


def one_round(load, seconds):
    pid = load.pid
    out = {NOTHING: sample(load, seconds, idle)}

    def again(end):
        while time.monotonic() < end:
            run(report("regions", pid))

    out[REGIONS] = sample(load, seconds, again)
    lines = []

    def first(end):
        lines.append(Line([str(pid)]))
        lines[0].drain(end - time.monotonic())

    try:
        out[FIRST] = sample(load, seconds, first)
        lines[0].drain(3)
        out[STEADY] = sample(load, seconds, lambda end: lines[0].drain(
            end - time.monotonic()))
    finally:
        for line in lines:
            line.close()
    return out


def churn(size):
    nbytes, note = fitting(size.pick(GIB, GIB // 8))
    cpu = min(os.sched_getaffinity(0))
    with Load("churn", nbytes // MIB, cpu=cpu) as load, away_from(cpu):
        rounds = [one_round(load, size.pick(1.0, 0.5))
                  for _ in range(size.rounds)]
    median, high = ({kind: statistics.median(each[kind][i] for each in rounds)
                     for kind in rounds[0]} for i in (0, 1))
    for kind, what in KINDS.items():
        on = f"{nbytes / GIB:.3g} GiB; {what}"
        yield row("mmap+munmap of the target, median", on,
                  median[kind] / median[NOTHING], 1.1, "ratio",
                  f"unwatched {median[NOTHING] * 1000:.3g}, watched "
                  f"{median[kind] * 1000:.3g} us {note}".strip())
        yield row("mmap+munmap of the target, p99", on, high[kind], 0.5, "ms",
                  f"unwatched {high[NOTHING]:.3g} ms")


ROWS = {"churn": churn}
