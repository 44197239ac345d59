"""A proxy on a unix socket in front of the engine that writes down each call."""

from __future__ import annotations

import os
import socket
import threading
import time

from .recording import Call
from .trouble import Trouble
from .wire import Head, Wire

CONNECT_S = 10


class Recorder:
    def __init__(self, path: str, engine: str) -> None:
        self.path, self.engine = path, engine
        self.lock = threading.Lock()
        self.calls: list[Call] = []
        self.open: set[socket.socket] = set()
        self.ended = False
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(64)
        self.acceptor = threading.Thread(target=self._accept, name="recorder", daemon=True)

    def __enter__(self) -> "Recorder":
        self.acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.ended = True
            left = list(self.open)
        for one in [self.listener, *left]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself
        self.listener.close()
        self.acceptor.join(CONNECT_S)
        os.unlink(self.path)

    def take(self) -> list[Call]:
        """The calls that were answered since the last time."""
        with self.lock:
            out, self.calls = self.calls, []
        return out

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with self.lock:
            if self.ended:
                return client.close()
            self.open.update((client, engine))
        try:
            engine.settimeout(CONNECT_S)
            engine.connect(self.engine)
            engine.settimeout(None)
            asks, answers = Wire(client), Wire(engine)
            while self._pass_on(asks, answers):
                pass
        except (OSError, Trouble):
            pass  # one side has ended, and so does the other
        finally:
            with self.lock:
                self.open -= {client, engine}
            client.close()
            engine.close()

    def _pass_on(self, asks: Wire, answers: Wire) -> bool:
        """One call. False when there is none more on this connection."""
        request = asks.head()
        if request is None:
            return False
        parts: list[bytes] = []
        body = asks.body_of_request(request, parts.append)
        method, target = request.first[:2]
        began = time.time_ns()
        answers.socket.sendall(request.raw + b"".join(parts) + body.rest)
        answer = answers.head()
        if answer is None:
            return False
        streams = answer.answers_with_stream(method)
        if streams:  # its head comes long before its end
            asks.socket.sendall(answer.raw)
        told = answers.body_of_answer(answer, method, asks.socket.sendall)
        call = Call(method, target, body.text, began, time.time_ns(), int(answer.first[1]), told.text)
        with self.lock:
            self.calls.append(call)
        asks.socket.sendall(told.rest if streams else answer.raw + told.rest)
        return not (ends(request) or ends(answer) or (streams and not answer.chunked))


def ends(head: Head) -> bool:
    return (head.field("Connection") or "").lower() == "close"


