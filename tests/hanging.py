"""A test that does not end says where it stands, and the run goes on without it.

Its worker ends with the stacks of all its threads; xdist names the test and starts another worker. What was said stands once more
at the run's end, without the frames of others: whoever has only a log's last lines learns which test it was, and at which line.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

# Seconds. The longest test took 140 on two cores with other work beside it; no busy machine may meet this limit.
NEVER = float(os.environ.get("PRAKERJA_TEST_NEVER", "900"))
_ROOT = str(Path(__file__).parents[1])
_FOREIGN = f"{_ROOT}/.venv/"


def _folder() -> Path:
    return Path(os.environ["PRAKERJA_TEST_RUN"])


class Watch:
    """In each worker: one timer in C, which needs no lock of Python's, set anew for each test."""

    def __init__(self, worker: str) -> None:
        self._said: IO[str] = (_folder() / f"{worker}.hung").open("w")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._said.seek(0)
        self._said.truncate()
        self._said.write(f"{item.nodeid}\n")
        self._said.flush()
        faulthandler.dump_traceback_later(NEVER, exit=True, file=self._said)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for path in sorted(_folder().glob("*.hung")):
        test, *lines = path.read_text().splitlines() or [""]
        if not lines:
            continue
        terminalreporter.section(f"did not end within {NEVER:.0f} s: {test}")
        for line in lines:
            if "Thread" in line or (_ROOT in line and _FOREIGN not in line):
                terminalreporter.line(line.replace(f"{_ROOT}/", ""))
