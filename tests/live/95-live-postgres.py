# SPDX-License-Identifier: GPL-2.0-or-later
"""PostgreSQL with 20 backends: what they share, held against a brute-force
reading of all pages of the stopped server."""

from lab import PAGE, ROOT, Lab, Tap
from servers import (ANON, FRAME, SWAPBACKED, ZERO, Postgres, children_of,
                     common, postgres_programs, read_frame_words, read_maps,
                     read_words, stop)

BACKENDS = 20
ROWS, WIDTH = 40000, 500        # a table of about 24 MB


def start_server(lab):
    """A server whose backends have all read the same table."""
    server = Postgres(lab, "shared_buffers=128MB", "huge_pages=off",
                      "jit=off", "max_connections=40",
                      "max_parallel_workers_per_gather=0")
    first = server.connect()
    server.ask(first, "create table t as select i, repeat('x', %d) as x "
               "from generate_series(1, %d) i; select 1" % (WIDTH, ROWS))
    server.backends = []
    for client in [first] + [server.connect() for _ in range(BACKENDS - 1)]:
        said = server.ask(client, "select sum(length(x)) from t")
        assert said == str(ROWS * WIDTH), said
        server.backends.append(int(server.ask(
            client, "select pg_backend_pid()")))
    server.pids = [server.pid] + children_of(server.pid)
    stop(server.pids)
    return server


class Truth:
    """All frames of all its processes."""

    def __init__(self, pids):
        self.words = {pid: read_words(pid) for pid in pids}
        self.times = {}
        for words in self.words.values():
            for w in words.values():
                self.times[w & FRAME] = self.times.get(w & FRAME, 0) + 1
        self.flags = read_frame_words("kpageflags", self.times)
        self.counts = read_frame_words("kpagecount", self.times)
        self.frames = {pid: {w & FRAME for w in words.values()
                             if not self.flags[w & FRAME] & ZERO}
                       for pid, words in self.words.items()}
        self.kernel = {words[va] & FRAME for pid, words in self.words.items()
                       for start, end, _, _, name in read_maps(pid)
                       if name == "[vdso]"
                       for va in range(start, end, PAGE) if va in words}

    def kind(self, pfn):
        flags = self.flags[pfn]
        return "kernel" if pfn in self.kernel else \
            "cow" if flags & ANON else \
            "shmem" if flags & SWAPBACKED else "file"

    def shared(self, a, b):
        """{kind: bytes} of the frames that both have."""
        found = {"file": 0, "shmem": 0, "cow": 0, "kernel": 0}
        for pfn in self.frames[a] & self.frames[b]:
            found[self.kind(pfn)] += PAGE
        return found

    def union(self):
        """Bytes of all frames, and the least and the most that only they
        have: readers come and go, and map libraries that they map too."""
        rss = set().union(*self.frames.values())
        own = {p for p in rss if self.counts[p] <= self.times[p]}
        sure = {p for p in own if self.kind(p) != "file"}
        return len(rss) * PAGE, len(sure) * PAGE, len(own) * PAGE


def check_sharing(tap, lab, server, truth):
    """The report of one backend: every other process, by kind."""
    me = server.backends[7]
    rows = {r["pid"]: r for r in lab.report("-r", "sharing", "-p", me)
            if r["kind"] == "sharing"}
    bad = []
    for pid in server.pids:
        if pid == me:
            continue
        want, got = truth.shared(me, pid), rows.get(pid)
        if not got or got["bytes"] != sum(want.values()) or \
                any(got[kind] != want[kind] for kind in want):
            bad.append("%d: %s, not %s" % (pid, got and {
                k: got[k] for k in ["bytes", *want]}, want))
    tap.check(not bad, "what a backend shares with each other process of "
              "the server, by kind", bad)
    bad = ["%d: %d of %d" % (pid, rows[pid]["shmem"], rows[pid]["bytes"])
           for pid in server.backends if pid != me and
           rows[pid]["shmem"] < max(ROWS * WIDTH, rows[pid]["bytes"] / 2)]
    tap.check(not bad, "between backends most of it is shared memory", bad)
    postmaster = rows[server.pid]
    tap.check(postmaster["cow"] > 16 * PAGE and postmaster["file"] > 0,
              "from the postmaster they have its memory, unwritten, and the "
              "program", [postmaster])
    return rows


