"""Starts the real program for a test, on free ports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import free_port, stop, wait_until_healthy

_ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "prakerja", "rahasia"


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """Where the program answers, and its process."""

    url: str
    port: int
    process: subprocess.Popen[str]

    def set(self, **settings: Any) -> None:
        """Change how it behaves."""
        httpx.post(f"{self.url}/settings", json=settings).raise_for_status()

    def hang_up(self) -> None:
        """Break every connection."""
        httpx.post(f"{self.url}/hang-up", json={}).raise_for_status()

    def counts(self) -> dict[str, int]:
        """What it counted."""
        found: dict[str, int] = httpx.get(f"{self.url}/settings").json()["counts"]
        return found

    def taken(self) -> list[tuple[str, str]]:
        """(number, text) of every message that it took, in order."""
        return [(number, text) for number, text in httpx.get(f"{self.url}/taken").json()]

    def company(self, name: str = "first", **more: str) -> dict[str, str]:
        """It, as `settings.SMPP` describes a company."""
        names = [
            "NAME",
            "HOST",
            "PORT",
            "SYSTEM_ID",
            "PASSWORD",
            "SYSTEM_TYPE",
            "SENDER",
            "WINDOW",
            "RATE",
            "IDS",
            "INSTANT_TAG",
        ]
        said = {"NAME": name, "HOST": "127.0.0.1", "PORT": str(self.port), "SYSTEM_ID": USER, "PASSWORD": PASSWORD}
        return dict.fromkeys(names, "") | said | more


@contextmanager
def running_centre(**environment: str) -> Iterator[RunningCentre]:
    """The program, answering; stopped by SIGTERM afterwards, which must end it with status 0."""
    port, smpp_port = free_port(), free_port()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {"PORT": str(port), "SMPP_PORT": str(smpp_port), "SYSTEM_ID": USER, "PASSWORD": PASSWORD}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "examples.smsc"],
        cwd=_ROOT,
        env={**inherited, **own, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    centre = RunningCentre(f"http://127.0.0.1:{port}", smpp_port, process)
    try:
        wait_until_healthy(centre.url, process)
        yield centre
        status = stop(process)
        assert status == 0, f"the centre ended with status {status}"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stderr:
            process.stderr.close()
