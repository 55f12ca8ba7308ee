"""Fixtures for every test. The database server itself is started by tests/server.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prakerja.kernel import clock
from tests import running


@pytest.fixture(autouse=True)
def _fresh_clock() -> None:
    clock.forget()


@pytest.fixture(scope="session")
def system() -> Iterator[running.System]:
    """One running demo world for every test that looks at it from outside (`prakerja up`)."""
    with running.folder() as folder, running.system(folder) as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under xdist, tests that look at one running system stay on one worker: two would start two systems."""
    for item in items:
        if "system" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
