"""Fixtures for every test. The database server itself is started by tests/server.py."""

from __future__ import annotations

import pytest

from prakerja.kernel import clock


@pytest.fixture(autouse=True)
def _fresh_clock() -> None:
    clock.forget()
