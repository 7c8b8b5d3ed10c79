# SPDX-License-Identifier: GPL-2.0-or-later
"""What the atlas costs while it is open, on a line whose bytes are read."""
import os
import statistics
import time

from line import Line
from measure import row
from targets import GIB, MIB, PAGE, Load, cpu_ticks, fitting, kib_in

TICKS = os.sysconf("SC_CLK_TCK")
# The title of a pane, and the last word of the last row.
PICTURE = b"virtual", b"Quit"


def share_of(line, size):
    """Percent of one processor, after the first pass has settled."""
    line.until(*PICTURE)
    line.drain(size.pick(8, 3))
    before, start = cpu_ticks(line.pid), time.monotonic()
    line.drain(size.pick(15, 3))
    passed = time.monotonic() - start
    return (cpu_ticks(line.pid) - before) / TICKS / passed * 100


def steady(size, nbytes, limit, *options):
    nbytes, note = fitting(nbytes)
    with Load("small", nbytes // MIB) as load, \
            Line(["-d", "1", *options, str(load.pid)]) as line:
        share = share_of(line, size)
    return row("steady atlas at 1 Hz, CPU",
               " ".join([f"{nbytes / MIB:.0f} MiB of 4 KiB pages", *options]),
               share, limit, "%", note)


def atlas(size):
    nbytes = size.pick(GIB, GIB // 4)
    yield steady(size, nbytes, 2)
    # What is asked for in the background, over what the idle one may cost.
    yield steady(size, nbytes, 0.5 + 0.1, "--cpu", "0.1")


def atlas_idle(size):
    yield steady(size, 100 * MIB, 0.5)


def frames_of_machine():
    with open("/proc/zoneinfo", encoding="ascii") as file:
        return sum(int(text.split()[1]) for text in file
                   if text.split()[0] == "present")


def answers(line, count):
    """Milliseconds from each key to its answer's first byte.  Every second
    key is back to where it was, so each has an answer."""
    out = []
    for i in range(count):
        while line.read(0):
            pass
        start = time.monotonic()
        line.type("C" if i & 1 else "c")
        if not line.read(10):
            raise RuntimeError("a key has no answer")
        out.append((time.monotonic() - start) * 1000)
        line.drain(0.02)
    return sorted(out)


def large(size):
    """A process of 16 GiB: the first picture, keys while it is read, memory
    once it was read."""
    nbytes, note = fitting(size.pick(16 * GIB, GIB // 2))
    on = f"{nbytes / GIB:.3g} GiB of 4 KiB pages"
    with Load("small", nbytes // MIB) as load:
        pid = str(load.pid)
        pictures, keys = [], []
        for _ in range(size.rounds):
            # A refresh of its own might be taken for an answer: there is none.
            with Line(["-d", "3600", pid]) as line:
                pictures.append(line.until(*PICTURE) * 1000)
                keys += answers(line, 30)
        with Line([pid]) as line:
            line.until(*PICTURE)
            line.drain(size.pick(12, 4))
            most = kib_in(f"/proc/{line.pid}/status", "VmHWM")
    keys.sort()
    yield row("first picture after start", on, statistics.median(pictures),
              100, "ms", note)
    yield row("a key's answer while it is read, p99", on,
              keys[int(len(keys) * 0.99)], 50, "ms",
              f"median {statistics.median(keys):.3g}, most {keys[-1]:.3g} ms "
              f"of {len(keys)} keys")
    frames = frames_of_machine()
    yield row("most memory of vmatlas", on, most / MIB,
              16 + (frames + 2 * nbytes / PAGE) / MIB, "MiB",
              f"{frames} frames: {frames / MIB:.3g} MiB, "
              f"{nbytes // PAGE} pages: {2 * nbytes / PAGE / MIB:.3g} MiB")


ROWS = {"atlas": atlas, "atlas-idle": atlas_idle, "large": large}
