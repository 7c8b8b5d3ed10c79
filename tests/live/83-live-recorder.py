# SPDX-License-Identifier: GPL-2.0-or-later
"""A recorder that is killed, whose disk is full, whose reader is slow or gone:
what was whole is seen again, and what is missing is said."""

import glob
import os
import pty
import random
import re
import resource
import select
import signal
import subprocess
import time

from lab import Lab, Tap, parse_lines

KILLS = 200
# Bytes a second of a line of 9600 baud.
LINE = 960


def plain(report):
    return re.sub(rb'"elapsed_ms":[0-9.]+', b"", report)


def reports(data):
    """The whole ones of a file of reports."""
    parts = data.split(b'{"kind":"snapshot"')[1:]
    return [plain(p) for p in parts
            if re.search(rb'\{"kind":"end".*\}\n$', p)]


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def remove(*paths):
    for path in paths:
        if os.path.lexists(path):
            os.unlink(path)


def record(lab, pid, *args, **kw):
    return lab.start([lab.vmatlas, "-b", "-p", str(pid), *map(str, args)],
                     stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **kw)


def refreshes(lab, path):
    """How many refreshes a recording has, and what was said of it."""
    r = lab.vmatlas_run("-b", "-r", "zones", "-f", "json", "-n", 100000, "-R",
                        path)
    lines = parse_lines(r.stdout)
    return sum(x["kind"] == "end" for x in lines), r.stderr.decode()


def check_killed(tap, lab, pid):
    rec = os.path.join(lab.folder, "killed.rec")
    live = os.path.join(lab.folder, "killed.json")
    rng = random.Random(1)
    bad, seen = [], 0
    for i in range(KILLS):
        remove(rec, live)
        p = record(lab, pid, "-w", rec, "-r", "regions", "-f", "json",
                   "--full", "-o", live, "-d", 0.05)
        time.sleep(rng.uniform(0, 0.2))
        p.kill()
        p.communicate()
        told = reports(read(live))
        r = lab.vmatlas_run("-b", "--full", "-r", "regions", "-f", "json",
                            "-n", 100000, "-R", rec)
        again = reports(r.stdout)
        seen += len(again)
        # A report is out before its refresh is; the next one may be lost.
        if len(again) < len(told) - 1 or \
                again[:len(told)] != told[:len(again)]:
            bad.append("kill %d: %d reports, of which %d are seen again: %s" %
                       (i, len(told), len(again), r.stderr.decode()))
        if not again and not r.stderr:
            bad.append("kill %d: nothing is seen, and nothing said" % i)
    tap.check(not bad and seen >= KILLS / 10,
              "killed at %d moments: every whole refresh is seen again" %
              KILLS, bad + ["%d refreshes were seen" % seen])


def check_signals(tap, lab, pid):
    rec = os.path.join(lab.folder, "signals.rec")
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        remove(rec)
        p = record(lab, pid, "-w", rec, "-d", 0.1)
        time.sleep(0.7)
        p.send_signal(sig)
        begun = time.monotonic()
        err = p.communicate(timeout=30)[1]
        took = time.monotonic() - begun
        n, said = refreshes(lab, rec)
        tap.check(p.returncode == 0 and not err and n >= 3 and not said and
                  took < 2, "%s ends a recording with its last refresh whole" %
                  sig.name, [p.returncode, err, n, said, took])


def check_rotation(tap, lab, pid):
    rec = os.path.join(lab.folder, "rotated.rec")
    p = record(lab, pid, "-w", rec, "-d", 0.1, "--rotate", "64K:3")
    for _ in range(2):
        time.sleep(0.5)
        p.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    p.terminate()
    err = p.communicate(timeout=30)[1]
    names = sorted(glob.glob(rec + "*"))
    counts = [refreshes(lab, name) for name in names]
    modes = {os.stat(name).st_mode & 0o777 for name in names}
    tap.check(p.returncode == 0 and not err and
              names == [rec, rec + ".1", rec + ".2"] and modes == {0o600} and
              all(n > 0 and not said for n, said in counts),
              "SIGHUP begins another file, and each is whole by itself",
              [p.returncode, err, names, counts])
    # As one again, oldest first.
    both = os.path.join(lab.folder, "both.rec")
    with open(both, "wb") as f:
        for name in reversed(names):
            f.write(read(name))
    n, said = refreshes(lab, both)
    tap.check(n == sum(c for c, _ in counts) and not said,
              "put one behind the other, they are one recording",
              [n, counts, said])
    remove(*names)
    # Of all processes one refresh alone is more than that.
    r = lab.vmatlas_run("-b", "-w", rec, "--rotate", "64K:2", "-d", 0.05,
                        "-n", 6)
    names = sorted(glob.glob(rec + "*"))
    sizes = [os.stat(name).st_size for name in names]
    counts = [refreshes(lab, name) for name in names]
    tap.check(r.returncode == 0 and len(names) == 3 and
              all(n > 0 and not said for n, said in counts),
              "a full file is followed by another; as many stay as are wanted",
              [r.stderr, names, sizes, counts])


