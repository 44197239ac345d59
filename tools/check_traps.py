#!/usr/bin/env python3
"""Finds, by reading, the traps of CAF 0.17.6 and GCC 12 and the habits that this project does without.

A line that must break a rule says so, on the same line or the one above: "// lint: RULE because ...".
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import re
import sys
from collections.abc import Callable, Iterator

import source_tree
from source_tree import Problem, line_at


@dataclasses.dataclass
class Source:
    path: str
    text: str

    def __post_init__(self):
        self.code = source_tree.code_only(self.text)
        self.uncommented = source_tree.without_comments(self.text)
        self.lines = self.text.splitlines()

    def within(self, *areas: str) -> bool:
        return self.path.startswith(tuple(a + "/" for a in areas))

    def excused(self, rule: str, line: int) -> bool:
        pattern = re.compile(r"//.*\blint: " + re.escape(rule) + r" because \S+")
        near = self.lines[max(0, line - 2) : line]
        return any(pattern.search(text) for text in near)


Finding = tuple[int, str]
RULES: dict[str, Callable[[Source], Iterator[Finding]]] = {}


def rule(name: str):
    def register(check):
        RULES[name] = check
        return check

    return register


def matches(pattern: str, text: str, complaint: str) -> Iterator[Finding]:
    for m in re.finditer(pattern, text):
        yield line_at(text, m.start()), f"{m.group().strip()}: {complaint}"


def braced(code: str, opening: int) -> str:
    """The text between the brace at `opening` and its partner."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"{": 1, "}": -1}.get(code[at], 0)
        if depth == 0:
            return code[opening + 1 : at]
    return code[opening + 1 :]


@rule("aggregate-state")
def aggregate_state(src: Source) -> Iterator[Finding]:
    """CAF initialises an aggregate state from the self pointer (GCC 12, C++20)."""
    if src.within("actors/planning") or not src.within("actors", "adapters", "tests"):
        return
    used = set(re.findall(r"\bstateful_(?:pointer|actor|base)\s*<\s*(?:\w+::)*(\w+)", src.code))
    for m in re.finditer(r"\b(?:struct|class)\s+(\w+)\s*(?:final\s*)?(?::[^{;()]*)?\{", src.code):
        name = m.group(1)
        if name not in used and not (name.endswith("_state") and src.within("actors")):
            continue
        body = braced(src.code, m.end() - 1)
        if not re.search(rf"(?<![~\w]){name}\s*\(", body):
            yield line_at(src.code, m.start()), f"{name} is an actor's state and an aggregate: write {name}() {{}}"


LAMBDA_HEAD = r"\)\s*(?:mutable|noexcept|const)$|->\s*[\w:<>]+$"


@rule("co_await-temporary")
def co_await_temporary(src: Source) -> Iterator[Finding]:
    """GCC 12 destroys an aggregate temporary of a co_await's full expression twice."""
    for m in re.finditer(r"\bco_await\b", src.code):
        at = m.end()
        depth = 0
        while at < len(src.code):
            char = src.code[at]
            if char in "([":
                depth += 1
            elif char in ")]":
                depth -= 1
            if depth < 0 or (char == ";" and depth == 0):
                break
            if char == "{":
                before = src.code[m.end() : at].rstrip()
                if re.search(r"[\w>,(]$", before) and not re.search(LAMBDA_HEAD, before):
                    yield line_at(src.code, at), "a braced temporary in a co_await expression: name it first, then move it"
                    break
                at += len(braced(src.code, at)) + 1
            at += 1


@rule("unsafe-message")
def unsafe_message(src: Source) -> Iterator[Finding]:
    """Every run can be recorded, so every message can be serialised."""
    yield from matches(r"\bCAF_ALLOW_UNSAFE_MESSAGE_TYPE\b", src.code, "give the message an inspect")


@rule("error-category")
def error_category(src: Source) -> Iterator[Finding]:
    """CAF packs the name of an error category into an atom."""
    for m in re.finditer(r'\bCAF_ERROR_CODE_ENUM\s*\([^,)]*,\s*"([^"]*)"', src.uncommented):
        if len(m.group(1)) > 10:
            yield line_at(src.uncommented, m.start()), f"{m.group(1)}: a category has at most ten characters"


