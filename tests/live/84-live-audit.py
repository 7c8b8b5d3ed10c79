# SPDX-License-Identifier: GPL-2.0-or-later
"""The audit: vmatlas and the kernel agree about processes that stand still."""

from lab import Lab, Tap, Zoo


def main():
    tap = Tap()
    lab = Lab()
    try:
        zoo = Zoo(lab)
        for who, pid in zoo.pids.items():
            lines = [r for r in lab.report("-r", "audit", "-p", pid)
                     if r["kind"] == "audit"]
            bad = ["%s %s %s: vmatlas %s, kernel %s, %s" %
                   (r["start"], r["name"], r["field"], r["vmatlas"],
                    r["kernel"], r["reason"])
                   for r in lines if r["agree"] is False]
            agreed = [r for r in lines if r["agree"]]
            tap.check(not bad and len(agreed) > 100,
                      "%s: %d figures agree" % (who, len(agreed)), bad)
            files = {r["file"] for r in agreed}
            tap.check(files == {"smaps", "smaps_rollup", "status"},
                      "%s: all files were compared" % who, sorted(files))
            fields = {r["field"] for r in agreed}
            want = {"Rss", "Pss", "Shared", "Private", "Anonymous", "Swap"}
            tap.check(want <= fields, "%s: all sums were compared" % who,
                      sorted(want - fields))
        r = lab.vmatlas_run("-r", "audit", timeout=120)
        said = r.stdout.decode()
        tap.check(r.returncode in (0, 3) and said.count("figures agree") > 1,
                  "all processes of the machine", [r.stderr.decode()])
        # Those that run may move between two looks, but not all can differ.
        differ = [line for line in said.splitlines() if " NO " in line]
        tap.check(len(differ) < 10, "hardly anything differs", differ[:10])
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    main()
