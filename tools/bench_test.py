#!/usr/bin/env python3
"""What tools/bench makes of what it reads, and its proxy and its bare client on a server that answers as told."""

from __future__ import annotations

import http.server
import json
import os
import socketserver
import sys
import tempfile
import threading
import time
import unittest

import engine_api
import source_tree
from measure import figures, processes, recording, wrk
from measure.bare import Replay
from measure.recorder import Recorder
from measure.trouble import Trouble

WRK = """Running 5s test @ http://127.0.0.1:4242/ping
  1 threads and 1 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    72.10us   31.77us   1.50ms   91.79%
  Latency Distribution
     50%   65.00us
     75%   78.00us
     90%   94.00us
     99%  181.00us
  67263 requests in 5.10s, 12.00MB read
Requests/sec:  13189.11
Transfer/sec:      2.35MB
"""

ROLLUP = """55d0-7ffc ---p 00000000 00:00 0  [rollup]
Rss:               13640 kB
Pss:                9878 kB
Anonymous:          1688 kB
"""

TASK = "Name:\tcopal\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n"


def call(method, target, began, ended, body=None, status=201, answer=None):
    return recording.Call(
        method, target, json.dumps(body).encode() if body else b"", began, ended, status, json.dumps(answer).encode()
    )


# An app of two services on a network of its own, as a client might have made it.
INSTALL = [
    call("GET", "/v1.41/containers/json", 0, 5, status=200),
    call("POST", "/v1.41/networks/create", 10, 20, {"Name": "u_default"}, answer={"Id": "net1"}),
    call("POST", "/v1.41/containers/create?name=b", 31, 60, {"Net": "u_default"}, answer={"Id": "bbb"}),
    call("POST", "/v1.41/containers/create?name=a", 30, 50, {"Net": "u_default"}, answer={"Id": "aaa"}),
    call("POST", "/v1.41/containers/aaa/start", 55, 90, status=204),
    call("GET", "/v1.41/containers/aaa/json", 60, 61, status=200),
    call("POST", "/v1.41/containers/bbb/start", 65, 80, status=204),
]


class OfWrk(unittest.TestCase):
    def test_rate_and_median(self):
        self.assertEqual(wrk.parse(WRK), wrk.Load(13189.11, 65.0))

    def test_units(self):
        for text, us in (("65.00us", 65.0), ("1.20ms", 1200.0), ("2.00s", 2e6), ("1.00m", 60e6)):
            with self.subTest(text):
                self.assertAlmostEqual(wrk.parse(WRK.replace("   65.00us", "   " + text)).p50_us, us)

    def test_requests_that_failed_are_no_measurement(self):
        for line in ("  Non-2xx or 3xx responses: 67263", "  Socket errors: connect 0, read 9, write 0, timeout 0"):
            with self.subTest(line), self.assertRaisesRegex(Trouble, line.strip()):
                wrk.parse(WRK.replace("Requests/sec", line + "\nRequests/sec"))

    def test_a_server_that_never_answered(self):
        with self.assertRaises(Trouble):
            wrk.parse(WRK.replace("13189.11", "0.00"))

    def test_something_else(self):
        with self.assertRaisesRegex(Trouble, "no rate"):
            wrk.parse("wrk: command not found")


class OfTheKernel(unittest.TestCase):
    def test_memory(self):
        self.assertEqual(processes.memory_kib(ROLLUP), {"Rss": 13640, "Pss": 9878, "Anonymous": 1688})

    def test_switches_of_both_kinds(self):
        self.assertEqual(processes.switches_in(TASK), 42)

    def test_cpu_time_of_this_process_grows_with_work(self):
        before = processes.cpu_ns(os.getpid())
        sum(range(2_000_000))
        self.assertGreater(processes.cpu_ns(os.getpid()), before)


