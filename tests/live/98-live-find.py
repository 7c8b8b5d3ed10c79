# SPDX-License-Identifier: GPL-2.0-or-later
"""Find and go to: symbols held against nm, frames against pagemap, a pasted
line of another run against maps; and what --filter leaves of a report."""

import os
import shutil

from lab import PAGE, ROOT, Lab, Tap
from named import Target, frame_at


def screens(lab, pid, lines):
    """What each "dump" of a script shows, as text."""
    path = os.path.join(lab.folder, "find.script")
    with open(path, "w") as f:
        f.write("wait\n" + "".join(line + "\n" for line in lines))
    out = lab.vmatlas_run("--script", path, "--size", "200x40",
                          pid).stdout.decode("utf-8", "replace")
    return {part.split("\n", 1)[0]: part.split("\nroles\n")[0]
            for part in out.split("dump ")[1:]}


def check_symbols(tap, lab, target, what):
    """Each name goes to where nm and the move of the program say it is."""
    wanted = {}
    for start, _n, names in target.symbols:
        for name in names:
            if name.startswith("names_") or name == "main":
                wanted[name] = start + target.bias
    script = []
    for name in wanted:
        script += ["key /", "type sym:%s+0x1" % name, "key Enter",
                   "dump " + name]
    got = screens(lab, target.pid, script)
    bad = [name for name, va in wanted.items()
           if "%s+0x1 is 0x%x in " % (name, va + 1) not in got.get(name, "")]
    tap.check(len(wanted) >= 5 and not bad, what, [len(wanted)] + bad)


def check_frames(tap, lab, target):
    """A frame of the program leads to its page and back."""
    bad, asked = [], 0
    for start, _n, names in target.symbols:
        va = start + target.bias
        pfn = frame_at(target.pid, va)
        if "names_bss" not in names and "names_data" not in names or not pfn:
            continue
        asked += 1
        got = screens(lab, target.pid, [
            "key :", "type pfn:%x" % pfn, "key Enter", "dump frame",
            "key Tab [", "dump page"])
        if "frame 0x%x in " % pfn not in got["frame"] or \
                "%x -> frame 0x%x " % (va // PAGE, pfn) not in got["page"]:
            bad.append((names, "%x" % pfn, got))
    tap.check(asked == 2 and not bad, "frames go to their pages", bad)


def check_other_run(tap, lab, target):
    """The kernel's line of a run where the program lay elsewhere."""
    with open("/proc/%d/maps" % target.pid) as f:
        start, end = next(
            [int(x, 16) for x in line.split()[0].split("-")] for line in f
            if " r-xp " in line and target.path in line)
    offset = next(a for a, n, names in target.symbols
                  if "names_function" in names) + target.bias - start
    base = 0x123456789000
    line = ("%s[7]: segfault at 10 ip %016x sp 00007ffd00000000 error 4 in "
            "%s[%x+%x]" % (os.path.basename(target.path), base + offset,
                           os.path.basename(target.path), base, end - start))
    got = screens(lab, target.pid, ["key /", "type " + line, "key Enter",
                                    "dump fault", "key n n n", "dump code"])
    tap.check("0x10 (a null pointer) is not mapped" in got["fault"],
              "a fault address that is not mapped is said", got)
    tap.check("by its file 0x%x in " % (start + offset) in got["code"],
              "the instruction of another run is found by its file", got)


def check_filter(tap, lab, target):
    """What --filter leaves is what of the whole report is so.  Page by page:
    how many map one of libc's, which cuts runs, is up to others."""
    def pages(*args):
        rows = lab.report("-r", "pages", *args, target.pid)
        return {(int(r["start"], 16) + i * PAGE, r["state"]): r for r in rows
                if r["kind"] == "pages" for i in range(r["pages"])}

    whole, bad = pages(), []
    for text, fits in (
            ("state:anon", lambda r: r["state"] == "anon"),
            ("state:file,name:libc", lambda r: r["state"] == "file" and
             "libc" in r["region"]),
            ("flags:anonymous,~lru|name:[heap]", lambda r:
             ("anonymous" in (r["flags"] or []) and "lru" not in r["flags"])
             or "[heap]" in r["region"])):
        want = {k for k, r in whole.items() if fits(r)}
        got = set(pages("--filter", text))
        if want != got or not want and "flags" not in text:
            bad.append((text, sorted(want ^ got)))
    tap.check(not bad, "--filter leaves just the pages that are so", bad)


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("find and go to", "frames are told to root only")
        return tap.done()
    for tool in ("gcc", "nm"):
        if not shutil.which(tool):
            tap.skip("find and go to", "no %s here" % tool)
            return tap.done()
    lab = Lab()
    target = Target(lab, "wanted", ["-pie", "-fPIE"])
    check_symbols(tap, lab, target, "symbols of a program that is moved")
    check_frames(tap, lab, target)
    check_other_run(tap, lab, target)
    check_filter(tap, lab, target)
    target.end()
    target = Target(lab, "fixed", ["-no-pie", "-fno-pie"])
    check_symbols(tap, lab, target, "and of one at its own addresses")
    target.end()
    tap.done()


main()
