#!/usr/bin/env python3
"""What tools/test says in its last line, for runners that end in every way."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

import count_cases
import source_tree

GOOD = "[doctest] test cases:  3 |  3 passed | 0 failed | 0 skipped\n[doctest] assertions: 9 | 9 passed | 0 failed |\n"
BAD = "[doctest] test cases:  3 |  1 passed | 2 failed | 0 skipped\n"
COLOURED = "\x1b[0;36m[doctest] \x1b[0mtest cases: \x1b[0m 3 \x1b[0m | \x1b[0;32m3 passed\x1b[0m | \x1b[0m0 failed\x1b[0m | 0 skipped\n"


def run(stdout, result="OK", returncode=0, name="unit"):
    return {"name": name, "stdout": stdout, "result": result, "returncode": returncode}


# (what happens, the runs, the last line, the exit code)
ROWS = [
    ("all is well", [run(GOOD), run(GOOD)], "6 passed, 0 failed", 0),
    ("colours", [run(COLOURED)], "3 passed, 0 failed", 0),
    ("failed cases", [run(GOOD), run(BAD, "FAIL", 1)], "4 passed, 2 failed", 1),
    ("a crash before the count", [run(GOOD), run("", "FAIL", -11)], "3 passed, 1 failed", 1),
    ("a crash after the count", [run(GOOD, "FAIL", -6)], "3 passed, 1 failed", 1),
    ("a hang", [run(GOOD), run("", "TIMEOUT", -15)], "3 passed, 1 failed", 1),
    ("success without a count", [run(GOOD), run("fine")], "3 passed, 1 failed", 1),
    ("a runner that skips itself", [run(GOOD), run("", "SKIP", 77)], "3 passed, 0 failed, 1 skipped", 0),
    ("skipped cases", [run(GOOD.replace("0 skipped", "2 skipped"))], "3 passed, 0 failed, 2 skipped", 0),
    ("nothing ran", [], "0 passed, 0 failed", 1),
]


class Counting(unittest.TestCase):
    pass


def row(runs, last_line, code):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "testlog.json"
            log.write_text("".join(json.dumps(r) + "\n" for r in runs))
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertEqual(count_cases.main([str(log)]), code)
        self.assertEqual(out.getvalue().splitlines()[-1], last_line)

    return test


class Beyond(unittest.TestCase):
    def last_line(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = count_cases.main(list(arguments))
        return code, out.getvalue().splitlines()[-1]

    def test_a_log_that_was_never_written_is_a_failure(self):
        self.assertEqual(self.last_line("/nonexistent/testlog.json"), (1, "0 passed, 1 failed"))

    def test_a_broken_build_is_a_failure(self):
        self.assertEqual(self.last_line("--broken", "building build"), (1, "0 passed, 1 failed"))

    def test_the_output_of_a_single_runner_counts_too(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as log:
            log.write(GOOD)
            log.flush()
            self.assertEqual(self.last_line(log.name), (0, "3 passed, 0 failed"))


for what, *rest in ROWS:
    setattr(Counting, f"test_{what}", row(*rest))


if __name__ == "__main__":
    sys.exit(source_tree.run_unittests("count_self"))
