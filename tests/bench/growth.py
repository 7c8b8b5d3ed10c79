# SPDX-License-Identifier: GPL-2.0-or-later
"""How the cost grows: CPU time against what there is, and the exponent."""
import contextlib
import math

from measure import medians, report, row
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


ROWS = {
    "growth-pages": growth_pages,
    "growth-virtual": growth_virtual,
    "growth-regions": growth_regions,
    "growth-processes": growth_processes,
}
