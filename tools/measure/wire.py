"""HTTP/1.1 on a stream socket, as far as measuring needs it: messages pass unchanged, and their ends are known."""

from __future__ import annotations

import dataclasses
import re
import socket
from typing import Callable, Optional

from .trouble import Trouble

MOST_HEAD_BYTES = 64 * 1024
MOST_BODY_BYTES = 64 * 1024 * 1024

Sink = Callable[[bytes], None]


@dataclasses.dataclass(frozen=True)
class Head:
    """The first lines of a request or of an answer."""

    raw: bytes

    @property
    def first(self) -> list[str]:
        return self.raw.split(b"\r\n", 1)[0].decode("latin-1").split(" ")

    def field(self, name: str) -> Optional[str]:
        found = re.search(rb"^" + name.encode() + rb":[ \t]*([^\r\n]*)", self.raw, re.I | re.M)
        return found.group(1).decode("latin-1").strip() if found else None

    @property
    def chunked(self) -> bool:
        return (self.field("Transfer-Encoding") or "").lower() == "chunked"

    @property
    def length(self) -> Optional[int]:
        text = self.field("Content-Length")
        if text is None:
            return None
        if not text.isdigit() or int(text) > MOST_BODY_BYTES:
            raise Trouble(f"Content-Length {text!r}: expected at most {MOST_BODY_BYTES}")
        return int(text)


    def answers_without_body(self, method: str) -> bool:
        status = int(self.first[1])
        return method == "HEAD" or status < 200 or status in (204, 304)

    def answers_with_stream(self, method: str) -> bool:
        """A body whose end is not known from the start."""
        return not self.answers_without_body(method) and (self.chunked or self.length is None)


@dataclasses.dataclass(frozen=True)
class Body:
    text: bytes
    rest: bytes  # the end of what came, which the sink was not given


def ignore(_: bytes) -> None:
    pass


class Wire:
    """Reads messages from a socket.

    Of a body that may go on for long each part goes to a sink as it came, framing included, all but its end: so a
    proxy can note a call before the other side can know that it is over.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.ahead = b""

    def head(self) -> Optional[Head]:
        """The next message's; nothing when the other side has ended."""
        while b"\r\n\r\n" not in self.ahead:
            if len(self.ahead) > MOST_HEAD_BYTES:
                raise Trouble(f"a head of more than {MOST_HEAD_BYTES} bytes")
            more = self._receive()
            if not more:
                return None
            self.ahead += more
        raw, self.ahead = self.ahead.split(b"\r\n\r\n", 1)
        return Head(raw + b"\r\n\r\n")

    def body_of_request(self, head: Head, sink: Sink = ignore) -> Body:
        if head.chunked:
            return self._chunks(sink)
        text = self._exactly(head.length or 0)
        return Body(text, text)

    def body_of_answer(self, head: Head, method: str, sink: Sink = ignore) -> Body:
        if head.answers_without_body(method):
            return Body(b"", b"")
        if head.chunked:
            return self._chunks(sink)
        if head.length is not None:
            text = self._exactly(head.length)
            return Body(text, text)
        return self._until_end(sink)

    def _receive(self) -> bytes:
        return self.socket.recv(65536)

    def _more(self) -> bytes:
        if self.ahead:
            out, self.ahead = self.ahead, b""
            return out
        out = self._receive()
        if not out:
            raise Trouble("the other side ended in the middle of a message")
        return out

    def _exactly(self, count: int) -> bytes:
        parts, left = [], count
        while left > 0:
            part = self._more()
            part, self.ahead = part[:left], part[left:] + self.ahead
            left -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _line(self) -> bytes:
        while b"\r\n" not in self.ahead:
            had, self.ahead = self.ahead, b""
            self.ahead = had + self._more()
        line, self.ahead = self.ahead.split(b"\r\n", 1)
        return line + b"\r\n"

    def _chunks(self, sink: Sink) -> Body:
        kept, total = [], 0
        while True:
            line = self._line()
            count = int(line.split(b";")[0], 16)
            if count == 0:
                end = [line]
                while end[-1] != b"\r\n":  # trailers, and the empty line
                    end.append(self._line())
                return Body(b"".join(kept), b"".join(end))
            part = self._exactly(count + 2)
            sink(line + part)
            # A stream may go on for long; what is kept of it is bounded.
            total += count
            if total <= MOST_BODY_BYTES:
                kept.append(part[:-2])

    def _until_end(self, sink: Sink) -> Body:
        parts = []
        while part := (self.ahead or self._receive()):
            self.ahead = b""
            parts.append(part)
            sink(part)
        return Body(b"".join(parts), b"")
