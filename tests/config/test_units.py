"""deploy/systemd: one unit a door and one for the worker, which systemd reads without a word, and which the proxies' files agree with."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from prakerja.cli.command import parser
from prakerja.config.settings import base
from tests.waiting import LIMIT, free_port, stop

DEPLOY = Path(__file__).parents[2] / "deploy"
BIN = "/opt/prakerja/current/.venv/bin"
UNITS = {path.stem: path.read_text() for path in sorted((DEPLOY / "systemd").glob("*.service"))}
DOORS = {path.stem for path in (base.PACKAGE / "config/wsgi").glob("[a-z]*.py")} & {
    path.stem for path in (base.PACKAGE / "config/settings").glob("[a-z]*.py")
}


def test_every_door_and_the_worker_has_its_unit_and_its_place_behind_both_proxies() -> None:
    started = set(re.findall(rf"^ExecStart={BIN}/(prakerja-.*)$", "\n".join(UNITS.values()), re.MULTILINE))
    ports = {}
    for command in started - {"prakerja-worker"}:
        name, port, watched = re.fullmatch(  # type: ignore[union-attr]
            r"prakerja-serve prakerja\.config\.wsgi\.(\w+):application --port (\d+) --threads \d+ --watch-port (\d+)",
            command,
        ).groups()
        ports[name] = port
        # As docs/how-to/watch.md says, and at no address that a proxy hands on.
        assert int(watched) == int(port) + 20
    assert set(ports) == DOORS == {"portal", "console", "partner_api", "callbacks"}
    assert len(started) == len(UNITS) - 1 == len(DOORS) + 1
    scripts = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]["scripts"]
    assert {command.split()[0] for command in started} == set(scripts) - {"prakerja"}
    for place in scripts.values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name))
    nginx, caddy = ((DEPLOY / place).read_text() for place in ("nginx/prakerja.conf", "caddy/Caddyfile"))
    for name, port in ports.items():
        assert f"upstream prakerja_{name} {{ server 127.0.0.1:{port};" in nginx
        assert f"import door {port}\n" in caddy


def test_the_page_that_installs_says_what_the_program_understands() -> None:
    """Between two runs of tools/try_installation.py: its commands have these options, and its units and files exist."""
    page = (DEPLOY.parent / "docs/how-to/install-it-for-real.md").read_text()
    text = "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    # What the shell fills in.
    text = re.sub(r'"\$\(.*?\)"', "2026-11-30T10:00", text)
    commands = re.findall(r"(?:^|(?<=[ /]))prakerja\"? ([a-z][^|>#\n]*)", text, re.MULTILINE)
    assert len(commands) > 15
    for command in commands:
        parser().parse_args(shlex.split(command))
    named = set(
        re.findall(
            r"prakerja-[a-z-]+(?=[ .\n])(?:\.[a-z]+)?", "\n".join(re.findall(r"^systemctl .*$", text, re.MULTILINE))
        )
    )
    there = {path.name for path in (DEPLOY / "systemd").iterdir()}
    assert {name if "." in name else f"{name}.service" for name in named} <= there
    for path in re.findall(r"/opt/prakerja/current/(deploy/[\w./-]*\w)", text):
        assert (DEPLOY.parent / path).exists()


def test_no_unit_does_without_what_the_others_are_kept_from() -> None:
    kept = [
        re.search(r"# What it may not do.*?(\n\n|$)", text.rstrip(), re.DOTALL)[0].rstrip() for text in UNITS.values()
    ]  # type: ignore[index]
    assert len(set(kept)) == 1
    # Each has the settings of its own role and no other's.
    files = [tuple(re.findall(r"^EnvironmentFile=/etc/prakerja/(.+)$", text, re.MULTILINE)) for text in UNITS.values()]
    assert sorted(files) == [("common.env", f"{role}.env") for role in sorted((*DOORS, "command", "worker"))]
    assert {re.search(r"^User=(.+)$", text, re.MULTILINE)[1] for text in UNITS.values()} == {"prakerja"}  # type: ignore[index]


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="SYSTEMD-ANALYZE IS NOT INSTALLED: THE UNITS ARE NOT READ"
)
def test_systemd_reads_them(tmp_path: Path) -> None:
    for name, text in UNITS.items():
        (tmp_path / f"{name}.service").write_text(re.sub(rf"{BIN}/[\w-]+", sys.executable, text))
    for name in ("prakerja.target", "prakerja-backup.timer"):
        shutil.copy(DEPLOY / "systemd" / name, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_door_says_that_it_is_ready(tmp_path: Path) -> None:
    place, port = tmp_path / "manager", free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place))
        manager.settimeout(LIMIT)
        process = subprocess.Popen(
            [sys.executable, "-m", "prakerja.serving", "tests.serving.hello:application", "--port", str(port)],
            cwd=DEPLOY.parent,
            env={"NOTIFY_SOCKET": str(place), "PATH": "/usr/bin:/bin", "PYTHONPATH": f"{DEPLOY.parent}/src"},
        )
        try:
            assert manager.recv(64) == b"READY=1"
            with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as http:
                http.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert http.recv(12) == b"HTTP/1.1 200"
        finally:
            stop(process)