class Recordings(unittest.TestCase):
    def test_time_in_calls_counts_overlaps_once_reads_never_and_ends_at_the_window(self):
        # 10..20, 30..60 (two at once), 55..90 joined to it, all of it up to 70
        self.assertEqual(recording.busy_ns(INSTALL, 0, 70), 10 + 40)
        self.assertEqual(recording.busy_ns(INSTALL, 15, 1000), 5 + 60)
        self.assertEqual(recording.busy_ns([], 0, 100), 0)

    def test_most_calls_at_once(self):
        self.assertEqual(recording.width_of(INSTALL), 2)
        self.assertEqual(recording.width_of([]), 0)

    def test_calls_to_repeat_wait_for_what_they_name(self):
        steps = recording.repeatable(INSTALL)
        told = [(step.call.target.split("/", 2)[2], step.needs, step.made) for step in steps]
        self.assertEqual(
            told,
            [
                ("networks/create", (), "net1"),
                ("containers/create?name=a", (0,), "aaa"),
                ("containers/create?name=b", (0,), "bbb"),
                ("containers/aaa/start", (1,), ""),
                ("containers/bbb/start", (2,), ""),
            ],
        )

    def test_calls_about_one_container_keep_their_order(self):
        calls = [*INSTALL, call("POST", "/v1.41/networks/net1/connect", 92, 93, {"Container": "aaa"}, 200)]
        self.assertEqual(recording.repeatable(calls)[-1].needs, (0, 3))

    def test_a_network_made_anew_waits_until_the_old_one_is_gone(self):
        calls = [
            *INSTALL[:2],
            call("DELETE", "/v1.41/networks/net1", 21, 22, status=204),
            call("POST", "/v1.41/networks/create", 23, 24, {"Name": "u_default"}, answer={"Id": "net2"}),
            call("POST", "/v1.41/containers/create?name=a", 30, 50, {"Net": "u_default"}, answer={"Id": "aaa"}),
        ]
        self.assertEqual([step.needs for step in recording.repeatable(calls)], [(), (0,), (1,), (2,)])

    def test_ids_are_replaced_wherever_they_stand(self):
        self.assertEqual(recording.translated(b"/x/aaa/y?c=aaa", {"aaa": "new"}), b"/x/new/y?c=new")


class Figures(unittest.TestCase):
    GOOD = {"start_ms": 20.0, "env_change_ms": 300.0, "env_change_engine_ms": 290.0}

    def test_every_key_has_a_group_and_every_group_a_key(self):
        self.assertEqual(set(figures.KEYS.values()), set(figures.GROUPS))

    def test_budgets_are_met_up_to_their_number(self):
        for values, fine in (
            ({"start_ms": 50.0}, True),
            ({"start_ms": 50.1}, False),
            ({"ping_rps_1": 10_000.0}, True),
            ({"ping_rps_1": 9_999.0}, False),
            ({"pss_kib_2": 10 * 1024}, True),
            ({"pss_kib_2": 10 * 1024 + 1}, False),
            ({"env_change_ms": 330.0, "env_change_engine_ms": 300.0}, True),
            ({"env_change_ms": 331.0, "env_change_engine_ms": 300.0}, False),
            ({"install10_ms": 1050.0, "install10_bare_ms": 1000.0}, True),
            ({"install10_ms": 1060.0, "install10_bare_ms": 1000.0}, False),
        ):
            with self.subTest(values):
                self.assertEqual(figures.missed(values) == [], fine)

    def test_the_table_tells_measured_budget_verdict_and_the_other(self):
        line = figures.table({"start_ms": 61.234}).splitlines()[1]
        for part in ("start to first answer", "61.2 ms", "<= 50 ms", "NOT MET", "850 ms"):
            self.assertIn(part, line)

    def test_what_was_not_measured_is_not_in_the_table(self):
        self.assertEqual(len(figures.table(self.GOOD).splitlines()), 1 + 4)

    def test_the_flat_object_has_known_keys_in_their_order(self):
        told = figures.in_order({"start_cpu_ms": 1.23456, "pss_kib_2": 9000.0})
        self.assertEqual(list(told.items()), [("pss_kib_2", 9000), ("start_cpu_ms", 1.2346)])
        with self.assertRaises(ValueError):
            figures.in_order({"start_s": 1})

    def test_the_median_of_nothing_is_no_number(self):
        self.assertEqual(figures.median([3.0, 1.0, 2.0]), 2.0)
        with self.assertRaises(ValueError):
            figures.median([])


