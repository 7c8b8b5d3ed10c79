# SPDX-License-Identifier: GPL-2.0-or-later
"""Report functions: each name, size, section and offset held against nm and
readelf, each count of pages against pagemap, readable names against c++filt,
for programs of every kind; and what is said of broken and foreign files."""

import json
import os
import re
import shutil
import subprocess

from family import PRESENT
from lab import PAGE, ROOT, Lab, Tap, read_pagemap
from named import Target, read_nm

SWAPPED = 1 << 62
MANGLED = (
    "_ZN5cache6lookupERKSsi", "_ZNK3foo3barIiLb1EE4sizeEv",
    "_ZNSt6vectorIiSaIiEE9push_backEOi", "_ZL6hiddenv.cold",
    "_ZZ4mainENKUlvE_clEv", "_ZN12_GLOBAL__N_11fEv", "_ZTV5cache",
    "_RNvNtCs1234_7mycrate3foo3bar", "_ZN4core3fmt5Write9write_fmt17h05af221e174051e9E",
    "plain_name", "_Zebra",
)
# One page each, so that each can be called or not.
LIBRARY = "".join(
    'int f%d(int x) __asm__("%s");\n__attribute__((aligned(4096))) '
    'int f%d(int x) { return x * 3 + %d; }\n' % (i, name, i, i)
    for i, name in enumerate(MANGLED))


def regions_of(pid, path):
    found = []
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            words = line.split(None, 5)
            if len(words) > 5 and words[5].strip() == path:
                start, end = (int(x, 16) for x in words[0].split("-"))
                found.append((start, end, words[1],
                              int(words[2], 16) if path[0] == "/" else None))
    return found


def read_layout(path):
    """By readelf: sections and segments."""
    text = subprocess.run(["readelf", "-lSW", path], capture_output=True,
                          text=True, check=True).stdout
    sections = [(int(m[3], 16), int(m[5], 16), m[1]) for m in re.finditer(
        r"^ +\[ *\d+\] (\S+) +(\S+) +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) "
        r"\S+ +[A-Z]*A", text, re.M)]
    loads = [tuple(int(x, 16) for x in m.groups()) for m in re.finditer(
        r"^ +LOAD +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) "
        r"0x([0-9a-f]+)", text, re.M)]
    return sections, loads


def ask(lab, pid, *args):
    r = lab.vmatlas_run("-r", "functions", "-f", "json", "-p", pid, *args)
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    return ([row for row in rows if row["kind"] == "function"],
            rows[-1]["problems"])


def complaints(pid, row, symbols, bias, layout, region):
    """What is wrong with a row, symbol by symbol."""
    start, size = int(row["start"], 16), row["size"]
    vaddr = start - bias
    names = set()
    for a, n, others in symbols:
        if a == vaddr and n == size:
            names |= others
    if size is not None and row["symbol"] not in names:
        return "nm has %s" % names
    sections, loads = layout
    section = [name for a, n, name in sections if a <= vaddr < a + n]
    if section != [row["section"]]:
        return "readelf: section %s" % section
    offset = [o + vaddr - v for o, v, n, _ in loads if v <= vaddr < v + n]
    # The vdso is no file.
    if offset and region[3] is not None and \
            offset != [int(row["file_offset"], 16)]:
        return "readelf: offset %s" % offset
    if size is None:
        return None
    end = min(start + size, region[1])
    first, last = start & -PAGE, (end + PAGE - 1) & -PAGE
    words = read_pagemap(pid, first, last)
    resident = sum(
        min(end, first + (i + 1) * PAGE) - max(start, first + i * PAGE)
        for i, w in enumerate(words) if w & PRESENT)
    true = (len(words), sum(bool(w & PRESENT) for w in words),
            sum(bool(w & SWAPPED) for w in words), resident)
    got = tuple(row[x] for x in ("pages", "present", "swapped", "resident"))
    return None if got == true else "pagemap: %s" % (true,)


