#!/usr/bin/python3
"""Keeps the tree honest: floors, circles, banned calls, file length, left-over notes, undocumented command rows.

  tidy.py [--root DIR] [--program build/arrouter]   prints one line for each fault; exit status 1 if there is any
  tidy.py --self-test                               plants one fault of each kind in a copy; each must be found
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict

SOURCE = (".cpp", ".h", ".def")
LONGEST_FILE = 450  # lines; the aim is 400

# folder prefix -> floor; the longest prefix wins
FLOORS = {
    "os/base": 0, "netdev": 1, "os": 2, "cli/language": 3, "cli/session": 3,
    "modules": 4, "cli": 4, "os/assembly": 5, "os/main": 5, "tests": 6, "images": 6,
}

# what, pattern, places where it is allowed
BANNED = [
    ("clock", r"\b(system_clock|steady_clock|high_resolution_clock)\b|\b(gettimeofday|clock_gettime)\s*\(|[^\w.>:]time\s*\(\s*(NULL|nullptr|0|&)",
     ["os/event_loop", "os/assembly/live", "os/main"]),
    ("random source", r"\b(random_device|mt19937(_64)?|getrandom|RAND_bytes|arc4random)\b|[^\w.>:]s?rand\s*\(", ["os/base/random.cpp"]),
    ("socket", r"<sys/socket\.h>|[^\w.>:](socket|sendto|recvfrom|recvmsg|sendmsg|recvmmsg|sendmmsg)\s*\(|<netinet/|<linux/if",
     ["netdev/", "cli/console", "cli/control", "cli/ssh/host_thread", "os/event_loop", "os/main"]),
    ("sleep", r"\b(usleep|nanosleep|sleep_for|sleep_until)\b|[^\w.>:]sleep\s*\(",
     ["netdev/tap_port.cpp"]),  # at start-up only, while another process lets go of a TAP
    ("thread", r"\bstd::(thread|jthread|async|mutex|condition_variable)\b|\bpthread_", ["os/event_loop", "os/fork_join", "cli/ssh/ssh_worker", "cli/ssh/host_thread"]),
    ("Asio", r"boost/asio", ["os/event_loop", "cli/console", "cli/control", "cli/telnet", "cli/ssh", "cli/web", "os/main"]),
    ("OpenSSL", r"<openssl/", ["modules/enco"]),
    ("readline", r"<readline/", ["cli/console"]),
    ("process end", r"[^\w.>:](abort|exit|_exit|quick_exit)\s*\(|\bstd::terminate\b", ["os/main"]),
]
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented", re.IGNORECASE)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def floor_of(path):
    best = max((p for p in FLOORS if path == p or path.startswith(p + "/")), key=len, default=None)
    return None if best is None else FLOORS[best]


def unit_of(path):
    """The library a file belongs to: its folder."""
    return os.path.dirname(path)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = {}
        for top in ("os", "netdev", "modules", "cli", "tests"):
            for folder, _, names in os.walk(os.path.join(root, top)):
                for name in names:
                    if name.endswith(SOURCE):
                        path = os.path.relpath(os.path.join(folder, name), root)
                        self.files[path] = open(os.path.join(root, path), encoding="utf-8").read()
        self.includes = {p: [i for i in INCLUDE.findall(t) if i in self.files] for p, t in self.files.items()}


def check_floors(tree):
    for path, included in tree.includes.items():
        for other in included:
            here, there = floor_of(path), floor_of(other)
            if there is None or here is None or here == 6:
                continue
            if there > here:
                yield path, f"floor {here} includes {other} of floor {there}"
            elif path.startswith("modules/") and other.startswith("modules/") and unit_of(path) != unit_of(other):
                if not other.endswith("_api.h"):
                    yield path, f"reaches into another module: {other} (only <module>_api.h)"
            elif here == 4 and there == 4 and path.split("/")[0] != other.split("/")[0]:
                yield path, f"modules and front ends do not know each other: {other}"


def cycle_in(graph):
    """One circle of a graph {node: set of nodes} as a list, or None."""
    state, stack = {}, []

    def visit(node):
        state[node] = 1
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if state.get(other) == 1:
                return stack[stack.index(other):] + [other]
            if other not in state:
                found = visit(other)
                if found:
                    return found
        stack.pop()
        state[node] = 2
        return None

    for node in sorted(graph):
        if node not in state:
            found = visit(node)
            if found:
                return found
    return None


def check_circles(tree):
    files = {p: set(i) for p, i in tree.includes.items()}
    units = defaultdict(set)
    for path, included in tree.includes.items():
        for other in included:
            if unit_of(path) != unit_of(other) and floor_of(path) != 6:
                units[unit_of(path)].add(unit_of(other))
    for what, graph in (("files", files), ("folders", units)):
        found = cycle_in(graph)
        if found:
            yield found[0], f"circle of {what}: {' -> '.join(found)}"


def check_banned(tree):
    for path, text in tree.files.items():
        if path.startswith("tests/"):
            continue
        code = COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)
        for what, pattern, allowed in BANNED:
            if any(path.startswith(a) for a in allowed):
                continue
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}", f"banned here: {what} ({match[0].strip()})"


def check_shape(tree):
    for path, text in tree.files.items():
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield path, f"{lines} lines; split it (at most {LONGEST_FILE})"
        for number, line in enumerate(text.split("\n"), 1):
            if LEFTOVER.search(line):
                yield f"{path}:{number}", "left-over note: " + line.strip()[:60]
            if line.rstrip() != line or "\t" in line:
                yield f"{path}:{number}", "tab or trailing blank"
        if path.endswith(".h") and "#pragma once" not in text:
            yield path, "header without #pragma once"


def check_rows(reference):
    """`arrouter reference --rows` prints module, access, coverage, syntax, summary, note, separated by tabs."""
    rows = [line.split("\t") for line in reference.splitlines() if line.strip()]
    if not rows:
        yield "arrouter reference", "no command rows"
    for row in rows:
        if len(row) != 6:
            yield "arrouter reference", f"not six fields: {row}"
            continue
        module, _, coverage, syntax, summary, note = row
        if len(summary.strip()) < 8:
            yield module, f"command row without a summary: {syntax}"
        if coverage != "full" and len(note.strip()) < 8:
            yield module, f"{coverage} command row does not say why: {syntax}"


def faults(root, reference=None):
    tree = Tree(root)
    found = []
    for check in (check_floors, check_circles, check_banned, check_shape):
        found += check(tree)
    if reference is not None:
        found += check_rows(reference)
    return found


# -- the self-test: a fault of each kind, planted -----------------------------------------------------------------

PLANTS = [
    ("floor", "os/base/planted.h", '#pragma once\n#include "os/module.h"\n', "of floor"),
    ("module", "modules/ip/planted.h", '#pragma once\n#include "modules/log/log_module.h"\n', "another module"),
    ("front end", "modules/ip/planted2.h", '#pragma once\n#include "cli/console/planted3.h"\n', "do not know each other"),
    ("circle", "os/base/planted_a.h", '#pragma once\n#include "os/base/planted_b.h"\n', "circle of files"),
    ("folder circle", "netdev/wire/planted.h", '#pragma once\n#include "netdev/port.h"\n', "circle of folders"),
    ("clock", "modules/isakmp/planted.cpp", "auto t = std::chrono::steady_clock::now();\n", "clock"),
    ("random", "modules/isakmp/planted1.cpp", "int x = rand();\n", "random source"),
    ("socket", "modules/ip/planted.cpp", "int s = socket(1, 2, 3);\n", "socket"),
    ("OpenSSL", "modules/isakmp/planted2.cpp", "#include <openssl/evp.h>\n", "OpenSSL"),
    ("Asio", "os/base/planted.cpp", "#include <boost/asio/ip/udp.hpp>\n", "Asio"),
    ("length", "os/base/planted_long.cpp", "\n" * (LONGEST_FILE + 1), "split it"),
    ("note", "os/base/planted_note.cpp", "// TO" "DO: later\n", "left-over"),
]
COMPANIONS = {"cli/console/planted3.h": "#pragma once\n", "os/base/planted_b.h": '#pragma once\n#include "os/base/planted_a.h"\n',
              "netdev/planted_up.h": '#pragma once\n#include "netdev/wire/planted.h"\n'}


def self_test(root):
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for top in ("os", "netdev", "modules", "cli"):
            shutil.copytree(os.path.join(root, top), os.path.join(folder, top))
        clean = {text for _, text in faults(folder)}
        for name, path, text, expected in PLANTS:
            added = {path: text, **COMPANIONS}
            for file, content in added.items():
                os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
                with open(os.path.join(folder, file), "w") as out:
                    out.write(content)
            new = [t for _, t in faults(folder) if t not in clean and expected in t]
            failed += report(name, bool(new))
            for file in added:
                os.remove(os.path.join(folder, file))
    failed += report("row without summary", any(True for _ in check_rows("ip\tmanager\tfull\tSHow IP\t\t\n")))
    failed += report("partial row without note", any(True for _ in check_rows("ip\tmanager\tpartial\tSHow IP\tShows IP settings\t\n")))
    failed += report("good row", not any(True for _ in check_rows("ip\tmanager\tfull\tSHow IP\tShows IP settings\t\n")))
    return failed


def report(name, good):
    print(f"{'found' if good else 'MISSED'}: {name}")
    return 0 if good else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    parser.add_argument("--program", help="the built router, to check its command rows")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return 1 if self_test(options.root) else 0
    reference = None
    if options.program:
        reference = subprocess.run([options.program, "reference", "--rows"], text=True, capture_output=True, check=True).stdout
    found = faults(options.root, reference)
    for where, text in found:
        print(f"{where}: {text}")
    print(f"{len(found)} faults")
    return 1 if found else 0


sys.exit(main())
