#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Help is right: every key that it names does something on its screen.

Help is asked itself, screen by screen.  A key passes when there is a place,
among those below, where it changes the screen, says something or ends the
program.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
RECORDINGS = [["-R", os.path.join(TREE, "tests/fixtures/recordings", name)]
              for name in ("sample.rec", "family.rec", "memory.rec",
                           "cow.rec", "symbols.rec")]
SCREENS = "1", "2", "3", "4", "5", "6", "7"
# The ways to a place where a key may have something to do.
PLACES = ("", "key Down", "key Down Down Right Right", "key G", "key Tab",
          "key Enter", "key Enter Tab", "key ] Right Down", "key C-d C-d",
          "key [ Right", "key +", "key Space", "key > >",
          "key /\ntype a\nkey Enter", "key :\ntype 16000\nkey Enter",
          "key 1 {screen}", "key b", "key G Tab G", "key x")


def run(recording, script, size="80x24"):
    """The screens that SCRIPT dumps."""
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8",
           "HOME": "/nonexistent", "TERM": "xterm-256color"}
    with tempfile.NamedTemporaryFile("w", suffix=".script") as file:
        file.write(script)
        file.flush()
        done = subprocess.run([VMATLAS, *recording, "--size", size,
                               "--script", file.name], env=env, text=True,
                              capture_output=True, check=False, timeout=60,
                              cwd=os.path.dirname(file.name))
    return [part.split("\n", 1)[1] for part in
            re.split(r"(?m)^dump ", done.stdout)[1:]], done.stderr


def helped(screen):
    """(keys, words) of each line of help on SCREEN; None: no such screen."""
    dumps, _ = run(RECORDINGS[0], f"key {screen}\ndump x\nkey ?\ndump y\n",
                   "80x120")
    if len(dumps) < 2:
        return None
    rows = dumps[1].split("\nroles\n", 1)[0].split("\n")[2:]
    out = []
    for row in rows:
        found = re.match(r"  (\S+(?: \S+)*) {2,}(\S.*)", row)
        if not found and re.match(r" {17}\S", row):
            continue            # of a line that is too long for one
        if not found:
            break
        out.append((found.group(1).split(" "), found.group(2)))
    return out


def changes(recording, way, key, size):
    """None: there is no such way, or the screen changes of itself."""
    dumps, err = run(recording, f"{way}\ndump a\ndump b\nkey {key}\n"
                     "dump c\n", size)
    dumps = dumps[1:]  # on the way: some know their length once drawn
    if err or len(dumps) < 2 or dumps[0] != dumps[1]:
        return None
    return len(dumps) == 2 or dumps[1] != dumps[2]


def does_something(screen, key, words):
    places = PLACES
    if words.startswith("screen "):
        places = "", "key 1", "key 2"
    elif words.startswith("close "):
        places = *PLACES, "key ?"
    for size in "80x24", "40x9":
        for recording in RECORDINGS:
            for place in places:
                way = f"key {screen}\ndump x\n" + place.format(screen=screen)
                if changes(recording, way, key, size):
                    return True
    return False


def main():
    number = 0
    for screen in sys.argv[1:] or SCREENS:
        lines = helped(screen)
        if not lines:
            continue
        tasks = [(screen, key, words) for keys, words in lines
                 for key in keys]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            fine = list(pool.map(lambda task: does_something(*task), tasks))
        bad = [f"{key}: {words}" for (_, key, words), good in
               zip(tasks, fine) if not good]
        number += 1
        for what in bad:
            print(f"# does nothing: {what}")
        print(f"{'not ' if bad else ''}ok {number} - screen {screen}: "
              f"{sum(len(keys) for keys, _ in lines)} keys of help",
              flush=True)
    print(f"1..{number}")


if __name__ == "__main__":
    main()