def check(tap, lab, pid, path, symbols, bias, what, args=(), whole=None,
          least=3):
    """All code of the file at PATH that the process maps."""
    layout = read_layout(whole or path)
    bad, n, missing = [], 0, set()
    rows, problems = ask(lab, pid, *args)
    rows = {int(r["start"], 16): r for r in rows if r["region"] == path}
    for region in regions_of(pid, path):
        if "x" not in region[2]:
            continue
        for a, size, names in symbols:
            if region[0] <= a + bias < region[1] and a + bias not in rows:
                missing.add((a, size, tuple(names)))
        for va, row in rows.items():
            if not region[0] <= va < region[1]:
                continue
            n += 1
            wrong = complaints(pid, row, symbols, bias, layout, region)
            if wrong:
                bad.append("%s: %s" % (row, wrong))
    tap.check(n >= least and not bad and not missing and not any(
        path in p for p in problems), what,
        ["%d rows, missing %s, %s" % (n, sorted(missing)[:5], problems)] +
        bad[:5])
    return rows


def base_of(pid, path):
    layout = read_layout(path)
    first = regions_of(pid, path)[0]
    return first[0] - layout[1][0][1]


def check_programs(tap, lab):
    for name, flags in (("moved", ["-pie", "-fPIE"]),
                        ("fixed", ["-no-pie", "-fno-pie"]),
                        ("static", ["-static"])):
        target = Target(lab, "fn-" + name, flags)
        check(tap, lab, target.pid, target.path,
              read_nm(["nm", "-S", target.path]), target.bias,
              "each function of a program (%s) is as nm and readelf say" %
              name)
        target.end()
    target = Target(lab, "fn-split", [], [
        ["objcopy", "--only-keep-debug", "{whole}", "{path}.debug"],
        ["strip", "{path}"],
        ["objcopy", "--add-gnu-debuglink={path}.debug", "{path}"]])
    # Its functions are those of the file before it was stripped.
    rows = check(tap, lab, target.pid, target.path,
                 read_nm(["nm", "-S", target.whole]), target.bias,
                 "and of a stripped one with its symbols beside it")
    row = next((r for r in rows.values() if r["symbol"] == "names_hidden"),
               None)
    tap.check(row is not None, "with those that no other can link to",
              sorted(r["symbol"] for r in rows.values()))
    target.end()


