#!/usr/bin/env python3
"""Adds up the test cases of Meson's test logs, from the count that each runner printed itself.

Reads Meson's test logs (.json) and the output of single runners (.txt); ends with "N passed, N failed" (and ", N skipped" if there were any).
A runner that failed without a failed case, or printed no count, is one failed case more.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import sys

COUNT = re.compile(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(run: dict) -> tuple[int, int, int, str]:
    """Passed, failed and skipped cases of one runner, and what is wrong with it beyond its failed cases."""
    if run["result"] == "SKIP":
        return 0, 0, 1, ""
    passed = failed = skipped = 0
    counts = COUNT.findall(COLOUR.sub("", run.get("stdout", "")))
    for _, p, f, s in counts:
        passed, failed, skipped = passed + int(p), failed + int(f), skipped + int(s)
    wrong = ""
    if not counts:
        wrong = f"printed no count of cases ({run['result']}, exit code {run['returncode']})"
    elif run["result"] != "OK" and failed == 0:
        wrong = f"ended badly after its cases ({run['result']}, exit code {run['returncode']})"
    return passed, failed + (1 if wrong else 0), skipped, wrong


def runs_in(log: pathlib.Path) -> list[dict]:
    if not log.exists():
        return [{"name": str(log), "stdout": "", "result": "no log", "returncode": "none"}]
    text = log.read_text(encoding="utf-8", errors="replace")
    if log.suffix == ".json":
        return [json.loads(line) for line in text.splitlines() if line]
    return [{"name": log.stem, "stdout": text, "result": "OK", "returncode": 0}]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broken", action="append", default=[], metavar="WHAT", help="counts as a failed case")
    parser.add_argument("logs", nargs="*", type=pathlib.Path)
    args = parser.parse_args(arguments)
    passed = failed = skipped = 0
    for what in args.broken:
        print(f"{what} failed")
        failed += 1
    for log in args.logs:
        for run in runs_in(log):
            p, f, s, wrong = count(run)
            passed, failed, skipped = passed + p, failed + f, skipped + s
            if wrong:
                print(f"{run['name']}: {wrong}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
