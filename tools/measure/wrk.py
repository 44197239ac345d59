"""Load on an HTTP server, by wrk."""

from __future__ import annotations

import dataclasses
import re
import subprocess

from .trouble import Trouble

# What wrk's units are in microseconds.
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6, "m": 60e6}

RATE = re.compile(r"^Requests/sec:\s*([\d.]+)", re.M)
MEDIAN = re.compile(r"^\s*50%\s+([\d.]+)(us|ms|s|m)\b", re.M)
WRONG = re.compile(r"^\s*(Non-2xx or 3xx responses: \d+|Socket errors: .*)", re.M)


@dataclasses.dataclass(frozen=True)
class Load:
    requests_per_s: float
    p50_us: float


def parse(text: str) -> Load:
    """What `wrk --latency` printed. Requests that failed are no measurement."""
    wrong = WRONG.search(text)
    if wrong:
        raise Trouble(f"wrk: {wrong.group(1)}")
    rate, middle = RATE.search(text), MEDIAN.search(text)
    if not rate or not middle:
        raise Trouble(f"wrk printed no rate or no median: {text.strip()[-200:]!r}")
    if float(rate.group(1)) == 0:
        raise Trouble("wrk: not one request was answered")
    return Load(float(rate.group(1)), float(middle.group(1)) * UNITS[middle.group(2)])


def run(url: str, connections: int, seconds: int, headers: list[str]) -> Load:
    more = [part for header in headers for part in ("-H", header)]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *more, url],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    if done.returncode != 0:
        raise Trouble(f"wrk {url}: {done.stderr.strip() or done.stdout.strip()}")
    return parse(done.stdout)