@rule("atom-setting")
def atom_setting(src: Source) -> Iterator[Finding]:
    """The scheduler's policy is an atom; a string is ignored."""
    yield from matches(r'"scheduler\.policy"\s*,\s*"[^"]*"', src.uncommented, 'write caf::atom("...")')


@rule("infinite")
def infinite(src: Source) -> Iterator[Finding]:
    """Every request has a deadline."""
    if not src.within("tests"):
        yield from matches(r"\b(?:caf::)?infinite\b", src.code, "a request has a deadline; infinite is for tests")


@rule("sleep")
def sleep(src: Source) -> Iterator[Finding]:
    """Nothing sleeps: actors are woken, tests move the clock."""
    pattern = r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])sleep\s*\("
    yield from matches(pattern, src.code, "wait for a message, or move the clock")


@rule("print")
def printing(src: Source) -> Iterator[Finding]:
    """What the process says goes through the log."""
    if src.within("actors", "adapters", "messages"):
        pattern = r"\bstd::(?:cout|cerr|clog|puts|printf|fprintf)\b|(?<![\w:.>])(?:printf|puts)\s*\("
        yield from matches(pattern, src.code, "say it through the log")


@rule("clock")
def clock(src: Source) -> Iterator[Finding]:
    """Time is self->clock() or a message, or the run cannot be replayed."""
    if src.within("actors", "messages"):
        yield from matches(r"\b\w*_clock\s*::\s*now\s*\(|\b\w*clock_type\s*::\s*now\s*\(", src.code, "use self->clock()")


@rule("todo")
def todo(src: Source) -> Iterator[Finding]:
    """Work left undone has an issue."""
    for number, line in enumerate(src.lines, 1):
        for m in re.finditer(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line):
            if "//" in line[: m.start()] or "*" in line[: m.start()]:
                yield number, f"{m.group()}: write TODO(#number): or do it"


@rule("nolint")
def nolint(src: Source) -> Iterator[Finding]:
    """Silence names what is silenced, and why."""
    for number, line in enumerate(src.lines, 1):
        for m in re.finditer(r"//.*?\bNOLINT(?:NEXTLINE|BEGIN)?\b(\([\w.,* -]+\))?[:\s]*(.*)$", line):
            if "NOLINTEND" in line:
                continue
            if not m.group(1) or len(m.group(2).split()) < 2:
                yield number, "NOLINT(check): with a reason in words"


@rule("catch-all")
def catch_all(src: Source) -> Iterator[Finding]:
    """Whoever swallows everything says why that is right."""
    for m in re.finditer(r"\bcatch\s*\(\s*\.\.\.\s*\)", src.code):
        line = line_at(src.code, m.start())
        if not any("//" in text for text in src.lines[line - 2 : line + 1]):
            yield line, "catch (...) says in a comment why"


@rule("pragma-once")
def pragma_once(src: Source) -> Iterator[Finding]:
    """A header is read once."""
    if src.path.endswith(".hpp") and not src.uncommented.lstrip().startswith("#pragma once"):
        yield 1, "begins with #pragma once"


def check(root: pathlib.Path) -> dict[str, list[Problem]]:
    """The problems of each rule; every rule has an entry."""
    found: dict[str, list[Problem]] = {name: [] for name in RULES}
    for path in source_tree.source_files(root):
        src = Source(path, source_tree.text_of(root / path))
        for name, look in RULES.items():
            for line, complaint in look(src):
                if not src.excused(name, line):
                    found[name].append(Problem(path, line, f"[{name}] {complaint}"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    verdicts = source_tree.Verdicts("traps")
    for name, problems in check(parser.parse_args().root.resolve()).items():
        verdicts.rule(f"{name}: {RULES[name].__doc__}", problems)
    return verdicts.finish()


if __name__ == "__main__":
    sys.exit(main())
