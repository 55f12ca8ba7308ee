"""The server as a program: several processes at one socket, replaced when they die, ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.exposition import read, sample
from tests.house.source import ROOT
from tests.waiting import LIMIT, free_port, stop, wait_until, wait_until_healthy


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = ["-m", "prakerja.serving", "tests.serving.hello:application", "--port", str(port), *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(address, process)
        yield process, address
    finally:
        assert stop(process) == 0


def who_answers(address: str) -> int:
    return int(httpx.get(address, trust_env=False, timeout=LIMIT).text)


def test_one_process_is_the_one_that_was_started() -> None:
    with served() as (process, address):
        assert who_answers(address) == process.pid


def test_a_worker_that_dies_is_replaced_and_all_end_together() -> None:
    with served("--workers", "2") as (process, address):
        first: set[int] = set()

        def both_have_answered() -> bool:
            first.add(who_answers(address))
            return len(first) == 2

        wait_until(both_have_answered)
        assert process.pid not in first
        os.kill(min(first), signal.SIGKILL)
        wait_until(lambda: who_answers(address) not in first, what="another process answers")
    for worker in first:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_the_figures_of_several_processes_are_those_of_the_door() -> None:
    """Whichever of them whoever watches reaches, and also when one of them died."""
    watched = free_port()

    def asked() -> float:
        text = httpx.get(f"http://127.0.0.1:{watched}", trust_env=False, timeout=LIMIT).text
        return sample(read(text)[1], "prakerja_requests_total", route="hello", status="200")

    with served("--workers", "2", "--watch-port", str(watched)) as (_, address):
        answered: list[int] = []

        def both_have_answered() -> bool:
            answered.append(who_answers(address))
            return len(set(answered)) == 2

        wait_until(both_have_answered)
        assert {asked() for _ in range(4)} == {len(answered)}
        os.kill(answered[0], signal.SIGKILL)

        def another_has_answered() -> bool:
            answered.append(who_answers(address))
            return len(set(answered)) == 3

        wait_until(another_has_answered, what="another process answers")
        assert asked() == len(answered)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.2:{watched}", trust_env=False, timeout=LIMIT)


def test_a_taken_port_is_said() -> None:
    with served() as (_, address):
        port = address.rpartition(":")[2]
        command = [sys.executable, "-m", "prakerja.serving", "tests.serving.hello:application", "--port", port]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, timeout=LIMIT
        )
    assert done.returncode == 2
    assert b"cannot be had" in done.stderr
