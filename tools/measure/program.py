"""Copal itself: one run of the release build, with folders of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from typing import Iterator, Optional

from .trouble import Trouble

ANSWER_S = 20
END_S = 15
RETRY_S = 0.0005  # often enough for a figure in milliseconds, and no load

READ_KEY = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
print(store.execute("SELECT key FROM api_key WHERE app = 0 AND service = ''").fetchone()[0])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Home:
    """The folders that outlive a run: state, runtime, locks, and the compose file."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.compose = folder / "app" / "compose.yaml"
        self.compose.parent.mkdir(parents=True)

    def write(self, text: str) -> int:
        """Puts a compose file in place the way editors do; when that was, in nanoseconds of the wall clock."""
        fresh = self.compose.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        before = time.time_ns()
        os.rename(fresh, self.compose)
        return before

    def key(self) -> str:
        """The key of the local API, from Copal's store."""
        # In a process of its own: SQLite's pages mapped here would be counted as shared with Copal. From a
        # copy, as Copal holds the file for itself.
        with tempfile.TemporaryDirectory(prefix="copal-bench-") as copy:
            for file in (self.folder / "state").glob("copal.sqlite*"):
                shutil.copy(file, copy)
            done = subprocess.run(
                [sys.executable, "-c", READ_KEY, f"{copy}/copal.sqlite"],
                capture_output=True, text=True, timeout=30, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            raise Trouble(f"the key of the local API: {done.stderr.strip().splitlines()[-1]}")
        return done.stdout.strip()

    def last_words(self) -> str:
        log = self.folder / "copal.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return " | ".join(lines[-3:]) or "it said nothing"


@contextlib.contextmanager
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="copal-bench-") as folder:
        yield Home(pathlib.Path(folder))


class Run:
    """Copal, from here on until the end of the `with`."""

    def __init__(self, program: pathlib.Path, where: Home, engine: str) -> None:
        self.where, self.port = where, free_port()
        self.command = [
            str(program), "run",
            "--compose", str(where.compose),
            "--engine", f"unix://{engine}",
            "--listen", f"127.0.0.1:{self.port}",
            "--state-dir", str(where.folder / "state"),
            "--runtime-dir", str(where.folder / "runtime"),
            "--lock-dir", str(where.folder / "locks"),
        ]  # fmt: skip

    def __enter__(self) -> "Run":
        # Whatever is asked for, this machine is not rebooted.
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.where.folder}/no-system-bus"}
        with open(self.where.folder / "copal.log", "ab") as log:
            self.began_ns = time.monotonic_ns()
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False, env=environment
            )
        self.pid = self.process.pid
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if not self.stop() and kind is None:
            raise Trouble(f"Copal did not end within {END_S} s: {self.where.last_words()}")

    def stop(self) -> bool:
        """Ends it; false when that took force. Stopped already is fine."""
        self.process.terminate()
        try:
            self.process.wait(END_S)
            return True
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def check(self) -> None:
        if self.process.poll() is not None:
            raise Trouble(f"Copal ended with {self.process.returncode}: {self.where.last_words()}")

    def wait_for_answer(self) -> float:
        """Until the first good answer on the local API; how long it took since the start, in milliseconds."""
        limit = time.monotonic() + ANSWER_S
        while not answers(self.port):
            self.check()
            if time.monotonic() > limit:
                raise Trouble(f"/ping was not answered within {ANSWER_S} s: {self.where.last_words()}")
            time.sleep(RETRY_S)
        return (time.monotonic_ns() - self.began_ns) / 1e6


def answers(port: int) -> bool:
    return status_of(port, "/ping") == 200


def status_of(port: int, path: str) -> Optional[int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
