"""Reads the C++ source tree for the checks beside this file: which files there are, what they
include, their code without comments and strings, and a hash of all that a file depends on.

Standard library only. Every check ends with the line that doctest prints too, so that tools/test
can add up both: "[name] test cases: 3 | 3 passed | 0 failed | 0 skipped".
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import pathlib
import re
import sys
import unittest

AREAS = ("messages", "actors", "adapters", "main", "tests")
SUFFIXES = (".hpp", ".cpp")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)


@dataclasses.dataclass(frozen=True)
class Include:
    line: int
    path: str
    quoted: bool


@dataclasses.dataclass(frozen=True)
class Problem:
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def source_files(root: pathlib.Path, areas=AREAS, suffixes=SUFFIXES) -> list[str]:
    """All sources below the areas, as paths from the root, sorted."""
    found = []
    for area in areas:
        for folder, _, names in os.walk(root / area):
            for name in names:
                if name.endswith(suffixes):
                    found.append((pathlib.Path(folder) / name).relative_to(root).as_posix())
    return sorted(found)


@functools.lru_cache(maxsize=None)
def text_of(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")


TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>\bR"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<text>"(?:\\.|[^"\\\n])*")
      | (?<![0-9A-Fa-f])(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.S | re.X,
)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """The code with comments blanked; lines and columns stay."""

    def keep(m: re.Match) -> str:
        return _blank(m.group()) if m.group("line") or m.group("block") else m.group()

    return TOKEN.sub(keep, text)


def code_only(text: str) -> str:
    """The code with comments and the insides of literals blanked; lines and columns stay."""

    def keep(m: re.Match) -> str:
        whole = m.group()
        if m.group("line") or m.group("block"):
            return _blank(whole)
        return whole[0] + _blank(whole[1:-1]) + whole[-1]

    return TOKEN.sub(keep, text)


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def includes_of(text: str) -> list[Include]:
    code = without_comments(text)
    return [
        Include(line_at(code, m.start(1) if m.group(1) else m.start(2)), m.group(1) or m.group(2), bool(m.group(1)))
        for m in INCLUDE.finditer(code)
    ]


def project_closure(root: pathlib.Path, path: str) -> list[str]:
    """The file and every project file that it includes, directly or not; sorted."""
    seen: set[str] = set()
    left = [path]
    while left:
        one = left.pop()
        if one in seen or not (root / one).is_file():
            continue
        seen.add(one)
        left.extend(i.path for i in includes_of(text_of(root / one)))
    return sorted(seen)


def closure_hash(root: pathlib.Path, path: str, *extra: str) -> str:
    """Changes when the file, a project file it includes, or one of the extra strings changes."""
    h = hashlib.sha256()
    for one in project_closure(root, path):
        h.update(one.encode() + b"\0" + text_of(root / one).encode() + b"\0")
    for one in extra:
        h.update(one.encode() + b"\0")
    return h.hexdigest()


class Verdicts:
    """Collects one verdict per rule and prints them the way doctest does."""

    def __init__(self, name: str):
        self.name = name
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def rule(self, what: str, problems: list[Problem]) -> None:
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED: {what}")
        for p in problems:
            print(f"  {p}")

    def skip(self, what: str, why: str) -> None:
        self.skipped += 1
        print(f"skipped: {what}: {why}")

    def finish(self) -> int:
        total = self.passed + self.failed + self.skipped
        print(
            f"[{self.name}] test cases: {total} | {self.passed} passed | "
            f"{self.failed} failed | {self.skipped} skipped",
            flush=True,
        )
        return 1 if self.failed else 0


def run_unittests(name: str) -> int:
    """Runs the caller's unittest cases and ends with the countable line."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    bad = {str(case) for case, _ in outcome.failures + outcome.errors}
    verdicts = Verdicts(name)
    verdicts.failed = len(bad)
    verdicts.skipped = len(outcome.skipped)
    verdicts.passed = outcome.testsRun - verdicts.failed - verdicts.skipped
    return verdicts.finish()
