#!/usr/bin/env python3
"""The first command of the README, word for word, in a network namespace without an engine.

usage: first_use.py SOURCE_FOLDER BUILD_FOLDER
"""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import engine_api  # noqa: E402

LIMIT_S = 240


class Home:
    """A user's machine: a network of its own, the sample's file, and what `tools/run` makes."""

    def __init__(self, source: pathlib.Path, build: str) -> None:
        self.source, self.build = source, build
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="copal-first-use-"))
        self.namespace = f"copal-first-{os.getpid()}"
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.inside = ["nsenter", f"--net=/run/netns/{self.namespace}"]
        subprocess.run([*self.inside, "ip", "link", "set", "lo", "up"], check=True)
        # Whatever is asked for, this machine is not rebooted.
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={self.folder}/no-system-bus"
        self.compose = self.folder / "compose.yaml"
        self.compose.write_text((source / "tools/sample/compose.yaml").read_text())
        self.log = self.folder / "log"
        self.running: subprocess.Popen[bytes] | None = None

    def command(self, *more: str) -> list[str]:
        # Sockets that this machine has are not to be found: the engine is to be its own.
        return [*self.inside, str(self.source / "tools/run"), "--no-install", "--build", self.build,
                "--state", str(self.folder / "state"), *more]

    def up(self) -> None:
        out = self.log.open("wb")
        self.running = subprocess.Popen(self.command("--compose", str(self.compose), "--own-engine"),
                                        stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)

    def ctrl_c(self) -> int:
        assert self.running is not None
        os.killpg(self.running.pid, signal.SIGINT)
        code = self.running.wait(LIMIT_S)
        self.running = None
        return code

    def down(self) -> None:
        subprocess.run(self.command("--down"), check=True, stdout=subprocess.DEVNULL, timeout=LIMIT_S)

    def says(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def containers(self) -> dict[str, str]:
        """Ids of those that run, by service."""
        url = (self.folder / "state/engine.url").read_text().strip()
        status, text = engine_api.call(url.removeprefix("unix://"), "GET", "/containers/json")
        assert status == 200, text
        return {one["Labels"]["io.balena.service-name"]: one["Id"] for one in json.loads(text)}

    def page(self) -> str:
        got = subprocess.run([*self.inside, sys.executable, __file__, "--page"], capture_output=True, text=True)
        return got.stdout

    def kill(self, container: str) -> None:
        url = (self.folder / "state/engine.url").read_text().strip()
        engine_api.call(url.removeprefix("unix://"), "POST", f"/containers/{container}/kill")

    def until(self, what: str, holds) -> None:
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            if holds():
                return
            assert self.running is None or self.running.poll() is None, f"{what}: the command has ended"
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {LIMIT_S} s")

    def close(self) -> None:
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
        subprocess.run(self.command("--down"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["ip", "netns", "del", self.namespace], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def installs(home: Home) -> None:
    """The command starts an engine where there is none and installs the sample, which can be looked at."""
    home.up()
    home.until("the sample runs", lambda: home.says("the target is reached; 2 services run"))
    assert sorted(home.containers()) == ["clock", "web"]
    home.until("the page is served", lambda: "Hello from Copal" in home.page())


def follows(home: Home) -> None:
    """An edit of the file changes the service that it is about, and no other."""
    before = home.containers()
    text = home.compose.read_text()
    home.compose.write_text(text.replace("Hello from Copal", "Hello again"))
    home.until("the page has changed", lambda: "Hello again" in home.page())
    after = home.containers()
    assert after["web"] == before["web"] and after["clock"] != before["clock"]


def stands(home: Home) -> None:
    """A broken file is told with its line, and what runs goes on."""
    before = home.containers()
    text = home.compose.read_text()
    home.compose.write_text(text.replace("command:", "comand:", 1))
    home.until("the error is told", lambda: home.says("compose.yaml:8:"))
    assert home.containers() == before
    home.compose.write_text(text)


def heals(home: Home) -> None:
    """A container that is killed comes back."""
    home.kill(home.containers()["web"])
    home.until("it is noticed", lambda: home.says("it exited with code 137"))
    home.until("it is back", lambda: sorted(home.containers()) == ["clock", "web"])


def adopts(home: Home) -> None:
    """Ctrl-C leaves the containers running; the next start takes them over as they are."""
    before = home.containers()
    assert home.ctrl_c() == 0
    assert home.containers() == before
    home.up()
    home.until("it runs again", lambda: home.says("the target is reached; 2 services run"))
    assert home.containers() == before
    assert not home.says("kill ")


def removes(home: Home) -> None:
    """--down removes all that was made, the engine too."""
    url = (home.folder / "state/engine.url").read_text().strip()
    home.down()
    if home.running is not None:
        home.running.wait(LIMIT_S)
    home.running = None
    assert not (home.folder / "state").exists()
    assert not os.path.exists(url.removeprefix("unix://"))


def main() -> int:
    if sys.argv[1:] == ["--page"]:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=5)
        connection.request("GET", "/")
        print(connection.getresponse().read().decode())
        return 0
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        in_ci = os.environ.get("CI") == "true"
        print("no engine can be started here: it needs root and dockerd")
        print(f"[first_use] test cases: 1 | 0 passed | {int(in_ci)} failed | {int(not in_ci)} skipped")
        return 1 if in_ci else 77
    home = Home(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
    passed = failed = 0
    try:
        for case in (installs, follows, stands, heals, adopts, removes):
            try:
                case(home)
                passed += 1
            except Exception as why:  # whatever it is, the case has failed
                failed += 1
                print(f"FAILED: {case.__doc__}\n  {type(why).__name__}: {why}")
                print(home.log.read_text(errors="replace")[-3000:] if home.log.exists() else "(no log)")
                break  # each goes on where the one before has ended
    finally:
        home.close()
    print(f"[first_use] test cases: {passed + failed} | {passed} passed | {failed} failed | 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