class Answering(http.server.BaseHTTPRequestHandler):
    """Makes containers with ids of its own, streams events until it is left, and notes what it was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/until-the-end":
            self.close_connection = True
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"all of it")
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.seen.append((self.path, body))
            number = len(self.server.seen)
        if "create" not in self.path:
            self.send_response(self.server.start_status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        text = json.dumps({"Id": f"{self.server.ids}{number}"}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def get_request(self):
        return super().get_request()[0], ("local", 0)


class OnASocket(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copal-bench-")
        self.addCleanup(folder.cleanup)
        self.engine = os.path.join(folder.name, "engine")
        self.proxy = os.path.join(folder.name, "proxy")
        server = Server(self.engine, Answering)
        server.lock, server.seen, server.ids, server.start_status = threading.Lock(), [], "first", 204
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.server = server

    def record(self):
        with Recorder(self.proxy, self.engine) as recorder:
            before = time.time_ns()
            self.assertEqual(engine_api.call(self.proxy, "GET", "/version"), (200, b"hello world"))
            status, text = engine_api.call(self.proxy, "POST", "/v1/containers/create?name=a", b"{}")
            self.assertEqual((status, text), (201, b'{"Id": "first1"}'))
            engine_api.call(self.proxy, "POST", "/v1/containers/first1/start")
            calls = recorder.take()
            self.assertEqual(recorder.take(), [])
        self.assertFalse(os.path.exists(self.proxy))
        for one in calls:
            self.assertTrue(before <= one.began_ns <= one.ended_ns <= time.time_ns())
        return calls

    def test_the_proxy_changes_nothing_and_writes_all_down(self):
        told = [(c.method, c.target, c.body, c.status, c.answer) for c in self.record()]
        self.assertEqual(
            told,
            [
                ("GET", "/version", b"", 200, b"hello world"),
                ("POST", "/v1/containers/create?name=a", b"{}", 201, b'{"Id": "first1"}'),
                ("POST", "/v1/containers/first1/start", b"", 204, b""),
            ],
        )

    def test_the_proxy_passes_on_an_answer_that_ends_with_its_connection(self):
        with Recorder(self.proxy, self.engine):
            self.assertEqual(engine_api.call(self.proxy, "GET", "/until-the-end"), (200, b"all of it"))

    def test_the_bare_client_makes_the_calls_again_with_the_ids_of_its_own_time(self):
        steps = recording.repeatable(self.record())
        self.server.seen, self.server.ids = [], "second"
        Replay(self.engine, steps, 2, 10).run(len(steps))
        self.assertEqual(
            self.server.seen, [("/v1/containers/create?name=a", b"{}"), ("/v1/containers/second1/start", b"")]
        )

    def test_the_bare_client_goes_on_where_it_was(self):
        replay = Replay(self.engine, recording.repeatable(self.record()), 2, 10)
        self.server.seen, self.server.ids = [], "second"
        replay.run(1)
        self.assertEqual([path for path, _ in self.server.seen], ["/v1/containers/create?name=a"])
        replay.run(2)
        self.assertEqual([path for path, _ in self.server.seen][1:], ["/v1/containers/second1/start"])

    def test_the_bare_client_tells_when_the_engine_answers_otherwise(self):
        steps = recording.repeatable(self.record())
        self.server.start_status = 500
        with self.assertRaisesRegex(Trouble, "start: the engine answered 500, when recorded 204"):
            Replay(self.engine, steps, 2, 10).run(len(steps))


if __name__ == "__main__":
    sys.exit(source_tree.run_unittests("bench_self"))
