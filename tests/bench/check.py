#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the benchmark itself work?  No figure is judged.  TAP on stdout."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = ["reserve", "start-version"]
# A bare loop that disagrees, whatever it is asked.
LIAR = "#!/bin/sh\necho 4096 0x1000 4096 1 1\n"


def bench(folder, *rows, tools=None):
    """Its exit status and its rows, which follow a line on the machine."""
    out = os.path.join(folder, "rows.json")
    env = {**os.environ, **({"BENCH_TOOLS": tools} if tools else {})}
    status = subprocess.run(
        [sys.executable, "-B", os.path.join(HERE, "bench"), "--quick",
         "--json", out, *rows], env=env, stdout=subprocess.DEVNULL,
        check=False).returncode
    with open(out, encoding="utf-8") as file:
        return status, [json.loads(line) for line in file][1:]


def liars(folder):
    """A folder of tools whose bare loop lies."""
    from targets import TOOLS
    with open(os.path.join(folder, "bare"), "w", encoding="ascii") as file:
        file.write(LIAR)
    os.chmod(os.path.join(folder, "bare"), 0o755)
    os.symlink(os.path.join(TOOLS, "load"), os.path.join(folder, "load"))
    return folder


def main():
    with tempfile.TemporaryDirectory() as folder:
        status, rows = bench(folder, *ROWS)
        wrong, lied = bench(folder, "regions-thp", tools=liars(folder))
    tests = {
        "the benchmark runs": status == 0 and len(rows) == len(ROWS)
        and all(row["verdict"] in ("holds", "over") for row in rows),
        "a bare loop that disagrees fails its row": wrong == 1
        and [row["verdict"] for row in lied] == ["WRONG"],
    }
    print(f"1..{len(tests)}")
    for number, (what, fine) in enumerate(tests.items(), 1):
        print(f"{'' if fine else 'not '}ok {number} - {what}")
    return not all(tests.values())


if __name__ == "__main__":
    sys.exit(main())
