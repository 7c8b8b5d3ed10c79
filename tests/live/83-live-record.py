# SPDX-License-Identifier: GPL-2.0-or-later
"""What is recorded is seen again: the same reports, the same screens."""

import os
import re

from lab import Lab, Tap, Zoo

SCRIPT = """dump first
key [ Down Right
dump page
key Tab
dump frame
key [
dump frames
key Tab c
dump sharing
key c c c
dump zone
wait
dump again
key Enter
dump inspector
"""


def plain(report):
    """A report without the time that it took."""
    return re.sub(rb'"elapsed_ms":[0-9.]+', b"", report)


def differences(a, b):
    """The first lines that are not the same, for whoever must find out."""
    pairs = zip(plain(a).splitlines(), plain(b).splitlines())
    return ["live:   %s\nreplay: %s" % p for p in pairs if p[0] != p[1]][:3]


def screens(dump):
    """A dump without the ends of the two lines at the top, where vmatlas says
    what it is doing and what that costs it."""
    out, top = [], 0
    for line in dump.decode("utf-8").splitlines():
        top += 1
        if line.startswith("screen ") or line == "roles":
            top = 0
        out.append(line[:62].rstrip() if top in (1, 2) else line)
    return out


def main():
    tap = Tap()
    lab = Lab()
    try:
        zoo = Zoo(lab)
        pid = zoo.pids["parent"] if "parent" in zoo.pids else \
            list(zoo.pids.values())[0]
        for report in ("regions", "pages", "zones", "processes"):
            for form in ("json", "csv", "text"):
                rec = os.path.join(lab.folder, "%s.%s.rec" % (report, form))
                live = os.path.join(lab.folder, "live")
                r = lab.vmatlas_run("-b", "--full", "-r", report, "-f", form,
                                    "-n", 2, "-d", 0.1, "-p", pid, "-w", rec,
                                    "-o", live)
                again = lab.vmatlas_run("-b", "--full", "-r", report, "-f",
                                        form, "-n", 2, "-R", rec)
                with open(live, "rb") as f:
                    seen = f.read()
                same = plain(seen) == plain(again.stdout)
                tap.check(r.returncode == 0 and again.returncode == 0 and
                          len(seen) > 200 and same,
                          "%s in %s: live and replayed are the same" %
                          (report, form),
                          [r.stderr.decode(), again.stderr.decode()] +
                          differences(seen, again.stdout))
        script = os.path.join(lab.folder, "script")
        rec = os.path.join(lab.folder, "screens.rec")
        with open(script, "w") as f:
            f.write(SCRIPT)
        # With more rows the side shows a page's contents, too: these are
        # never recorded.
        for size in ("112x24", "200x36"):
            # The zoo stands still, but not those who have its libraries'
            # frames, too: a flag of one may change between two answers.
            for _ in range(4):
                live = lab.vmatlas_run("-p", pid, "-w", rec, "--script", script,
                                       "--size", size)
                again = lab.vmatlas_run("-R", rec, "--script", script,
                                        "--size", size)
                a, b = screens(live.stdout), screens(again.stdout)
                if a == b:
                    break
            notes = ["live:   %s\nreplay: %s" % p for p in zip(a, b)
                     if p[0] != p[1]][:5]
            tap.check(live.returncode == 0 and again.returncode == 0 and
                      len(a) > 100 and a == b,
                      "screens at %s: live and replayed are the same" % size,
                      notes + [live.stderr.decode(), again.stderr.decode()])
            os.unlink(rec)
        r = lab.vmatlas_run("-b", "-w", rec, "-n", 1, "-p", pid)
        mode = os.stat(rec).st_mode & 0o777 if os.path.exists(rec) else 0
        tap.check(r.returncode == 0 and mode == 0o600,
                  "a recording is for its owner's eyes", [oct(mode)])
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    main()