def check_full(tap, lab, pid):
    rec = os.path.join(lab.folder, "full.rec")
    limit = 40000
    p = record(lab, pid, "-w", rec, "-d", 0.05, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
    err = p.communicate(timeout=60)[1].decode()
    n, said = refreshes(lab, rec)
    tap.check(p.returncode == 1 and "File too large" in err and rec in err and
              n > 0 and not said,
              "a file that may not grow: said, and it ends where a refresh does",
              [p.returncode, err, n, said])
    p = record(lab, pid, "-w", "/dev/full", "-d", 0.05)
    err = p.communicate(timeout=30)[1].decode()
    tap.check(p.returncode == 1 and "No space left" in err,
              "a full disk: message and exit status", [p.returncode, err])
    old = os.path.join(lab.folder, "old.rec")
    with open(old, "wb") as f:
        f.write(b"old")
    p = record(lab, pid, "-w", old, "-d", 0.05, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))))
    err = p.communicate(timeout=30)[1].decode()
    tap.check(p.returncode == 1 and read(old) == b"old" and
              not glob.glob(old + ".*"),
              "what is replaced is there until there is something else",
              [p.returncode, err, glob.glob(old + "*")])
    script = os.path.join(lab.folder, "full.script")
    with open(script, "w") as f:
        f.write("wait\nwait\nwait\ndump screen\n")
    rec = os.path.join(lab.folder, "screen.rec")
    p = lab.start([lab.vmatlas, "-w", rec, "--script", script, "--size",
                   "80x24", str(pid)], stdin=subprocess.DEVNULL,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                  preexec_fn=lambda: (
                      signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                      resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))))
    out, err = (x.decode() for x in p.communicate(timeout=60))
    lines = out.splitlines() + [""] * 3
    tap.check(p.returncode == 1 and "File too large" in out and
              str(pid) in lines[2] and "rec " not in lines[2] and rec in err,
              "on the screen, too, and it records no more",
              [p.returncode, err] + lines[:26])
    p = record(lab, pid, "-w", "-", "-d", 0.05, stdout=subprocess.PIPE)
    p.stdout.read(1000)
    p.stdout.close()
    p.wait(timeout=30)
    err = p.stderr.read().decode()
    tap.check(p.returncode == 1 and "Broken pipe" in err,
              "a closed pipe: message and exit status", [p.returncode, err])


def check_several(tap, lab, pid, other):
    rec = os.path.join(lab.folder, "several.rec")
    p = record(lab, pid, "-p", other.pid, "-w", rec, "-d", 0.1)
    time.sleep(0.6)
    other.kill()
    other.wait()
    time.sleep(0.6)
    p.terminate()
    err = p.communicate(timeout=30)[1].decode()
    n, said = refreshes(lab, rec)
    one = lab.report("-r", "pages", "-p", pid, "-R", rec, "-n", 1)
    two = lab.report("-r", "pages", "-p", other.pid, "-R", rec, "-n", 1)
    tap.check(p.returncode == 0 and n > 6 and not said and
              str(other.pid) in err and len(one) > 10 and len(two) > 10,
              "of two processes that are recorded one may end",
              [p.returncode, err, n, said, len(one), len(two)])


class Relay:
    """What comes from one end goes to the other, so many bytes a second."""

    def __init__(self, source, sink, rate):
        self.source, self.sink, self.rate = source, sink, rate
        self.moved, self.since = 0, time.monotonic()

    def step(self):
        """For a moment; the reader sees it in small pieces, as on a line."""
        due = (time.monotonic() - self.since) * self.rate - self.moved
        if due < 32:
            time.sleep(0.02)
            return
        if not select.select([self.source], [], [], 0.02)[0]:
            self.since, self.moved = time.monotonic(), 0
            return
        data = os.read(self.source, 64)
        self.moved += len(data)
        os.write(self.sink, data)


