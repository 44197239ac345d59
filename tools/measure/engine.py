"""The engine that all is measured on: one of the bench's own, in a network namespace of its own."""

from __future__ import annotations

import concurrent.futures
import json
import pathlib
import queue
import socket
import subprocess
import threading
import time
import urllib.parse

import engine_api

from .trouble import Trouble
from .wire import Wire

READY_S = 180
END_S = 60


class Sandbox:
    """Holds tests/integration/support/engine_sandbox: the engine lives as long as this does."""

    def __init__(self, root: pathlib.Path) -> None:
        self.script = root / "tests/integration/support/engine_sandbox"

    def __enter__(self) -> "Sandbox":
        # A session of its own: Ctrl-C is for the bench, which then ends the engine in order.
        self.process = subprocess.Popen(
            [str(self.script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            facts = self._facts()
            self.socket, self.registry = facts["socket"], facts["registry"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def _facts(self) -> dict[str, str]:
        lines: queue.Queue[str] = queue.Queue()

        def read() -> None:
            for line in self.process.stdout:
                lines.put(line.strip())
            lines.put("failed=it ended")

        threading.Thread(target=read, daemon=True).start()
        facts: dict[str, str] = {}
        limit = time.monotonic() + READY_S
        while True:
            try:
                line = lines.get(timeout=max(0.0, limit - time.monotonic()))
            except queue.Empty:
                raise Trouble(f"the engine's sandbox was not ready within {READY_S} s") from None
            if line == "ready":
                return facts
            name, _, value = line.partition("=")
            if name == "failed":
                raise Trouble(f"the engine's sandbox: {value}")
            facts[name] = value

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(END_S)


class Engine:
    def __init__(self, path: str) -> None:
        self.path = path

    def call(self, method: str, target: str, fine: tuple[int, ...] = (200, 204)) -> bytes:
        status, text = engine_api.call(self.path, method, target)
        if status not in fine:
            raise Trouble(f"{method} {target}: the engine answered {status}: {text[:200]!r}")
        return text

    def pull(self, image: str) -> None:
        name, tag = image.rsplit(":", 1)
        query = urllib.parse.urlencode({"fromImage": name, "tag": tag})
        text = self.call("POST", f"/images/create?{query}")
        for line in text.splitlines():
            if b'"error"' in line:
                raise Trouble(f"pulling {image}: {line.decode()}")

    def running(self) -> list[str]:
        return [one["Id"] for one in json.loads(self.call("GET", "/containers/json"))]

    def empty(self) -> None:
        """No containers, no networks and no volumes; the images stay."""
        with concurrent.futures.ThreadPoolExecutor(4) as side_by_side:
            containers = json.loads(self.call("GET", "/containers/json?all=1"))
            removals = [f"/containers/{one['Id']}?force=1&v=1" for one in containers]
            list(side_by_side.map(lambda target: self.call("DELETE", target, (204, 404)), removals))
        for one in json.loads(self.call("GET", "/networks")):
            if one["Name"] not in ("bridge", "host", "none"):
                self.call("DELETE", f"/networks/{one['Id']}", (204, 404))
        for one in json.loads(self.call("GET", "/volumes"))["Volumes"] or []:
            self.call("DELETE", f"/volumes/{one['Name']}", (204, 404))


class Starts:
    """The containers that the engine tells have started, from now on, with its own time."""

    def __init__(self, engine: Engine) -> None:
        self.path = engine.path
        self.times: queue.Queue[int] = queue.Queue()

    def __enter__(self) -> "Starts":
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(engine_api.TIMEOUT_S)
        self.socket.connect(self.path)
        filters = urllib.parse.quote(json.dumps({"type": ["container"], "event": ["start"]}))
        self.socket.sendall(f"GET /events?filters={filters} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        wire = Wire(self.socket)
        head = wire.head()
        if head is None or head.first[1] != "200":
            raise Trouble("the engine tells no events")
        self.socket.settimeout(None)
        self.reader = threading.Thread(target=self._read, args=(wire, head), daemon=True)
        self.reader.start()
        return self

    def _read(self, wire: Wire, head) -> None:
        text = b""

        def on_part(part: bytes) -> None:
            nonlocal text
            # Chunk sizes and ends stand on lines of their own; events are the lines that are objects.
            *lines, text = (text + part).split(b"\n")
            for line in lines:
                if line.startswith(b"{"):
                    self.times.put(json.loads(line)["timeNano"])

        try:
            wire.body_of_answer(head, "GET", on_part)
        except (OSError, Trouble):
            pass  # we have ended

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.reader.join(END_S)
        self.socket.close()

    def last_of(self, count: int, limit_s: float) -> int:
        """When the last of so many containers started, in nanoseconds of the wall clock."""
        limit = time.monotonic() + limit_s
        latest = 0
        for number in range(count):
            try:
                latest = max(latest, self.times.get(timeout=max(0.0, limit - time.monotonic())))
            except queue.Empty:
                raise Trouble(f"{number} of {count} containers started within {limit_s} s") from None
        return latest
