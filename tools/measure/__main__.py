"""./tools/bench, once everything it needs is there."""

from __future__ import annotations

import argparse
import json
import pathlib
import signal
import subprocess
import sys

from .engine import Engine, Sandbox
from .figures import GROUPS, KEYS, in_order, missed, table
from .groups import MEASURES, QUICK, Bench, Extent
from .trouble import Trouble

# Measured without an engine.
ALONE = ("binary", "build")


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--only", action="append", choices=GROUPS, default=[])
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    print(text, flush=True)


def end(*_: object) -> None:
    raise SystemExit(130)


def measure(args: argparse.Namespace, groups: list[str], values: dict[str, float]) -> list[str]:
    """Adds to the values; what went wrong, a line each. One group's trouble leaves the others alone."""
    wrong: list[str] = []

    def take(bench: Bench, group: str) -> None:
        say(f"measuring {group}")
        try:
            values.update(MEASURES[group](bench))
        except (Trouble, OSError, subprocess.SubprocessError) as why:
            wrong.append(f"{group}: {why}")
            say(f"failed: {group}: {why}")

    extent = QUICK if args.quick else Extent()
    on_engine = [group for group in groups if group not in ALONE]
    if on_engine:
        say("starting an engine")
        with Sandbox(args.root) as sandbox:
            engine = Engine(sandbox.socket)
            image = f"{sandbox.registry}/test/base:1"
            engine.pull(image)
            for group in on_engine:
                take(Bench(args.root, args.build, engine, image, extent, say), group)
    for group in groups:
        if group in ALONE:
            take(Bench(args.root, args.build, Engine(""), "", extent, say), group)
    return wrong


def main(arguments: list[str]) -> int:
    args = options(arguments)
    signal.signal(signal.SIGTERM, end)
    groups = [group for group in GROUPS if group in (args.only or GROUPS)]
    left_out = []
    if args.quick and not args.only:
        groups.remove("build")
        left_out = [key for key, group in KEYS.items() if group == "build"]
    values: dict[str, float] = {}
    try:
        wrong = measure(args, groups, values)
    except Trouble as why:
        wrong = [str(why)]
    print("\n" + table(values))
    if args.json:
        args.json.write_text(json.dumps(in_order(values), indent=2) + "\n", encoding="utf-8")
    for key in left_out:
        print(f"left out: {key} (--quick)")
    if missed(values):
        print("budgets not met: " + "; ".join(missed(values)))
    for line in wrong:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