def watch(screen, relay, condition, seconds):
    """Take what the screen shows until CONDITION(all of it); None: never."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        relay.step()
        while select.select([screen], [], [], 0)[0]:
            try:
                shown += os.read(screen, 65536)
            except OSError:
                return shown if condition(shown) else None
        if condition(shown):
            return shown
    return None


def check_line(tap, lab, pid):
    """The recorder here, a line, the screen at its other end."""
    near, far = os.pipe(), os.pipe()
    # The pipe to the line holds one page, as little as there is.
    try:
        import fcntl
        fcntl.fcntl(near[1], 1031, 4096)
    except OSError:
        pass
    recorder = record(lab, pid, "-w", "-", "-d", 0.1, stdout=near[1])
    os.close(near[1])
    child, screen = pty.fork()
    if not child:
        os.dup2(far[0], 0)
        for fd in (near[0], far[0], far[1]):
            os.close(fd)
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
        os.execv(lab.vmatlas, [lab.vmatlas, "-R", "-", "--no-mouse"])
    os.close(far[0])
    lab.undo.append(lambda: os.kill(child, signal.SIGKILL))
    relay = Relay(near[0], far[1], LINE)
    begun = time.monotonic()
    first = watch(screen, relay, lambda s: b"quit" in s.lower(), 90)
    tap.check(first is not None, "through a slow line a refresh arrives, and "
              "is shown")
    print("# the first one took %.1f s" % (time.monotonic() - begun))
    # Nothing comes through the line: the keys do their work all the same.
    still = Relay(near[0], far[1], 0)
    os.write(screen, b"?")
    begun = time.monotonic()
    tap.check(watch(screen, still, lambda s: len(s) > 300, 3) is not None,
              "while it waits for the line, keys are answered",
              [time.monotonic() - begun])
    os.write(screen, b"\x1b")
    left_out = watch(screen, relay, lambda s: b"left out" in s, 60)
    tap.check(left_out is not None, "refreshes that were left out are told")
    os.write(screen, b"q")
    pid_ended, status = 0, None
    end = time.monotonic() + 3
    while not pid_ended and time.monotonic() < end:
        watch(screen, still, lambda s: True, 0.05)
        pid_ended, status = os.waitpid(child, os.WNOHANG)
    lab.undo.pop()
    tap.check(pid_ended == child and status == 0, "q ends it at once", [status])
    recorder.terminate()
    begun = time.monotonic()
    os.close(near[0])
    err = recorder.communicate(timeout=30)[1].decode()
    tap.check(re.search(r"\d+ refreshes were left out", err) and
              time.monotonic() - begun < 15,
              "the recorder ends, and says how many it left out",
              [recorder.returncode, err])
    os.close(far[1])


def check_stuck(tap, lab, pid):
    """Nobody reads, ever."""
    near = os.pipe()
    recorder = record(lab, pid, "-w", "-", "-d", 0.05, "--full",
                      stdout=near[1])
    os.close(near[1])
    time.sleep(1.5)
    recorder.terminate()
    begun = time.monotonic()
    err = recorder.communicate(timeout=40)[1].decode()
    took = time.monotonic() - begun
    os.close(near[0])
    tap.check(took < 15 and recorder.returncode == 1 and
              "left out" in err and "timed out" in err,
              "a reader that is stuck does not hold the recorder for ever",
              [took, recorder.returncode, err])


def check_pipe(tap, lab, pid):
    """A stream of reports: live, as it comes, and from the same in a file."""
    rec = os.path.join(lab.folder, "stream.rec")
    live = os.path.join(lab.folder, "stream.json")
    with open(rec, "wb") as f:
        source = record(lab, pid, "-w", "-", "-r", "pages", "-f", "json", "-o",
                        live, "-n", 20, "-d", 0.2, stdout=subprocess.PIPE)
        reader = lab.start([lab.vmatlas, "-b", "-r", "pages", "-f", "json",
                            "-n", "100", "-R", "-"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for data in iter(lambda: os.read(source.stdout.fileno(), 7777), b""):
            f.write(data)
            reader.stdin.write(data)
            reader.stdin.flush()
    reader.stdin.close()
    reader.stdin = None
    out, err = reader.communicate(timeout=30)
    source.wait()
    told = reports(read(live))
    again = lab.vmatlas_run("-b", "-r", "pages", "-f", "json", "-n", 100,
                            "-R", rec)
    tap.check(len(told) == 20 and reports(out) == told and not err and
              reports(again.stdout) == told,
              "through a pipe and from a file: the same as live",
              [len(told), len(reports(out)), err, again.stderr])
    # The line breaks in the middle of a refresh.
    r = subprocess.run([lab.vmatlas, "-b", "-r", "pages", "-f", "json", "-n",
                        "100", "-R", "-"], input=read(rec)[:-300],
                       capture_output=True, timeout=30)
    good = reports(r.stdout)
    tap.check(r.returncode == 1 and good and told[:len(good)] == good and
              len(good) < 20 and b"shown is what came before" in r.stderr,
              "a line that breaks: what came is shown, and that it broke",
              [r.returncode, len(good), r.stderr])


def main():
    tap = Tap()
    lab = Lab()
    try:
        target = lab.start(["sleep", "1000"])
        other = lab.start(["sleep", "1000"])
        check_killed(tap, lab, target.pid)
        check_signals(tap, lab, target.pid)
        check_rotation(tap, lab, target.pid)
        check_full(tap, lab, target.pid)
        check_several(tap, lab, target.pid, other)
        check_pipe(tap, lab, target.pid)
        check_line(tap, lab, target.pid)
        check_stuck(tap, lab, target.pid)
    finally:
        lab.close()
    tap.done()


if __name__ == "__main__":
    main()
