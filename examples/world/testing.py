"""Starts the real program for a test, on a free port with a folder and keys of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class RunningWorld:
    """Where the program answers, the keys it expects and its process."""

    url: str
    gateway_key: str
    bank_key: str
    process: subprocess.Popen[str]


@contextmanager
def running_world(**environment: str) -> Iterator[RunningWorld]:
    """The program, answering; stopped by SIGTERM afterwards, which must end it with status 0."""
    port = _free_port()
    keys = {"GATEWAY_KEY": "gateway-key-of-a-test", "BANK_KEY": "bank-key-of-a-test"}
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "examples.world"],
            cwd=_ROOT,
            env={**_inherited(), "PORT": str(port), "DATA_DIR": folder, **keys, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        world = RunningWorld(f"http://127.0.0.1:{port}", keys["GATEWAY_KEY"], keys["BANK_KEY"], process)
        try:
            _wait(world)
            yield world
            process.terminate()
            status = process.wait(timeout=10)
            assert status == 0, f"the world ended with status {status}"
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stderr:
                process.stderr.close()


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(world: RunningWorld) -> None:
    deadline = time.monotonic() + 15
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline and world.process.poll() is None:
            try:
                if client.get(f"{world.url}/health").text == "ok":
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    world.process.kill()
    raise RuntimeError(f"the world did not start: {world.process.communicate()[1]}")
