#!/usr/bin/env python3
"""The few calls that the scripts make to a container engine, over its unix socket.

usage: engine_api.py SOCKET ping
       engine_api.py SOCKET has-image NAME
       engine_api.py SOCKET make-image NAME PROGRAM     an image that holds one static program
       engine_api.py SOCKET remove-project UUID         containers, networks and volumes of an app
       engine_api.py SOCKET remove-image NAME
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import sys
import tarfile
import urllib.parse

TIMEOUT_S = 120


class Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self.path)


def call(path: str, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = Connection(path)
    try:
        headers = {"Content-Type": "application/x-tar"} if body is not None else {}
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def done(what: str, status: int, text: bytes, fine: tuple[int, ...]) -> bytes:
    if status not in fine:
        sys.exit(f"{what}: the engine answered {status}: {text.decode(errors='replace').strip()}")
    return text


def ping(path: str) -> None:
    status, text = call(path, "GET", "/_ping")
    done("ping", status, text, (200,))


def has_image(path: str, name: str) -> None:
    status, text = call(path, "GET", f"/images/{urllib.parse.quote(name)}/json")
    done("looking for " + name, status, text, (200, 404))
    sys.exit(0 if status == 200 else 1)


def make_image(path: str, name: str, program: str) -> None:
    packed = io.BytesIO()
    inside = "bin/" + os.path.basename(program)
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder in ("bin", "tmp", "etc"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        with open(program, "rb") as source:
            entry = tarfile.TarInfo(inside)
            entry.mode, entry.size = 0o755, os.fstat(source.fileno()).st_size
            tar.addfile(entry, source)
    repo, tag = name.rsplit(":", 1)
    changes = [f'ENTRYPOINT ["/{inside}"]', "ENV PATH=/bin"]
    query = urllib.parse.urlencode({"fromSrc": "-", "repo": repo, "tag": tag, "changes": changes}, doseq=True)
    status, text = call(path, "POST", "/images/create?" + query, packed.getvalue())
    text = done("making " + name, status, text, (200,))
    for line in text.splitlines():
        if "error" in json.loads(line):
            sys.exit(f"making {name}: {json.loads(line)['error']}")


def remove_project(path: str, uuid: str) -> None:
    label = urllib.parse.quote(json.dumps({"label": ["io.balena.app-uuid=" + uuid]}))
    text = done("listing containers", *call(path, "GET", f"/containers/json?all=1&filters={label}"), (200,))
    for one in json.loads(text):
        print("removing container " + one["Names"][0].lstrip("/"))
        done("removing it", *call(path, "DELETE", f"/containers/{one['Id']}?force=1&v=1"), (204, 404))
    # Networks bear the app's uuid in their names, volumes in a label.
    text = done("listing networks", *call(path, "GET", "/networks"), (200,))
    for one in json.loads(text):
        if one["Name"].startswith(uuid + "_"):
            print("removing network " + one["Name"])
            done("removing it", *call(path, "DELETE", "/networks/" + one["Id"]), (204, 404))
    text = done("listing volumes", *call(path, "GET", f"/volumes?filters={label}"), (200,))
    for one in json.loads(text)["Volumes"] or []:
        print("removing volume " + one["Name"])
        done("removing it", *call(path, "DELETE", "/volumes/" + one["Name"]), (204, 404))


def remove_image(path: str, name: str) -> None:
    done("removing " + name, *call(path, "DELETE", f"/images/{urllib.parse.quote(name)}"), (200, 404))


COMMANDS = {
    "ping": (ping, 0),
    "has-image": (has_image, 1),
    "make-image": (make_image, 2),
    "remove-project": (remove_project, 1),
    "remove-image": (remove_image, 1),
}


def main() -> None:
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[1] not in COMMANDS or len(arguments) != 2 + COMMANDS[arguments[1]][1]:
        sys.exit(__doc__)
    try:
        COMMANDS[arguments[1]][0](arguments[0], *arguments[2:])
    except OSError as why:
        sys.exit(f"{arguments[0]}: {why}")


if __name__ == "__main__":
    main()
