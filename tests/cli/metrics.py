#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-f openmetrics: a text of OpenMetrics 1.0 by a parser of our own and by the
one of python3-prometheus-client, with the same figures as JSON has; and with
-o a file that is replaced as a whole."""
import collections
import itertools
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VMATLAS = os.path.abspath(os.environ.get("VMATLAS") or
                          os.path.join(TREE, "build/release/vmatlas"))
RECORDINGS = os.path.join(TREE, "tests/fixtures/recordings")
REPORTS = "processes", "regions", "zones", "memory"
# Debian's python sees Debian's packages, whichever "python3" is.
STRICT = """
import json
import sys
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families)
for what, text in json.load(sys.stdin):
    try:
        if not sum(len(family.samples) for family in
                   text_string_to_metric_families(text)):
            raise ValueError("empty")
    except ValueError as why:
        print(what, why)
print("done")
"""

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
# The ABNF of the specification: a label's value has no quote, backslash or
# newline but escaped.
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[n"\\])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (\S+)")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?|\+Inf")


class Bad(Exception):
    """This is no OpenMetrics, as we write it."""


def want(true, *words):
    if not true:
        raise Bad(" ".join(map(str, words)))


def labels_of(text):
    found = re.findall(LABEL, text or "")
    labels = {}
    for name, value in found:
        want(name not in labels, "label twice:", text)
        want(not name.startswith("__"), "reserved label:", name)
        labels[name] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(
            m.group(1), m.group(1)), value)
    return labels


def parse(text):
    """{sample name: [(labels, number)]}; raises Bad."""
    want(text.endswith("# EOF\n"), "does not end with # EOF")
    families, family, samples = {}, None, collections.defaultdict(list)
    seen = set()
    for line in text[:-len("# EOF\n")].splitlines():
        if line.startswith("# "):
            word, name, rest = (line[2:].split(" ", 2) + ["", ""])[:3]
            want(re.fullmatch(NAME, name), "no name:", line)
            if family is None or family["name"] != name:
                want(name not in families, "family twice:", name)
                want(word == "TYPE", "begins without TYPE:", line)
                family = families[name] = {"name": name, "n": 0}
            want(not family["n"], "metadata behind samples:", line)
            want(word in ("TYPE", "UNIT", "HELP"), "what is", line)
            want(word not in family, word, "twice:", line)
            if word == "UNIT":
                want(name.endswith("_" + rest), "unit is not its end:", line)
            if word == "HELP":
                # As the older format takes it too.
                want('"' not in rest and rest, "quotes in help:", line)
            family[word] = rest
            continue
        match = SAMPLE.fullmatch(line)
        want(match, "no sample:", line)
        name, labels, number = match.group(1), match.group(2), match.groups()[-1]
        want(family, "no family:", line)
        kind = family["TYPE"]
        # Others are refused by the textfile collector.
        want(kind in ("gauge", "counter"), "type", kind)
        want(name == family["name"] + ("_total" if kind == "counter" else ""),
             name, "in the family", family["name"])
        want(NUMBER.fullmatch(number), "no number:", line)
        value = float(number)
        want(kind != "counter" or 0 <= value < float("inf"), "counter", line)
        found = labels_of(labels)
        key = name, tuple(sorted(found.items()))
        want(key not in seen, "sample twice:", line)
        seen.add(key)
        family["n"] += 1
        samples[name].append((found, number))
    for family in families.values():
        want("HELP" in family and family["n"], "empty:", family["name"])
    # A name must not be that of a sample of another family.
    for name, other in itertools.permutations(families, 2):
        want(not (families[other]["TYPE"] == "counter" and
                  name == other + "_total"), "clash:", name)
    return samples


def vmatlas(*args, **more):
    return subprocess.run([VMATLAS, *args], capture_output=True, check=False,
                          timeout=60, env={"LC_ALL": "C.UTF-8", "PATH": "",
                                           "HOME": "/nonexistent"}, **more)


def replay(recording, *args):
    done = vmatlas("-b", "-R", os.path.join(RECORDINGS, recording), *args)
    return done.stdout.decode("utf-8")


# ---- the same as JSON

UNITS = ("", "_bytes", "_pages")
PART = {"states": "state", "zones": "zone", "uses": "use",
        "mappings": "mapping", "free_blocks": "order",
        "reserve": "meant_for"}
# No amounts, or made from others.
NO_METRIC = {"ppid", "faults_per_second", "offset", "inode", "page_size"}
LABELS = {"process": ("pid", "starttime", "name"),
          "region": ("pid", "starttime", "start", "perms", "name", "type"),
          "zone": ("node", "zone")}


def expected(line):
    """{(field, labels): figure} of one line of JSON."""
    labels = {name: str(line[name]) for name in LABELS[line["kind"]]
              if line[name] is not None}
    out = {}
    for name, value in line.items():
        if name in labels or name in NO_METRIC or name == "kind":
            continue
        if isinstance(value, bool) or isinstance(value, (str, type(None))):
            continue
        if isinstance(value, (dict, list)):
            if name not in PART:
                continue
            parts = value.items() if isinstance(value, dict) else \
                enumerate(value)
            for part, n in parts:
                out[name, tuple(sorted({**labels,
                                        PART[name]: str(part)}.items()))] = n
        else:
            out[name, tuple(sorted(labels.items()))] = value
    return out


def compare(recording, report, kind, *args):
    """What OpenMetrics and JSON differ in."""
    samples = parse(replay(recording, "-r", report, "-f", "openmetrics",
                           *args))
    lines = [json.loads(line) for line in replay(
        recording, "-r", report, "-f", "json", *args).splitlines()]
    wanted, found = {}, {}
    for line in lines:
        if line["kind"] == kind:
            wanted.update(expected(line))
    for name, values in samples.items():
        if not name.startswith(f"vmatlas_{kind}_") or name.endswith("_info"):
            continue
        field = name[len(f"vmatlas_{kind}_"):]
        field = field[:-len("_total")] if field.endswith("_total") else field
        fields = {key[0] for key in wanted}
        field = next((field[:-len(unit)] if unit else field
                      for unit in UNITS if field.endswith(unit) and
                      (field[:-len(unit)] if unit else field) in fields),
                     field)
        for labels, number in values:
            found[field, tuple(sorted(labels.items()))] = float(number)
    # JSON leaves out the parts that are 0.
    found = {key: n for key, n in found.items()
             if n or key in wanted or key[0] not in PART}
    return [(key, wanted.get(key), found.get(key))
            for key in sorted(set(wanted) | set(found))
            if wanted.get(key) != found.get(key)], len(found)


def by_type(recording, *args):
    """The regions by type, from JSON: {(type, field): sum}."""
    sums, unknown = collections.Counter(), set()
    for line in replay(recording, "-r", "regions", "-f", "json",
                       *args).splitlines():
        line = json.loads(line)
        if line["kind"] != "region":
            continue
        for field in ("pages", "rss", "uss", "shared", "private", "anonymous",
                      "swap", "ksm", "anon_huge", "hugetlb", "locked"):
            if line[field] is None:
                unknown.add((line["type"], field))
            else:
                sums[line["type"], field] += line[field]
        for zone, n in (line["zones"] or {}).items():
            sums[line["type"], "zones", zone] += n
    return {key: n for key, n in sums.items() if key[:2] not in unknown}


def types_differ(recording, *args):
    samples = parse(replay(recording, "-r", "regions", "-f", "openmetrics",
                           *args))
    wanted, found = by_type(recording, *args), {}
    for name, values in samples.items():
        match = re.fullmatch(r"vmatlas_region_(\w+?)(_bytes|_pages)?", name)
        if not match or match.group(1) in ("pss", "swap_pss", "info"):
            continue
        field = "pages" if name == "vmatlas_region_pages" else match.group(1)
        for labels, number in values:
            key = (labels["type"], field) + (
                (labels["zone"],) if "zone" in labels else ())
            if float(number) or "zone" not in labels:
                found[key] = float(number)
    return [(key, wanted.get(key), found.get(key))
            for key in sorted(set(wanted) | set(found))
            if wanted.get(key) != found.get(key)]


# ---- tests

class Tap:
    n = 0

    def check(self, good, name, notes=()):
        self.n += 1
        for note in [] if good else list(notes)[:12]:
            print("#", note)
        print("ok" if good else "not ok", self.n, "-", name, flush=True)


def every_text():
    """(what it is, text) of every report of every recording."""
    for name in sorted(os.listdir(RECORDINGS)):
        if not name.endswith(".rec"):
            continue
        for report, full in itertools.product(REPORTS, ((), ("--full",))):
            text = replay(name, "-r", report, "-f", "openmetrics", *full)
            if text:
                yield " ".join((name, report, *full)), text


def check_grammar(tap):
    bad, texts = [], list(every_text())
    for what, text in texts:
        try:
            parse(text)
        except Bad as why:
            bad.append(f"{what}: {why}")
    tap.check(len(texts) > 100 and not bad, "every report is OpenMetrics",
              bad or [len(texts)])
    texts.append(("wrong on purpose", texts[0][1] + "x"))
    done = subprocess.run(["/usr/bin/python3", "-c", STRICT], text=True,
                          input=json.dumps(texts), capture_output=True,
                          check=False)
    said = done.stdout.splitlines()
    tap.check(len(said) == 2 and said[0].startswith("wrong on purpose") and
              said[1] == "done", "prometheus_client says so too",
              said + [done.stderr[-300:]])


def check_parser(tap):
    """What checks must be able to fail."""
    good = ("# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n# HELP a_bytes b\n"
            'a_bytes{x="\\\\ \\" \\n"} 1\n# EOF\n')
    parse(good)
    wrong = [good.replace("# EOF\n", ""), good.replace("gauge", "info"),
             good.replace("bytes bytes", "bytes pages"),
             good.replace(" 1\n", "\n"), good.replace(" 1\n", " x\n"),
             good.replace(" 1\n", ' 1\na_bytes{x="\\\\ \\" \\n"} 1\n'),
             good.replace("gauge", "counter"), good.replace("\\n", "\n"),
             good.replace('\\"', '"'), good.replace("\\\\", "\\x"),
             good + good, good.replace("HELP a_bytes b", 'HELP a_bytes "'),
             good.replace("# EOF", "\n# EOF")]
    passed = []
    for text in wrong:
        try:
            parse(text)
            passed.append(repr(text))
        except Bad:
            pass
    tap.check(not passed, "what is no OpenMetrics is refused", passed)


def check_figures(tap):
    for recording, report, kind, *args in (
            ("sample.rec", "processes", "process"),
            ("sample.rec", "processes", "process", "--full"),
            ("nobody.rec", "processes", "process"),
            ("sample.rec", "regions", "region", "--full"),
            ("odd-maps.rec", "regions", "region", "--full"),
            ("nobody.rec", "regions", "region", "--full"),
            ("frames.rec", "zones", "zone", "--full"),
            ("sample.rec", "zones", "zone")):
        differ, n = compare(recording, report, kind, *args)
        tap.check(n and not differ, " ".join(
            (recording, report, *args, "has the figures of JSON")), differ)
    for recording in ("sample.rec", "nobody.rec", "odd-maps.rec"):
        differ = types_differ(recording)
        tap.check(not differ, recording + " regions by type are the sums of "
                  "JSON's", differ)


class Live:
    """A process whose name, and a region's, are made to break a text."""
    comm = b'a"b\\c\nd{e}\x1b'
    file = 'x"y\\z{} 1\n# EOF\n\u202e\udcff'

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, self.file)
        with open(path, "wb") as file:
            file.write(bytes(4096))
        code = ("import mmap, sys\n"
                "open('/proc/self/comm', 'wb').write(sys.argv[1].encode())\n"
                "f = open(sys.argv[2], 'rb')\n"
                "m = mmap.mmap(f.fileno(), 4096, access=mmap.ACCESS_READ)\n"
                "m[0]\nprint(flush=True)\nsys.stdin.read()\n")
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, self.comm, path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()
        return str(self.process.pid)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def check_hostile(tap):
    with Live() as pid:
        text = vmatlas("-b", "-r", "processes", "-f", "openmetrics",
                       pid).stdout.decode("utf-8")
        samples = parse(text)
        names = [labels["name"] for labels, _ in
                 samples["vmatlas_process_info"]]
        tap.check(names == ['a"b\\c\\x0ad{e}\\x1b'],
                  "a hostile name is a label", names)
        text = vmatlas("-b", "-r", "regions", "--full", "-f", "openmetrics",
                       pid).stdout.decode("utf-8")
        names = [labels["name"] for labels, _ in
                 parse(text)["vmatlas_region_rss_bytes"]
                 if '/x"y' in labels.get("name", "")]
        # maps itself writes \012 for a newline.
        tap.check(names and names[0].endswith(
            '/x"y\\z{} 1\\012# EOF\\012\\xe2\\x80\\xae\\xff'),
            "a hostile file is a label", names)
        twice = vmatlas("-b", "-r", "memory", "-f", "openmetrics", pid,
                        str(os.getpid())).stdout.decode("utf-8")
        samples = parse(twice)
        tap.check(len(samples["vmatlas_report_info"]) == 2 and
                  twice.count('name="MemTotal"') == 1,
                  "two processes have one machine", [twice])


