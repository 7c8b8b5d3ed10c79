# SPDX-License-Identifier: GPL-2.0-or-later
"""The screen of regions: each of its figures, and the sums of its groups, held
against smaps of processes that stand still."""

import os
import re

from lab import NOBODY, ROOT, SMAPS_FIELDS, Lab, Tap, Zoo, read_smaps

# Titles of columns that smaps has, too.
FIGURES = {
    "VSS": ("Size",), "RSS": "rss", "PSS": "pss", "USS": "uss",
    "SHARED": "shared", "PRIV": "private", "ANON": "anonymous",
    "SWAP": "swap", "SWPSS": "swap_pss", "KSM": "ksm",
    "ANHUGE": "anon_huge", "HUGETLB": "hugetlb", "LOCKED": "locked",
}
ROUNDED = {"PSS", "SWPSS", "LOCKED"}    # smaps rounds these down
LEFT = {"PERM", "DEV", "TYPE", "STATES", "NAME"}
SIZE = (420, 900)


def size(nbytes):
    """As people see it, 5 columns at most."""
    if nbytes < 1024:
        return "%dB" % nbytes if nbytes else "0"
    unit, whole = 0, nbytes
    while whole > 1023:
        unit += 1
        tenths = (nbytes * 20 // 1024 ** unit + 1) // 2
        whole = (nbytes * 2 // 1024 ** unit + 1) // 2
    letter = "BKMGTPE"[unit]
    if tenths < 1000:
        return "%d.%d%s" % (tenths // 10, tenths % 10, letter)
    return "%d%s" % (whole, letter)


def sizes(title, kbs):
    """What a cell may say of the sum of KBS."""
    low = sum(kbs) * 1024
    if title not in ROUNDED:
        return {size(low)}
    return {size(low + i) for i in range(len(kbs) * 1024)}


def figure(title, values):
    """The kB of one region, or None: this kernel does not have it."""
    keys = FIGURES[title]
    keys = SMAPS_FIELDS[keys] if isinstance(keys, str) else keys
    if any(k not in values for k in keys):
        return None
    return sum(values[k] for k in keys)


def screens(data):
    """{name: rows of glyphs}"""
    found, name, left = {}, None, 0
    for line in data.decode("utf-8").splitlines():
        if left:
            found[name].append(line)
            left -= 1
        elif line.startswith("dump "):
            name = line[5:]
            found[name] = []
        elif name and line.startswith("screen "):
            left = int(line.split("x")[1])
    return found


def rows(screen):
    """[{title: cell}] of a screen, with the tag and the sum's words."""
    titles = [(m.group(), m.start(), m.end())
              for m in re.finditer(r"\S+", screen[2].replace("<", " ").
                                   replace(">", " "))]
    lines = []
    for line in screen[3:-1]:
        cells, begin = {}, 1
        for title, start, end in titles:
            if title in LEFT:
                following = [s for t, s, e in titles if s > start]
                # The end of a column to the left is the next one's start,
                # less what that has to the left of its own title.
                cells[title] = line[start:] if not following else \
                    line[start:end if title != "STATES" else start + 26]
                begin = end if title != "STATES" else start + 26
            else:
                cells[title] = line[begin:end].strip()
                begin = end
        if line.strip():
            lines.append(cells)
    return lines


def is_agreed(cells, regions, notes, what):
    """Are the figures of this line those of REGIONS of smaps?"""
    good = True
    for title in FIGURES:
        kbs = [figure(title, r[3]) for r in regions]
        cell = cells.get(title)
        if None in kbs or (title == "SWPSS" and cell == "?"):
            continue
        if cell not in sizes(title, kbs):
            notes.append("%s %s: %r, smaps %d kB" % (what, title, cell,
                                                     sum(kbs)))
            good = False
    return good


def check(tap, lab, pid, who, user=None):
    script = os.path.join(lab.folder, "regions-%s" % who)
    with open(script, "w") as f:
        f.write("key 3 e G\n")
        # Every column there is.
        f.write("key %s\n" % " ".join(["Up Space"] * 10))
        f.write("key Esc\ndump flat\nkey Tab\ndump file\nkey Tab\n"
                "dump type\nquit\n")
    os.chmod(script, 0o644)
    for _ in range(3):
        notes = []
        r = lab.vmatlas_run("--script", script, "--size", "%dx%d" % SIZE,
                            "--ascii", pid, user=user,
                            env=dict(os.environ, LC_ALL="C"))
        got = screens(r.stdout)
        smaps = [s for s in read_smaps(pid) if s[0] < 1 << 63]
        if not {"flat", "file", "type"} <= set(got):
            notes = ["status %d %s" % (r.returncode, r.stderr)]
            break
        flat = rows(got["flat"])
        by_start = {int(c["START"], 16): c for c in flat
                    if re.fullmatch("[0-9a-f]+", c["START"])
                    and c["PERM"].strip()}
        missing = [hex(s[0]) for s in smaps if s[0] not in by_start]
        notes += ["not there: %s" % m for m in missing]
        titles = set(flat[0])
        notes += ["no column %s" % t for t in set(FIGURES) - titles]
        for region in smaps:
            if region[0] in by_start:
                is_agreed(by_start[region[0]], [region], notes,
                          "%x" % region[0])
        whole = [c for c in flat if not c["PERM"].strip()][-1]
        everything = list(read_smaps(pid))
        is_agreed(whole, everything, notes, "all")
        groups = check_groups(rows(got["file"]), everything, notes)
        groups += check_groups(rows(got["type"]), everything, notes,
                               by_start)
        if groups < 10:
            notes.append("only %d groups were compared" % groups)
        if not notes:
            break
    tap.check(not notes, "%s: %d regions, %d groups and the sum are those "
              "of smaps" % (who, len(smaps), groups), notes)
    unknown = sum(c == "?" for line in flat for t, c in line.items()
                  if t in FIGURES and t != "SWPSS")
    tap.check(unknown == 0, "%s: no figure of smaps is unknown" % who)


def check_groups(lines, smaps, notes, by_start=None):
    """By name, as smaps has it; or by the types that the lines of the flat
    list have."""
    found = 0
    for line in lines:
        m = re.match(r"\+ (.*) \((\d+)\)$", line["NAME"].rstrip())
        if not m:
            continue
        name, n = m.group(1), int(m.group(2))
        if by_start is not None:
            kind = name.split()[-1]
            members = [s for s in smaps if s[0] in by_start and
                       by_start[s[0]]["TYPE"].strip() ==
                       kind[:len("TYPE")].strip()]
            # The zoo is static: all that is a program's is its own.
            if name.startswith("program "):
                members = [s for s in members if s[2].endswith("/zoo")]
            elif name.startswith("library "):
                members = [s for s in members if not s[2].endswith("/zoo")]
        else:
            members = [s for s in smaps if (s[2] or "[anon]") == name]
        if len(members) != n:
            # Several files of one name, or types that are cut alike.
            continue
        found += 1
        is_agreed(line, members, notes, name)
    return found


def main():
    tap = Tap()
    lab = Lab()
    try:
        if ROOT:
            lab.make_swap()
        zoo = Zoo(lab)
        for who, pid in sorted(zoo.pids.items()):
            check(tap, lab, pid, who)
        if not ROOT:
            tap.skip("as nobody", "needs root to become nobody")
            return
        zoo = Zoo(lab, user=NOBODY)
        for who, pid in sorted(zoo.pids.items()):
            check(tap, lab, pid, "nobody-" + who, user=NOBODY)
    finally:
        lab.close()
        tap.done()


if __name__ == "__main__":
    main()
