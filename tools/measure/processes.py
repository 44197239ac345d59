"""What the kernel knows of a process: its memory, its CPU time, its context switches."""

from __future__ import annotations

import pathlib
import re
import time

FIELD = re.compile(r"^(\w+):\s+(\d+) kB$", re.M)
SWITCHES = re.compile(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)$", re.M)


def memory_kib(smaps_rollup: str) -> dict[str, int]:
    """The fields of /proc/PID/smaps_rollup."""
    return {name: int(value) for name, value in FIELD.findall(smaps_rollup)}


def switches_in(status: str) -> int:
    """The context switches in /proc/PID/task/TID/status, of both kinds."""
    return sum(int(n) for n in SWITCHES.findall(status))


def memory_of(pid: int) -> dict[str, int]:
    return memory_kib(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))


def switches_of(pid: int) -> int:
    """Of the threads that live. Copal's live as long as it does."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/status")
    return sum(switches_in(task.read_text(encoding="utf-8")) for task in tasks)


def cpu_ns(pid: int) -> int:
    """CPU time of all threads, also of those that have ended, as in their schedstat.

    The kernel's clock of another process: see clock_getcpuclockid(3).
    """
    scheduled = 2
    return time.clock_gettime_ns((~pid << 3) | scheduled)
