"""A client that makes recorded calls again: it looks at nothing and decides nothing."""

from __future__ import annotations

import socket
import threading
import time
from typing import Optional

from .recording import Step, id_in, translated
from .trouble import Trouble
from .wire import Head, Wire


class Replay:
    """The recorded calls, with at most `width` under way. May be run in parts: the ids are kept."""

    def __init__(self, engine: str, steps: list[Step], width: int, limit_s: float) -> None:
        self.engine, self.steps, self.width, self.limit_s = engine, steps, width, limit_s
        self.turn = threading.Condition()
        self.taken: set[int] = set()
        self.done: set[int] = set()
        self.ids: dict[str, str] = {}
        self.wrong: Optional[str] = None
        self.end = 0

    def run(self, end: int) -> None:
        """All calls before that index which are not made yet."""
        self.end = end
        workers = [threading.Thread(target=self._work, daemon=True) for _ in range(self.width)]
        limit = time.monotonic() + self.limit_s
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(max(0.0, limit - time.monotonic()))
        if self.wrong or len(self.done) < end:
            raise Trouble(f"the bare client: {self.wrong or f'not done within {self.limit_s} s'}")

    def _next(self) -> Optional[int]:
        """The first call that waits for nothing; nothing when all are taken."""
        with self.turn:
            while self.wrong is None and len(self.taken) < self.end:
                for index, step in enumerate(self.steps[: self.end]):
                    if index not in self.taken and self.done.issuperset(step.needs):
                        self.taken.add(index)
                        return index
                self.turn.wait(self.limit_s)
            return None

    def _work(self) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.limit_s)
                connection.connect(self.engine)
                wire = Wire(connection)
                while (index := self._next()) is not None:
                    self._make(index, wire)
        except (OSError, Trouble) as why:
            with self.turn:
                self.wrong = str(why)
                self.turn.notify_all()

    def _make(self, index: int, wire: Wire) -> None:
        step = self.steps[index]
        with self.turn:
            ids = dict(self.ids)
        target = translated(step.call.target.encode(), ids)
        body = translated(step.call.body, ids)
        lines = [b"%s %s HTTP/1.1" % (step.call.method.encode(), target), b"Host: localhost"]
        if body:
            lines.append(b"Content-Type: application/json")
        lines += [b"Content-Length: %d" % len(body), b"", body]
        wire.socket.sendall(b"\r\n".join(lines))
        head = wire.head()
        if head is None:
            raise Trouble(f"{step.call.method} {step.call.target}: the engine ended the connection")
        answer = wire.body_of_answer(head, step.call.method).text
        self._check(step, head, answer)
        with self.turn:
            if step.made:
                self.ids[step.made] = id_in(answer)
            self.done.add(index)
            self.turn.notify_all()

    @staticmethod
    def _check(step: Step, head: Head, answer: bytes) -> None:
        status = int(head.first[1])
        if status // 100 != step.call.status // 100:
            raise Trouble(
                f"{step.call.method} {step.call.target}: the engine answered {status}, when recorded "
                f"{step.call.status}: {answer[:200]!r}"
            )
