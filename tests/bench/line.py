# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal line with vmatlas at its far end: what it sends is counted."""
import fcntl
import gzip
import os
import pty
import re
import select
import shutil
import signal
import struct
import tempfile
import termios
import time

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
RECORDINGS = os.path.join(TREE, "tests/fixtures/recordings")


def text_of(name):
    path = os.path.join(RECORDINGS, name)
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read()


def unpacked(name, folder):
    """Recording NAME as vmatlas reads it."""
    out = os.path.join(folder, os.path.basename(name))
    with open(out, "w", encoding="utf-8") as file:
        file.write(text_of(name))
    return out


def stretched(name, refreshes, folder):
    """The first refresh of recording NAME, that often: nothing changes."""
    text = text_of(name)
    head, *blocks = re.split(r"(?m)^(?=refresh )", text)
    block = blocks[0]
    first = int(re.search(r"uptime_ms=(\d+)", block).group(1))
    wall = int(re.search(r"time_ms=(\d+)", block).group(1))
    rest = block.split("\n", 1)[1]
    out = os.path.join(folder, os.path.basename(name) + f".{refreshes}")
    with open(out, "w", encoding="utf-8") as file:
        file.write(head)
        for i in range(refreshes):
            file.write(f"refresh n={i} time_ms={wall + i * 1000} "
                       f"uptime_ms={first + i * 1000}\n{rest}")
    return out


class Line:
    """vmatlas with ARGS on a terminal of kind TERM and ROWS by COLS."""

    def __init__(self, args, term="xterm-256color", rows=24, cols=80,
                 env=(), program=VMATLAS):
        self.folder = tempfile.mkdtemp()
        # The size is set before vmatlas can ask for it.
        ready, go = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(ready, 1)
            environ = {"PATH": os.environ.get("PATH", ""), "TERM": term,
                       "LC_ALL": "C.UTF-8", "HOME": self.folder, **dict(env)}
            os.execve(program, [os.path.basename(program), *args], environ)
        os.close(ready)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, cols, 0, 0))
        os.close(go)
        self.started = time.monotonic()

    def read(self, seconds):
        """What comes within so long; None at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self.fd, 1 << 16) or None
        except OSError:
            return None

    def until_quiet(self, seconds=0.4, patience=20):
        """All that comes until nothing has come for SECONDS."""
        out, end = b"", time.monotonic() + patience
        while time.monotonic() < end:
            part = self.read(seconds)
            if not part:
                break
            out += part
        return out

    def until(self, *wanted, patience=30):
        """Seconds from the start until all of WANTED came, one after
        another."""
        out, end = b"", time.monotonic() + patience
        wanted = list(wanted)
        while time.monotonic() < end:
            out += self.read(1) or b""
            while wanted and wanted[0] in out:
                out = out.split(wanted.pop(0), 1)[1]
            if not wanted:
                return time.monotonic() - self.started
        raise RuntimeError("vmatlas does not show " + repr(wanted[0]))

    def drain(self, seconds):
        """Reads whatever comes for so long, as a terminal does."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.read(left) is None:
                raise RuntimeError("vmatlas ended")

    def until_end(self, patience=60):
        """All that comes until the program ends of itself."""
        out, end = b"", time.monotonic() + patience
        while time.monotonic() < end:
            part = self.read(1)
            if part is None:
                return out
            out += part
        raise RuntimeError("vmatlas did not end")

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        while self.read(1):
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
