# SPDX-License-Identifier: GPL-2.0-or-later
"""What recording costs: bytes a refresh, CPU and memory."""
import os
import subprocess
import tempfile
import time

from line import VMATLAS
from measure import Wrong, milliseconds, report, row, run
from targets import GIB, MIB, PAGE, Load, fitting, kib_in


def record(pid, delay, refreshes):
    """Bytes of the recording, CPU seconds and memory of its own, bytes."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = os.path.join(folder, "rec")
        with subprocess.Popen([VMATLAS, "-b", "-w", path, "-d", str(delay),
                               "-n", str(refreshes), "-p", str(pid)],
                              stdin=subprocess.DEVNULL) as child:
            time.sleep(delay * (refreshes - 1.5))
            memory = kib_in(f"/proc/{child.pid}/status", "RssAnon")
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise Wrong(f"recording ended with {child.returncode}")
        return (os.stat(path).st_size, usage.ru_utime + usage.ru_stime,
                memory)


def between(few, many, n):
    """What each of N refreshes more has added."""
    return (many - few) / n


def large(size, kind):
    """A process of a GiB, looked at each second."""
    nbytes, note = fitting(size.pick(GIB, GIB // 8))
    n = size.pick(20, 4)
    what = "idle" if kind == "small" else "busy"
    on = f"{nbytes / GIB:.3g} GiB in small pages, {what}, each second"
    with Load(kind, nbytes // MIB) as load:
        time.sleep(1)
        few, few_cpu, _ = record(load.pid, 1, 2)
        many, many_cpu, memory = record(load.pid, 1, 2 + n)
        unrecorded = run([*report("regions", load.pid), "--full", "-d", "1",
                          "-n", str(n)])[0] / n
    raw = nbytes // PAGE * 8
    each = between(few, many, n)
    yield row("recording, bytes a refresh", on, each,
              64 << 10, "B",
              f"the first {few - each:.0f}; pagemap alone {raw}; {note}"
              .rstrip("; "))
    yield row("recording, to the raw pagemap", on, each / raw, 0.05,
              "ratio")
    cpu = between(few_cpu, many_cpu, n)
    yield row("recording, CPU to the same unrecorded", on, cpu / unrecorded,
              1.5, "ratio", f"{milliseconds(cpu, unrecorded)} a refresh; "
              f"{memory / MIB:.1f} MiB of its own")


def idle(size):
    yield from large(size, "small")


def busy(size):
    yield from large(size, "busy")


def board(size):
    """A small process, as a service of a board has it: -d 10."""
    n = size.pick(40, 10)
    with Load("small", 8) as load:
        _, few_cpu, _ = record(load.pid, 0.2, 2)
        nbytes, cpu, memory = record(load.pid, 0.2, 2 + n)
    on = "8 MiB in small pages, each 10 s"
    yield row("recording, CPU", on, between(few_cpu, cpu, n) / 10 * 100, 1,
              "%")
    yield row("recording, memory", on, memory / MIB, 6, "MiB",
              f"{nbytes / (2 + n):.0f} B a refresh")


ROWS = {"record-idle": idle, "record-busy": busy, "record-board": board}
