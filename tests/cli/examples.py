#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples in vmatlas-report(5) do what they say: each that its marker
gives a name and a recording is run as it stands there, on that recording."""
import os
import re
import subprocess
import sys
import tempfile

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
PAGE = os.path.join(TREE, "man/vmatlas-report.5")
COLLECTED = "/var/lib/prometheus/node-exporter"
# What each must print; for metrics, the file that it must leave.
WANTED = {
    "most": r"2392064\t4242\tsample\n",
    "times": r'"2026-[-0-9]*T[0-9:]*\.000Z",4242,\d+\n'
             r'"2026-[-0-9]*T[0-9:]*\.000Z",4242,\d+\n'
             r'"2026-[-0-9]*T[0-9:]*\.000Z",4242,\d+\n',
    "types": r"anon 2301952\nheap 81920\n(\w+ \d+\n){9}",
    "metrics": r"# TYPE vmatlas_process_info gauge\n(.+\n)+"
               r'vmatlas_process_rss_bytes\{pid="4242",starttime="5000",'
               r'name="sample"\} 2482176\n(.+\n)+# EOF\n',
    "copied": r'(?s)\{\n *"name": ".*"copied": \d+,.*"copied_in": \{.*\}\n',
}


def examples(page):
    """{name: (recording, commands)}"""
    found = {}
    for name, recording, text in re.findall(
            r'(?ms)^\.\\" example (\S+) (\S+)\n\.nf\n\.RS\n(.*?)^\.RE\n',
            page):
        for roff, plain in (("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'"),
                            ("\\&", ""), ("\\e", "\\")):
            text = text.replace(roff, plain)
        found[name] = recording, text
    return found


def run(recording, commands):
    """(what went wrong, output)"""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "vmatlas")
        with open(program, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec "$REAL" -R "$RECORDING" "$@"\n')
        os.chmod(program, 0o755)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c",
             commands.replace(COLLECTED, folder)],
            cwd=folder, text=True, capture_output=True, check=False,
            env={**os.environ, "PATH": folder + ":" + os.environ["PATH"],
                 "REAL": VMATLAS, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                 "HOME": "/nonexistent", "RECORDING": os.path.join(
                     TREE, "tests/fixtures/recordings", recording)})
        output = done.stdout
        collected = os.path.join(folder, "vmatlas.prom")
        if os.path.exists(collected):
            with open(collected, encoding="utf-8") as file:
                output += file.read()
        wrong = done.stderr if done.returncode else ""
        return wrong or (done.returncode and "failed") or "", output


def main():
    with open(PAGE, encoding="utf-8") as file:
        found = examples(file.read())
    print(f"1..{len(WANTED) + 1}")
    if set(found) != set(WANTED):
        print("# in the page:", *sorted(found))
    print("ok 1" if set(found) == set(WANTED) else "not ok 1",
          "- the examples are those that are tested")
    for n, name in enumerate(sorted(WANTED), 2):
        recording, commands = found.get(name, ("sample.rec", "false"))
        wrong, output = run(recording, commands)
        good = not wrong and re.fullmatch(WANTED[name], output)
        if not good:
            for line in (wrong + output).split("\n")[:30]:
                print("# " + line)
        print("ok" if good else "not ok", n, "- example", name)
    return 0


sys.exit(main())
