# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger of copy on write as vmatlas tells it, refresh after refresh."""

import json
import subprocess
from datetime import datetime, timezone


class Watch:
    """vmatlas, one refresh after another, as lines of region start."""

    def __init__(self, lab, pid):
        self.p = lab.start([lab.vmatlas, "-b", "-r", "cow", "-f", "json",
                            "-d", "0.3", "-p", str(pid)],
                           stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def read(self):
        rows = {}
        for line in self.p.stdout:
            r = json.loads(line)
            if r["kind"] == "snapshot":
                self.time = r["time"]
            if r["kind"] == "cow":
                rows[int(r["start"], 16)] = r
            if r["kind"] == "end":
                return rows
        raise RuntimeError("vmatlas ended")

    def read_new(self):
        """A refresh that has not begun yet; older ones may wait to be read,
        and one may be under way."""
        now = datetime.now(timezone.utc).isoformat()
        self.read()
        while self.time < now[:len("2026-11-20T13:22:01.123")]:
            self.read()
        return self.read()

    def until(self, start, split):
        """The refreshes until START has split so much in all."""
        last = []
        for _ in range(20):
            rows = self.read()
            last.append(rows)
            if start in rows and rows[start]["split"] >= split:
                break
        return last

    def end(self):
        self.p.kill()
        self.p.wait()
