# SPDX-License-Identifier: GPL-2.0-or-later
"""How the cost grows: CPU time against what there is, and the exponent."""
import contextlib
import math
import os
import tempfile

from measure import Wrong, lines_of, medians, report, row
from reports import MAP_COUNT
from targets import PAGE, Load, available, setting

# A fitted exponent is not exact.
TOLERANCE = 0.1
# Points whose cost is mostly that of starting say nothing about growth.
ABOVE_BASE = 0.5


def exponent(points):
    """Least squares through the logarithms."""
    logs = [(math.log(n), math.log(cost)) for n, cost in points]
    x = sum(x for x, _ in logs) / len(logs)
    y = sum(y for _, y in logs) / len(logs)
    return (sum((a - x) * (b - y) for a, b in logs)
            / sum((a - x) ** 2 for a, _ in logs))


def cost_of(size, argv):
    return medians(size, argv, rounds=size.pick(5, 2))[0]


def base_cost(size):
    with Load("pages", 1) as load:
        return cost_of(size, report("regions", load.pid))


def grown(what, points, base, limit):
    """A row for each point, and one for the exponent of what they cost over
    BASE."""
    for n, cost in points:
        yield row("CPU of a report", f"{n} {what}", cost * 1000, None, "ms")
    over = [(n, cost - base) for n, cost in points
            if cost - base > ABOVE_BASE * base]
    if len(over) < 2:
        yield row("growth, exponent", what, None, None, "",
                  "no two points cost much more than the least")
        return
    yield row("growth, exponent", what, exponent(over), limit + TOLERANCE, "",
              f"{len(over)} points over {base * 1000:.3g} ms; expected {limit}")


def steps(size, most):
    return [10 ** e for e in range(2, 7) if 10 ** e <= size.pick(most, 10000)]


def growth_pages(size):
    points = []
    for n in steps(size, min(10 ** 6, available() // 2 // PAGE)):
        with Load("pages", n) as load:
            points.append((n, cost_of(size, report("regions", load.pid))))
    yield from grown("present pages", points, base_cost(size), 1)


def growth_virtual(size):
    points = []
    for n in (10 ** 2, 10 ** 4, 10 ** 6, 10 ** 8, (16 << 40) // PAGE):
        with Load("reserve", n, 100) as load:
            points.append((n, cost_of(size, report("regions", load.pid))))
    # All of the cost: it is not to grow at all.
    yield from grown("pages of virtual size, 100 present", points, 0, 0)


def growth_regions(size):
    most = size.pick(10 ** 6, 10 ** 4)
    if available() < 3 * most * PAGE:
        most = 10 ** 5
    points = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(setting(MAP_COUNT, 2 * most + 1000))
        for n in steps(size, most):
            with Load("regions", n) as load:
                points.append((n, cost_of(size, report("regions", load.pid))))
    yield from grown("regions", points, base_cost(size), 1)


def growth_processes(size):
    base = cost_of(size, report("processes"))
    points = []
    for n in size.pick((10, 100, 300, 1000, 2000), (10, 100)):
        with Load("family", n):
            points.append((n, cost_of(size, report("processes"))))
    yield from grown("processes more than the machine has", points, base, 1)


# Half free and half anonymous, in pieces as large as huge pages.
PIECE = "400*512 5828*512"
BLOCK = 1 << 20


def write_machine(path, frames):
    """A recording of a machine that has so many frames, a multiple of 1024,
    as kpageflags had it."""
    with open(path, "w", encoding="ascii") as file:
        file.write(f"""vmatlas-recording 1
refresh n=0 time_ms=1789000000000 uptime_ms=60000
facts release=6.18.44 machine=x86_64 page_size=4096 clock_ticks=100 \
task_size=0x7ffffffff000 pfn_visible=yes uid=0
text path=zoneinfo
	Node 0, zone   Normal
	  pages free     {frames // 2}
	        min      1
	        low      2
	        high     3
	        spanned  {frames}
	        present  {frames}
	        managed  {frames}
	  start_pfn:           0
text path=iomem
	00000000-{frames * 4096 - 1:08x} : System RAM
""")
        for first in range(0, frames, BLOCK):
            count = min(BLOCK, frames - first) // 1024
            file.write(f"words file=kpageflags first={first}\n\t"
                       + " ".join([PIECE] * count) + "\n")
        file.write("end\n")


def growth_frames(size):
    points = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "machine.rec")
        argv = [*report("zones"), "--full", "-R", path]
        for power in range(10, size.pick(28, 20), 3):
            frames = 1 << power
            write_machine(path, frames)
            uses = next(line for line in lines_of(argv)
                        if line["kind"] == "zone")["uses"]
            if uses["free"] != frames // 2 or uses["anon"] != frames // 2:
                raise Wrong(f"{uses} of {frames} frames")
            points.append((frames, cost_of(size, argv)))
    yield from grown("frames, recorded", points, points[0][1], 1)


ROWS = {
    "growth-pages": growth_pages,
    "growth-virtual": growth_virtual,
    "growth-regions": growth_regions,
    "growth-processes": growth_processes,
    "growth-frames": growth_frames,
}
