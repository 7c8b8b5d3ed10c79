#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every key on every screen, at sizes large and small, with names that try to
break the layout: the screen stays a screen.

The keys and where they mean something are read from the table that acts
(view/keymap.h), the kinds of prompts from theirs, so that what is new is
tried, too.  Each screen dumped must have its rows of its columns, and nothing
in them that a terminal obeys; `q` must end the program everywhere but where
text is typed, and Escape nowhere.

Of the scripts beside this file all together: each action, and each kind of
prompt, is in one at 80x24 and in one of a large screen.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.join(HERE, "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
STRANGE = os.path.join(TREE, "tests/fixtures/recordings/strange.rec")
SIZES = "80x24", "200x60", "40x12", "20x5", "1x1"
# The bits of view/keymap.h, and the way to that place.
PLACES = {"LIST": "key 1", "ATLAS": "key 2", "REGIONS": "key 3",
          "SHARING": "key 4", "COMPARE": "key 5", "MEMORY": "key 6",
          "EVENTS": "key 7", "FUNCTIONS": "key 2 g f", "SETTINGS": "key s"}
# What opens over a screen: the way to it, and whether text is typed there.
POPUPS = {"help": ("key ?", False), "inspector": ("key 2 Enter", False),
          "tables": ("key 2 Enter Tab", False),
          "contents": ("key 2 Enter Tab Tab", False),
          "strings": ("key 2 Enter Tab Tab Tab", False),
          "owners": ("key 2 Enter S-Tab", False),
          # A letter is waited for there, and q is one.
          "marks": ("key m a ' ?", True),
          "columns": ("key 1 e", False),
          "columns of regions": ("key 3 e", False),
          "settings": ("key s", False), "find": ("key 2 /", True),
          "search": ("key 1 /", True), "filter": ("key 1 \\", True),
          "filter of events": ("key 7 \\", True),
          "command": ("key :", True), "delay": ("key d", True),
          "picture": ("key P", True), "other": ("key 5 p", True),
          "picture there": ("key P C-u\ntype x.txt\nkey Enter P C-u\n"
                            "type x.txt\nkey Enter", True)}


def table(path, name):
    """The arguments of each X() of the macro NAME in a header."""
    with open(os.path.join(TREE, path), encoding="utf-8") as file:
        body = re.search(r"#define %s\(X\) \\\n((?:.*\\\n)*.*\n)" % name,
                         file.read()).group(1)
    return re.findall(r'X\((?:"((?:[^"\\]|\\.)*)", )?(\w+)(?:, ([^)"]*))?',
                      body)


def actions():
    """{action: the places where it means something}"""
    every = list(PLACES)[:-1]
    groups = {"ON_ALL": every,
              "ON_LISTS": ["LIST", "SHARING", "REGIONS", "FUNCTIONS"],
              "ON_TABLES": ["LIST", "REGIONS"],
              "ON_CELLS": ["ATLAS", "COMPARE"]}
    out = {}
    for _, action, where in table("include/vmatlas/view/keymap.h", "ACTIONS"):
        out[action] = [place for bit in re.findall(r"\w+", where)
                       for place in groups.get(bit, [bit[3:]])
                       if place in PLACES]
    return out


def keys():
    """(key, action) of each binding."""
    return [(key.replace("\\\\", "\\"), action) for key, action, _ in
            table("include/vmatlas/view/keymap.h", "KEYMAP")]


def run(script, size, *more, env=()):
    """The dumps, as lists of rows."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "script")
        with open(name, "w", encoding="utf-8") as file:
            file.write(script)
        done = subprocess.run(
            [VMATLAS, "-R", STRANGE, "--size", size, "--script", name, *more,
             "100"], capture_output=True, check=False, timeout=120,
            cwd=folder, env={"PATH": os.environ.get("PATH", ""),
                             "LC_ALL": "C.UTF-8", "HOME": folder,
                             "TERM": "xterm-256color", **dict(env)})
    if done.returncode or done.stderr:
        raise ValueError(f"status {done.returncode}: "
                         f"{done.stderr.decode(errors='replace')}")
    text = done.stdout.decode("utf-8")      # which it must be
    return [(part.split("\n", 1)[0], part.split("\nroles\n", 1)[0]
             .split("\n")[2:]) for part in re.split(r"(?m)^dump ", text)[1:]]


def columns(row):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in row)


def complaints(rows, size):
    """What is wrong with a screen."""
    cols, nrows = map(int, size.split("x"))
    if len(rows) != nrows:
        yield f"{len(rows)} rows"
    for row in rows:
        # Blanks at the end are left out of a dump.
        if columns(row) > cols:
            yield f"{columns(row)} columns: {row!r}"
        if any(unicodedata.category(c) in ("Cc", "Cf", "Mn", "Me", "Cn",
                                           "Cs", "Zl", "Zp") for c in row):
            yield f"what a terminal obeys or puts elsewhere: {row!r}"
        if re.search(r"\\x5cx[0-9a-f]{2}", row):
            yield f"escaped twice: {row!r}"


def check_place(place, size, ascii_only):
    """Each key that means something there."""
    wrong = []
    script = PLACES[place] + "\ndump start\n"
    for key, action in keys():
        if place not in ACTIONS[action] or action == "QUIT":
            continue
        if place == "SETTINGS" and key == "w":
            key = "Down"    # it would be a file, and no other screen
        # A prompt, a pop-up, another place: what is there is looked at, and
        # closed; Escape never ends the program.
        script += (f"{PLACES[place]}\nkey {key}\ndump {key}\n"
                   "key Esc Esc Esc\n")
    script += "dump end\n"
    dumps = run(script, size, *(["--ascii"] if ascii_only else []))
    if dumps[-1][0] != "end":
        wrong.append(f"ended behind {dumps[-1][0]}")
    for name, rows in dumps:
        wrong += [f"{name}: {what}" for what in complaints(rows, size)]
        if ascii_only and not "".join(rows).isascii():
            wrong.append(f"{name}: not ASCII")
    return len(dumps), wrong


def check_quit(size):
    """q ends everything but a line that is typed; Escape does not."""
    wrong = []
    for name, (way, typed) in [*POPUPS.items(), *(
            (place, (way, False)) for place, way in PLACES.items())]:
        dumps = dict(run(f"{way}\ndump there\nkey q\ndump after\n", size))
        if ("after" in dumps) != typed:
            wrong.append(f"{name}: q " + ("ends it" if typed else "does not"))
        wrong += [f"{name}: {what}" for what in
                  complaints(dumps["there"], size)]
        if "after" not in dict(run(f"{way}\nkey Esc Esc Esc Esc\n"
                                   "dump after\n", size)):
            wrong.append(f"{name}: Escape ends the program")
    return len(POPUPS) + len(PLACES), wrong


def check_scripts():
    """Which action and prompt no script has, at 80x24 and large."""
    bound = {}
    for key, action in keys():
        bound.setdefault(action, []).append(key)
    titles = {kind: title for kind, title in re.findall(
        r'X\((\w+), "([^"]*)"\)', open(os.path.join(
            TREE, "include/vmatlas/view/prompt.h"), encoding="utf-8").read())}
    pressed = {"80x24": set(), "large": set()}
    shown = {"80x24": set(), "large": set()}
    for name in os.listdir(HERE):
        if not name.endswith(".script"):
            continue
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            text = file.read()
        found = re.search(r"^# args:.*--size (\S+)", text, re.M)
        size = found.group(1) if found else "80x24"
        for line in text.split("\n"):
            word, _, rest = line.partition(" ")
            if word == "resize":
                size = rest
            cols, rows = map(int, size.split("x"))
            kind = "80x24" if size == "80x24" else \
                "large" if cols >= 120 and rows >= 24 else None
            if word == "key" and kind:
                pressed[kind].update(rest.split(" "))
        with open(os.path.join(HERE, name[:-7] + ".dump"),
                  encoding="utf-8") as file:
            for found in re.finditer(r"^screen (\d+)x(\d+)\n((?:.*\n)*?)"
                                     r"roles\n", file.read(), re.M):
                size = f"{found.group(1)}x{found.group(2)}"
                kind = "80x24" if size == "80x24" else "large" if \
                    int(found.group(1)) >= 120 and \
                    int(found.group(2)) >= 24 else None
                last = found.group(3).split("\n")[-2]
                if kind:
                    shown[kind].update(t for t in titles
                                       if last.startswith(titles[t].rstrip()))
    wrong = []
    for kind, there in pressed.items():
        wrong += [f"no script at {kind}: {action}, key " + " or ".join(names)
                  for action, names in bound.items()
                  if not there.intersection(names)]
        wrong += [f"no dump at {kind} has the prompt {name}"
                  for name in titles if name not in shown[kind]]
    return len(bound) + len(titles), wrong


ACTIONS = actions()


def main():
    tasks = [(f"{place} at {size}, each key", check_place, place, size, False)
             for size in SIZES for place in PLACES]
    tasks += [(f"{place} in ASCII, each key", check_place, place, "80x24",
               True) for place in PLACES]
    tasks += [(f"q and Escape at {size}", check_quit, size) for size in SIZES]
    tasks += [("what the scripts have", check_scripts)]

    def attempt(task):
        try:
            return task[1](*task[2:])
        except (ValueError, subprocess.TimeoutExpired) as problem:
            return 0, [str(problem)]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, (task, (tried, wrong)) in enumerate(
                zip(tasks, pool.map(attempt, tasks)), 1):
            for what in wrong[:60]:
                print(f"# {what}")
            print(f"{'not ' if wrong else ''}ok {number} - {task[0]}: "
                  f"{tried} things", flush=True)
    print(f"1..{len(tasks)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
