# SPDX-License-Identifier: GPL-2.0-or-later
"""Running programs whose names nm knows: for the tests of symbols."""

import os
import re
import shutil
import subprocess

from family import FRAME, PRESENT
from lab import PAGE, read_pagemap

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
char names_bss[100000];
int names_data[5000] = { 1 };
const int names_const[4000] = { 3 };
static int names_static[2000] = { 4 };
__attribute__((noinline)) int names_function(int x)
{
	return x + names_const[x & 1023] + names_static[x & 1023];
}
__attribute__((noinline, cold)) static int names_hidden(int x)
{
	return x * 3 + names_const[x & 15];
}
int main(int argc, char **argv)
{
	size_t i;
	char line[9];

	(void)argv;
	for (i = 0; i < sizeof(names_bss); i += 1024)
		names_bss[i] = 1;
	for (i = 0; i < 5000; i += 100)
		names_data[i] += names_const[i % 4000];
	for (i = 0; i < 2000; i += 100)
		names_static[i] += argc;
	printf("%p %d\n", (void *)main, names_function(argc) +
		names_hidden(argc));
	fflush(stdout);
	/* Called on once more, so that it stays where it is. */
	return !fgets(line, sizeof(line), stdin) || names_hidden(7);
}
"""


class Target:
    """PROGRAM built with FLAGS, running; symbols by nm before it is changed
    by STRIP, moved by the address it prints of main."""

    def __init__(self, lab, name, flags, strip=()):
        self.path = os.path.join(lab.folder, name)
        source = os.path.join(lab.folder, "names.c")
        with open(source, "w") as f:
            f.write(PROGRAM)
        subprocess.run(["gcc", "-O1", "-g", "-Wl,--build-id", *flags, "-o",
                        self.path, source], check=True)
        self.whole = self.path + ".whole"
        shutil.copy(self.path, self.whole)
        self.symbols = read_nm(["nm", "-S", self.whole])
        for command in strip:
            subprocess.run([w.format(path=self.path, whole=self.whole)
                            for w in command], check=True, cwd=lab.folder)
        self.p = lab.start([self.path], stdout=subprocess.PIPE,
                           stdin=subprocess.PIPE)
        self.pid = self.p.pid
        main = int(self.p.stdout.readline().split()[0], 16)
        self.bias = main - next(a for a, n, names in self.symbols
                                if "main" in names)

    def end(self):
        self.p.kill()
        self.p.wait()


def read_nm(command, types="tTdDbBrRwWvViI"):
    """(address, bytes, {names}) of what has a size."""
    found = {}
    for line in subprocess.run(command, capture_output=True, text=True,
                               check=True).stdout.splitlines():
        m = re.match(r"([0-9a-f]+) ([0-9a-f]+) (\S) (\S+)$", line)
        if m and m[3] in types:
            key = int(m[1], 16), int(m[2], 16)
            found.setdefault(key, set()).add(m[4].split("@")[0])
    return [(a, n, names) for (a, n), names in sorted(found.items()) if n]


def frame_at(pid, va):
    word, = read_pagemap(pid, va & -PAGE, (va & -PAGE) + PAGE)
    return word & FRAME if word & PRESENT else None
