# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that hides: another user's, while not root.  Every report and
screen that could have included it names it, and says nothing else of it."""

import os
import shutil
import subprocess

from lab import NOBODY, ROOT, Lab, Tap, as_user, parse_lines, wait_for

FIGURES = ("rss", "pss", "uss", "shared", "swap", "anonymous", "states")
RIGHT = "CAP_SYS_PTRACE"
# What is about one process, or what only its pages can tell.
OF_ONE = ("regions", "pages", "cow", "sharing", "owners", "audit", "fitness",
          "swap", "memory", "frames")
# Root, but with no right to look at others, as in a container.  (To read, recent
# kernels are content with CAP_PERFMON or CAP_SYS_ADMIN, too.)
RIGHTS = "-sys_ptrace,-sys_admin,-perfmon"
LAME = ["setpriv", "--bounding-set=" + RIGHTS, "--inh-caps=" + RIGHTS, "--"]


class Pair:
    """A process that may be looked at, and one that hides."""

    def __init__(self, lab, become, hide):
        self.lab, self.become = lab, become
        self.mine = lab.start(become + ["sleep", "1000"],
                              stdin=subprocess.DEVNULL)
        # A name of its own, that nothing else has.
        program = os.path.join(lab.folder, "hider")
        if not os.path.exists(program):
            shutil.copy(shutil.which("sleep"), program)
        self.hidden = lab.start(hide + [program, "999"],
                                stdin=subprocess.DEVNULL)
        wait_for(lambda: self.name() == "hider", "it becomes itself")
        self.pid = self.hidden.pid

    def name(self):
        with open("/proc/%d/comm" % self.hidden.pid) as f:
            return f.read().strip()

    def run(self, *args):
        return subprocess.run(
            self.become + [self.lab.vmatlas, *map(str, args)], cwd="/",
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def lines(self, *args):
        self.said = self.run("-b", "-f", "json", *args)
        self.stderr = self.said.stderr.decode("utf-8", "replace")
        return parse_lines(self.said.stdout)

    def is_named(self, lines):
        """By the last line, and on standard error."""
        name = "%d hider (denied)" % self.pid
        return name in " ".join(lines[-1]["problems"]) and name in self.stderr


def check_alone(tap, who, pair):
    """Asked about it, and nothing else."""
    for report in OF_ONE:
        lines = pair.lines("-r", report, "-p", pair.pid)
        about = [r for r in lines if r["kind"] not in ("snapshot", "end")]
        tap.check(pair.said.returncode == 1 and not about and
                  "%d: not permitted" % pair.pid in pair.stderr and
                  RIGHT in pair.stderr,
                  "%s: %s of it are refused, with what it takes" %
                  (who, report), [pair.said])
    lines = pair.lines("-r", "zones", "-p", pair.pid)
    tap.check(pair.said.returncode == 0 and
              any(r["kind"] == "zone" for r in lines),
              who + ": zones need nobody", [pair.said])


def check_processes(tap, who, pair):
    """In the list it has figures that are not known."""
    for more in ([], ["--full"], ["-p", pair.pid], ["-u", "#"]):
        if more[:1] == ["-u"]:
            more = ["-u", str(os.stat("/proc/%d" % pair.pid).st_uid)]
        lines = pair.lines("-r", "processes", *more)
        row = [r for r in lines if r["kind"] == "process" and
               r["pid"] == pair.pid]
        tap.check(len(row) == 1 and row[0]["name"] == "hider" and
                  all(row[0][f] is None for f in FIGURES) and
                  RIGHT in pair.stderr and
                  RIGHT in " ".join(lines[-1]["problems"]),
                  "%s: processes %s: it is there, with no figure" %
                  (who, " ".join(map(str, more))), [row, pair.stderr])
    sums = [r for r in pair.lines("-r", "processes", "--full")
            if "unread" in r]
    tap.check(sums and all(pair.pid in r["unread"] for r in sums),
              who + ": a sum says that it is not in it", [sums])
    text = pair.run("-b", "-r", "processes", "--full", "-p",
                    pair.pid).stdout.decode()
    line = [x for x in text.splitlines() if "not in it" in x]
    tap.check(line and line[0].split(": ")[1] == str(pair.pid),
              who + ": and in words", [line])


def check_together(tap, who, pair):
    """With one that may be read."""
    mine = pair.mine.pid
    lines = pair.lines("-r", "processes", "--union", "-p", mine, "-p",
                       pair.pid)
    group = [r for r in lines if r["kind"] == "group"]
    tap.check(group and group[0]["unread"] == [pair.pid] and
              pair.is_named(lines), who + ": a group says who is missing",
              [group, pair.stderr])
    lines = pair.lines("-r", "compare", "-p", mine, "-p", pair.pid)
    tap.check(pair.said.returncode == 1 and not lines[-1]["complete"] and
              "%d: not permitted" % pair.pid in pair.stderr and
              RIGHT in pair.stderr, who + ": compare is refused",
              [pair.said])
    for report, more in (("owners", ["-p", mine]), ("sharing", ["-p", mine]),
                         ("owners", ["--pfn", "100"]),
                         ("sharing", ["--file", "/bin/sh"])):
        lines = pair.lines("-r", report, *more)
        tap.check(pair.said.returncode == 0 and pair.is_named(lines) and
                  not [r for r in lines if r.get("pid") == pair.pid],
                  "%s: %s %s names it" % (who, report, more[0]),
                  [pair.stderr])
    return lines


def dumps(pair, target, *keys):
    """What the screen shows after each of KEYS."""
    script = os.path.join(pair.lab.folder, "hidden.script")
    with open(script, "w") as f:
        f.write("wait\ndump first\n")
        for key in keys:
            f.write("key %s\n%swait\nwait\ndump screen\n" % (
                key, "type hider\nkey Enter\n" if key == "\\" else ""))
        f.write("quit\n")
    os.chmod(script, 0o644)
    said = pair.run("--ascii", "--size", "120x400", "--script", script,
                    *target).stdout.decode("utf-8", "replace")
    return [part.split("\nroles\n")[0] for part in said.split("dump ")[1:]]


def check_screens(tap, who, pair):
    atlas, whole, processes = dumps(pair, ["-p", pair.pid], "1", "\\")
    lines = atlas.splitlines()
    tap.check("denied" in lines[2] and "RSS ?" in lines[2] and
              RIGHT in atlas, who + ": the atlas of it says what it takes",
              lines[:6] + lines[-4:])
    cow = lines[3].split()
    shown = dict(zip(cow[1::2], cow[2::2]))
    bad = {k: v for k, v in shown.items()
           if k in ("pending", "shared", "copied", "split") and
           v not in ("?", "-")}
    tap.check(shown.get("pending") == "?" and not bad,
              who + ": and of its pages, nothing", [lines[3]])
    row = [x for x in processes.splitlines()
           if x.split()[:1] == [str(pair.pid)]]
    tap.check(len(row) == 1 and row[0].count(" ?") > 3, who +
              ": the screen of processes has it", [row])
    tap.check(" not permitted): PSS" in whole,
              who + ": and how many of them hide", whole.splitlines()[:5])


def check_sharing_screens(tap, who, pair):
    """Sharing and compare: nothing is said of who could not be read."""
    mine = pair.mine.pid
    _, sharing, compare = dumps(pair, ["-p", mine], "4", "5")
    tap.check(" processes could not be read: " in sharing and
              "what it shares: ?" in sharing and "not told" in sharing,
              who + ": the screen of sharing says who is missing",
              sharing.splitlines()[1:6] + sharing.splitlines()[-3:])
    tap.check("frames are not told to this user (p: choose one)" in compare,
              who + ": that of compare does not say that nobody shares",
              compare.splitlines()[1:4] + compare.splitlines()[-4:])
    _, compare = dumps(pair, ["-p", mine, "-p", pair.pid], "5")
    lines = compare.splitlines()
    tap.check("%d hider" % pair.pid in lines[2] and
              "only A ?  only B ?  both ?" in lines[3] and RIGHT in compare,
              who + ": nor anything of one that hides",
              lines[1:4] + lines[-4:])


def check_ledger(tap, who, pair):
    """What is told without frames is not made up."""
    rows = [r for r in pair.lines("-r", "cow", "-p", pair.mine.pid)
            if r["kind"] == "cow"]
    bad = [r for r in rows if r["split"] is not None or
           (r["name"] in ("[heap]", "[stack]") and
            r["was_shared"] is not None)]
    tap.check([r for r in rows if r["name"] == "[heap]"] and not bad,
              who + ": what is left over from a fork is not known", bad)
    for report in ("owners", "sharing"):
        lines = pair.lines("-r", report, "-p", pair.mine.pid)
        tap.check(len(lines) == 2 and lines[-1]["complete"] is False,
                  "%s: %s without frames is no whole answer" % (who, report),
                  [lines])


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("processes that hide", "it takes root to become somebody "
                 "else")
        return tap.done()
    lab = Lab()
    for who, become, hide in (("nobody", as_user(NOBODY), []),
                              ("root", LAME, as_user(NOBODY))):
        pair = Pair(lab, become, hide)
        check_alone(tap, who, pair)
        check_processes(tap, who, pair)
        check_together(tap, who, pair)
        check_screens(tap, who, pair)
        check_sharing_screens(tap, who, pair)
        check_ledger(tap, who, pair)
    tap.done()


main()
