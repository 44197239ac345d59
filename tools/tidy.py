#!/usr/bin/env python3
"""Runs clang-tidy 14 over every built source, several at a time.

Takes the compiler calls of a build folder that was set up with clang and without precompiled
headers. A source that was clean is not looked at again until it, a project header it includes,
the rules or its compiler call change.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

import check_layers
import source_tree
from source_tree import Problem


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("files", nargs="*", help="only these sources (default: all)")
    args = parser.parse_args()
    root, build = args.root.resolve(), args.build.resolve()
    tidy = shutil.which("clang-tidy-14")
    if tidy is None:
        print("clang-tidy 14 is missing; ./tools/test --all installs it", file=sys.stderr)
        return 2
    commands = check_layers.compile_commands(root, build)
    cache = build / "tidy_checks"
    cache.mkdir(exist_ok=True)
    rules = (root / ".clang-tidy").read_text()

    def check(path: str) -> Problem | None:
        key = cache / source_tree.closure_hash(root, path, rules, *commands[path])
        if key.exists():
            return None
        done = subprocess.run(
            [tidy, "--quiet", "-p", str(build), str(root / path)],
            cwd=root, capture_output=True, text=True, check=False,
        )
        # Of what clang 14's analyzer says of library headers (it takes coroutines for plain
        # functions, and then finds fault with Boost) nothing can be mended here.
        ours = re.search(rf"^{re.escape(str(root))}/.*: (error|warning): ", done.stdout, re.MULTILINE)
        compiled = "clang-diagnostic-error" not in done.stdout and done.returncode in (0, 1)
        if compiled and not ours:
            key.touch()
            return None
        print(done.stdout.replace(f"{root}/", "").strip() or done.stderr.strip(), flush=True)
        return Problem(path, 1, "clang-tidy complains (above)")

    files = [f for f in args.files or sorted(commands) if f.startswith(tuple(a + "/" for a in source_tree.AREAS))]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        problems = [p for p in pool.map(check, files) if p]
    verdicts = source_tree.Verdicts("tidy")
    verdicts.rule(f"clang-tidy over {len(files)} sources", problems)
    return verdicts.finish()


if __name__ == "__main__":
    sys.exit(main())
