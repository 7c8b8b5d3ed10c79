# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon vmatlas is there, and how little memory it takes on a shell."""
import os
import statistics
import subprocess

from line import VMATLAS, Line
from measure import report, row, run
from screens import PICTURE, frames_of_machine
from targets import MIB, PAGE, CannotRun, kib_in

BOARD = 512 * MIB


class Shell:
    """A process as most are."""

    def __enter__(self):
        # What it has said tells that it is past its own start.
        self.child = subprocess.Popen(
            ["sh", "-c", "echo ready; read x"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self.child.stdout.readline()
        return str(self.child.pid)

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()


def start(size, what, argv, limit):
    run(argv)
    times = [run(argv)[1] * 1000 for _ in range(4 * size.rounds)]
    return row(f"start of {what}, time", "", statistics.median(times), limit,
               "ms")


def start_version(size):
    yield start(size, "--version", [VMATLAS, "--version"], 3)


def start_shell(size):
    with Shell() as pid:
        yield start(size, "regions of a shell", report("regions", pid), 15)


def typical(size, build, limit):
    """The limit is that of a board; each frame that this machine has more is
    allowed the byte that it costs."""
    program = os.path.join(os.path.dirname(VMATLAS), "..", build, "vmatlas")
    if not os.access(program, os.X_OK):
        raise CannotRun(f"build/{build}/vmatlas is not built")
    with Shell() as pid, Line([pid], program=os.path.abspath(program)) as line:
        line.until(*PICTURE)
        line.drain(size.pick(8, 4))
        resident = kib_in(f"/proc/{line.pid}/smaps_rollup", "Rss")
        private = kib_in(f"/proc/{line.pid}/smaps_rollup", "Private_Clean",
                         "Private_Dirty")
    frames = max(frames_of_machine() - BOARD // PAGE, 0)
    yield row("memory of vmatlas, private and shared", f"a shell, {build}",
              resident / MIB, limit + frames / MIB, "MiB",
              f"{private / MIB:.3g} MiB private; {limit} MiB on a board of "
              f"512 MiB and {frames / MIB:.3g} for the frames beyond it")


def memory_static(size):
    return typical(size, "release-static", 6)


def memory_noproc2(size):
    return typical(size, "release-noproc2", 4)


ROWS = {
    "start-version": start_version,
    "start-shell": start_shell,
    "memory-static": memory_static,
    "memory-noproc2": memory_noproc2,
}
