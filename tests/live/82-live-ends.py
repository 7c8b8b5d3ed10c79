# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that end, exec or have no memory while they are looked at."""

import json
import os
import subprocess
import sys
import time

from lab import PAGE, Lab, Tap, process_state, wait_state

# Counts for some milliseconds, then becomes itself again.
EXEC = ("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; "
        "exec sh -c \"$0\" \"$0\"")

CHURN = """
import mmap, sys
while True:
    m = mmap.mmap(-1, 64 << 12)
    for i in range(64):
        m[i << 12] = 1
    m.close()
"""

# Its first thread ends; another has memory and lives on.
HEADLESS = """
import ctypes, threading, time
keep = bytearray(b"x" * (8 << 20))
threading.Thread(target=lambda: time.sleep(1000)).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def judge(run):
    """What is wrong with a run that ended, whatever its target did."""
    bad = []
    said = run.stderr.decode("utf-8", "replace")
    if run.returncode not in (0, 1):
        bad.append("status %d" % run.returncode)
    if run.returncode == 1 and not said.startswith("vmatlas: "):
        bad.append("status 1 without a reason")
    for line in said.splitlines():
        if not line.startswith("vmatlas: "):
            bad.append("stderr: " + line)
    open_snapshot = False
    last_end = {}
    for line in run.stdout.decode("utf-8").splitlines():
        try:
            r = json.loads(line)
        except ValueError:
            bad.append("not JSON: " + line[:200])
            break
        if r["kind"] == "snapshot":
            open_snapshot, last_end = True, {}
        elif r["kind"] == "end":
            open_snapshot = False
        elif r["kind"] in ("region", "pages"):
            start = int(r["start"], 16)
            end = int(r["end"], 16) if "end" in r else start + r["pages"] * PAGE
            key = (r["kind"], r["pid"])
            if start < last_end.get(key, 0):
                bad.append("%s goes back at %x" % (r["kind"], start))
            last_end[key] = end
    if open_snapshot:
        bad.append("a snapshot without its end")
    return bad


def look(lab, pid, report, *args):
    return lab.vmatlas_run("-b", "-r", report, "-f", "json", "-p", pid, *args,
                           timeout=30)


def check_exits(tap, lab):
    bad = []
    for i in range(20):
        p = lab.start(["sleep", str(0.015 * i)], stdin=subprocess.DEVNULL)
        bad += judge(look(lab, p.pid, "regions", "-n", 5, "-d", "0.05"))
        p.wait()
    tap.check(not bad, "a process that exits while it is looked at", bad)


def check_execs(tap, lab):
    p = lab.start(["sh", "-c", EXEC, EXEC], stdin=subprocess.DEVNULL)
    bad = []
    for report in ("regions", "pages"):
        run = look(lab, p.pid, report, "-n", 30, "-d", "0.05")
        bad += judge(run)
        if run.returncode != 0:
            bad.append("%s: status %d: %s" % (report, run.returncode, run.stderr))
    alive = p.poll() is None
    p.kill()
    p.wait()
    tap.check(not bad and alive, "a process that execs all the time", bad)


def check_churn(tap, lab):
    p = lab.start([sys.executable, "-c", CHURN], stdin=subprocess.DEVNULL)
    time.sleep(0.3)
    bad = judge(look(lab, p.pid, "pages", "-n", 10, "-d", "0.05"))
    p.kill()
    p.wait()
    tap.check(not bad, "a process that maps and unmaps all the time", bad)


def check_zombie(tap, lab):
    p = lab.start(["true"], stdin=subprocess.DEVNULL)
    wait_state(p.pid, "Z")
    for report in ("processes", "regions", "pages"):
        run = look(lab, p.pid, report)
        bad = judge(run)
        if b'"rss":0' in run.stdout and b'"kind":"region"' in run.stdout:
            bad.append("regions of a zombie")
        tap.check(not bad, "a zombie: %s" % report, bad)
    p.wait()
    run = look(lab, p.pid, "regions")
    said = run.stderr.decode("utf-8", "replace")
    tap.check(run.returncode == 1 and said.startswith("vmatlas: ") and
              not judge(run), "a process that is gone: status 1 and a reason",
              [run.returncode, said])


def check_headless(tap, lab):
    """What its other threads map is told under their numbers only."""
    p = lab.start([sys.executable, "-c", HEADLESS], stdin=subprocess.DEVNULL)
    wait_state(p.pid, "Z")
    lines = lab.report("-r", "processes", "-p", p.pid, "--full")
    row = [r for r in lines if r["kind"] == "process"][0]
    total = [r for r in lines if r["kind"] == "sum"][0]
    tap.check(all(row[k] is None for k in ("vss", "rss", "pss", "swap")) and
              total["unread"] == [p.pid] and total["pss"] is None,
              "the first thread has ended: nothing is said to be 0",
              [row, total])
    run = look(lab, p.pid, "regions")
    tap.check(run.returncode == 1 and b"first thread" in run.stderr and
              not judge(run), "the first thread has ended: regions say so",
              [run.stderr])
    other = max(map(int, os.listdir("/proc/%d/task" % p.pid)))
    rss = sum(r["rss"] for r in lab.report("-r", "regions", "-p", other)
              if r["kind"] == "region")
    tap.check(rss > 8 << 20, "the first thread has ended: another shows all",
              [rss])
    lines = lab.report("-r", "owners", "--pfn", "0x1")
    tap.check(any(" %d " % p.pid in s for s in lines[-1]["problems"]),
              "the first thread has ended: owners name what they left out",
              lines[-1]["problems"])
    p.kill()
    p.wait()


def check_kernel_thread(tap, lab):
    if process_state(2) is None or os.path.exists("/proc/2/exe") and \
            not is_kernel_thread(2):
        tap.skip("a kernel thread", "PID 2 is none here (a PID namespace)")
        return
    for report in ("processes", "regions", "pages"):
        run = look(lab, 2, report)
        bad = judge(run)
        if b'"kind":"region"' in run.stdout or b'"kind":"pages"' in run.stdout:
            bad.append("a kernel thread has no memory of its own")
        tap.check(not bad, "a kernel thread: %s" % report, bad)


def is_kernel_thread(pid):
    try:
        os.readlink("/proc/%d/exe" % pid)
        return False
    except OSError:
        return True


def check_everything(tap, lab):
    """All processes of this machine, whatever they are."""
    run = lab.vmatlas_run("-b", "-r", "processes", "-f", "json")
    bad = judge(run)
    lines = [json.loads(s) for s in run.stdout.decode("utf-8").splitlines()]
    pids = {r["pid"] for r in lines if r["kind"] == "process"}
    if not {1, os.getpid()} <= pids:
        bad.append("PID 1 or this very test is not listed")
    if run.returncode:
        bad.append("status %d" % run.returncode)
    tap.check(not bad, "every process of the machine", bad)


def main():
    tap, lab = Tap(), Lab()
    check_exits(tap, lab)
    check_execs(tap, lab)
    check_churn(tap, lab)
    check_zombie(tap, lab)
    check_headless(tap, lab)
    check_kernel_thread(tap, lab)
    check_everything(tap, lab)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
