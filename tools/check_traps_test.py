#!/usr/bin/env python3
"""Plants each trap and sees it caught; what only looks like one passes."""

from __future__ import annotations

import pathlib
import shutil
import sys
import tempfile
import unittest

import check_traps
import source_tree

ACTOR = "actors/conductor/conductor.cpp"
EDGE = "adapters/engine/engine.cpp"
TEST = "tests/sim/world.cpp"
HEADER = "actors/conductor/conductor.hpp"

# (rule, file, code that it must catch)
TRAPS = [
    ("aggregate-state", ACTOR, "struct conductor_state { bool busy = false; };"),
    ("aggregate-state", ACTOR, "struct conductor_state final\n{\n  std::map<int, int> m{};\n  ~conductor_state() {}\n};"),
    ("aggregate-state", EDGE, "struct handles { int fd; };\nusing p = engine_actor::stateful_pointer<handles>;"),
    ("aggregate-state", TEST, "struct memory { int n; };\nvoid f(caf::stateful_actor<copal::memory>* self);"),
    ("co_await-temporary", EDGE, "auto r = co_await ask(h, 2s, http_get{std::string(url)});"),
    ("co_await-temporary", EDGE, "if (auto r = co_await ask(h, 2s, request{1}); r) { go(); }"),
    ("co_await-temporary", EDGE, "co_await pair<int>{1};"),
    ("co_await-temporary", EDGE, "co_await ask(h,\n  {1, 2});"),
    ("co_await-temporary", EDGE, "co_await post(loop, [x]() -> int { return 1; }, request{1});"),
    ("unsafe-message", TEST, "CAF_ALLOW_UNSAFE_MESSAGE_TYPE(secret)"),
    ("error-category", "messages/protocol/error.cpp", 'CAF_ERROR_CODE_ENUM(copal::errc, "supervisor_")'),
    ("atom-setting", TEST, 'cfg.set("scheduler.policy", "testing");'),
    ("infinite", ACTOR, "self->request(h, caf::infinite, x);"),
    ("infinite", "main/main.cpp", "self->request(h, infinite, x);"),
    ("sleep", TEST, "std::this_thread::sleep_for(1s);"),
    ("sleep", EDGE, "usleep(5);"),
    ("sleep", EDGE, "::sleep(5);"),
    ("print", ACTOR, 'std::cout << "hello";'),
    ("print", EDGE, 'printf("%d", 1);'),
    ("print", "messages/result.cpp", 'std::cerr << "hello";'),
    ("clock", ACTOR, "auto t = std::chrono::steady_clock::now();"),
    ("clock", ACTOR, "auto t = caf::actor_clock::clock_type::now();"),
    ("todo", ACTOR, "// TODO: later"),
    ("todo", ACTOR, "int x; // FIXME(#12 soon)"),
    ("nolint", ACTOR, "int x; // NOLINT"),
    ("nolint", ACTOR, "int x; // NOLINT(misc-x)"),
    ("nolint", ACTOR, "// NOLINTNEXTLINE(misc-x)"),
    ("catch-all", EDGE, "try {\n  f();\n} catch (...) {\n}"),
    ("pragma-once", HEADER, "#include <string>"),
]

# (file, code that nothing may complain of)
INNOCENT = [
    (ACTOR, "struct conductor_state {\n  conductor_state() {}\n  bool busy = false;\n};"),
    (ACTOR, "struct conductor_state; // told elsewhere"),
    (ACTOR, "struct conductor_state {\n  explicit conductor_state(self_ptr self);\n};"),
    ("actors/planning/plan/plan.cpp", "struct device_state { bool busy = false; };"),
    ("messages/model/device.cpp", "struct device_state { bool busy = false; };"),
    (ACTOR, "// lint: aggregate-state because it is a value, not an actor's state\nstruct row_state { int n; };"),
    (EDGE, "auto r = co_await ask(h, 2s, std::move(get));\nreply x{1};"),
    (EDGE, "if (co_await ask(h)) {\n  f();\n}"),
    (EDGE, "while (co_await next()) { f(x{1}); }"),
    (EDGE, "co_await post(loop, [x]() mutable { f(x{1}); });"),
    (EDGE, "co_await post(loop, [x] { f(x{1}); });"),
    ("messages/protocol/error.cpp", 'CAF_ERROR_CODE_ENUM(copal::errc, "copal")'),
    (TEST, 'cfg.set("scheduler.policy", caf::atom("testing"));'),
    (TEST, "self->request(h, caf::infinite, x);"),
    (ACTOR, "// lint: infinite because the asker has a deadline of its own\nself->request(h, caf::infinite, x);"),
    (ACTOR, "self->request(h, caf::infinite, x); // lint: infinite because the asker has a deadline"),
    (ACTOR, 'const char* words = "std::cout and sleep_for( and steady_clock::now()";'),
    (ACTOR, "// steady_clock::now() would not replay; never usleep()"),
    (ACTOR, "auto t = self->clock().now();"),
    (EDGE, "auto t = std::chrono::steady_clock::now();"),
    ("main/main.cpp", 'std::cout << "copal 1.0";'),
    (ACTOR, "// TODO(#42): split"),
    (ACTOR, 'auto s = "TODO";'),
    (ACTOR, "int x; // NOLINT(misc-x): the library wants it so"),
    (EDGE, "try {\n  f();\n} catch (...) { // the callback is C and must not throw\n}"),
    (EDGE, "try {\n  f();\n} catch (...) {\n  // the callback is C and must not throw\n}"),
    (HEADER, "// The conductor.\n#pragma once\n"),
]


class Traps(unittest.TestCase):
    def complaints(self, path, code):
        root = pathlib.Path(tempfile.mkdtemp(prefix="traps-"))
        self.addCleanup(shutil.rmtree, root)
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(code + "\n")
        return [name for name, problems in check_traps.check(root).items() for _ in problems]

    def test_every_rule_is_planted_somewhere(self):
        self.assertEqual({name for name, _, _ in TRAPS}, set(check_traps.RULES))


def caught(name, path, code):
    return lambda self: self.assertEqual(self.complaints(path, code), [name])


def passed(path, code):
    return lambda self: self.assertEqual(self.complaints(path, code), [])


for number, trap in enumerate(TRAPS):
    setattr(Traps, f"test_caught_{number:02}: {trap[2]}", caught(*trap))
for number, line in enumerate(INNOCENT):
    setattr(Traps, f"test_passed_{number:02}: {line[1]}", passed(*line))


if __name__ == "__main__":
    sys.exit(source_tree.run_unittests("traps_self"))
