#!/usr/bin/env python3
"""Checks (or with --fix makes) the layout of every C++ source by .clang-format, with clang-format 14.

Other versions lay some lines out differently, so only that one counts.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import source_tree
from source_tree import Problem

VERSION = "14"


def formatter() -> str | None:
    for name in (f"clang-format-{VERSION}", "clang-format"):
        found = shutil.which(name)
        if found and f"version {VERSION}." in subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout:
            return found
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    parser.add_argument("--fix", action="store_true")
    args = parser.parse_args()
    root = args.root.resolve()
    verdicts = source_tree.Verdicts("format")
    command = formatter()
    if command is None:
        print(f"clang-format {VERSION} is missing; ./tools/test installs it", file=sys.stderr)
        return 2
    files = source_tree.source_files(root)
    if args.fix:
        return subprocess.run([command, "-i", *files], cwd=root, check=False).returncode
    done = subprocess.run([command, "--dry-run", *files], cwd=root, capture_output=True, text=True, check=False)
    spots = {m.group(1): int(m.group(2)) for m in re.finditer(r"^(\S+?):(\d+):\d+: \w+: code should be", done.stderr, re.M)}
    problems = [Problem(path, line, "is laid out otherwise: meson compile -C build format") for path, line in spots.items()]
    if done.returncode != 0 and not problems:
        problems = [Problem(".clang-format", 1, done.stderr.strip())]
    verdicts.rule("every source is laid out by .clang-format", problems)
    return verdicts.finish()


if __name__ == "__main__":
    sys.exit(main())
