#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes that vmatlas sends to a terminal of 80x24, from recordings.

As a test it holds them against their bounds; tests/bench/bench prints them.
"""
import concurrent.futures
import sys
import tempfile

from line import Line, stretched, unpacked

RECORDINGS = "sample.rec", "linux-7.2.rec.gz"
RIGHT, DOWN, UP = "\033[C", "\033[B", "\033[A"
MOVES = [RIGHT, RIGHT, DOWN, DOWN, DOWN, RIGHT, RIGHT, UP, RIGHT]
SCREENS = "2", "1", "4", "6", "?"
# What is measured: its name, terminal, options, limit.
IDLE = [
    ("vt100", [], 50), ("linux", [], 50), ("xterm-256color", [], 50),
    ("xterm-direct", [], 50), ("vt100", ["--low-baud"], 50),
]
REPAINT = [
    ("vt100", ["--low-baud"], 4096), ("linux", ["--low-baud"], 4096),
    ("xterm-256color", ["--low-baud"], 4096), ("xterm-256color", [], 9216),
]
MOVE = [
    ("vt100", ["--low-baud"], 400), ("linux", [], 400),
    ("xterm-256color", [], 400),
]


def row(what, name, term, args, measured, limit):
    return {"what": what, "on": " ".join([name + ",", term, *args]), "note": "",
            "measured": measured, "limit": limit, "unit": "bytes"}


def sent_by(args, term):
    """All of it; at the least, as a busy machine may show what it has got of
    the first refresh more than once."""
    sent = []
    for _ in range(3):
        line = Line(args, term)
        sent.append(len(line.until_end()))
        line.close()
    return min(sent)


def idle(name, term, args, folder):
    """Per refresh in which nothing changes."""
    few, many = 4, 14
    recording = stretched(name, many + 5, folder)
    for _ in range(4):
        sent = [sent_by(["-R", recording, "-d", "0.05", "-n", str(n), *args],
                        term) for n in (few, many)]
        # Less for more of them: so busy was the machine with the fewer.
        if sent[1] > sent[0]:
            break
    return (sent[1] - sent[0]) / (many - few)


def repaint(name, term, args, folder):
    """The largest repaint of a screen as a whole."""
    line = Line(["-R", unpacked(name, folder), *args], term)
    most = 0
    line.until_quiet(1)
    for key in SCREENS:
        line.type(key)
        line.until_quiet()
        line.type("\014")
        most = max(most, len(line.until_quiet()))
    line.close()
    return most


def move(name, term, args, folder):
    """The dearest move of the cursor by one cell."""
    line = Line(["-R", stretched(name, 1, folder), *args], term)
    line.until_quiet(1)
    most = 0
    for key in MOVES:
        line.type(key)
        most = max(most, len(line.until_quiet()))
    line.close()
    return most


def measure_one(task):
    what, measure, name, term, args, limit = task
    with tempfile.TemporaryDirectory() as folder:
        return row(what, name, term, args, measure(name, term, args, folder),
                   limit)


def rows():
    tasks = [(what, measure, name, term, args, limit)
             for what, measure, kinds in (
                 ("a refresh, nothing changes", idle, IDLE),
                 ("a full repaint", repaint, REPAINT),
                 ("the cursor by a cell", move, MOVE))
             for name in RECORDINGS for term, args, limit in kinds]
    # Most of it is waiting.
    with concurrent.futures.ProcessPoolExecutor(6) as pool:
        yield from pool.map(measure_one, tasks)


ROWS = {"bytes": lambda size: rows()}


def main():
    bad = count = 0
    for count, entry in enumerate(rows(), 1):
        fine = 0 < entry["measured"] <= entry["limit"]
        bad += not fine
        print(f"{'' if fine else 'not '}ok {count} - {entry['what']}, "
              f"{entry['on']}: "
              f"{entry['measured']:.0f} bytes of {entry['limit']}",
              flush=True)
    print(f"1..{count}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
