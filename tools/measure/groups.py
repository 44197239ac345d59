"""The measurements, group by group."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
import tempfile
import time
from typing import Callable, Iterator

from . import processes, wrk
from .bare import Replay
from .engine import Engine, Starts
from .figures import median
from .program import Home, Run, home
from .recorder import Recorder
from .recording import Call, Step, busy_ns, repeatable, width_of, writes_in
from .trouble import Trouble

REACHED_S = 120
BUILD_S = 1800

# Ends at once when it is told to: what is measured is Copal, not the engine's patience.
PROGRAM = """["/bin/busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"]"""


@dataclasses.dataclass(frozen=True)
class Extent:
    """How long and how often: the full measure, or a quick look."""

    starts: int = 15
    settle_s: float = 20
    # CAF keeps the deadline of a request that was answered; the last of the usual ones ends after 30 s.
    calm_s: float = 40
    rest_s: float = 60
    load_s: int = 5
    changes: int = 7
    installs: int = 5


QUICK = Extent(starts=5, settle_s=5, calm_s=5, rest_s=15, load_s=2, changes=3, installs=1)


@dataclasses.dataclass(frozen=True)
class Bench:
    root: pathlib.Path  # the checkout
    build: pathlib.Path  # the release build's folder
    engine: Engine
    image: str
    extent: Extent
    say: Callable[[str], None]

    @property
    def program(self) -> pathlib.Path:
        return self.build / "main" / "copal"


def compose(image: str, services: int, greeting: str = "hello") -> str:
    """An app of so many services; only the first one's environment has the greeting."""
    lines = ["name: bench", "services:" if services else "services: {}"]
    for number in range(services):
        lines += [f"  s{number}:", f"    image: {image}", f"    command: {PROGRAM}"]
        if number == 0:
            lines += ["    environment:", f"      GREETING: {greeting}"]
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def at_target(bench: Bench, services: int) -> Iterator[tuple[Home, Run]]:
    """Copal with so many services running, and nothing left to do."""
    bench.engine.empty()
    with home() as where:
        where.write(compose(bench.image, services))
        with Run(bench.program, where, bench.engine.path) as run:
            run.wait_for_answer()
            wait_until_running(bench, run, services)
            yield where, run
    bench.engine.empty()


def wait_until_running(bench: Bench, run: Run, services: int) -> None:
    limit = time.monotonic() + REACHED_S
    while len(bench.engine.running()) != services:
        run.check()
        if time.monotonic() > limit:
            raise Trouble(f"{services} services did not run within {REACHED_S} s: {run.where.last_words()}")
        time.sleep(0.1)


def binary(bench: Bench) -> dict[str, float]:
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, str(bench.program)], check=True, timeout=60)
        return {"binary_bytes": os.path.getsize(stripped.name)}


def start(bench: Bench) -> dict[str, float]:
    took, cpu = [], []
    with at_target(bench, 2) as (where, run):
        run.stop()
        for _ in range(bench.extent.starts):
            with Run(bench.program, where, bench.engine.path) as again:
                took.append(again.wait_for_answer())
                cpu.append(processes.cpu_ns(again.pid) / 1e6)
                # The next one is to find it at rest, not in the middle of its first look.
                time.sleep(1)
    return {"start_ms": median(took), "start_cpu_ms": median(cpu)}


def memory(bench: Bench) -> dict[str, float]:
    out: dict[str, float] = {}
    for services in (2, 10):
        with at_target(bench, services) as (_, run):
            time.sleep(bench.extent.settle_s)
            run.check()
            now = processes.memory_of(run.pid)
        out[f"pss_kib_{services}"] = now["Pss"]
        if services == 2:
            out.update(rss_kib_2=now["Rss"], anon_kib_2=now["Anonymous"])
    return out


def rest(bench: Bench) -> dict[str, float]:
    with at_target(bench, 2) as (_, run):
        time.sleep(bench.extent.calm_s)
        began, cpu, switches = time.monotonic_ns(), processes.cpu_ns(run.pid), processes.switches_of(run.pid)
        time.sleep(bench.extent.rest_s)
        run.check()
        cpu, switches = processes.cpu_ns(run.pid) - cpu, processes.switches_of(run.pid) - switches
        took = time.monotonic_ns() - began
    return {"rest_cpu_percent": 100 * cpu / took, "rest_switches_per_s": switches / (took / 1e9)}


def load(bench: Bench, run: Run, name: str, path: str, headers: list[str]) -> dict[str, float]:
    one = wrk.run(run.url(path), 1, bench.extent.load_s, headers)
    many = wrk.run(run.url(path), 16, bench.extent.load_s, headers)
    run.check()
    return {
        f"{name}_rps_1": one.requests_per_s,
        f"{name}_rps_16": many.requests_per_s,
        f"{name}_p50_us_1": one.p50_us,
    }


