#!/usr/bin/env python3
"""Plants a violation of every arrow in a small tree and sees it caught; a clean tree passes."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

import check_layers
import source_tree

CLEAN = {
    "messages/result.hpp": "#include <string>\n#include <tl/expected.hpp>\n",
    "messages/model/step.hpp": '#include "messages/result.hpp"\n#include <chrono>\n',
    "messages/protocol/engine.hpp": '#include "messages/model/step.hpp"\n#include <caf/typed_actor.hpp>\n',
    "actors/planning/plan/plan.hpp": '#include "messages/model/step.hpp"\n#include <chrono>\n#include <vector>\n',
    "actors/planning/identity.hpp": '#include "messages/model/step.hpp"\n#include <openssl/evp.h>\n',
    "actors/planning/normalise/cloud.hpp": '#include "actors/planning/identity.hpp"\n',
    "actors/planning/compare/compare.hpp": '#include "actors/planning/normalise/cloud.hpp"\n',
    "actors/spawn.hpp": '#include "messages/result.hpp"\n#include <caf/actor_system.hpp>\n',
    "actors/conductor/conductor.hpp": '#include "messages/protocol/engine.hpp"\n#include "actors/spawn.hpp"\n',
    "actors/conductor/conductor.cpp": '#include "actors/conductor/conductor.hpp"\n'
    '#include "actors/planning/plan/plan.hpp"\n#include <random>\n#include <caf/stateful_actor.hpp>\n',
    "actors/images/images.hpp": '#include "messages/protocol/engine.hpp"\n',
    "adapters/http/client.hpp": '#include "messages/result.hpp"\n#include <boost/beast/http.hpp>\n',
    "adapters/engine/engine.cpp": '#include "messages/protocol/engine.hpp"\n#include "adapters/http/client.hpp"\n'
    "#include <nlohmann/json.hpp>\n#include <spdlog/spdlog.h>\n#include <boost/asio.hpp>\n#include <caf/actor.hpp>\n",
    "adapters/store/store.cpp": '#include "messages/protocol/engine.hpp"\n#include <filesystem>\n#include <sqlite3.h>\n',
    "adapters/cloud/cloud.cpp": "#include <curl/curl.h>\n",
    "adapters/system/system.cpp": "#include <unistd.h>\n#include <sys/stat.h>\n#include <systemd/sd-daemon.h>\n",
    "main/main.cpp": '#include "actors/conductor/conductor.hpp"\n#include "adapters/http/client.hpp"\n'
    "#include <signal.h>\n#include <iostream>\n",
    "tests/sim/world.cpp": '#include "actors/conductor/conductor.hpp"\n#include "adapters/http/client.hpp"\n'
    '#include "tests/fakes/engine.hpp"\n#include "main/tree.hpp"\n#include <thread>\n#include <doctest/doctest.h>\n',
}

# (where, the line planted there, a word of the complaint). One row for each arrow that is not drawn.
VIOLATIONS = [
    # messages: the standard library and tl::expected
    ("messages/result.hpp", "#include <caf/actor.hpp>", "caf"),
    ("messages/model/step.hpp", "#include <caf/actor.hpp>", "caf"),
    ("messages/model/step.hpp", '#include "messages/protocol/engine.hpp"', "protocol"),
    ("messages/model/step.hpp", '#include "actors/planning/plan/plan.hpp"', "messages only"),
    ("messages/model/step.hpp", '#include "adapters/http/client.hpp"', "messages only"),
    ("messages/model/step.hpp", "#include <nlohmann/json.hpp>", "json"),
    ("messages/model/step.hpp", "#include <boost/asio.hpp>", "boost"),
    ("messages/model/step.hpp", "#include <sqlite3.h>", "sqlite"),
    ("messages/model/step.hpp", "#include <unistd.h>", "posix"),
    ("messages/model/step.hpp", "#include <thread>", "thread"),
    ("messages/model/step.hpp", "auto t = std::chrono::system_clock::now();", "clock"),
    # protocol: also CAF, nothing else
    ("messages/protocol/engine.hpp", "#include <nlohmann/json.hpp>", "json"),
    ("messages/protocol/engine.hpp", "#include <boost/asio.hpp>", "boost"),
    ("messages/protocol/engine.hpp", '#include "actors/spawn.hpp"', "messages only"),
    ("messages/protocol/engine.hpp", '#include "adapters/http/client.hpp"', "messages only"),
    # planning: pure
    ("actors/planning/plan/plan.hpp", "#include <caf/actor.hpp>", "caf"),
    ("actors/planning/plan/plan.hpp", '#include "messages/protocol/engine.hpp"', "pure"),
    ("actors/planning/plan/plan.hpp", '#include "actors/conductor/conductor.hpp"', "itself"),
    ("actors/planning/plan/plan.hpp", '#include "actors/spawn.hpp"', "itself"),
    ("actors/planning/plan/plan.hpp", '#include "adapters/http/client.hpp"', "itself"),
    ("actors/planning/normalise/cloud.hpp", '#include "actors/planning/plan/plan.hpp"', "room"),
    ("actors/planning/identity.hpp", '#include "actors/planning/normalise/cloud.hpp"', "room"),
    ("actors/planning/plan/plan.hpp", '#include "actors/planning/attic/cloud.hpp"', "room"),
    ("actors/planning/plan/plan.hpp", "#include <openssl/ssl.h>", "tls"),
    ("actors/planning/plan/plan.hpp", "#include <thread>", "thread"),
    ("actors/planning/plan/plan.hpp", "#include <random>", "random"),
    ("actors/planning/plan/plan.hpp", "#include <fstream>", "fstream"),
    ("actors/planning/plan/plan.hpp", "#include <iostream>", "iostream"),
    ("actors/planning/plan/plan.hpp", "#include <filesystem>", "filesystem"),
    ("actors/planning/plan/plan.hpp", "auto t = std::chrono::steady_clock::now();", "clock"),
    ("actors/planning/plan/plan.hpp", "auto t = std::time (nullptr);", "clock"),
    ("actors/planning/plan/plan.hpp", 'auto t = getenv("HOME");', "environment"),
    # actors: messages, CAF, planning, their own folder, what stands beside the folders
    ("actors/conductor/conductor.cpp", '#include "actors/images/images.hpp"', "one actor"),
    ("actors/conductor/conductor.cpp", '#include "adapters/http/client.hpp"', "adapters"),
    ("actors/conductor/conductor.cpp", '#include "main/tree.hpp"', "main"),
    ("actors/conductor/conductor.cpp", "#include <boost/beast/core.hpp>", "boost"),
    ("actors/conductor/conductor.cpp", "#include <nlohmann/json.hpp>", "json"),
    ("actors/conductor/conductor.cpp", "#include <spdlog/spdlog.h>", "log"),
    ("actors/conductor/conductor.cpp", "#include <sqlite3.h>", "sqlite"),
    ("actors/conductor/conductor.cpp", "#include <sys/socket.h>", "posix"),
    ("actors/conductor/conductor.cpp", "#include <fstream>", "fstream"),
    ("actors/conductor/conductor.cpp", "#include <thread>", "thread"),
    ("actors/conductor/conductor.cpp", "auto t = std::chrono::system_clock::now();", "clock"),
    ("actors/conductor/conductor.cpp", "std::random_device seed;", "chance"),
    ("actors/spawn.hpp", '#include "actors/conductor/conductor.hpp"', "one actor"),
    ("actors/spawn.hpp", "#include <nlohmann/json.hpp>", "json"),
    # adapters: one technology each
    ("adapters/engine/engine.cpp", '#include "actors/conductor/conductor.hpp"', "actors"),
    ("adapters/engine/engine.cpp", '#include "actors/planning/plan/plan.hpp"', "actors"),
    ("adapters/engine/engine.cpp", '#include "adapters/store/store.hpp"', "store"),
    ("adapters/engine/engine.cpp", '#include "main/tree.hpp"', "main"),
    ("adapters/engine/engine.cpp", "#include <sqlite3.h>", "sqlite"),
    ("adapters/engine/engine.cpp", "#include <curl/curl.h>", "curl"),
    ("adapters/store/store.cpp", "#include <boost/asio.hpp>", "boost"),
    ("adapters/store/store.cpp", '#include "adapters/http/client.hpp"', "http"),
    ("adapters/cloud/cloud.cpp", "#include <yaml-cpp/yaml.h>", "yaml"),
    ("adapters/cloud/cloud.cpp", '#include "adapters/http/client.hpp"', "http"),
    ("adapters/http/client.hpp", '#include "adapters/engine/engine.hpp"', "engine"),
    ("adapters/system/system.cpp", "#include <boost/asio.hpp>", "boost"),
    ("adapters/engine/engine.cpp", "#include <rocksdb/db.h>", "posix"),
    ("adapters/engine/engine.cpp", "#include <rocksdb/db.hpp>", "unknown"),
    ("adapters/novel/novel.cpp", "#include <curl/curl.h>", "no line"),
    # main and tests: everything but each other's wrong way round, and no tools
    ("main/main.cpp", '#include "tests/fakes/engine.hpp"', "only tests"),
    ("main/main.cpp", '#include "tools/devcloud.hpp"', "tools"),
    ("tests/sim/world.cpp", '#include "tools/devcloud.hpp"', "tools"),
    ("actors/conductor/conductor.cpp", '#include "tests/fakes/engine.hpp"', "only tests"),
    ("messages/result.hpp", '#include "tests/fakes/engine.hpp"', "only tests"),
    # the form of an include
    ("actors/conductor/conductor.cpp", '#include "conductor.hpp"', "root"),
    ("actors/conductor/conductor.cpp", '#include "../conductor/conductor.hpp"', "root"),
    ("actors/conductor/conductor.cpp", '#include "actors/images/images.cpp"', "compiled"),
    ("actors/conductor/conductor.cpp", "#  include <adapters/http/client.hpp>", "adapters"),
]

# What looks like a violation and is none.
INNOCENT = [
    ("messages/result.hpp", "// #include <caf/actor.hpp>"),
    ("messages/result.hpp", "/*\n#include <boost/asio.hpp>\n*/"),
    ("actors/planning/plan/plan.hpp", 'const char* words = "steady_clock::now()";'),
    ("actors/planning/plan/plan.hpp", "std::chrono::system_clock::time_point at;"),
]


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="layers-"))
        self.addCleanup(shutil.rmtree, self.root)
        source_tree.text_of.cache_clear()
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def problems(self):
        return [p for found in check_layers.check_arrows(self.root).values() for p in found]


class Arrows(Tree):
    def test_a_clean_tree_passes(self):
        self.assertEqual(self.problems(), [])

    def test_what_is_no_include_is_no_violation(self):
        for path, line in INNOCENT:
            with self.subTest(path=path, line=line):
                self.setUp()
                self.write(path, CLEAN[path] + line + "\n")
                self.assertEqual(self.problems(), [])


def planted(path, line, word):
    def test(self):
        before = CLEAN.get(path, "")
        self.write(path, before + line + "\n")
        found = self.problems()
        self.assertEqual(len(found), 1, found)
        self.assertEqual((found[0].path, found[0].line), (path, before.count("\n") + 1))
        self.assertIn(word, found[0].text)

    return test


for number, row in enumerate(VIOLATIONS):
    setattr(Arrows, f"test_planted_{number:02}_{row[0]}: {row[1]}", planted(*row))


class Build(Tree):
    def setUp(self):
        super().setUp()
        self.build = self.root / "build"
        self.build.mkdir()

    def built(self, *sources):
        entries = [
            {"directory": str(self.build), "file": f"../{s}", "output": "x.o",
             "command": f"ccache c++ -I.. -Wall -Werror -std=c++20 -fpch-preprocess -include pch.hpp -MD -MF x.d -o x.o -c ../{s}"}
            for s in sources
        ]
        (self.build / "compile_commands.json").write_text(json.dumps(entries))
        return check_layers.compile_commands(self.root, self.build)

    def test_a_source_that_no_target_builds_is_named(self):
        sources = [p for p in CLEAN if p.endswith(".cpp")]
        self.assertEqual(check_layers.check_built(self.root, self.built(*sources)), [])
        found = check_layers.check_built(self.root, self.built(*sources[1:]))
        self.assertEqual([p.path for p in found], [sources[0]])

    def test_a_header_that_leans_on_its_includer_is_named(self):
        self.write("messages/result.hpp", "#include <string>\nstd::string f();\n")
        commands = self.built("main/main.cpp")
        for path in CLEAN:
            if path != "messages/result.hpp":
                (self.root / path).unlink()
        self.assertEqual(check_layers.check_headers(self.root, self.build, commands, 1), [])
        self.write("messages/result.hpp", "std::string f();\n")
        source_tree.text_of.cache_clear()
        found = check_layers.check_headers(self.root, self.build, commands, 1)
        self.assertEqual([p.path for p in found], ["messages/result.hpp"])

    def test_a_header_is_compiled_again_when_what_it_includes_changes(self):
        for path in CLEAN:
            (self.root / path).unlink()
        self.write("messages/a.hpp", "struct a {};\n")
        self.write("messages/b.hpp", '#include "messages/a.hpp"\ninline a f() { return {}; }\n')
        source_tree.text_of.cache_clear()
        commands = self.built("main/main.cpp")
        self.assertEqual(check_layers.check_headers(self.root, self.build, commands, 1), [])
        self.write("messages/a.hpp", "struct c {};\n")
        source_tree.text_of.cache_clear()
        found = check_layers.check_headers(self.root, self.build, commands, 1)
        self.assertEqual([p.path for p in found], ["messages/b.hpp"])


class Exit(Tree):
    def test_the_script_fails_and_counts_when_an_arrow_is_wrong(self):
        self.write("actors/planning/plan/plan.hpp", "#include <caf/actor.hpp>\n")
        out = io.StringIO()
        before, sys.argv = sys.argv, ["check_layers.py", "--root", str(self.root)]
        try:
            with contextlib.redirect_stdout(out):
                code = check_layers.main()
        finally:
            sys.argv = before
        self.assertEqual(code, 1)
        self.assertIn("actors/planning/plan/plan.hpp:1:", out.getvalue())
        self.assertIn("| 7 passed | 1 failed | 0 skipped", out.getvalue())


if __name__ == "__main__":
    sys.exit(source_tree.run_unittests("layers_self"))
