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


def resident(size, program, *options):
    """Bytes of vmatlas that looks at a shell: all, and what is private."""
    with Shell() as pid, Line([*options, pid], program=program) as line:
        line.until(*PICTURE)
        line.drain(size.pick(8, 4))
        path = f"/proc/{line.pid}/smaps_rollup"
        return (kib_in(path, "Rss"),
                kib_in(path, "Private_Clean", "Private_Dirty"))


def typical(size, build, limit):
    """The limit is that of a board.  What looking at frames takes is measured
    by not doing so; of that, a board's share counts."""
    program = os.path.abspath(os.path.join(
        os.path.dirname(VMATLAS), "..", build, "vmatlas"))
    if not os.access(program, os.X_OK):
        raise CannotRun(f"build/{build}/vmatlas is not built")
    total, private = resident(size, program)
    less, _ = resident(size, program, "--without", "kpageflags")
    by_frames = max(total - less, 0)
    beyond = max(1 - BOARD / PAGE / frames_of_machine(), 0)
    yield row("memory of vmatlas, private and shared",
              f"a shell, {build}, as on 512 MiB",
              (total - by_frames * beyond) / MIB, limit, "MiB",
              f"here {total / MIB:.3g} MiB, {private / MIB:.3g} of it private "
              f"and {by_frames / MIB:.3g} for frames")


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
