# SPDX-License-Identifier: GPL-2.0-or-later
"""Other tools where they are installed: their CPU time to ours."""
import shutil

from line import Line
from measure import medians, milliseconds, report, row
from screens import share_of
from targets import GIB, MIB, CannotRun, Load, cpu_ticks, fitting

# What is run on a process, and on all of them.
OF_ONE = ["pmap", "-x"], ["pmap", "-XX"]
OF_ALL = ["ps", "-eo", "pid,rss,pss,uss,comm"], ["smem"]


def installed(argvs):
    return [argv for argv in argvs if shutil.which(argv[0])]


def against(size, theirs, ours, on):
    their_cost, our_cost = medians(size, theirs, ours)
    return row(f"CPU of {' '.join(theirs[:2])}, to ours", on,
               their_cost / our_cost, None, "ratio",
               milliseconds(their_cost, our_cost))


def other_tools(size):
    nbytes, _ = fitting(size.pick(GIB, GIB // 8))
    on = f"{nbytes / GIB:.3g} GiB of 4 KiB pages"
    with Load("small", nbytes // MIB) as load:
        for argv in installed(OF_ONE):
            yield against(size, [*argv, str(load.pid)],
                          report("regions", load.pid), f"regions, {on}")
        for argv in installed(OF_ALL):
            yield against(size, argv, report("processes"), "processes")


def pagemon(size):
    """A map of one process on the screen, as the atlas is."""
    program = shutil.which("pagemon")
    if not program:
        raise CannotRun("pagemon is not installed")
    nbytes, _ = fitting(size.pick(GIB, GIB // 8))
    with Load("small", nbytes // MIB) as load:
        with Line(["-p", str(load.pid)], program=program) as line:
            line.drain(size.pick(8, 3))
            before = cpu_ticks(line.pid)
            line.drain(10)
            theirs = (cpu_ticks(line.pid) - before) / 10
        with Line([str(load.pid)]) as line:
            ours = share_of(line, size)
    yield row("CPU of pagemon on screen, to ours", f"{nbytes / GIB:.3g} GiB",
              theirs / max(ours, 0.01), None, "ratio",
              f"{theirs:.3g} to {ours:.3g} %")


ROWS = {"others": other_tools, "pagemon": pagemon}