def ping(bench: Bench) -> dict[str, float]:
    with at_target(bench, 2) as (_, run):
        return load(bench, run, "ping", "/ping", [])


def status(bench: Bench) -> dict[str, float]:
    with at_target(bench, 10) as (where, run):
        return load(bench, run, "status", "/v2/state/status", [f"Authorization: Bearer {where.key()}"])


def env(bench: Bench) -> dict[str, float]:
    changes = []
    with contextlib.ExitStack() as stack:
        bench.engine.empty()
        where = stack.enter_context(home())
        recorder = stack.enter_context(Recorder(str(where.folder / "engine.sock"), bench.engine.path))
        where.write(compose(bench.image, 2))
        run = stack.enter_context(Run(bench.program, where, recorder.path))
        run.wait_for_answer()
        wait_until_running(bench, run, 2)
        starts = stack.enter_context(Starts(bench.engine))
        for number in range(bench.extent.changes):
            time.sleep(3)  # at rest again
            recorder.take()
            began = where.write(compose(bench.image, 2, f"hello {number}"))
            ended = starts.last_of(1, REACHED_S)
            time.sleep(0.5)  # for the answer to the call that started it
            changes.append((ended - began, busy_ns(recorder.take(), began, ended)))
    bench.engine.empty()
    # Of one change, as what lies between the two is told as their difference.
    took, engine = sorted(changes)[len(changes) // 2]
    return {"env_change_ms": took / 1e6, "env_change_engine_ms": engine / 1e6}


@contextlib.contextmanager
def waiting(bench: Bench, through: str) -> Iterator[tuple[Home, Run]]:
    """Copal at a target without services."""
    bench.engine.empty()
    with home() as where:
        where.write(compose(bench.image, 0))
        with Run(bench.program, where, through) as run:
            run.wait_for_answer()
            time.sleep(2)
            yield where, run


def install_by_copal(bench: Bench, through: str, before: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """Milliseconds of the wall clock, and of Copal's CPU."""
    with waiting(bench, through) as (where, run), Starts(bench.engine) as starts:
        before()
        cpu = processes.cpu_ns(run.pid)
        began = where.write(compose(bench.image, 10))
        ended = starts.last_of(10, REACHED_S)
        time.sleep(2)  # what it does afterwards belongs to it
        run.check()
        return (ended - began) / 1e6, (processes.cpu_ns(run.pid) - cpu) / 1e6


@dataclasses.dataclass(frozen=True)
class Script:
    """What Copal did, for a bare client to do again."""

    steps: list[Step]
    prepared: int  # so many of them came before the install
    width: int


def record_install(bench: Bench) -> Script:
    prepared: list[Call] = []
    with tempfile.TemporaryDirectory(prefix="copal-bench-") as folder:
        with Recorder(os.path.join(folder, "engine.sock"), bench.engine.path) as recorder:
            install_by_copal(bench, recorder.path, lambda: prepared.extend(recorder.take()))
            calls = recorder.take()
    writes, width = len(writes_in(calls)), width_of(calls)
    bench.say(f"  {writes} calls that change something, at most {width} at once, and {len(calls) - writes} reads")
    return Script(repeatable(prepared + calls), len(writes_in(prepared)), width)


def install_by_hand(bench: Bench, script: Script) -> float:
    bench.engine.empty()
    replay = Replay(bench.engine.path, script.steps, script.width, REACHED_S)
    replay.run(script.prepared)
    time.sleep(2)
    with Starts(bench.engine) as starts:
        began = time.time_ns()
        replay.run(len(script.steps))
        return (starts.last_of(10, REACHED_S) - began) / 1e6


def install(bench: Bench) -> dict[str, float]:
    script = record_install(bench)
    took, cpu, by_hand = [], [], []
    for _ in range(bench.extent.installs):
        wall, used = install_by_copal(bench, bench.engine.path)
        took.append(wall)
        cpu.append(used)
        by_hand.append(install_by_hand(bench, script))
    bench.engine.empty()
    return {"install10_ms": median(took), "install10_bare_ms": median(by_hand), "install10_cpu_ms": median(cpu)}


def build(bench: Bench) -> dict[str, float]:
    """A clean release build, with the options of the one that is measured."""
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    with tempfile.TemporaryDirectory(prefix="copal-bench-") as folder:
        subprocess.run(
            [str(bench.root / "tools/setup_release"), folder],
            cwd=bench.root, env=environment, check=True, timeout=120, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        began = time.monotonic()
        subprocess.run(
            ["ninja", "-C", folder, "main/copal"],
            cwd=bench.root, env=environment, check=True, timeout=BUILD_S, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return {"clean_build_s": time.monotonic() - began}


MEASURES = {
    "binary": binary,
    "start": start,
    "memory": memory,
    "rest": rest,
    "ping": ping,
    "status": status,
    "env": env,
    "install": install,
    "build": build,
}