def check_regions(tap, server, truth, rows):
    """The same by what it belongs to: all that is in one name."""
    me, other = server.backends[7], server.backends[3]
    both = truth.frames[me] & truth.frames[other]
    want, seen = {}, set()
    for start, end, _, _, name in read_maps(me):
        for va in range(start, end, PAGE):
            pfn = truth.words[me].get(va, 0) & FRAME
            if pfn in both and pfn not in seen:
                seen.add(pfn)
                want[name] = want.get(name, 0) + PAGE
    got = {r["name"]: r["bytes"] for r in rows[other]["regions"]}
    biggest = rows[other]["regions"][0]
    tap.check(biggest["name"].startswith("/dev/zero") and
              biggest["bytes"] == want[biggest["name"]],
              "the shared buffers are the biggest", [biggest, want])
    files = {name: n for name, n in want.items() if ".so" in name or
             name.endswith("/postgres")}
    bad = ["%s: %s, not %d" % (name, got.get(name), n)
           for name, n in files.items() if got.get(name) != n]
    tap.check(len(files) > 5 and not bad,
              "each library, and the program, by its name", bad + [got])


def check_compare(tap, lab, server, truth):
    """The postmaster and a backend, side by side."""
    a, b = (truth.frames[pid] for pid in (server.pid, server.backends[7]))
    want = len(a - b), len(b - a), len(a & b)
    got = common(lab, server.pid, server.backends[7])
    tap.check(got == want, "what the postmaster and a backend have, each "
              "alone and both", [got, want])


def check_owners(tap, lab, server, truth):
    """Some pages of the table in the shared buffers."""
    me = server.backends[7]
    start = next(r[0] for r in read_maps(me)
                 if r[4].startswith("/dev/zero"))
    # Not all backends have touched all of it.
    va = next(va for va in sorted(truth.words[me]) if va >= start and all(
        truth.words[me][va] & FRAME in truth.frames[pid]
        for pid in server.backends))
    pfn = truth.words[me][va] & FRAME
    want = {(pid, at) for pid, words in truth.words.items()
            for at, w in words.items() if w & FRAME == pfn}
    rows = [r for r in lab.report("-r", "owners", "-p", me, "--va",
                                  "%x" % va) if r["kind"] == "owner"]
    got = {(r["pid"], int(r["va"], 16)) for r in rows}
    tap.check(got == want and len(got) >= BACKENDS,
              "a page of the shared buffers has the owners that pagemaps say",
              [got ^ want])
    tap.check({r["state"] for r in rows} == {"shmem"} and
              all(r["name"] == "postgres" for r in rows),
              "which are servers, and share it as shared memory", rows[:3])


def check_union(tap, lab, server, truth):
    args = [word for pid in server.pids for word in ("-p", pid)]
    r = next(r for r in lab.report("-r", "processes", "--union", *args)
             if r["kind"] == "group")
    rss, low, high = truth.union()
    tap.check(r["rss"] == rss and r["processes"] == len(server.pids),
              "in memory is each frame of all its processes, once",
              [r, rss])
    tap.check(low <= r["uss"] <= high and low > ROWS * WIDTH and
              r["uss"] + r["shared"] == r["rss"],
              "what they alone have is the sum over frames counted by hand",
              [r, low, high])
    alone = sum(len(frames) for frames in truth.frames.values()) * PAGE
    tap.check(alone > 5 * rss, "added up as if nothing were shared it would "
              "be many times that", [alone, rss])


def main():
    tap = Tap()
    if not ROOT or not postgres_programs():
        tap.skip("PostgreSQL", "frames are told to root only"
                 if not ROOT else "there is no PostgreSQL")
        return tap.done()
    lab = Lab()
    server = start_server(lab)
    truth = Truth(server.pids)
    tap.check(len(server.pids) > BACKENDS, "all of its processes stand still",
              [server.pids])
    rows = check_sharing(tap, lab, server, truth)
    check_regions(tap, server, truth, rows)
    check_compare(tap, lab, server, truth)
    check_owners(tap, lab, server, truth)
    check_union(tap, lab, server, truth)
    tap.done()


main()
