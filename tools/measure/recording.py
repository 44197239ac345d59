"""The calls that one client made to the engine: how long they took, and how another client is to repeat them. Pure."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Iterable

READS = ("GET", "HEAD")
CREATE = re.compile(r"/(containers|networks|volumes)/create\b")


@dataclasses.dataclass(frozen=True)
class Call:
    method: str
    target: str
    body: bytes
    began_ns: int  # its last byte went to the engine
    ended_ns: int  # the answer's last byte came
    status: int
    answer: bytes

    @property
    def writes(self) -> bool:
        return self.method not in READS


@dataclasses.dataclass(frozen=True)
class Step:
    """A call to repeat, as soon as those that it needs are answered."""

    call: Call
    needs: tuple[int, ...]  # indices of earlier steps
    made: str  # the id that its answer told, or nothing


def writes_in(calls: Iterable[Call]) -> list[Call]:
    return sorted((call for call in calls if call.writes), key=lambda call: call.began_ns)


def busy_ns(calls: Iterable[Call], begin_ns: int, end_ns: int) -> int:
    """For how long within the window the engine was at one call or more that changes something."""
    total, until = 0, begin_ns
    for call in writes_in(calls):
        from_ns, to_ns = max(call.began_ns, until), min(call.ended_ns, end_ns)
        if to_ns > from_ns:
            total += to_ns - from_ns
            until = to_ns
    return total


def width_of(calls: Iterable[Call]) -> int:
    """How many calls that change something were under way at most."""
    edges = sorted(edge for call in writes_in(calls) for edge in ((call.began_ns, 1), (call.ended_ns, -1)))
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most


def id_in(answer: bytes) -> str:
    try:
        told = json.loads(answer)
    except ValueError:
        return ""
    return str(told.get("Id", "")) if isinstance(told, dict) else ""


def repeatable(calls: Iterable[Call]) -> list[Step]:
    """The calls that changed something, in their order, each with what it has to wait for.

    A call waits for the last one about the same container, and for the networks and volumes that it names. Only
    that: a client in no hurry to look at anything would not wait for more.
    """
    steps: list[Step] = []
    names: dict[str, list[str]] = {}  # id of a network or volume -> what others call it
    makers: dict[str, int] = {}  # one of these -> the step that makes it, or takes it away
    last: dict[str, int] = {}  # id of a container -> the last step about it
    for index, call in enumerate(writes_in(calls)):
        text = call.target + "\n" + call.body.decode("utf-8", "replace")
        needs = {maker for name, maker in makers.items() if name in text}
        for container in [one for one in last if one in text]:
            needs.add(last[container])
            last[container] = index
        if call.method == "DELETE":
            gone = [name for one, called in names.items() if one in call.target for name in called]
            makers.update({name: index for name in gone})
        made, creation = "", CREATE.search(call.target)
        if creation and call.status < 300:
            made = id_in(call.answer)
            if creation.group(1) == "containers":
                last[made] = index
            else:
                names[made] = [name for name in (made, name_in(call.body)) if name]
                makers.update({name: index for name in names[made]})
        steps.append(Step(call, tuple(sorted(needs)), made))
    return steps


def name_in(body: bytes) -> str:
    told = json.loads(body)
    return str(told.get("Name", ""))


def translated(text: bytes, ids: dict[str, str]) -> bytes:
    """With each id that was recorded replaced by the one that stands for it now."""
    for then, now in ids.items():
        text = text.replace(then.encode(), now.encode())
    return text
