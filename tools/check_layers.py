#!/usr/bin/env python3
"""Checks who may include whom (docs: the layers in CONTRIBUTING.md), that every source is built,
and, with --headers, that every header compiles alone.

All headers of the machine share one include folder, so the compiler alone does not catch an
arrow that should not be there; and precompiled headers hide an include that is missing.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import source_tree
from source_tree import Problem

# Third-party headers by the way their include path begins.
TECHNOLOGIES = {
    "expected": ("tl/",),
    "caf": ("caf/",),
    "json": ("nlohmann/",),
    "log": ("spdlog/", "fmt/"),
    "options": ("CLI/",),
    "test": ("doctest/",),
    "boost": ("boost/",),
    "sqlite": ("sqlite3.h",),
    "curl": ("curl/",),
    "yaml": ("yaml-cpp/",),
    "systemd": ("systemd/",),
    "digest": ("openssl/evp.h",),  # first: the next one would take it
    "tls": ("openssl/",),
    "archive": ("archive.h", "archive_entry.h", "zlib.h"),
}

# The one technology of each adapter. A new adapter gets its line here; it may not borrow a second one.
# "posix" is every other header with the suffix .h: the kernel's and the C library's own.
ADAPTERS = {
    "loop": {"boost"},
    "http": {"boost"},
    "engine": {"boost"},
    "web": {"boost"},
    "curl": {"curl", "boost", "posix"},  # boost: the asio thread; posix: the epoll between the two
    "registry": {"boost"},  # coroutines on the asio thread
    "cloud": {"curl"},
    "store": {"sqlite", "posix"},  # posix: the lock file, renames and fsync around the database
    "target_file": {"posix", "boost"},  # inotify; boost: its descriptor and timers on the asio thread
    "yaml": {"yaml"},
    "system": {"posix", "systemd"},
    "logind": {"systemd", "boost", "posix"},  # sd-bus; boost: its descriptor on the asio thread; posix: poll's flags
    "host": {"posix", "systemd", "boost"},  # inotify; boost: its descriptor on the asio thread
    "json": set(),
    "files": {"posix"},  # open, rename and fsync
    "log": set(),
}

# Adapter folders that other adapters may use, and which ones.
SHARED = {
    # the asio thread
    "loop": {"http", "engine", "web", "curl", "registry", "cloud", "system", "target_file", "host", "logind"},
    "http": {"engine", "web"},  # the HTTP client and its parsers
    "curl": {"registry", "cloud"},  # the HTTPS client for servers of others
    "json": {"engine", "web", "registry", "cloud", "store", "system", "host", "target_file"},
    "files": {"host"},  # whole files, and what outlives a power cut
    "yaml": {"target_file"},  # what a compose file is written in
}

# The rooms of actors/planning, from the ground up: each knows those before it, and what stands beside the rooms.
ROOMS = ("normalise", "compare", "plan", "foresee")

COMMON_TO_ADAPTERS = {"expected", "caf", "json", "log"}

# Parts of the standard library that do, rather than describe.
THREADS = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "stop_token",
           "semaphore", "latch", "barrier", "atomic"}
FILES = {"fstream", "iostream", "filesystem", "cstdio"}
CHANCE = {"random"}
SIGNALS = {"csignal"}
DATES = {"ctime"}

STANDARD = set(
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono "
    "cinttypes climits clocale cmath codecvt compare complex concepts condition_variable coroutine "
    "csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque "
    "exception execution expected filesystem format forward_list fstream functional future "
    "initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory "
    "memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex "
    "scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept "
    "stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex "
    "typeinfo unordered_map unordered_set utility valarray variant vector version".split()
)

# What a pure layer must not call, whatever it includes.
CALLS = {
    "a clock": re.compile(r"_clock\s*::\s*now\s*\(|\bstd::time\s*\(|\bgettimeofday\s*\(|\bclock_gettime\s*\("),
    "chance": re.compile(r"\brandom_device\b|\bstd::rand\s*\(|\bgetrandom\s*\("),
    "the environment": re.compile(r"\bgetenv\s*\("),
}


def layer_of(path: str) -> str:
    """The rule that a file stands under."""
    parts = path.split("/")
    if parts[0] == "messages":
        return "messages/protocol" if parts[1:2] == ["protocol"] and len(parts) > 2 else "messages"
    if parts[0] == "actors":
        if len(parts) == 2:
            return "actors"
        return "actors/planning" if parts[1] == "planning" else "actors/*"
    if parts[0] == "adapters":
        return "adapters/*"
    return parts[0]


def floor_of(path: str) -> int:
    """How high a file of planning stands: 0 beside the rooms; above all of them in a room without a place."""
    parts = path.split("/")
    if len(parts) < 4:
        return 0
    return ROOMS.index(parts[2]) + 1 if parts[2] in ROOMS else len(ROOMS) + 1


LAYERS = ("messages", "messages/protocol", "actors", "actors/planning", "actors/*", "adapters/*", "main", "tests")


def technology_of(path: str) -> str:
    for name, beginnings in TECHNOLOGIES.items():
        if path.startswith(beginnings):
            return name
    if path in STANDARD:
        return "std"
    return "posix" if path.endswith(".h") else "unknown"


def project_arrow(path: str, target: str) -> str | None:
    """Why the file may not include the project file, or None when it may."""
    layer, to = layer_of(path), layer_of(target)
    folder = path.rsplit("/", 1)[0]
    here = folder.split("/")
    there = target.split("/")
    if target.endswith(".cpp"):
        return "a source is compiled, not included"
    if layer == "tests":
        return None
    if to == "tests":
        return "only tests include tests"
    if layer == "main":
        return None
    if to == "main":
        return "nothing but tests looks up into main"
    if layer == "messages":
        return None if to == "messages" else "messages include messages only, and protocol is above the plain ones"
    if layer == "messages/protocol":
        return None if to.startswith("messages") else "protocol includes messages only"
    if to.startswith("messages"):
        if layer == "actors/planning" and to == "messages/protocol":
            return "planning is pure: protocol brings CAF"
        return None
    if layer == "actors/planning":
        if to != "actors/planning":
            return "planning includes messages and itself"
        return None if floor_of(target) <= floor_of(path) else "a room of planning knows those before it (ROOMS)"
    if layer in ("actors", "actors/*"):
        if to in ("actors", "actors/planning"):
            return None
        if to == "actors/*" and layer == "actors/*" and there[1] == here[1]:
            return None
        if to == "actors/*":
            return "one actor does not know another: talk through messages/protocol"
        return "actors do not know adapters"
    # adapters/*
    if to.startswith("actors"):
        return "adapters do not know actors"
    if len(here) < 2:
        return "an adapter has its own folder"
    if there[1] == here[1] or here[1] in SHARED.get(there[1], ()):
        return None
    return f"adapters/{here[1]} does not know adapters/{there[1]} (shared folders: the table SHARED)"


def outside_arrow(path: str, header: str) -> str | None:
    """Why the file may not include the header from outside the project, or None when it may."""
    layer = layer_of(path)
    technology = technology_of(header)
    if layer in ("main", "tests"):
        return None
    if technology == "unknown":
        return "unknown third-party header (technologies: the table TECHNOLOGIES)"
    if technology == "std":
        forbidden = {
            "messages": THREADS | FILES | CHANCE | SIGNALS | DATES,
            "messages/protocol": THREADS | FILES | CHANCE | SIGNALS | DATES,
            "actors/planning": THREADS | FILES | CHANCE | SIGNALS | DATES,
            "actors": THREADS | FILES | SIGNALS | DATES,
            "actors/*": THREADS | FILES | SIGNALS | DATES,
        }.get(layer, set())
        return f"<{header}> does things; this layer only describes or decides" if header in forbidden else None
    allowed = {
        "messages": {"expected"},
        "messages/protocol": {"expected", "caf"},
        "actors/planning": {"expected", "digest"},  # a digest is a function of its bytes
        "actors": {"expected", "caf"},
        "actors/*": {"expected", "caf"},
    }.get(layer)
    if allowed is not None:
        return None if technology in allowed else f"{layer} does not know {technology}"
    parts = path.split("/")
    if len(parts) < 3:
        return "an adapter has its own folder"
    name = parts[1]
    if name not in ADAPTERS:
        return f"adapters/{name} has no line in the table ADAPTERS"
    if technology in COMMON_TO_ADAPTERS | ADAPTERS[name]:
        return None
    return f"adapters/{name} has its own technology ({', '.join(sorted(ADAPTERS[name])) or 'none'}), not {technology}"


def check_file(path: str, text: str) -> list[Problem]:
    problems = []
    for inc in source_tree.includes_of(text):
        first = inc.path.split("/", 1)[0]
        if ".." in inc.path.split("/"):
            why = "include paths start at the root"
        elif first == "tools":
            why = "tools are linked by nothing"
        elif first in source_tree.AREAS:
            why = project_arrow(path, inc.path)
        elif inc.quoted:
            why = "include paths start at the root; foreign headers stand in <>"
        else:
            why = outside_arrow(path, inc.path)
        if why:
            problems.append(Problem(path, inc.line, f"includes {inc.path}: {why}"))
    if layer_of(path) in ("messages", "messages/protocol", "actors", "actors/planning", "actors/*"):
        code = source_tree.code_only(text)
        for what, pattern in CALLS.items():
            for m in pattern.finditer(code):
                problems.append(Problem(path, source_tree.line_at(code, m.start()), f"asks {what}: {m.group().strip()}"))
    return problems


def check_arrows(root: pathlib.Path) -> dict[str, list[Problem]]:
    """The problems of each layer; every layer has an entry."""
    found: dict[str, list[Problem]] = {layer: [] for layer in LAYERS}
    for path in source_tree.source_files(root):
        found[layer_of(path)] += check_file(path, source_tree.text_of(root / path))
    return found


# -- what the build knows ---------------------------------------------------------------------------


def compile_commands(root: pathlib.Path, build: pathlib.Path) -> dict[str, list[str]]:
    """Source path from the root -> its compiler call (the first, if several targets build it)."""
    commands: dict[str, list[str]] = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(os.path.normpath(os.path.join(entry["directory"], entry["file"])))
        if source.is_relative_to(root):
            commands.setdefault(source.relative_to(root).as_posix(), shlex.split(entry["command"]))
    return commands


def check_built(root: pathlib.Path, commands: dict[str, list[str]]) -> list[Problem]:
    return [
        Problem(path, 1, "no meson.build lists this source")
        for path in source_tree.source_files(root, suffixes=(".cpp",))
        if path not in commands and not path.startswith("tests/fuzz/")
    ]


def flags_for(header: str, commands: dict[str, list[str]]) -> list[str]:
    """Compiler and flags of the built source that stands nearest to the header, less output,
    precompiled header, warnings and optimisation."""

    def nearness(source: str) -> tuple[int, str]:
        return (-len(os.path.commonprefix([header.split("/")[:-1], source.split("/")[:-1]])), source)

    call = list(commands[min(commands, key=nearness)])
    while os.path.basename(call[0]) == "ccache":
        call.pop(0)
    flags = [call.pop(0)]
    while call:
        arg = call.pop(0)
        if arg in ("-o", "-MF", "-MQ", "-MT", "-include", "-include-pch"):
            call.pop(0)
        elif arg.startswith(("-I", "-D", "-U", "-std=", "-isystem", "-f", "-pthread")) and arg != "-fpch-preprocess":
            flags.append(arg)
            if arg in ("-I", "-isystem", "-D", "-U"):
                flags.append(call.pop(0))
    return flags


def check_headers(root: pathlib.Path, build: pathlib.Path, commands: dict[str, list[str]], jobs: int) -> list[Problem]:
    """Compiles each header alone. What compiled before is remembered by content below the build folder."""
    os.nice(10)  # It takes minutes; what else is tested may wait for answers in time.
    cache = build / "header_checks"
    cache.mkdir(exist_ok=True)
    used: set[str] = set()

    def check(header: str) -> Problem | None:
        flags = flags_for(header, commands)
        key = source_tree.closure_hash(root, header, *flags)
        used.add(key)
        if (cache / key).exists():
            return None
        done = subprocess.run(
            [*flags, f"-I{root}", "-fdiagnostics-color=never", "-w", "-O0", "-fsyntax-only", "-x", "c++", "-"],
            input=f'#include "{header}"\n', text=True, cwd=build, capture_output=True, check=False,
        )
        if done.returncode == 0:
            (cache / key).touch()
            return None
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        return Problem(header, 1, "does not compile alone: " + " / ".join(lines[:3]))

    headers = source_tree.source_files(root, suffixes=(".hpp",))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        problems = [p for p in pool.map(check, headers) if p]
    for old in cache.iterdir():
        if old.name not in used:
            old.unlink(missing_ok=True)
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    parser.add_argument("--build", type=pathlib.Path, help="a configured build folder (for its compile commands)")
    parser.add_argument("--headers", action="store_true", help="compile each header alone, and check nothing else")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    root = args.root.resolve()
    if args.headers:
        verdicts = source_tree.Verdicts("headers")
        if args.build is None:
            parser.error("--headers needs --build")
        problems = check_headers(root, args.build.resolve(), compile_commands(root, args.build.resolve()), args.jobs)
        verdicts.rule("every header compiles alone", problems)
        return verdicts.finish()
    verdicts = source_tree.Verdicts("layers")
    for layer, problems in check_arrows(root).items():
        verdicts.rule(f"includes of {layer}", problems)
    if args.build is not None:
        verdicts.rule("every source is built", check_built(root, compile_commands(root, args.build.resolve())))
    return verdicts.finish()


if __name__ == "__main__":
    sys.exit(main())
