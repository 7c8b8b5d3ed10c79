# SPDX-License-Identifier: GPL-2.0-or-later
"""Without privilege: less is known, and nothing that is said is wrong."""

import subprocess
import sys

from lab import NOBODY, PAGE, ROOT, Lab, Tap, Zoo, read_smaps

spec = __import__("80-live-zoo")

# What may be said of a page by one who sees neither frames nor flags, where
# that is more than its true state or "present".
MAY_ALSO = {
    "anon-was-shared": {"anon"},
    "lazyfree": {"anon"},
    "ramfs": {"file", "shmem"},
    "file-dirty": {"file"},
    "driver": {"file", "shmem"},
    "hugetlb": {"file", "anon", "shmem"},
}
# What only flags and counts can tell.  (Secret memory has a telling name, and
# what is not anonymous in anonymous memory can only be the huge zero page.)
MAY_NOT = {"zero", "cow-shared", "ksm", "lazyfree", "anon-was-shared",
           "file-dirty", "driver", "ramfs"}


def check_states(tap, zoo, pages):
    for region in zoo.regions:
        if region.who != "parent":
            continue
        bad = []
        for i, made in enumerate(region.expected):
            run = pages.get(region.start + i * PAGE)
            got = run[0]["state"] if run else "no run"
            allowed = made - MAY_NOT | {"present"}
            for state in made:
                allowed |= MAY_ALSO.get(state, set())
            if made & {"untouched", "not-mapped", "guard", "swap",
                       "hugetlb-unfaulted", "wp-marker"}:
                allowed.discard("present")
            if got not in allowed:
                bad.append("page %d: %s, made %s" % (i, got, made))
        tap.check(not bad, "nobody: %s: nothing guessed" % region.name, bad)


def check_figures(tap, lab, pid):
    """Each figure is right, or null; never 0 for not known."""
    lines = lab.report("-r", "regions", "-p", pid, user=NOBODY)
    smaps = {r[0]: r for r in read_smaps(pid)}
    tap.check("privilege" in lab.stderr or "root" in lab.stderr or
              "CAP_" in lab.stderr, "nobody: told which privilege is missing",
              [lab.stderr])
    tap.check(lines[0]["pfn_visible"] is False, "nobody: pfn_visible is false")
    for field, keys in spec.SMAPS_FIELDS.items():
        bad, known = [], 0
        for r in lines:
            if r["kind"] != "region":
                continue
            kernel = smaps[int(r["start"], 16)][3]
            got = spec.kib(field, r[field])
            if got is None or not all(k in kernel for k in keys):
                continue
            known += 1
            want = sum(kernel[k] for k in keys)
            if got != want:
                bad.append("%s %s: %s kB, smaps %s kB" % (
                    r["start"], r["name"], got, want))
        tap.check(not bad, "nobody: %s right or unknown (%d known)" % (
            field, known), bad)


def check_text(tap, lab, pid):
    r = lab.vmatlas_run("-b", "-r", "pages", "-p", pid, user=NOBODY)
    tap.check(r.returncode == 0 and b"?" in r.stdout,
              "nobody: what is not known is ? in text",
              [r.returncode, r.stderr.decode("utf-8", "replace")])


def check_others(tap, lab):
    """A process of somebody else: an answer or a reason, no figures."""
    p = lab.start(["sleep", "1000"], stdin=subprocess.DEVNULL)
    r = lab.vmatlas_run("-b", "-r", "regions", "-f", "json", "-p", p.pid,
                        user=NOBODY)
    said = r.stderr.decode("utf-8", "replace")
    tap.check(r.returncode in (0, 1) and said.startswith("vmatlas: "),
              "nobody: root's process is refused with a reason",
              [r.returncode, said])
    bad = [line for line in r.stdout.decode().splitlines()
           if '"kind":"region"' in line and '"rss":0' in line]
    tap.check(not bad, "nobody: nothing refused is printed as 0", bad)
    r = lab.vmatlas_run("-b", "-r", "processes", "-f", "json", "-p", p.pid,
                        user=NOBODY)
    bad = [line for line in r.stdout.decode().splitlines()
           if '"kind":"process"' in line and
           ('"pss":0,' in line or '"uss":0,' in line)]
    tap.check(not bad, "nobody: no pss of 0 for what may not be read", bad)


def main():
    tap, lab = Tap(), Lab()
    if not ROOT:
        tap.skip("as nobody", "it takes root to become somebody else")
        tap.done()
        return
    zoo = Zoo(lab, user=NOBODY)
    pid = zoo.pids["parent"]
    check_figures(tap, lab, pid)
    pages, twice = spec.page_table(lab.report("-r", "pages", "-p", pid,
                                              user=NOBODY))
    tap.check(not twice, "nobody: no page is in two runs", twice)
    shown = [hex(va) for va, (run, _) in pages.items() if run["pfn"] is not None]
    tap.check(not shown, "nobody: no frame number is made up", shown)
    check_states(tap, zoo, pages)
    check_text(tap, lab, pid)
    check_others(tap, lab)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