def check_file(tap):
    sample = os.path.join(RECORDINGS, "sample.rec")
    args = ("-b", "-R", sample, "-r", "zones", "-f", "openmetrics", "-o")
    with tempfile.TemporaryDirectory() as folder:
        path, old, victim = (os.path.join(folder, name)
                             for name in ("x.prom", "old", "victim"))
        for name in path, victim:
            with open(name, "w", encoding="utf-8") as file:
                file.write("as it was")
        os.link(path, old)
        os.symlink(victim, path + ".tmp")
        done = vmatlas(*args, path, "-n", "2")

        def read(name):
            with open(name, encoding="utf-8") as file:
                return file.read()
        parse(read(path))
        tap.check(done.returncode == 0 and read(old) == "as it was",
                  "the file is replaced, not written to", [done.stderr])
        tap.check(read(victim) == "as it was",
                  "a link in the way is not followed")
        tap.check(sorted(os.listdir(folder)) == ["old", "victim", "x.prom"],
                  "nothing else is left", os.listdir(folder))
        tap.check("1789000001.000" in read(path),
                  "the last refresh is the one that is there", [read(path)])
        tap.check(stat.S_IMODE(os.stat(path).st_mode) == 0o666 & ~umask(),
                  "who collects may read it", [oct(os.stat(path).st_mode)])

        os.mkfifo(os.path.join(folder, "pipe"))
        heard = []
        reader = threading.Thread(target=lambda: heard.append(
            read(os.path.join(folder, "pipe"))))
        reader.start()
        vmatlas(*args, os.path.join(folder, "pipe"))
        reader.join(60)
        tap.check(heard and parse(heard[0]) and stat.S_ISFIFO(
            os.stat(os.path.join(folder, "pipe")).st_mode),
            "a pipe is written to, and stays one")

        os.symlink(victim, os.path.join(folder, "link"))
        vmatlas(*args, os.path.join(folder, "link"))
        tap.check(os.path.islink(os.path.join(folder, "link")) and
                  parse(read(victim)), "a link stays, and leads there")

        done = vmatlas(*args, os.path.join(folder, "no/x.prom"))
        tap.check(done.returncode == 1 and b"cannot write" in done.stderr,
                  "where nothing can be written that is said",
                  [done.returncode, done.stderr])
        os.mkdir(os.path.join(folder, "y.prom.tmp"))
        done = vmatlas(*args, os.path.join(folder, "y.prom"))
        tap.check(done.returncode == 1 and b"y.prom.tmp" in done.stderr,
                  "and which file is in the way",
                  [done.returncode, done.stderr])


def umask():
    now = os.umask(0)
    os.umask(now)
    return now


def main():
    tap = Tap()
    for check in (check_parser, check_grammar, check_figures, check_hostile,
                  check_file):
        try:
            check(tap)
        except Bad as why:
            tap.check(False, check.__name__.replace("_", " "), [why])
    print(f"1..{tap.n}")


main()
