# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of reports as ratios to bare loops that ask the same, whose sums
they must agree with."""
import contextlib
import os

from measure import (Wrong, bare, lines_of, medians, milliseconds, report,
                     row, said_by)
from targets import (GIB, MIB, PAGE, CannotRun, Load, fitting, kib_in,
                     setting)

POOL = "/proc/sys/vm/nr_hugepages"
MAP_COUNT = "/proc/sys/vm/max_map_count"


def same(what, ours, theirs):
    if ours != theirs:
        raise Wrong(f"{what}: {ours} by vmatlas, {theirs} by the bare loop")


def of_kind(lines, kind):
    return [line for line in lines if line["kind"] == kind]


def in_memory(region):
    """What smaps calls Rss leaves the pool's pages out."""
    return region["rss"] + region["hugetlb"]


def check_regions(pid):
    """All of it, and the largest region by itself."""
    regions = of_kind(lines_of(report("regions", pid)), "region")
    total, start, most, *_ = said_by(bare("regions", pid))
    same("bytes present", sum(map(in_memory, regions)), total)
    same("bytes present in the largest region",
         sum(in_memory(region) for region in regions
             if int(region["start"], 16) == start), most)


def regions_ratio(size, pid, on, limit, note=""):
    check_regions(pid)
    ours, loop = medians(size, report("regions", pid), bare("regions", pid))
    return row("regions, CPU to a bare loop", on, ours / loop, limit, "ratio",
               ", ".join(filter(None, (note, milliseconds(ours, loop)))))


def regions_small(size):
    nbytes, note = fitting(size.pick(4 * GIB, GIB // 4))
    with Load("small", nbytes // MIB) as load:
        yield regions_ratio(size, load.pid, f"{nbytes / GIB:.3g} GiB of 4 KiB "
                            "pages", 1.15, note)


def regions_thp(size):
    nbytes, note = fitting(size.pick(4 * GIB, GIB // 4))
    with Load("thp", nbytes // MIB) as load:
        huge = kib_in(f"/proc/{load.pid}/smaps_rollup", "AnonHugePages")
        if huge < nbytes:
            note = f"{note} {huge / nbytes * 100:.0f} % of it huge".strip()
        yield regions_ratio(size, load.pid,
                            f"{nbytes / GIB:.3g} GiB of THP", 1.5, note)


def regions_hugetlb(size):
    nbytes, note = fitting(size.pick(4 * GIB, GIB // 4))
    huge = kib_in("/proc/meminfo", "Hugepagesize")
    if not huge:
        raise CannotRun("no hugetlb in this kernel")
    free = kib_in("/proc/meminfo", "HugePages_Free") >> 10
    had = kib_in("/proc/meminfo", "HugePages_Total") >> 10
    wanted = had + max(nbytes // huge - free, 0)
    with setting(POOL, wanted):
        free = kib_in("/proc/meminfo", "HugePages_Free") >> 10
        if free * huge < nbytes:
            nbytes = free * huge
            note = "scaled down: the kernel gave no larger pool"
        if not nbytes:
            raise CannotRun("the kernel gives no huge pages")
        with Load("hugetlb", nbytes // MIB) as load:
            yield regions_ratio(size, load.pid, f"{nbytes / GIB:.3g} GiB of "
                                "hugetlb", 1.3, note)


def check_pages(pid):
    """Bytes present and the sum of counts, in the largest region, which is
    nobody else's: what is shared comes and goes."""
    _, start, most, counts, flags = said_by(bare("pages", pid))
    runs = of_kind(lines_of([*report("pages", pid), "--full", "--va",
                             f"{start:#x}-{start + most:#x}"]), "pages")
    there = [run for run in runs if run["pfn"] is not None]
    same("bytes present", sum(run["pages"] for run in there) * PAGE, most)
    same("sum of counts",
         sum(run["pages"] * run["mapcount"] for run in there), counts)
    if not flags:
        raise Wrong("no page has a flag")


def pages_full(size):
    if not os.access("/proc/kpageflags", os.R_OK):
        raise CannotRun("kpageflags may not be read")
    nbytes, note = fitting(size.pick(GIB, GIB // 8))
    with Load("small", nbytes // MIB) as load:
        check_pages(load.pid)
        ours, loop = medians(size, [*report("pages", load.pid), "--full"],
                             bare("pages", load.pid))
    yield row("pages --full, CPU to a bare loop",
              f"{nbytes / GIB:.3g} GiB of 4 KiB pages", ours / loop, 1.2,
              "ratio", (note + " " + milliseconds(ours, loop)).strip())


def reservation(size, options, limit):
    touched, reserved = 100, 16 << 40
    with Load("pages", touched) as plain, \
            Load("reserve", reserved // PAGE, touched) as load:
        argv = [*report("regions", load.pid), *options]
        regions = of_kind(lines_of(argv), "region")
        same("bytes present", sum(map(in_memory, regions)),
             kib_in(f"/proc/{load.pid}/smaps_rollup", "Rss"))
        big = max(regions, key=lambda region: int(region["end"], 16)
                  - int(region["start"], 16))
        same("bytes present in the reservation", big["rss"], touched * PAGE)
        if options and big["runs"] is not None:
            raise Wrong("what only pagemap says is not null")
        ours, less = medians(size, argv,
                             [*report("regions", plain.pid), *options],
                             rounds=3 * size.rounds)
    yield row("regions of 16 TiB reserved, CPU more",
              " ".join(["100 pages touched", *options]),
              (ours - less) * 1000, limit, "ms", milliseconds(ours, less))


def reserve(size):
    return reservation(size, [], 5)


def reserve_without(size):
    return reservation(size, ["--without", "pagemap-scan"], 50)


def regions_many(size):
    count = size.pick(60000, 10000)
    with contextlib.ExitStack() as stack:
        stack.enter_context(setting(MAP_COUNT, count + 1000))
        load = stack.enter_context(Load("regions", count))
        yield regions_ratio(size, load.pid, f"{count} regions", 1.5)


def check_processes(pids):
    """Of processes that do nothing; the machine's others may."""
    ours = {line["pid"]: line["rss"] for line in
            of_kind(lines_of(report("processes")), "process")}
    said = said_by(bare("processes"))
    theirs = dict(zip(said[::2], said[1::2]))
    if len(pids) < 2:
        raise Wrong("the family is not there")
    for pid in pids:
        same(f"Rss of process {pid}", ours.get(pid), theirs.get(pid))


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def processes(size):
    others = sum(name.isdigit() for name in os.listdir("/proc"))
    wanted = size.pick(300, 100)
    with Load("family", max(wanted - others, 20)) as load:
        check_processes(children_of(load.pid))
        count = sum(name.isdigit() for name in os.listdir("/proc"))
        ours, loop = medians(size, report("processes"), bare("processes"))
    yield row("processes, CPU to a bare loop", f"{count} processes",
              ours / loop, 1.3, "ratio", milliseconds(ours, loop))


ROWS = {
    "regions-small": regions_small,
    "regions-thp": regions_thp,
    "regions-hugetlb": regions_hugetlb,
    "pages-full": pages_full,
    "reserve": reserve,
    "reserve-without": reserve_without,
    "regions-many": regions_many,
    "processes": processes,
}
