# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of addresses: what vmatlas calls a function or an object of a running
program, held against nm's table of that program and where it is mapped."""

import json
import os
import re
import shutil
import subprocess

from family import FRAME, PRESENT
from lab import PAGE, ROOT, Lab, Tap, read_pagemap
from named import Target, frame_at, read_nm

def ask(lab, *args, pid=None):
    """What each process calls what is at the address."""
    r = lab.vmatlas_run("-r", "owners", "-f", "json", *args)
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    return {row["symbol"] for row in rows if row["kind"] == "owner" and
            (pid is None or row["pid"] == pid)}


def name_at(lab, pid, va, *args):
    names = ask(lab, "-p", pid, "--va", "%x" % va, *args, pid=pid)
    return names.pop() if len(names) == 1 else names


def check_own(tap, lab, target, what, args=(), only=None):
    """Each symbol of ours, in three places, if its page is there."""
    bad, asked = [], 0
    for start, n, names in target.symbols:
        if not any(name.startswith("names_") or name == "main"
                   for name in names) or (only and not names & only):
            continue
        for offset in {0, n // 2, n - 1}:
            va = start + target.bias + offset
            if frame_at(target.pid, va) is None:
                continue
            asked += 1
            got = name_at(lab, target.pid, va, *args)
            plain, _, behind = str(got).partition("+")
            if plain not in names or int(behind or "0", 16) != offset:
                bad.append("%s+%x at %x: %s" % (names, offset, va, got))
    tap.check(asked >= 2 and not bad, what, [asked] + bad)


def check_library(tap, lab, target):
    """Functions of the C library by its dynamic symbols."""
    with open("/proc/%d/maps" % target.pid) as f:
        lines = [x.split() for x in f if "/libc.so" in x]
    base = int(lines[0][0].split("-")[0], 16)
    bad, asked = [], 0
    # Without objects, of which some are a thread's own.
    symbols = read_nm(["nm", "-D", "-S", lines[0][5]], "tTwWiI")
    for start, n, names in symbols:
        va = base + start + n // 2
        if asked >= 25 or frame_at(target.pid, va) is None:
            continue
        asked += 1
        got = str(name_at(lab, target.pid, va))
        fits = set()
        for a, size, others in symbols:
            if a <= start + n // 2 < a + size:
                fits |= {(x, start + n // 2 - a) for x in others}
        plain, _, behind = got.partition("+")
        if (plain, int(behind or "0", 16)) not in fits:
            bad.append("%s at %x: %s" % (names, va, got))
    tap.check(asked >= 10 and not bad,
              "functions of the C library have nm's names", [asked] + bad)


def check_physical(tap, lab, target):
    """From a physical address to the object, in one step."""
    start, n, names = next(s for s in target.symbols
                           if "names_bss" in s[2])
    va = start + target.bias + n // 2 + 5
    pa = frame_at(target.pid, va) * PAGE + va % PAGE
    got = ask(lab, "--pa", "%x" % pa, pid=target.pid)
    tap.check(got == {"names_bss+0x%x" % (n // 2 + 5)},
              "a physical address leads to the object and the byte", got)


def check_separate(tap, lab):
    """Symbols in a file of their own, found by either way."""
    cut = ["objcopy", "--only-keep-debug", "{whole}", "{path}.debug"]
    strip = ["strip", "{path}"]
    link = ["objcopy", "--add-gnu-debuglink={path}.debug", "{path}"]
    hidden = {"names_hidden", "names_static"}

    target = Target(lab, "linked", [], [cut, strip, link])
    root = os.path.join(lab.folder, "root")
    where = os.path.join(root, lab.folder[1:], ".debug")
    os.makedirs(where)
    shutil.move(target.path + ".debug", os.path.join(where, "linked.debug"))
    check_own(tap, lab, target, "symbols by .gnu_debuglink below --sysroot",
              ["--sysroot", root], hidden)
    check_none(tap, lab, target, "without --sysroot it has none of its own")
    target.end()

    # No build-id: then the checksum decides.
    target = Target(lab, "summed", ["-Wl,--build-id=none"],
                    [cut, strip, link])
    shutil.move(target.path + ".debug", os.path.join(where, "summed.debug"))
    check_own(tap, lab, target, "without a build-id the checksum is enough",
              ["--sysroot", root], hidden)
    with open(os.path.join(where, "summed.debug"), "ab") as f:
        f.write(b"x")
    check_none(tap, lab, target, "a file with another checksum is not its",
               ["--sysroot", root])
    target.end()

    target = Target(lab, "numbered", [], [cut, strip])
    notes = subprocess.run(["readelf", "-n", target.whole], text=True,
                           capture_output=True, check=True).stdout
    number = re.search(r"Build ID: ([0-9a-f]+)", notes)[1]
    where = os.path.join(root, "usr/lib/debug/.build-id", number[:2])
    os.makedirs(where)
    debug = os.path.join(where, number[2:] + ".debug")
    shutil.move(target.path + ".debug", debug)
    check_own(tap, lab, target, "symbols by build-id below --sysroot",
              ["--sysroot", root], hidden)
    shutil.copy(os.path.join(root, lab.folder[1:], ".debug/linked.debug"),
                debug)
    # The same source, but not the same build.
    with open(debug, "r+b") as f:
        data = f.read()
        at = data.find(bytes.fromhex(number))
        if at >= 0:
            f.seek(at)
            f.write(b"\0" * 20)
    check_none(tap, lab, target, "a file of another build is not believed",
               ["--sysroot", root])
    target.end()


# ---- what relocation and writing have cost, by section

FILE_PAGE = 1 << 61     # not anonymous
SWAPPED = 1 << 62
SECTIONS = (".data", ".data.rel.ro", ".got", ".got.plt", ".dynamic",
            ".init_array", ".fini_array", ".tdata", ".bss", ".text",
            ".rodata")


def read_elf(path):
    """By readelf: the address of its first segment, and what lies where."""
    text = subprocess.run(["readelf", "-lSW", path], capture_output=True,
                          text=True).stdout
    load = re.search(r"^ +LOAD +0x0+ 0x([0-9a-f]+)", text, re.M)
    sections = []
    for m in re.finditer(r"^ +\[ *\d+\] (\S+) +(\S+) +([0-9a-f]+) "
                         r"([0-9a-f]+) ([0-9a-f]+) \S+ +([A-Z]*)", text,
                         re.M):
        if "A" in m[6] and not (m[2] == "NOBITS" and "T" in m[6]):
            sections.append((int(m[3], 16), int(m[5], 16), m[1]))
    return load and int(load[1], 16), sorted(sections)


def section_of(sections, vaddr):
    most, best = 0, "other"
    for start, n, name in sections:
        inside = min(start + n, vaddr + PAGE) - max(start, vaddr)
        if inside > most:
            most, best = inside, name
    return best if best in SECTIONS else "other"


def true_costs(pid):
    """{path: [pending, copied]}, each {section: pages}."""
    costs, seen = {}, {}
    with open("/proc/%d/maps" % pid) as f:
        maps = [line.split(None, 5) for line in f]
    for where, perms, offset, _, inode, *name in maps:
        if inode == "0" or perms[3] != "p":
            continue
        start, end = (int(x, 16) for x in where.split("-"))
        path = name[0].strip()
        if path not in seen:
            vaddr, sections = read_elf(path)
            seen[path] = vaddr is not None and int(offset, 16) == 0 and (
                start - vaddr, sections)
        if not seen[path]:
            continue
        bias, sections = seen[path]
        for i, word in enumerate(read_pagemap(pid, start, end)):
            section = section_of(sections, start + i * PAGE - bias)
            if word & (PRESENT | SWAPPED) and not word & FILE_PAGE:
                kind = 1
            elif word & PRESENT and perms[1] == "w":
                kind = 0
            else:
                continue
            counts = costs.setdefault(path, [{}, {}])[kind]
            counts[section] = counts.get(section, 0) + 1
    return costs


def check_costs(tap, lab, pid, what, least):
    rows = {r["name"]: r for r in lab.report("-r", "cow", "-p", pid)
            if r["kind"] == "cow_file"}
    expected = true_costs(pid)
    got = {name: [r["pending_in"], r["copied_in"]]
           for name, r in rows.items()}
    tap.check(len(expected) >= least and got == expected, what,
              ["%s: %s, not %s" % (n, got.get(n), expected.get(n))
               for n in set(got) | set(expected)
               if got.get(n) != expected.get(n)])
    bad = [r for r in rows.values()
           if r["copied"] != sum(r["copied_in"].values()) * PAGE or
           r["pending"] != sum(r["pending_in"].values()) * PAGE]
    tap.check(rows and not bad, "sections add up to the pages", bad)
    order = [r["copied"] for r in rows.values()]
    tap.check(order == sorted(order, reverse=True),
              "what cost most comes first", order)
    return rows


def check_ledger(tap, lab):
    target = Target(lab, "ledger", [])
    rows = check_costs(tap, lab, target.pid,
                       "pages of libraries that were copied, by section", 3)
    row = rows[target.path]
    start, n, _ = next(s for s in target.symbols if "names_bss" in s[2])
    begin = start + target.bias
    # Of its pages those that have no file behind them.
    with open("/proc/%d/maps" % target.pid) as f:
        lines = [line.split() for line in f]
    at = next(i for i, w in enumerate(lines)
              if int(w[0].split("-")[0], 16) <= begin + n // 2 <
              int(w[0].split("-")[1], 16))
    first, last = (int(x, 16) for x in lines[at][0].split("-"))
    tap.check(lines[at][4] == "0" and row["bss"] == sum(
        bool(w & PRESENT) for w in read_pagemap(target.pid, first, last)) *
        PAGE > 0, "what has no file behind it is told apart", [row])
    target.end()
    p = lab.start(["python3", "-c", "import ssl, ctypes, sys\n"
                   "print(flush=True)\nsys.stdin.read()\n"],
                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdout.readline()
    check_costs(tap, lab, p.pid, "the same for many libraries", 5)
    p.kill()
    p.wait()


def check_none(tap, lab, target, what, args=()):
    start, n, _ = next(s for s in target.symbols if "names_static" in s[2])
    got = name_at(lab, target.pid, start + target.bias + n // 2, *args)
    tap.check(got is None, what, [got])


def check_deleted(tap, lab):
    target = Target(lab, "deleted", [])
    rec = os.path.join(lab.folder, "symbols.rec")
    os.unlink(target.path)
    check_own(tap, lab, target, "a program that was deleted still has names")
    live = lab.vmatlas_run("-r", "owners", "-p", target.pid, "-n", "1", "-w",
                           rec, "-o", rec + ".txt")
    target.end()
    again = lab.vmatlas_run("-R", rec, "-r", "owners", "-p", target.pid)
    with open(rec + ".txt", "rb") as f:
        text = f.read()
    tap.check(not live.returncode and b"names_data" in text and
              text == again.stdout, "a recording has the names, without files",
              [live.stderr, again.stderr])


def check_cut(tap, lab):
    """Somebody cuts the file short that a program runs from."""
    # A program that runs cannot be written to, but a library can.
    copy = os.path.join(lab.folder, "copy.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-x", "c", "-o", copy,
                    "-"], input=b"int full = 1, empty[9000];", check=True)
    p = lab.start(["python3", "-c", "import ctypes, sys\n"
                   "x = ctypes.CDLL(%r)\n"
                   "a = (ctypes.c_int * 9000).in_dll(x, 'empty')\n"
                   "a[5000] = 5\n"
                   "print(hex(ctypes.addressof(a)), flush=True)\n"
                   "sys.stdin.read()\n" % copy],
                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    va = int(p.stdout.readline(), 16) + 20000
    tap.check(name_at(lab, p.pid, va) == "empty+0x4e20",
              "an object of a library has its name", [va])
    os.truncate(copy, 100)
    got = name_at(lab, p.pid, va)
    tap.check(got is None, "a file that was cut short has no names", [got])
    p.kill()
    p.wait()


def main():
    tap = Tap()
    if not ROOT:
        tap.skip("names of addresses", "frames are told to root only")
        return tap.done()
    for tool in ("gcc", "nm", "objcopy", "strip", "readelf"):
        if not shutil.which(tool):
            tap.skip("names of addresses", "no %s here" % tool)
            return tap.done()
    lab = Lab()
    target = Target(lab, "moved", ["-pie", "-fPIE"])
    check_own(tap, lab, target, "a program that is moved has nm's names")
    check_library(tap, lab, target)
    check_physical(tap, lab, target)
    target.end()
    target = Target(lab, "fixed", ["-no-pie", "-fno-pie"])
    tap.check(target.bias == 0, "a program at its own addresses")
    check_own(tap, lab, target, "which has nm's names too")
    target.end()
    check_separate(tap, lab)
    check_deleted(tap, lab)
    check_ledger(tap, lab)
    check_cut(tap, lab)
    tap.done()


main()
