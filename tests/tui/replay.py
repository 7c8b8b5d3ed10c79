#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is shown of a refresh does not depend on how one came there.

Of every recording beside the screens' with several refreshes: each screen of
each refresh, come to step by step, back from the one behind it, from the last
one, at once by number and by time, is the same to the last cell.  Only what is
made of many refreshes may differ, and only where the manual says so: the list
of events, its histories and the ages of pages.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.join(HERE, "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
RECORDINGS = os.path.join(TREE, "tests/fixtures/recordings")
SCREENS = "2", "2 ]", "2 [ Right Enter", "3", "4", "5", "6", "1"
SIZE = "120x50"
# What is said until the next key is not looked at: F9 is one that does nothing.


def refreshes(path):
    with open(path, "rb") as file:
        return len(re.findall(rb"(?m)^refresh\b", file.read()))


def run(recording, script):
    """{name: screen} of all that SCRIPT dumps."""
    with tempfile.NamedTemporaryFile("w", suffix=".script") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [VMATLAS, "-R", recording, "--size", SIZE, "--script", file.name],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8",
                 "HOME": "/nonexistent", "TERM": "xterm", "TZ": "UTC"},
            text=True, capture_output=True, check=False, timeout=120)
    if done.returncode:
        raise ValueError(done.stderr)
    parts = re.split(r"(?m)^dump ", done.stdout)[1:]
    return dict(part.split("\n", 1) for part in parts)


def time_of(screen):
    return re.search(r"replay \d+/\d+ (?:\d+-\d+-\d+ )?(\d+:\d+:\d+)",
                     screen).group(1)


def ways(n, count, times):
    """Name, keys: from the first refresh to N."""
    yield "back", "key " + "t " * n + "T\n" if n < count else "key t\n" * n + \
        "key T T t t\n"
    yield "from the last", f"key :\ntype at {count}\nkey Enter\n" \
        f"key :\ntype at {n}\nkey Enter\n"
    yield "at once", f"key :\ntype at {n}\nkey Enter\n"
    if times.count(times[n - 1]) == 1:
        yield "by time", f"key :\ntype {times[n - 1]}\nkey Enter\n"


def differs(a, b):
    """The first row that does, of two dumps; None: they are one."""
    if a == b:
        return None
    for x, y in zip(a.split("\n"), b.split("\n")):
        if x != y:
            return f"{x!r} is {y!r}"
    return "their lengths"


def complaints(recording, count):
    path = os.path.join(RECORDINGS, recording)
    times = [time_of(dump) for dump in run(path, "key 6\ndump 1\n" + "".join(
        f"key t\ndump {n}\n" for n in range(2, count + 1))).values()]
    for screen in SCREENS:
        # Where a program gives way to another, no cursor stays.
        if "Enter" in screen and recording == "changes.rec":
            continue
        # Nor does it on a line that went.
        settle = "F9 g" if screen in ("1", "3", "4") else "F9"
        stepped = run(path, f"key {screen} {settle}\ndump 1\n" + "".join(
            f"key t {settle}\ndump {n}\n" for n in range(2, count + 1)))
        for n in range(1, count + 1):
            script = f"key {screen}\n"
            for name, keys in ways(n, count, times):
                script += f"key :\ntype at 1\nkey Enter\n{keys}key {settle}\ndump {name}\n"
            for name, dump in run(path, script).items():
                what = differs(stepped[str(n)], dump)
                if what:
                    yield f"screen {screen}, {n} of {count}, {name}: {what}"


def main():
    number = 0
    for recording in sorted(os.listdir(RECORDINGS)):
        if not recording.endswith(".rec") or recording in (
                "cut.rec", "damaged.rec", "nobody.rec"):
            continue
        count = refreshes(os.path.join(RECORDINGS, recording))
        if count < 2:
            continue
        bad = list(complaints(recording, count))
        number += 1
        for what in bad[:10]:
            print(f"# {what}")
        print(f"{'not ' if bad else ''}ok {number} - {recording}: {count} "
              "refreshes, from wherever one comes", flush=True)
    print(f"1..{number}")


if __name__ == "__main__":
    sys.exit(main())