def check_vdso(tap, lab):
    """The kernel's own library: ours is theirs, byte for byte."""
    with open("/proc/self/maps") as f:
        words = next((line.split() for line in f if "[vdso]" in line), None)
    if not words:
        tap.skip("the vdso", "this kernel has none")
        return
    start, end = (int(x, 16) for x in words[0].split("-"))
    image = os.path.join(lab.folder, "vdso.so")
    with open("/proc/self/mem", "rb") as mem, open(image, "wb") as out:
        mem.seek(start)
        out.write(mem.read(end - start))
    p = lab.start(["python3", "-c", "import sys, time\n"
                   "print(time.time(), flush=True)\nsys.stdin.read()\n"],
                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdout.readline()
    there = regions_of(p.pid, "[vdso]")[0]
    words = read_pagemap(p.pid, there[0], there[1])
    rows = check(tap, lab, p.pid, "[vdso]",
                 read_nm(["nm", "-D", "-S", image]),
                 there[0] - read_layout(image)[1][0][1],
                 "each function of the vdso is as nm and readelf say", (),
                 image)
    tap.check(read_pagemap(p.pid, there[0], there[1]) == words,
              "looking brought none of its pages in", words)
    va = next(va for va, r in rows.items() if "gettime" in r["symbol"])
    r = lab.vmatlas_run("-r", "functions", "-p", p.pid, "--va", "%x" % va,
                        "--without", "pfn")
    tap.check(b"gettime" not in r.stdout and b"unknown" in r.stderr,
              "which one it is cannot be told without frames",
              [r.stdout, r.stderr])
    p.kill()
    p.wait()


def start_library(lab, name):
    path = os.path.join(lab.folder, name)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wl,--build-id", "-x",
                    "c", "-o", path, "-"], input=LIBRARY.encode(), check=True)
    subprocess.run(["strip", path], check=True)
    p = lab.start(["python3", "-c", "import ctypes, sys\n"
                   "x = ctypes.CDLL(%r)\nprint(x.plain_name(1), flush=True)\n"
                   "sys.stdin.read()\n" % path],
                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdout.readline()
    return p, path


def check_library(tap, lab):
    p, path = start_library(lab, "libfn.so")
    rows = check(tap, lab, p.pid, path, read_nm(["nm", "-D", "-S", path]),
                 base_of(p.pid, path), "and of a stripped library", (),
                 None, len(MANGLED))
    got = {r["symbol"]: r["symbol_demangled"] for r in rows.values()}
    if b"without libiberty" in lab.vmatlas_run("--help").stdout:
        tap.skip("readable names", "built without libiberty")
    else:
        # -i as nm -C does: without what only the implementation knows.
        plain = subprocess.run(["c++filt", "-i", *MANGLED], text=True,
                               capture_output=True, check=True)
        true = {name: text if text != name else None for name, text in
                zip(MANGLED, plain.stdout.splitlines())}
        tap.check({n: got.get(n, "(no row)") for n in MANGLED} == true,
                  "names of C++ and Rust are c++filt's",
                  ["%s: %s, not %s" % (n, got.get(n), true[n])
                   for n in MANGLED if got.get(n) != true[n]])
        shown = lab.vmatlas_run("-r", "functions", "-p", p.pid).stdout
        raw = lab.vmatlas_run("-r", "functions", "-p", p.pid,
                              "--no-demangle").stdout
        tap.check(b"cache::lookup(std::string const&, int)" in shown and
                  b"_ZN5cache6lookup" not in shown and
                  b"_ZN5cache6lookup" in raw and b"cache::lookup" not in raw,
                  "people see those, or with --no-demangle the linker's")
    p.kill()
    p.wait()


def check_foreign(tap, lab):
    """A file of symbols where the library's would be, but of another."""
    p, path = start_library(lab, "libforeign.so")
    notes = subprocess.run(["readelf", "-n", path], text=True,
                           capture_output=True, check=True).stdout
    number = re.search(r"Build ID: ([0-9a-f]+)", notes)[1]
    root = os.path.join(lab.folder, "fn-root")
    where = os.path.join(root, "usr/lib/debug/.build-id", number[:2])
    os.makedirs(where)
    debug = os.path.join(where, number[2:] + ".debug")
    subprocess.run(["gcc", "-g", "-O1", "-Wl,--build-id", "-x", "c", "-o",
                    debug, "-"], input=b"int main(void) { return 7; }",
                   check=True)
    rows, problems = ask(lab, p.pid, "--sysroot", root)
    tap.check(any(path in x and debug in x and "another build" in x
                  for x in problems), "a foreign file of symbols is named",
              problems)
    tap.check({r["symbol"] for r in rows if r["region"] == path} >=
              set(MANGLED) - {"_Zebra"}, "and the library's own are used",
              [r for r in rows if r["region"] == path])
    p.kill()
    p.wait()


def check_broken(tap, lab):
    """A library that is cut short once it is mapped, more and more."""
    p, path = start_library(lab, "libbroken.so")
    size = os.path.getsize(path)
    for left, words in ((size - 64, "its section headers are cut off"),
                        (4096, "a segment reaches beyond the file's end"),
                        (20, "its header is damaged")):
        os.truncate(path, left)
        rows, problems = ask(lab, p.pid)
        tap.check(any(path in x and "broken ELF file: " in x and words in x
                      for x in problems),
                  "cut to %s: %s" % ("a page" if left == 4096 else
                                     "its end" if left > 20 else "its start",
                                     words), problems)
        if left == 20:
            tap.check(not [r for r in rows if r["region"] == path],
                      "and it has no names then", rows[:2])
    text = lab.vmatlas_run("-r", "functions", "-p", p.pid)
    tap.check(path.encode() in text.stderr and b"broken" in text.stderr,
              "people are told, too", text.stderr)
    p.kill()
    p.wait()


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("functions", "files of others are told to root only")
        return tap.done()
    for tool in ("gcc", "nm", "objcopy", "strip", "readelf", "c++filt"):
        if not shutil.which(tool):
            tap.skip("functions", "no %s here" % tool)
            return tap.done()
    lab = Lab()
    check_programs(tap, lab)
    check_library(tap, lab)
    check_vdso(tap, lab)
    check_foreign(tap, lab)
    check_broken(tap, lab)
    tap.done()


main()
