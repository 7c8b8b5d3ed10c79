# SPDX-License-Identifier: GPL-2.0-or-later
"""Watching by writing (W): nothing is written before a typed 'y', then just
once, and it is seen; the kernel's own figures tell which."""

import os
import signal
import subprocess

from lab import NOBODY, PAGE, ROOT, Lab, Tap, wait_state

PAGES = 16


def faulter(lab):
    program = os.path.join(os.path.dirname(
        os.environ.get("ZOO", "build/release/tests/live/zoo")), "faulter")
    path = os.path.join(lab.folder, "file")
    with open(path, "wb") as f:
        f.write(b"x" * PAGES * PAGE)
    p = lab.start([program, path], stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE, text=True)
    regions = {}
    for line in p.stdout:
        if line == "ready\n":
            break
        name, start, end = line.split()
        regions[name] = (int(start, 16), int(end, 16))
    os.kill(p.pid, signal.SIGSTOP)
    wait_state(p.pid, "T")
    return p, regions


def referenced(pid, region):
    """Kilobytes, by smaps."""
    inside = False
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            words = line.split()
            if "-" in words[0] and not words[0].endswith(":"):
                inside = int(words[0].split("-")[0], 16) == region[0]
            elif inside and words[0] == "Referenced:":
                return int(words[1])
    return None


def has_soft_dirty():
    import ctypes
    import mmap
    page = mmap.mmap(-1, PAGE)
    page[0] = 1
    at = ctypes.addressof(ctypes.c_char.from_buffer(page))
    with open("/proc/self/pagemap", "rb") as f:
        f.seek(at // PAGE * 8)
        return bool(int.from_bytes(f.read(8), "little") >> 55 & 1)


def screens(lab, script, *options, user=None):
    path = os.path.join(lab.folder, "script")
    with open(path, "w") as f:
        f.write("\n".join(script) + "\n")
    os.chmod(path, 0o644)
    r = lab.vmatlas_run("--script", path, "--size", "100x24", "-d", "0.2",
                        *options, user=user)
    found, name = {}, None
    for line in r.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("dump "):
            name = line[5:]
            found[name] = ""
        elif line == "roles":
            name = None
        elif name:
            found[name] += line + "\n"
    return found


def main():
    tap = Tap()
    lab = Lab()
    p, regions = faulter(lab)
    region = regions["written"]
    full = PAGES * PAGE >> 10
    tap.check(referenced(p.pid, region) == full, "watch: all was used before",
              [referenced(p.pid, region)])
    found = screens(lab, ["wait", "key W", "wait", "dump ask", "key r",
                          "dump sure", "key x", "wait", "dump no",
                          "key W", "wait", "key r", "key Enter", "wait",
                          "key W", "wait", "key y", "wait",
                          "key W", "wait", "key r", "key Esc", "wait",
                          "dump still", "quit"], p.pid)
    tap.check("clear_refs?" in found.get("sure", "") and
              "Write 1 to" in found["sure"], "watch: it asks before it writes",
              [found])
    tap.check(referenced(p.pid, region) == full and
              "WATCHING" not in found.get("no", "WATCHING") +
              found.get("still", "WATCHING"),
              "watch: no other key than y, behind a choice, writes",
              [referenced(p.pid, region)])
    missing = "this kernel has no soft-dirty" in found["ask"]
    tap.check(missing != has_soft_dirty(),
              "watch: soft-dirty is offered where there is such a thing",
              [found["ask"]])
    found = screens(lab, ["wait", "key W", "wait", "key r y", "wait", "wait",
                          "dump on", "key 6", "wait", "dump memory", "key 2",
                          "key W", "wait", "key n", "wait", "wait",
                          "dump off", "quit"], p.pid)
    tap.check(referenced(p.pid, region) == 0,
              "watch: y clears it", [referenced(p.pid, region)])
    tap.check("WATCHING refs" in found["on"] and
              "WATCHING refs" in found["memory"],
              "watch: that is shown as long as it is on", [found])
    tap.check("WATCHING" not in found["off"], "watch: n ends it", [found])
    os.kill(p.pid, signal.SIGCONT)
    p.stdin.write("read written\n")
    p.stdin.flush()
    p.stdout.readline()
    os.kill(p.pid, signal.SIGSTOP)
    wait_state(p.pid, "T")
    tap.check(referenced(p.pid, region) == full,
              "watch: what is used then is seen to be",
              [referenced(p.pid, region)])
    rec = os.path.join(lab.folder, "rec")
    lab.vmatlas_run("-w", rec, "-n", 1, p.pid)
    for options, words in (
            (("-R", rec), "this is a recording"),
            (("-w", os.path.join(lab.folder, "other"), p.pid),
             "not while it is recorded"),
            (("--procfs", "/proc", p.pid), "another root")):
        found = screens(lab, ["wait", "key W", "dump refused", "key r y",
                              "wait", "dump after", "quit"], *options)
        tap.check(words in found["refused"] and
                  referenced(p.pid, region) == full,
                  "watch: with %s it is refused" % options[0],
                  [found, referenced(p.pid, region)])
    if ROOT:
        found = screens(lab, ["wait", "key W", "wait", "dump ask", "key r y",
                              "wait", "quit"], p.pid, user=NOBODY)
        tap.check(referenced(p.pid, region) == full,
                  "watch: nobody writes to what is root's", [found])
    else:
        tap.skip("watch: nobody", "needs root to be somebody else")
    tap.done()


main()
