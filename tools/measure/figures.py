"""The figures: their keys, their budgets, and the table that shows both. Pure."""

from __future__ import annotations

import dataclasses
import statistics
from typing import Callable, Mapping, Optional

Values = Mapping[str, float]

# In which order they are measured. A figure belongs to one group.
GROUPS = ("binary", "start", "memory", "rest", "ping", "status", "env", "install", "build")

# Group of each key of --json, in the order in which they are written.
KEYS = {
    "pss_kib_2": "memory",
    "pss_kib_10": "memory",
    "rss_kib_2": "memory",
    "anon_kib_2": "memory",
    "start_ms": "start",
    "start_cpu_ms": "start",
    "rest_cpu_percent": "rest",
    "rest_switches_per_s": "rest",
    "ping_rps_1": "ping",
    "ping_rps_16": "ping",
    "ping_p50_us_1": "ping",
    "status_rps_1": "status",
    "status_rps_16": "status",
    "status_p50_us_1": "status",
    "env_change_ms": "env",
    "env_change_engine_ms": "env",
    "install10_ms": "install",
    "install10_bare_ms": "install",
    "install10_cpu_ms": "install",
    "binary_bytes": "binary",
    "clean_build_s": "build",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table: a key, or what follows from several."""

    what: str
    value: Callable[[Values], float]
    unit: str
    most: Optional[float] = None
    least: Optional[float] = None
    node: str = ""  # the Node supervisor v19.0.5, from the same design

    def budget(self) -> str:
        if self.most is not None:
            return f"<= {shown(self.most)}"
        return f">= {shown(self.least)}" if self.least is not None else ""

    def verdict(self, value: float) -> str:
        if self.most is None and self.least is None:
            return ""
        fine = value <= self.most if self.most is not None else value >= self.least
        return "met" if fine else "NOT MET"


def of(key: str) -> Callable[[Values], float]:
    return lambda values: values[key]


def scaled(key: str, by: float) -> Callable[[Values], float]:
    return lambda values: values[key] * by


ROWS = (
    Row("memory at rest (PSS), 2 services", scaled("pss_kib_2", 1 / 1024), "MiB", most=10, node="131 MB"),
    Row("memory at rest (PSS), 10 services", scaled("pss_kib_10", 1 / 1024), "MiB", most=12, node="140 MB"),
    Row("  resident, 2 services", scaled("rss_kib_2", 1 / 1024), "MiB"),
    Row("  anonymous, 2 services", scaled("anon_kib_2", 1 / 1024), "MiB"),
    Row("start to first answer", of("start_ms"), "ms", most=50, node="850 ms"),
    Row("  CPU for it", of("start_cpu_ms"), "ms", most=30, node="600 ms"),
    Row("at rest: CPU of one core", of("rest_cpu_percent"), "%", most=0.02, node="0.03 %"),
    Row("at rest: context switches", of("rest_switches_per_s"), "/s", most=1, node="1.5 /s"),
    Row("GET /ping, 1 connection", of("ping_rps_1"), "/s", least=10_000, node="2,000 to 4,000 /s"),
    Row("GET /ping, 16 connections", of("ping_rps_16"), "/s", least=15_000, node="3,000 to 4,000 /s"),
    Row("  p50, 1 connection", of("ping_p50_us_1"), "us"),
    Row("GET /v2/state/status, 10 services: p50", of("status_p50_us_1"), "us", most=150, node="8 ms"),
    Row("GET /v2/state/status, 16 connections", of("status_rps_16"), "/s", least=10_000, node="150 /s"),
    Row("  1 connection", of("status_rps_1"), "/s"),
    Row("env change to new container started", of("env_change_ms"), "ms"),
    Row("  of that in the engine's own calls", of("env_change_engine_ms"), "ms"),
    Row(
        "  beyond them",
        lambda v: v["env_change_ms"] - v["env_change_engine_ms"],
        "ms",
        most=30,
        node="about 600 ms",
    ),
    Row("install of 10 services", of("install10_ms"), "ms", node="4,300 ms"),
    Row("  the same calls by a bare client", of("install10_bare_ms"), "ms", node="3,400 ms"),
    Row(
        "  beyond them",
        lambda v: 100 * (v["install10_ms"] - v["install10_bare_ms"]) / v["install10_bare_ms"],
        "%",
        most=5,
        node="28 %",
    ),
    Row("  CPU of the supervisor in it", of("install10_cpu_ms"), "ms", most=60, node="1,000 ms"),
    Row("program, stripped", scaled("binary_bytes", 1 / 1024), "KiB"),
    Row("clean release build", of("clean_build_s"), "s"),
)


def shown(value: float) -> str:
    """A number as a reader wants it: no more digits than it is worth."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4f}"


def table(values: Values) -> str:
    """What was measured, beside its budget; what was not measured is left out."""
    lines = [("figure", "measured", "budget", "", "[v19]")]
    for row in ROWS:
        try:
            value = row.value(values)
        except KeyError:
            continue
        budget = f"{row.budget()} {row.unit}" if row.budget() else ""
        lines.append((row.what, f"{shown(value)} {row.unit}", budget, row.verdict(value), row.node))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 2) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def missed(values: Values) -> list[str]:
    """The budgets that were measured and are not met."""
    out = []
    for row in ROWS:
        try:
            value = row.value(values)
        except KeyError:
            continue
        if row.verdict(value) == "NOT MET":
            out.append(row.what.strip())
    return out


def in_order(values: Values) -> dict[str, float]:
    """The flat object of --json: known keys only, in their order; whole numbers as such."""
    unknown = set(values) - set(KEYS)
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    return {key: neat(values[key]) for key in KEYS if key in values}


def neat(value: float) -> float:
    return int(value) if value == int(value) else round(value, 4)


def median(values: list[float]) -> float:
    if not values:
        raise ValueError("no values to take the median of")
    return statistics.median(values)
