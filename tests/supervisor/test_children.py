"""What dies is started again, ever more seldom and alone; what hangs is noticed, killed and started again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from prakerja.supervisor.children import Supervisor
from prakerja.supervisor.plan import Program, bare_environment
from tests.waiting import LIMIT, answers, free_port, wait_until

# Says who it is, its process, and how often it was asked for its health.
DOOR = """
import http.server, os, sys
asked = []
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            asked.append(1)
        self.send_response(200); self.end_headers(); self.wfile.write(f"{os.getpid()} {len(asked)}".encode())
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""
WORKER = """
import os, sys, time
while True:
    with open(sys.argv[1], "w") as file:
        file.write(str(os.getpid()))
    time.sleep(1 / 50)
"""


@dataclass
class Running:
    supervisor: Supervisor
    folder: Path
    told: list[str] = field(default_factory=list)

    def start(self, name: str, script: str, *arguments: str, health: str = "", life: Path | None = None) -> None:
        self.supervisor.start(
            Program(
                name=name,
                command=[sys.executable, "-c", script, *arguments],
                environment=bare_environment(),
                health=[health] if health else [],
                life=life,
            )
        )

    def says(self, words: str) -> bool:
        self.supervisor.tend()
        return any(words in line for line in self.told)


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    told: list[str] = []
    supervisor = Supervisor(folder, tell=told.append, looks_every=0.1)
    try:
        yield Running(supervisor, folder, told)
    finally:
        supervisor.stop()


def pid_in(file: Path) -> int:
    """The process that wrote itself into a file; the file is empty while it is written."""
    return wait_until(lambda: int(file.read_text() or 0) if file.exists() else 0, what=f"somebody writes {file}")


def test_what_dies_again_and_again_waits_and_the_others_never_notice(tmp_path: Path) -> None:
    """The fourth death of any process within a minute ended the whole system."""
    with running(tmp_path) as system:
        life = tmp_path / "steady"
        system.start("steady", WORKER, str(life), life=life)
        steady = pid_in(life)
        system.start("broken", "raise SystemExit(7)")
        wait_until(lambda: system.says("broken ended (status 7) for the 5th time in a row"), what="it waits")
        assert [line.split(";")[0] for line in system.told] == [
            "broken ended (status 7) and is started again",
            "broken ended (status 7) and is started again",
            "broken ended (status 7) and is started again",
            "broken ended (status 7) for the 4th time in a row and is started again in 1 s",
            "broken ended (status 7) for the 5th time in a row and is started again in 2 s",
        ]
        assert pid_in(life) == steady
        assert str(tmp_path / "broken.log") in system.told[0]


def test_a_door_that_hangs_is_noticed_and_started_again(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running(tmp_path) as system:
        life = tmp_path / "steady"
        system.start("steady", WORKER, str(life), life=life)
        system.start("door", DOOR, url.rpartition(":")[2], health=f"{url}/health")
        wait_until(lambda: answers(url), what="the door answers")
        door = wait_until(lambda: _who(url) if _asked(url) else 0, what="the supervisor has asked it")
        os.kill(door, signal.SIGSTOP)
        wait_until(lambda: system.says("door answered nothing for a while and was killed"), what="it is noticed")
        wait_until(lambda: answers(url), what="the door answers again")
        assert _who(url) != door
        assert [line for line in system.told if "steady" in line] == []


def test_a_worker_that_hangs_is_noticed_and_started_again(tmp_path: Path) -> None:
    life = tmp_path / "worker.life"
    with running(tmp_path) as system:
        system.start("worker", WORKER, str(life), life=life)
        hanging = pid_in(life)
        os.kill(hanging, signal.SIGSTOP)
        wait_until(lambda: system.says("worker answered nothing for a while and was killed"), what="it is noticed")
        wait_until(lambda: pid_in(life) != hanging, what="another one works")


def _who(url: str) -> int:
    return int(httpx.get(url, trust_env=False, timeout=LIMIT).text.split()[0])


def _asked(url: str) -> int:
    return int(httpx.get(url, trust_env=False, timeout=LIMIT).text.split()[1])
