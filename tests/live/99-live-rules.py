# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of --when on a process that grows, and recordings begun on a screen."""

import csv
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time

from lab import Lab, NOBODY, ROOT, Tap, Zoo, as_user

MIB = 1 << 20
# Grows by 8 MiB for each line that it reads, and says so.
GROWER = """
import sys
kept = []
print("ready", flush=True)
for line in sys.stdin:
    kept.append(bytearray(b"x") * (8 << 20))
    print("grown", flush=True)
"""


class Grower:
    def __init__(self, lab, user=None):
        self.process = lab.start(
            (as_user(user) if user else []) + [sys.executable, "-c", GROWER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd="/")
        self.process.stdout.readline()
        self.pid = self.process.pid

    def grow(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.process.stdout.readline()


def watch(lab, grower, *args):
    """Look on; let it grow once a few refreshes were seen; (status, out, err,
    seconds from there on)."""
    watcher = lab.start([lab.vmatlas, "-b", "-d", "0.1", *map(str, args),
                         str(grower.pid)], stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, text=True, cwd="/")
    # It has looked twice once it has slept between: then growth is known.
    status = "/proc/%d/status" % watcher.pid
    until = time.monotonic() + 10
    while time.monotonic() < until and watcher.poll() is None:
        with open(status) as f:
            slept = int(re.search(r"(?m)^voluntary_ctxt_switches:\s*(\d+)",
                                  f.read()).group(1))
        if slept >= 12:
            break
        time.sleep(0.02)
    time.sleep(0.3)
    early = watcher.poll()
    grower.grow()
    began = time.monotonic()
    try:
        out, err = watcher.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        watcher.terminate()
        out, err = watcher.communicate()
    return early, watcher.returncode, out, err, time.monotonic() - began


def check_exit(tap, lab):
    grower = Grower(lab)
    early, status, out, err, took = watch(
        lab, grower, "-f", "json", "--when", "anonymous+>4M => exit")
    events = [json.loads(line) for line in out.splitlines()]
    tap.check(early is None and status == 3 and len(events) == 1 and took < 5,
              "a rule that ends the watch does so when it holds, with 3",
              [early, status, out, err, took])
    tap.check(events and events[0]["kind"] == "event" and
              events[0]["pid"] == grower.pid and
              4 * MIB < events[0]["value"] < 9 * MIB and
              events[0]["action"] == "exit",
              "and says by how much it grew", [out])
    early, status, out, err, _ = watch(
        lab, grower, "-n", 10, "--when", "anonymous+>64M => exit")
    tap.check(status == 0 and not out,
              "one that does not hold lets -n run out, with 0",
              [status, out, err])
    early, status, out, err, _ = watch(
        lab, grower, "-n", 15, "--when", "rss([anon])>1M",
        "--when", "anonymous+>4M")
    tap.check(status == 0 and len(re.findall("rss", out)) == 2 and
              len(re.findall("anonymous", out)) == 2,
              "what goes on holding is told once", [out, err])


def check_record(tap, lab):
    grower = Grower(lab)
    rec = os.path.join(lab.folder, "later.rec")
    early, status, out, err, _ = watch(
        lab, grower, "-w", rec, "-n", 15, "--when", "anonymous+>4M => record")
    replay = lab.vmatlas_run("-R", rec, "-r", "processes", "-f", "csv",
                             "-n", 99, "-p", grower.pid)
    lines = list(csv.DictReader(io.StringIO(replay.stdout.decode())))
    tap.check(status == 0 and replay.returncode == 0 and
              3 < len(lines) < 14 and not replay.stderr,
              "a recording begins when a rule holds, and is whole",
              [status, out, err, len(lines), replay.stderr])
    sizes = [line["anonymous"] for line in lines]
    tap.check(len(set(sizes)) == 1 and sizes[0].isdigit(),
              "of what came behind that", [sizes])
    rec = os.path.join(lab.folder, "never.rec")
    status = watch(lab, grower, "-w", rec, "-n", 8, "--when",
                   "anonymous+>64M => record")[1]
    tap.check(status == 0 and not os.path.exists(rec),
              "where none holds there is no file", [status])
    r = lab.vmatlas_run("-b", "-w", "/nowhere/x.rec", "--when",
                        "rss>1T => record", grower.pid)
    tap.check(r.returncode == 1 and b"/nowhere/x.rec" in r.stderr,
              "a file that cannot be written is said at once", [r])


def check_nobody(tap, lab):
    name = "what is not permitted is said once, and makes nothing hold"
    if not ROOT:
        tap.skip(name, "needs root, to be somebody else")
        return
    grower = Grower(lab, NOBODY)
    r = lab.vmatlas_run("-b", "-n", 4, "-d", 0.1, "--when",
                        "zones.0/Normal>0 => exit", "--when",
                        "zones.0/Normal=0 => exit", "--when", "rss>1M",
                        grower.pid, user=NOBODY)
    err = r.stderr.decode()
    tap.check(r.returncode == 0 and err.count("not known") == 2 and
              r.stdout.decode().count("rss>1M") == 1, name, [r])


def run_script(lab, text, *args):
    path = os.path.join(lab.folder, "script")
    with open(path, "w") as f:
        f.write(text)
    r = lab.vmatlas_run("--size", "80x24", "--script", path, *args,
                        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                             "HOME": "/nonexistent", "TERM": "xterm"})
    parts = re.split(r"(?m)^dump ", r.stdout.decode("utf-8"))[1:]
    return r, dict(part.split("\n", 1) for part in parts)


def check_screen(tap, lab):
    grower = Grower(lab)
    rec = os.path.join(lab.folder, "screen.rec")
    start = "key w C-u\ntype %s\nkey Enter\n" % rec
    r, dumps = run_script(
        lab, "wait\nwait\n" + start + "dump begun\nwait\nwait\nwait\n"
        "key w\nwait\ndump ended\n" + start + "dump asked\n", grower.pid)
    tap.check(r.returncode == 0 and "recording to" in dumps["begun"] and
              "rec " in dumps["begun"].split("\n")[1] and
              "the recording is in" in dumps["ended"] and
              "rec " not in dumps["ended"].split("\n")[1],
              "w begins and ends a recording, and the header says so",
              [r.stderr] + dumps["begun"].split("\n")[:3] +
              dumps["ended"].split("\n")[:3])
    tap.check("Enter replaces it" in dumps["asked"],
              "a file that is there is not replaced unasked",
              dumps["asked"].split("\n")[20:26])
    tap.check(stat.S_IMODE(os.stat(rec).st_mode) == 0o600,
              "it is its owner's alone")
    again = lab.vmatlas_run("-R", rec, "-r", "regions", "-f", "json", "-n", 9,
                            "--full")
    ends = [json.loads(line) for line in again.stdout.splitlines()
            if line.startswith(b'{"kind":"end"')]
    tap.check(again.returncode == 0 and len(ends) >= 3 and
              all(end["complete"] for end in ends) and
              b"unrecorded" not in again.stderr,
              "each refresh in it is whole, whatever was read before",
              [again.stderr, ends])


def check_jumps(tap, lab):
    """What is shown of a refresh, come to step by step or at once."""
    grower = Grower(lab)
    rec = os.path.join(lab.folder, "jumps.rec")
    early, status, out, err, _ = watch(lab, grower, "-w", rec, "-n", 14)
    for key in "2", "3", "6", "1":
        r, dumps = run_script(
            lab, "key %s\n" % key + "".join(
                "key a g\ndump %d\nkey t\n" % i for i in range(1, 15)) +
            "".join("key :\ntype at %d\nkey Enter a g\ndump at %d\n" % (i, i)
                    for i in (3, 14, 9, 1, 8, 7)), "-R", rec)
        wrong = [i for i in (3, 9, 1, 8, 7)
                 if dumps[str(i)] != dumps["at %d" % i]]
        tap.check(status == 0 and r.returncode == 0 and not wrong,
                  "screen %s of any refresh is the same from anywhere" % key,
                  [early, status, err, r.stderr, wrong] +
                  [line for i in wrong[:1] for line in
                   zip(dumps[str(i)].split("\n"),
                       dumps["at %d" % i].split("\n"))
                   if line[0] != line[1]][:4])
    r = lab.vmatlas_run("-R", rec, "-r", "changes", "--since", 1, "-f", "json")
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    grown = sum(row["anonymous_change"] for row in rows
                if row["kind"] == "difference")
    pages = sum(row["pages"] for row in rows if row["kind"] == "change" and
                row["change"] == "touched" and row["to"] == "anon")
    tap.check(r.returncode == 0 and 8 * MIB <= grown < 9 * MIB and
              pages * os.sysconf("SC_PAGESIZE") >= 8 * MIB - 65536,
              "the difference between first and last is what it grew by",
              [r.stderr, grown, pages])


def check_sysroot(tap, lab):
    """Names of a stripped recording's program, from the program at hand."""
    zoo = Zoo(lab)
    pid = list(zoo.pids.values())[0]
    path = os.readlink("/proc/%d/exe" % pid)
    rec = os.path.join(lab.folder, "names.rec")
    lab.vmatlas_run("-b", "-n", 1, "-w", rec, pid)
    root = os.path.join(lab.folder, "root")
    there = root + path
    os.makedirs(os.path.dirname(there))
    args = "-R", rec, "-r", "functions", "-f", "csv", "--sysroot", root
    bare = lab.vmatlas_run(*args)
    shutil.copy(path, there)
    named = lab.vmatlas_run(*args)
    main = [row for row in csv.DictReader(io.StringIO(named.stdout.decode()))
            if row["symbol"] == "main"]
    live = [row for row in csv.DictReader(io.StringIO(lab.vmatlas_run(
        "-b", "-r", "functions", "-f", "csv", pid).stdout.decode()))
            if row["symbol"] == "main"]
    if not live:
        tap.skip("symbols from --sysroot", "no names here: no libelf")
        return
    tap.check(b",main," not in bare.stdout and len(main) == 1 and
              main[0]["start"] == live[0]["start"],
              "names come from the program below --sysroot, as if live",
              [bare.stderr, named.stderr, main, live])
    shutil.copy(lab.vmatlas, there)
    other = lab.vmatlas_run(*args)
    tap.check(other.stdout == bare.stdout and
              b"another build" in other.stderr,
              "but not from one of another build", [other.stderr])


def main():
    tap = Tap()
    lab = Lab()
    try:
        check_exit(tap, lab)
        check_record(tap, lab)
        check_nobody(tap, lab)
        check_screen(tap, lab)
        check_jumps(tap, lab)
        check_sysroot(tap, lab)
    finally:
        lab.close()
        tap.done()


if __name__ == "__main__":
    main()
